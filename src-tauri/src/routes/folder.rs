//! The data folder of this computer's engine.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::{Fields, Result, Window, here};
use crate::problem::{Problem, data};
use crate::shell::Shell;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Folder {
    #[serde(default)]
    path: Option<PathBuf>,
}

/// Open another folder, chosen by the person when none is named. `null` when they changed their mind.
pub(super) async fn choose(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>, Fields(wanted): Fields<Folder>) -> Result {
    let Some(path) = (match wanted.path {
        Some(path) => Some(path),
        None => shell.desk.pick_folder().await,
    }) else {
        return Ok(data(Value::Null));
    };
    if !path.is_absolute() {
        return Err(Problem::field("path", "Give the whole path of the folder."));
    }
    shell.move_to(path).await?;
    Ok(data(here::describe(&shell, &window).await))
}

/// Work on the process that has the data folder.
pub(super) async fn connect_to_owner(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>) -> Result {
    let address = shell.local().wait().await.err().and_then(|refusal| refusal.address);
    let Some(address) = address else {
        let told = "The process that has the data folder does not listen, so nothing can connect to it. Turn sharing on there, or close it.";
        return Err(Problem::new(StatusCode::CONFLICT, "owner_not_listening", told));
    };
    Ok(data(shell.connect_to_owner(&window, &address).await?))
}
