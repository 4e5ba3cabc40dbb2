//! Telling other systems. Use cases are in `purser_service::webhooks`.

mod deliveries;
mod endpoints;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use purser_service::App;

use crate::openapi::about;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "webhooks", summary);
    ApiRouter::new()
        .api_route(
            "/webhooks/endpoints",
            get_with(endpoints::list, item("listWebhookEndpoints", "Where other systems are told"))
                .post_with(endpoints::create, item("createWebhookEndpoint", "Add an endpoint; its secret is shown this once")),
        )
        .api_route(
            "/webhooks/endpoints/{id}",
            get_with(endpoints::read, item("getWebhookEndpoint", "One endpoint"))
                .patch_with(endpoints::update, item("updateWebhookEndpoint", "Change an endpoint, or switch it on again"))
                .delete_with(endpoints::delete, item("deleteWebhookEndpoint", "Remove an endpoint and the log of what it was told")),
        )
        .api_route(
            "/webhooks/endpoints/{id}/rotate",
            post_with(endpoints::rotate, item("rotateWebhookSecret", "Make the secret anew; the old one counts for a while")),
        )
        .api_route("/webhooks/endpoints/{id}/test", post_with(endpoints::test, item("testWebhookEndpoint", "Send a ping and say what came of it")))
        .api_route("/webhooks/events", get_with(endpoints::kinds, item("listWebhookEvents", "Kinds of events, with an example of each")))
        .api_route("/webhooks/deliveries", get_with(deliveries::list, item("listWebhookDeliveries", "What was told, newest first")))
        .api_route("/webhooks/deliveries/{id}", get_with(deliveries::read, item("getWebhookDelivery", "One delivery with its tries")))
        .api_route(
            "/webhooks/deliveries/{id}/resend",
            post_with(deliveries::resend, item("resendWebhookDelivery", "Send the same once more, under the same id")),
        )
}
