//! Connections to payment providers, and what those tell. Use cases are in `purser_service::payments::{connections, notices}`.

mod connections;
mod door;
mod notices;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Router;
use axum::routing::{get, post};
use purser_service::App;

use crate::openapi::about;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "payment-providers", summary);
    ApiRouter::new()
        .api_route(
            "/payment-providers",
            get_with(connections::list, item("listPaymentProviders", "Who takes payments"))
                .post_with(connections::create, item("createPaymentProvider", "Connect a payment provider")),
        )
        .api_route("/payment-providers/events", get_with(notices::list, item("listPaymentEvents", "What payment providers told, newest first")))
        .api_route("/payment-providers/events/{id}", get_with(notices::read, item("getPaymentEvent", "One message, as it came")))
        .api_route(
            "/payment-providers/events/{id}/replay",
            post_with(notices::replay, item("replayPaymentEvent", "Follow a message up once more; it does no harm")),
        )
        .api_route(
            "/payment-providers/{id}",
            get_with(connections::read, item("getPaymentProvider", "One connection"))
                .patch_with(connections::update, item("updatePaymentProvider", "Change a connection, or have it lead"))
                .delete_with(connections::delete, item("deletePaymentProvider", "Remove a connection no payment went through")),
        )
        .api_route("/payment-providers/{id}/test", post_with(connections::test, item("testPaymentProvider", "Try a connection step by step")))
}

/// Where providers tell us, and where customers come back to from their bank. Spoken in the providers' protocols, so it is no part of the
/// document.
pub(crate) fn plain() -> Router<App> {
    // A page of the console has an address of that shape: opened by itself, it is read, not told.
    let told = post(door::told).get(crate::system::console);
    Router::new().route("/webhooks/{connection}", told).route("/pay/return", get(door::came_back))
}
