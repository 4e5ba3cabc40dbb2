//! Every fault ends in a payment that is decided, and nothing is taken or given back twice.

use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::{MINUTE, SECOND};
use purser_core::{Currency, Money};
use purser_service::payments::port::{Charge, Handle, Standing};
use purser_service::payments::resolve_unknown;
use purser_testkit::{TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

async fn fault(shop: &Shop, body: Value) -> Value {
    shop.owner.post("/sandbox/faults", body).await.is(201).data()
}

async fn state(shop: &Shop, payment: &str) -> (String, i64) {
    let seen = shop.owner.get(&format!("/payments/{payment}")).await.ok().data();
    (seen["state"].as_str().unwrap().to_owned(), seen["captured"]["amount"].as_i64().unwrap())
}

/// Ask again as the engine does, until nothing is open.
async fn heal(app: &TestApp) {
    app.advance(MINUTE + SECOND);
    for _ in 0..3 {
        resolve_unknown(&app.app, 0).await.unwrap();
    }
}

fn id(paid: &Value) -> String {
    paid["payment"]["id"].as_str().unwrap().to_owned()
}

both! {
    async fn whatever_goes_wrong_with_a_payment_it_ends_decided(app) {
        let shop = Shop::open(&app).await;
        for (effect, at_once, at_last) in [
            (json!({ "effect": "decline", "code": "insufficient_funds" }), "failed", ("failed", 0)),
            (json!({ "effect": "lost_answer" }), "unknown", ("captured", 5_900)),
            (json!({ "effect": "lost_refusal" }), "unknown", ("failed", 0)),
            (json!({ "effect": "lost_request" }), "unknown", ("failed", 0)),
            (json!({ "effect": "twice" }), "captured", ("captured", 5_900)),
            (json!({ "effect": "slow", "millis": 20 }), "captured", ("captured", 5_900)),
            (json!({ "effect": "down", "seconds": 5 }), "unknown", ("failed", 0)),
        ] {
            let _ = fault(&shop, effect.clone()).await;
            let paid = shop.paid_by("pm_card_visa").await;
            assert_eq!(paid["payment"]["state"], at_once, "{effect}");
            heal(&app).await;
            assert_eq!(state(&shop, &id(&paid)).await, (at_last.0.to_owned(), at_last.1), "{effect}");
            let order = shop.owner.get(&format!("/orders/{}", paid["order"]["id"].as_str().unwrap())).await.ok().data();
            assert_eq!(order["state"], if at_last.1 > 0 { "paid" } else { "pending" }, "{effect}");
            // What failed can be paid anew, once.
            if at_last.1 == 0 {
                let again = shop.owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), json!({ "paymentMethod": "pm_card_visa" })).await.ok().data();
                assert_eq!(again["payment"]["state"], "captured", "{effect}");
            }
        }
        assert_eq!(shop.owner.get("/sandbox").await.ok().data()["faults"], json!([]));
        shop.books_balance().await;
    }

    async fn a_call_that_arrives_after_it_was_given_up_takes_nothing(app) {
        let shop = Shop::open(&app).await;
        let _ = fault(&shop, json!({ "effect": "lost_request" })).await;
        let paid = shop.paid_by("pm_card_visa").await;
        heal(&app).await;
        assert_eq!(state(&shop, &id(&paid)).await, ("failed".to_owned(), 0));
        let handle = Handle { tenant: app.tenant().await, payment: id(&paid).parse().unwrap() };
        let charge = Charge { handle, method: "pm_card_visa".into(), amount: Money::new(5_900, Currency::EUR), capture: true };
        assert_eq!(app.app.payments.gateway().authorise(&charge).await, Ok(Standing::Voided), "the call arrives at last");
        assert_eq!(app.app.payments.gateway().capture(handle, charge.amount).await.map_err(|_| ()), Err(()));
        // One that arrives in time is found.
        let _ = fault(&shop, json!({ "effect": "late", "millis": 1 })).await;
        let paid = shop.paid_by("pm_card_visa").await;
        assert_eq!(paid["payment"]["state"], "unknown");
        while app.db_dump(handle.tenant).await["sandbox_charges"].len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        heal(&app).await;
        assert_eq!(state(&shop, &id(&paid)).await, ("captured".to_owned(), 5_900));
        shop.books_balance().await;
    }

    async fn captures_voids_proofs_and_refunds_heal_as_well(app) {
        let shop = Shop::open(&app).await;
        let promise = async || {
            let order = shop.order().await;
            let body = json!({ "paymentMethod": "pm_card_visa", "capture": "manual" });
            id(&shop.owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), body).await.ok().data())
        };
        for effect in ["lost_answer", "lost_request", "twice"] {
            let (taken, gone) = (promise().await, promise().await);
            let _ = fault(&shop, json!({ "effect": effect, "operation": "capture" })).await;
            let _ = fault(&shop, json!({ "effect": effect, "operation": "void" })).await;
            let _ = shop.owner.call(Method::POST, &format!("/payments/{taken}/capture"), None).await.ok();
            let _ = shop.owner.call(Method::POST, &format!("/payments/{gone}/void"), None).await.ok();
            heal(&app).await;
            assert_eq!((state(&shop, &taken).await, state(&shop, &gone).await), (("captured".into(), 5_900), ("voided".into(), 0)), "{effect}");
        }
        // A clear no leaves what was promised.
        let promised = promise().await;
        let _ = fault(&shop, json!({ "effect": "decline", "operation": "capture", "code": "processing_error" })).await;
        let _ = shop.owner.call(Method::POST, &format!("/payments/{promised}/capture"), None).await.problem(409, "provider_refused");
        let _ = shop.owner.call(Method::POST, &format!("/payments/{promised}/capture"), None).await.ok();
        // The proof of a customer, lost on its way.
        let asked = id(&shop.paid_by("pm_card_authentication_required").await);
        let _ = fault(&shop, json!({ "effect": "lost_answer", "operation": "confirm" })).await;
        let _ = shop.owner.post(&format!("/payments/{asked}/confirm"), json!({ "outcome": "success" })).await;
        heal(&app).await;
        assert_eq!(state(&shop, &asked).await.0, "captured");
        // Refunds: in parts, each with a fault, and never above what was taken.
        let payment = shop.paid().await;
        for effect in ["lost_answer", "lost_request", "twice", "decline"] {
            let _ = fault(&shop, json!({ "effect": effect, "operation": "refund" })).await;
            let refund = shop.refund(&payment, Some(1_000)).await.is(201).data();
            heal(&app).await;
            let seen = shop.owner.get(&format!("/refunds/{}", refund["id"].as_str().unwrap())).await.ok().data();
            assert_eq!(seen["state"], if effect == "decline" { "failed" } else { "succeeded" }, "{effect}: {seen}");
        }
        let left = shop.owner.get(&format!("/payments/{payment}")).await.ok().data();
        assert_eq!((left["refunded"]["amount"].as_i64(), left["refundable"]["amount"].as_i64()), (Some(3_000), Some(2_900)));
        let stubborn = id(&shop.paid_by("pm_card_refund_fails").await);
        assert_eq!(shop.refund(&stubborn, None).await.is(201).data()["state"], "failed");
        shop.books_balance().await;
    }

    async fn a_customer_who_was_quicker_than_the_call_that_lets_go_has_paid(app) {
        let shop = Shop::open(&app).await;
        let late = id(&shop.paid_by("pm_card_proved_late").await);
        let void = json!({ "effect": "lost_request", "operation": "void" });
        let _ = fault(&shop, void).await;
        let _ = shop.owner.call(Method::POST, &format!("/payments/{late}/void"), None).await.ok();
        assert_eq!(state(&shop, &late).await.0, "unknown");
        // Asked again it comes twice: the customer proves it at the first, and the second is told that it is too late.
        let _ = fault(&shop, json!({ "effect": "twice", "operation": "void" })).await;
        heal(&app).await;
        assert_eq!(state(&shop, &late).await, ("captured".into(), 5_900));
        assert_eq!(shop.refund(&late, None).await.is(201).data()["state"], "succeeded");
        shop.books_balance().await;
    }

    async fn faults_are_chosen_seen_and_taken_away(app) {
        let shop = Shop::open(&app).await;
        let developer = app.caller(Role::Developer).await;
        for (body, field, code) in [
            (json!({ "effect": "decline", "code": "nonsense" }), "code", "unknown_code"),
            (json!({ "effect": "slow" }), "millis", "misplaced"),
            (json!({ "effect": "slow", "millis": 30_001 }), "millis", "out_of_range"),
            (json!({ "effect": "down" }), "seconds", "misplaced"),
            (json!({ "effect": "down", "seconds": 10, "operation": "refund" }), "operation", "misplaced"),
            (json!({ "effect": "twice", "calls": 0 }), "calls", "out_of_range"),
            (json!({ "effect": "twice", "code": "card_declined" }), "code", "not_wanted"),
        ] {
            let _ = developer.post("/sandbox/faults", body).await.problem(400, "invalid").complains(field, code);
        }
        let three = developer.post("/sandbox/faults", json!({ "effect": "decline", "operation": "authorise", "calls": 3 })).await.is(201).data();
        assert_eq!((three["remaining"].as_i64(), three["code"].as_str()), (Some(3), Some("card_declined")));
        assert_eq!(shop.paid_by("pm_card_visa").await["payment"]["failureCode"], "card_declined");
        let seen = developer.get("/sandbox").await.ok().data();
        assert_eq!((seen["faults"][0]["remaining"].as_i64(), seen["testMode"].as_bool(), seen["inUse"].as_bool()), (Some(2), Some(true), Some(true)));
        // What struck is written down, though nobody asked for it.
        let calls = developer.get("/sandbox/calls").await.ok();
        assert_eq!((calls.meta()["total"].as_i64(), calls.data()[0]["fault"].as_str(), calls.data()[0]["answer"].as_str()), (Some(1), Some("decline"), Some("card_declined")));
        let path = format!("/sandbox/faults/{}", three["id"].as_str().unwrap());
        let _ = developer.delete(&path).await.is(204);
        let _ = developer.delete(&path).await.problem(404, "not_found");
        assert_eq!(shop.paid_by("pm_card_visa").await["payment"]["state"], "captured");
        let _ = developer.patch("/sandbox", json!({ "recording": true })).await.ok();
        let paid = id(&shop.paid_by("pm_card_visa").await);
        let calls = developer.get(&format!("/sandbox/calls?operation=authorise&paymentId={paid}")).await.ok().data();
        assert_eq!((calls.as_array().unwrap().len(), calls[0]["amount"]["amount"].as_i64(), calls[0]["answer"].as_str()), (1, Some(5_900), Some("captured")));
        for _ in 0..20 {
            let _ = fault(&shop, json!({ "effect": "twice", "operation": "void" })).await;
        }
        let _ = developer.post("/sandbox/faults", json!({ "effect": "twice" })).await.problem(409, "too_many");
        let _ = developer.delete("/sandbox/faults").await.is(204);
        assert_eq!(developer.get("/sandbox").await.ok().data()["faults"], json!([]));
        let actions = shop.owner.get("/audit?action=sandbox.clear_faults").await.ok();
        assert_eq!((actions.meta()["total"].as_i64(), actions.data()[0]["before"]["faults"].as_i64()), (Some(1), Some(20)));
        let _ = app.caller(Role::Finance).await.post("/sandbox/faults", json!({ "effect": "twice" })).await.problem(403, "forbidden");
        assert_eq!(app.stranger(Role::Owner).await.get("/sandbox/calls").await.ok().meta()["total"], 0);
        // Where real money moves, nobody plays.
        let live = json!({ "kind": "stripe", "name": "Stripe", "secret": "sk_live_the_suite", "live": true });
        let _ = shop.owner.post("/payment-providers", live).await.is(201);
        let _ = developer.post("/sandbox/faults", json!({ "effect": "twice" })).await.problem(409, "not_in_test_mode");
        let _ = developer.patch("/sandbox", json!({ "recording": false })).await.problem(409, "not_in_test_mode");
        let _ = developer.post("/sandbox/settle", json!({ "outcome": "succeed" })).await.problem(409, "not_in_test_mode");
        assert_eq!(developer.get("/sandbox").await.ok().data()["testMode"], false);
    }
}
