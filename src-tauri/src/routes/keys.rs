//! A copy of the seal keys of this computer's engine, to be kept with its backups: from the keychain to a file, past the page.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use super::{Result, Window};
use crate::files;
use crate::problem::{Problem, data};
use crate::profiles::LOCAL;
use crate::shell::Shell;
use crate::wire::{self, Call};

const RIGHT: &str = "update:setting";
const NAME: &str = "purser-seal.key";

/// Ask where, fetch, write. `null` when the person changed their mind.
pub(super) async fn save(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>) -> Result {
    if shell.profile_of(&window).id != LOCAL {
        return Err(Problem::new(StatusCode::CONFLICT, "elsewhere", "The keys of another Purser are kept where it runs."));
    }
    let me = shell.connection(LOCAL)?.answer(Call::get("/api/v1/auth/me")).await?;
    if !me.status().is_success() {
        return Ok(me);
    }
    let me: Value = serde_json::from_slice(&wire::collect(me.into_body(), 1024 * 1024).await?).unwrap_or_default();
    let may = me.pointer("/data/permissions").and_then(Value::as_array).is_some_and(|all| all.iter().any(|right| right == RIGHT));
    if !may {
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", "Whoever may change settings saves a copy of the keys."));
    }
    let Some(target) = shell.desk.pick_save(NAME).await else { return Ok(data(Value::Null)) };
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned());
    let (folder, keychain) = (shell.local().folder().to_owned(), shell.vault.keychain());
    let saved = tokio::task::spawn_blocking(move || -> std::result::Result<(), String> {
        let keys = purser_server::seal_keys(&folder, keychain.as_deref()).map_err(|error| error.to_string())?;
        files::write(&target, keys.as_bytes())
    });
    saved.await.map_err(|error| error.to_string()).and_then(|saved| saved).map_err(|told| Problem::local("not_saved", told))?;
    tracing::info!("a copy of the seal keys was saved");
    Ok(data(json!({"name": name})))
}
