//! Ids in the path. A malformed id is 400, before anything is looked up.

use aide::generate::GenContext;
use aide::openapi::Operation;
use aide::operation::OperationInput;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use purser_core::Error;
use serde::de::DeserializeOwned;

use crate::Problem;

/// The parameters of the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Problem(Error::invalid("id", "not_an_id", "The address holds something that is not an id."))),
        }
    }
}

impl<T> OperationInput for Path<T> {
    fn operation_input(_: &mut GenContext, _: &mut Operation) {
        // Path parameters are documented from the route itself, once, in `openapi`.
    }
}
