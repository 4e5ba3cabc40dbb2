//! What the sandbox tells comes through the door every provider uses, and whatever happens to it on its way makes no difference.

use axum::body::Body;
use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::{MINUTE, SECOND};
use purser_service::sandbox::deliver_due;
use purser_testkit::{TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

async fn deliver(app: &TestApp) {
    deliver_due(&app.app).await.unwrap();
    app.settle().await;
}

fn id(paid: &Value) -> String {
    paid["payment"]["id"].as_str().unwrap().to_owned()
}

both! {
    async fn the_sandbox_tells_late_twice_and_out_of_order(app) {
        let shop = Shop::open(&app).await;
        let developer = app.caller(Role::Developer).await;
        for (field, body) in [
            ("webhooks.copies", json!({ "webhooks": { "copies": 6 } })),
            ("webhooks.delaySeconds", json!({ "webhooks": { "delaySeconds": -1 } })),
            ("webhooks.losePercent", json!({ "webhooks": { "losePercent": 101 } })),
            ("processingSeconds", json!({ "processingSeconds": 100_000 })),
        ] {
            let _ = developer.patch("/sandbox", body).await.problem(400, "invalid").complains(field, "out_of_range");
        }
        let chosen = json!({ "processingSeconds": 3_600, "webhooks": { "enabled": true, "copies": 3, "delaySeconds": 10, "reorder": true } });
        let sandbox = developer.patch("/sandbox", chosen).await.ok().data();
        let connection = sandbox["webhooks"]["connectionId"].as_str().unwrap().to_owned();
        assert!(sandbox["webhooks"]["url"].as_str().unwrap().ends_with(&format!("/webhooks/{connection}")));
        assert_eq!(shop.owner.get("/payment-providers").await.ok().meta()["total"], 0, "it is none a person connected");
        let _ = shop.owner.get(&format!("/payment-providers/{connection}")).await.problem(404, "not_found");
        let paid = shop.paid_by("pm_card_processing").await;
        assert_eq!(paid["payment"]["state"], "processing");
        let settled = developer.post("/sandbox/settle", json!({ "paymentId": id(&paid), "outcome": "succeed" })).await.ok().data();
        assert_eq!(settled["payments"], json!([id(&paid)]));
        assert_eq!(shop.owner.get(&format!("/payments/{}", id(&paid))).await.ok().data()["state"], "captured");
        // The first one is overtaken by the second.
        deliver(&app).await;
        assert_eq!(shop.owner.get("/payment-providers/events").await.ok().meta()["total"], 0, "not yet");
        app.advance(11 * SECOND);
        deliver(&app).await;
        let kinds = |reply: purser_testkit::Reply| -> Vec<String> { reply.data().as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect() };
        assert_eq!(kinds(shop.owner.get("/payment-providers/events").await.ok()), ["payment.captured"]);
        app.advance(5 * SECOND);
        deliver(&app).await;
        let told = shop.owner.get("/payment-providers/events").await.ok();
        assert_eq!((told.data()[0]["copies"].as_i64(), told.data()[0]["connectionId"].as_str(), told.data()[0]["paymentId"].as_str()), (Some(3), Some(connection.as_str()), Some(id(&paid).as_str())));
        assert_eq!(kinds(told), ["payment.processing", "payment.captured"]);
        let messages = developer.get("/sandbox/messages?state=delivered").await.ok();
        assert_eq!((messages.meta()["total"].as_i64(), messages.data()[0]["copies"].as_i64()), (Some(2), Some(3)));
        assert_eq!(shop.owner.get("/payment-providers/events?state=processed").await.ok().meta()["total"], 2);
        // Nobody else can tell in its name.
        let forged = app.nobody().with("sandbox-signature", "t=1,v1=00");
        let _ = forged.send(Method::POST, &format!("//webhooks/{connection}"), Some("application/json"), Body::from("{}")).await.problem(400, "invalid");
        shop.books_balance().await;
    }

    async fn a_lost_message_harms_nobody_and_can_be_sent_after_all(app) {
        let shop = Shop::open(&app).await;
        let developer = app.caller(Role::Developer).await;
        let _ = developer.patch("/sandbox", json!({ "webhooks": { "enabled": true, "losePercent": 100 } })).await.ok();
        let paid = shop.paid_by("pm_card_processing").await;
        let payment = id(&paid);
        app.advance(MINUTE);
        purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
        assert_eq!(shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["state"], "captured");
        deliver(&app).await;
        assert_eq!(shop.owner.get("/payment-providers/events").await.ok().meta()["total"], 0);
        // The bank disputes it, and that is lost as well: it is heard of when somebody asks, or when the message is sent after all.
        let opened = developer.post("/sandbox/disputes", json!({ "paymentId": payment, "amount": { "amount": 900, "currency": "EUR" } })).await.is(201).data();
        assert!(opened.get("disputeId").is_none(), "{opened}");
        assert_eq!(shop.owner.get("/disputes").await.ok().meta()["total"], 0);
        let lost = developer.get(&format!("/sandbox/messages?state=lost&paymentId={payment}")).await.ok();
        assert_eq!(lost.meta()["total"], 3);
        let newest = &lost.data()[0];
        assert_eq!(newest["kind"], "dispute.opened");
        let sent = developer.post(&format!("/sandbox/messages/{}/send", newest["id"].as_str().unwrap()), json!({})).await.ok().data();
        assert_eq!((sent["state"].as_str(), sent["tries"].as_i64()), (Some("delivered"), Some(1)), "{sent}");
        app.settle().await;
        let disputes = shop.owner.get("/disputes").await.ok().data();
        assert_eq!((disputes[0]["reference"].as_str(), disputes[0]["amount"]["amount"].as_i64()), (opened["reference"].as_str(), Some(900)));
        // Without messages it is known at once.
        let _ = developer.patch("/sandbox", json!({ "webhooks": { "enabled": false } })).await.ok();
        let other = shop.paid().await;
        let opened = developer.post("/sandbox/disputes", json!({ "paymentId": other })).await.is(201).data();
        assert_eq!(shop.owner.get(&format!("/disputes/{}", opened["disputeId"].as_str().unwrap())).await.ok().data()["paymentId"].as_str(), Some(other.as_str()));
        for (body, field, code) in [
            (json!({ "paymentId": uuid::Uuid::nil() }), "paymentId", "unknown_payment"),
            (json!({ "paymentId": other, "amount": { "amount": 100, "currency": "USD" } }), "amount.currency", "wrong_currency"),
        ] {
            let _ = developer.post("/sandbox/disputes", body).await.problem(422, "unprocessable").complains(field, code);
        }
        // What takes its time can end badly too.
        let _ = developer.patch("/sandbox", json!({ "processingSeconds": 3_600 })).await.ok();
        let slow = id(&shop.paid_by("pm_card_processing").await);
        assert_eq!(developer.get("/sandbox").await.ok().data()["waiting"]["payments"], 1);
        let _ = developer.post("/sandbox/settle", json!({ "outcome": "fail" })).await.ok();
        let failed = shop.owner.get(&format!("/payments/{slow}")).await.ok().data();
        assert_eq!((failed["state"].as_str(), failed["failureCode"].as_str()), (Some("failed"), Some("processing_error")));
        let _ = app.stranger(Role::Owner).await.post(&format!("/sandbox/messages/{}/send", newest["id"].as_str().unwrap()), json!({})).await.problem(404, "not_found");
        shop.books_balance().await;
    }
}
