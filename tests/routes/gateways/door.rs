//! The door providers tell through: how much may come, from whom, and what lies behind it.

use axum::body::Body;
use axum::http::Method;
use purser_core::time::MINUTE;
use purser_testkit::{Caller, Reply, both};

use super::fake::{SIGNING, Stripe, engine, event, signature, tell};

async fn knock(by: &Caller, connection: &str, (body, signature): (&str, &str)) -> Reply {
    let by = by.with("stripe-signature", signature);
    by.send(Method::POST, &format!("//webhooks/{connection}"), Some("application/json"), Body::from(body.to_owned())).await
}

both! {
    async fn who_proves_nothing_is_heard_so_often_and_keeps_nobody_out(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let (bad, good) = (app.nobody().from("203.0.113.9"), app.nobody().from("203.0.113.10"));
        let body = event("evt_1", "payment_intent.created", "pi_1");
        let genuine = signature(&body, app.app.clock.now().seconds(), SIGNING);
        for _ in 0..60 {
            let _ = knock(&bad, &connection, (&body, "t=1,v1=00")).await.problem(400, "invalid");
        }
        let _ = knock(&bad, &connection, (&body, &genuine)).await.problem(429, "rate_limited");
        let _ = knock(&good, &connection, (&body, &genuine)).await.ok();
        // Doors that are not there are tried so often as well.
        let nowhere = "0192d4a8-0000-7000-8000-00000000000";
        for door in 0..60 {
            let _ = knock(&bad, &format!("{nowhere}{}", door % 10), (&body, &genuine)).await.problem(404, "not_found");
        }
        let _ = knock(&bad, &format!("{nowhere}1"), (&body, &genuine)).await.problem(429, "rate_limited");
        app.advance(MINUTE);
        let genuine = signature(&body, app.app.clock.now().seconds(), SIGNING);
        let _ = knock(&bad, &connection, (&body, &genuine)).await.ok();
        assert_eq!(owner.get("/payment-providers/events").await.ok().data()[0]["copies"], 2);
    }

    async fn what_was_told_is_sealed_anew_with_a_new_key(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        for place in 0..3 {
            let _ = tell(&app, &connection, &event(&format!("evt_{place}"), "payment_intent.created", "pi_1")).await.ok();
        }
        let _ = owner.patch("/sandbox", purser_testkit::json!({ "webhooks": { "enabled": true } })).await.ok();
        let tenant = app.tenant().await;
        let before = app.db_dump(tenant).await;
        let _ = owner.call(Method::POST, "/settings/seal/rotate", None).await.is(204);
        app.settle().await;
        let after = app.db_dump(tenant).await;
        assert_ne!(before["payment_connections"], after["payment_connections"]);
        let leads = app.app.seal.ids().remove(0);
        for table in ["gateway_events", "payment_connections"] {
            assert!(after[table].iter().all(|row| row.contains(&leads)), "{table}: {:?}", after[table]);
        }
        for told in owner.get("/payment-providers/events").await.ok().data().as_array().unwrap() {
            let whole = owner.get(&format!("/payment-providers/events/{}", told["id"].as_str().unwrap())).await.ok().data();
            assert!(whole["body"].as_str().unwrap().contains("payment_intent.created"));
        }
    }
}
