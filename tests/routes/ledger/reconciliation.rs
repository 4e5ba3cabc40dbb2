//! /reconciliation: our books against the provider's.

use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::{DAY, SECOND};
use purser_testkit::{TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

async fn plant(shop: &Shop, reference: &str, kind: &str, amount: i64) {
    let body = json!({ "reference": reference, "kind": kind, "amount": amount });
    let _ = shop.owner.post("/reconciliation/plant", body).await.is(204);
}

/// Compare, and what it came to.
async fn compare(app: &TestApp, shop: &Shop) -> Value {
    let asked = shop.owner.call(Method::POST, "/reconciliation/runs", None).await.is(201).data();
    assert_eq!(asked.get("endedAt"), None);
    app.settle().await;
    let run = shop.owner.get("/reconciliation/runs?limit=1").await.ok().data()[0].clone();
    assert_eq!(run["id"], asked["id"]);
    assert!(run["endedAt"].is_string(), "{run}");
    run
}

async fn exceptions(shop: &Shop, query: &str) -> Vec<Value> {
    shop.owner.get(&format!("/reconciliation/exceptions?{query}")).await.ok().data().as_array().unwrap().clone()
}

/// What lies at the provider, and what was written off.
async fn balances(shop: &Shop) -> [i64; 2] {
    let accounts = shop.owner.get("/ledger/accounts").await.ok().data();
    let of = |code: &str| accounts.as_array().unwrap().iter().find(|account| account["code"] == code).unwrap()["balance"]["amount"].as_i64();
    ["cash:provider", "differences"].map(|code| of(code).unwrap())
}

/// Settle every difference but the payment they do not know: the fee is booked as one; what is short is lost; the line of its own belongs
/// to a payment.
async fn settle(app: &TestApp, shop: &Shop, (open, less): (&[Value], &str)) {
    let of = |kind: &str| open.iter().find(|one| one["kind"] == kind).unwrap().clone();
    let path = |one: &Value, what: &str| format!("/reconciliation/exceptions/{}/{what}", one["id"].as_str().unwrap());
    let _ = shop.owner.post(&path(&of("fee"), "write-off"), json!({ "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
    let _ = app.caller(Role::Support).await.post(&path(&of("fee"), "write-off"), json!({ "reason": "x" })).await.problem(403, "forbidden");
    for kind in ["fee", "amount"] {
        let done = shop.owner.post(&path(&of(kind), "write-off"), json!({ "reason": "small" })).await.ok().data();
        assert_eq!((done["state"].as_str(), done["postingId"].is_string()), (Some("written_off"), true));
    }
    let _ = shop.owner.post(&path(&of("fee"), "write-off"), json!({ "reason": "again" })).await.problem(409, "already_settled");
    let extra = of("missing_here");
    let _ = shop.owner.post(&path(&extra, "match"), json!({ "reason": "x" })).await.problem(400, "invalid").complains("paymentId", "one_of_two");
    let strange = json!({ "paymentId": uuid::Uuid::nil(), "reason": "x" });
    let _ = shop.owner.post(&path(&extra, "match"), strange).await.problem(422, "unprocessable").complains("paymentId", "unknown_payment");
    let matched = shop.owner.post(&path(&extra, "match"), json!({ "paymentId": less, "reason": "a correction" })).await.ok().data();
    assert_eq!((matched["state"].as_str(), matched["paymentId"].as_str()), (Some("matched"), Some(less)));
    let accounts = shop.owner.get("/ledger/accounts").await.ok().data();
    let balance = |code: &str| accounts.as_array().unwrap().iter().find(|account| account["code"] == code).unwrap()["balance"]["amount"].as_i64();
    assert_eq!((balance("cash:provider"), balance("fees"), balance("differences")), (Some(3 * 5_900 - 150), Some(50), Some(100)));
    let _ = app.stranger(Role::Owner).await.post(&path(&extra, "write-off"), json!({ "reason": "x" })).await.problem(404, "not_found");
    assert_eq!(exceptions(shop, "state=open").await.len(), 1);
    for (action, times) in [("reconciliation.match", 1), ("reconciliation.write_off", 2)] {
        let lines = shop.owner.get(&format!("/audit?action={action}")).await.ok().data();
        assert_eq!(lines.as_array().unwrap().len(), times, "{action}");
    }
}

both! {
    async fn books_that_agree_have_no_differences(app) {
        let shop = Shop::open(&app).await;
        let (payment, other) = (shop.paid().await, shop.paid().await);
        let _ = shop.refund(&payment, Some(590)).await.is(201);
        let opened = shop.owner.post(&format!("/payments/{other}/dispute"), json!({})).await.is(201).data();
        app.advance(SECOND);
        let run = compare(&app, &shop).await;
        assert_eq!((run["lines"].as_i64(), run["matched"].as_i64(), run["found"].as_i64()), (Some(4), Some(4), Some(0)), "{run}");
        let _ = shop.owner.post(&format!("/disputes/{}/decide", opened["id"].as_str().unwrap()), json!({ "outcome": "won" })).await.ok();
        let run = compare(&app, &shop).await;
        assert_eq!((run["lines"].as_i64(), run["found"].as_i64()), (Some(5), Some(0)));
        assert_eq!(shop.owner.get("/reconciliation/runs").await.ok().data().as_array().unwrap().len(), 2);
        assert_eq!(shop.owner.get("/audit?action=reconciliation.run").await.ok().data().as_array().unwrap().len(), 2);
        let _ = app.caller(Role::Support).await.call(Method::POST, "/reconciliation/runs", None).await.problem(403, "forbidden");
    }

    async fn each_kind_of_difference_is_found_once_and_settled(app) {
        let shop = Shop::open(&app).await;
        let (less, gone, fee) = (shop.paid().await, shop.paid().await, shop.paid().await);
        plant(&shop, &format!("ch_{less}"), "amount", -100).await;
        plant(&shop, &format!("ch_{gone}"), "missing", 0).await;
        plant(&shop, "adj_1", "extra", 250).await;
        let planted = shop.owner.get("/audit?action=sandbox.plant&limit=1").await.ok().data();
        assert_eq!(planted[0]["after"], json!({ "kind": "extra", "reference": "adj_1", "amount": 250 }));
        app.advance(SECOND);
        assert_eq!(compare(&app, &shop).await["found"], 3);
        // The provider has changed what it says it kept.
        plant(&shop, &format!("ch_{fee}"), "fee", 30).await;
        let run = compare(&app, &shop).await;
        assert_eq!((run["found"].as_i64(), run["feesBooked"].as_i64()), (Some(0), Some(1)), "known already: {run}");
        plant(&shop, &format!("ch_{fee}"), "fee", 50).await;
        let run = compare(&app, &shop).await;
        assert_eq!((run["found"].as_i64(), run["feesBooked"].as_i64()), (Some(1), Some(0)), "{run}");
        assert_eq!(exceptions(&shop, &format!("runId={}", run["id"].as_str().unwrap())).await.len(), 1);
        let open = exceptions(&shop, "state=open").await;
        assert_eq!(open.len(), 4);
        let of = |kind: &str| open.iter().find(|one| one["kind"] == kind).unwrap().clone();
        assert_eq!((of("amount")["theirs"]["amount"].as_i64(), of("amount")["ours"]["amount"].as_i64()), (Some(5_800), Some(5_900)));
        assert_eq!((of("missing_there")["reference"].as_str(), of("missing_there")["difference"]["amount"].as_i64()), (Some(gone.as_str()), Some(-5_900)));
        assert_eq!(of("fee")["difference"]["amount"], -20);
        settle(&app, &shop, (&open, &less)).await;
        assert_eq!(compare(&app, &shop).await["found"], 0, "settled once");
        shop.books_balance().await;
    }

    async fn a_difference_that_heals_is_settled_by_itself(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        plant(&shop, &format!("ch_{payment}"), "amount", 5).await;
        app.advance(SECOND);
        assert_eq!(compare(&app, &shop).await["found"], 1);
        plant(&shop, &format!("ch_{payment}"), "amount", 0).await;
        let _ = compare(&app, &shop).await;
        let healed = exceptions(&shop, "kind=amount").await;
        assert_eq!((healed[0]["state"].as_str(), healed[0]["reason"].as_str()), (Some("matched"), Some("A later comparison agrees.")));
    }

    async fn what_a_comparison_settled_opens_again_and_what_a_person_settled_does_not(app) {
        let shop = Shop::open(&app).await;
        let (healed, kept) = (shop.paid().await, shop.paid().await);
        let says = async |payment: &str, amount: i64| plant(&shop, &format!("ch_{payment}"), "amount", amount).await;
        says(&healed, 5).await;
        says(&kept, 9).await;
        app.advance(SECOND);
        assert_eq!(compare(&app, &shop).await["found"], 2);
        let of = async |payment: &str| exceptions(&shop, "kind=amount").await.into_iter().find(|one| one["reference"] == format!("ch_{payment}")).unwrap();
        let by_hand = json!({ "paymentId": kept, "reason": "agreed on the telephone" });
        let path = format!("/reconciliation/exceptions/{}/match", of(&kept).await["id"].as_str().unwrap());
        let _ = shop.owner.post(&path, by_hand).await.ok();
        says(&healed, 0).await;
        assert_eq!(compare(&app, &shop).await["found"], 0);
        assert_eq!(of(&healed).await["state"], "matched");
        // It differs once more, by another amount.
        says(&healed, 7).await;
        let run = compare(&app, &shop).await;
        assert_eq!(run["found"], 1, "{run}");
        let open = of(&healed).await;
        assert_eq!((open["state"].as_str(), open["theirs"]["amount"].as_i64(), &open["runId"]), (Some("open"), Some(5_907), &run["id"]), "{open}");
        assert!(open.get("reason").is_none() && open.get("resolvedAt").is_none(), "{open}");
        assert_eq!(of(&kept).await["state"], "matched", "somebody has looked at it");
        assert_eq!(compare(&app, &shop).await["found"], 0, "known already");
        // Written off, taken back once they agree, and open when they do not.
        let path = format!("/reconciliation/exceptions/{}/write-off", open["id"].as_str().unwrap());
        let _ = shop.owner.post(&path, json!({ "reason": "small" })).await.ok();
        says(&healed, 0).await;
        let _ = compare(&app, &shop).await;
        let back = of(&healed).await;
        assert_eq!((back["state"].as_str(), back.get("resolvedBy")), (Some("matched"), None), "{back}");
        says(&healed, 3).await;
        assert_eq!(compare(&app, &shop).await["found"], 1);
        assert_eq!(of(&healed).await["state"], "open");
        shop.books_balance().await;
    }

    async fn what_was_written_off_and_turned_up_later_counts_once(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        plant(&shop, &format!("ch_{payment}"), "missing", 0).await;
        app.advance(SECOND);
        assert_eq!(compare(&app, &shop).await["found"], 1);
        let lost = exceptions(&shop, "kind=missing_there").await.remove(0);
        let path = format!("/reconciliation/exceptions/{}/write-off", lost["id"].as_str().unwrap());
        let _ = shop.owner.post(&path, json!({ "reason": "never seen again" })).await.ok();
        assert_eq!(balances(&shop).await, [0, 5_900]);
        assert_eq!(compare(&app, &shop).await["found"], 0, "while it is missing, it stays written off");
        assert_eq!(balances(&shop).await, [0, 5_900]);
        // They tell of it after all.
        plant(&shop, &format!("ch_{payment}"), "amount", 0).await;
        for _ in 0..2 {
            let _ = compare(&app, &shop).await;
            assert_eq!(balances(&shop).await, [5_900, 0], "taken back once");
        }
        let after = exceptions(&shop, "kind=missing_there").await.remove(0);
        assert_eq!((after["state"].as_str(), after["postingId"].is_string()), (Some("matched"), true), "{after}");
        assert_eq!(shop.owner.get("/audit?action=reconciliation.take_back").await.ok().meta()["total"], 1);
        shop.books_balance().await;
    }

    async fn what_was_written_off_as_missing_and_turned_up_with_another_amount_counts_as_that_amount(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        plant(&shop, &format!("ch_{payment}"), "missing", 0).await;
        app.advance(SECOND);
        assert_eq!(compare(&app, &shop).await["found"], 1);
        let lost = exceptions(&shop, "kind=missing_there").await.remove(0);
        let path = format!("/reconciliation/exceptions/{}/write-off", lost["id"].as_str().unwrap());
        let _ = shop.owner.post(&path, json!({ "reason": "never seen again" })).await.ok();
        assert_eq!(balances(&shop).await, [0, 5_900]);
        // They tell of it after all, and of less than we booked.
        plant(&shop, &format!("ch_{payment}"), "amount", -100).await;
        assert_eq!(compare(&app, &shop).await["found"], 1);
        assert_eq!(balances(&shop).await, [5_900, 0], "what was written off is taken back");
        let back = exceptions(&shop, "kind=missing_there").await.remove(0);
        let why = "A later comparison found it on both sides; what was written off was taken back.";
        assert_eq!((back["state"].as_str(), back["reason"].as_str()), (Some("matched"), Some(why)));
        let short = exceptions(&shop, "kind=amount").await.remove(0);
        assert_eq!((short["state"].as_str(), short["difference"]["amount"].as_i64()), (Some("open"), Some(-100)));
        let path = format!("/reconciliation/exceptions/{}/write-off", short["id"].as_str().unwrap());
        let _ = shop.owner.post(&path, json!({ "reason": "small" })).await.ok();
        for _ in 0..2 {
            assert_eq!(compare(&app, &shop).await["found"], 0);
            assert_eq!(balances(&shop).await, [5_800, 100], "the difference that is left stays written off");
        }
        shop.books_balance().await;
    }

    async fn what_is_missing_and_turns_up_is_no_longer_missing_whatever_its_amount(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        plant(&shop, &format!("ch_{payment}"), "missing", 0).await;
        app.advance(SECOND);
        assert_eq!(compare(&app, &shop).await["found"], 1);
        plant(&shop, &format!("ch_{payment}"), "amount", 7).await;
        assert_eq!(compare(&app, &shop).await["found"], 1);
        let open = exceptions(&shop, "state=open").await;
        assert_eq!(open.iter().map(|one| one["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["amount"]);
    }

    async fn one_comparison_is_made_at_a_time_and_the_regular_one_by_itself(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        plant(&shop, &format!("ch_{payment}"), "missing", 0).await;
        app.advance(SECOND);
        let _ = shop.owner.post("/reconciliation/runs", json!({})).await.is(201);
        let _ = shop.owner.post("/reconciliation/runs", json!({})).await.problem(409, "already_running");
        let bad = json!({ "from": "2026-05-01", "to": "2026-05-01" });
        let _ = shop.owner.post("/reconciliation/runs", bad).await.problem(400, "invalid").complains("from", "out_of_range");
        let long = json!({ "from": "2024-01-01", "to": "2026-05-01" });
        let _ = shop.owner.post("/reconciliation/runs", long).await.problem(400, "invalid").complains("from", "too_long");
        app.settle().await;
        plant(&shop, &format!("ch_{payment}"), "amount", 0).await;
        purser_service::jobs::tick(&app.app).await.unwrap();
        app.advance(DAY);
        purser_service::jobs::tick(&app.app).await.unwrap();
        app.settle().await;
        let shop = Shop { owner: app.owner().await, ..shop };
        let runs = shop.owner.get("/reconciliation/runs").await.ok().data();
        assert_eq!((runs.as_array().unwrap().len(), runs[0].get("requestedBy"), runs[0]["endedAt"].is_string()), (2, None, true), "{runs}");
        // What they had not told of is there now.
        assert_eq!(exceptions(&shop, "kind=missing_there").await[0]["state"], "matched");
        let proof = shop.owner.get("/ledger/proof").await.ok().data();
        assert_eq!(proof["full"]["balanced"], true, "the books are proved with it");
    }
}
