//! This window and this machine: where it stands, sharing, the browser, the keychain.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Fields, Result, Window};
use crate::local::Scope;
use crate::problem::{Problem, data};
use crate::profiles::LOCAL;
use crate::shell::Shell;
use crate::vault::Fallback;
use crate::wire::{self, Call};

/// Tried first when sharing begins, so that an address written down yesterday still works.
const PORT: u16 = 7_420;

pub(super) async fn state(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>) -> Response {
    data(describe(&shell, &window).await)
}

/// All that the page needs to know of the shell.
pub(super) async fn describe(shell: &Arc<Shell>, window: &str) -> Value {
    let profile = shell.profile_of(window);
    let local = shell.local();
    let refused = local.wait().await.err();
    let first_run = profile.id == LOCAL && refused.is_none() && setup_needed(shell).await;
    json!({
        "profile": profile,
        "dataFolder": local.folder(),
        "firstRun": first_run,
        // Why the engine of this computer did not start: another process has the folder, the disk is full …
        "local": refused,
        "keychain": {"available": shell.vault.is_keychain(), "fallback": shell.vault.fallback(), "reason": shell.vault.reason()},
        // Where the keys rest that this computer's engine seals with, once it has some.
        "sealKeys": purser_server::seal_keys_in_keychain(local.folder()).map(|there| if there { "keychain" } else { "folder" }),
        "sharing": local.sharing().await,
        "version": env!("CARGO_PKG_VERSION"),
    })
}

async fn setup_needed(shell: &Arc<Shell>) -> bool {
    let Ok(connection) = shell.connection(LOCAL) else { return false };
    let Ok(reply) = connection.backend.send(&Call::get("/api/v1/setup"), None).await else { return false };
    let Ok(body) = wire::collect(reply.into_body(), 64 * 1024).await else { return false };
    serde_json::from_slice::<Value>(&body).ok().and_then(|body| body.pointer("/data/needed")?.as_bool()).unwrap_or(false)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Share {
    on: bool,
    #[serde(default)]
    scope: Scope,
}

pub(super) async fn sharing(State(shell): State<Arc<Shell>>, Fields(wanted): Fields<Share>) -> Result {
    Ok(data(share(&shell, wanted.on, wanted.scope).await?))
}

/// Open or close the door, and tell every window.
pub(crate) async fn share(shell: &Arc<Shell>, on: bool, scope: Scope) -> Result<crate::local::Sharing> {
    let local = shell.local();
    let sharing = if !on {
        local.unshare().await
    } else if let Ok(sharing) = local.share(scope, PORT).await {
        sharing
    } else {
        local.share(scope, 0).await?
    };
    shell.tell(None, json!({"topic": "shell", "action": "sharing", "to": sharing.address}));
    Ok(sharing)
}

pub(super) async fn open_in_browser(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>) -> Result {
    Ok(data(json!({"url": in_browser(&shell, &window).await?})))
}

/// The same console in a browser: the profile's own address, or this computer's engine, shared with this machine only.
pub(crate) async fn in_browser(shell: &Arc<Shell>, window: &str) -> Result<String> {
    let url = match shell.profile_of(window).url {
        Some(url) => url,
        None => match shell.local().sharing().await.address {
            Some(address) => address,
            None => share(shell, true, Scope::Machine).await?.address.unwrap_or_default(),
        },
    };
    // Passkeys are for names, and this machine's is `localhost`.
    let url = url.replacen("http://127.0.0.1:", "http://localhost:", 1);
    shell.desk.open_url(&url).map_err(|error| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no_browser", format!("No browser could be opened ({error}). The address is {url}"))
    })?;
    Ok(url)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    fallback: Fallback,
}

pub(super) async fn keychain(State(shell): State<Arc<Shell>>, Fields(chosen): Fields<Chosen>) -> Result {
    let (vault, file) = (shell.vault.clone(), shell.session_file());
    let done = tokio::task::spawn_blocking(move || vault.choose(chosen.fallback, &file)).await;
    done.map_err(|error| error.to_string()).and_then(|done| done).map_err(|error| Problem::local("sessions_unwritable", error))?;
    shell.store.change(|settings| {
        settings.keychain_fallback = chosen.fallback;
        Ok(())
    })?;
    Ok(data(json!({"available": shell.vault.is_keychain(), "fallback": shell.vault.fallback()})))
}
