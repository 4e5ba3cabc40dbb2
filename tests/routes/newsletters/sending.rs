//! Sending: to whoever agreed, once, in batches; again to whom it failed for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use purser_core::time::{HOUR, MINUTE};
use purser_service::mail::{Letter, Mailer, Refusal};
use purser_testkit::{Database, TestApp, json};

use super::{draft, outcome, readers, sinks, text};

fn nobody() -> Refusal {
    Refusal::Nobody("The mail server refused it (550).".into())
}

#[tokio::test]
async fn it_goes_to_those_who_agreed_and_again_to_those_it_failed_for() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        let ids = readers(&app, &["a@x.example", "b@x.example", "c@x.example", "d@x.example"]).await;
        let stranger =
            json!({ "email": "no@x.example", "firstName": "No", "lastName": "Body", "role": "user", "password": "harbour lantern 42 brass" });
        let _ = owner.post("/users", stranger).await.is(201);
        let _ = owner.call(axum::http::Method::PUT, &format!("/users/{}/newsletters", ids[3]), Some(json!({ "agreed": false }))).await.ok();
        app.settle().await;
        sink.forget();
        sink.refuse("b@x.example", Some(nobody()));
        sink.refuse("c@x.example", Some(Refusal::Never("The mail server refused it (554).".into())));
        let path = draft(&owner).await;
        assert_eq!(owner.get(&format!("{path}/audience")).await.ok().data(), json!({ "people": 3, "suppressed": 0 }));
        let sending = owner.post(&format!("{path}/send"), json!({})).await.ok().data();
        assert_eq!(sending["state"], "sending");
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [3, 1, 2, 0]));
        let failed = owner.get(&format!("{path}/letters?state=failed")).await.ok().data();
        let mut said: Vec<_> =
            failed.as_array().unwrap().iter().map(|one| (one["address"].as_str().unwrap(), one["why"].as_str().unwrap())).collect();
        said.sort_unstable();
        assert_eq!(said, [("b@x.example", "nobody"), ("c@x.example", "refused")]);
        // What its server said keeps an address from the next one, not from being asked again about this one.
        let kept = owner.get("/newsletters/suppressions").await.ok().data();
        assert_eq!(
            (kept[0]["email"].as_str(), kept[0]["reason"].as_str(), kept.as_array().unwrap().len()),
            (Some("b@x.example"), Some("bounced"), 1)
        );
        let other = draft(&owner).await;
        assert_eq!(owner.get(&format!("{other}/audience")).await.ok().data(), json!({ "people": 3, "suppressed": 1 }));
        sink.forget();
        sink.refuse("b@x.example", None);
        let _ = owner.post(&format!("{path}/again"), json!(null)).await.ok();
        app.settle().await;
        assert_eq!(sink.tried().into_iter().collect::<Vec<_>>(), [("b@x.example".to_owned(), 1), ("c@x.example".to_owned(), 1)], "nobody else");
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [3, 2, 1, 0]));
        assert_eq!(owner.get("/newsletters/suppressions").await.ok().data(), json!([]), "it took one");
        let done: Vec<_> =
            owner.get("/audit?action=newsletter.sent").await.ok().data().as_array().unwrap().iter().map(|line| line["after"].clone()).collect();
        assert_eq!(done, [json!({ "total": 3, "sent": 2, "failed": 1, "skipped": 0 }), json!({ "total": 3, "sent": 1, "failed": 2, "skipped": 0 })]);
    }
}

#[tokio::test]
async fn a_second_press_and_a_job_that_runs_again_send_nothing_twice() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example", "b@x.example"]).await;
        let path = draft(&owner).await;
        let by = owner.with("idempotency-key", "one-intent");
        let first = by.post(&format!("{path}/send"), json!({})).await.ok();
        let again = by.post(&format!("{path}/send"), json!({})).await.ok();
        assert_eq!((first.body, again.header("idempotency-replayed")), (again.body.clone(), Some("true")));
        app.settle().await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.problem(409, "not_draft");
        let _ = owner.post(&format!("{path}/again"), json!(null)).await.problem(409, "nothing_failed");
        assert_eq!(sink.tried().values().copied().collect::<Vec<_>>(), [1, 1]);
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [2, 2, 0, 0]));
    }
}

