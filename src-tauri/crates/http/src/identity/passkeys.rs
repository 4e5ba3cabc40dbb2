//! Passkeys: sign in with one, answer a second step, step up, add one; what ways in there are. Use cases are in `purser_service::identity`.

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::{FactorId, UserId};
use purser_core::mail::Channel;
use purser_service::App;
use purser_service::identity::captcha::{self, Kind};
use purser_service::identity::passkeys::{self, Arrival, Asked};
use purser_service::identity::take_away;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entrance::Entrance;
use super::factors::GroundsBody;
use super::handlers::Session;
use super::views::Delivery;
use crate::Result;
use crate::extract::{Allowed, Json, Path, Public, Query};
use crate::openapi::about;
use crate::reply::{Data, NoContent, Versioned};

/// Routes of this part.
pub(super) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "identity", summary);
    ApiRouter::new()
        .api_route("/auth/ways", get_with(ways, item("getWaysIn", "What ways in this installation offers")))
        .api_route("/auth/passkey/begin", post_with(begin_sign_in, item("beginPasskeySignIn", "Ask a passkey to sign, nobody being known yet")))
        .api_route("/auth/passkey", post_with(sign_in, item("passkeySignIn", "Sign in with a passkey, without a password")))
        .api_route("/auth/challenge/passkey/begin", post_with(begin_answer, item("beginPasskeyAnswer", "Second step: ask a passkey to sign")))
        .api_route("/auth/challenge/passkey", post_with(answer, item("answerPasskey", "Second step: what the passkey signed")))
        .api_route("/auth/step-up/passkey/begin", post_with(begin_proof, item("beginPasskeyProof", "Step-up: ask a passkey to sign")))
        .api_route("/auth/step-up/passkey", post_with(prove, item("provePasskey", "Step-up: what the passkey signed; counts for ten minutes")))
        .api_route("/auth/factors/passkey", post_with(begin, item("beginPasskey", "Begin to add a passkey")))
        .api_route("/auth/factors/passkey/confirm", post_with(confirm, item("confirmPasskey", "Add the passkey the device made")))
        .api_route("/users/{id}/factors/{fid}/remove", post_with(take, item("removeFactorOf", "Take one factor of a person away, with a reason")))
}

/// What ways in there are.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WaysIn")]
struct WaysView {
    /// The address a page has to be opened at for passkeys to work, as `location.origin` says it; missing where they do not work at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    passkey_origin: Option<String>,
    /// How codes can be sent: text messages only where somebody takes them.
    codes: Vec<Channel>,
    /// The puzzle that may be asked for after failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    captcha: Option<PuzzleView>,
}

/// Who asks which ways there are.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WaysQuery {
    /// The address that was typed, if one was: a business may have a puzzle of its own. The answer is the same whether or not there is an account.
    #[serde(default)]
    email: Option<String>,
}

/// A puzzle that tells people from programs.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Captcha")]
struct PuzzleView {
    kind: Kind,
    /// The key the page shows.
    site_key: String,
}

impl Versioned for WaysView {}

/// Something a passkey is asked.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PasskeyRequest")]
struct AskedView {
    /// To be sent with the answer.
    token: String,
    /// For `navigator.credentials.create` or `.get`, after `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` of its `publicKey`.
    #[schemars(with = "serde_json::Map<String, Value>")]
    options: Value,
    /// When it can no longer be answered.
    expires_at: Timestamp,
}

impl From<Asked> for AskedView {
    fn from(asked: Asked) -> Self {
        Self { token: asked.token, options: asked.options, expires_at: asked.expires_at }
    }
}

impl Versioned for AskedView {}

/// A passkey that was added.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NewPasskey")]
struct RegisteredView {
    factor_id: FactorId,
    /// Ten codes, shown this once; empty when there were some already.
    backup_codes: Vec<String>,
}

impl Versioned for RegisteredView {}

/// A proof that counts for a while.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SteppedUp")]
struct FreshView {
    fresh_until: Timestamp,
}

impl Versioned for FreshView {}

