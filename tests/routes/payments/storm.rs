//! Many refunds at once, repeats of the same request at once, and any row of partial refunds.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use purser_testkit::{TestApp, both, json};

use crate::routes::shop::Shop;

both! {
    async fn fifty_at_once_never_give_back_more_than_was_taken(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let tries = (0..50).map(|_| {
            let (owner, path) = (shop.owner.clone(), format!("/payments/{payment}/refund"));
            tokio::spawn(async move {
                owner.post(&path, json!({ "amount": { "amount": 1_000, "currency": "EUR" }, "reason": "storm" })).await.status.as_u16()
            })
        });
        let mut statuses = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            statuses.push(one.await.unwrap());
        }
        assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 5, "{statuses:?}");
        assert!(statuses.iter().all(|s| [201, 409, 422].contains(s)), "{statuses:?}");
        let after = shop.owner.get(&format!("/payments/{payment}")).await.ok().data();
        assert_eq!((after["refunded"]["amount"].as_i64(), after["refundable"]["amount"].as_i64()), (Some(5_000), Some(900)));
        assert_eq!(shop.owner.get("/refunds?state=succeeded").await.ok().meta()["total"], 5);
        shop.books_balance().await;
    }

    async fn twenty_repeats_at_once_have_one_effect(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let keyed = shop.owner.with("idempotency-key", "storm");
        let path = format!("/payments/{payment}/refund");
        let body = json!({ "amount": { "amount": 100, "currency": "EUR" }, "reason": "storm" });
        let tries = (0..20).map(|_| {
            let (keyed, path, body) = (keyed.clone(), path.clone(), body.clone());
            tokio::spawn(async move { keyed.post(&path, body).await })
        });
        let mut answers = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            let reply = one.await.unwrap();
            match reply.status.as_u16() {
                201 => answers.push(reply.body),
                409 => assert_eq!(reply.json()["code"], "still_running"),
                other => panic!("{other}: {}", reply.text()),
            }
        }
        answers.push(keyed.post(&path, body).await.is(201).body);
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(shop.owner.get("/refunds").await.ok().meta()["total"], 1);
    }
}

/// Whatever row of amounts is asked for, what is given back never passes what was taken, and what is refused changes nothing.
#[test]
fn any_row_of_partial_refunds_stays_within_what_was_taken() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, shop) = runtime.block_on(async {
        let app = TestApp::sqlite().await;
        let shop = Shop::open(&app).await;
        (app, shop)
    });
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let amounts = proptest::collection::vec(prop_oneof![1..400_i64, 1..6_000_i64], 1..12);
    let outcome = runner.run(&amounts, |amounts| {
        runtime.block_on(async {
            let payment = shop.paid().await;
            let mut left = 5_900;
            for amount in amounts {
                let status = shop.refund(&payment, Some(amount)).await.status.as_u16();
                let wanted = if amount <= left {
                    201
                } else if left == 0 {
                    409
                } else {
                    422
                };
                prop_assert_eq!(status, wanted);
                if status == 201 {
                    left -= amount;
                }
            }
            let after = shop.owner.get(&format!("/payments/{payment}")).await.ok().data();
            prop_assert_eq!(after["refunded"]["amount"].as_i64(), Some(5_900 - left));
            Ok(())
        })
    });
    outcome.unwrap();
    runtime.block_on(shop.books_balance());
    drop(app);
}
