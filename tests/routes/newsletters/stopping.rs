//! POST /newsletters/{id}/stop: whoever has it has it, and nobody else gets it.

use purser_core::access::Role;
use purser_core::newsletters::LetterState;
use purser_core::time::HOUR;
use purser_service::mail::Refusal;
use purser_store::Page;
use purser_store::newsletters::{self as store, LetterFilter, Settled};
use purser_testkit::json;

use super::{draft, outcome, readers, sinks};

fn later() -> Refusal {
    Refusal::Later("The mail server does not take it now (451).".into())
}

#[tokio::test]
async fn whose_turn_has_not_come_gets_none() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example", "b@x.example", "c@x.example"]).await;
        sink.refuse("b@x.example", Some(later()));
        sink.refuse("c@x.example", Some(later()));
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/stop"), json!(null)).await.problem(409, "not_going_out");
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sending".into(), [3, 1, 0, 0]));
        let _ = app.caller(Role::Support).await.post(&format!("{path}/stop"), json!(null)).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&format!("{path}/stop"), json!(null)).await.problem(404, "not_found");
        let stopped = owner.post(&format!("{path}/stop"), json!(null)).await.ok();
        assert_eq!((stopped.data()["state"].as_str(), stopped.data()["finishedAt"].is_string()), (Some("stopped"), true));
        // Once is enough.
        assert_eq!(owner.post(&format!("{path}/stop"), json!(null)).await.ok().data(), stopped.data());
        assert_eq!(owner.get("/audit?action=newsletter.stop").await.ok().meta()["total"], 1);
        for address in ["b@x.example", "c@x.example"] {
            sink.refuse(address, None);
        }
        app.advance(2 * HOUR);
        app.settle().await;
        let owner = app.owner_unasked().await;
        assert_eq!(outcome(&owner, &path).await, ("stopped".into(), [3, 1, 0, 2]));
        assert_eq!(sink.tried().values().copied().collect::<Vec<_>>(), [1, 1, 1]);
        assert_eq!(owner.get(&format!("{path}/letters?state=skipped")).await.ok().data()[0]["why"], "stopped");
        let _ = owner.post(&format!("{path}/again"), json!(null)).await.problem(409, "not_sent");
        for (state, total) in [("stopped", 1), ("sent", 0)] {
            assert_eq!(owner.get(&format!("/newsletters?state={state}")).await.ok().meta()["total"], total, "{state}");
        }
    }
}

#[tokio::test]
async fn one_that_was_stopped_at_once_goes_to_nobody() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example", "b@x.example"]).await;
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        let _ = owner.post(&format!("{path}/stop"), json!(null)).await.ok();
        app.settle().await;
        assert_eq!((outcome(&owner, &path).await, sink.tried().len()), (("stopped".into(), [0, 0, 0, 0]), 0));
    }
}

#[tokio::test]
async fn what_is_being_handed_over_is_settled_all_the_same() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example", "b@x.example"]).await;
        for address in ["a@x.example", "b@x.example"] {
            sink.refuse(address, Some(later()));
        }
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        let id: purser_core::ids::NewsletterId = path.rsplit('/').next().unwrap().parse().unwrap();
        let (tenant, now) = (app.tenant().await, app.app.clock.now());
        let all = LetterFilter { newsletter: id, states: Vec::new(), search: None };
        let page = Page { limit: 10, ..Page::default() };
        let rows = app.app.db.read(tenant, async |tx| store::letters(tx, &all, &page).await).await.unwrap().rows;
        let (taken, now_at) = (rows[0].id, Some(now));
        let handed = app.app.db.transact(tenant, async |tx| {
            assert!(store::claim(tx, taken, "a@x.example").await?);
            assert_eq!(store::stop(tx, id, now).await?, Some(1));
            assert_eq!(store::stop(tx, id, now).await?, None);
            store::settle(tx, taken, &Settled { state: LetterState::Sent, why: None, error: None, sent_at: now_at }).await?;
            store::add(tx, id, store::Counted { sent: 1, ..store::Counted::default() }).await
        });
        handed.await.unwrap();
        assert_eq!(outcome(&owner, &path).await, ("stopped".into(), [2, 1, 0, 1]));
    }
}
