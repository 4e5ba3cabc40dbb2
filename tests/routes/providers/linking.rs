//! Adding a way in to one's own account, taking it away, and what is not linked by itself.

use purser_core::access::Role;
use purser_testkit::{both, json};
use serde_json::Value;

use super::fake::Fake;
use super::trip::{Trip, collected, connect, open};

fn claims(subject: &str, email: &str, verified: bool) -> Value {
    json!({ "sub": subject, "email": email, "email_verified": verified })
}

both! {
    async fn the_same_proved_address_is_the_same_person(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let user = app.db_user(app.tenant().await, Role::Support, "Sam").await;
        let trip = Trip::begin(&app, &provider).await;
        let _ = trip.whole(&app, &fake.code(&app, &trip, claims("sam", &user.email, false))).await.problem(403, "email_unverified_there");
        let trip = Trip::begin(&app, &provider).await;
        let reply = trip.whole(&app, &fake.code(&app, &trip, claims("sam", &user.email.to_uppercase(), true))).await.ok();
        assert_eq!(reply.data()["user"]["id"], user.id.to_string());
        assert_eq!(reply.data()["user"]["role"], "support");
        // Another of the provider's people with the same address is not this one.
        let trip = Trip::begin(&app, &provider).await;
        let _ = trip.whole(&app, &fake.code(&app, &trip, claims("another", &user.email, true))).await.problem(409, "identity_taken");
    }

    async fn an_address_that_was_never_proved_here_is_not_taken_over(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        // Somebody wrote an address that is not theirs on an account, and waits for its owner to come.
        let planted = json!({ "email": "ada@home.example", "firstName": "Not", "lastName": "Ada", "role": "user", "password": "harbour lantern 42 brass" });
        let _ = owner.post("/users", planted).await.ok();
        let trip = Trip::begin(&app, &provider).await;
        let _ = trip.whole(&app, &fake.code(&app, &trip, claims("ada", "ada@home.example", true))).await.problem(409, "account_exists");
    }

    async fn an_owner_is_never_linked_by_address(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let boss = app.db_user(app.tenant().await, Role::Owner, "Boss").await;
        let trip = Trip::begin(&app, &provider).await;
        let _ = trip.whole(&app, &fake.code(&app, &trip, claims("boss", &boss.email, true))).await.problem(409, "account_exists");
    }

    async fn one_links_and_unlinks_with_ones_own_hands(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let sam = app.caller(Role::Support).await;
        let trip = Trip::begin_link(&sam, &provider).await;
        let landed = trip.back(&app, &fake.code(&app, &trip, claims("sam", "private@elsewhere.example", false))).await;
        assert!(landed.header("location").unwrap().ends_with("&purpose=link"));
        let code = collected(&landed);
        let finish = async |by: &purser_testkit::Caller, cookie: &str| by.with("cookie", cookie).post("/auth/identities/finish", json!({ "code": code })).await;
        // It is no way to sign in, and nobody else's to link.
        let _ = trip.finish(&app, &code).await.problem(401, "sign_in_over");
        let _ = finish(&owner, &trip.cookie).await.problem(409, "sign_in_over");
        let _ = finish(&sam, "purser_sign_in=a-guess").await.problem(409, "sign_in_over");
        let identity = finish(&sam, &trip.cookie).await.ok().data();
        assert_eq!(identity["email"], "private@elsewhere.example");
        let _ = finish(&sam, &trip.cookie).await.problem(409, "sign_in_over");
        let trip = Trip::begin(&app, &provider).await;
        let reply = trip.whole(&app, &fake.code(&app, &trip, claims("sam", "private@elsewhere.example", false))).await.ok();
        assert_eq!(reply.data()["user"]["id"].as_str(), sam.id.as_deref());
        // What is theirs is nobody else's to link.
        let eve = app.caller(Role::Support).await;
        let trip = Trip::begin_link(&eve, &provider).await;
        let code = collected(&trip.back(&app, &fake.code(&app, &trip, claims("sam", "x@y.example", false))).await);
        let _ = eve.with("cookie", &trip.cookie).post("/auth/identities/finish", json!({ "code": code })).await.problem(409, "identity_taken");
        let path = format!("/auth/identities/{}", identity["id"].as_str().unwrap());
        let _ = eve.delete(&path).await.problem(404, "not_found");
        let _ = sam.delete(&path).await.is(204);
        let _ = sam.delete(&path).await.problem(404, "not_found");
        assert_eq!(sam.get("/auth/identities").await.ok().data()["identities"], json!([]));
        let actions: Vec<Value> = owner.get("/audit?limit=50").await.ok().data().as_array().unwrap().iter().map(|line| line["action"].clone()).collect();
        for action in ["user.identity_link", "user.identity_unlink"] { assert!(actions.contains(&json!(action)), "{action}"); }
    }

    async fn the_last_way_in_stays(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let trip = Trip::begin(&app, &provider).await;
        let reply = trip.whole(&app, &fake.code(&app, &trip, claims("ada", "ada@home.example", true))).await.ok();
        let ada = app.nobody().with_token(reply.data()["accessToken"].as_str().unwrap());
        let ways = ada.get("/auth/identities").await.ok().data();
        assert_eq!(ways["hasPassword"], false);
        let path = format!("/auth/identities/{}", ways["identities"][0]["id"].as_str().unwrap());
        let _ = ada.delete(&path).await.problem(409, "last_way_in");
        // Whoever removes the connection is told, and has to mean it; a link by mail is left.
        let connection = format!("/providers/{provider}");
        assert_eq!(owner.get("/providers").await.ok().data()[0]["people"], 1);
        assert_eq!(owner.delete(&connection).await.problem(409, "last_way_in_for_some").json()["count"], 1);
        let _ = owner.delete(&format!("{connection}?force=true")).await.is(204);
        let _ = app.nobody().post("/auth/password/forgot", json!({ "email": "ada@home.example" })).await.is(204);
        let token = app.mailed_token("ada@home.example").await;
        let _ = app.nobody().post("/auth/password/reset", json!({ "token": token, "newPassword": "violet anchor 77 copper" })).await.is(204);
    }

    async fn what_somebody_else_linked_goes_when_a_sign_in_is_disowned(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let login = async |program: &str, ip: &str| {
            let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass" });
            let reply = app.nobody().with("user-agent", program).from(ip).post("/auth/login", body).await.ok();
            app.nobody().with_token(reply.data()["accessToken"].as_str().unwrap())
        };
        let link = async |by: &purser_testkit::Caller, subject: &str| {
            let trip = Trip::begin_link(by, &provider).await;
            let code = collected(&trip.back(&app, &fake.code(&app, &trip, claims(subject, "x@y.example", false))).await);
            let _ = by.with("cookie", &trip.cookie).post("/auth/identities/finish", json!({ "code": code })).await.ok();
        };
        let _ = login("Firefox", "192.0.2.1").await;
        app.advance(60_000_000);
        let thief = login("curl", "203.0.113.9").await;
        let token = app.mailed_token("owner@harbour.example").await;
        link(&thief, "thief").await;
        assert_eq!(thief.get("/auth/identities").await.ok().data()["identities"].as_array().unwrap().len(), 1);
        let _ = app.nobody().post("/auth/disown", json!({ "token": token })).await.ok();
        assert_eq!(app.owner_unasked().await.get("/auth/identities").await.ok().data()["identities"], json!([]));
        let trip = Trip::begin(&app, &provider).await;
        let _ = trip.whole(&app, &fake.code(&app, &trip, claims("thief", "x@y.example", false))).await.problem(403, "email_unverified_there");
    }

    async fn a_way_in_is_added_by_whoever_showed_lately_who_they_are(plain) {
        let (app, _fake) = Fake::on(plain.database).await;
        let provider = connect(&app.owner().await, open()).await;
        let sam = app.caller(Role::Support).await;
        app.advance(10 * 60_000_000);
        let _ = sam.post(&format!("/auth/providers/{provider}/link"), json!({})).await.problem(403, "step_up_required");
        let _ = sam.post("/auth/step-up/password", json!({ "password": "harbour lantern 42 brass" })).await.ok();
        let _ = Trip::begin_link(&sam, &provider).await;
    }
}
