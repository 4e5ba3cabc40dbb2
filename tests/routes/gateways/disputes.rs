//! Disputes at Stripe: heard of by a message, answered once, decided, and never lost with a message.

use axum::http::Method;
use purser_testkit::{TestApp, both, json};
use serde_json::Value;

use super::fake::{Fault, Stripe, engine, tell};
use crate::routes::shop::Shop;

/// Have Stripe tell of a dispute, and follow it up.
async fn hear(app: &TestApp, connection: &str, (event, kind): (&str, &str), (dispute, intent): (&str, &str)) {
    let object = json!({ "id": dispute, "object": "dispute", "payment_intent": intent });
    let body = json!({ "id": event, "object": "event", "type": kind, "data": { "object": object } }).to_string();
    let _ = tell(app, connection, &body).await.ok();
    app.settle().await;
}

async fn only(shop: &Shop) -> Value {
    let list = shop.owner.get("/disputes").await.ok();
    assert_eq!(list.meta()["total"], 1);
    list.data()[0].clone()
}

/// Keep these words as the evidence of a dispute.
async fn stage(shop: &Shop, path: &str, words: Value) {
    let seen = shop.owner.get(path).await.ok();
    let by = shop.owner.with("if-match", seen.header("etag").unwrap());
    let _ = by.call(Method::PUT, &format!("{path}/evidence"), Some(json!({ "texts": words, "files": [] }))).await.ok();
}

