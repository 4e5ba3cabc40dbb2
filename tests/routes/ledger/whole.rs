//! The ledger as a whole: POST /ledger/proof, /ledger/periods, GET /ledger/statement and /reports/monthly

use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::{HOUR, MINUTE};
use purser_store::sql;
use purser_testkit::{both, json};

use crate::routes::identity::factors::enrol;
use crate::routes::shop::Shop;

both! {
    async fn a_full_proof_is_made_by_a_job_and_kept(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        assert_eq!(shop.owner.get("/ledger/proof").await.ok().data().get("full"), None);
        let asked = shop.owner.call(Method::POST, "/ledger/proof", None).await.ok().data();
        assert!(asked["jobId"].is_string());
        assert_eq!(shop.owner.call(Method::POST, "/ledger/proof", None).await.ok().data().get("jobId"), None, "one waits already");
        app.settle().await;
        let proof = shop.owner.get("/ledger/proof").await.ok().data();
        assert_eq!((proof["full"]["balanced"].as_bool(), proof["full"]["transactions"].as_i64(), proof["whole"].as_bool()), (Some(true), Some(1), Some(true)));
        // Somebody changes a running balance behind our back.
        let tenant = app.tenant().await;
        let tamper = sql("UPDATE balances SET debit = debit + 1 WHERE tenant_id = $1 AND debit > 0").bind(tenant);
        let _: u64 = app.app.db.transact(tenant, async |tx| tx.run(tamper).await).await.unwrap();
        assert_eq!(shop.owner.get("/ledger/proof").await.ok().data()["balanced"], false);
        let _ = shop.owner.call(Method::POST, "/ledger/proof", None).await.ok();
        app.settle().await;
        let full = shop.owner.get("/ledger/proof").await.ok().data()["full"].clone();
        assert_eq!(full["balanced"], false);
        assert!(full["findings"][0].as_str().unwrap().contains("running balance"), "{full}");
        assert_eq!(shop.owner.get("/audit?action=ledger.unbalanced").await.ok().data().as_array().unwrap().len(), 1);
    }

    async fn nothing_is_booked_into_a_closed_period(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        let now = app.app.clock.now();
        let finance = app.caller(Role::Finance).await;
        let at = |instant: purser_core::Timestamp| json!({ "endsAt": instant, "reason": "November is done" });
        let _ = finance.post("/ledger/periods", at(now)).await.problem(400, "invalid").complains("endsAt", "out_of_range");
        app.advance(2 * HOUR);
        let finance = app.caller(Role::Finance).await;
        let closed = finance.post("/ledger/periods", at(now.plus(HOUR))).await.is(201).data();
        let cash = closed["balances"].as_array().unwrap().iter().find(|balance| balance["code"] == "cash:provider").unwrap().clone();
        assert_eq!(cash["balance"]["amount"], 5_900);
        let _ = finance.post("/ledger/periods", at(now.plus(HOUR))).await.problem(409, "already_closed");
        assert_eq!(finance.get("/ledger/periods").await.ok().data().as_array().unwrap().len(), 1);
        let _ = app.caller(Role::Support).await.post("/ledger/periods", at(now)).await.problem(403, "forbidden");
        // What happens now is booked now; what is dated back is refused.
        let owner = app.owner().await;
        let shop = Shop { owner, ..shop };
        let _ = shop.paid().await;
        let (tenant, ids) = (app.tenant().await, app.app.ids.clone());
        let late = purser_store::ledger::Posting {
            id: ids.next(now), kind: purser_core::ledger::PostingKind::Import, memo: "late".into(), order: None, payment: None, refund: None, at: now,
            currency: purser_core::Currency::EUR,
            entries: vec![(purser_core::ledger::AccountCode::Cash, 1), (purser_core::ledger::AccountCode::Opening, -1)],
        };
        let refused = app.app.db.transact(tenant, async |tx| purser_store::ledger::post(tx, &ids, &[late]).await.map_err(purser_core::Error::from)).await;
        assert!(matches!(&refused, Err(purser_core::Error::Conflict(code, _)) if *code == "period_closed"), "{refused:?}");
        shop.books_balance().await;
    }

    async fn the_newest_closed_period_can_be_opened_again(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        let start = app.app.clock.now();
        app.advance(3 * HOUR);
        let finance = app.caller(Role::Finance).await;
        let close = async |instant: purser_core::Timestamp| {
            let body = json!({ "endsAt": instant, "reason": "it is over" });
            let closed = finance.post("/ledger/periods", body).await.is(201).data();
            format!("/ledger/periods/{}/reopen", closed["id"].as_str().unwrap())
        };
        let (first, second) = (close(start.plus(HOUR)).await, close(start.plus(2 * HOUR)).await);
        let why = json!({ "reason": "A supplier's invoice came late" });
        let _ = finance.post(&first, why.clone()).await.problem(409, "not_the_newest");
        let _ = finance.post(&second, json!({ "reason": "" })).await.problem(400, "invalid").complains("reason", "required");
        let _ = app.caller(Role::Support).await.post(&second, why.clone()).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&second, why.clone()).await.problem(404, "not_found");
        let opened = finance.post(&second, why.clone()).await.ok().data();
        assert_eq!((opened["reopenReason"].as_str(), opened["reopenedAt"].is_string()), (Some("A supplier's invoice came late"), true), "{opened}");
        let _ = finance.post(&second, why.clone()).await.problem(409, "already_open");
        // What lies between the two closes may be booked again, what lies before the first may not.
        let (tenant, ids) = (app.tenant().await, app.app.ids.clone());
        let late = async |at: purser_core::Timestamp| {
            let posting = purser_store::ledger::Posting {
                id: ids.next(at), kind: purser_core::ledger::PostingKind::Import, memo: "late".into(), order: None, payment: None, refund: None, at,
                currency: purser_core::Currency::EUR,
                entries: vec![(purser_core::ledger::AccountCode::Cash, 1), (purser_core::ledger::AccountCode::Opening, -1)],
            };
            app.app.db.transact(tenant, async |tx| purser_store::ledger::post(tx, &ids, &[posting]).await.map_err(purser_core::Error::from)).await
        };
        late(start.plus(HOUR + 1)).await.unwrap();
        assert!(late(start).await.is_err());
        let owner = app.owner().await;
        let line = owner.get("/audit?action=ledger.reopen").await.ok().data()[0].clone();
        assert_eq!(line["reason"], "A supplier's invoice came late", "{line}");
        // It is closed anew, with the balances of now; the list tells both.
        let finance = app.caller(Role::Finance).await;
        let again = finance.post("/ledger/periods", json!({ "endsAt": start.plus(2 * HOUR), "reason": "now it is" })).await.is(201).data();
        let cash = again["balances"].as_array().unwrap().iter().find(|balance| balance["code"] == "cash:provider").unwrap().clone();
        assert_eq!(cash["balance"]["amount"], 5_901);
        assert_eq!(finance.get("/ledger/periods").await.ok().data().as_array().unwrap().len(), 3);
        Shop { owner, ..shop }.books_balance().await;
    }

    async fn opening_a_closed_period_again_asks_for_a_fresh_factor(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        let start = app.app.clock.now();
        app.advance(2 * HOUR);
        let owner = app.owner_unasked().await;
        let closed = owner.post("/ledger/periods", json!({ "endsAt": start.plus(HOUR), "reason": "it is over" })).await.is(201).data();
        let path = format!("/ledger/periods/{}/reopen", closed["id"].as_str().unwrap());
        let why = json!({ "reason": "A supplier's invoice came late" });
        let (_, codes) = enrol(&app, &owner).await;
        app.advance(10 * MINUTE);
        let _ = owner.post(&path, why.clone()).await.problem(403, "step_up_required");
        assert_eq!(owner.get("/ledger/periods").await.ok().data()[0].get("reopenedAt"), None, "it is closed as it was");
        let _ = owner.post("/auth/step-up", json!({ "method": "backup", "code": codes[0] })).await.ok();
        assert!(owner.post(&path, why).await.ok().data()["reopenedAt"].is_string());
    }

    async fn a_statement_is_a_file_no_spreadsheet_runs(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let tenant = app.tenant().await;
        let ids = app.app.ids.clone();
        let now = app.app.clock.now();
        let odd = purser_store::ledger::Posting {
            id: ids.next(now), kind: purser_core::ledger::PostingKind::Import, memo: "=cmd()".into(), order: None, payment: None, refund: None, at: now,
            currency: purser_core::Currency::EUR,
            entries: vec![(purser_core::ledger::AccountCode::Cash, 1), (purser_core::ledger::AccountCode::Opening, -1)],
        };
        app.app.db.transact(tenant, async |tx| purser_store::ledger::post(tx, &ids, &[odd]).await).await.unwrap();
        let reply = shop.owner.get("/ledger/statement").await.ok();
        assert!(reply.header("content-type").unwrap().starts_with("text/csv"));
        let text = reply.text();
        assert_eq!(text.lines().count(), 1 + 4 + 2);
        assert!(text.contains("'=cmd()") && !text.contains(",=cmd()"));
        let order = done["order"]["id"].as_str().unwrap();
        assert_eq!(shop.owner.get(&format!("/ledger/statement?orderId={order}")).await.ok().text().lines().count(), 5);
        assert_eq!(shop.owner.get("/audit?action=ledger.export").await.ok().data().as_array().unwrap().len(), 2);
        let _ = app.caller(Role::Support).await.get("/ledger/statement").await.problem(403, "forbidden");
    }

    async fn months_say_what_was_sold_and_given_back(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, Some(590)).await.is(201);
        let report = shop.owner.get("/reports/monthly?months=3").await.ok().data();
        let months = report["months"].as_array().unwrap();
        assert_eq!(months.len(), 3);
        let this = months.last().unwrap();
        let of = |name: &str| this[name]["amount"].as_i64().unwrap();
        assert_eq!((of("revenue"), of("refunds") + (400 - of("tax")) + (500 - of("shipping"))), (5_000, 590));
        assert_eq!(of("net"), of("revenue") - of("refunds") + of("shipping"));
        assert_eq!(months[0]["revenue"]["amount"], 0);
        assert_eq!((report["cohorts"][0]["customers"].as_i64(), report["cohorts"][0]["amount"]["amount"].as_i64()), (Some(1), Some(5_310)));
        let _ = shop.owner.get("/reports/monthly?months=0").await.problem(400, "invalid").complains("months", "out_of_range");
    }
}
