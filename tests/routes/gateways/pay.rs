//! Paying, capturing, letting go and giving back through Stripe.

use purser_testkit::{both, json};

use super::fake::{KEY, SIGNING, Stripe, engine};
use crate::routes::shop::Shop;

both! {
    async fn a_customer_who_is_quicker_than_the_one_who_calls_the_order_off_gets_their_money_back(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_threeDSecure2Required").await;
        stripe.prove("pi_1", true);
        let path = format!("/orders/{}", done["order"]["id"].as_str().unwrap());
        let _ = owner.post(&format!("{path}/cancel"), json!({ "reason": "changed mind" })).await.ok();
        purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
        let after = owner.get(&path).await.ok().data();
        assert_eq!((after["state"].as_str(), after["paymentState"].as_str()), (Some("cancelled"), Some("refunded")), "{after}");
        assert_eq!((stripe.sums().1, stripe.sums().2), (5_900, 5_900));
        shop.books_balance().await;
    }

    async fn money_is_taken_and_given_back_at_stripe(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let paid = shop.paid_by("pm_card_visa").await;
        assert_eq!((paid["payment"]["state"].as_str(), paid["payment"]["provider"].as_str(), paid["order"]["state"].as_str()), (Some("captured"), Some("stripe"), Some("paid")), "{paid}");
        let second = shop.paid_by("pm_card_visa").await["payment"]["id"].as_str().unwrap().to_owned();
        assert_eq!(stripe.sums(), (2, 11_800, 0, 1), "one customer, two intents");
        // In parts, at most what was taken.
        let part = shop.refund(&second, Some(2_000)).await.is(201).data();
        assert_eq!((part["state"].as_str(), part["payment"]["state"].as_str()), (Some("succeeded"), Some("partially_refunded")));
        let _ = shop.refund(&second, Some(3_901)).await.problem(422, "unprocessable");
        // Stripe says no: nothing is given back here either.
        let failed = shop.refund(&second, Some(666)).await.is(201).data();
        assert_eq!((failed["state"].as_str(), failed["payment"]["refundable"]["amount"].as_i64()), (Some("failed"), Some(3_900)), "{failed}");
        assert!(failed["failureMessage"].as_str().unwrap().contains("expired or canceled card"));
        // Stripe takes its time: it is asked, not told again.
        let late = shop.refund(&second, Some(777)).await.is(201).data();
        assert_eq!(late["state"], "unknown");
        stripe.settle_refunds();
        let _ = stripe.calls();
        purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
        assert_eq!(stripe.calls(), ["GET /v1/refunds/re_3"]);
        assert_eq!(owner.get(&format!("/refunds/{}", late["id"].as_str().unwrap())).await.ok().data()["state"], "succeeded");
        let _ = shop.refund(&second, None).await.is(201);
        assert_eq!(stripe.sums(), (2, 11_800, 5_900, 1));
        shop.books_balance().await;
        // Nobody's card is here, and no key.
        let dump = format!("{:?}", app.db_dump(app.tenant().await).await);
        assert!(!dump.contains(KEY) && !dump.contains(SIGNING));
    }

    async fn a_promise_is_taken_in_part_or_let_go(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let promise = async || {
            let order = shop.order().await;
            let body = json!({ "paymentMethod": "pm_card_visa", "capture": "manual" });
            let paid = owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), body).await.ok().data();
            assert_eq!(paid["payment"]["state"], "authorised");
            paid["payment"]["id"].as_str().unwrap().to_owned()
        };
        let (one, other) = (promise().await, promise().await);
        let body = json!({ "amount": { "amount": 4_000, "currency": "EUR" } });
        let taken = owner.post(&format!("/payments/{one}/capture"), body).await.ok().data();
        assert_eq!((taken["payment"]["state"].as_str(), taken["payment"]["captured"]["amount"].as_i64()), (Some("captured"), Some(4_000)));
        let gone = owner.call(axum::http::Method::POST, &format!("/payments/{other}/void"), None).await.ok().data();
        assert_eq!(gone["payment"]["state"], "voided");
        let _ = owner.call(axum::http::Method::POST, &format!("/payments/{one}/void"), None).await.problem(409, "illegal_move");
        assert_eq!(stripe.sums().1, 4_000);
        shop.books_balance().await;
    }

    async fn a_card_that_is_declined_ends_the_payment_and_another_may_follow(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let path = format!("/orders/{}/pay", order["id"].as_str().unwrap());
        let failed = owner.post(&path, json!({ "paymentMethod": "pm_card_chargeDeclined" })).await.ok().data();
        assert_eq!((failed["payment"]["state"].as_str(), failed["payment"]["failureCode"].as_str()), (Some("failed"), Some("generic_decline")));
        assert_eq!(failed["payment"]["failureMessage"], "Your card was declined.");
        let paid = owner.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.ok().data();
        assert_eq!(paid["payment"]["state"], "captured");
        let _ = owner.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.problem(409, "illegal_move");
        for method in ["", "visa", "4242424242424242", "pm_1; DROP", "../v1/payouts"] {
            let _ = owner.post(&path, json!({ "paymentMethod": method })).await.problem(422, "unprocessable").complains("paymentMethod", "unknown_method");
        }
    }
}