both! {
    async fn a_dispute_at_stripe_is_answered_and_won(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let (payment, other) = (shop.paid().await, shop.paid().await);
        let id = stripe.dispute("pi_1", 5_900, app.app.clock.now().seconds());
        // A message is told twice and followed up once; about a payment that is not disputed it says nothing.
        hear(&app, &connection, ("evt_1", "charge.dispute.created"), (&id, "pi_1")).await;
        hear(&app, &connection, ("evt_1", "charge.dispute.created"), (&id, "pi_1")).await;
        hear(&app, &connection, ("evt_2", "charge.dispute.funds_withdrawn"), (&id, "pi_1")).await;
        hear(&app, &connection, ("evt_3", "charge.dispute.updated"), ("du_9", "pi_2")).await;
        let dispute = only(&shop).await;
        let due = (dispute["dueAt"].as_str().unwrap(), dispute["fee"]["amount"].as_i64(), dispute["withdrawn"]["amount"].as_i64());
        let week = app.app.clock.now().plus(7 * purser_core::time::DAY);
        assert_eq!(due, (week.to_string().as_str(), Some(1_500), Some(5_900)), "{dispute}");
        assert_eq!((dispute["state"].as_str(), dispute["provider"].as_str(), dispute["reason"].as_str()), (Some("needs_evidence"), Some("stripe"), Some("product_not_received")));
        assert_eq!(owner.get(&format!("/payments/{payment}")).await.ok().data()["state"], "disputed");
        assert_eq!(owner.get(&format!("/payments/{other}")).await.ok().data()["state"], "captured");
        let path = format!("/disputes/{}", dispute["id"].as_str().unwrap());
        // Stripe takes nonsense from nobody; after that something else may be said.
        stage(&shop, &path, json!({ "other": "nonsense" })).await;
        let refused = owner.call(Method::POST, &format!("{path}/submit"), None).await.ok().data();
        assert_eq!((refused["state"].as_str(), refused["failureMessage"].as_str()), (Some("needs_evidence"), Some("This is no evidence")), "{refused}");
        stage(&shop, &path, json!({ "productDescription": "Two lanterns", "shippingDocumentation": "Signed for", "refundPolicy": "30 days", "other": "See the photo" })).await;
        // The answer is lost: it is asked again under the same key, and said once.
        stripe.faults([Fault::Lost, Fault::Lost, Fault::Lost]);
        let sent = owner.with("idempotency-key", "evidence").call(Method::POST, &format!("{path}/submit"), None).await.ok().data();
        stripe.faults([]);
        app.advance(3_000_000);
        purser_service::disputes::sweep(&app.app).await.unwrap();
        let seen = owner.get(&path).await.ok().data();
        assert_eq!((seen["state"].as_str(), seen["pending"].as_bool()), (Some("submitted"), Some(false)), "{sent} then {seen}");
        let evidence = stripe.evidence(&id);
        assert_eq!((evidence["submit"].as_str(), evidence["evidence[product_description]"].as_str()), (Some("true"), Some("Two lanterns")));
        assert_eq!((evidence["evidence[refund_policy_disclosure]"].as_str(), evidence["evidence[uncategorized_text]"].as_str()), (Some("30 days"), Some("Signed for\n\nSee the photo")));
        stripe.decide(&id, true);
        hear(&app, &connection, ("evt_4", "charge.dispute.closed"), (&id, "pi_1")).await;
        let won = owner.get(&path).await.ok().data();
        assert_eq!((won["state"].as_str(), won["reinstated"]["amount"].as_i64()), (Some("won"), Some(5_900)), "{won}");
        // Stripe gave its fee back with it, and so do the books.
        assert_eq!((won["fee"]["amount"].as_i64(), won["feeBack"]["amount"].as_i64()), (Some(1_500), Some(1_500)), "{won}");
        let entries = owner.get(&format!("/orders/{}/ledger", won["orderId"].as_str().unwrap())).await.ok().data();
        let of = |code: &str| entries.as_array().unwrap().iter().filter(|e| e["account"]["code"] == code).map(|e| e["amount"]["amount"].as_i64().unwrap()).sum::<i64>();
        assert_eq!([of("fees"), of("disputes"), of("cash:provider")], [0, 0, 5_900], "{entries}");
        assert_eq!(owner.get(&format!("/payments/{payment}")).await.ok().data()["state"], "captured");
        assert_eq!(shop.refund(&payment, Some(100)).await.is(201).data()["state"], "succeeded");
        shop.books_balance().await;
    }

    async fn every_page_of_disputes_is_read(plain) {
        let stripe = Stripe::start().await;
        let (app, _, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        let _ = stripe.dispute("pi_1", 2_000, app.app.clock.now().seconds());
        // Newer ones of another merchant at the same account fill the first pages.
        for _ in 0..7 {
            let _ = stripe.dispute("pi_77", 900, app.app.clock.now().seconds());
        }
        purser_service::jobs::tick(&app.app).await.unwrap();
        app.advance(7 * purser_core::time::HOUR);
        purser_service::jobs::tick(&app.app).await.unwrap();
        app.settle().await;
        assert_eq!(app.owner_unasked().await.get("/disputes").await.ok().meta()["total"], 1);
    }

    async fn a_dispute_is_given_in_to_and_one_whose_message_was_lost_is_found(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let id = stripe.dispute("pi_1", 2_000, app.app.clock.now().seconds());
        // Another merchant's, at the same account: none of ours.
        let _ = stripe.dispute("pi_77", 900, app.app.clock.now().seconds());
        for _ in 0..2 {
            assert_eq!(owner.call(Method::POST, "/disputes/refresh", None).await.ok().data()["told"], 1);
        }
        let dispute = only(&shop).await;
        let path = format!("/disputes/{}", dispute["id"].as_str().unwrap());
        let _ = owner.post(&format!("{path}/decide"), json!({ "outcome": "won" })).await.problem(409, "provider_refused");
        let given = owner.post(&format!("{path}/accept"), json!({ "reason": "not worth it" })).await.ok().data();
        assert_eq!((given["state"].as_str(), given["amount"]["amount"].as_i64()), (Some("accepted"), Some(2_000)));
        hear(&app, &connection, ("evt_1", "charge.dispute.closed"), (&id, "pi_1")).await;
        assert_eq!(owner.get(&path).await.ok().data()["state"], "accepted");
        assert_eq!(owner.get(&format!("/payments/{payment}")).await.ok().data()["state"], "disputed");
        // While Stripe is away nothing is said to be known.
        stripe.down(true);
        let _ = owner.call(Method::POST, "/disputes/refresh", None).await.problem(503, "provider_silent");
        stripe.down(false);
        shop.books_balance().await;
    }
}
