//! Mails about the work, to whoever wants them and has the right: what waits for somebody, and the week in figures.

use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::{DAY, HOUR};
use purser_service::jobs;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

async fn choose(by: &Caller, wanted: &[&str]) -> Value {
    by.call(Method::PUT, "/auth/mails", Some(json!({ "wanted": wanted }))).await.ok().data()
}

/// Let so much time go by, and everything be done that is due by then.
async fn later(app: &TestApp, micros: i64) {
    jobs::tick(&app.app).await.unwrap();
    app.advance(micros);
    jobs::tick(&app.app).await.unwrap();
    app.settle().await;
}

/// What was written of this kind, oldest first: whom to, the subject and the text.
async fn told(app: &TestApp, kind: &str) -> Vec<(String, String, String)> {
    let by = app.owner_unasked().await;
    let found = by.get(&format!("/mailbox?template={kind}&limit=50")).await.ok().data();
    let mut mails = Vec::new();
    for mail in found.as_array().unwrap().iter().rev() {
        let mail = by.get(&format!("/mailbox/{}", mail["id"].as_str().unwrap())).await.ok().data();
        let of = |field: &str| mail[field].as_str().unwrap().replace('\u{a0}', " ");
        mails.push((of("userId"), of("subject"), of("text")));
    }
    mails
}

fn id(by: &Caller) -> String {
    by.id.clone().unwrap()
}

