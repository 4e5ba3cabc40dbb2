//! When regular work is done.

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_core::patch::Patch;
use purser_service::App;
use purser_service::jobs::{self, Change, Scheduled};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Json, Path};
use crate::reply::{Data, Rows, Versioned};

/// Regular work and when it is done.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "JobSchedule")]
pub(super) struct ScheduleView {
    name: String,
    /// What it does.
    about: String,
    /// Minute, hour, day of the month, month, day of the week.
    cron: String,
    /// The place whose time it goes by.
    time_zone: String,
    /// Whether either is not the usual.
    custom: bool,
    /// Not done for now.
    paused: bool,
    /// The next times; while it is paused, when it would be.
    next: Vec<Timestamp>,
    /// When it was due last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_at: Option<Timestamp>,
    /// The person who changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<Timestamp>,
}

impl From<Scheduled> for ScheduleView {
    fn from(shown: Scheduled) -> Self {
        let schedule = shown.schedule;
        Self {
            name: schedule.name,
            about: shown.regular.about.into(),
            custom: schedule.cron.is_some() || schedule.zone.is_some(),
            cron: schedule.cron.unwrap_or_else(|| shown.regular.usual.into()),
            time_zone: schedule.zone.unwrap_or_else(|| "UTC".into()),
            paused: schedule.paused,
            next: shown.next,
            last_at: schedule.last_at,
            changed_by: schedule.changed_by.map(UserId),
            changed_at: schedule.changed_at,
        }
    }
}

impl Versioned for ScheduleView {}

/// When it is to be done; what is left out stays as it is, null is the usual.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "UpdateJobSchedule")]
pub(super) struct ScheduleBody {
    /// Minute, hour, day of the month, month, day of the week: `30 9 * * 1-5`.
    #[serde(default)]
    cron: Patch<String>,
    /// The place whose time it goes by: `Europe/Oslo`.
    #[serde(default)]
    time_zone: Patch<String>,
    /// Not for now.
    #[serde(default)]
    paused: Option<bool>,
}

pub(super) async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>) -> Result<Rows<ScheduleView>> {
    Ok(Rows::whole(jobs::schedules(&app, &by).await?.into_iter().map(ScheduleView::from).collect()))
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageJob>,
    Path(name): Path<String>,
    Json(body): Json<ScheduleBody>,
) -> Result<Data<ScheduleView>> {
    let change = Change { cron: body.cron, zone: body.time_zone, paused: body.paused };
    Ok(Data(jobs::reschedule(&app, &by, &name, change).await?.into()))
}
