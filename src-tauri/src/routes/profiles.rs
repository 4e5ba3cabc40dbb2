//! Profiles: add, test, rename, remove, switch.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Fields, Result, Window};
use crate::backend;
use crate::check;
use crate::problem::{Problem, data, data_as};
use crate::profiles::{NewProfile, ProfileChange};
use crate::shell::Shell;
use crate::trust::Trust;
use crate::wire::Call;

/// How long the far end may take to hear that a session is over before its profile goes without.
const FAREWELL_MAX: Duration = Duration::from_secs(3);

pub(super) async fn list(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>) -> Response {
    let current = shell.profile_of(&window).id;
    let all = shell.store.all().into_iter().map(|profile| {
        let is_current = profile.id == current;
        let mut shown = json!(profile);
        if let Value::Object(fields) = &mut shown {
            fields.insert("current".to_owned(), json!(is_current));
        }
        shown
    });
    data(all.collect::<Vec<_>>())
}

pub(super) async fn add(State(shell): State<Arc<Shell>>, Fields(new): Fields<NewProfile>) -> Result {
    Ok(data_as(StatusCode::CREATED, shell.store.add(new)?))
}

pub(super) async fn change(State(shell): State<Arc<Shell>>, Path(id): Path<String>, Fields(change): Fields<ProfileChange>) -> Result {
    Ok(data(shell.change(&id, change).await?))
}

/// The session goes first: here in any case, there when it can be reached.
pub(super) async fn remove(State(shell): State<Arc<Shell>>, Path(id): Path<String>) -> Result {
    if shell.store.remote(&id).is_err() {
        return Err(shell.store.remove(&id).err().unwrap_or_else(|| Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such profile.")));
    }
    if let Ok(connection) = shell.connection(&id) {
        let told = connection.answer(Call::post("/api/v1/auth/logout", &json!({})));
        if tokio::time::timeout(FAREWELL_MAX, told).await.is_err() {
            connection.session.forget().await;
        }
    }
    shell.store.remove(&id)?;
    shell.disconnect(&id);
    shell.leave(&id);
    Ok(data(Value::Null))
}

pub(super) async fn test(State(shell): State<Arc<Shell>>, Path(id): Path<String>) -> Result {
    let profile = shell.store.find(&id)?;
    Ok(data(check::run(&shell, &profile).await))
}

pub(super) async fn switch(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>, Path(id): Path<String>) -> Result {
    Ok(data(shell.switch(&window, &id)?))
}

/// Let the person point at a certificate to trust; `null` when they changed their mind.
pub(super) async fn certificate(State(shell): State<Arc<Shell>>) -> Response {
    data(json!(shell.desk.pick_certificate().await.map(|path| json!({"path": path}))))
}

/// A far end somebody thinks of pinning.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Asked {
    url: String,
    #[serde(default)]
    ca_file: Option<PathBuf>,
}

/// The key a far end shows at this moment, once its certificate is found good. To believe it is for whoever compares it.
pub(super) async fn server_key(Fields(asked): Fields<Asked>) -> Result {
    let trust = Trust { ca_file: asked.ca_file, ..Trust::default() };
    let key = backend::Remote::new(backend::address(&asked.url)?, &trust)?.key().await?;
    Ok(data(json!({"pin": key})))
}
