//! Work in several steps: done whole, undone whole, taken up after a crash, left to a person.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use purser_core::access::{Grant, Role, can};
use purser_core::ids::SagaId;
use purser_core::time::MINUTE;
use purser_service::jobs::{self, Failure};
use purser_service::sagas::{self, Plan, Play, Scene};
use purser_testkit::{TestApp, both, json};
use serde_json::Value;
use tokio::sync::Mutex;

use super::shop::Shop;

const STEPS: &[Plan] = &[
    Plan { name: "reserve", tries: 3, longest: Duration::from_secs(5) },
    Plan { name: "charge", tries: 3, longest: Duration::from_secs(5) },
    Plan { name: "ship", tries: 3, longest: Duration::from_secs(5) },
    Plan { name: "tell", tries: 3, longest: Duration::from_secs(5) },
];

/// What happened, by the number of the run (ids repeat from test to test): effects, each counted once however often it is asked for.
static DONE: LazyLock<Mutex<HashMap<u64, Vec<String>>>> = LazyLock::new(Mutex::default);
static RUNS: AtomicU64 = AtomicU64::new(1);

/// A play whose payload says what goes wrong: `{"ship": "never"}`, `{"undo reserve": "later"}`.
struct Trial;

impl Trial {
    async fn take(scene: &Scene, word: String) -> Result<(), Failure> {
        let mut done = DONE.lock().await;
        let effects = done.entry(scene.saga.payload.0["run"].as_u64().unwrap()).or_default();
        let how = scene.saga.payload.0[&word].as_str().unwrap_or_default().to_owned();
        match how.as_str() {
            "never" => return Err(Failure::Never("No.".into())),
            "later" => return Err(Failure::Later("Not now.".into())),
            "once" if !effects.contains(&format!("tried {word}")) => {
                effects.push(format!("tried {word}"));
                return Err(Failure::Later("Not now.".into()));
            }
            // It is done, but nobody hears of it.
            "panic" if !effects.contains(&word) => {
                effects.push(word);
                panic!("on purpose");
            }
            _ => {}
        }
        if !effects.contains(&word) {
            effects.push(word);
        }
        Ok(())
    }
}

#[async_trait]
impl Play for Trial {
    fn kind(&self) -> &'static str {
        "test.trial"
    }
    fn steps(&self) -> &'static [Plan] {
        STEPS
    }
    fn pivot(&self) -> usize {
        3
    }
    async fn act(&self, scene: &Scene, step: &str) -> Result<Value, Failure> {
        if step == "ship" {
            assert_eq!(scene.outputs["charge"]["step"], "charge", "what a step brought is there for the later ones");
        }
        Self::take(scene, step.to_owned()).await?;
        Ok(json!({ "step": step }))
    }
    async fn undo(&self, scene: &Scene, step: &str) -> Result<(), Failure> {
        Self::take(scene, format!("undo {step}")).await
    }
}

/// A run of the trial: its id and its number.
async fn start(app: &TestApp, mut payload: Value) -> (SagaId, u64) {
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    payload["run"] = run.into();
    app.app.sagas.learn(Trial);
    let tenant = app.tenant().await;
    let by = Grant::<can::ManageJob>::system(tenant, app.app.clock.now(), &app.app.ids);
    let id = app.app.db.transact(tenant, async |tx| sagas::start(tx, &by, "test.trial", (tenant.uuid(), payload)).await).await.unwrap();
    (id, run)
}

/// Let everything that is due, and what waits for another try, come to its end.
async fn play(app: &TestApp) {
    for _ in 0..8 {
        jobs::run_due(&app.app).await.unwrap();
        app.advance(2 * MINUTE);
    }
}

async fn shown(app: &TestApp, id: SagaId) -> Value {
    app.owner_unasked().await.get(&format!("/sagas/{id}")).await.ok().data()
}

async fn effects(run: u64) -> Vec<String> {
    DONE.lock().await.get(&run).cloned().unwrap_or_default().into_iter().filter(|word| !word.starts_with("tried")).collect()
}

