//! Second factors: one's own, those of others, the second step of a sign-in, and step-up. Use cases are in `purser_service::identity`.

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, patch_with, post_with};
use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::identity::{FactorKind, Method};
use purser_core::ids::{FactorId, UserId};
use purser_service::App;
use purser_service::identity::factors::{self, Answer, Enrolment, Factors, Proof};
use purser_service::identity::take_away::Grounds;
use purser_service::identity::{challenge, step_up};
use purser_store::factors::Factor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entrance::Entrance;
use super::handlers::Session;
use super::views::Delivery;
use crate::Result;
use crate::extract::{Allowed, Json, OptionalJson, Path, Public};
use crate::openapi::about;
use crate::reply::{Data, NoContent, Versioned};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/auth/factors", get_with(list_own, about("listOwnFactors", "identity", "One's own second factors and backup codes")))
        .api_route("/auth/factors/totp", post_with(begin_totp, about("beginTotp", "identity", "Begin to add an authenticator app")))
        .api_route("/auth/factors/totp/confirm", post_with(confirm_totp, about("confirmTotp", "identity", "Confirm it with its first code")))
        .api_route(
            "/auth/factors/backup-codes",
            post_with(renew_codes, about("renewBackupCodes", "identity", "Ten new backup codes; the old ones stop working")),
        )
        .api_route("/auth/factors/{id}", patch_with(rename, about("renameFactor", "identity", "Give a factor another name")))
        .api_route("/auth/factors/{id}/remove", post_with(remove, about("removeFactor", "identity", "Take a factor away, with proof")))
        .api_route("/auth/step-up", post_with(prove, about("stepUp", "identity", "Prove a second factor; it counts for ten minutes")))
        .api_route(
            "/auth/step-up/password",
            post_with(
                prove_password,
                about("stepUpByPassword", "identity", "Prove the password where there is no second factor; it counts for ten minutes"),
            ),
        )
        .api_route("/auth/challenge/totp", post_with(answer_totp, about("answerTotp", "identity", "Second step: the code of an app")))
        .api_route("/auth/challenge/backup", post_with(answer_backup, about("answerBackup", "identity", "Second step: a backup code")))
        .api_route(
            "/auth/challenge/enrol",
            post_with(begin_enrolment, about("beginEnrolment", "identity", "Second step: begin to enrol the factor the role needs")),
        )
        .api_route(
            "/auth/challenge/enrol/confirm",
            post_with(confirm_enrolment, about("confirmEnrolment", "identity", "Second step: confirm the factor and come in")),
        )
        .api_route("/users/{id}/factors", get_with(list_of, about("listFactors", "identity", "The second factors of a person")))
        .api_route(
            "/users/{id}/factors/reset",
            post_with(reset, about("resetFactors", "identity", "Take all factors of somebody who lost theirs away; ends their sessions")),
        )
}

/// A second factor.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Factor")]
struct FactorView {
    id: FactorId,
    kind: FactorKind,
    /// What its owner calls it.
    name: String,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
}

impl From<Factor> for FactorView {
    fn from(factor: Factor) -> Self {
        Self { id: factor.id, kind: factor.kind, name: factor.name, created_at: factor.created_at, last_used_at: factor.last_used_at }
    }
}

/// The second factors of a person.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Factors")]
struct FactorsView {
    factors: Vec<FactorView>,
    /// Backup codes that were not used yet.
    backup_codes_left: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup_codes_made_at: Option<Timestamp>,
    /// Until when this session's proof of a factor counts, where one was given lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    fresh_until: Option<Timestamp>,
}

impl FactorsView {
    fn new(factors: Factors, fresh_until: Option<Timestamp>) -> Self {
        Self {
            factors: factors.factors.into_iter().map(FactorView::from).collect(),
            backup_codes_left: factors.codes.remaining,
            backup_codes_made_at: factors.codes.made_at,
            fresh_until,
        }
    }
}

impl Versioned for FactorsView {}

/// What is needed to add an authenticator app.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TotpEnrolment")]
struct EnrolmentView {
    /// The factor, which counts once it is confirmed.
    factor_id: FactorId,
    /// The shared secret in base32, for typing.
    secret: String,
    /// The same as an `otpauth://` address.
    uri: String,
    /// The same as a QR code, in SVG.
    qr: String,
    /// When it can no longer be confirmed.
    expires_at: Timestamp,
}

impl From<Enrolment> for EnrolmentView {
    fn from(enrolment: Enrolment) -> Self {
        let Enrolment { factor, secret, uri, qr, expires_at } = enrolment;
        Self { factor_id: factor, secret, uri, qr, expires_at }
    }
}

impl Versioned for EnrolmentView {}

/// Backup codes, shown this once.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "BackupCodes")]
pub(super) struct CodesView {
    /// Ten codes; empty when there were some already.
    pub(super) backup_codes: Vec<String>,
}

impl Versioned for CodesView {}

/// A proof that counts for a while.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SteppedUp")]
struct FreshView {
    fresh_until: Timestamp,
}

impl Versioned for FreshView {}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewTotp")]
struct BeginBody {
    /// What its owner calls it.
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "FactorCode")]
pub(super) struct CodeBody {
    /// The six digits that are shown or were sent.
    pub(super) code: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "FactorName")]
struct NameBody {
    name: String,
}

