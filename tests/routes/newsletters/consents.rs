//! Who agreed, since when, and how.

use axum::http::Method;
use purser_core::access::Role;
use purser_core::ids::UserId;
use purser_testkit::{Caller, both, json};

use super::{draft, proved};

both! {
    async fn nobody_agreed_who_did_not_say_so(app) {
        let owner = app.owner().await;
        let made = owner.post("/users", json!({ "email": "ada@x.example", "firstName": "Ada", "lastName": "L", "role": "user" })).await.is(201).data();
        let path = format!("/users/{}/newsletters", made["id"].as_str().unwrap());
        assert_eq!(owner.get(&path).await.ok().data(), json!({ "agreed": false }));
        let put = async |body| owner.call(Method::PUT, &path, Some(body)).await;
        let _ = put(json!({ "agreed": true })).await.problem(400, "invalid").complains("note", "required");
        let now = put(json!({ "agreed": true, "note": "card at the counter" })).await.ok().data();
        assert_eq!((now["agreed"].as_bool(), now["how"].as_str(), now["note"].as_str(), now["by"].as_str()), (Some(true), Some("staff"), Some("card at the counter"), Some("Olive Owner")));
        assert_eq!(now["at"], json!(app.app.clock.now()));
        assert_eq!(put(json!({ "agreed": false })).await.ok().data()["agreed"], false);
        let lines = owner.get("/audit?action=user.newsletters").await.ok().data();
        assert_eq!((lines[0]["before"]["note"].as_str(), lines[0]["after"]["agreed"].as_bool(), lines.as_array().unwrap().len()), (Some("card at the counter"), Some(false), 2));
        let finance = app.caller(Role::Finance).await;
        let _ = finance.call(Method::PUT, &path, Some(json!({ "agreed": false }))).await.problem(403, "forbidden");
    }

    async fn nobody_says_so_for_somebody_above_them(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let path = format!("/users/{}/newsletters", owner.id.as_deref().unwrap());
        let told = json!({ "agreed": true, "note": "so they say" });
        let _ = support.call(Method::PUT, &path, Some(told.clone())).await.problem(403, "role_above_yours");
        assert_eq!(owner.get(&path).await.ok().data(), json!({ "agreed": false }));
        assert_eq!(owner.call(Method::PUT, &path, Some(told)).await.ok().data()["agreed"], true);
    }

    async fn only_whoever_proved_an_address_agrees_for_it(app) {
        let (owner, ada) = (app.owner().await, app.caller(Role::User).await);
        let say = async |by: &Caller, agreed: bool| by.call(Method::PUT, "/auth/newsletters", Some(json!({ "agreed": agreed }))).await;
        let me: UserId = owner.id.as_deref().unwrap().parse().unwrap();
        proved(&app, me, false).await;
        let _ = say(&owner, true).await.problem(409, "address_unproved");
        let _ = say(&owner, false).await.ok();
        proved(&app, me, true).await;
        assert_eq!(say(&owner, true).await.ok().data()["agreed"], true);
        let _ = say(&owner, false).await.ok();
        // Whoever agreed for an address they had, and has another one now, gets none until that is proved.
        let _ = say(&ada, true).await.ok();
        let path = draft(&owner).await;
        let people = async || owner.get(&format!("{path}/audience")).await.ok().data()["people"].as_i64();
        assert_eq!(people().await, Some(1));
        let her: UserId = ada.id.as_deref().unwrap().parse().unwrap();
        proved(&app, her, false).await;
        assert_eq!(people().await, Some(0));
        let _ = owner.post(&format!("{path}/send"), json!({})).await.problem(409, "nobody");
        // What staff wrote down holds: they heard it themselves.
        let told = json!({ "agreed": true, "note": "card at the counter" });
        let _ = owner.call(Method::PUT, &format!("/users/{her}/newsletters"), Some(told)).await.ok();
        assert_eq!(people().await, Some(1));
    }

    async fn everybody_says_so_for_themselves(app) {
        let ada = app.caller(Role::User).await;
        assert_eq!(ada.get("/auth/newsletters").await.ok().data(), json!({ "agreed": false }));
        let now = ada.call(Method::PUT, "/auth/newsletters", Some(json!({ "agreed": true }))).await.ok().data();
        assert_eq!((now["agreed"].as_bool(), now["how"].as_str()), (Some(true), Some("own")));
        assert_eq!(ada.call(Method::PUT, "/auth/newsletters", Some(json!({ "agreed": false }))).await.ok().data()["agreed"], false);
        let owner = app.owner().await;
        assert_eq!(owner.get(&format!("/users/{}/newsletters", ada.id.as_deref().unwrap())).await.ok().data()["how"], "own");
    }
}
