//! Policies: handlers and shapes.

use axum::extract::State;
use purser_core::access::{PolicyState, can};
use purser_core::ids::{PolicyId, RefusalId, UserId};
use purser_core::{Patch, Permission, Timestamp};
use purser_service::App;
use purser_service::access::policies::{self, Change, Complaint, NewPolicy, Outcome, Overview, Report, SCHEMA_TEXT, Test, Verdict};
use purser_store::policies::Version;
use purser_store::refusals::{Filter, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::extract::{Allowed, IfMatch, Json, Path, Query};
use crate::reply::{Created, Data, NoContent, Rows, Versioned};
use crate::{Result, list_query};

/// A policy.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Policy")]
pub(crate) struct PolicyView {
    id: PolicyId,
    name: String,
    description: String,
    /// Its text, in Cedar.
    source: String,
    /// Its tests.
    tests: Vec<Test>,
    state: PolicyState,
    /// How often it refused something in the last seven days.
    refused: i64,
    /// How often it would have, in the shadow.
    would_have_refused: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl PolicyView {
    fn of(overview: Overview) -> Result<Self> {
        let Overview { policy, refused, would_have } = overview;
        Ok(Self {
            tests: policies::read_tests(&policy)?,
            id: policy.id,
            name: policy.name,
            description: policy.description,
            source: policy.source,
            state: policy.state,
            refused,
            would_have_refused: would_have,
            created_at: policy.created_at,
            updated_at: policy.updated_at,
            version: policy.version,
        })
    }
}

impl Versioned for PolicyView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A policy to write.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewPolicy")]
pub(crate) struct NewPolicyBody {
    name: String,
    #[serde(default)]
    description: String,
    /// Its text, in Cedar; `GET /policies/schema` tells the words.
    source: String,
    #[serde(default)]
    tests: Vec<Test>,
    /// A draft unless said otherwise.
    #[serde(default = "draft")]
    state: PolicyState,
}

const fn draft() -> PolicyState {
    PolicyState::Draft
}

/// A change of a policy: only what is mentioned changes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PolicyChange")]
pub(crate) struct PolicyChangeBody {
    #[serde(default)]
    name: Patch<String>,
    #[serde(default)]
    description: Patch<String>,
    #[serde(default)]
    source: Patch<String>,
    #[serde(default)]
    tests: Patch<Vec<Test>>,
    #[serde(default)]
    state: Patch<PolicyState>,
    /// Why; kept with the version.
    #[serde(default)]
    reason: Option<String>,
}

/// A text to check.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PolicyDraft")]
pub(crate) struct CheckBody {
    source: String,
    #[serde(default)]
    tests: Vec<Test>,
}

/// What checking a text found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PolicyReport")]
pub(crate) struct ReportView {
    /// Whether the text can be read.
    valid: bool,
    /// Whether every test passed.
    passed: bool,
    /// What is wrong with the text.
    complaints: Vec<ComplaintView>,
    /// How the tests went, in their order.
    tests: Vec<OutcomeView>,
}

/// What is wrong, and where.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PolicyComplaint")]
struct ComplaintView {
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// How a test went.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PolicyTestOutcome")]
struct OutcomeView {
    name: String,
    expected: Verdict,
    got: Verdict,
    passed: bool,
    /// The line that said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        let complaint = |complaint: Complaint| {
            let Complaint { line, column, message, help } = complaint;
            ComplaintView { line, column, message, help }
        };
        let outcome = |outcome: Outcome| {
            let Outcome { name, expected, got, line, passed } = outcome;
            OutcomeView { name, expected, got, passed, line }
        };
        Self {
            valid: report.complaints.is_empty(),
            passed: report.complaints.is_empty() && report.outcomes.iter().all(|outcome| outcome.passed),
            complaints: report.complaints.into_iter().map(complaint).collect(),
            tests: report.outcomes.into_iter().map(outcome).collect(),
        }
    }
}

impl Versioned for ReportView {}

/// What a policy was.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PolicyVersion")]
pub(crate) struct VersionView {
    version: i64,
    name: String,
    description: String,
    source: String,
    tests: serde_json::Value,
    state: PolicyState,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<UserId>,
    changed_by_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    at: Timestamp,
}

impl From<Version> for VersionView {
    fn from(version: Version) -> Self {
        Self {
            version: version.version,
            name: version.name,
            description: version.description,
            source: version.source,
            tests: version.cases.0,
            state: version.state,
            changed_by: version.changed_by.map(UserId),
            changed_by_name: version.changed_by_name,
            reason: version.reason,
            at: version.at,
        }
    }
}

/// Which version to go back to.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PolicyRevert")]
pub(crate) struct RevertBody {
    version: i64,
    #[serde(default)]
    reason: Option<String>,
}

/// The words policies are written in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PolicySchema")]
pub(crate) struct SchemaView {
    /// A Cedar schema.
    schema: &'static str,
}

impl Versioned for SchemaView {}

/// Something that was refused, or would have been.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Refusal")]
pub(crate) struct RefusalView {
    id: RefusalId,
    at: Timestamp,
    user_id: UserId,
    user_name: String,
    /// What was asked for.
    permission: String,
    /// The policy that said no; absent where the permission was lacking.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_id: Option<PolicyId>,
    /// The line of the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<i64>,
    /// Whether it only would have been refused.
    shadow: bool,
    /// What was known: amount, new role, address.
    facts: serde_json::Value,
}

impl From<Refusal> for RefusalView {
    fn from(refusal: Refusal) -> Self {
        Self {
            id: refusal.id,
            at: refusal.at,
            user_id: refusal.user_id,
            user_name: refusal.user_name,
            permission: refusal.permission,
            policy_id: refusal.policy_id.map(PolicyId),
            line: refusal.line,
            shadow: refusal.shadow,
            facts: refusal.facts.0,
        }
    }
}

list_query! {
    /// Which of those a policy in the shadow would have refused.
    ShadowQuery {}
}

list_query! {
    /// Which refusals.
    RefusalsQuery {
        /// By this policy.
        policy_id: Option<PolicyId>,
        /// Of this person.
        user_id: Option<UserId>,
        /// Of this permission.
        permission: Option<Permission>,
        /// Only those that would have been refused, or only those that were.
        shadow: Option<bool>,
    }
}

pub(crate) async fn list_policies(State(app): State<App>, Allowed(by): Allowed<can::ReadRole>) -> Result<Rows<PolicyView>> {
    Ok(Rows::whole(policies::list(&app, &by).await?.into_iter().map(PolicyView::of).collect::<Result<_>>()?))
}

pub(crate) async fn read_policy(State(app): State<App>, Allowed(by): Allowed<can::ReadRole>, Path(id): Path<PolicyId>) -> Result<Data<PolicyView>> {
    Ok(Data(PolicyView::of(policies::read(&app, &by, id).await?)?))
}

pub(crate) async fn create_policy(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManagePolicy>,
    Json(body): Json<NewPolicyBody>,
) -> Result<Created<PolicyView>> {
    let NewPolicyBody { name, description, source, tests, state } = body;
    let data = PolicyView::of(policies::create(&app, &by, NewPolicy { name, description, source, tests, state }).await?)?;
    Ok(Created { location: format!("/api/v1/policies/{}", data.id), data })
}

pub(crate) async fn update_policy(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManagePolicy>,
    Path(id): Path<PolicyId>,
    IfMatch(version): IfMatch,
    Json(body): Json<PolicyChangeBody>,
) -> Result<Data<PolicyView>> {
    let PolicyChangeBody { name, description, source, tests, state, reason } = body;
    let change = Change { name, description, source, tests, state, reason };
    Ok(Data(PolicyView::of(policies::update(&app, &by, id, version, change).await?)?))
}

pub(crate) async fn delete_policy(State(app): State<App>, Allowed(by): Allowed<can::ManagePolicy>, Path(id): Path<PolicyId>) -> Result<NoContent> {
    policies::delete(&app, &by, id).await?;
    Ok(NoContent)
}

pub(crate) async fn check_policy(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManagePolicy>,
    Json(body): Json<CheckBody>,
) -> Result<Data<ReportView>> {
    Ok(Data(policies::check(&app, &by, &body.source, &body.tests).await?.into()))
}

pub(crate) async fn policy_schema(Allowed(_): Allowed<can::ReadRole>) -> Result<Data<SchemaView>> {
    Ok(Data(SchemaView { schema: &SCHEMA_TEXT }))
}

pub(crate) async fn policy_history(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadRole>,
    Path(id): Path<PolicyId>,
) -> Result<Rows<VersionView>> {
    Ok(Rows::whole(policies::history(&app, &by, id).await?.into_iter().map(VersionView::from).collect()))
}

pub(crate) async fn revert_policy(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManagePolicy>,
    Path(id): Path<PolicyId>,
    Json(body): Json<RevertBody>,
) -> Result<Data<PolicyView>> {
    Ok(Data(PolicyView::of(policies::revert(&app, &by, id, body.version, body.reason.as_deref()).await?)?))
}

pub(crate) async fn policy_shadow(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadRole>,
    Path(id): Path<PolicyId>,
    Query(query): Query<ShadowQuery>,
) -> Result<Rows<RefusalView>> {
    let page = query.page()?;
    let filter = Filter { policy: Some(id), shadow: Some(true), search: query.search().map(str::to_owned), ..Filter::default() };
    let (listing, total) = policies::refused(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(RefusalView::from), &page, total))
}

pub(crate) async fn list_refusals(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadRole>,
    Query(query): Query<RefusalsQuery>,
) -> Result<Rows<RefusalView>> {
    let page = query.page()?;
    let filter = Filter {
        policy: query.policy_id,
        shadow: query.shadow,
        user: query.user_id,
        permission: query.permission,
        search: query.search().map(str::to_owned),
    };
    let (listing, total) = policies::refused(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(RefusalView::from), &page, total))
}
