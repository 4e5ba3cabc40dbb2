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
use crate::Problem;

/// Largest JSON body.
const LARGEST: u64 = 1 << 20;

/// A body that is a JSON document of this shape.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json")) {
            return Err(Problem(Error::UnsupportedMedia("Send application/json.".into())));
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
        let bytes = read(request).await?;
        if bytes.is_empty() { Ok(Self(T::default())) } else { parse(&bytes).map(Self) }
    }
}

impl<T: schemars::JsonSchema> OperationInput for OptionalJson<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        axum::Json::<T>::operation_input(ctx, operation);
    }
}

/// The whole body, or 413 once it is larger than taken, however long it says it is.
async fn read(request: Request) -> Result<bytes::Bytes, Problem> {
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
    let value: T = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_syntax() || inner.is_eof() {
            let place = format!("This is not JSON (line {}, column {}).", inner.line(), inner.column());
            return Problem(Error::invalid("body", "malformed", place));
        }
        Problem(Error::Invalid(vec![complaint(&path, &inner.to_string())]))
    })?;
    deserializer.end().map_err(|_| Problem(Error::invalid("body", "malformed", "Something follows the JSON document.")))?;
    Ok(value)
}

impl<T: schemars::JsonSchema> OperationInput for Json<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        axum::Json::<T>::operation_input(ctx, operation);
    }
}
