//! Which mails customers get about their orders.

use axum::extract::State;
use purser_core::Patch;
use purser_core::access::can;
use purser_service::App;
use purser_service::mail::kinds::{self, Change, CustomerMails};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IfMatch, Json};
use crate::reply::{Data, Versioned};

/// Which mails customers get about their orders.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CustomerMails")]
#[expect(clippy::struct_excessive_bools, reason = "each kind is on or off for itself")]
pub(super) struct MailsView {
    /// An order was paid.
    confirmed: bool,
    /// A parcel left.
    shipped: bool,
    /// All of it arrived.
    delivered: bool,
    /// It was cancelled.
    cancelled: bool,
    /// Money went back.
    refunded: bool,
    /// Counts changes of all settings; the `ETag`.
    version: i64,
}

impl From<(CustomerMails, i64)> for MailsView {
    fn from((kinds, version): (CustomerMails, i64)) -> Self {
        let CustomerMails { confirmed, shipped, delivered, cancelled, refunded } = kinds;
        Self { confirmed, shipped, delivered, cancelled, refunded, version }
    }
}

impl Versioned for MailsView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A change: only what is mentioned changes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CustomerMailsChange")]
pub(super) struct ChangeBody {
    #[serde(default)]
    confirmed: Patch<bool>,
    #[serde(default)]
    shipped: Patch<bool>,
    #[serde(default)]
    delivered: Patch<bool>,
    #[serde(default)]
    cancelled: Patch<bool>,
    #[serde(default)]
    refunded: Patch<bool>,
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>) -> Result<Data<MailsView>> {
    Ok(Data(kinds::read(&app, &by).await?.into()))
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateSetting>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Data<MailsView>> {
    let ChangeBody { confirmed, shipped, delivered, cancelled, refunded } = body;
    let change = Change { confirmed, shipped, delivered, cancelled, refunded };
    Ok(Data(kinds::update(&app, &by, version, change).await?.into()))
}
