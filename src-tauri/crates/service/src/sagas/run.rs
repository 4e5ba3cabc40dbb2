//! Taking a run from where it stands to its end, one step at a time.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use purser_core::access::{Grant, can};
use purser_core::ids::{SagaId, TenantId};
use purser_core::jobs::Wait;
use purser_core::sagas::{Direction, SagaEvent, SagaState, StepState};
use purser_core::time::{MINUTE, SECOND};
use purser_core::{Error, Result};
use purser_store::sagas::{self as store, Saga, Step};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Plan, Play, Scene, announce};
use crate::App;
use crate::audit::{self, Line};
use crate::jobs::{self, Failure, Turn, Work};

/// Working a run off.
#[derive(Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) saga: SagaId,
}

impl Work for Run {
    const KIND: &'static str = "saga.run";
    const QUEUE: &'static str = "sagas";
    // Steps count their own tries; these only have to be enough for all of them.
    const PLAN: jobs::Plan = jobs::Plan { tries: 500, wait: Wait::Doubling(SECOND, MINUTE), longest: Duration::from_mins(10) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        loop {
            let (saga, steps) = load(&app, turn.tenant, self.saga).await?;
            if !saga.state.is_under_way() {
                return Ok(());
            }
            let Some(play) = app.sagas.get(&saga.kind) else {
                return Err(Failure::Later("This version of Purser does not know how to do this.".into()));
            };
            let at = Stage { app: &app, tenant: turn.tenant, play, saga, steps };
            match at.next() {
                Next::Take(step, direction) => at.take(step, direction).await?,
                Next::End(event) => at.end(event, None).await?,
            }
        }
    }
}

async fn load(app: &App, tenant: TenantId, id: SagaId) -> Result<(Saga, Vec<Step>)> {
    app.db.read(tenant, async |tx| Ok((store::find(tx, id).await?.ok_or(Error::NotFound("saga"))?, store::steps(tx, id).await?))).await
}

/// A run where it stands.
struct Stage<'a> {
    app: &'a App,
    tenant: TenantId,
    play: Arc<dyn Play>,
    saga: Saga,
    steps: Vec<Step>,
}

/// What comes next.
enum Next {
    Take(Plan, Direction),
    End(SagaEvent),
}

