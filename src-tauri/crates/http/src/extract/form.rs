//! A form as a browser sends it on another site's behalf: its bytes, at most a megabyte.

use axum::extract::{FromRequest, Request};
use axum::http::header;
use bytes::Bytes;
use purser_core::Error;

use super::body;
use crate::Problem;

/// The body of an `application/x-www-form-urlencoded` request.
pub(crate) struct Form(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Problem(Error::UnsupportedMedia("Send a form.".into())));
        }
        body::read(request).await.map(Self)
    }
}
