//! A developer's deed at the sandbox with an `Idempotency-Key`: done once, also when the process ended before it could answer.

use purser_core::access::Role;
use purser_store::sql;
use purser_testkit::{TestApp, both, json};

use crate::routes::shop::Shop;

/// The process ended after it asked the sandbox and before it wrote the answer down.
async fn forget_the_answer(app: &TestApp) {
    let tenant = app.tenant().await;
    let forget = "UPDATE idempotency_keys SET status = NULL, body = NULL WHERE tenant_id = $1";
    app.app.db.transact(tenant, async |tx| tx.run(sql(forget).bind(tenant)).await).await.unwrap();
}

both! {
    async fn a_dispute_that_was_left_behind_is_not_opened_twice(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let developer = app.caller(Role::Developer).await.with("idempotency-key", "once");
        let body = json!({ "paymentId": payment, "amount": { "amount": 900, "currency": "EUR" } });
        let first = developer.post("/sandbox/disputes", body.clone()).await.is(201);
        let again = developer.post("/sandbox/disputes", body.clone()).await.is(201);
        assert_eq!((&first.body, first.header("location")), (&again.body, again.header("location")));
        forget_the_answer(&app).await;
        let left = developer.post("/sandbox/disputes", body).await.is(201).data();
        assert_eq!(left, first.data());
        assert_eq!(shop.owner.get("/disputes").await.ok().meta()["total"], 1);
        shop.books_balance().await;
    }

    async fn what_was_settled_is_told_again(app) {
        let shop = Shop::open(&app).await;
        let developer = app.caller(Role::Developer).await;
        let _ = developer.patch("/sandbox", json!({ "processingSeconds": 3_600 })).await.ok();
        let slow = shop.paid_by("pm_card_processing").await["payment"]["id"].clone();
        let keyed = developer.with("idempotency-key", "settled");
        let body = json!({ "outcome": "succeed" });
        let first = keyed.post("/sandbox/settle", body.clone()).await.ok();
        assert_eq!(first.data()["payments"], json!([slow]));
        let again = keyed.post("/sandbox/settle", body.clone()).await.ok();
        assert_eq!(first.body, again.body);
        forget_the_answer(&app).await;
        assert_eq!(keyed.post("/sandbox/settle", body).await.ok().data()["payments"], json!([]), "there was nothing left to do");
        let lines = shop.owner.get("/audit?action=sandbox.settle").await.ok().data();
        assert_eq!(lines.as_array().unwrap().len(), 1, "one deed, one line");
    }
}
