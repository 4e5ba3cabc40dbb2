//! Files attached to orders and people.

mod delete;
mod download;
mod list;
mod sweep;
mod upload;

use axum::body::Body;
use axum::http::Method;
use purser_testkit::{Caller, Reply};

const BOUNDARY: &str = "purser-test-boundary";

/// One part of a form: name, file name, bytes.
pub(crate) type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// The form of these parts.
pub(crate) fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, file_name, bytes) in parts {
        let file_name = file_name.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        out.extend_from_slice(format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n").as_bytes());
        out.extend_from_slice(bytes);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    out
}

pub(crate) async fn send(by: &Caller, parts: &[Part<'_>]) -> Reply {
    send_body(by, Body::from(form(parts))).await
}

pub(crate) async fn send_body(by: &Caller, body: Body) -> Reply {
    by.send(Method::POST, "/files", Some(&format!("multipart/form-data; boundary={BOUNDARY}")), body).await
}

/// Attach a file to the caller themselves.
pub(crate) async fn upload(by: &Caller, name: &str, bytes: &[u8]) -> Reply {
    let me = by.id.clone().unwrap();
    send(by, &[("subjectType", None, b"user"), ("subjectId", None, me.as_bytes()), ("file", Some(name), bytes)]).await
}

/// Every object in the test's vault.
pub(crate) fn objects(app: &purser_testkit::TestApp) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![app.database.folder.path().join("objects")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found
}
