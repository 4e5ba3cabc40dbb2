//! Signing in through the system's browser.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;

use super::{Fields, Result, Window};
use crate::elsewhere::{self, LONGEST, Wanted};
use crate::shell::Shell;

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Purpose {
    #[default]
    SignIn,
    Link,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Asked {
    provider: String,
    #[serde(default)]
    remember_me: bool,
    #[serde(default)]
    purpose: Purpose,
}

pub(super) async fn sign_in(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>, Fields(asked): Fields<Asked>) -> Result {
    let link = asked.purpose == Purpose::Link;
    let wanted = Wanted { provider: asked.provider, remember: asked.remember_me, link, longest: LONGEST };
    elsewhere::sign_in(&shell, &window, wanted).await
}

pub(super) async fn call_off(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>) -> Response {
    shell.waiting.call_off(&window);
    StatusCode::NO_CONTENT.into_response()
}
