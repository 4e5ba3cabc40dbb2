//! Orders of which only a part was taken: what is missing is seen, asked for, or done without. POST /orders/{id}/waive

use purser_core::access::Role;
use purser_core::time::MINUTE;
use purser_testkit::{both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn euros(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// An order of 59.00 of which 40.00 were taken; its path and the payment.
async fn partly(shop: &Shop, order: &Value) -> (String, String) {
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let promised = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_visa", "capture": "manual" })).await.ok().data();
    let payment = promised["payment"]["id"].as_str().unwrap().to_owned();
    let taken = shop.owner.post(&format!("/payments/{payment}/capture"), json!({ "amount": euros(4_000) })).await.ok().data();
    assert_eq!((&taken["payment"]["state"], &taken["order"]["state"]), (&json!("captured"), &json!("pending")));
    (path, payment)
}

both! {
    async fn what_is_missing_is_seen_and_asked_for(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let (path, payment) = partly(&shop, &order).await;
        let read = async || shop.owner.get(&path).await.ok().data();
        let half = read().await;
        assert_eq!((&half["paymentState"], &half["paid"], &half["due"], &half["waived"]), (&json!("partly_paid"), &euros(4_000), &euros(1_900), &euros(0)));
        assert_eq!(shop.owner.get("/orders?paymentState=partly_paid").await.ok().meta()["total"], 1);
        // It waits for somebody from now on, and the list behind that shows it.
        let waiting = async || {
            let all = shop.owner.get("/stats/overview").await.ok().data()["attention"].clone();
            let one = all.as_array().unwrap().iter().find(|one| one["kind"] == "partlyPaidOrders").unwrap().clone();
            let listed = shop.owner.get(one["query"].as_str().unwrap()).await.ok().meta()["total"].as_i64();
            assert_eq!(one["count"].as_i64(), listed);
            listed
        };
        assert_eq!(waiting().await, Some(1));
        // Nothing leaves and nothing changes until the rest came.
        let _ = shop.owner.post(&format!("{path}/fulfilments"), json!({})).await.problem(409, "illegal_move");
        let _ = shop.owner.post(&format!("{path}/state"), json!({ "state": "processing" })).await.problem(409, "illegal_move");
        let edit = json!({ "set": [{ "lineId": order["items"][0]["id"], "quantity": 1 }], "reason": "one less" });
        let _ = shop.owner.post(&format!("{path}/edit/preview"), edit).await.problem(409, "partly_paid");
        // Part of it goes back and the state says so; what is missing stays missing.
        let _ = shop.refund(&payment, Some(1_000)).await.is(201);
        let given = read().await;
        assert_eq!((&given["paymentState"], &given["due"]), (&json!("partially_refunded"), &euros(1_900)));
        assert_eq!(waiting().await, Some(1));
        // A card that is declined leaves it as it was, and is not the end.
        let pay = async |method: &str| shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": method })).await.ok().data();
        let declined = pay("pm_card_declined").await;
        assert_eq!((&declined["payment"]["amount"], &declined["order"]["state"]), (&euros(1_900), &json!("pending")));
        assert_eq!(read().await["paymentState"], "partially_refunded");
        let rest = pay("pm_card_visa").await;
        assert_eq!((&rest["payment"]["captured"], &rest["order"]["state"], &rest["order"]["paid"]), (&euros(1_900), &json!("paid"), &euros(5_900)));
        assert_eq!(waiting().await, Some(0));
        let _ = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.problem(409, "illegal_move");
        let _ = shop.owner.post(&format!("{path}/waive"), json!({ "reason": "late" })).await.problem(409, "nothing_to_waive");
        // Both payments together made the books of one order.
        let entries = shop.owner.get(&format!("{path}/ledger")).await.ok().data();
        let of = |code: &str| entries.as_array().unwrap().iter().filter(|e| e["account"]["code"] == code && e["kind"] == "capture").map(|e| e["amount"]["amount"].as_i64().unwrap()).sum::<i64>();
        assert_eq!([of("cash:provider"), of("revenue"), of("tax"), of("shipping")], [5_900, -5_000, -400, -500]);
        shop.books_balance().await;
    }

    async fn a_declined_rest_leaves_it_partly_paid(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let (path, _) = partly(&shop, &order).await;
        let _ = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_declined" })).await.ok();
        let after = shop.owner.get(&path).await.ok().data();
        assert_eq!((&after["state"], &after["paymentState"], &after["due"]), (&json!("pending"), &json!("partly_paid"), &euros(1_900)));
    }

    async fn the_rest_can_be_waived_with_a_reason(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let path = format!("/orders/{}/waive", order["id"].as_str().unwrap());
        let why = json!({ "reason": "A piece was scratched" });
        let _ = shop.owner.post(&path, why.clone()).await.problem(409, "nothing_to_waive");
        let (order, _) = partly(&shop, &order).await;
        let _ = shop.owner.post(&path, json!({ "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
        let _ = app.caller(Role::Support).await.post(&path, why.clone()).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&path, why.clone()).await.problem(404, "not_found");
        // While the rest is being taken, nobody does without it.
        let promised = shop.owner.post(&format!("{order}/pay"), json!({ "paymentMethod": "pm_card_visa", "capture": "manual" })).await.ok().data();
        let _ = shop.owner.post(&path, why.clone()).await.problem(409, "payment_under_way");
        let void = format!("/payments/{}/void", promised["payment"]["id"].as_str().unwrap());
        let _ = shop.owner.post(&void, json!({})).await.ok();
        app.advance(1_000);
        let done = shop.owner.post(&path, why.clone()).await.ok().data();
        assert_eq!((&done["state"], &done["paymentState"]), (&json!("paid"), &json!("paid")));
        assert_eq!((&done["paid"], &done["due"], &done["waived"]), (&euros(4_000), &euros(0), &euros(1_900)));
        let lines = shop.owner.get("/audit?action=order.waive").await.ok().data();
        assert_eq!((lines[0]["reason"].as_str(), &lines[0]["after"]["state"]), (Some("A piece was scratched"), &json!("paid")), "{lines}");
        assert_eq!(shop.owner.get("/events/outbox?name=order.waived").await.ok().meta()["total"], 1);
        let story = shop.owner.get(&format!("{order}/timeline?limit=100")).await.ok().data();
        assert!(story.as_array().unwrap().iter().any(|e| e["action"] == "order.waive"), "{story}");
        // It goes on as one that was paid, and nothing more can be asked for.
        let _ = shop.owner.post(&format!("{order}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.problem(409, "illegal_move");
        let _ = shop.owner.post(&format!("{order}/fulfilments"), json!({})).await.ok();
        assert_eq!(shop.owner.get("/orders/history/proof").await.ok().data()["intact"], true);
        shop.books_balance().await;
    }

    async fn money_of_an_order_paid_in_part_keeps_it_from_lapsing(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-0", (2_500, json!(1.5), 10)).await;
        let mut wants = shop.wants(&product, 2);
        wants["reserveMinutes"] = json!(5);
        let order = shop.owner.post("/orders", wants).await.is(201).data();
        assert!(order["payUntil"].is_string());
        let (path, _) = partly(&shop, &order).await;
        app.advance(6 * MINUTE);
        app.settle().await;
        let after = shop.owner.get(&path).await.ok().data();
        assert_eq!((&after["state"], after.get("payUntil")), (&json!("pending"), None));
        // Called off by somebody, its money goes back.
        let called = shop.owner.post(&format!("{path}/cancel"), json!({ "reason": "never paid the rest" })).await.ok().data();
        assert_eq!((&called["state"], &called["refunded"], &called["due"]), (&json!("cancelled"), &euros(4_000), &euros(0)));
        shop.books_balance().await;
    }
}
