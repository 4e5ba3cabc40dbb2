//! The two commands: `api` (one request, one reply) and `events` (one Channel). There is no third; what else a page needs is a path.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::Value;
use tauri::ipc::{Channel, InvokeBody, Request};
use tauri::{State, WebviewWindow};
use tokio::task::AbortHandle;
use tower::ServiceExt;

use crate::events::{self, Teller};
use crate::routes::{self, Window};
use crate::shell::Shell;
use crate::watchdog::Watchdog;
use crate::wire::{self, Call};

/// Behind the commands: the shell's own routes, and the profile each window looks at.
pub(crate) struct Door {
    shell: Arc<Shell>,
    routes: Router,
    following: Mutex<HashMap<String, AbortHandle>>,
}

impl Door {
    pub(crate) fn new(shell: Arc<Shell>) -> Self {
        Self { routes: routes::router(shell.clone()), shell, following: Mutex::default() }
    }

    /// Answer one request of a window's page.
    pub(crate) async fn answer(&self, window: &str, call: Call) -> Response {
        if !call.path.starts_with("/shell/v1/") {
            return self.shell.answer(window, call).await;
        }
        match call.request(None) {
            Ok(mut request) => {
                request.extensions_mut().insert(Window(window.to_owned()));
                let Ok(response) = self.routes.clone().oneshot(request).await;
                response
            }
            Err(problem) => problem.into_response(),
        }
    }

    /// A window is gone, and with it whoever listened there.
    pub(crate) fn closed(&self, window: &str) {
        if let Some(task) = self.following.lock().remove(window) {
            task.abort();
        }
        self.shell.closed(window);
    }

    /// Follow the events for a window; a page that was loaded again takes the place of the one before.
    fn follow(&self, window: &str, teller: Teller) {
        let task = tokio::spawn(events::follow(self.shell.clone(), window.to_owned(), teller));
        if let Some(before) = self.following.lock().insert(window.to_owned(), task.abort_handle()) {
            before.abort();
        }
    }
}

/// One request of the page, to the engine or to the shell.
#[tauri::command]
pub(crate) async fn api(
    window: WebviewWindow,
    door: State<'_, Arc<Door>>,
    watchdog: State<'_, Watchdog>,
    request: Request<'_>,
) -> Result<tauri::ipc::Response, ()> {
    watchdog.heard(window.label());
    let answer = match body(request.body()).and_then(|body| Call::read(request.headers(), body)) {
        Ok(call) => door.answer(window.label(), call).await,
        Err(problem) => problem.into_response(),
    };
    Ok(tauri::ipc::Response::new(wire::pack(answer).await))
}

/// What changes, from now until the page goes away.
#[tauri::command]
pub(crate) async fn events(window: WebviewWindow, door: State<'_, Arc<Door>>, channel: Channel<Value>) -> Result<(), ()> {
    door.follow(window.label(), Arc::new(move |event| channel.send(event).is_ok()));
    Ok(())
}

/// Raw bytes; or, where the webview cannot send those, the same bytes as a list of numbers.
fn body(body: &InvokeBody) -> Result<Bytes, crate::problem::Problem> {
    match body {
        InvokeBody::Raw(bytes) => Ok(Bytes::copy_from_slice(bytes)),
        InvokeBody::Json(Value::Null) => Ok(Bytes::new()),
        InvokeBody::Json(value) => serde_json::from_value::<Vec<u8>>(value.clone())
            .map(Bytes::from)
            .map_err(|_| crate::problem::Problem::new(http::StatusCode::BAD_REQUEST, "malformed", "The request's body cannot be read.")),
    }
}
