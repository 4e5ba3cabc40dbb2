//! A newsletter that stopped half-way is taken up again; what nobody knows any more is said.

use purser_core::newsletters::LetterState;
use purser_core::time::{HOUR, MINUTE, SECOND};
use purser_service::jobs;
use purser_service::mail::Refusal;
use purser_store::Page;
use purser_store::newsletters::{self as store, Before, LetterFilter, Settled};
use purser_testkit::{Caller, TestApp, json};

use super::{draft, outcome, proved, readers, sinks};

fn later() -> Refusal {
    Refusal::Later("The mail server does not take it now (451).".into())
}

async fn call_off(by: &Caller, kind: &str) {
    let waiting = by.get(&format!("/jobs?kind={kind}&state=pending")).await.ok().data();
    let _ = by.post(&format!("/jobs/{}/cancel", waiting[0]["id"].as_str().unwrap()), json!({})).await.ok();
}

/// An hour goes by, and with it the time of what is done every hour.
async fn an_hour(app: &TestApp) {
    jobs::tick(&app.app).await.unwrap();
    app.advance(HOUR);
    jobs::tick(&app.app).await.unwrap();
}

#[tokio::test]
async fn one_whose_hundred_was_called_off_goes_on() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example", "b@x.example", "c@x.example"]).await;
        sink.refuse("b@x.example", Some(later()));
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        call_off(&owner, "newsletter.batch").await;
        sink.refuse("b@x.example", None);
        app.advance(2 * MINUTE);
        app.settle().await;
        assert_eq!(outcome(&app.owner_unasked().await, &path).await, ("sending".into(), [3, 2, 0, 0]));
        an_hour(&app).await;
        app.settle().await;
        assert_eq!(outcome(&app.owner_unasked().await, &path).await, ("sent".into(), [3, 3, 0, 0]));
        let tried = sink.tried();
        assert_eq!(["a", "b", "c"].map(|who| tried[&format!("{who}@x.example")]), [1, 2, 1]);
    }
}

#[tokio::test]
async fn one_of_which_nobody_wrote_down_who_gets_it_goes_on() {
    for (app, _) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example", "b@x.example"]).await;
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        call_off(&owner, "newsletter.gather").await;
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sending".into(), [0, 0, 0, 0]));
        an_hour(&app).await;
        app.settle().await;
        assert_eq!(outcome(&app.owner_unasked().await, &path).await, ("sent".into(), [2, 2, 0, 0]));
    }
}

#[tokio::test]
async fn what_waits_for_its_turn_is_left_alone() {
    for (app, sink) in sinks().await {
        readers(&app, &["a@x.example", "b@x.example"]).await;
        sink.refuse("b@x.example", Some(later()));
        jobs::tick(&app.app).await.unwrap();
        // Whoever looks after stopped ones comes at ten to ten.
        app.advance(50 * MINUTE - SECOND);
        let owner = app.owner_unasked().await;
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        app.advance(2 * SECOND);
        jobs::tick(&app.app).await.unwrap();
        app.settle().await;
        assert_eq!(owner.get("/jobs?kind=newsletter.resume&state=done").await.ok().meta()["total"], 1);
        assert_eq!((sink.tried()["b@x.example"], outcome(&owner, &path).await), (1, ("sending".into(), [2, 1, 0, 0])));
        assert_eq!(owner.get("/jobs?kind=newsletter.batch").await.ok().meta()["total"], 1);
    }
}

#[tokio::test]
async fn what_nobody_knows_of_does_not_wait_again() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example"]).await;
        sink.refuse("a@x.example", Some(Refusal::Unknown("The mail server went silent in the middle.".into())));
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [1, 0, 0, 1]));
        let newsletter = path.rsplit('/').next().unwrap().parse().unwrap();
        let filter = LetterFilter { newsletter, states: vec![LetterState::Skipped], search: None };
        let settle = async |state: LetterState| {
            let settled = Settled { state, why: None, error: None, sent_at: None };
            app.app
                .db
                .transact(app.tenant().await, async |tx| {
                    let letter = store::letters(tx, &filter, &Page { limit: 10, ..Page::default() }).await?.rows.remove(0);
                    store::settle(tx, letter.id, &settled).await
                })
                .await
                .unwrap()
        };
        // It came out late that the server did not want it: nobody is there any more to try again.
        assert_eq!(settle(LetterState::Waiting).await, Before::Settled);
        assert_eq!(settle(LetterState::Sent).await, Before::Unknown, "that it went out after all is good to know");
    }
}

#[tokio::test]
async fn whoever_has_another_address_by_then_is_left_out() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        let ada = app.caller(purser_core::access::Role::User).await;
        let _ = ada.call(axum::http::Method::PUT, "/auth/newsletters", Some(json!({ "agreed": true }))).await.ok();
        let her = ada.id.as_deref().unwrap();
        let email = owner.get(&format!("/users/{her}")).await.ok().data()["email"].as_str().unwrap().to_owned();
        sink.refuse(&email, Some(later()));
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        proved(&app, her.parse().unwrap(), false).await;
        app.advance(2 * MINUTE);
        app.settle().await;
        let owner = app.owner_unasked().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [1, 0, 0, 1]));
        assert_eq!(owner.get(&format!("{path}/letters?state=skipped")).await.ok().data()[0]["why"], "unproved");
    }
}

#[tokio::test]
async fn what_is_forgotten_is_not_sent_again() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example"]).await;
        sink.refuse("a@x.example", Some(Refusal::Never("The mail server refused it (554).".into())));
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        let (tenant, then) = (app.tenant().await, app.app.clock.now().plus(1));
        app.app.db.transact(tenant, async |tx| store::forget_letters(tx, then, 10).await).await.unwrap();
        let _ = owner.post(&format!("{path}/again"), json!(null)).await.problem(409, "letters_forgotten");
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [1, 0, 1, 0]));
    }
}