both! {
    async fn every_step_is_done_and_the_page_shows_each_try(app) {
        let (id, number) = start(&app, json!({ "charge": "once" })).await;
        play(&app).await;
        let run = shown(&app, id).await;
        assert_eq!((run["state"].as_str(), run["finishedAt"].is_string()), (Some("completed"), true), "{run}");
        let steps: Vec<String> = run["steps"].as_array().unwrap().iter().map(|step| format!("{} {} {}", step["name"].as_str().unwrap(), step["attempt"], step["state"].as_str().unwrap())).collect();
        assert_eq!(steps, ["reserve 1 done", "charge 1 failed", "charge 2 done", "ship 1 done", "tell 1 done"]);
        assert_eq!(effects(number).await, ["reserve", "charge", "ship", "tell"]);
        assert_eq!(app.owner_unasked().await.get(&format!("/sagas?state=completed&kind=test.trial&subjectId={}", app.tenant().await)).await.ok().meta()["total"], 1);
    }

    async fn what_can_not_be_done_is_undone_in_exact_reverse(app) {
        // A clear no needs no undoing of its own; what nobody knows does.
        for (step, how, wanted) in [
            ("charge", "never", ["reserve", "undo reserve"].as_slice()),
            ("charge", "later", ["reserve", "undo charge", "undo reserve"].as_slice()),
            ("ship", "never", ["reserve", "charge", "undo charge", "undo reserve"].as_slice()),
            ("reserve", "never", [].as_slice()),
        ] {
            let (id, number) = start(&app, json!({ step: how })).await;
            play(&app).await;
            let run = shown(&app, id).await;
            assert_eq!((run["state"].as_str(), run["undoing"].as_bool()), (Some("failed"), Some(true)), "{run}");
            assert_eq!(effects(number).await, wanted, "{step} {how}");
            assert!(run["error"].as_str().unwrap().starts_with(step), "{run}");
        }
    }

    async fn a_step_whose_end_nobody_saw_is_taken_again_with_the_same_key(app) {
        let (id, number) = start(&app, json!({ "charge": "panic", "ship": "never", "undo charge": "panic" })).await;
        play(&app).await;
        let run = shown(&app, id).await;
        assert_eq!(run["state"], "failed", "{run}");
        assert_eq!(effects(number).await, ["reserve", "charge", "undo charge", "undo reserve"]);
    }

    async fn past_the_point_of_no_return_it_waits_for_a_person(app) {
        let owner = app.owner().await;
        let (id, number) = start(&app, json!({ "tell": "later" })).await;
        let path = format!("/sagas/{id}");
        let _ = owner.post(&format!("{path}/retry"), json!({})).await.problem(409, "under_way");
        play(&app).await;
        let run = shown(&app, id).await;
        assert_eq!((run["state"].as_str(), run["undoing"].as_bool()), (Some("needs_attention"), Some(false)), "{run}");
        assert_eq!(effects(number).await, ["reserve", "charge", "ship"]);
        let owner = app.owner_unasked().await;
        let _ = app.caller(Role::Auditor).await.post(&format!("{path}/retry"), json!({})).await.problem(403, "forbidden");
        let again = owner.post(&format!("{path}/retry"), json!({})).await.ok().data();
        assert_eq!(again["state"], "running");
        play(&app).await;
        assert_eq!(shown(&app, id).await["state"], "needs_attention");
        let owner = app.owner_unasked().await;
        let _ = owner.post(&format!("{path}/resolve"), json!({ "note": "" })).await.problem(400, "invalid").complains("note", "required");
        let done = owner.post(&format!("{path}/resolve"), json!({ "note": "rang the customer up" })).await.ok().data();
        assert_eq!((done["state"].as_str(), done["note"].as_str()), (Some("resolved"), Some("rang the customer up")));
        let _ = owner.post(&format!("{path}/resolve"), json!({ "note": "again" })).await.problem(409, "already_over");
        for (action, count) in [("saga.stuck", 2), ("saga.retry", 1), ("saga.resolve", 1)] {
            let lines = owner.get(&format!("/audit?action={action}")).await.ok().data();
            assert_eq!(lines.as_array().map(Vec::len), Some(count), "{action}: {lines}");
        }
    }

    async fn what_can_not_be_undone_waits_and_what_was_undone_begins_anew_as_a_run_of_its_own(app) {
        let (stuck, _) = start(&app, json!({ "ship": "never", "undo charge": "later" })).await;
        let (undone, _) = start(&app, json!({ "ship": "never" })).await;
        play(&app).await;
        let run = shown(&app, stuck).await;
        assert_eq!((run["state"].as_str(), run["undoing"].as_bool()), (Some("needs_attention"), Some(true)), "{run}");
        let tries = run["steps"].as_array().unwrap().iter().filter(|step| step["direction"] == "undo").count();
        assert_eq!(tries, 3, "{run}");
        let owner = app.owner_unasked().await;
        let again = owner.post(&format!("/sagas/{undone}/retry"), json!({})).await.ok().data();
        assert_eq!((again["state"].as_str(), again["againOf"].as_str()), (Some("running"), Some(undone.to_string().as_str())), "{again}");
        assert_eq!(owner.post(&format!("/sagas/{stuck}/retry"), json!({})).await.ok().data()["state"], "compensating");
    }
}

/// An order is paid, and then something goes wrong.
struct PaidInVain;

