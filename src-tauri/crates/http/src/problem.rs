//! Failures as RFC 9457 problem documents. The one place where an error gets a status.

use std::fmt::Write as _;

use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, Response as Documented, SchemaObject};
use aide::operation::OperationOutput;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use purser_core::{Error, FieldError, Timestamp};
use serde::Serialize;

use crate::context::{self, Context};

/// The result of every handler.
pub type Result<T> = std::result::Result<T, Problem>;

/// A failure on its way out.
#[derive(Debug)]
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// What went wrong (RFC 9457).
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Problem")]
pub(crate) struct Document {
    /// Kind of problem, as a stable address.
    #[serde(rename = "type")]
    kind: String,
    /// Kind of problem in a few words.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// This problem, in a sentence a person can act on.
    detail: String,
    /// Path that was asked for.
    instance: String,
    /// Stable word a program can branch on.
    code: &'static str,
    /// Id of the request, for whoever looks into it.
    request_id: String,
    /// When.
    timestamp: Timestamp,
    /// What is wrong with which field.
    errors: Vec<FieldError>,
    /// The permission that is missing, or that a policy did not let pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'static str>,
    /// The policy that said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    /// Where the caller can read why.
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<String>,
    /// How many it is about, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    /// The puzzle that has to be solved first.
    #[serde(skip_serializing_if = "Option::is_none")]
    captcha: Option<PuzzleNeeded>,
}

/// A puzzle that has to be solved first.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PuzzleNeeded")]
pub(crate) struct PuzzleNeeded {
    /// `recaptcha_v3`, `hcaptcha` or `turnstile`.
    kind: &'static str,
    /// The key its page shows.
    site_key: String,
}

/// The permission a refusal is about, and the policy if it was one.
fn about(error: &Error) -> (Option<&'static str>, Option<String>) {
    match error {
        Error::Forbidden(permission) => (Some(permission), None),
        Error::Barred(bar) => (Some(bar.permission), Some(bar.policy.to_string())),
        _ => (None, None),
    }
}

/// Where the caller can read why: the question with all that was known when it was refused.
fn explanation(permission: &str, error: &Error, context: Option<&Context>) -> String {
    let mut link = format!("/api/v1/access/explain?permission={permission}");
    // Writing to a text does not fail. A path such as /api/v1/orders/{id}/… says what it was about.
    let mut parts = context.map(|context| context.path.as_str()).unwrap_or_default().split('/').skip(3);
    let kind = match parts.next() {
        Some("orders") => Some("order"),
        Some("users") => Some("user"),
        _ => None,
    };
    if let (Some(kind), Some(id)) = (kind, parts.next().and_then(|id| id.parse::<uuid::Uuid>().ok())) {
        let _ = write!(link, "&subjectType={kind}&subjectId={id}");
    }
    if let Error::Barred(bar) = error {
        if let Some(amount) = bar.facts.amount {
            let _ = write!(link, "&amount={}&currency={}", amount.amount, amount.currency);
        }
        if let Some(role) = bar.facts.role {
            let _ = write!(link, "&newRole={role}");
        }
    }
    link
}

fn status(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::Unauthenticated(..) => (StatusCode::UNAUTHORIZED, "Not signed in"),
        Error::Forbidden(_) | Error::Barred(_) | Error::Refused(..) => (StatusCode::FORBIDDEN, "Not allowed"),
        Error::Puzzle(..) => (StatusCode::BAD_REQUEST, "Puzzle needed"),
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "Not found"),
        Error::Invalid(_) => (StatusCode::BAD_REQUEST, "Not valid"),
        Error::Unprocessable(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Not possible"),
        Error::Conflict(..) | Error::Several(..) | Error::Taken(..) => (StatusCode::CONFLICT, "In conflict"),
        Error::Stale => (StatusCode::PRECONDITION_FAILED, "Out of date"),
        Error::PreconditionRequired => (StatusCode::PRECONDITION_REQUIRED, "Version needed"),
        Error::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
        Error::UnsupportedMedia(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unknown content type"),
        Error::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "Too many calls"),
        Error::Unavailable(..) => (StatusCode::SERVICE_UNAVAILABLE, "Not available"),
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
    }
}

