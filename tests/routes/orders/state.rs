//! POST /orders/{id}/state

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn an_order_moves_one_step_at_a_time(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let path = format!("/orders/{}/state", done["order"]["id"].as_str().unwrap());
        let _ = shop.owner.post(&path, json!({ "state": "shipped" })).await.problem(409, "illegal_move");
        for state in ["processing", "shipped", "delivered"] {
            assert_eq!(shop.owner.post(&path, json!({ "state": state })).await.ok().data()["state"], state);
            let _ = shop.owner.post(&path, json!({ "state": state })).await.problem(409, "illegal_move");
        }
        for state in ["paid", "cancelled", "pending"] {
            let _ = shop.owner.post(&path, json!({ "state": state })).await.problem(400, "invalid").complains("state", "not_by_hand");
        }
        let _ = shop.owner.post(&path, json!({ "state": "eaten" })).await.problem(400, "invalid").complains("state", "unknown_choice");
        let _ = app.caller(Role::Auditor).await.post(&path, json!({ "state": "shipped" })).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&path, json!({ "state": "shipped" })).await.problem(404, "not_found");
    }
}
