//! A Stripe account that settles in another currency than its charges: our books keep the charge's, and the two still agree.

use axum::http::Method;
use purser_core::time::DAY;
use purser_service::reconciliation::port::Kind;
use purser_testkit::{TestApp, both, json};
use serde_json::Value;

use super::fake::{Stripe, engine};
use crate::routes::shop::Shop;

async fn compare(app: &TestApp, shop: &Shop) -> Value {
    let now = app.app.clock.now();
    let body = json!({ "from": now.plus(-DAY).to_string(), "to": now.plus(DAY).to_string() });
    let run = shop.owner.post("/reconciliation/runs", body).await.is(201).data();
    app.settle().await;
    let runs = shop.owner.get("/reconciliation/runs").await.ok().data();
    runs.as_array().unwrap().iter().find(|one| one["id"] == run["id"]).unwrap().clone()
}

both! {
    async fn fees_are_booked_in_the_currency_of_the_charge_and_the_books_agree(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        // One euro is settled as 1.10 dollars.
        stripe.settles("usd", 110);
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, Some(900)).await.is(201);
        let (tenant, now) = (app.tenant().await, app.app.clock.now());
        let report = app.app.payments.gateway().balance_report().unwrap();
        let mut lines = Vec::new();
        let mut after = None::<String>;
        loop {
            let page = report.lines(tenant, (now.plus(-DAY), now.plus(DAY)), after.as_deref()).await.unwrap();
            lines.extend(page.lines.into_iter().filter(|line| line.kind != Kind::Payout));
            match page.next { Some(next) => after = Some(next), None => break }
        }
        let told: Vec<_> = lines.iter().map(|line| (line.amount.to_string(), line.fee, line.settled.map(|(amount, fee)| (amount.to_string(), fee.amount)))).collect();
        assert_eq!(told, [
            ("59.00 EUR".to_owned(), 196, Some(("64.90 USD".to_owned(), 216))),
            ("-9.00 EUR".to_owned(), 0, Some(("-9.90 USD".to_owned(), 0))),
        ]);
        // Everything agrees, the fee is booked once and in euros, and its memo says what was settled.
        let run = compare(&app, &shop).await;
        assert_eq!((&run["found"], &run["feesBooked"]), (&json!(0), &json!(1)), "{run}");
        let again = compare(&app, &shop).await;
        assert_eq!((&again["found"], &again["feesBooked"]), (&json!(0), &json!(0)), "{again}");
        let fees = shop.owner.get("/ledger/entries?kind=fee").await.ok().data();
        let kept = fees.as_array().unwrap().iter().find(|e| e["account"]["code"] == "fees").unwrap();
        assert_eq!((&kept["amount"], fees.as_array().unwrap().len()), (&json!({ "amount": 196, "currency": "EUR" }), 2), "{fees}");
        assert!(kept["memo"].as_str().unwrap().ends_with("(2.16 USD)"), "{kept}");
        // A dispute is taken and given back whole, its fee at the rate of its line.
        let id = stripe.dispute("pi_1", 5_000, now.seconds());
        let hear = async || {
            assert_eq!(owner.call(Method::POST, "/disputes/refresh", None).await.ok().data()["told"], 1);
            owner.get("/disputes").await.ok().data()[0].clone()
        };
        let euros = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
        let taken = hear().await;
        assert_eq!((&taken["withdrawn"], &taken["fee"]), (&euros(5_000), &euros(1_500)), "{taken}");
        stripe.decide(&id, true);
        let won = hear().await;
        assert_eq!((&won["reinstated"], &won["feeBack"], &won["state"]), (&euros(5_000), &euros(1_500), &json!("won")), "{won}");
        shop.books_balance().await;
    }
}
