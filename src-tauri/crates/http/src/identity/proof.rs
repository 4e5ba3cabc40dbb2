//! Proof by a link in a mail: a forgotten password, an invitation, an address; and advice while a password is typed.

use aide::axum::ApiRouter;
use aide::axum::routing::post_with;
use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_core::people::Purpose;
use purser_service::App;
use purser_service::identity::invite::{self, Acceptance};
use purser_service::identity::passwords::Hint;
use purser_service::identity::{advice, devices, links, recover, verify};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, From, Json, Path, Public};
use crate::openapi::about;
use crate::reply::{Data, NoContent, Versioned};

/// Routes of this part.
pub(super) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "identity", summary);
    ApiRouter::new()
        .api_route("/auth/password/forgot", post_with(forgot, item("forgotPassword", "Ask for a link to choose another password")))
        .api_route("/auth/password/reset", post_with(reset, item("resetPassword", "Choose another password with a link")))
        .api_route("/auth/password/check", post_with(check, item("checkPassword", "How good a password is, while it is typed")))
        .api_route("/auth/disown", post_with(disown, item("disownSignIn", "Say that a sign-in was somebody else's: ends all sessions")))
        .api_route("/auth/link", post_with(look, item("lookAtLink", "What a link in a mail is good for; uses nothing up")))
        .api_route("/auth/invitation/accept", post_with(accept, item("acceptInvitation", "Take an invitation up and choose a password")))
        .api_route("/auth/email/verify", post_with(prove, item("verifyEmail", "Prove an address with a link")))
        .api_route("/auth/email/send", post_with(send_own, item("sendVerification", "Have a link sent to one's own address")))
        .api_route("/users/{id}/invitation", post_with(invite_again, item("resendInvitation", "Send an invitation once more")))
        .api_route(
            "/users/{id}/demand-password",
            post_with(demand, item("demandPassword", "Have a person choose another password before anything else")),
        )
}

/// Whose password was forgotten.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ForgotBody {
    email: String,
}

async fn forgot(State(app): State<App>, _: Public, From(origin): From, Json(body): Json<ForgotBody>) -> Result<NoContent> {
    recover::forgot(&app, body.email, origin).await?;
    Ok(NoContent)
}

/// Another password, and the link that allows it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ResetBody {
    /// What stands behind `#token=` in the link.
    token: String,
    new_password: String,
}

async fn reset(State(app): State<App>, _: Public, From(origin): From, Json(body): Json<ResetBody>) -> Result<NoContent> {
    recover::reset(&app, &body.token, body.new_password, origin).await?;
    Ok(NoContent)
}

/// What to go on with after a sign-in was disowned.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Disowned")]
struct DisownedView {
    /// Chooses another password, as the token of such a link does. The old one does not work any more.
    reset_token: String,
}

impl Versioned for DisownedView {}

async fn disown(State(app): State<App>, _: Public, From(origin): From, Json(body): Json<TokenBody>) -> Result<Data<DisownedView>> {
    Ok(Data(DisownedView { reset_token: devices::disown(&app, &body.token, origin).await? }))
}

/// The token of a link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    /// What stands behind `#token=` in the link.
    token: String,
}

/// What a link is good for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LinkState")]
struct LinkView {
    /// Whether it works. One that does not says nothing more.
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<Purpose>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    /// Name of the business.
    #[serde(skip_serializing_if = "Option::is_none")]
    business: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl Versioned for LinkView {}

async fn look(State(app): State<App>, _: Public, From(origin): From, Json(body): Json<TokenBody>) -> Result<Data<LinkView>> {
    let found = links::about(&app, &body.token, &origin).await?;
    let view = LinkView { valid: false, purpose: None, email: None, first_name: None, business: None, expires_at: None };
    Ok(Data(match found {
        None => view,
        Some(about) => LinkView {
            valid: true,
            purpose: Some(about.purpose),
            email: Some(about.email),
            first_name: Some(about.first_name),
            business: Some(about.business),
            expires_at: Some(about.expires_at),
        },
    }))
}

/// Taking an invitation up.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AcceptBody {
    /// What stands behind `#token=` in the link.
    token: String,
    password: String,
    /// Where it is to be another than the invitation says.
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    /// Language tag.
    #[serde(default)]
    language: Option<String>,
}

async fn accept(State(app): State<App>, _: Public, From(origin): From, Json(body): Json<AcceptBody>) -> Result<NoContent> {
    let said = Acceptance { password: body.password, first_name: body.first_name, last_name: body.last_name, language: body.language };
    invite::accept(&app, &body.token, said, origin).await?;
    Ok(NoContent)
}

/// An address that is proved.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Verified")]
struct VerifiedView {
    /// Whether it was proved before.
    already: bool,
}

impl Versioned for VerifiedView {}

async fn prove(State(app): State<App>, _: Public, From(origin): From, Json(body): Json<TokenBody>) -> Result<Data<VerifiedView>> {
    Ok(Data(VerifiedView { already: verify::verify(&app, &body.token, origin).await? }))
}

async fn send_own(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<NoContent> {
    verify::send_own(&app, &by).await?;
    Ok(NoContent)
}

async fn invite_again(State(app): State<App>, Allowed(by): Allowed<can::CreateUser>, Path(id): Path<UserId>) -> Result<NoContent> {
    invite::again(&app, &by, id).await?;
    Ok(NoContent)
}

async fn demand(State(app): State<App>, Allowed(by): Allowed<can::UpdateUser>, Path(id): Path<UserId>) -> Result<NoContent> {
    recover::demand(&app, &by, id).await?;
    Ok(NoContent)
}

/// A password that is being typed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CheckBody {
    password: String,
    /// The link it is chosen with, which tells whose it is.
    #[serde(default)]
    token: Option<String>,
    /// Words somebody who guesses would try first: name, address, business.
    #[serde(default)]
    words: Vec<String>,
}

/// How good a password is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PasswordAdvice")]
struct AdviceView {
    /// From 0, guessed at once, to 4.
    score: i64,
    /// Whether it can be taken, as far as that can be told before it is chosen.
    acceptable: bool,
    /// What makes it easy to guess.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<HintView>,
    /// What would help.
    suggestions: Vec<HintView>,
    /// Why it can not be taken.
    problems: Vec<HintView>,
}

/// A sentence, and the stable word for it by which a page finds its own language.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PasswordHint")]
struct HintView {
    code: String,
    message: String,
}

impl std::convert::From<Hint> for HintView {
    fn from(hint: Hint) -> Self {
        Self { code: hint.code, message: hint.message }
    }
}

impl Versioned for AdviceView {}

async fn check(State(app): State<App>, _: Public, From(origin): From, Json(body): Json<CheckBody>) -> Result<Data<AdviceView>> {
    let advice = advice::advise(&app, (body.password, body.words), body.token.as_deref(), &origin).await?;
    Ok(Data(AdviceView {
        score: advice.score,
        acceptable: advice.problems.is_empty(),
        warning: advice.warning.map(HintView::from),
        suggestions: advice.suggestions.into_iter().map(HintView::from).collect(),
        problems: advice.problems.into_iter().map(HintView::from).collect(),
    }))
}
