//! GET /payment-methods: how a new payment can be made, by whoever leads.

use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::SECOND;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

use super::fake::{KEY, SIGNING, Stripe, engine};
use crate::routes::shop::Shop;

async fn means(by: &Caller) -> Value {
    by.get("/payment-methods").await.ok().data()
}

fn offered(means: &Value) -> Vec<String> {
    means["methods"].as_array().unwrap().iter().map(|one| one["method"].as_str().unwrap().to_owned()).collect()
}

/// What is offered is taken: each begins a payment.
async fn takes(shop: &Shop, methods: &[String]) {
    for method in methods {
        let done = shop.paid_by(method).await;
        assert_eq!(done["payment"]["method"].as_str(), Some(method.as_str()));
    }
}

both! {
    async fn the_sandbox_offers_its_cards(app) {
        let shop = Shop::open(&app).await;
        let found = means(&shop.owner).await;
        assert_eq!((&found["provider"], &found["live"], &found["others"], &found["byCustomer"], &found["health"]), (&json!("sandbox"), &json!(false), &json!(false), &json!(false), &json!("closed")));
        let methods = offered(&found);
        assert!(methods.contains(&"pm_card_visa".to_owned()) && methods.contains(&"pm_card_declined".to_owned()), "{methods:?}");
        assert!(found["methods"].as_array().unwrap().iter().all(|one| one["label"] != "" && one["does"] != ""), "{found}");
        takes(&shop, &methods).await;
        let _ = app.caller(Role::Finance).await.get("/payment-methods").await.ok();
        for role in [Role::Support, Role::Developer, Role::Auditor, Role::Guest] {
            let _ = app.caller(role).await.get("/payment-methods").await.problem(403, "forbidden");
        }
        // Whoever pays for their own orders has to know by what.
        assert_eq!(means(&app.caller(Role::User).await).await["provider"], "sandbox");
    }

    async fn stripe_offers_its_own_and_what_it_keeps(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let found = means(&owner).await;
        assert_eq!((&found["provider"], &found["name"], &found["live"], &found["others"], &found["byCustomer"]), (&json!("stripe"), &json!("Stripe"), &json!(false), &json!(true), &json!(false)));
        let methods = offered(&found);
        assert!(methods.contains(&"pm_card_threeDSecure2Required".to_owned()), "{methods:?}");
        takes(&shop, &methods).await;
        // One that is not offered, because only Stripe keeps it.
        let kept = shop.paid_by("pm_1PurserKept").await;
        assert_eq!((kept["payment"]["state"].as_str(), kept["payment"]["methodLabel"].as_str()), (Some("captured"), Some("pm_1PurserKept")));
        let proving = shop.paid_by("pm_card_threeDSecure2Required").await["payment"].clone();
        assert_eq!((proving["state"].as_str(), proving["methodLabel"].as_str()), (Some("requires_action"), Some("Visa •••• 3220")));
        assert!(proving["nextActionUrl"].as_str().unwrap().starts_with("https://hooks.stripe.example/3ds/"));
        // Another business's payments go elsewhere.
        assert_eq!(means(&app.stranger(Role::Owner).await).await["provider"], "sandbox");
        // While nobody answers there, it says so; half a minute later it may be tried.
        stripe.down(true);
        for _ in 0..3 {
            assert_eq!(shop.paid_by("pm_card_visa").await["payment"]["state"], "unknown");
        }
        assert_eq!(means(&owner).await["health"], "open");
        app.advance(31 * SECOND);
        assert_eq!(means(&owner).await["health"], "half_open");
        stripe.down(false);
        // Switched off, the sandbox takes over.
        let path = format!("/payment-providers/{connection}");
        let tag = owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &tag).patch(&path, json!({ "enabled": false })).await.ok();
        assert_eq!(means(&owner).await["provider"], "sandbox");
    }

    async fn where_money_moves_there_are_no_cards_to_play_with(plain) {
        let stripe = Stripe::start().await;
        let (_app, owner, connection) = engine(plain, &stripe).await;
        let body = json!({ "kind": "stripe", "name": "Real", "secret": KEY.replace("test", "live"), "webhookSecret": SIGNING, "live": true, "leads": true });
        let _ = owner.post("/payment-providers", body).await.is(201);
        assert_eq!(owner.call(Method::GET, &format!("/payment-providers/{connection}"), None).await.ok().data()["leads"], false);
        let found = means(&owner).await;
        assert_eq!((&found["name"], &found["live"], &found["others"], &found["methods"]), (&json!("Real"), &json!(true), &json!(true), &json!([])));
    }
}
