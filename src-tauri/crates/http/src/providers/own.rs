//! The identities people have elsewhere.

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::{IdentityId, ProviderId, UserId};
use purser_core::providers::Kind;
use purser_service::App;
use purser_service::providers::{self, Identities};
use purser_store::identities::Linked;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Json, Path, TravelCookie};
use crate::reply::{Data, NoContent, Versioned};

/// Where somebody is known.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "IdentityProvider")]
struct ProviderRef {
    id: ProviderId,
    name: String,
    kind: Kind,
    /// Whether it can be used at the moment.
    enabled: bool,
}

/// A person as a provider knows them.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Identity")]
pub(super) struct IdentityView {
    id: IdentityId,
    provider: ProviderRef,
    /// Their address there, when they last came.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    linked_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
}

impl From<Linked> for IdentityView {
    fn from(linked: Linked) -> Self {
        let provider = ProviderRef { id: linked.provider_id, name: linked.provider_name, kind: linked.kind, enabled: linked.enabled };
        Self { id: linked.id, provider, email: linked.email, linked_at: linked.linked_at, last_used_at: linked.last_used_at }
    }
}

impl Versioned for IdentityView {}

/// The ways in somebody has.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Identities")]
pub(super) struct IdentitiesView {
    identities: Vec<IdentityView>,
    /// Whether there is a password as well.
    has_password: bool,
}

impl From<Identities> for IdentitiesView {
    fn from(ways: Identities) -> Self {
        Self { identities: ways.linked.into_iter().map(IdentityView::from).collect(), has_password: ways.has_password }
    }
}

impl Versioned for IdentitiesView {}

pub(super) async fn list_own(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Data<IdentitiesView>> {
    Ok(Data(providers::list_own(&app, &by).await?.into()))
}

pub(super) async fn list_of(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageSession>,
    Path(id): Path<UserId>,
) -> Result<Data<IdentitiesView>> {
    Ok(Data(providers::list_of(&app, &by, id).await?.into()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "IdentityFinish")]
pub(super) struct FinishBody {
    /// What came back behind `#code=`.
    code: String,
    /// For a program: what its challenge was made of.
    #[serde(default)]
    verifier: Option<String>,
}

pub(super) async fn finish(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    TravelCookie(kept): TravelCookie,
    Json(body): Json<FinishBody>,
) -> Result<Data<IdentityView>> {
    let shown = body.verifier.or(kept);
    Ok(Data(providers::finish_link(&app, &by, &body.code, shown.as_deref()).await?.into()))
}

pub(super) async fn unlink(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Path(id): Path<IdentityId>) -> Result<NoContent> {
    providers::unlink(&app, &by, id).await?;
    Ok(NoContent)
}
