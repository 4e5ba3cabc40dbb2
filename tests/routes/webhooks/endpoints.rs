//! Endpoints: made, changed, tested, their secrets made anew.

use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::HOUR;
use purser_testkit::{both, json};

use super::receiver::{Receiver, endpoint, engine, subscribe};

both! {
    async fn a_secret_is_shown_once_and_changes_hands_with_an_overlap(plain) {
        let (app, receiver) = (engine(plain.database).await, Receiver::start().await);
        let owner = app.owner().await;
        let (id, old) = subscribe(&owner, &receiver, &["*"]).await;
        assert!(old.starts_with(endpoint(&owner, &id).await["secretPrefix"].as_str().unwrap()));
        let test = format!("/webhooks/endpoints/{id}/test");
        let sent = owner.call(Method::POST, &test, None).await.ok().data();
        assert_eq!((sent["ok"].as_bool(), sent["attempt"]["status"].as_i64(), sent["delivery"]["event"].as_str()), (Some(true), Some(200), Some("ping")));
        let ping = receiver.got().pop().unwrap();
        assert!(ping.is_signed_with(&old) && ping.event() == "ping");
        let made = owner.post(&format!("/webhooks/endpoints/{id}/rotate"), json!({ "overlapHours": 2 })).await.ok().data();
        let new = made["secret"].as_str().unwrap();
        assert_ne!(new, old);
        let _ = owner.call(Method::POST, &test, None).await.ok();
        let during = receiver.got().pop().unwrap();
        assert!(during.is_signed_with(&old) && during.is_signed_with(new), "both count for a while");
        // Three hours on, without moving the clock away from the library's.
        let expire = async |tx: &mut purser_store::Tx| {
            let mut row = purser_store::webhooks::find(tx, id.parse().unwrap()).await?.unwrap();
            row.old_secret_ends_at = row.old_secret_ends_at.map(|at| at.plus(-3 * HOUR));
            purser_store::webhooks::update(tx, &row).await
        };
        assert!(app.app.db.transact(app.tenant().await, expire).await.unwrap());
        let _ = owner.call(Method::POST, &test, None).await.ok();
        let after = receiver.got().pop().unwrap();
        assert!(!after.is_signed_with(&old) && after.is_signed_with(new), "then the new one alone");
        // Neither is anywhere else: not in a reply, not in the database, not in the log.
        let everything = format!("{}{}{:?}", owner.get("/webhooks/endpoints").await.ok().text(), owner.get("/audit?limit=100").await.ok().text(), app.db_dump(app.tenant().await).await);
        assert!(!everything.contains(&old[10..]) && !everything.contains(&new[10..]));
    }

    async fn a_repeat_is_not_told_the_secret_again_and_it_is_kept_nowhere(plain) {
        let app = engine(plain.database).await;
        let by = app.owner().await.with("idempotency-key", "one-endpoint");
        let body = json!({ "url": "https://hooks.example/once" });
        let first = by.post("/webhooks/endpoints", body.clone()).await.is(201);
        let secret = first.data()["secret"].as_str().unwrap().to_owned();
        let kept = app.db_dump(app.tenant().await).await["idempotency_keys"].join("\n");
        let hex = secret.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        assert!(!kept.is_empty() && !kept.contains(&secret) && !kept.to_lowercase().contains(&hex), "{kept}");
        let again = by.post("/webhooks/endpoints", body.clone()).await.is(201);
        assert_eq!((again.header("idempotency-replayed"), again.data()["id"].clone(), again.data().get("secret")), (Some("true"), first.data()["id"].clone(), None));
        assert_eq!(again.body, by.post("/webhooks/endpoints", body).await.is(201).body, "and the next is told the same");
        assert_eq!(app.owner().await.get("/webhooks/endpoints").await.ok().meta()["total"], 1);
    }

    async fn a_receiver_that_is_not_there_is_named(plain) {
        let app = engine(plain.database).await;
        let owner = app.owner().await;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        drop(listener);
        let id = owner.post("/webhooks/endpoints", json!({ "url": url })).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let sent = owner.call(Method::POST, &format!("/webhooks/endpoints/{id}/test"), None).await.ok().data();
        assert_eq!((sent["ok"].as_bool(), sent["delivery"]["state"].as_str(), sent["attempt"].get("status")), (Some(false), Some("failed"), None));
        assert!(sent["attempt"]["error"].as_str().unwrap().contains("can not be reached"), "{sent}");
    }

    async fn endpoints_are_changed_by_whoever_may(plain) {
        let app = engine(plain.database).await;
        let owner = app.owner().await;
        let developer = app.caller(Role::Developer).await;
        let made = developer.post("/webhooks/endpoints", json!({ "url": "https://hooks.example/a", "description": " Stock " })).await.is(201);
        let path = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
        assert_eq!((made.data()["description"].as_str(), &made.data()["topics"]), (Some("Stock"), &json!(["*"])));
        assert!(made.data()["secret"].as_str().unwrap().starts_with("whsec_"));
        assert!(owner.get(&path).await.ok().data().get("secret").is_none());
        let etag = owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let change = json!({ "topics": ["order.*", "order.*", "payment.captured"], "description": null });
        let changed = owner.with("if-match", &etag).patch(&path, change.clone()).await.ok().data();
        assert_eq!((&changed["topics"], changed["description"].as_str()), (&json!(["order.*", "payment.captured"]), Some("")));
        let _ = owner.with("if-match", &etag).patch(&path, change.clone()).await.problem(412, "stale");
        let _ = owner.patch(&path, change).await.problem(428, "precondition_required");
        let lines = owner.get("/audit?action=webhook.update").await.ok().data();
        assert_eq!(lines[0]["after"]["topics"], json!(["order.*", "payment.captured"]));
        // Seen by auditors, changed by none of these.
        let _ = app.caller(Role::Auditor).await.get(&path).await.ok();
        for role in [Role::Auditor, Role::Support, Role::Finance, Role::User] {
            let caller = app.caller(role).await;
            let _ = caller.post("/webhooks/endpoints", json!({ "url": "https://hooks.example/b" })).await.problem(403, "forbidden");
            let _ = caller.delete(&path).await.problem(403, "forbidden");
        }
        let stranger = app.stranger(Role::Owner).await;
        let _ = stranger.get(&path).await.problem(404, "not_found");
        let _ = stranger.delete(&path).await.problem(404, "not_found");
        assert_eq!(stranger.get("/webhooks/endpoints").await.ok().meta()["total"], 0);
        let _ = owner.delete(&path).await.is(204);
        let _ = owner.get(&path).await.problem(404, "not_found");
        for n in 0..20 {
            let _ = owner.post("/webhooks/endpoints", json!({ "url": format!("https://hooks.example/{n}") })).await.is(201);
        }
        let _ = owner.post("/webhooks/endpoints", json!({ "url": "https://hooks.example/one-more" })).await.problem(409, "too_many");
        let kinds = owner.get("/webhooks/events").await.ok().data();
        assert!(kinds.as_array().unwrap().iter().any(|kind| kind["name"] == "payment.captured" && kind["example"]["data"]["amount"]["amount"] == 5_900));
    }
}
