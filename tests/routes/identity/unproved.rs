//! Whoever makes themselves an account and never proves the address is reminded, and then forgotten.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use purser_core::time::{DAY, MINUTE};
use purser_service::jobs;
use purser_service::mail::{Letter, Mailer, Refusal};
use purser_testkit::{Caller, Database, TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

async fn a_day(app: &TestApp) {
    app.advance(DAY);
    jobs::tick(&app.app).await.unwrap();
    while jobs::run_due(&app.app).await.unwrap() > 0 {}
}

async fn rules(owner: &Caller, change: Value) {
    let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
    let _ = owner.with("if-match", &tag).patch("/settings/sign-in", change).await.ok();
}

async fn register(app: &TestApp, name: &str) -> String {
    let email = format!("{name}@strangers.example");
    let body = json!({ "email": email, "password": "violet anchor 77 copper", "firstName": name, "lastName": "Stranger" });
    let _ = app.nobody().post("/auth/register", body).await.is(204);
    app.settle().await;
    app.advance(MINUTE);
    email
}

async fn count(app: &TestApp, path: &str) -> i64 {
    app.owner_unasked().await.get(path).await.ok().meta()["total"].as_i64().unwrap()
}

async fn mails(app: &TestApp, email: &str) -> i64 {
    count(app, &format!("/mailbox?template=verification&search={email}")).await
}

async fn here(app: &TestApp, email: &str) -> bool {
    count(app, &format!("/users?search={email}")).await == 1
}

async fn id(by: &Caller, email: &str) -> String {
    by.get(&format!("/users?search={email}")).await.ok().data()[0]["id"].as_str().unwrap().to_owned()
}

/// Takes every mail but the reminders, and those as well once it is told to.
struct Deaf(AtomicBool);

#[async_trait]
impl Mailer for Deaf {
    fn name(&self) -> &'static str {
        "deaf"
    }
    async fn deliver(&self, letter: &Letter) -> Result<(), Refusal> {
        let refused = letter.subject.contains("is deleted soon") && self.0.load(Ordering::SeqCst);
        if refused { Err(Refusal::Never("The mail server refused it (550).".into())) } else { Ok(()) }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_could_not_be_reminded_is_reminded_anew_and_not_forgotten() {
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let deaf = Arc::new(Deaf(AtomicBool::new(true)));
        let app = TestApp::with_mailer(database, deaf.clone()).await;
        rules(&app.owner().await, json!({ "selfRegistration": true })).await;
        let ida = register(&app, "ida").await;
        jobs::tick(&app.app).await.unwrap();
        app.advance(26 * DAY);
        a_day(&app).await;
        let newest = app.owner_unasked().await.get(&format!("/mailbox?search={ida}&limit=1")).await.ok().data();
        assert_eq!((newest[0]["template"].as_str(), newest[0]["state"].as_str()), (Some("verification"), Some("failed")), "{newest}");
        for _ in 0..2 {
            a_day(&app).await;
        }
        assert_eq!(mails(&app, &ida).await, 2, "not every day");
        deaf.0.store(false, Ordering::SeqCst);
        a_day(&app).await;
        assert!(here(&app, &ida).await, "nobody told them");
        assert_eq!(mails(&app, &ida).await, 3, "they are told anew");
        for _ in 0..2 {
            a_day(&app).await;
        }
        assert!(here(&app, &ida).await, "they have as long from then on");
        a_day(&app).await;
        assert!(!here(&app, &ida).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_link_is_no_reminder() {
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let deaf = Arc::new(Deaf(AtomicBool::new(true)));
        let app = TestApp::with_mailer(database, deaf.clone()).await;
        rules(&app.owner().await, json!({ "selfRegistration": true })).await;
        let ida = register(&app, "ida").await;
        jobs::tick(&app.app).await.unwrap();
        app.advance(26 * DAY);
        a_day(&app).await;
        assert_eq!(mails(&app, &ida).await, 2);
        app.advance(2 * MINUTE);
        // They ask for the link once more, and that one arrives. It says nothing of the day on which the account is deleted.
        let login = json!({ "email": ida, "password": "violet anchor 77 copper", "tokenDelivery": "body" });
        let token = app.nobody().post("/auth/login", login).await.ok().data()["accessToken"].as_str().unwrap().to_owned();
        let _ = app.nobody().with_token(&token).post("/auth/email/send", json!({})).await.is(204);
        app.settle().await;
        let newest = app.owner_unasked().await.get(&format!("/mailbox?search={ida}&limit=1&template=verification")).await.ok().data();
        assert_eq!(newest[0]["state"], "sent", "{newest}");
        let written = mails(&app, &ida).await;
        for _ in 0..4 {
            a_day(&app).await;
        }
        assert!(here(&app, &ida).await, "nobody told them");
        assert_eq!(mails(&app, &ida).await, written + 1, "they are reminded anew");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_mail_ever_arrives_it_ends_after_twice_the_time() {
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let app = TestApp::with_mailer(database, Arc::new(Deaf(AtomicBool::new(true)))).await;
        rules(&app.owner().await, json!({ "selfRegistration": true, "unprovedDays": 2 })).await;
        let ida = register(&app, "ida").await;
        jobs::tick(&app.app).await.unwrap();
        for _ in 0..3 {
            a_day(&app).await;
        }
        assert!(here(&app, &ida).await, "they are reminded as long as it may arrive");
        assert!(mails(&app, &ida).await > 2);
        for _ in 0..3 {
            a_day(&app).await;
        }
        assert!(!here(&app, &ida).await);
    }
}

both! {
    async fn they_are_reminded_once_and_then_forgotten(app) {
        let owner = app.owner().await;
        rules(&owner, json!({ "selfRegistration": true })).await;
        let (ida, eva) = (register(&app, "ida").await, register(&app, "eva").await);
        jobs::tick(&app.app).await.unwrap();
        app.advance(25 * DAY);
        a_day(&app).await;
        assert_eq!(mails(&app, &ida).await, 1, "nothing but the first link after 26 days");
        a_day(&app).await;
        assert_eq!((mails(&app, &ida).await, mails(&app, &eva).await), (2, 2));
        let newest = app.owner_unasked().await.get(&format!("/mailbox?search={ida}&limit=1")).await.ok().data();
        assert!(newest[0]["subject"].as_str().unwrap().contains("is deleted soon"), "{newest}");
        // The link in the reminder is as good as the first.
        let token = app.mailed_token(&eva).await;
        let _ = app.nobody().post("/auth/email/verify", json!({ "token": token })).await.ok();
        a_day(&app).await;
        a_day(&app).await;
        assert_eq!(mails(&app, &ida).await, 2, "once is enough");
        assert!(here(&app, &ida).await, "the time that was named is not over");
        a_day(&app).await;
        assert!(!here(&app, &ida).await && here(&app, &eva).await);
        let owner = app.owner_unasked().await;
        let lines = owner.get("/audit?action=user.delete,user.erase").await.ok().data();
        let told: Vec<_> = lines.as_array().unwrap().iter().map(|line| (line["actor"]["kind"].as_str(), line["reason"].as_str())).collect();
        // The line that says so stays readable, what the others said of the person is gone.
        assert_eq!(told, [(Some("system"), Some("The address was not proved within 30 days")), (Some("system"), None)], "{lines}");
        assert_eq!(mails(&app, &ida).await, 0, "and with them what was written to them");
        // The address is free again.
        let _ = register(&app, "ida").await;
        assert!(here(&app, &ida).await);
        for _ in 0..10 { a_day(&app).await; }
        assert!(here(&app, &ida).await && here(&app, &eva).await);
    }

    async fn nobody_who_is_known_is_forgotten(app) {
        let shop = Shop::open(&app).await;
        rules(&shop.owner, json!({ "selfRegistration": true, "unprovedDays": 2 })).await;
        let (sam, bea, lea) = (register(&app, "sam").await, register(&app, "bea").await, register(&app, "lea").await);
        let owner = app.owner_unasked().await;
        let made = json!({ "email": "una@strangers.example", "firstName": "Una", "lastName": "Example", "role": "user", "password": "violet anchor 77 copper" });
        let _ = owner.post("/users", made).await.is(201);
        // One was given a role, one ordered, one was locked.
        let _ = owner.patch(&format!("/users/{}/role", id(&owner, &sam).await), json!({ "role": "support" })).await.ok();
        let buyer = Shop { customer: id(&owner, &bea).await, owner: owner.clone() };
        let _ = buyer.order().await;
        let _ = owner.post(&format!("/users/{}/lock", id(&owner, &lea).await), json!({ "reason": "sends spam" })).await.ok();
        let ida = register(&app, "ida").await;
        jobs::tick(&app.app).await.unwrap();
        for _ in 0..4 { a_day(&app).await; }
        for email in [sam.as_str(), &bea, &lea, "una@strangers.example"] { assert!(here(&app, email).await, "{email}"); }
        assert!(!here(&app, &ida).await, "only who is nobody");
    }

    async fn a_business_may_keep_everybody(app) {
        let owner = app.owner().await;
        rules(&owner, json!({ "selfRegistration": true, "unprovedDays": null })).await;
        let ida = register(&app, "ida").await;
        jobs::tick(&app.app).await.unwrap();
        app.advance(40 * DAY);
        a_day(&app).await;
        assert!(here(&app, &ida).await);
        // Told to forget them after all, it warns them first.
        rules(&app.owner_unasked().await, json!({ "unprovedDays": 30 })).await;
        a_day(&app).await;
        assert!(here(&app, &ida).await);
        assert_eq!(mails(&app, &ida).await, 2);
        for _ in 0..3 { a_day(&app).await; }
        assert!(!here(&app, &ida).await);
    }
}
