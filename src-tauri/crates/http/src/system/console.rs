//! The console's files, built by `ui/` and carried inside the binary. Any path that is not a file is a page of the console.

use std::borrow::Cow;

use axum::http::{HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use purser_core::Error;
use rust_embed::Embed;

use crate::Problem;

#[derive(Embed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Files;

const MISSING: &str = "<!doctype html><meta charset=utf-8><title>Purser</title><p>The console is not part of this build. \
    Run <code>cargo xtask start</code>, which builds it. The API answers under <code>/api/v1</code>.";

/// Our texts are UTF-8, and say so.
fn typed(kind: &str) -> Cow<'_, str> {
    if kind.starts_with("text/") && !kind.contains("charset") { format!("{kind}; charset=utf-8").into() } else { kind.into() }
}

/// A file of the console, or its page.
pub(crate) async fn console(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem(Error::NotFound("operation")).into_response();
    }
    if let Some(file) = Files::get(path) {
        let kind = HeaderValue::from_str(&typed(file.metadata.mimetype())).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        // Names of built assets carry a hash of their content, so they never change.
        let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, HeaderValue::from_static(keep))];
        return (headers, file.data.into_owned()).into_response();
    }
    if path.starts_with("assets/") {
        return Problem(Error::NotFound("file")).into_response();
    }
    match Files::get("index.html") {
        Some(page) => ([(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))], Html(page.data.into_owned())).into_response(),
        None => Html(MISSING).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn texts_say_how_they_are_written() {
        assert_eq!(typed("text/javascript"), "text/javascript; charset=utf-8");
        assert_eq!(typed("text/html; charset=utf-8"), "text/html; charset=utf-8");
        assert_eq!(typed("font/woff2"), "font/woff2");
    }
}