impl Stage<'_> {
    /// The last try of a step in one direction.
    fn last(&self, name: &str, direction: Direction) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.name == name && step.direction == direction)
    }

    fn is_done(&self, name: &str, direction: Direction) -> bool {
        self.last(name, direction).is_some_and(|step| step.state == StepState::Done)
    }

    fn next(&self) -> Next {
        let plans = self.play.steps();
        if self.saga.undoing {
            // Whatever was begun and not clearly refused may have been done.
            let begun = |plan: &&Plan| self.last(plan.name, Direction::Act).is_some_and(|step| step.state != StepState::Refused);
            let open = plans.iter().rev().filter(begun).find(|plan| !self.is_done(plan.name, Direction::Undo));
            return open.map_or(Next::End(SagaEvent::Undo), |plan| Next::Take(*plan, Direction::Undo));
        }
        let open = plans.iter().find(|plan| !self.is_done(plan.name, Direction::Act));
        open.map_or(Next::End(SagaEvent::Complete), |plan| Next::Take(*plan, Direction::Act))
    }

    /// Take a step once and write down what came of it. Fails when it has to be taken again later.
    async fn take(&self, plan: Plan, direction: Direction) -> Result<(), Failure> {
        // A person who lets a stuck run go on begins the count anew.
        let since = self.saga.updated_at;
        let tried = self.steps.iter().filter(|step| step.name == plan.name && step.direction == direction && step.started_at >= since).count();
        let attempt = i64::try_from(tried).unwrap_or(i64::MAX - 1) + 1;
        let step = Step {
            seq: self.steps.last().map_or(1, |step| step.seq + 1),
            name: plan.name.to_owned(),
            direction,
            state: StepState::Running,
            attempt,
            output: None,
            error: None,
            started_at: self.app.clock.now(),
            ended_at: None,
        };
        let id = self.saga.id;
        let begun = self.app.db.transact(self.tenant, async |tx| store::begin_step(tx, id, &step).await).await?;
        if !begun {
            return Err(Failure::Later("Somebody else is at it.".into()));
        }
        let outcome = self.play_it(plan, direction).await;
        let (state, output, error) = match &outcome {
            Ok(output) => (StepState::Done, Some(output.clone().into()), None),
            Err(Failure::Never(why)) => (StepState::Refused, None, Some(why.clone())),
            Err(Failure::Later(why)) => (StepState::Failed, None, Some(why.clone())),
        };
        let ended = Step { state, output, error, ended_at: Some(self.app.clock.now()), ..step };
        self.app.db.transact(self.tenant, async |tx| store::end_step(tx, id, &ended).await).await?;
        let most = if direction == Direction::Act { plan.tries } else { self.play.undo_tries() };
        match outcome {
            Ok(_) => Ok(()),
            Err(Failure::Later(why)) if attempt < most => Err(Failure::Later(format!("{}: {why}", plan.name))),
            Err(Failure::Later(why) | Failure::Never(why)) => {
                let place = self.play.steps().iter().position(|step| step.name == plan.name).unwrap_or(0);
                let stuck = direction == Direction::Undo || place >= self.play.pivot();
                let event = if stuck { SagaEvent::Stick } else { SagaEvent::GiveUp };
                self.end(event, Some(format!("{}: {why}", plan.name))).await
            }
        }
    }

    async fn play_it(&self, plan: Plan, direction: Direction) -> Result<Value, Failure> {
        let outputs: BTreeMap<String, Value> = self
            .steps
            .iter()
            .filter(|step| step.direction == Direction::Act && step.state == StepState::Done)
            .filter_map(|step| Some((step.name.clone(), step.output.as_ref()?.0.clone())))
            .collect();
        let scene = Scene { app: self.app.clone(), saga: self.saga.clone(), tenant: self.tenant, outputs };
        let work = async {
            match direction {
                Direction::Act => self.play.act(&scene, plan.name).await,
                Direction::Undo => self.play.undo(&scene, plan.name).await.map(|()| Value::Null),
            }
        };
        match tokio::time::timeout(plan.longest, AssertUnwindSafe(work).catch_unwind()).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Failure::Later("It broke down; the log of the server says where.".into())),
            Err(_) => Err(Failure::Later(format!("It took longer than {} s and was stopped.", plan.longest.as_secs()))),
        }
    }

    /// Move the run to where `event` leads.
    async fn end(&self, event: SagaEvent, error: Option<String>) -> Result<(), Failure> {
        let now = self.app.clock.now();
        let state = self.saga.state.apply(event, self.saga.undoing)?;
        let undoing = self.saga.undoing || event == SagaEvent::GiveUp;
        let after = Saga {
            state,
            undoing,
            error: error.or_else(|| self.saga.error.clone()),
            finished_at: state.is_over().then_some(now),
            updated_at: now,
            ..self.saga.clone()
        };
        let by = Grant::<can::ManageJob>::system(self.tenant, now, &self.app.ids);
        let moved = self.app.db.transact(self.tenant, async |tx| {
            let moved = store::advance(tx, &after).await?;
            if moved {
                announce(tx, &after, now);
                if matches!(state, SagaState::NeedsAttention | SagaState::Failed) {
                    let line =
                        Line::new(if state == SagaState::Failed { "saga.undone" } else { "saga.stuck" }, "saga", after.id.uuid(), after.kind.clone());
                    audit::record(tx, &by, line.reason(after.error.clone().unwrap_or_default()));
                }
            }
            Ok::<_, Error>(moved)
        });
        if moved.await? && state == SagaState::NeedsAttention {
            tracing::error!(saga = %self.saga.id, kind = self.saga.kind, error = after.error, "saga_needs_attention");
        }
        Ok(())
    }
}
