//! One's own particulars.

use axum::extract::State;
use purser_core::Patch;
use purser_core::access::can;
use purser_service::App;
use purser_service::identity::own;
use purser_service::people::Particulars;
use schemars::JsonSchema;
use serde::Deserialize;

use super::handlers::myself;
use super::views::MeView;
use crate::Result;
use crate::extract::{Allowed, Json};
use crate::reply::Data;

/// A change of one's own particulars: only what is mentioned changes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "MeChange")]
pub(crate) struct OwnBody {
    /// Another address: a link goes there, and it is the account's once that is pressed.
    #[serde(default)]
    email: Patch<String>,
    #[serde(default)]
    first_name: Patch<String>,
    #[serde(default)]
    last_name: Patch<String>,
    #[serde(default)]
    phone: Patch<String>,
    #[serde(default)]
    language: Patch<String>,
}

impl From<OwnBody> for Particulars {
    fn from(body: OwnBody) -> Self {
        let OwnBody { email, first_name, last_name, phone, language } = body;
        Self { email, first_name, last_name, phone, language, ..Self::default() }
    }
}

pub(super) async fn change_me(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<OwnBody>) -> Result<Data<MeView>> {
    own::update(&app, &by, body.into()).await?;
    Ok(Data(myself(&app, &by).await?))
}
