//! API keys. Use cases are in `purser_service::identity::keys`.

use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::identity::KeyStand;
use purser_core::ids::{KeyId, UserId};
use purser_core::people::{Status, full_name};
use purser_core::{Permission, Timestamp};
use purser_service::App;
use purser_service::identity::keys::{self, Made, New};
use purser_store::all_keys::{Filter, HeldKey};
use purser_store::keys::ApiKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Any, Json, OptionalJson, Path, Query};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Created, NoContent, Rows, Versioned};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/keys",
            get_with(list_own, about("listOwnKeys", "identity", "One's own API keys"))
                .post_with(create, about("createKey", "identity", "Make an API key; its secret is shown this once")),
        )
        .api_route("/keys/all", get_with(list_all, about("listAllKeys", "identity", "The API keys of everybody")))
        .api_route("/keys/{id}", delete_with(revoke_own, about("revokeOwnKey", "identity", "Revoke one of one's own API keys")))
        .api_route("/keys/{id}/rotate", post_with(rotate, about("rotateKey", "identity", "Make a key anew; the old one works on for a while")))
        .api_route("/users/{id}/keys", get_with(list_of, about("listKeys", "identity", "The API keys of a person")))
        .api_route("/users/{id}/keys/{kid}", delete_with(revoke_of, about("revokeKey", "identity", "Revoke an API key of a person")))
}

/// An API key.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ApiKey")]
struct KeyView {
    id: KeyId,
    user_id: UserId,
    /// What its owner calls it.
    name: String,
    /// How it begins, for recognising it.
    prefix: String,
    /// What it may do at most; never more than its owner.
    scopes: Vec<Permission>,
    /// Calls a minute.
    rate_per_minute: i64,
    /// Networks it may be used from; none: from anywhere.
    allowed_networks: Vec<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
}

impl From<ApiKey> for KeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            user_id: key.user_id,
            name: key.name,
            prefix: key.prefix,
            scopes: key.scopes.split(' ').filter_map(|scope| scope.parse().ok()).collect(),
            rate_per_minute: key.rate,
            allowed_networks: key.networks.split_whitespace().map(str::to_owned).collect(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            last_used_ip: key.last_used_ip,
            revoked_at: key.revoked_at,
        }
    }
}

list_query! {
    /// Which keys; `search` looks in their names, their beginnings and the names of their owners.
    KeysQuery {
        /// Any of these standings.
        state: Any<KeyStand>,
        /// Those neither used nor made for 90 days alone.
        unused: Option<bool>,
    }
}

/// An API key and whose it is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "HeldApiKey")]
struct HeldView {
    #[serde(flatten)]
    key: KeyView,
    owner: OwnerView,
}

/// Whose a key is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApiKeyOwner")]
struct OwnerView {
    id: UserId,
    name: String,
    /// Of an account that is not active no key works.
    status: Status,
}

impl From<HeldKey> for HeldView {
    fn from(held: HeldKey) -> Self {
        let owner = OwnerView { id: held.key.user_id, name: full_name(&held.first_name, &held.last_name), status: held.status };
        Self { key: held.key.into(), owner }
    }
}

/// A key that was made.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NewApiKey")]
struct MadeView {
    #[serde(flatten)]
    key: KeyView,
    /// The whole key, to be sent as `Authorization: Bearer …` or `X-API-Key`. Shown this once.
    secret: String,
}

impl Versioned for MadeView {}

fn made(made: Made) -> Created<MadeView> {
    Created { location: format!("/api/v1/keys/{}", made.key.id), data: MadeView { key: made.key.into(), secret: made.secret } }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ApiKeyBody")]
struct NewBody {
    name: String,
    /// Permissions you hold yourself.
    scopes: Vec<Permission>,
    /// Days it works, 1 to 365; 365 unless said otherwise.
    #[serde(default)]
    expires_in_days: Option<i64>,
    /// Calls a minute, 1 to 10,000; 600 unless said otherwise.
    #[serde(default)]
    rate_per_minute: Option<i64>,
    /// Addresses and networks it may be used from, `203.0.113.0/24`, at most 20; from anywhere unless said otherwise.
    #[serde(default)]
    allowed_networks: Vec<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ApiKeyRotation")]
struct RotateBody {
    /// Hours the old key works on, 0 to 168; 24 unless said otherwise.
    #[serde(default)]
    overlap_hours: Option<i64>,
}

async fn list_own(State(app): State<App>, Allowed(by): Allowed<can::CreateKey>) -> Result<Rows<KeyView>> {
    Ok(Rows::whole(keys::list_own(&app, &by).await?.into_iter().map(KeyView::from).collect()))
}

async fn create(State(app): State<App>, Allowed(by): Allowed<can::CreateKey>, Json(body): Json<NewBody>) -> Result<Created<MadeView>> {
    let days = body.expires_in_days.unwrap_or(365);
    let new = New { name: body.name, scopes: body.scopes, days, rate: body.rate_per_minute.unwrap_or(600), networks: body.allowed_networks };
    Ok(made(keys::create(&app, &by, new).await?))
}

async fn revoke_own(State(app): State<App>, Allowed(by): Allowed<can::CreateKey>, Path(id): Path<KeyId>) -> Result<NoContent> {
    keys::revoke_own(&app, &by, id).await?;
    Ok(NoContent)
}

async fn rotate(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateKey>,
    Path(id): Path<KeyId>,
    OptionalJson(body): OptionalJson<RotateBody>,
) -> Result<Created<MadeView>> {
    Ok(made(keys::rotate(&app, &by, id, body.overlap_hours.unwrap_or(24)).await?))
}

async fn list_all(State(app): State<App>, Allowed(by): Allowed<can::ManageKey>, Query(query): Query<KeysQuery>) -> Result<Rows<HeldView>> {
    let page = query.page()?;
    let filter = Filter { stands: query.state.0.clone(), unused: query.unused.unwrap_or_default(), search: query.search().map(str::to_owned) };
    let (listing, total) = keys::list_all(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(HeldView::from), &page, total))
}

async fn list_of(State(app): State<App>, Allowed(by): Allowed<can::ManageKey>, Path(id): Path<UserId>) -> Result<Rows<KeyView>> {
    Ok(Rows::whole(keys::list_of(&app, &by, id).await?.into_iter().map(KeyView::from).collect()))
}

async fn revoke_of(State(app): State<App>, Allowed(by): Allowed<can::ManageKey>, Path((user, id)): Path<(UserId, KeyId)>) -> Result<NoContent> {
    keys::revoke_of(&app, &by, user, id).await?;
    Ok(NoContent)
}
