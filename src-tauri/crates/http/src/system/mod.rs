//! Health, and the console's own files.

mod about;
mod console;
mod health;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::Router;
use axum::routing::get;
use purser_service::App;

pub(crate) use console::console;

/// Documented routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new().api_route("/system", get_with(about::read_system, crate::openapi::about("getSystem", "system", "What runs here")))
}

/// Routes outside the API: probes for whoever watches the process.
pub(crate) fn plain() -> Router<App> {
    Router::new()
        .route("/health", get(health::ready))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/.well-known/jwks.json", get(crate::identity::keys))
}
