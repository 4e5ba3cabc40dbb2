//! Shapes of runs on the wire.

use purser_core::Timestamp;
use purser_core::ids::{SagaId, UserId};
use purser_core::sagas::{Direction, SagaState, StepState};
use purser_service::sagas::Shown;
use purser_store::sagas::{Saga, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::reply::Versioned;

/// A run of work in several steps.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Saga")]
pub(crate) struct SagaView {
    id: SagaId,
    /// What is done: `order.pay`.
    kind: String,
    /// What it is about: the order, say.
    subject_id: Uuid,
    state: SagaState,
    /// Whether steps are being undone, or were when it got stuck.
    undoing: bool,
    /// With what it is done: ids and plain facts.
    data: serde_json::Value,
    /// Why it is undone or stuck.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What a person wrote down when they settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// The run that this one tries again.
    #[serde(skip_serializing_if = "Option::is_none")]
    again_of: Option<SagaId>,
    /// The person who set it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<UserId>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
}

impl From<Saga> for SagaView {
    fn from(saga: Saga) -> Self {
        Self {
            id: saga.id,
            kind: saga.kind,
            subject_id: saga.subject_id,
            state: saga.state,
            undoing: saga.undoing,
            data: saga.payload.0,
            error: saga.error,
            note: saga.note,
            again_of: saga.again_of.map(SagaId),
            created_by: saga.created_by.map(UserId),
            created_at: saga.created_at,
            updated_at: saga.updated_at,
            finished_at: saga.finished_at,
        }
    }
}

impl Versioned for SagaView {}

/// One try of one step.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SagaStep")]
struct StepView {
    /// Place in the run.
    seq: i64,
    name: String,
    direction: Direction,
    state: StepState,
    /// Which try in this direction, from 1.
    attempt: i64,
    /// What it brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<serde_json::Value>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    started_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        Self {
            seq: step.seq,
            name: step.name,
            direction: step.direction,
            state: step.state,
            attempt: step.attempt,
            output: step.output.map(|output| output.0),
            error: step.error,
            started_at: step.started_at,
            ended_at: step.ended_at,
        }
    }
}

/// A run with every try of every step, in the order they were begun.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SagaDetail")]
pub(crate) struct SagaDetail {
    #[serde(flatten)]
    saga: SagaView,
    steps: Vec<StepView>,
}

impl From<Shown> for SagaDetail {
    fn from(shown: Shown) -> Self {
        Self { saga: shown.saga.into(), steps: shown.steps.into_iter().map(StepView::from).collect() }
    }
}

impl Versioned for SagaDetail {}

/// How a stuck run was settled.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NoteBody {
    /// What was done by hand.
    pub(crate) note: String,
}
