//! Is the process alive, and can it serve?

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use purser_core::Error;
use purser_service::App;
use purser_store::Scope;
use serde::Serialize;

use crate::Problem;
use crate::reply::json;

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    /// What is not as it should be while it serves all the same.
    notes: Vec<&'static str>,
}

/// The process answers.
pub(crate) async fn live() -> Response {
    json(StatusCode::OK, &Health { status: "ok", version: env!("CARGO_PKG_VERSION"), notes: Vec::new() })
}

/// The process answers and so does its database.
pub(crate) async fn ready(State(app): State<App>) -> Result<Response, Problem> {
    app.db.read(Scope::System, async |tx| tx.ping().await.map_err(Error::from)).await?;
    let notes = [("counters_away", app.counters.away()), ("seal_key_missing", !app.seal.missing().is_empty())];
    let notes = notes.into_iter().filter_map(|(note, is)| is.then_some(note)).collect();
    Ok(json(StatusCode::OK, &Health { status: "ok", version: env!("CARGO_PKG_VERSION"), notes }))
}
