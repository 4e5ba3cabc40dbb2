//! `/shell/v1`: what the page may ask of the shell itself. Spoken over the same command as everything else, in the same
//! shapes; never part of the router that answers the network.

mod elsewhere;
mod folder;
mod here;
mod keys;
mod profiles;
mod save;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::problem::Problem;
use crate::shell::Shell;
use crate::wire;

pub(crate) use here::{in_browser, share};

type Result<T = Response> = std::result::Result<T, Problem>;

/// The window that asks.
#[derive(Debug, Clone)]
pub(crate) struct Window(pub(crate) String);

/// The shell's own routes.
pub(crate) fn router(shell: Arc<Shell>) -> Router {
    Router::new()
        .route("/shell/v1/state", get(here::state))
        .route("/shell/v1/profiles", get(profiles::list).post(profiles::add))
        .route("/shell/v1/profiles/{id}", patch(profiles::change).delete(profiles::remove))
        .route("/shell/v1/profiles/{id}/test", post(profiles::test))
        .route("/shell/v1/profiles/{id}/switch", post(profiles::switch))
        .route("/shell/v1/certificate", post(profiles::certificate))
        .route("/shell/v1/server-key", post(profiles::server_key))
        .route("/shell/v1/sharing", post(here::sharing))
        .route("/shell/v1/open-in-browser", post(here::open_in_browser))
        .route("/shell/v1/sign-in", post(elsewhere::sign_in).delete(elsewhere::call_off))
        .route("/shell/v1/keychain", post(here::keychain))
        .route("/shell/v1/seal-keys", post(keys::save))
        .route("/shell/v1/connect-to-owner", post(folder::connect_to_owner))
        .route("/shell/v1/data-folder", post(folder::choose))
        .route("/shell/v1/save", post(save::save))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "not_found", "The shell does not know this."))
        .method_not_allowed_fallback(async || Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This cannot be done here."))
        .with_state(shell)
}

/// A JSON body, whose faults are told as a problem. An empty one reads as `{}`.
pub(crate) struct Fields<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> std::result::Result<Self, Response> {
        let body = wire::collect(request.into_body(), 64 * 1024).await.map_err(IntoResponse::into_response)?;
        let body: &[u8] = if body.is_empty() { b"{}" } else { &body };
        serde_json::from_slice(body).map(Self).map_err(|error| {
            let told = format!("This cannot be used: {error}.");
            Problem::new(StatusCode::BAD_REQUEST, "malformed", told).into_response()
        })
    }
}
