//! Connections as whoever manages them sees and changes them.

use axum::extract::State;
use purser_core::access::{RoleKey, can};
use purser_core::ids::ProviderId;
use purser_core::providers::{AppleKey, GroupRole, Kind};
use purser_core::{Patch, Timestamp};
use purser_service::App;
use purser_service::providers::{self, Change, Facts, SamlChange, Shown, State as StepState, Step, Test};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::saml::{PartyBody, PartyView, ServiceView};
use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, Path, Query};
use crate::reply::{Created, Data, NoContent, Rows, Versioned};

/// A connection to a party people sign in at. Its secret is never shown.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Provider")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the page")]
pub(super) struct ProviderView {
    id: ProviderId,
    kind: Kind,
    /// What its button says.
    name: String,
    enabled: bool,
    /// The issuer; for GitHub the address of an Enterprise Server.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    has_secret: bool,
    scopes: Vec<String>,
    /// Domains of addresses that may sign in; empty: any.
    domains: Vec<String>,
    /// Whether what the provider says of an address in these domains counts as proved.
    proves_addresses: bool,
    /// The claim with the groups somebody is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    group_claim: Option<String>,
    /// Roles by group; the first that fits.
    roles: Vec<GroupRole>,
    /// Whether somebody nobody knows here gets an account.
    create_people: bool,
    /// Their role, where no group says otherwise.
    default_role: RoleKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    apple: Option<AppleKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saml: Option<PartyView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_provider: Option<ServiceView>,
    /// What the provider has to be told as the address to send people back to.
    redirect_uri: String,
    /// How many people sign in here.
    people: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl From<Shown> for ProviderView {
    fn from(shown: Shown) -> Self {
        let Shown { provider, terms, people, redirect_uri, service, certificates } = shown;
        Self {
            id: provider.id,
            kind: provider.kind,
            name: provider.name,
            enabled: provider.enabled,
            issuer: provider.issuer,
            client_id: provider.client_id,
            has_secret: provider.secret.is_some(),
            scopes: terms.scopes,
            domains: terms.domains,
            proves_addresses: terms.proves_addresses,
            group_claim: terms.group_claim,
            roles: terms.roles,
            create_people: terms.create_people,
            default_role: provider.default_role,
            apple: terms.apple,
            saml: terms.saml.map(|party| PartyView::new(party, certificates)),
            service_provider: service.map(ServiceView::from),
            redirect_uri,
            people,
            created_at: provider.created_at,
            updated_at: provider.updated_at,
            version: provider.version,
        }
    }
}

impl Versioned for ProviderView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A change: only what is mentioned changes.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "ProviderChange")]
pub(super) struct ChangeBody {
    name: Patch<String>,
    issuer: Patch<String>,
    client_id: Patch<String>,
    /// The client secret; for Apple the key as PEM. It is not shown again.
    secret: Patch<String>,
    /// `null`: the usual ones.
    scopes: Patch<Vec<String>>,
    domains: Patch<Vec<String>>,
    proves_addresses: Patch<bool>,
    group_claim: Patch<String>,
    roles: Patch<Vec<GroupRole>>,
    create_people: Patch<bool>,
    default_role: Patch<RoleKey>,
    apple: Patch<AppleKey>,
    saml: Option<PartyBody>,
    enabled: Patch<bool>,
}

impl From<ChangeBody> for Change {
    fn from(body: ChangeBody) -> Self {
        Self {
            name: body.name,
            issuer: body.issuer,
            client_id: body.client_id,
            secret: body.secret,
            scopes: body.scopes,
            domains: body.domains,
            proves_addresses: body.proves_addresses,
            group_claim: body.group_claim,
            roles: body.roles,
            create_people: body.create_people,
            default_role: body.default_role,
            apple: body.apple,
            saml: body.saml.map(SamlChange::from),
            enabled: body.enabled,
        }
    }
}

