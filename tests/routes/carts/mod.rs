mod cart;
mod checkout;
mod offer;
mod own;
mod own_checkout;
mod own_limits;

use purser_testkit::{TestApp, json};
use serde_json::Value;

use super::shop::Shop;

/// Open a cart with so many pieces of each.
pub(super) async fn cart(shop: &Shop, lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(product, quantity)| json!({ "productId": product, "quantity": quantity })).collect();
    shop.owner.post("/carts", json!({ "lines": lines })).await.is(201).data()
}

/// Let everything that is due, and what waits for another try, come to its end.
pub(super) async fn play(app: &TestApp) {
    for _ in 0..8 {
        purser_service::jobs::run_due(&app.app).await.unwrap();
        purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
        app.advance(10_000_000);
    }
}

pub(super) fn path_of(thing: &Value) -> String {
    format!("/carts/{}", thing["id"].as_str().unwrap())
}