#[tokio::test]
async fn what_is_not_taken_now_is_tried_again_and_fails_in_the_end() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example", "b@x.example", "c@x.example"]).await;
        let later = || Some(Refusal::Later("The mail server does not take it now (451).".into()));
        sink.refuse("b@x.example", later());
        sink.refuse("c@x.example", later());
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sending".into(), [3, 1, 0, 0]));
        sink.refuse("b@x.example", None);
        app.advance(2 * MINUTE);
        app.settle().await;
        for minutes in [7, 20, 80] {
            app.advance(minutes * MINUTE);
            app.settle().await;
        }
        let owner = app.owner_unasked().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [3, 2, 1, 0]));
        let tried = sink.tried();
        assert_eq!([tried["a@x.example"], tried["b@x.example"], tried["c@x.example"]], [1, 2, 5]);
        let failed = owner.get(&format!("{path}/letters?state=failed")).await.ok().data();
        assert_eq!((failed[0]["why"].as_str(), failed[0]["error"].as_str()), (Some("later"), Some("The mail server does not take it now (451).")));
    }
}

#[tokio::test]
async fn of_one_that_fell_silent_in_the_middle_nobody_knows_and_it_is_not_sent_again() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example", "b@x.example"]).await;
        sink.refuse("b@x.example", Some(Refusal::Unknown("The mail server went silent in the middle.".into())));
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [2, 1, 0, 1]));
        assert_eq!(owner.get(&format!("{path}/letters?state=skipped")).await.ok().data()[0]["why"], "unknown");
        let _ = owner.post(&format!("{path}/again"), json!(null)).await.problem(409, "nothing_failed");
    }
}

#[tokio::test]
async fn one_that_waits_can_be_called_back_and_goes_out_at_its_time() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example"]).await;
        let path = draft(&owner).await;
        let at = |micros: i64| json!({ "sendAt": app.app.clock.now().plus(micros) });
        let _ = owner.post(&format!("{path}/send"), at(-HOUR)).await.problem(400, "invalid").complains("sendAt", "out_of_range");
        let waiting = owner.post(&format!("{path}/send"), at(HOUR)).await.ok().data();
        assert_eq!(waiting["state"], "scheduled");
        assert_eq!(owner.post(&format!("{path}/cancel"), json!(null)).await.ok().data()["state"], "draft");
        let _ = owner.post(&format!("{path}/cancel"), json!(null)).await.problem(409, "not_waiting");
        let _ = owner.post(&format!("{path}/send"), at(3 * HOUR)).await.ok();
        // Whoever agrees before its time gets it too; what was put in for the first time does nothing.
        app.advance(2 * HOUR);
        app.settle().await;
        assert_eq!(sink.tried().len(), 0);
        readers(&app, &["late@x.example"]).await;
        app.advance(2 * HOUR);
        app.settle().await;
        assert_eq!(sink.tried().into_keys().collect::<Vec<_>>(), ["a@x.example", "late@x.example"]);
        assert_eq!(outcome(&app.owner_unasked().await, &path).await, ("sent".into(), [2, 2, 0, 0]));
    }
}

