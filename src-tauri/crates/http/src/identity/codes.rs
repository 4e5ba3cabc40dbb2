//! Codes by mail and as text messages: send one, answer with it, add the address as a factor. Use cases are in `purser_service::identity`.

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::identity::Method;
use purser_core::mail::Channel;
use purser_service::App;
use purser_service::identity::codes::{self, Sent};
use purser_service::identity::factors::Answer;
use purser_service::identity::{challenge, sent_factors};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entrance::Entrance;
use super::factors::{AnswerBody, CodeBody, CodesView};
use super::handlers::Session;
use crate::Result;
use crate::extract::{Allowed, Json, Public};
use crate::openapi::about;
use crate::reply::{Data, Versioned};

/// Routes of this part.
pub(super) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "identity", summary);
    ApiRouter::new()
        .api_route("/auth/challenge/send", post_with(send, item("sendCode", "Second step: have a code sent")))
        .api_route("/auth/challenge/email", post_with(answer_email, item("answerEmailCode", "Second step: the code that was mailed")))
        .api_route("/auth/challenge/sms", post_with(answer_sms, item("answerSmsCode", "Second step: the code of the text message")))
        .api_route("/auth/step-up/send", post_with(send_own, item("sendProofCode", "Step-up: have a code sent")))
        .api_route("/auth/factors/email", post_with(begin_email, item("beginEmailFactor", "Begin to have codes sent to one's own address")))
        .api_route("/auth/factors/email/confirm", post_with(confirm_email, item("confirmEmailFactor", "Confirm it with the code that was sent")))
        .api_route("/auth/factors/sms", post_with(begin_sms, item("beginSmsFactor", "Begin to have codes sent to a telephone")))
        .api_route("/auth/factors/sms/confirm", post_with(confirm_sms, item("confirmSmsFactor", "Confirm it with the code that was sent")))
}

/// A code that was sent.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SentCode")]
struct SentView {
    /// Where to, as much of it as helps to look there: `o•••@harbour.example`, `•••• 45`.
    sent_to: String,
    /// When it stops working.
    expires_at: Timestamp,
    /// When another can be sent.
    resend_at: Timestamp,
}

impl From<Sent> for SentView {
    fn from(sent: Sent) -> Self {
        Self { sent_to: sent.sent_to, expires_at: sent.expires_at, resend_at: sent.resend_at }
    }
}

impl Versioned for SentView {}

/// How a code is sent, in a sign-in.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CodeRequest")]
struct SendBody {
    /// The token the first step gave.
    challenge: String,
    method: Channel,
}

/// How a code is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ProofCodeRequest")]
struct SendOwnBody {
    method: Channel,
}

/// A telephone that takes text messages.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewSmsFactor")]
struct PhoneBody {
    /// The number with its country: `+49 30 1234567`.
    phone: String,
}

async fn send(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<SendBody>) -> Result<Data<SentView>> {
    Ok(Data(codes::send_for_challenge(&app, &body.challenge, body.method, entrance.caller().clone()).await?.into()))
}

async fn answer(app: &App, entrance: Entrance, method: Method, body: AnswerBody) -> Result<Session> {
    let answer = Answer { method, code: body.code };
    let signed_in = challenge::answer(app, &body.challenge, answer, entrance.origin(body.token_delivery)).await?;
    entrance.admit(app, signed_in, body.token_delivery).await
}

async fn answer_email(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<AnswerBody>) -> Result<Session> {
    answer(&app, entrance, Method::Email, body).await
}

async fn answer_sms(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<AnswerBody>) -> Result<Session> {
    answer(&app, entrance, Method::Sms, body).await
}

async fn send_own(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<SendOwnBody>) -> Result<Data<SentView>> {
    Ok(Data(codes::send_for_proof(&app, &by, body.method).await?.into()))
}

async fn begin_email(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Data<SentView>> {
    Ok(Data(sent_factors::begin(&app, &by, Channel::Email, None).await?.into()))
}

async fn begin_sms(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<PhoneBody>) -> Result<Data<SentView>> {
    Ok(Data(sent_factors::begin(&app, &by, Channel::Sms, Some(&body.phone)).await?.into()))
}

async fn confirm_email(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<CodeBody>) -> Result<Data<CodesView>> {
    let made = sent_factors::confirm(&app, &by, Channel::Email, &body.code).await?;
    Ok(Data(CodesView { backup_codes: made.unwrap_or_default() }))
}

async fn confirm_sms(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Json(body): Json<CodeBody>) -> Result<Data<CodesView>> {
    let made = sent_factors::confirm(&app, &by, Channel::Sms, &body.code).await?;
    Ok(Data(CodesView { backup_codes: made.unwrap_or_default() }))
}
