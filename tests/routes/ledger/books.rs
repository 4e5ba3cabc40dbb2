//! GET /ledger/accounts, /ledger/entries and /ledger/proof

use purser_core::access::Role;
use purser_testkit::both;

use crate::routes::shop::Shop;

both! {
    async fn entries_are_found_by_what_they_are(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let payment = done["payment"]["id"].as_str().unwrap();
        app.advance(1_000_000);
        let _ = shop.refund(payment, Some(590)).await.is(201);
        let all = shop.owner.get("/ledger/entries").await.ok();
        assert_eq!(all.data().as_array().unwrap().len(), 8);
        assert_eq!(all.data()[0]["kind"], "refund");
        let first = all.data()[7].clone();
        let count = async |query: String| shop.owner.get(&format!("/ledger/entries?{query}")).await.ok().data().as_array().unwrap().len();
        assert_eq!(count(format!("transactionId={}", first["transactionId"].as_str().unwrap())).await, 4);
        assert_eq!(count(format!("orderId={}", done["order"]["id"].as_str().unwrap())).await, 8);
        assert_eq!(count("kind=capture".into()).await, 4);
        assert_eq!(count("search=%231".into()).await, 8);
        let accounts = shop.owner.get("/ledger/accounts").await.ok().data();
        let cash = accounts.as_array().unwrap().iter().find(|a| a["code"] == "cash:provider").unwrap().clone();
        assert_eq!((cash["debit"]["amount"].as_i64(), cash["credit"]["amount"].as_i64(), cash["balance"]["amount"].as_i64()), (Some(5_900), Some(590), Some(5_310)));
        assert_eq!(count(format!("accountId={}", cash["id"].as_str().unwrap())).await, 2);
        let proof = shop.owner.get("/ledger/proof").await.ok().data();
        assert_eq!((proof["balanced"].as_bool(), proof["currencies"][0]["sum"]["amount"].as_i64(), proof["currencies"][0]["transactions"].as_i64()), (Some(true), Some(0), Some(2)));
        let _ = app.caller(Role::Support).await.get("/ledger/entries").await.problem(403, "forbidden");
        assert_eq!(app.stranger(Role::Owner).await.get("/ledger/entries").await.ok().data().as_array().unwrap().len(), 0);
    }

    async fn a_cursor_walks_every_entry_once(app) {
        let shop = Shop::open(&app).await;
        for _ in 0..3 {
            let _ = shop.paid().await;
        }
        let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), String::new());
        loop {
            let page = shop.owner.get(&format!("/ledger/entries?limit=5{cursor}")).await.ok();
            seen.extend(page.data().as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()));
            match page.meta()["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), 12);
    }
}
