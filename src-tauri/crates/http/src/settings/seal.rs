//! The keys private values are sealed with.

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::JobId;
use purser_core::jobs::JobState;
use purser_service::App;
use purser_service::seal::{self, KeyState, Renewal, State as Keys};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Result;
use crate::extract::Allowed;
use crate::reply::{Data, NoContent, Versioned};

/// The keys private values are sealed with. Their ids only: no key leaves the server.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SealKeys")]
pub(super) struct SealView {
    /// Every key values were ever sealed with; the first takes new values.
    keys: Vec<SealKeyView>,
    /// Whether a new key can be made here. If not, whoever runs the server gives one.
    can_rotate: bool,
    /// The last time everything was sealed anew, or the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal: Option<RenewalView>,
}

/// A key.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SealKey")]
struct SealKeyView {
    id: String,
    since: Timestamp,
    /// Whether new values take it.
    leads: bool,
    /// Whether the server has it: values of a key it has not can not be read.
    held: bool,
}

/// Sealing everything anew.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SealRenewal")]
struct RenewalView {
    job_id: JobId,
    state: JobState,
    /// Of 100.
    progress: i64,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
}

impl From<Keys> for SealView {
    fn from(keys: Keys) -> Self {
        let one = |KeyState { id, since, leads, held }| SealKeyView { id, since, leads, held };
        let renewal =
            |Renewal { job, state, progress, created_at, finished_at }| RenewalView { job_id: job, state, progress, created_at, finished_at };
        Self { keys: keys.keys.into_iter().map(one).collect(), can_rotate: keys.can_rotate, renewal: keys.renewal.map(renewal) }
    }
}

impl Versioned for SealView {}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>) -> Result<Data<SealView>> {
    Ok(Data(seal::state(&app, &by).await?.into()))
}

pub(super) async fn rotate(State(app): State<App>, Allowed(by): Allowed<can::UpdateSetting>) -> Result<NoContent> {
    seal::rotate(&app, &by).await?;
    Ok(NoContent)
}

pub(super) async fn renew(State(app): State<App>, Allowed(by): Allowed<can::UpdateSetting>) -> Result<NoContent> {
    seal::renew(&app, &by).await?;
    Ok(NoContent)
}
