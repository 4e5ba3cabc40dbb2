//! How a mail goes out: tried again, given up, once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use purser_core::time::{DAY, HOUR, MINUTE};
use purser_service::mail::{Letter, Mailer, Refusal};
use purser_testkit::{Database, TestApp, json};

/// Fails so often, then takes everything; counts.
struct Moody {
    fails: usize,
    refusal: Refusal,
    asked: AtomicUsize,
}

#[async_trait]
impl Mailer for Moody {
    fn name(&self) -> &'static str {
        "moody"
    }
    async fn deliver(&self, _: &Letter) -> Result<(), Refusal> {
        if self.asked.fetch_add(1, Ordering::SeqCst) < self.fails { Err(self.refusal.clone()) } else { Ok(()) }
    }
}

async fn app(database: Database, fails: usize, refusal: Refusal) -> (TestApp, Arc<Moody>) {
    let moody = Arc::new(Moody { fails, refusal, asked: AtomicUsize::new(0) });
    (TestApp::with_mailer(database, moody.clone()).await, moody)
}

async fn databases() -> Vec<Database> {
    [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten().collect()
}

#[tokio::test]
async fn a_mail_is_tried_until_it_is_taken_and_then_no_more() {
    for database in databases().await {
        let (app, moody) = app(database, 2, Refusal::Later("It does not answer.".into())).await;
        let owner = app.owner().await;
        let mail = super::invited(&app, &owner, "ada@example.com", json!({})).await;
        assert_eq!(
            (mail["state"].as_str(), mail["error"].as_str(), mail["provider"].as_str()),
            (Some("failed"), Some("It does not answer."), Some("moody"))
        );
        assert_eq!(mail["linkShown"], false, "where mail goes out, no link is shown");
        for minutes in [2, 7, 20] {
            app.advance(minutes * MINUTE);
            app.settle().await;
        }
        let mail = super::newest(&app, "ada@example.com").await;
        assert_eq!((mail["state"].as_str(), mail["error"].is_null()), (Some("sent"), true), "{mail}");
        assert_eq!(moody.asked.load(Ordering::SeqCst), 3);
        assert_eq!(app.owner_unasked().await.get("/jobs?kind=mail.send").await.ok().data()[0]["state"], "done");
    }
}

#[tokio::test]
async fn a_refusal_for_good_and_a_link_that_ran_out_are_left_to_a_person() {
    for database in databases().await {
        let (app, moody) = app(database, 1, Refusal::Never("The mail server refused it (550).".into())).await;
        let owner = app.owner().await;
        let mail = super::invited(&app, &owner, "ada@example.com", json!({})).await;
        let job = owner.get("/jobs?state=dead").await.ok().data()[0].clone();
        assert_eq!((mail["state"].as_str(), job["lastError"].as_str()), (Some("failed"), Some("The mail server refused it (550).")));
        assert!(!job.to_string().contains("ada"), "a job holds nothing personal: {job}");
        // Trying again sends it; after the link ran out it does not.
        let retry = format!("/jobs/{}/retry", job["id"].as_str().unwrap());
        app.advance(HOUR);
        let owner = app.owner_unasked().await;
        let _ = owner.post(&retry, json!({})).await.ok();
        app.settle().await;
        assert_eq!((super::newest(&app, "ada@example.com").await["state"].as_str(), moody.asked.load(Ordering::SeqCst)), (Some("sent"), 2));
        let _ = owner.post("/users", json!({ "email": "late@example.com", "firstName": "L", "lastName": "L", "role": "user" })).await.is(201);
        app.advance(8 * DAY);
        app.settle().await;
        let late = super::newest(&app, "late@example.com").await;
        assert_eq!((late["state"].as_str(), late["error"].as_str()), (Some("failed"), Some("The link in it has run out.")));
        assert_eq!(moody.asked.load(Ordering::SeqCst), 2);
    }
}
