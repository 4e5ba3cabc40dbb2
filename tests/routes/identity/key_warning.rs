//! Whoever has a key that runs out hears of it a week and a day before, once each.

use purser_core::time::DAY;
use purser_service::jobs;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

async fn a_day(app: &TestApp) {
    app.advance(DAY);
    jobs::tick(&app.app).await.unwrap();
    while jobs::run_due(&app.app).await.unwrap() > 0 {}
}

async fn made(by: &Caller, name: &str, days: i64) -> Value {
    by.post("/keys", json!({ "name": name, "scopes": ["read:user"], "expiresInDays": days })).await.is(201).data()
}

/// How often the owner was told that the key of this name runs out.
async fn warned(app: &TestApp, name: &str) -> usize {
    let owner = app.owner_unasked().await;
    let mails = owner.get("/mailbox?template=account_notice&limit=100").await.ok().data();
    let mut told = 0;
    for mail in mails.as_array().unwrap().iter().filter(|mail| mail["subject"] == "An API key of yours for Harbour Supplies runs out soon") {
        let mail = owner.get(&format!("/mailbox/{}", mail["id"].as_str().unwrap())).await.ok().data();
        told += usize::from(mail["text"].as_str().unwrap().contains(&format!("\u{201c}{name}\u{201d}")));
    }
    told
}

both! {
    async fn a_week_and_a_day_before_once_each(app) {
        let owner = app.owner().await;
        jobs::tick(&app.app).await.unwrap();
        for (name, days) in [("Month", 30), ("Week", 7), ("Day", 1), ("Revoked", 30)] { let _ = made(&owner, name, days).await; }
        let revoked = owner.get("/keys").await.ok().data();
        let revoked = revoked.as_array().unwrap().iter().find(|key| key["name"] == "Revoked").unwrap()["id"].as_str().unwrap().to_owned();
        let _ = owner.delete(&format!("/keys/{revoked}")).await;
        a_day(&app).await;
        assert_eq!((warned(&app, "Week").await, warned(&app, "Day").await), (0, 0), "so short a life needs no week's notice");
        for _ in 0..5 { a_day(&app).await; }
        assert_eq!(warned(&app, "Week").await, 1, "a day before");
        app.advance(16 * DAY);
        assert_eq!(warned(&app, "Month").await, 0);
        a_day(&app).await;
        a_day(&app).await;
        assert_eq!(warned(&app, "Month").await, 1, "a week before");
        for _ in 0..3 { a_day(&app).await; }
        assert_eq!(warned(&app, "Month").await, 1, "once is enough");
        for _ in 0..4 { a_day(&app).await; }
        assert_eq!(warned(&app, "Month").await, 2, "a day before");
        assert_eq!((warned(&app, "Week").await, warned(&app, "Day").await, warned(&app, "Revoked").await), (1, 0, 0));
    }

    async fn one_that_was_replaced_runs_out_in_silence(app) {
        let owner = app.owner().await;
        jobs::tick(&app.app).await.unwrap();
        let key = made(&owner, "Nightly", 30).await;
        let _ = owner.post(&format!("/keys/{}/rotate", key["id"].as_str().unwrap()), json!({ "overlapHours": 100 })).await.is(201);
        for _ in 0..5 { a_day(&app).await; }
        assert_eq!(warned(&app, "Nightly").await, 0);
    }
}