both! {
    async fn each_chooses_among_what_they_may_see(app) {
        let owner = app.owner().await;
        let all = json!(["disputes", "approvals", "stock", "jobs", "weekly"]);
        assert_eq!(owner.get("/auth/mails").await.ok().data(), json!({ "offered": all, "wanted": ["disputes", "approvals"] }));
        let finance = app.caller(Role::Finance).await;
        assert_eq!(finance.get("/auth/mails").await.ok().data(), json!({ "offered": ["disputes", "approvals", "weekly"], "wanted": ["disputes", "approvals"] }));
        let support = app.caller(Role::Support).await;
        assert_eq!(support.get("/auth/mails").await.ok().data(), json!({ "offered": ["weekly"], "wanted": [] }));
        let strange = support.call(Method::PUT, "/auth/mails", Some(json!({ "wanted": ["weekly", "disputes"] }))).await;
        let _ = strange.problem(400, "invalid").complains("wanted[1]", "not_offered");
        let nonsense = support.call(Method::PUT, "/auth/mails", Some(json!({ "wanted": ["gossip"] }))).await;
        let _ = nonsense.problem(400, "invalid");
        assert_eq!(choose(&support, &["weekly", "weekly"]).await["wanted"], json!(["weekly"]));
        assert_eq!(support.get("/auth/mails").await.ok().data()["wanted"], json!(["weekly"]));
        assert_eq!(choose(&finance, &[]).await["wanted"], json!([]));
        assert_eq!(finance.get("/auth/mails").await.ok().data()["wanted"], json!([]), "to want none is a choice too");
        assert_eq!(app.caller(Role::User).await.get("/auth/mails").await.ok().data()["offered"], json!([]));
        let lines = owner.get("/audit?action=user.mails").await.ok();
        assert_eq!((lines.meta()["total"].as_i64(), lines.data()[0]["before"]["wanted"].clone()), (Some(2), json!(["disputes", "approvals"])));
    }

    async fn a_dispute_is_told_of_as_its_time_runs_out(app) {
        let shop = Shop::open(&app).await;
        let finance = app.caller(Role::Finance).await;
        let _ = app.caller(Role::Support).await;
        let payment = shop.paid().await;
        // The bank gives seven days.
        let _ = shop.owner.post(&format!("/payments/{payment}/dispute"), json!({ "reason": "fraudulent" })).await.is(201);
        for (hours, so_far) in [(1, 2), (24, 2), (24, 2), (48, 4), (24, 4), (24, 6), (48, 6)] {
            later(&app, hours * HOUR).await;
            let mails = told(&app, "staff_notice").await;
            assert_eq!(mails.len(), so_far, "{hours} hours later");
            assert!(mails.iter().all(|(to, ..)| *to == id(&shop.owner) || *to == id(&finance)));
        }
        let (_, subject, text) = told(&app, "staff_notice").await.remove(0);
        assert!(subject.starts_with("The dispute of order #1 is due on ") && text.contains("EUR 59.00") && text.contains("/payments/disputes/"), "{subject} {text}");
        let elsewhere = app.stranger(Role::Owner).await;
        assert_eq!(elsewhere.get("/mailbox?template=staff_notice").await.ok().meta()["total"], 0);
    }

    async fn whoever_can_decide_hears_of_a_request_at_once_and_once(app) {
        let shop = Shop::open(&app).await;
        let rule = json!({ "name": "Four eyes", "kind": "refund", "effect": "approve", "minAmount": { "amount": 1_000, "currency": "EUR" } });
        let _ = shop.owner.post("/approval-rules", rule).await.is(201);
        let (finance, other) = (app.caller(Role::Finance).await, app.caller(Role::Finance).await);
        choose(&other, &["disputes"]).await;
        let payment = shop.paid().await;
        let body = json!({ "amount": { "amount": 2_000, "currency": "EUR" }, "reason": "scratched" });
        let _ = finance.post(&format!("/payments/{payment}/refund"), body).await.is(201);
        app.settle().await;
        let mails = told(&app, "staff_notice").await;
        let to: Vec<&str> = mails.iter().map(|(to, ..)| to.as_str()).collect();
        assert_eq!(to, [id(&shop.owner)], "not who asked, nor who does not want it");
        assert!(mails[0].1.starts_with("EUR 20.00 for ") && mails[0].2.contains("/refunds/approvals"), "{mails:?}");
        later(&app, 2 * HOUR).await;
        assert_eq!(told(&app, "staff_notice").await.len(), 1);
        // A right that was taken away since is no longer enough.
        let owner = app.owner().await;
        let _ = owner.post(&format!("/users/{}/rights", id(&finance)), json!({ "permission": "decide:approval", "effect": "deny", "reason": "on leave" })).await.is(201);
        let body = json!({ "amount": { "amount": 1_500, "currency": "EUR" }, "reason": "scratched again" });
        let _ = app.caller(Role::Support).await.post(&format!("/payments/{payment}/refund"), body).await.is(201);
        app.settle().await;
        let mails = told(&app, "staff_notice").await;
        assert_eq!(mails.iter().map(|(to, ..)| to.clone()).collect::<Vec<_>>(), [id(&shop.owner), id(&shop.owner)]);
    }

    async fn what_runs_out_and_what_was_given_up_is_told_once(app) {
        let shop = Shop::open(&app).await;
        choose(&shop.owner, &["stock"]).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 11)).await;
        let _ = shop.owner.post("/orders", shop.wants(&lamp, 2)).await.is(201);
        app.settle().await;
        assert_eq!(told(&app, "staff_notice").await.len(), 0, "once the day is over");
        later(&app, DAY).await;
        let mails = told(&app, "staff_notice").await;
        assert_eq!((mails.len(), mails[0].1.as_str()), (1, "Lantern LAMP runs out"));
        assert!(mails[0].2.contains("Lantern LAMP: 9"), "{}", mails[0].2);
        later(&app, 2 * HOUR).await;
        later(&app, 2 * DAY).await;
        assert_eq!(told(&app, "staff_notice").await.len(), 1, "nothing new ran out");
        choose(&app.owner().await, &["jobs"]).await;
        let _ = app.db_job(app.tenant().await, true).await;
        later(&app, 2 * HOUR).await;
        let mails = told(&app, "staff_notice").await;
        assert_eq!(mails.len(), 2);
        assert!(mails[1].1.starts_with("Work was given up") && mails[1].2.contains("Nobody does this."), "{mails:?}");
        later(&app, 2 * HOUR).await;
        assert_eq!(told(&app, "staff_notice").await.len(), 2);
    }

    async fn the_week_is_told_on_monday_against_the_one_before(app) {
        let shop = Shop::open(&app).await;
        choose(&shop.owner, &["weekly"]).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, Some(500)).await.is(201);
        later(&app, 7 * DAY).await;
        let mails = told(&app, "weekly_report").await;
        assert_eq!((mails.len(), &mails[0].0), (1, &id(&shop.owner)));
        for words in ["Sales: EUR 59.00 (before: EUR 0.00)", "Given back: EUR 5.00 (before: EUR 0.00)", "Orders: 1 (before: 0)", "New customers: 1 (before: 0)", "Disputes that are open: 0"] {
            assert!(mails[0].2.contains(words), "{words:?} is not in {}", mails[0].2);
        }
        later(&app, HOUR).await;
        assert_eq!(told(&app, "weekly_report").await.len(), 1);
        later(&app, 7 * DAY).await;
        let mails = told(&app, "weekly_report").await;
        assert_eq!(mails.len(), 2);
        assert!(mails[1].2.contains("Sales: EUR 0.00 (before: EUR 59.00)"), "{}", mails[1].2);
        assert_eq!(app.stranger(Role::Owner).await.get("/mailbox").await.ok().meta()["total"], 0);
    }
}
