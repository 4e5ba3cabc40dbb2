//! POST /payments/{id}/refund

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn a_part_and_then_the_rest(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let reply = shop.refund(&payment, Some(2_000)).await.is(201);
        let part = reply.data();
        assert_eq!((part["state"].as_str(), part["amount"]["amount"].as_i64(), part["reason"].as_str()), (Some("succeeded"), Some(2_000), Some("Damaged on arrival")));
        assert_eq!((part["outside"].as_bool(), part.get("note")), (Some(false), None));
        assert_eq!((part["payment"]["state"].as_str(), part["payment"]["refundable"]["amount"].as_i64()), (Some("partially_refunded"), Some(3_900)));
        assert_eq!((part["order"]["paymentState"].as_str(), part["order"]["refunded"]["amount"].as_i64()), (Some("partially_refunded"), Some(2_000)));
        assert_eq!(reply.header("location"), Some(format!("/api/v1/refunds/{}", part["id"].as_str().unwrap()).as_str()));
        let _ = shop.refund(&payment, Some(3_901)).await.problem(422, "unprocessable").complains("amount.amount", "more_than_left");
        let rest = shop.refund(&payment, None).await.is(201).data();
        assert_eq!((rest["amount"]["amount"].as_i64(), rest["payment"]["state"].as_str(), rest["order"]["paymentState"].as_str()), (Some(3_900), Some("refunded"), Some("refunded")));
        let _ = shop.refund(&payment, Some(1)).await.problem(409, "nothing_left");
        let _ = shop.refund(&payment, None).await.problem(409, "nothing_left");
        shop.books_balance().await;
        // Everything came back: goods, tax and shipping.
        let accounts = shop.owner.get("/ledger/accounts").await.ok().data();
        for account in accounts.as_array().unwrap() {
            let balance = account["balance"]["amount"].as_i64().unwrap();
            let wanted = match account["code"].as_str().unwrap() {
                "revenue" => -5_000,
                "refunds" => 5_000,
                "shipping" | "tax" | "cash:provider" => 0,
                other => panic!("{other}"),
            };
            assert_eq!(balance, wanted, "{account}");
        }
    }

    async fn what_can_not_be_given_back_is_named(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let path = format!("/payments/{payment}/refund");
        let post = async |amount: serde_json::Value| shop.owner.post(&path, json!({ "amount": amount, "reason": "x" })).await;
        for amount in [0, -1, i64::MIN] {
            let _ = post(json!({ "amount": amount, "currency": "EUR" })).await.problem(400, "invalid").complains("amount.amount", "out_of_range");
        }
        let _ = post(json!({ "amount": i64::MAX, "currency": "EUR" })).await.problem(422, "unprocessable").complains("amount.amount", "more_than_left");
        let _ = post(json!({ "amount": 1, "currency": "USD" })).await.problem(422, "unprocessable").complains("amount.currency", "wrong_currency");
        let _ = post(json!({ "amount": "9", "currency": "EUR" })).await.problem(400, "invalid").complains("amount.amount", "wrong_type");
        let _ = post(json!(9)).await.problem(400, "invalid").complains("amount", "wrong_type");
        let _ = shop.owner.post(&path, json!({})).await.problem(400, "invalid").complains("reason", "required");
        let _ = shop.owner.post(&path, json!({ "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
        let _ = shop.owner.post(&path, json!({ "reason": "x", "all": true })).await.problem(400, "invalid").complains("all", "unknown_field");
        let declined = shop.paid_by("pm_card_declined").await["payment"]["id"].as_str().unwrap().to_owned();
        let _ = shop.refund(&declined, None).await.problem(409, "nothing_captured");
        assert_eq!(shop.owner.get("/refunds").await.ok().meta()["total"], 0);
        assert_eq!(shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["refundable"]["amount"], 5_900);
    }

    async fn a_refund_is_in_the_log_with_its_reason(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let support = app.caller(Role::Support).await;
        let body = json!({ "amount": { "amount": 500, "currency": "EUR" }, "reason": "Arrived too late", "kind": "goodwill" });
        let refund = support.post(&format!("/payments/{payment}/refund"), body).await.is(201).data();
        assert_eq!(refund["kind"], "goodwill");
        let line = shop.owner.get("/audit?action=order.refund").await.ok().data()[0].clone();
        assert_eq!((line["reason"].as_str(), line["actor"]["id"].as_str()), (Some("Arrived too late"), support.id.as_deref()));
        assert_eq!(line["after"]["refundId"], refund["id"]);
        assert_eq!(shop.owner.get("/audit/verify").await.ok().data()["intact"], true);
        let _ = app.caller(Role::Auditor).await.post(&format!("/payments/{payment}/refund"), json!({ "reason": "x" })).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&format!("/payments/{payment}/refund"), json!({ "reason": "x" })).await.problem(404, "not_found");
    }

    async fn a_repeat_with_the_key_gives_back_once(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let keyed = shop.owner.with("idempotency-key", "refund-1");
        let path = format!("/payments/{payment}/refund");
        let body = json!({ "amount": { "amount": 500, "currency": "EUR" }, "reason": "x" });
        let first = keyed.post(&path, body.clone()).await.is(201);
        for _ in 0..3 {
            let again = keyed.post(&path, body.clone()).await.is(201);
            assert_eq!((first.body.clone(), first.header("location")), (again.body.clone(), again.header("location")));
        }
        let other = json!({ "amount": { "amount": 501, "currency": "EUR" }, "reason": "x" });
        let _ = keyed.post(&path, other).await.problem(422, "unprocessable").complains("Idempotency-Key", "used_for_another_request");
        // Somebody else's key of the same text is another key.
        let support = app.caller(Role::Support).await.with("idempotency-key", "refund-1");
        assert_ne!(support.post(&path, body.clone()).await.is(201).body, first.body);
        shop.books_balance().await;
        // After a day it is forgotten.
        app.advance(purser_core::time::DAY + 1);
        let owner = app.owner().await.with("idempotency-key", "refund-1");
        assert_ne!(owner.post(&path, body).await.is(201).body, first.body);
    }
}