/// A new connection.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewProvider")]
pub(super) struct NewBody {
    kind: Kind,
    name: String,
    #[serde(default)]
    issuer: Patch<String>,
    #[serde(default)]
    client_id: Patch<String>,
    /// The client secret; for Apple the key as PEM. It is not shown again.
    #[serde(default)]
    secret: Patch<String>,
    #[serde(default)]
    scopes: Patch<Vec<String>>,
    #[serde(default)]
    domains: Patch<Vec<String>>,
    #[serde(default)]
    proves_addresses: Patch<bool>,
    #[serde(default)]
    group_claim: Patch<String>,
    #[serde(default)]
    roles: Patch<Vec<GroupRole>>,
    #[serde(default)]
    create_people: Patch<bool>,
    #[serde(default)]
    default_role: Patch<RoleKey>,
    #[serde(default)]
    apple: Patch<AppleKey>,
    #[serde(default)]
    saml: Option<PartyBody>,
    #[serde(default)]
    enabled: Patch<bool>,
}

impl NewBody {
    fn split(self) -> (Kind, Change) {
        let change = Change {
            name: Patch::Set(self.name),
            issuer: self.issuer,
            client_id: self.client_id,
            secret: self.secret,
            scopes: self.scopes,
            domains: self.domains,
            proves_addresses: self.proves_addresses,
            group_claim: self.group_claim,
            roles: self.roles,
            create_people: self.create_people,
            default_role: self.default_role,
            apple: self.apple,
            saml: self.saml.map(SamlChange::from),
            enabled: self.enabled,
        };
        (self.kind, change)
    }
}

pub(super) async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>) -> Result<Rows<ProviderView>> {
    Ok(Rows::whole(providers::list(&app, &by).await?.into_iter().map(ProviderView::from).collect()))
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>, Path(id): Path<ProviderId>) -> Result<Data<ProviderView>> {
    Ok(Data(providers::read(&app, &by, id).await?.into()))
}

pub(super) async fn create(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageProvider>,
    Json(body): Json<NewBody>,
) -> Result<Created<ProviderView>> {
    let (kind, change) = body.split();
    let made = providers::create(&app, &by, kind, change).await?;
    Ok(Created { location: format!("/api/v1/providers/{}", made.provider.id), data: made.into() })
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageProvider>,
    Path(id): Path<ProviderId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Data<ProviderView>> {
    Ok(Data(providers::update(&app, &by, (id, version), body.into()).await?.into()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeleteQuery {
    /// Even if it is the only way in somebody has.
    #[serde(default)]
    force: bool,
}

pub(super) async fn delete(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageProvider>,
    Path(id): Path<ProviderId>,
    Query(query): Query<DeleteQuery>,
) -> Result<NoContent> {
    providers::delete(&app, &by, id, query.force).await?;
    Ok(NoContent)
}

/// How a step ended.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ProviderTestState")]
enum StateView {
    Ok,
    Failed,
    /// A step before it failed.
    Skipped,
    /// It can not be told without somebody who signs in.
    Unknown,
}

/// One step of a test.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProviderTestStep")]
struct StepView {
    /// `address`, `discovery`, `issuer`, `methods`, `keys`, `credentials`, …
    name: &'static str,
    state: StateView,
    /// What was found, as a stable word: `issuer_differs`, `client_refused`, …
    code: &'static str,
    /// What the word is about: `url`, `issuer`, `status`, `n`.
    facts: Facts,
    /// In words.
    detail: String,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let state = match step.state {
            StepState::Ok => StateView::Ok,
            StepState::Failed => StateView::Failed,
            StepState::Skipped => StateView::Skipped,
            StepState::Unknown => StateView::Unknown,
        };
        Self { name: step.name, state, code: step.code, facts: step.facts, detail: step.detail }
    }
}

/// What a test found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProviderTest")]
pub(super) struct TestView {
    /// Whether nothing failed.
    ok: bool,
    steps: Vec<StepView>,
}

impl From<Test> for TestView {
    fn from(test: Test) -> Self {
        Self { ok: test.ok, steps: test.steps.into_iter().map(StepView::from).collect() }
    }
}

impl Versioned for TestView {}

pub(super) async fn test(State(app): State<App>, Allowed(by): Allowed<can::ManageProvider>, Path(id): Path<ProviderId>) -> Result<Data<TestView>> {
    Ok(Data(providers::test(&app, &by, id).await?.into()))
}