#[tokio::test]
async fn each_reads_their_language_and_their_name_and_can_leave() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        let ids = readers(&app, &["en@x.example", "de@x.example"]).await;
        let path = format!("/users/{}", ids[1]);
        let by = owner.with("if-match", owner.get(&path).await.ok().header("etag").unwrap());
        let _ = by.patch(&path, json!({ "language": "de", "firstName": "<b>Grete</b>" })).await.ok();
        let newsletter = draft(&owner).await;
        let _ = owner.post(&format!("{newsletter}/send"), json!({})).await.ok();
        app.settle().await;
        let letters = sink.letters();
        let to = |address: &str| letters.iter().find(|letter| letter.to.1 == address).unwrap().clone();
        let (english, german) = (to("en@x.example"), to("de@x.example"));
        assert_eq!((english.subject.as_str(), german.subject.as_str()), ("Autumn lanterns", "Laternen im Herbst"));
        assert!(english.html.contains("<strong>new</strong>") && english.html.contains("href=\"https://shop.example/lanterns\""), "{}", english.html);
        assert!(
            german.text.contains("<b>Grete</b>") && german.html.contains("&lt;b&gt;Grete") && !german.html.contains("<b>Grete"),
            "{}",
            german.html
        );
        for letter in [&english, &german] {
            let way_out = letter.unsubscribe.as_deref().unwrap();
            assert!(
                way_out.starts_with("https://console.example/unsubscribe/s1.") && letter.text.contains(way_out) && letter.html.contains(way_out),
                "{way_out}"
            );
        }
        assert_ne!(english.unsubscribe, german.unsubscribe);
    }
}

/// Takes its time, and counts how many it is at.
#[derive(Default)]
struct Slow {
    now: AtomicUsize,
    most: AtomicUsize,
    all: AtomicUsize,
}

#[async_trait]
impl Mailer for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }
    async fn deliver(&self, _: &Letter) -> Result<(), Refusal> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        self.all.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_and_fifty_go_out_a_hundred_at_a_time_and_five_at_once() {
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let slow = Arc::new(Slow::default());
        let app = TestApp::with_mailer(database, slow.clone()).await;
        let owner = app.owner().await;
        let addresses: Vec<String> = (0..250).map(|count| format!("r{count}@x.example")).collect();
        readers(&app, &addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [250, 250, 0, 0]));
        let most = slow.most.load(Ordering::SeqCst);
        assert!((2..=5).contains(&most), "{most} at once");
        assert_eq!(slow.all.load(Ordering::SeqCst), 250);
        let jobs = owner.get("/jobs?kind=newsletter.batch&limit=100").await.ok().data();
        assert_eq!(jobs.as_array().unwrap().len(), 3, "100, 100 and 50");
    }
}

#[tokio::test]
async fn to_whom_it_goes_and_what_it_says_is_looked_at_first() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.problem(409, "nobody");
        let ids = readers(&app, &["no@x.example", "se@x.example"]).await;
        for (id, country) in ids.iter().zip(["NO", "SE"]) {
            let person = format!("/users/{id}");
            let by = owner.with("if-match", owner.get(&person).await.ok().header("etag").unwrap());
            let _ = by.patch(&person, json!({ "country": country })).await.ok();
        }
        let half = owner.post("/newsletters", json!({ "subjectEn": "Only a subject", "countries": ["SE"] })).await.is(201).data();
        let half = format!("/newsletters/{}", half["id"].as_str().unwrap());
        let _ = owner.post(&format!("{half}/send"), json!({})).await.problem(422, "unprocessable").complains("textEn", "required");
        let by = owner.with("if-match", owner.get(&half).await.ok().header("etag").unwrap());
        let _ = by.patch(&half, text()).await.ok();
        assert_eq!(owner.get(&format!("{half}/audience")).await.ok().data()["people"], 1);
        let tested = owner.post(&format!("{half}/test"), json!({ "language": "de" })).await.ok().data();
        assert_eq!((tested["ok"].as_bool(), tested["provider"].as_str()), (Some(true), Some("sink")));
        let letters = sink.letters();
        assert_eq!((letters[0].to.1.as_str(), letters[0].subject.as_str()), ("owner@harbour.example", "Laternen im Herbst"));
        sink.forget();
        let _ = owner.post(&format!("{half}/send"), json!({})).await.ok();
        app.settle().await;
        assert_eq!(sink.tried().into_keys().collect::<Vec<_>>(), ["se@x.example"]);
    }
}
