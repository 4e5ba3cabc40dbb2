//! Giving back what was paid before Purser: nobody can be asked to, so it is written down as made outside, and says so.

use purser_testkit::{both, json};

use super::{bring, sent};

/// 25.00 of goods, 2.00 of tax, 5.00 of shipping; 5.00 were given back before.
const SHOP: &str = "number,email,date,subtotal,tax,shipping,total,refunded,state\n\
    1001,kim@x.example,2025-01-05,25.00,2.00,5.00,32.00,5.00,delivered\n\
    1002,kim@x.example,2025-01-06,10.00,,,10.00,,paid\n";

both! {
    async fn it_is_booked_against_the_opening_balance_and_says_that_it_was_made_outside(app) {
        let owner = app.owner().await;
        let import = sent(&owner, "orders", SHOP).await;
        assert_eq!(bring(&app, &owner, &import, "all_or_nothing").await["state"], "done");
        let before = owner.get("/refunds").await.ok().data()[0].clone();
        assert_eq!((before["outside"].as_bool(), before["state"].as_str(), before["amount"]["amount"].as_i64()), (Some(true), Some("succeeded"), Some(500)));
        let payment = owner.get("/payments?sort=createdAt").await.ok().data()[0].clone();
        assert_eq!((payment["provider"].as_str(), payment["refundable"]["amount"].as_i64()), (Some("import"), Some(2_700)));
        let path = format!("/payments/{}/refund", payment["id"].as_str().unwrap());
        let _ = owner.post(&path, json!({ "amount": { "amount": 2_701, "currency": "EUR" }, "reason": "too much" })).await.problem(422, "unprocessable");

        let by = owner.with("idempotency-key", "from-before");
        let part = json!({ "amount": { "amount": 700, "currency": "EUR" }, "reason": "scratched" });
        let first = by.post(&path, part.clone()).await.is(201);
        assert_eq!(by.post(&path, part).await.is(201).body, first.body);
        let refund = first.data();
        assert_eq!((refund["state"].as_str(), refund["outside"].as_bool(), refund["payment"]["state"].as_str()), (Some("succeeded"), Some(true), Some("partially_refunded")));
        assert!(refund["note"].as_str().unwrap().contains("made outside"), "{refund}");
        let rest = owner.post(&path, json!({ "reason": "sent back" })).await.is(201).data();
        assert_eq!((rest["amount"]["amount"].as_i64(), rest["payment"]["state"].as_str(), rest["order"]["paymentState"].as_str()), (Some(2_000), Some("refunded"), Some("refunded")));

        // Three refunds in their shares leave nothing of this order's tax and shipping, and nothing was taken from the provider.
        let accounts = owner.get("/ledger/accounts").await.ok().data();
        let balance = |code: &str| accounts.as_array().unwrap().iter().find(|account| account["code"] == code).map(|account| account["balance"]["amount"].as_i64().unwrap());
        assert_eq!((balance("tax"), balance("shipping"), balance("refunds"), balance("opening"), balance("cash:provider")), (Some(0), Some(0), Some(2_500), Some(1_000), None), "{accounts}");
        assert_eq!(owner.get("/ledger/proof").await.ok().data()["balanced"], true);
        let lines = owner.get("/audit?action=order.refund").await.ok().data();
        assert!(lines.as_array().unwrap().len() == 2 && lines.as_array().unwrap().iter().all(|line| line["after"]["outside"] == true), "{lines}");
    }

    async fn an_order_that_is_called_off_is_refunded_the_same_way(app) {
        let owner = app.owner().await;
        let import = sent(&owner, "orders", SHOP).await;
        bring(&app, &owner, &import, "all_or_nothing").await;
        let orders = owner.get("/orders?sort=createdAt").await.ok().data();
        let path = format!("/orders/{}", orders[1]["id"].as_str().unwrap());
        let _ = owner.post(&format!("{path}/cancel"), json!({ "reason": "changed their mind" })).await.ok();
        let order = owner.get(&path).await.ok().data();
        assert_eq!((order["state"].as_str(), order["paymentState"].as_str(), order["refunds"][0]["outside"].as_bool()), (Some("cancelled"), Some("refunded"), Some(true)), "{order}");
        assert_eq!(owner.get("/ledger/proof").await.ok().data()["balanced"], true);
    }
}
