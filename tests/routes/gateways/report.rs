//! Stripe's account of what moved, for the comparison with our books.

use purser_core::time::DAY;
use purser_service::reconciliation::port::{About, Kind};
use purser_testkit::{both, json};

use super::fake::{Stripe, engine};
use crate::routes::shop::Shop;

both! {
    async fn what_moved_at_stripe_is_told_a_page_at_a_time_after_the_sandbox(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, connection) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let lead = async |leads: bool| {
            let path = format!("/payment-providers/{connection}");
            let by = owner.with("if-match", owner.get(&path).await.ok().header("etag").unwrap());
            let _ = by.patch(&path, json!({ "leads": leads })).await.ok();
        };
        // One payment of the sandbox's own.
        lead(false).await;
        let early = shop.paid().await;
        lead(true).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, Some(900)).await.is(201);
        let dispute = stripe.dispute("pi_1", 5_000, app.app.clock.now().seconds());
        let (tenant, now) = (app.tenant().await, app.app.clock.now());
        let report = app.app.payments.gateway().balance_report().unwrap();
        let (mut lines, mut pages, mut after) = (Vec::new(), 0, None::<String>);
        loop {
            let page = report.lines(tenant, (now.plus(-DAY), now.plus(DAY)), after.as_deref()).await.unwrap();
            lines.extend(page.lines.into_iter().map(|line| (page.provider, line.kind, line.amount.amount, line.fee, line.about)));
            pages += 1;
            match page.next { Some(next) => after = Some(next), None => break }
        }
        let refund = shop.owner.get("/refunds").await.ok().data()[0]["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(lines, [
            ("sandbox", Kind::Charge, 5_900, 0, About::Payment(early.parse().unwrap())),
            ("stripe", Kind::Charge, 5_900, 197, About::Payment(payment.parse().unwrap())),
            ("stripe", Kind::Refund, -900, 0, About::Refund(refund)),
            ("stripe", Kind::Dispute, -5_000, 1_500, About::Dispute(dispute)),
            ("stripe", Kind::Payout, -1_000, 0, About::Other),
        ]);
        assert_eq!(pages, 3);
        stripe.down(true);
        assert!(report.lines(tenant, (now.plus(-DAY), now), Some("1 ")).await.is_err());
    }
}