fn detail(error: &Error) -> String {
    match error {
        Error::Forbidden(permission) => format!("This needs the permission {permission}. Somebody who manages roles can give it."),
        Error::Barred(bar) => format!("The policy \u{201c}{}\u{201d} (line {}) does not allow this here and now.", bar.name, bar.line),
        Error::NotFound(what) => format!("There is no such {what}, or it is not visible to you."),
        Error::Invalid(errors) | Error::Unprocessable(errors) => match errors.as_slice() {
            [only] => format!("{}: {}", only.field, only.message),
            many => format!("{} fields need another value.", many.len()),
        },
        Error::Stale => "It was changed by someone else since you read it. Read it again and decide anew.".into(),
        Error::PreconditionRequired => "Say which version you change with the header If-Match.".into(),
        Error::TooLarge(limit) => format!("That is larger than the limit of {limit} bytes."),
        Error::RateLimited { retry_after_s } => format!("Too many calls. Try again in {retry_after_s} seconds."),
        Error::Internal(_) => "Something went wrong inside Purser. Nothing was changed; the request id helps to find out why.".into(),
        other => other.to_string(),
    }
}

/// Write a refusal into the log: what was refused, to whom, from where. The request's span adds its id, method and path. Nothing of what was
/// sent goes in, not even the names of wrong fields: they are the caller's words.
fn note(error: &Error, status: StatusCode, context: Option<&Context>) {
    let (code, status) = (error.code(), status.as_u16());
    let permission = if let Error::Forbidden(permission) = error { *permission } else { "" };
    let user = context.and_then(|context| context.who.get()).map(ToString::to_string).unwrap_or_default();
    let ip = context.and_then(|context| context.origin.ip.clone()).unwrap_or_default();
    match error {
        // A token runs out every quarter of an hour and a page asks whether it is signed in: no more than that.
        Error::Unauthenticated("token_expired" | "not_signed_in", _) => tracing::debug!(code, status, user, ip, "refused"),
        Error::Unauthenticated(..) | Error::Forbidden(_) | Error::Refused(..) | Error::RateLimited { .. } => {
            tracing::warn!(code, status, permission, user, ip, "refused");
        }
        _ => tracing::info!(code, status, user, ip, "refused"),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let error = self.0;
        if let Error::Internal(cause) = &error {
            tracing::error!(error = %cause, "a request failed inside Purser");
        }
        let (status, title) = status(&error);
        let context = context::current();
        if status.is_client_error() {
            note(&error, status, context.as_deref());
        }
        let (missing, policy) = about(&error);
        let document = Document {
            kind: format!("/problems/{}", error.code()),
            title,
            status: status.as_u16(),
            detail: detail(&error),
            instance: context.as_ref().map_or_else(String::new, |context| context.path.clone()),
            code: error.code(),
            request_id: context.as_ref().map_or_else(String::new, |context| context.id.to_string()),
            timestamp: context.as_ref().map_or_else(Timestamp::default, |context| context.now),
            errors: match &error {
                Error::Invalid(errors) | Error::Unprocessable(errors) => errors.clone(),
                Error::Taken(field, message) => vec![FieldError::new(*field, "taken", message.as_ref())],
                _ => Vec::new(),
            },
            explain: missing.map(|permission| explanation(permission, &error, context.as_deref())),
            count: match &error {
                Error::Several(_, _, count) => Some(*count),
                _ => None,
            },
            captcha: match &error {
                Error::Puzzle(kind, site_key) => Some(PuzzleNeeded { kind, site_key: site_key.clone() }),
                _ => None,
            },
            missing,
            policy,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match &error {
            Error::Unauthenticated(..) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Error::RateLimited { retry_after_s } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_s));
            }
            // The same request is being worked on: its answer is there soon.
            Error::Conflict("still_running", _) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Error::Unavailable(..) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        response
    }
}

impl OperationOutput for Problem {
    type Inner = ();

    fn operation_response(ctx: &mut GenContext, _: &mut Operation) -> Option<Documented> {
        let json_schema = ctx.schema.subschema_for::<Document>();
        let schema = Some(SchemaObject { json_schema, example: None, external_docs: None });
        let content = [("application/problem+json".to_owned(), MediaType { schema, ..MediaType::default() })];
        Some(Documented { description: "A problem".into(), content: content.into_iter().collect(), ..Documented::default() })
    }

    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        Self::operation_response(ctx, operation).map(|response| (None, response)).into_iter().collect()
    }
}
