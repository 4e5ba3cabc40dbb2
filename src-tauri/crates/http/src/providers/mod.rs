//! Signing in elsewhere: the buttons, the way there and back, one's own identities, and the connections. Use cases are in
//! `purser_service::providers`.

mod connections;
mod own;
mod saml;
mod travel;

use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with, post_with};
use axum::Router;
use axum::routing::{get, post};
use purser_service::App;

use crate::openapi::about;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "providers", summary);
    ApiRouter::new()
        .api_route("/auth/providers", get_with(travel::buttons, item("listSignInProviders", "Where one can sign in instead")))
        .api_route("/auth/providers/{id}/start", post_with(travel::start, item("startProviderSignIn", "Begin to sign in elsewhere")))
        .api_route("/auth/providers/{id}/link", post_with(travel::link, item("startIdentityLink", "Begin to add a way in to one's own account")))
        .api_route("/auth/providers/finish", post_with(travel::finish, item("finishProviderSignIn", "Collect the outcome of a sign-in elsewhere")))
        .api_route("/auth/identities", get_with(own::list_own, item("listOwnIdentities", "Where one can sign in instead, of one's own")))
        .api_route("/auth/identities/finish", post_with(own::finish, item("finishIdentityLink", "Collect the outcome of adding a way in")))
        .api_route("/auth/identities/{id}", delete_with(own::unlink, item("unlinkIdentity", "Take one's own identity elsewhere away")))
        .api_route("/users/{id}/identities", get_with(own::list_of, item("listIdentities", "Where a person can sign in instead")))
        .api_route(
            "/providers",
            get_with(connections::list, item("listProviders", "Connections to parties people sign in at"))
                .post_with(connections::create, item("createProvider", "Add a connection")),
        )
        .api_route(
            "/providers/{id}",
            get_with(connections::read, item("getProvider", "One connection"))
                .patch_with(connections::update, item("updateProvider", "Change a connection"))
                .delete_with(connections::delete, item("deleteProvider", "Remove a connection and the identities people have there")),
        )
        .api_route("/providers/{id}/test", post_with(connections::test, item("testProvider", "Try a connection step by step")))
}

/// Where providers send people back to. Spoken by browsers on behalf of the providers, in the providers' protocols, so it is no part of the
/// document.
pub(crate) fn plain() -> Router<App> {
    Router::new()
        .route(purser_service::providers::CALLBACK, get(travel::came_back).post(travel::came_back_by_form))
        .route("/api/v1/auth/saml/{id}/acs", post(saml::answered))
        .route("/api/v1/auth/saml/{id}/metadata", get(saml::metadata))
}

/// Whether a page of another site may send a form here: that is how some providers send people back.
pub(crate) fn takes_forms(path: &str) -> bool {
    let saml = path.strip_prefix("/api/v1/auth/saml/").and_then(|rest| rest.strip_suffix("/acs"));
    path == purser_service::providers::CALLBACK || saml.is_some_and(|id| !id.contains('/'))
}
