//! Finding work by what it was put in with, and trying again everything that failed.

use purser_core::access::Role;
use purser_service::App;
use purser_service::jobs::{self, Failure, Turn, When, Work};
use purser_testkit::{both, json};

use super::{job, put, put_for};

/// Work for somebody, which fails until the other party is back.
#[derive(serde::Serialize, serde::Deserialize)]
struct Letter {
    parcel: uuid::Uuid,
    word: String,
    works: bool,
}

impl Work for Letter {
    const KIND: &'static str = "test.letter";
    const QUEUE: &'static str = "letters";

    async fn run(self, _: App, _: Turn) -> Result<(), Failure> {
        if self.works { Ok(()) } else { Err(Failure::Never("The post office burned down.".into())) }
    }
}

fn letter(word: &str, works: bool) -> Letter {
    Letter { parcel: uuid::Uuid::from_u128(7 << 64 | u128::try_from(word.len()).unwrap()), word: word.into(), works }
}

both! {
    async fn it_is_found_by_id_name_and_what_it_was_put_in_with(app) {
        let owner = app.owner().await;
        let one = put(&app, &letter("Brass lantern", true), When::default()).await.unwrap();
        let other = put(&app, &letter("Anchor", true), When::default()).await.unwrap();
        let ids = async |words: &str| -> Vec<String> {
            let reply = owner.get(&format!("/jobs?search={words}&queue=letters")).await.ok();
            reply.data().as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(&one.to_string()).await, [one.to_string()]);
        assert_eq!(ids("lant%20BRASS").await, [one.to_string()]);
        assert_eq!(ids("lantern%20anchor").await.len(), 0);
        assert_eq!(ids("letter").await, [other.to_string(), one.to_string()]);
        assert_eq!(ids(&letter("Anchor", true).parcel.to_string()).await, [other.to_string()]);
        // Its words go with it.
        jobs::run_due(&app.app).await.unwrap();
        app.advance(8 * purser_core::time::DAY);
        let forgotten = app.app.db.transact(app.tenant().await, async |tx| {
            let now = app.app.clock.now();
            purser_store::jobs::forget(tx, (now, now), 10).await
        });
        assert_eq!(forgotten.await.unwrap(), 2);
        assert_eq!(app.owner_unasked().await.get("/jobs?search=anchor").await.ok().meta()["total"], 0);
    }

    async fn everything_that_failed_is_tried_again_once_and_says_who_did_it(app) {
        let owner = app.owner().await;
        let elsewhere = put_for(&app, app.db_tenant("Elsewhere").await, &letter("theirs", false), When::default()).await.unwrap();
        let mut dead = Vec::new();
        for word in ["one", "two", "three"] {
            dead.push(put(&app, &letter(word, false), When::default()).await.unwrap());
        }
        let named = || When { unique: Some("only".into()), ..When::default() };
        let older = put(&app, &letter("older", false), named()).await.unwrap();
        jobs::run_due(&app.app).await.unwrap();
        let newer = put(&app, &letter("newer", false), named()).await.unwrap();
        let fine = put(&app, &letter("fine", true), When::default()).await.unwrap();
        jobs::run_due(&app.app).await.unwrap();
        let again = async |body: serde_json::Value| owner.post("/jobs/retry", body).await;
        let _ = again(json!({})).await.problem(400, "invalid").complains("reason", "required");
        let _ = app.caller(Role::Auditor).await.post("/jobs/retry", json!({ "reason": "x" })).await.problem(403, "forbidden");
        let one = again(json!({ "search": "three", "reason": "the office is back" })).await.ok().data();
        assert_eq!((one["retried"].as_i64(), one["left"].as_i64()), (Some(1), Some(0)), "{one}");
        // Two presses at once move each once; of two of a name one goes.
        let (a, b) = tokio::join!(again(json!({ "queue": ["letters"], "reason": "all" })), again(json!({ "queue": ["letters"], "reason": "all" })));
        let moved = a.ok().data()["retried"].as_i64().unwrap() + b.ok().data()["retried"].as_i64().unwrap();
        assert_eq!(moved, 3);
        for (id, state, retries) in [(dead[0], "pending", 1), (dead[1], "pending", 1), (dead[2], "pending", 1), (newer, "pending", 1), (older, "dead", 0), (fine, "done", 0)] {
            let found = job(&app, id).await;
            assert_eq!((found["state"].as_str(), found["retries"].as_i64()), (Some(state), Some(retries)), "{found}");
            let by = found["retriedBy"].as_str().map(str::to_owned);
            assert_eq!(by, (retries == 1).then(|| owner.id.clone().unwrap()), "{found}");
        }
        let lines = owner.get("/audit?action=job.retry_all").await.ok().data();
        assert_eq!(lines.as_array().map(Vec::len), Some(2), "{lines}");
        assert_eq!(app.stranger(Role::Owner).await.get(&format!("/jobs/{elsewhere}")).await.status, 404);
    }

    async fn what_failed_is_put_away_and_keeps_why(app) {
        let owner = app.owner().await;
        let other = app.db_tenant("Elsewhere").await;
        let elsewhere = put_for(&app, other, &letter("theirs", false), When::default()).await.unwrap();
        let mut dead = Vec::new();
        for word in ["one", "two", "three"] {
            dead.push(put(&app, &letter(word, false), When::default()).await.unwrap());
        }
        jobs::run_due(&app.app).await.unwrap();
        let waiting = put(&app, &letter("waits", true), When::default()).await.unwrap();
        let away = async |body: serde_json::Value| owner.post("/jobs/discard", body).await;
        let _ = away(json!({ "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
        let _ = app.caller(Role::Auditor).await.post("/jobs/discard", json!({ "reason": "x" })).await.problem(403, "forbidden");
        assert_eq!(away(json!({ "search": "three", "reason": "a misprint" })).await.ok().data(), json!({ "discarded": 1, "left": 0 }));
        // Only what was put in at a time, as the list shows it.
        let now = app.app.clock.now();
        let before = json!({ "to": now.plus(-1_000_000).to_string(), "reason": "old ones" });
        assert_eq!(away(before).await.ok().data(), json!({ "discarded": 0, "left": 0 }));
        let _ = away(json!({ "from": "yesterday", "reason": "x" })).await.problem(400, "invalid");
        // Two presses at once put each away once.
        let (a, b) = tokio::join!(away(json!({ "queue": ["letters"], "reason": "all" })), away(json!({ "queue": ["letters"], "reason": "all" })));
        assert_eq!(a.ok().data()["discarded"].as_i64().unwrap() + b.ok().data()["discarded"].as_i64().unwrap(), 2);
        for id in &dead {
            let found = job(&app, *id).await;
            assert_eq!((found["state"].as_str(), found["lastError"].as_str()), (Some("cancelled"), Some("The post office burned down.")), "{found}");
        }
        assert_eq!(job(&app, waiting).await["state"], "pending");
        let lines = owner.get("/audit?action=job.discard_all").await.ok().data();
        assert_eq!((lines.as_array().map(Vec::len), lines[0]["reason"].clone()), (Some(2), json!("all")), "{lines}");
        // Put away is not gone: it can be tried again by itself.
        assert_eq!(owner.post(&format!("/jobs/{}/retry", dead[0]), json!(null)).await.ok().data()["state"], "pending");
        let theirs = app.app.db.read(other, async |tx| purser_store::jobs::find(tx, elsewhere).await).await.unwrap().unwrap();
        assert_eq!(theirs.state, purser_core::jobs::JobState::Dead);
    }
}
