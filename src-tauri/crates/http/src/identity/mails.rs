//! Which mails about the work one gets.

use axum::extract::State;
use purser_core::access::can;
use purser_core::mail::Wish;
use purser_service::App;
use purser_service::mail::staff::{self, Wishes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Json};
use crate::reply::{Data, Versioned};

/// Which mails about the work one gets.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnMails")]
pub(super) struct OwnMailsView {
    /// What one has the right to be told of.
    offered: Vec<Wish>,
    /// What one is told of.
    wanted: Vec<Wish>,
}

impl From<Wishes> for OwnMailsView {
    fn from(Wishes { offered, wanted }: Wishes) -> Self {
        Self { offered, wanted }
    }
}

impl Versioned for OwnMailsView {}

/// What one wants to be told of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OwnMailsChoice")]
pub(super) struct ChoiceBody {
    /// Of what is offered; nothing else is told.
    wanted: Vec<Wish>,
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Data<OwnMailsView>> {
    Ok(Data(staff::read(&app, &by).await?.into()))
}

pub(super) async fn choose(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<ChoiceBody>) -> Result<Data<OwnMailsView>> {
    Ok(Data(staff::choose(&app, &by, &body.wanted).await?.into()))
}
