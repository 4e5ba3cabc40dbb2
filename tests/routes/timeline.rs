//! GET /users/{id}/timeline, /users/{id}/overview

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::files::{Part, send, upload};
use super::shop::Shop;

both! {
    async fn the_story_of_a_person(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "role": "support", "password": "harbour lantern 42 brass" });
        let ada = owner.post("/users", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        app.advance(1_000);
        let signed_in = app.sign_in("ada@example.com").await;
        app.advance(1_000);
        let _ = upload(&signed_in, "note.txt", b"x").await.is(201);
        app.advance(1_000);
        let _ = owner.post(&format!("/users/{ada}/lock"), json!({ "reason": "lost phone" })).await.ok();
        let story = owner.get(&format!("/users/{ada}/timeline")).await.ok().data();
        let told: Vec<_> = story.as_array().unwrap().iter().map(|e| (e["kind"].as_str().unwrap(), e["title"].as_str().unwrap())).collect();
        assert_eq!(told, [("account", "Account locked"), ("file", "File note.txt attached"), ("session", "Signed in"), ("account", "Account made")]);
        assert_eq!((story[0]["detail"].as_str(), story[0]["actor"]["name"].as_str()), (Some("lost phone"), Some("Olive Owner")));
        let line = owner.get(&format!("/audit/{}", story[0]["auditId"].as_str().unwrap())).await.ok().data();
        assert_eq!(line["action"], "user.lock");
        let support = app.caller(Role::Support).await.get(&format!("/users/{ada}/timeline")).await.ok().data();
        assert!(support[0].get("auditId").is_none(), "who may not read the log gets no link into it");
        let mut seen = Vec::new();
        let mut path = format!("/users/{ada}/timeline?limit=1");
        loop {
            let reply = owner.get(&path).await.ok();
            seen.push(reply.data()[0]["id"].clone());
            let Some(cursor) = reply.meta()["nextCursor"].as_str().map(str::to_owned) else { break };
            path = format!("/users/{ada}/timeline?limit=1&cursor={cursor}");
        }
        assert_eq!(seen, story.as_array().unwrap().iter().map(|e| e["id"].clone()).collect::<Vec<_>>());
        let figures = owner.get(&format!("/users/{ada}/overview")).await.ok().data();
        assert_eq!(figures, json!({ "orders": 0, "spent": [], "refunded": [], "openSessions": 1 }));
    }

    async fn orders_payments_refunds_and_files_of_a_customer(app) {
        let shop = Shop::open(&app).await;
        app.advance(1_000);
        let paid = shop.paid_by("pm_card_visa").await;
        let (order, payment) = (paid["order"]["id"].as_str().unwrap().to_owned(), paid["payment"]["id"].as_str().unwrap().to_owned());
        app.advance(1_000);
        let _ = shop.refund(&payment, Some(900)).await.is(201);
        app.advance(1_000);
        let parts: [Part<'_>; 3] = [("subjectType", None, b"order"), ("subjectId", None, order.as_bytes()), ("file", Some("label.txt"), b"x")];
        let file = send(&shop.owner, &parts).await.is(201).data();
        let number = paid["order"]["number"].as_i64().unwrap();
        assert_eq!(file["subject"]["label"], format!("#{number}"));
        let of = async |path: String| -> Vec<serde_json::Value> { shop.owner.get(&path).await.ok().data().as_array().unwrap().clone() };
        let story = of(format!("/orders/{order}/timeline?limit=100")).await;
        let kinds: Vec<_> = story.iter().map(|e| e["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds[..2], ["file", "refund"], "{story:?}");
        assert!(kinds.contains(&"payment") && kinds.last() == Some(&"order"), "{kinds:?}");
        assert_eq!((story[1]["amount"].clone(), story[1]["detail"].as_str()), (json!({ "amount": 900, "currency": "EUR" }), Some("Damaged on arrival")));
        assert!(story[1]["auditId"].is_string() && story[1]["actor"]["name"] == "Olive Owner", "{}", story[1]);
        let theirs = of(format!("/users/{}/timeline?limit=100", shop.customer)).await;
        assert!(theirs.iter().any(|e| e["kind"] == "refund") && theirs.iter().any(|e| e["kind"] == "order"));
        let figures = shop.owner.get(&format!("/users/{}/overview", shop.customer)).await.ok().data();
        assert_eq!((figures["orders"].as_i64(), figures["spent"].clone()), (Some(1), json!([{ "amount": 5900, "currency": "EUR" }])));
        assert_eq!(figures["refunded"], json!([{ "amount": 900, "currency": "EUR" }]));
        let hits = shop.owner.get(&format!("/search?q=%23{number}")).await.ok().data();
        let kinds: Vec<_> = hits.as_array().unwrap().iter().map(|hit| hit["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["order", "payment"]);
        assert_eq!(hits[0]["amount"], json!({ "amount": 5900, "currency": "EUR" }));
        assert_eq!(shop.owner.get("/search?q=lantern").await.ok().data()[0]["type"], "product");
        let _ = shop.owner.with("if-match", "\"1\"").patch("/settings", json!({ "currency": "USD" })).await.problem(409, "currency_in_use");
        let mut seen = Vec::new();
        let mut path = format!("/orders/{order}/timeline?limit=2");
        loop {
            let reply = shop.owner.get(&path).await.ok();
            seen.extend(reply.data().as_array().unwrap().iter().map(|e| e["id"].clone()));
            let Some(cursor) = reply.meta()["nextCursor"].as_str().map(str::to_owned) else { break };
            path = format!("/orders/{order}/timeline?limit=2&cursor={cursor}");
        }
        assert_eq!(seen, story.iter().map(|e| e["id"].clone()).collect::<Vec<_>>());
    }

    async fn an_orders_story_says_what_was_true_then(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await["id"].as_str().unwrap().to_owned();
        let pay = async |method: &str| shop.owner.post(&format!("/orders/{order}/pay"), json!({ "paymentMethod": method })).await.ok().data();
        app.advance(100_000_000);
        let _ = pay("pm_card_declined").await;
        app.advance(100_000_000);
        let asked = pay("pm_card_authentication_required").await;
        app.advance(100_000_000);
        let confirm = format!("/payments/{}/confirm", asked["payment"]["id"].as_str().unwrap());
        let _ = shop.owner.post(&confirm, json!({ "outcome": "success" })).await.ok();
        app.advance(100_000_000);
        let _ = shop.owner.post(&format!("/orders/{order}/hold"), json!({ "reason": "asked for" })).await.ok();
        app.advance(100_000_000);
        let _ = shop.refund(asked["payment"]["id"].as_str().unwrap(), Some(5_900)).await.is(201);
        let story = shop.owner.get(&format!("/orders/{order}/timeline?limit=100")).await.ok().data();
        let mut told: Vec<_> = story.as_array().unwrap().iter().map(|e| (e["at"].as_str().unwrap(), e["action"].as_str().unwrap())).collect();
        told.sort_unstable();
        let told: Vec<_> = told.into_iter().map(|(_, action)| action).collect();
        // A payment that was given back later was only begun then.
        let wanted = [
            "order.create",
            "payment.created",
            "payment.fail",
            "payment.created",
            "payment.require_action",
            "payment.capture",
            "order.hold",
            "refund.succeeded",
        ];
        assert_eq!(told, wanted, "{story}");
        let taken = story.as_array().unwrap().iter().find(|e| e["action"] == "payment.capture").unwrap();
        assert_eq!((taken["amount"]["amount"].clone(), taken["actor"]["name"].clone(), taken["auditId"].is_string()), (json!(5_900), json!("Olive Owner"), true));
        let held = story.as_array().unwrap().iter().find(|e| e["action"] == "order.hold").unwrap();
        assert_eq!(held["actor"]["name"], "Olive Owner");
    }

    async fn parcels_returns_and_messages_are_told_once(app) {
        let shop = Shop::open(&app).await;
        let paid = shop.paid_by("pm_card_visa").await;
        let order = paid["order"]["id"].as_str().unwrap().to_owned();
        app.advance(1_000);
        let _ = shop.owner.post(&format!("/orders/{order}/fulfilments"), json!({ "carrier": "Harbour Post" })).await.ok();
        app.advance(1_000);
        let whole = shop.owner.get(&format!("/orders/{order}")).await.ok().data();
        let lines = json!([{ "lineId": whole["items"][0]["id"], "quantity": 1 }]);
        let back = shop.owner.post(&format!("/orders/{order}/returns"), json!({ "lines": lines, "reason": "Too large" })).await.is(201).data();
        app.advance(1_000);
        let _ = shop.owner.post(&format!("/returns/{}/approve", back["id"].as_str().unwrap()), json!({})).await.ok();
        app.advance(1_000);
        let _ = shop.owner.post("/auth/password/forgot", json!({ "email": shop.owner.get(&format!("/users/{}", shop.customer)).await.ok().data()["email"] })).await;
        app.settle().await;
        let told = async |path: String| -> Vec<(String, String)> {
            let story = shop.owner.get(&path).await.ok().data();
            let word = |entry: &serde_json::Value, field: &str| entry[field].as_str().unwrap().to_owned();
            story.as_array().unwrap().iter().map(|entry| (word(entry, "kind"), word(entry, "action"))).collect()
        };
        for path in [format!("/orders/{order}/timeline"), format!("/users/{}/timeline", shop.customer)] {
            let story = told(path).await;
            for (kind, action) in [("order", "order.fulfil"), ("return", "return.request"), ("return", "return.approve")] {
                let times = story.iter().filter(|told| (told.0.as_str(), told.1.as_str()) == (kind, action)).count();
                assert_eq!(times, 1, "{action}: {story:?}");
            }
        }
        let theirs = shop.owner.get(&format!("/users/{}/timeline", shop.customer)).await.ok().data();
        let message = theirs.as_array().unwrap().iter().find(|entry| entry["kind"] == "message").unwrap_or_else(|| panic!("no message: {theirs}"));
        assert!(message["subject"]["type"] == "mail" && message["subject"]["label"].as_str().is_some_and(|label| label.len() > 3), "{message}");
        let request = theirs.as_array().unwrap().iter().find(|entry| entry["action"] == "return.request").unwrap();
        assert!(request["detail"] == "Too large" && request["actor"]["name"] == "Olive Owner", "{request}");
        let of = format!("/returns?customerId={}", shop.customer);
        assert_eq!(shop.owner.get(&of).await.ok().data()[0]["id"], back["id"]);
        assert_eq!(shop.owner.get(&format!("/returns?customerId={}", shop.owner.id.clone().unwrap())).await.ok().meta()["total"], 0);
    }

    async fn not_of_strangers(app) {
        let owner = app.owner().await;
        let me = owner.id.clone().unwrap();
        let stranger = app.stranger(Role::Owner).await;
        for path in [format!("/users/{me}/timeline"), format!("/users/{me}/overview"), format!("/orders/{me}/timeline")] {
            let _ = stranger.get(&path).await.problem(404, "not_found");
        }
        let cursor = owner.get("/users?limit=1&sort=name").await.ok().meta()["nextCursor"].as_str().map(str::to_owned);
        assert!(cursor.is_none());
        let _ = owner.get(&format!("/users/{me}/timeline?cursor=nonsense")).await.problem(400, "invalid").complains("cursor", "not_a_cursor");
        let _ = owner.get(&format!("/users/{me}/timeline?page=2")).await.problem(400, "invalid").complains("page", "unknown_field");
    }

    async fn a_fixed_number_of_statements(app) {
        let owner = app.owner().await;
        let path = format!("/users/{}/timeline", owner.id.clone().unwrap());
        let _ = owner.get(&path).await.ok();
        let before = app.app.db.statements();
        let _ = owner.get(&path).await.ok();
        // One a source, one to see whether the person is there; PostgreSQL names the tenant twice.
        assert!(app.app.db.statements() - before <= 13);
    }
}
