//! How long what is about people is kept.

use axum::extract::State;
use purser_core::Patch;
use purser_core::access::can;
use purser_service::App;
use purser_service::retention::{self, Change, Retention};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IfMatch, Json};
use crate::reply::{Data, Versioned};

/// How many days things are kept.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Retention")]
pub(super) struct RetentionView {
    /// Attempts to sign in.
    sign_in_days: i64,
    /// Sessions that are over.
    session_days: i64,
    /// Mails.
    mail_days: i64,
    /// Imports that are over: their samples and complaints, not what they brought in.
    import_days: i64,
    /// People whose account was deleted; then they are erased. Absent: until somebody erases them.
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_people_days: Option<i64>,
    /// Counts changes of all settings; the `ETag`.
    version: i64,
}

impl From<(Retention, i64)> for RetentionView {
    fn from((keep, version): (Retention, i64)) -> Self {
        let Retention { sign_in_days, session_days, mail_days, import_days, deleted_people_days } = keep;
        Self { sign_in_days, session_days, mail_days, import_days, deleted_people_days, version }
    }
}

impl Versioned for RetentionView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A change: only what is mentioned changes. From 7 to 3,650 days each.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RetentionChange")]
#[expect(clippy::struct_field_names, reason = "the names are those of the API")]
pub(super) struct ChangeBody {
    #[serde(default)]
    sign_in_days: Patch<i64>,
    #[serde(default)]
    session_days: Patch<i64>,
    #[serde(default)]
    mail_days: Patch<i64>,
    #[serde(default)]
    import_days: Patch<i64>,
    /// `null`: nobody is erased by itself.
    #[serde(default)]
    deleted_people_days: Patch<i64>,
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>) -> Result<Data<RetentionView>> {
    Ok(Data(retention::read(&app, &by).await?.into()))
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateSetting>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Data<RetentionView>> {
    let ChangeBody { sign_in_days, session_days, mail_days, import_days, deleted_people_days } = body;
    let change = Change { sign_in_days, session_days, mail_days, import_days, deleted_people_days };
    Ok(Data(retention::update(&app, &by, version, change).await?.into()))
}