#[async_trait]
impl Play for PaidInVain {
    fn kind(&self) -> &'static str {
        "test.paid_in_vain"
    }
    fn steps(&self) -> &'static [Plan] {
        const PLANS: [Plan; 2] =
            [Plan { name: "pay", tries: 3, longest: Duration::from_secs(5) }, Plan { name: "ship", tries: 3, longest: Duration::from_secs(5) }];
        &PLANS
    }
    fn pivot(&self) -> usize {
        2
    }
    async fn act(&self, scene: &Scene, step: &str) -> Result<Value, Failure> {
        if step == "pay" { sagas::PayOrder.act(scene, step).await } else { Err(Failure::Never("There is no ship.".into())) }
    }
    async fn undo(&self, scene: &Scene, step: &str) -> Result<(), Failure> {
        sagas::PayOrder.undo(scene, step).await
    }
}

async fn pay_in_vain(app: &TestApp, order: &str, method: &str) -> SagaId {
    app.app.sagas.learn(PaidInVain);
    let tenant = app.tenant().await;
    let by = Grant::<can::ManageJob>::system(tenant, app.app.clock.now(), &app.app.ids);
    let subject = order.parse().unwrap();
    let began = app.app.db.transact(tenant, async |tx| sagas::start(tx, &by, "test.paid_in_vain", (subject, json!({ "method": method }))).await);
    began.await.unwrap()
}

both! {
    async fn what_the_provider_does_not_give_back_is_not_undone(app) {
        let mut shop = Shop::open(&app).await;
        for (method, state, word) in [("pm_card_visa", "failed", "ship"), ("pm_card_refund_fails", "needs_attention", "could not be given back")] {
            shop.owner = app.owner_unasked().await;
            let order = shop.order().await["id"].as_str().unwrap().to_owned();
            let id = pay_in_vain(&app, &order, method).await;
            play(&app).await;
            let run = shown(&app, id).await;
            assert_eq!((run["state"].as_str(), run["undoing"].as_bool()), (Some(state), Some(true)), "{method}: {run}");
            assert!(run["error"].as_str().unwrap().contains(word), "{method}: {run}");
        }
        // Nobody answers: it is looked at again until it is known.
        shop.owner = app.owner_unasked().await;
        let order = shop.order().await["id"].as_str().unwrap().to_owned();
        let owner = app.owner_unasked().await;
        let _ = owner.post("/sandbox/faults", json!({ "effect": "lost_request", "operation": "refund" })).await.is(201);
        let id = pay_in_vain(&app, &order, "pm_card_visa").await;
        jobs::run_due(&app.app).await.unwrap();
        assert_eq!(shown(&app, id).await["state"], "compensating");
        purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
        play(&app).await;
        assert_eq!(shown(&app, id).await["state"], "failed");
        let owner = app.owner_unasked().await;
        let order = owner.get(&format!("/orders/{order}")).await.ok().data();
        assert_eq!((order["refunded"]["amount"].as_i64(), order["refunds"].as_array().map(Vec::len)), (Some(5_900), Some(1)), "{order}");
    }
}

async fn pay(app: &TestApp, order: &str, method: &str) -> SagaId {
    let tenant = app.tenant().await;
    let by = Grant::<can::ManageJob>::system(tenant, app.app.clock.now(), &app.app.ids);
    let subject = order.parse().unwrap();
    app.app.db.transact(tenant, async |tx| sagas::start(tx, &by, "order.pay", (subject, json!({ "method": method }))).await).await.unwrap()
}

both! {
    async fn an_order_is_paid_booked_and_told_of_through_a_lost_answer(app) {
        let shop = Shop::open(&app).await;
        for method in ["pm_card_visa", "pm_card_timeout"] {
            let order = shop.order().await["id"].as_str().unwrap().to_owned();
            let id = pay(&app, &order, method).await;
            for _ in 0..4 {
                jobs::run_due(&app.app).await.unwrap();
                purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
                app.advance(10_000_000);
            }
            let run = shown(&app, id).await;
            assert_eq!(run["state"], "completed", "{run}");
            let order = app.owner_unasked().await.get(&format!("/orders/{order}")).await.ok().data();
            assert_eq!((order["state"].as_str(), order["payments"].as_array().map(Vec::len)), (Some("paid"), Some(1)), "{order}");
        }
    }

    async fn a_card_that_is_declined_takes_nothing(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await["id"].as_str().unwrap().to_owned();
        let id = pay(&app, &order, "pm_card_declined").await;
        play(&app).await;
        let run = shown(&app, id).await;
        assert_eq!(run["state"], "failed", "{run}");
        assert!(run["error"].as_str().unwrap().contains("declined"), "{run}");
        let order = app.owner_unasked().await.get(&format!("/orders/{order}")).await.ok().data();
        assert_eq!((order["state"].as_str(), order["paid"]["amount"].as_i64()), (Some("pending"), Some(0)));
    }
}
