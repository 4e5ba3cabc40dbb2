//! Customers who pay for themselves: never by a test card once their business has set up a provider, and by another means where they left one.

use purser_core::access::Role;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use super::fake::{KEY, SIGNING, Stripe, engine};
use crate::routes::shop::{Shop, address};

async fn shop(app: &TestApp, owner: &Caller) -> (Shop, Caller) {
    let customer = app.caller(Role::User).await;
    (Shop { owner: owner.clone(), customer: customer.id.clone().unwrap() }, customer)
}

fn pay(order: &Value) -> String {
    format!("/orders/{}/pay", order["id"].as_str().unwrap())
}

fn card() -> Value {
    json!({ "paymentMethod": "pm_card_visa" })
}

/// Nobody takes this customer's money, by whichever door; what they order without paying is entered.
async fn takes_nothing(shop: &Shop, customer: &Caller, order: &Value) {
    let _ = customer.post(&pay(order), card()).await.problem(409, "no_provider");
    let means = customer.get("/payment-methods").await.ok().data();
    assert_eq!((&means["methods"], &means["others"], &means["live"]), (&json!([]), &json!(false), &json!(false)), "{means}");
    let sku = format!("OWN-{}", shop.owner.get("/products?limit=1").await.ok().meta()["total"]);
    let lamp = shop.product(&sku, (2_500, json!(1.5), 10)).await;
    let _ = customer.post("/cart/items", json!({ "productId": lamp, "quantity": 1 })).await.ok();
    let _ =
        customer.post("/cart/checkout", json!({ "shippingAddress": address(), "paymentMethod": "pm_card_visa" })).await.problem(409, "no_provider");
    let _ = customer.post("/cart/checkout", json!({ "shippingAddress": address() })).await.is(201);
}

both! {
    async fn no_customer_pays_by_a_test_card_once_a_provider_is_set_up(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let (shop, customer) = shop(&app, &owner).await;
        let order = shop.order().await;
        // A connection that only plays, and none that leads.
        takes_nothing(&shop, &customer, &order).await;
        let path = format!("/payment-providers/{connection}");
        let tag = owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &tag).patch(&path, json!({ "enabled": false })).await.ok();
        takes_nothing(&shop, &customer, &order).await;
        assert_eq!(stripe.sums().1, 0);
        // Staff see what plays, and try it.
        assert_eq!(owner.get("/payment-methods").await.ok().data()["provider"], "sandbox");
        assert_eq!(owner.post(&pay(&order), card()).await.ok().data()["payment"]["state"], "captured");
        // Elsewhere nobody was ever set up.
        let stranger = app.stranger(Role::User).await;
        assert!(!stranger.get("/payment-methods").await.ok().data()["methods"].as_array().unwrap().is_empty());
    }

    async fn where_money_moves_customers_pay_and_hear_who_takes_it(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let (shop, customer) = shop(&app, &owner).await;
        let body = json!({ "kind": "stripe", "name": "Real, Anna's account", "secret": KEY.replace("test", "live"), "webhookSecret": SIGNING, "live": true, "leads": true });
        let _ = owner.post("/payment-providers", body).await.is(201);
        let means = customer.get("/payment-methods").await.ok().data();
        assert_eq!((&means["name"], &means["provider"], &means["live"], &means["others"]), (&json!("Stripe"), &json!("stripe"), &json!(true), &json!(true)), "{means}");
        assert_eq!(owner.get("/payment-methods").await.ok().data()["name"], "Real, Anna's account");
        // It goes there; the suite's Stripe does not know the key.
        let order = shop.order().await;
        let reply = customer.post(&pay(&order), card()).await;
        assert!(!reply.text().contains("no_provider"), "{}", reply.text());
    }

    async fn whoever_left_the_page_pays_by_another_means(app) {
        let owner = app.owner().await;
        let (shop, customer) = shop(&app, &owner).await;
        let order = shop.order().await;
        let by = customer.with("idempotency-key", "left-1");
        let asks = json!({ "paymentMethod": "pm_card_authentication_required" });
        let left = by.post(&pay(&order), asks.clone()).await.ok().data()["payment"].clone();
        assert_eq!(left["state"], "requires_action");
        // The same request again is told of it and lets nothing go.
        assert_eq!(by.post(&pay(&order), asks).await.ok().data()["payment"]["id"], left["id"]);
        let state = async |id: &Value| owner.get(&format!("/payments/{}", id.as_str().unwrap())).await.ok().data()["state"].clone();
        assert_eq!(state(&left["id"]).await, "requires_action");
        // What staff do is theirs; another customer's order is not there, and what nobody knows is not begun.
        let _ = owner.post(&pay(&order), card()).await.problem(409, "payment_under_way");
        let _ = app.caller(Role::User).await.post(&pay(&order), card()).await.problem(404, "not_found");
        let _ = customer.post(&pay(&order), json!({ "paymentMethod": "pm_nobody" })).await.problem(422, "unprocessable");
        assert_eq!(state(&left["id"]).await, "requires_action");
        let paid = customer.post(&pay(&order), card()).await.ok().data();
        assert_eq!((&paid["payment"]["state"], &paid["order"]["state"]), (&json!("captured"), &json!("paid")), "{paid}");
        assert_eq!(state(&left["id"]).await, "voided");
        assert_eq!(owner.get("/payments?state=captured").await.ok().meta()["total"], 1);
        // Whoever proved it after all in the moment it was let go has paid, and pays once.
        let order = shop.order().await;
        let late = customer.post(&pay(&order), json!({ "paymentMethod": "pm_card_proved_late" })).await.ok().data()["payment"].clone();
        assert_eq!(late["state"], "requires_action");
        let _ = customer.post(&pay(&order), card()).await.is(409);
        assert_eq!((state(&late["id"]).await, &owner.get("/payments?state=captured").await.ok().meta()["total"]), (json!("captured"), &json!(2)));
        shop.books_balance().await;
    }
}
