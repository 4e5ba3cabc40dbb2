//! GET /orders/totals, and what of an order's money is on its way back in lists.

use purser_core::access::Role;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// Orders, total, paid, refunded, granted and pending of the one currency there is.
async fn sums(by: &Caller, query: &str) -> [i64; 6] {
    let data = by.get(&format!("/orders/totals?{query}")).await.ok().data();
    assert_eq!(data["exact"], true, "{data}");
    let [one] = data["currencies"].as_array().unwrap().as_slice() else {
        assert_eq!(data["currencies"], json!([]));
        return [0; 6];
    };
    assert_eq!(one["currency"], "EUR");
    let of = |name: &str| one[name]["amount"].as_i64().unwrap();
    [one["orders"].as_i64().unwrap(), of("total"), of("paid"), of("refunded"), of("granted"), of("pending")]
}

async fn numbers(by: &Caller, query: &str) -> Vec<i64> {
    let rows = by.get(&format!("/orders?{query}")).await.ok().data();
    rows.as_array().unwrap().iter().map(|order| order["number"].as_i64().unwrap()).collect()
}

/// What is on its way back, as the list and the order itself tell it.
async fn back(by: &Caller, order: &str) -> (i64, i64) {
    let of = |order: &Value| (order["granted"]["amount"].as_i64().unwrap(), order["pending"]["amount"].as_i64().unwrap());
    let rows = by.get("/orders").await.ok().data();
    let listed = of(rows.as_array().unwrap().iter().find(|row| row["id"] == order).unwrap());
    assert_eq!(of(&by.get(&format!("/orders/{order}")).await.ok().data()), listed, "the list and the order say the same");
    listed
}

both! {
    async fn sums_follow_the_filters_and_tell_what_is_on_its_way_back(app) {
        let shop = Shop::open(&app).await;
        assert_eq!(sums(&shop.owner, "").await, [0; 6]);
        let mut made = Vec::new();
        for _ in 0..3 {
            app.advance(1_000);
            let done = shop.paid_by("pm_card_visa").await;
            made.push((done["order"]["id"].as_str().unwrap().to_owned(), done["payment"]["id"].as_str().unwrap().to_owned()));
        }
        app.advance(1_000);
        let _ = shop.order().await;
        // Some of the first went back, some of the second waits for somebody, and what becomes of the third's nobody knows yet.
        let _ = shop.refund(&made[0].1, Some(1_000)).await.is(201);
        let rule = json!({ "name": "Four eyes", "kind": "refund", "effect": "approve", "minAmount": eur(2_000) });
        let _ = shop.owner.post("/approval-rules", rule).await.is(201);
        let waits = app.caller(Role::Support).await.post(&format!("/payments/{}/refund", made[1].1), json!({ "amount": eur(2_500), "reason": "torn" })).await;
        assert_eq!(waits.is(201).data()["state"], "waiting");
        let _ = shop.owner.post("/sandbox/faults", json!({ "effect": "lost_answer", "operation": "refund" })).await.is(201);
        assert_eq!(shop.refund(&made[2].1, Some(300)).await.is(201).data()["state"], "unknown");
        assert_eq!(sums(&shop.owner, "").await, [4, 4 * 5_900, 3 * 5_900, 1_000, 2_500, 300]);
        for (query, found, wanted) in [
            ("granted=true", vec![2], [1, 5_900, 5_900, 0, 2_500, 0]),
            ("pending=true", vec![3], [1, 5_900, 5_900, 0, 0, 300]),
            ("granted=false", vec![4, 3, 1], [3, 3 * 5_900, 2 * 5_900, 1_000, 0, 300]),
            ("pending=false", vec![4, 2, 1], [3, 3 * 5_900, 2 * 5_900, 1_000, 2_500, 0]),
            ("granted=true&pending=true", vec![], [0; 6]),
            ("state=pending", vec![4], [1, 5_900, 0, 0, 0, 0]),
            ("refunded=true", vec![1], [1, 5_900, 5_900, 1_000, 0, 0]),
            ("minTotal=5901", vec![], [0; 6]),
            ("search=exam&state=paid", vec![3, 2, 1], [3, 3 * 5_900, 3 * 5_900, 1_000, 2_500, 300]),
            ("search=%232", vec![2], [1, 5_900, 5_900, 0, 2_500, 0]),
        ] {
            assert_eq!(numbers(&shop.owner, query).await, found, "{query}");
            assert_eq!(sums(&shop.owner, query).await, wanted, "{query}");
        }
        let backs = [back(&shop.owner, &made[0].0).await, back(&shop.owner, &made[1].0).await, back(&shop.owner, &made[2].0).await];
        assert_eq!(backs, [(0, 0), (2_500, 0), (0, 300)]);
        // Once it is known, it is given back and no longer on its way.
        purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
        assert_eq!(sums(&shop.owner, "").await, [4, 4 * 5_900, 3 * 5_900, 1_300, 2_500, 0]);
        assert_eq!(numbers(&shop.owner, "pending=true").await, Vec::<i64>::new());
    }

    async fn customers_add_up_their_own_and_strangers_nothing(app) {
        let customer = app.caller(Role::User).await;
        let shop = Shop { owner: app.owner().await, customer: customer.id.clone().unwrap() };
        let _ = shop.paid().await;
        let another = Shop { owner: shop.owner.clone(), customer: app.caller(Role::User).await.id.unwrap() };
        let _ = another.order().await;
        assert_eq!(sums(&shop.owner, "").await, [2, 2 * 5_900, 5_900, 0, 0, 0]);
        assert_eq!(sums(&customer, "").await, [1, 5_900, 5_900, 0, 0, 0]);
        assert_eq!(sums(&customer, &format!("customerId={}", another.customer)).await, [0; 6]);
        assert_eq!(sums(&app.stranger(Role::Owner).await, "").await, [0; 6]);
        let _ = app.caller(Role::Guest).await.get("/orders/totals").await.problem(403, "forbidden");
        let _ = shop.owner.get("/orders/totals?state=eaten").await.problem(400, "invalid").complains("state", "not_valid");
        let _ = shop.owner.get("/orders/totals?colour=red").await.problem(400, "invalid").complains("colour", "unknown_field");
    }
}
