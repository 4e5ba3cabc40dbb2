//! The breaker: a provider that is down is left alone, and found again.

use purser_core::time::{MINUTE, SECOND};
use purser_service::disputes::sweep;
use purser_service::payments::resolve_unknown;
use purser_testkit::{both, json};

use super::evidence::{disputed, file, pdf, stage, submit};
use super::fake::{Fault, Stripe, engine};
use crate::routes::shop::Shop;

both! {
    async fn the_fourth_call_is_not_made(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        let health = async || owner.get(&format!("/payment-providers/{connection}")).await.ok().data()["health"].as_str().unwrap().to_owned();
        assert_eq!(health().await, "closed");
        let early = shop.order().await;
        let keyed = owner.with("idempotency-key", "paid-before");
        let early = format!("/orders/{}/pay", early["id"].as_str().unwrap());
        let first = keyed.post(&early, json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        stripe.down(true);
        for _ in 0..3 {
            assert_eq!(shop.paid_by("pm_card_visa").await["payment"]["state"], "unknown");
        }
        assert_eq!(health().await, "open");
        let order = shop.order().await;
        let path = format!("/orders/{}/pay", order["id"].as_str().unwrap());
        let _ = stripe.calls();
        let _ = owner.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.problem(503, "provider_down");
        assert!(stripe.calls().is_empty(), "nothing was sent");
        // A repeat of what was paid before is told so all the same; a new request under its key is not begun.
        let again = keyed.post(&early, json!({ "paymentMethod": "pm_card_visa" })).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        let _ = keyed.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.problem(422, "unprocessable");
        assert!(stripe.calls().is_empty(), "nothing was sent");
        // Half a minute on one call finds out.
        stripe.down(false);
        app.advance(31 * SECOND);
        assert_eq!(health().await, "half_open");
        let paid = owner.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.ok().data();
        assert_eq!((paid["payment"]["state"].as_str(), health().await.as_str()), (Some("captured"), "closed"));
        // The three that never got there end so.
        app.advance(MINUTE);
        resolve_unknown(&app.app, 0).await.unwrap();
        assert_eq!(owner.get("/payments?state=failed").await.ok().meta()["total"], 3);
        assert_eq!(stripe.sums().1, 17_700);
        shop.books_balance().await;
    }

    async fn files_that_do_not_get_there_keep_nobody_from_paying(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let (_, path, order) = disputed(&app, &stripe, &owner).await;
        let file = file(&owner, &order, ("receipt.pdf", &pdf("the receipt"))).await;
        let _ = stage(&owner, &path, json!([{ "id": file, "kind": "receipt" }])).await.ok();
        for round in 0..3 {
            stripe.faults([Fault::Status(500), Fault::Status(502), Fault::Status(503)]);
            if round == 0 {
                let _ = submit(&owner, &path).await.ok();
            } else {
                sweep(&app.app).await.unwrap();
            }
            app.advance(3 * SECOND);
        }
        assert_eq!((stripe.papers(), owner.get(&path).await.ok().data()["pending"].as_bool()), (0, Some(true)));
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        assert_eq!(owner.get(&format!("/payment-providers/{connection}")).await.ok().data()["health"], "closed");
        app.advance(MINUTE);
        sweep(&app.app).await.unwrap();
        assert_eq!((stripe.papers(), owner.get(&path).await.ok().data()["pending"].as_bool()), (1, Some(false)));
    }
}
