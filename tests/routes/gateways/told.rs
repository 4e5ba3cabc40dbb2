//! What Stripe tells: only what it signed, each once, in any order, and lost without harm.

use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::MINUTE;
use purser_testkit::{both, json};

use super::fake::{SIGNING, Stripe, engine, event, hand_in, signature, tell};
use crate::routes::shop::Shop;

both! {
    async fn a_customer_proves_themselves_and_the_message_settles_it(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let payment = shop.paid_by("pm_card_threeDSecure2Required").await["payment"].clone();
        assert_eq!((payment["state"].as_str(), payment["nextActionUrl"].as_str()), (Some("requires_action"), Some("https://hooks.stripe.example/3ds/pi_1")));
        let id = payment["id"].as_str().unwrap();
        let state = async || owner.get(&format!("/payments/{id}")).await.ok().data()["state"].as_str().unwrap().to_owned();
        let body = event("evt_1", "payment_intent.succeeded", "pi_1");
        let now = app.app.clock.now().seconds();
        // Nothing that is not Stripe's.
        let good = signature(&body, now, SIGNING);
        for (body, signature) in [
            (body.replace("pi_1", "pi_2"), good.clone()),
            (body.clone(), signature(&body, now, "another")),
            (body.clone(), signature(&body, now - 600, SIGNING)),
            (body.clone(), signature(&body, now + 600, SIGNING)),
            (body.clone(), "t=1".into()),
            (body.clone(), String::new()),
            ("{}".into(), signature("{}", now, SIGNING)),
        ] {
            let _ = hand_in(&app, &connection, (&body, &signature)).await.problem(400, "invalid").complains("signature", "not_genuine");
        }
        let _ = app.nobody().send(Method::POST, &format!("//webhooks/{connection}"), None, axum::body::Body::from(body.clone())).await.problem(400, "invalid");
        let _ = tell(&app, "0192d4a8-0000-7000-8000-000000000000", &body).await.problem(404, "not_found");
        let _ = tell(&app, &connection, &"x".repeat(300_000)).await.problem(413, "too_large");
        assert_eq!(owner.get("/payment-providers/events").await.ok().meta()["total"], 0);
        // What it says is not believed but asked: nobody has proved anything yet.
        assert_eq!(tell(&app, &connection, &body).await.ok().json(), json!({ "received": true }));
        app.settle().await;
        assert_eq!(state().await, "requires_action");
        stripe.prove("pi_1", true);
        // The same message again changes nothing; replayed by hand it is followed up.
        let _ = tell(&app, &connection, &body).await.ok();
        app.settle().await;
        let list = owner.get("/payment-providers/events").await.ok();
        assert_eq!((list.meta()["total"].as_i64(), list.data()[0]["copies"].as_i64(), state().await.as_str()), (Some(1), Some(2), "requires_action"));
        let path = format!("/payment-providers/events/{}", list.data()[0]["id"].as_str().unwrap());
        let _ = owner.call(Method::POST, &format!("{path}/replay"), None).await.ok();
        assert_eq!(owner.call(Method::POST, &format!("{path}/replay"), None).await.ok().data()["state"], "received");
        app.settle().await;
        assert_eq!(state().await, "captured");
        let whole = owner.get(&path).await.ok().data();
        assert_eq!((whole["state"].as_str(), whole["paymentId"].as_str(), whole["body"].as_str()), (Some("processed"), Some(id), Some(body.as_str())));
        // Late, in the wrong order, about somebody else's: it makes no difference.
        for (id, kind, intent) in [("evt_2", "payment_intent.payment_failed", "pi_1"), ("evt_3", "payment_intent.created", "pi_1"), ("evt_4", "payment_intent.succeeded", "pi_77")] {
            let _ = tell(&app, &connection, &event(id, kind, intent)).await.ok();
        }
        let other = json!({ "id": "evt_5", "type": "customer.subscription.created", "data": { "object": { "id": "sub_1", "object": "subscription" } } }).to_string();
        let _ = tell(&app, &connection, &other).await.ok();
        app.settle().await;
        assert_eq!((state().await.as_str(), stripe.sums().1), ("captured", 5_900));
        app.advance(2 * MINUTE);
        app.settle().await;
        let outcomes = owner.get("/payment-providers/events?state=ignored").await.ok().data();
        assert_eq!(outcomes.as_array().unwrap().len(), 2, "{outcomes}");
        shop.books_balance().await;
        // The row holds the message sealed, and only who may see it does.
        assert!(!format!("{:?}", app.db_dump(app.tenant().await).await).contains("stripe-signature"));
        let _ = app.caller(Role::Support).await.get(&path).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.get(&path).await.problem(404, "not_found");
    }

    async fn what_is_given_back_at_stripe_and_what_comes_back_is_taken_in(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let tell_of = async |id: &str, kind: &str| {
            let object = json!({ "id": "ch_1", "object": "charge", "payment_intent": "pi_1" });
            let body = json!({ "id": id, "object": "event", "type": kind, "data": { "object": object } }).to_string();
            let _ = tell(&app, &connection, &body).await.ok();
            app.settle().await;
        };
        let seen = async || {
            let seen = owner.get(&format!("/payments/{payment}")).await.ok().data();
            (seen["state"].as_str().unwrap().to_owned(), seen["refunded"]["amount"].as_i64().unwrap(), seen["refundable"]["amount"].as_i64().unwrap())
        };
        assert_eq!(shop.refund(&payment, Some(1_000)).await.is(201).data()["state"], "succeeded");
        stripe.refund_by_hand("pi_1", 900);
        for id in ["evt_1", "evt_2"] {
            tell_of(id, "charge.refunded").await;
        }
        assert_eq!(seen().await, ("partially_refunded".into(), 1_900, 4_000), "each once");
        assert_eq!((owner.get("/refunds").await.ok().meta()["total"].as_i64(), stripe.sums().2), (Some(2), 1_900));
        shop.books_balance().await;
        // Days later the bank sends both back.
        stripe.bounce_refunds();
        for id in ["evt_3", "evt_4"] {
            tell_of(id, "charge.refund.updated").await;
        }
        assert_eq!(seen().await, ("captured".into(), 0, 5_900));
        let order = owner.get("/orders").await.ok().data()[0].clone();
        assert_eq!((order["paymentState"].as_str(), order["refunded"]["amount"].as_i64()), (Some("paid"), Some(0)), "{order}");
        assert_eq!(owner.get("/refunds?state=failed").await.ok().meta()["total"], 2);
        let account = owner.get("/ledger/accounts").await.ok().data().as_array().unwrap().iter().find(|one| one["code"] == "cash:provider").cloned().unwrap();
        assert_eq!(account["balance"]["amount"], 5_900, "{account}");
        shop.books_balance().await;
    }

    async fn a_lost_message_is_healed(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(shop.paid_by("pm_card_threeDSecure2Required").await["payment"]["id"].as_str().unwrap().to_owned());
        }
        stripe.prove("pi_1", true);
        stripe.prove("pi_2", false);
        let _ = stripe.calls();
        purser_service::payments::resolve_waiting(&app.app).await.unwrap();
        assert!(stripe.calls().is_empty(), "not at once: the message may be on its way");
        app.advance(3 * MINUTE);
        purser_service::payments::resolve_waiting(&app.app).await.unwrap();
        let mut states = Vec::new();
        for id in &ids {
            states.push(owner.get(&format!("/payments/{id}")).await.ok().data()["state"].as_str().unwrap().to_owned());
        }
        assert_eq!(states, ["captured", "failed", "requires_action"]);
        shop.books_balance().await;
    }
}
