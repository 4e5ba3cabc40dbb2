//! The sandbox of payments as a developer plays it. Use cases are in `purser_service::sandbox`.

mod log;
mod play;

use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with, post_with};
use purser_service::App;

use crate::openapi::about;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "sandbox", summary);
    ApiRouter::new()
        .api_route(
            "/sandbox",
            get_with(play::read, item("getSandbox", "How the sandbox of payments behaves"))
                .patch_with(play::change, item("updateSandbox", "Choose how the sandbox behaves")),
        )
        .api_route(
            "/sandbox/faults",
            post_with(play::add_fault, item("addSandboxFault", "Have the calls that come next go wrong"))
                .delete_with(play::clear, item("clearSandboxFaults", "Have everything go well again")),
        )
        .api_route("/sandbox/faults/{id}", delete_with(play::remove_fault, item("removeSandboxFault", "Take one fault away")))
        .api_route("/sandbox/settle", post_with(play::settle, item("settleSandbox", "End what takes its time there")))
        .api_route("/sandbox/disputes", post_with(play::dispute, item("openSandboxDispute", "Have the sandbox's bank dispute a payment")))
        .api_route("/sandbox/calls", get_with(log::calls, item("listSandboxCalls", "What the sandbox was asked, newest first")))
        .api_route("/sandbox/messages", get_with(log::messages, item("listSandboxMessages", "What the sandbox tells, newest first")))
        .api_route("/sandbox/messages/{id}/send", post_with(log::send, item("sendSandboxMessage", "Send a message now, again or after all")))
}
