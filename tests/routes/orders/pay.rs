//! POST /orders/{id}/pay and what follows at the provider

use purser_core::access::Role;
use purser_core::time::SECOND;
use purser_service::payments::resolve_unknown;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn a_good_card_pays(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        assert_eq!((done["order"]["state"].as_str(), done["order"]["paymentState"].as_str()), (Some("paid"), Some("paid")));
        assert_eq!(done["order"]["paid"]["amount"], 5_900);
        assert_eq!((done["payment"]["state"].as_str(), done["payment"]["methodLabel"].as_str()), (Some("captured"), Some("Visa •••• 4242")));
        assert_eq!((done["payment"]["captured"]["amount"].as_i64(), done["payment"]["refundable"]["amount"].as_i64()), (Some(5_900), Some(5_900)));
        let path = format!("/orders/{}", done["order"]["id"].as_str().unwrap());
        let _ = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.problem(409, "illegal_move");
        let entries = shop.owner.get(&format!("{path}/ledger")).await.ok().data();
        let mut booked: Vec<_> = entries.as_array().unwrap().iter().map(|e| (e["account"]["code"].as_str().unwrap().to_owned(), e["amount"]["amount"].as_i64().unwrap())).collect();
        booked.sort();
        let wanted = [("cash:provider", 5_900), ("revenue", -5_000), ("shipping", -500), ("tax", -400)];
        assert_eq!(booked, wanted.map(|(code, amount)| (code.to_owned(), amount)));
        shop.books_balance().await;
    }

    async fn a_declined_card_leaves_the_order_payable(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_declined").await;
        assert_eq!((done["order"]["state"].as_str(), done["order"]["paymentState"].as_str()), (Some("pending"), Some("failed")));
        assert_eq!((done["payment"]["state"].as_str(), done["payment"]["failureCode"].as_str()), (Some("failed"), Some("card_declined")));
        let path = format!("/orders/{}/pay", done["order"]["id"].as_str().unwrap());
        let again = shop.owner.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.ok().data();
        assert_eq!(again["order"]["state"], "paid");
        shop.books_balance().await;
    }

    async fn proof_of_identity_is_asked_for_and_finishes_either_way(app) {
        let shop = Shop::open(&app).await;
        for (outcome, payment, order) in [("success", "captured", "paid"), ("fail", "failed", "failed")] {
            let done = shop.paid_by("pm_card_authentication_required").await;
            assert_eq!(done["payment"]["state"], "requires_action");
            assert!(done["payment"]["nextActionUrl"].is_string());
            assert_eq!((done["order"]["state"].as_str(), done["order"]["paymentState"].as_str()), (Some("pending"), Some("requires_action")));
            let path = format!("/payments/{}/confirm", done["payment"]["id"].as_str().unwrap());
            let after = shop.owner.post(&path, json!({ "outcome": outcome })).await.ok().data();
            assert_eq!((after["payment"]["state"].as_str(), after["order"]["paymentState"].as_str()), (Some(payment), Some(order)));
            let _ = shop.owner.post(&path, json!({})).await.problem(409, "nothing_to_confirm");
        }
    }

    async fn what_takes_its_time_arrives(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_processing").await;
        assert_eq!((done["payment"]["state"].as_str(), done["order"]["paymentState"].as_str()), (Some("processing"), Some("processing")));
        resolve_unknown(&app.app, 0).await.unwrap();
        let path = format!("/payments/{}", done["payment"]["id"].as_str().unwrap());
        assert_eq!(shop.owner.get(&path).await.ok().data()["state"], "processing");
        app.advance(3 * SECOND);
        resolve_unknown(&app.app, 0).await.unwrap();
        assert_eq!(shop.owner.get(&path).await.ok().data()["state"], "captured");
        let order = shop.owner.get(&format!("/orders/{}", done["order"]["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((order["state"].as_str(), order["paid"]["amount"].as_i64()), (Some("paid"), Some(5_900)));
        shop.books_balance().await;
    }

    async fn no_answer_is_unknown_until_asked_and_never_charged_twice(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_timeout").await;
        assert_eq!((done["payment"]["state"].as_str(), done["order"]["paymentState"].as_str()), (Some("unknown"), Some("unknown")));
        let order = done["order"]["id"].as_str().unwrap();
        let _ = shop.owner.post(&format!("/orders/{order}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.problem(409, "payment_under_way");
        let _ = shop.owner.post(&format!("/orders/{order}/cancel"), json!({ "reason": "changed mind" })).await.problem(409, "payment_in_flight");
        resolve_unknown(&app.app, 0).await.unwrap();
        let after = shop.owner.get(&format!("/orders/{order}")).await.ok().data();
        assert_eq!((after["state"].as_str(), after["paid"]["amount"].as_i64()), (Some("paid"), Some(5_900)));
        assert_eq!(after["payments"].as_array().unwrap().len(), 1);
        shop.books_balance().await;
    }

    async fn a_promise_is_taken_in_part_or_let_go(app) {
        let shop = Shop::open(&app).await;
        let mut payments = Vec::new();
        for _ in 0..2 {
            let order = shop.order().await;
            let body = json!({ "paymentMethod": "pm_card_visa", "capture": "manual" });
            let done = shop.owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), body).await.ok().data();
            assert_eq!((done["payment"]["state"].as_str(), done["order"]["state"].as_str()), (Some("authorised"), Some("pending")));
            payments.push(format!("/payments/{}", done["payment"]["id"].as_str().unwrap()));
        }
        let take = |amount: i64| json!({ "amount": { "amount": amount, "currency": "EUR" } });
        let _ = shop.owner.post(&format!("{}/capture", payments[0]), take(5_901)).await.problem(422, "unprocessable").complains("amount.amount", "out_of_range");
        let _ = shop.owner.post(&format!("{}/refund", payments[0]), json!({ "reason": "early" })).await.problem(409, "nothing_captured");
        let done = shop.owner.post(&format!("{}/capture", payments[0]), take(4_000)).await.ok().data();
        assert_eq!((done["payment"]["captured"]["amount"].as_i64(), done["order"]["paid"]["amount"].as_i64()), (Some(4_000), Some(4_000)));
        let done = shop.owner.call(axum::http::Method::POST, &format!("{}/void", payments[1]), None).await.ok().data();
        assert_eq!((done["payment"]["state"].as_str(), done["order"]["paymentState"].as_str()), (Some("voided"), Some("unpaid")));
        let _ = shop.owner.post(&format!("{}/capture", payments[1]), json!({})).await.problem(409, "illegal_move");
        shop.books_balance().await;
    }

    async fn a_repeat_with_the_key_pays_once(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let keyed = shop.owner.with("idempotency-key", "pay-1");
        let path = format!("/orders/{}/pay", order["id"].as_str().unwrap());
        let first = keyed.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let again = keyed.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        assert_eq!(first.body, again.body);
        assert_eq!(shop.owner.get("/payments").await.ok().meta()["total"], 1);
        let _ = shop.owner.post(&path, json!({ "paymentMethod": "pm_none" })).await.problem(422, "unprocessable").complains("paymentMethod", "unknown_method");
        let _ = app.caller(Role::Support).await.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.problem(404, "not_found");
    }
}