/// Proof that it is the owner of the account who asks.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OwnerProof")]
struct ProofBody {
    /// The password, where the account has one.
    #[serde(default)]
    password: Option<String>,
    /// A code of an app or a backup code; may be left out within ten minutes of a proof.
    #[serde(default)]
    code: Option<String>,
}

impl From<ProofBody> for Proof {
    fn from(body: ProofBody) -> Self {
        Self { password: body.password, code: body.code }
    }
}

/// Ways to prove a factor with a code.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "CodeMethod")]
enum CodeMethod {
    Totp,
    Backup,
    Email,
    Sms,
}

impl From<CodeMethod> for Method {
    fn from(method: CodeMethod) -> Self {
        match method {
            CodeMethod::Totp => Self::Totp,
            CodeMethod::Backup => Self::Backup,
            CodeMethod::Email => Self::Email,
            CodeMethod::Sms => Self::Sms,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "StepUp")]
struct StepUpBody {
    method: CodeMethod,
    code: String,
}

/// An answer to the second step.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ChallengeAnswer")]
pub(super) struct AnswerBody {
    /// The token the first step gave.
    pub(super) challenge: String,
    pub(super) code: String,
    /// Where the refresh token goes.
    #[serde(default)]
    pub(super) token_delivery: Delivery,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ChallengeToken")]
struct TokenBody {
    /// The token the first step gave.
    challenge: String,
}

/// On what grounds somebody's factor is taken away.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "FactorRemoval")]
pub(super) struct GroundsBody {
    /// Why; kept in the audit log.
    reason: String,
    /// How it was made sure that it is the person who asks; kept in the audit log.
    identified_by: String,
}

impl From<GroundsBody> for Grounds {
    fn from(body: GroundsBody) -> Self {
        Self { reason: body.reason, identified_by: body.identified_by }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PasswordProof")]
struct PasswordBody {
    password: String,
}

async fn list_own(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Data<FactorsView>> {
    let factors = factors::list_own(&app, &by).await?;
    Ok(Data(FactorsView::new(factors, step_up::fresh_until(&by))))
}

async fn list_of(State(app): State<App>, Allowed(by): Allowed<can::ManageSession>, Path(id): Path<UserId>) -> Result<Data<FactorsView>> {
    Ok(Data(FactorsView::new(factors::list_of(&app, &by, id).await?, None)))
}

async fn begin_totp(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    OptionalJson(body): OptionalJson<BeginBody>,
) -> Result<Data<EnrolmentView>> {
    Ok(Data(factors::begin_totp(&app, &by, body.name).await?.into()))
}

async fn confirm_totp(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<CodeBody>) -> Result<Data<CodesView>> {
    let codes = factors::confirm_totp(&app, &by, &body.code).await?;
    Ok(Data(CodesView { backup_codes: codes.unwrap_or_default() }))
}

async fn renew_codes(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<ProofBody>) -> Result<Data<CodesView>> {
    Ok(Data(CodesView { backup_codes: factors::renew_codes(&app, &by, body.into()).await? }))
}

async fn rename(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    Path(id): Path<FactorId>,
    Json(body): Json<NameBody>,
) -> Result<NoContent> {
    factors::rename(&app, &by, id, body.name).await?;
    Ok(NoContent)
}

async fn remove(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    Path(id): Path<FactorId>,
    Json(body): Json<ProofBody>,
) -> Result<NoContent> {
    factors::remove(&app, &by, id, body.into()).await?;
    Ok(NoContent)
}

async fn reset(
    State(app): State<App>,
    Allowed(by): Allowed<can::ResetFactor>,
    Path(id): Path<UserId>,
    Json(body): Json<GroundsBody>,
) -> Result<NoContent> {
    factors::reset(&app, &by, id, &body.into()).await?;
    Ok(NoContent)
}

async fn prove(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<StepUpBody>) -> Result<Data<FreshView>> {
    let answer = Answer { method: body.method.into(), code: body.code };
    Ok(Data(FreshView { fresh_until: step_up::prove(&app, &by, answer).await? }))
}

async fn prove_password(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<PasswordBody>) -> Result<Data<FreshView>> {
    Ok(Data(FreshView { fresh_until: step_up::prove_password(&app, &by, body.password).await? }))
}

async fn answer_totp(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<AnswerBody>) -> Result<Session> {
    let answer = Answer { method: Method::Totp, code: body.code };
    let signed_in = challenge::answer(&app, &body.challenge, answer, entrance.origin(body.token_delivery)).await?;
    entrance.admit(&app, signed_in, body.token_delivery).await
}

async fn answer_backup(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<AnswerBody>) -> Result<Session> {
    let answer = Answer { method: Method::Backup, code: body.code };
    let signed_in = challenge::answer(&app, &body.challenge, answer, entrance.origin(body.token_delivery)).await?;
    entrance.admit(&app, signed_in, body.token_delivery).await
}

async fn begin_enrolment(State(app): State<App>, _: Public, Json(body): Json<TokenBody>) -> Result<Data<EnrolmentView>> {
    Ok(Data(challenge::begin_enrolment(&app, &body.challenge).await?.into()))
}

async fn confirm_enrolment(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<AnswerBody>) -> Result<Session> {
    let signed_in = challenge::confirm_enrolment(&app, &body.challenge, &body.code, entrance.origin(body.token_delivery)).await?;
    entrance.admit(&app, signed_in, body.token_delivery).await
}
