//! A JSON body: at most a megabyte, known fields only, every complaint with the field it is about.

use aide::generate::GenContext;
use aide::openapi::Operation;
use aide::operation::OperationInput;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use purser_core::Error;
use serde::de::DeserializeOwned;

use super::complaint;
use super::records::Records;
use crate::Problem;

/// Largest JSON body.
const LARGEST: u64 = 1 << 20;

/// A body that is a JSON document of this shape.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(not_json());
        }
        let bytes = read(request).await?;
        parse(&bytes).map(Self)
    }
}

/// The same, but no body at all stands for the default.
pub(crate) struct OptionalJson<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let json = is_json(&request);
        let bytes = read(request).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if json { parse(&bytes).map(Self) } else { Err(not_json()) }
    }
}

impl<T: schemars::JsonSchema> OperationInput for OptionalJson<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        axum::Json::<T>::operation_input(ctx, operation);
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn not_json() -> Problem {
    Problem(Error::UnsupportedMedia("Send application/json.".into()))
}

/// The whole body, or 413 once it is larger than taken, however long it says it is.
pub(super) async fn read(request: Request) -> Result<bytes::Bytes, Problem> {
    let limit = usize::try_from(LARGEST).unwrap_or(usize::MAX);
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem(Error::TooLarge(LARGEST))),
        Err(_) => Err(Problem(Error::invalid("body", "incomplete", "The body ended early."))),
    }
}

/// Read a JSON document.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(Records(&mut deserializer)).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        // A choice that is no text at all is a syntax error to serde, though the document is JSON.
        if inner.is_syntax() && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() {
            let field = if path == "." { "body".to_owned() } else { path };
            return Problem(Error::invalid(field, "wrong_type", "Expected one of the choices, as a text."));
        }
        if inner.is_syntax() || inner.is_eof() {
            let place = format!("This is not JSON (line {}, column {}).", inner.line(), inner.column());
            return Problem(Error::invalid("body", "malformed", place));
        }
        Problem(Error::Invalid(vec![complaint(&path, &inner.to_string())]))
    })?;
    deserializer.end().map_err(|_| Problem(Error::invalid("body", "malformed", "Something follows the JSON document.")))?;
    check(bytes)?;
    Ok(value)
}

/// What the shape of a body does not tell: a text can hold a NUL, which PostgreSQL does not store.
fn check(bytes: &[u8]) -> Result<(), Problem> {
    if !bytes.windows(6).any(|part| part == b"\\u0000") {
        return Ok(());
    }
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else { return Ok(()) };
    let Some(field) = with_nul(&value, "") else { return Ok(()) };
    Err(Problem(Error::invalid(field, "not_text", "A text can not hold the character NUL.")))
}

/// Where the first text with a NUL is.
fn with_nul(value: &serde_json::Value, at: &str) -> Option<String> {
    match value {
        serde_json::Value::String(text) => text.contains('\0').then(|| at.to_owned()),
        serde_json::Value::Array(items) => items.iter().enumerate().find_map(|(place, item)| with_nul(item, &format!("{at}[{place}]"))),
        serde_json::Value::Object(fields) => {
            fields.iter().find_map(|(name, field)| with_nul(field, &if at.is_empty() { name.clone() } else { format!("{at}.{name}") }))
        }
        _ => None,
    }
}

impl<T: schemars::JsonSchema> OperationInput for Json<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        axum::Json::<T>::operation_input(ctx, operation);
    }
}
