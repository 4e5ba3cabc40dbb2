//! Faults between us and Stripe: whatever is lost, money moves once, and what is not known is asked.

use purser_core::time::MINUTE;
use purser_service::payments::resolve_unknown;
use purser_testkit::{both, json};

use super::fake::{Fault, Stripe, engine};
use crate::routes::shop::Shop;

both! {
    async fn a_refund_whose_answer_was_lost_over_a_weekend_is_made_once(plain) {
        let stripe = Stripe::start().await;
        let (app, _, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        stripe.faults([Fault::Lost, Fault::Lost, Fault::Lost]);
        let refund = shop.refund(&payment, Some(900)).await.is(201).data();
        assert_eq!((refund["state"].as_str(), stripe.sums().2), (Some("unknown"), 900));
        stripe.forget_keys();
        app.advance(3 * purser_core::time::DAY);
        resolve_unknown(&app.app, 0).await.unwrap();
        let after = app.owner_unasked().await.get(&format!("/refunds/{}", refund["id"].as_str().unwrap())).await;
        assert_eq!((after.ok().data()["state"].as_str(), stripe.sums().2), (Some("succeeded"), 900));
    }

    async fn a_call_is_made_again_under_its_key(plain) {
        let stripe = Stripe::start().await;
        let (app, _, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        // Customer, intent, confirmation: each meets something else before it works.
        stripe.faults([Fault::Status(500), Fault::Nothing, Fault::Lost, Fault::Nothing, Fault::Status(429), Fault::Lost]);
        let paid = shop.paid_by("pm_card_visa").await;
        assert_eq!(paid["payment"]["state"], "captured", "{paid}");
        assert_eq!(stripe.sums(), (1, 5_900, 0, 1));
        shop.books_balance().await;
    }

    async fn what_is_not_known_is_asked(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let _ = shop.paid_by("pm_card_visa").await;
        // The customer is known; the intent is made, and the answer to that is lost three times.
        let order = shop.order().await;
        let path = format!("/orders/{}/pay", order["id"].as_str().unwrap());
        stripe.faults([Fault::Lost, Fault::Lost, Fault::Lost]);
        let lost = owner.with("idempotency-key", "pay-1").post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.ok().data();
        assert_eq!(lost["payment"]["state"], "unknown", "the intent was made, and nobody knows: {lost}");
        let id = lost["payment"]["id"].as_str().unwrap();
        // It never reached Stripe as far as we can find out: after a minute it is given up, and nothing was taken.
        app.advance(MINUTE + 1);
        resolve_unknown(&app.app, 0).await.unwrap();
        let after = owner.get(&format!("/payments/{id}")).await.ok().data();
        assert_eq!((after["state"].as_str(), after["failureCode"].as_str()), (Some("failed"), Some("not_received")));
        assert_eq!(stripe.sums().1, 5_900, "only the first payment took money");
        // The intent is known and the answer to its confirmation is lost: Stripe is asked, and has the money.
        let order = shop.order().await;
        let path = format!("/orders/{}/pay", order["id"].as_str().unwrap());
        stripe.faults([Fault::Nothing, Fault::Lost, Fault::Lost, Fault::Lost]);
        let lost = owner.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.ok().data();
        assert_eq!(lost["payment"]["state"], "unknown", "{lost}");
        resolve_unknown(&app.app, 0).await.unwrap();
        let after = owner.get(&format!("/payments/{}", lost["payment"]["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((after["state"].as_str(), stripe.sums().1), (Some("captured"), 11_800));
        shop.books_balance().await;
    }

    async fn a_refund_whose_answer_is_lost_is_made_once(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        stripe.faults([Fault::Lost, Fault::Lost, Fault::Lost]);
        let lost = shop.refund(&payment, Some(2_000)).await.is(201).data();
        assert_eq!((lost["state"].as_str(), stripe.sums().2), (Some("unknown"), 2_000));
        resolve_unknown(&app.app, 0).await.unwrap();
        let after = owner.get(&format!("/refunds/{}", lost["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((after["state"].as_str(), stripe.sums().2), (Some("succeeded"), 2_000), "asked under the same key: once");
        shop.books_balance().await;
    }
}
