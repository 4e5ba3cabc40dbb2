//! GET /access/review

use purser_core::access::Role;
use purser_testkit::{both, json};
use serde_json::Value;

both! {
    async fn what_was_used_is_not_in_the_review(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let _ = support.get("/orders").await.ok();
        let statements = app.app.db.statements();
        let _ = support.get("/products").await.ok();
        let first = app.app.db.statements() - statements;
        let _ = support.get("/products").await.ok();
        assert!(app.app.db.statements() - statements <= 2 * first, "using a permission writes nothing at once");
        let unused = async |days: u32| -> Value {
            let rows = owner.get(&format!("/access/review?days={days}")).await.ok().data();
            rows.as_array().unwrap().iter().find(|row| row["userId"].as_str() == support.id.as_deref()).unwrap().clone()
        };
        let row = unused(90).await;
        let has = |row: &Value, word: &str| row["unused"].as_array().unwrap().contains(&json!(word));
        assert!(!has(&row, "read:order") && !has(&row, "read:product") && has(&row, "refund:order"), "{row}");
        assert_eq!(row["held"].as_u64(), Some(u64::try_from(Role::Support.permissions().iter().count()).unwrap()));
        app.advance(2 * 86_400 * 1_000_000);
        // A day later it is unused of late.
        let again = app.sign_in("owner@harbour.example").await;
        let rows = again.get("/access/review?days=1&role=support").await.ok().data();
        assert!(has(&rows[0], "read:order"), "{rows}");
        let _ = again.get("/access/review?days=0").await.is(400).complains("days", "out_of_range");
        let _ = app.caller(Role::Support).await.get("/access/review").await.problem(403, "forbidden");
    }
}