/// Somebody who comes with a passkey.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PasskeySignIn")]
struct SignInBody {
    /// The token of what was asked.
    token: String,
    /// What the browser made of it: `credential.toJSON()`.
    #[schemars(with = "serde_json::Map<String, Value>")]
    credential: Value,
    /// Stay signed in for 30 days rather than 7.
    #[serde(default)]
    remember_me: bool,
    /// Where the refresh token goes.
    #[serde(default)]
    token_delivery: Delivery,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PasskeyChallenge")]
struct TokenBody {
    /// The token the first step gave.
    challenge: String,
}

/// An answer to the second step.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PasskeyAnswer")]
struct AnswerBody {
    /// The token the first step gave.
    challenge: String,
    /// What the browser made of it: `credential.toJSON()`.
    #[schemars(with = "serde_json::Map<String, Value>")]
    credential: Value,
    /// Where the refresh token goes.
    #[serde(default)]
    token_delivery: Delivery,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PasskeyProof")]
struct ProofBody {
    /// The token of what was asked.
    token: String,
    /// What the browser made of it: `credential.toJSON()`.
    #[schemars(with = "serde_json::Map<String, Value>")]
    credential: Value,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PasskeyConfirmation")]
struct ConfirmBody {
    /// The token of what was asked.
    token: String,
    /// What its owner calls it.
    name: String,
    /// What the browser made of it: `credential.toJSON()`.
    #[schemars(with = "serde_json::Map<String, Value>")]
    credential: Value,
}

async fn ways(State(app): State<App>, _: Public, Query(query): Query<WaysQuery>) -> Result<Data<WaysView>> {
    let captcha = captcha::offered(&app, query.email.as_deref()).await?.map(|(kind, site_key)| PuzzleView { kind, site_key });
    let codes = if app.mail.texts() { vec![Channel::Email, Channel::Sms] } else { vec![Channel::Email] };
    Ok(Data(WaysView { passkey_origin: passkeys::origin(&app), codes, captcha }))
}

async fn begin_sign_in(State(app): State<App>, _: Public, entrance: Entrance) -> Result<Data<AskedView>> {
    Ok(Data(passkeys::begin_sign_in(&app, entrance.caller()).await?.into()))
}

async fn sign_in(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<SignInBody>) -> Result<Session> {
    let arrival =
        Arrival { token: &body.token, credential: &body.credential, remember: body.remember_me, origin: entrance.origin(body.token_delivery) };
    let signed_in = passkeys::sign_in(&app, arrival).await?;
    entrance.admit(&app, signed_in, body.token_delivery).await
}

async fn begin_answer(State(app): State<App>, _: Public, Json(body): Json<TokenBody>) -> Result<Data<AskedView>> {
    Ok(Data(passkeys::begin_answer(&app, &body.challenge).await?.into()))
}

async fn answer(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<AnswerBody>) -> Result<Session> {
    let signed_in = passkeys::answer(&app, &body.challenge, &body.credential, entrance.origin(body.token_delivery)).await?;
    entrance.admit(&app, signed_in, body.token_delivery).await
}

async fn begin_proof(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Data<AskedView>> {
    Ok(Data(passkeys::begin_proof(&app, &by).await?.into()))
}

async fn prove(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<ProofBody>) -> Result<Data<FreshView>> {
    Ok(Data(FreshView { fresh_until: passkeys::prove(&app, &by, &body.token, &body.credential).await? }))
}

async fn begin(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Data<AskedView>> {
    Ok(Data(passkeys::begin(&app, &by).await?.into()))
}

async fn confirm(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<ConfirmBody>) -> Result<Data<RegisteredView>> {
    let added = passkeys::confirm(&app, &by, (&body.token, &body.name), &body.credential).await?;
    Ok(Data(RegisteredView { factor_id: added.factor, backup_codes: added.codes.unwrap_or_default() }))
}

async fn take(
    State(app): State<App>,
    Allowed(by): Allowed<can::ResetFactor>,
    Path((id, factor)): Path<(UserId, FactorId)>,
    Json(body): Json<GroundsBody>,
) -> Result<NoContent> {
    take_away::one(&app, &by, (id, factor), &body.into()).await?;
    Ok(NoContent)
}
