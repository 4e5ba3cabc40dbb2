//! Headers with a meaning: the version that is changed, the key that makes a repeat harmless, the refresh cookie.

use aide::generate::GenContext;
use aide::openapi::{Operation, Parameter, ParameterData, ParameterSchemaOrContent, SchemaObject};
use aide::operation::{OperationInput, add_parameters};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use purser_core::Error;

use crate::Problem;
use crate::context::Peer;

/// The version the caller read and now changes: `If-Match: "7"`. 428 without, 412 when it is not one of ours.
pub(crate) struct IfMatch(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value = parts.headers.get(header::IF_MATCH).ok_or(Problem(Error::PreconditionRequired))?;
        let text = value.to_str().unwrap_or_default().trim();
        let text = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
        text.parse().map(Self).map_err(|_| Problem(Error::Stale))
    }
}

impl OperationInput for IfMatch {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        parameter(ctx, operation, "If-Match", true, "ETag of the version that is changed.");
    }
}

/// A key of the caller's choosing that makes a repeat of this request harmless.
pub(crate) struct IdempotencyKey(Option<String>);

/// The same where a repeat would cost money, goods or somebody's trust: 400 without.
pub(crate) struct NeededKey(String);

impl From<IdempotencyKey> for Option<String> {
    fn from(IdempotencyKey(key): IdempotencyKey) -> Self {
        key
    }
}

impl From<NeededKey> for Option<String> {
    fn from(NeededKey(key): NeededKey) -> Self {
        Some(key)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default();
        let good = (1..=255).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic());
        if good {
            return Ok(Self(Some(text.to_owned())));
        }
        let message = "A key is 1 to 255 visible ASCII characters, for example a UUID.";
        Err(Problem(Error::invalid("Idempotency-Key", "not_valid", message)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for NeededKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let IdempotencyKey(key) = IdempotencyKey::from_request_parts(parts, state).await?;
        let message = "Send a key of your own with this, a UUID say, and the same one with every repeat: it is done once.";
        key.map(Self).ok_or_else(|| Problem(Error::invalid("Idempotency-Key", "required", message)))
    }
}

impl OperationInput for NeededKey {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        parameter(ctx, operation, "Idempotency-Key", true, "Makes a repeat of this request harmless for 24 hours. Needed here.");
    }
}

impl OperationInput for IdempotencyKey {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        parameter(ctx, operation, "Idempotency-Key", false, "Makes a repeat of this request harmless for 24 hours.");
    }
}

/// The refresh token a browser keeps for us.
pub(crate) struct RefreshCookie(pub(crate) Option<String>);

/// Name of the cookie. Over TLS it carries the prefix by which browsers refuse to take it from anywhere but this very host; the prefix wants
/// `Secure`, which not every browser keeps for plain HTTP on this machine.
pub(crate) const fn refresh_cookie(secure: bool) -> &'static str {
    if secure { "__Host-purser_refresh" } else { "purser_refresh" }
}

impl<S: Send + Sync> FromRequestParts<S> for RefreshCookie {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(cookie(parts, refresh_cookie(parts.extensions.get::<Peer>().is_some_and(|peer| peer.secure)))))
    }
}

impl OperationInput for RefreshCookie {}

fn cookie(parts: &Parts, name: &str) -> Option<String> {
    let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let find = |line: &str| line.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|pair| pair.0 == name).map(|p| p.1.to_owned());
    cookies.into_iter().find_map(find)
}

/// The value by which a browser is known again when somebody signs in. It opens nothing.
pub(crate) struct DeviceCookie(pub(crate) Option<String>);

/// Name of the cookie; the prefix as with [`refresh_cookie`].
pub(crate) const fn device_cookie(secure: bool) -> &'static str {
    if secure { "__Host-purser_device" } else { "purser_device" }
}

impl<S: Send + Sync> FromRequestParts<S> for DeviceCookie {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value = cookie(parts, device_cookie(parts.extensions.get::<Peer>().is_some_and(|peer| peer.secure)));
        // Only what we made: 32 random bytes.
        Ok(Self(value.filter(|value| value.len() == 43)))
    }
}

impl OperationInput for DeviceCookie {}

/// Whether a page of our own calls. A browser sends cookies along whoever makes it call, so a caller known by a cookie alone has to show
/// more: `Sec-Fetch-Site`, `Origin`, or `X-CSRF-Token`, which no page of another site can send without being asked for it first.
pub(crate) struct OwnPage(pub(crate) bool);

impl<S: Send + Sync> FromRequestParts<S> for OwnPage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let host = text(header::HOST.as_str()).or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str));
        Ok(Self(match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => host.is_some() && origin.split("://").nth(1) == host,
            (None, None) => text("x-csrf-token").is_some_and(|token| !token.is_empty()),
        }))
    }
}

impl OperationInput for OwnPage {}

/// What a browser keeps for us while somebody signs in elsewhere: only it collects the outcome.
pub(crate) struct TravelCookie(pub(crate) Option<String>);

/// Name of that cookie.
pub(crate) const fn travel_cookie(secure: bool) -> &'static str {
    if secure { "__Host-purser_sign_in" } else { "purser_sign_in" }
}

impl<S: Send + Sync> FromRequestParts<S> for TravelCookie {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(cookie(parts, travel_cookie(parts.extensions.get::<Peer>().is_some_and(|peer| peer.secure)))))
    }
}

impl OperationInput for TravelCookie {}

fn parameter(ctx: &mut GenContext, operation: &mut Operation, name: &str, required: bool, description: &str) {
    let json_schema = ctx.schema.subschema_for::<String>();
    let parameter_data = ParameterData {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        required,
        deprecated: None,
        format: ParameterSchemaOrContent::Schema(SchemaObject { json_schema, example: None, external_docs: None }),
        example: None,
        examples: indexmap::IndexMap::default(),
        explode: None,
        extensions: indexmap::IndexMap::default(),
    };
    add_parameters(ctx, operation, [Parameter::Header { parameter_data, style: aide::openapi::HeaderStyle::Simple }]);
}
