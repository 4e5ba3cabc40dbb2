//! A sealed way in for the day nobody else gets in. Use cases are in `purser_service::identity::break_glass`.

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::{EnvelopeId, UserId};
use purser_service::App;
use purser_service::identity::break_glass;
use purser_store::break_glass::Envelope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entrance::Entrance;
use super::handlers::Session;
use super::views::Delivery;
use crate::Result;
use crate::extract::{Allowed, Json, Public};
use crate::openapi::about;
use crate::reply::{Created, Data, NoContent, Versioned};

/// Routes of this cluster.
pub(super) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "identity", summary);
    ApiRouter::new()
        .api_route("/auth/break-glass", post_with(open, item("openBreakGlass", "Get in with a sealed code, once and for an hour; it rings")))
        .api_route(
            "/break-glass",
            get_with(list, item("listBreakGlass", "Sealed codes, newest first"))
                .post_with(seal, item("sealBreakGlass", "Seal a code; the one before is void")),
        )
        .api_route("/break-glass/close", post_with(close, item("closeBreakGlass", "End what a sealed code opened, before its time")))
}

/// A sealed code.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OpenBreakGlass")]
struct OpenBody {
    /// As it was written down; dashes and blanks do not count.
    code: String,
    /// Why. Every owner reads it.
    reason: String,
    #[serde(default)]
    token_delivery: Delivery,
}

async fn open(State(app): State<App>, _: Public, entrance: Entrance, Json(body): Json<OpenBody>) -> Result<Session> {
    let signed_in = break_glass::open(&app, &body.code, &body.reason, entrance.caller().clone()).await?;
    entrance.admit(&app, signed_in, body.token_delivery).await
}

/// What is known of a sealed code.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SealedCode")]
struct EnvelopeView {
    id: EnvelopeId,
    /// `sealed`, `open`, `used` or `void`.
    state: &'static str,
    /// The account it opens.
    user_id: UserId,
    sealed_at: Timestamp,
    /// Who sealed it.
    sealed_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_at: Option<Timestamp>,
    /// Why it was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// From which address.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// When it ends, or ended at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Timestamp>,
}

impl EnvelopeView {
    fn new(envelope: Envelope, now: Timestamp) -> Self {
        let over = envelope.closed_at.is_some() || envelope.until.is_some_and(|until| until <= now);
        let state = match (envelope.opened_at, envelope.void_at) {
            (Some(_), _) if over => "used",
            (Some(_), _) => "open",
            (None, Some(_)) => "void",
            (None, None) => "sealed",
        };
        Self {
            id: envelope.id,
            state,
            user_id: envelope.user_id,
            sealed_at: envelope.sealed_at,
            sealed_by: envelope.sealed_by_name,
            opened_at: envelope.opened_at,
            reason: envelope.reason,
            ip: envelope.ip,
            until: envelope.until,
            closed_at: envelope.closed_at,
        }
    }
}

impl Versioned for EnvelopeView {}

/// Sealed codes.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SealedCodes")]
struct EnvelopesView {
    codes: Vec<EnvelopeView>,
}

impl Versioned for EnvelopesView {}

/// A code that was sealed.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NewSealedCode")]
struct SealedView {
    #[serde(flatten)]
    envelope: EnvelopeView,
    /// To be written down and locked away; shown this once.
    code: String,
}

impl Versioned for SealedView {}

async fn list(State(app): State<App>, Allowed(by): Allowed<can::ManageBreakGlass>) -> Result<Data<EnvelopesView>> {
    let codes = break_glass::list(&app, &by).await?.into_iter().map(|envelope| EnvelopeView::new(envelope, by.now())).collect();
    Ok(Data(EnvelopesView { codes }))
}

async fn seal(State(app): State<App>, Allowed(by): Allowed<can::ManageBreakGlass>) -> Result<Created<SealedView>> {
    let sealed = break_glass::seal(&app, &by).await?;
    let view = SealedView { envelope: EnvelopeView::new(sealed.envelope, by.now()), code: sealed.code };
    Ok(Created { location: "/api/v1/break-glass".into(), data: view })
}

async fn close(State(app): State<App>, Allowed(by): Allowed<can::ManageBreakGlass>) -> Result<NoContent> {
    break_glass::close(&app, &by).await?;
    Ok(NoContent)
}
