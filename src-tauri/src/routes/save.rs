//! A reply straight to disk, where the person wants it: nothing passes through the page, so a file of any size may come.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use futures::TryStreamExt;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_util::io::StreamReader;

use super::{Fields, Result, Window};
use crate::problem::{Problem, data};
use crate::shell::Shell;
use crate::wire::Call;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Save {
    path: String,
    #[serde(default)]
    name: Option<String>,
}

/// Ask where, fetch, write. `null` when the person changed their mind.
pub(super) async fn save(State(shell): State<Arc<Shell>>, Extension(Window(window)): Extension<Window>, Fields(wanted): Fields<Save>) -> Result {
    if !wanted.path.starts_with("/api/") || wanted.path.contains("..") {
        return Err(Problem::field("path", "Only what the engine answers can be saved."));
    }
    let connection = shell.connection_of(&window)?;
    let Some(target) = shell.desk.pick_save(&plain_name(wanted.name.as_deref())).await else { return Ok(data(Value::Null)) };
    let reply = connection.answer(Call::get(&wanted.path)).await?;
    if !reply.status().is_success() {
        return Ok(reply);
    }
    let bytes = write(reply.into_body(), &target).await.map_err(|error| {
        let told = format!("{} was not written: {error}.", target.display());
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "not_saved", told)
    })?;
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(data(json!({"name": name, "bytes": bytes})))
}

/// Beside it first: what has the file's name is the whole file.
async fn write(body: Body, target: &Path) -> std::io::Result<u64> {
    let part = part_of(target);
    let written = async {
        let mut file = tokio::fs::File::create(&part).await?;
        let mut source = StreamReader::new(body.into_data_stream().map_err(std::io::Error::other));
        let bytes = tokio::io::copy(&mut source, &mut file).await?;
        file.flush().await?;
        file.sync_all().await?;
        tokio::fs::rename(&part, target).await?;
        Ok(bytes)
    }
    .await;
    if written.is_err() {
        // What is left over is of no use; that it may not go away is no second fault to report.
        let _left = tokio::fs::remove_file(&part).await;
    }
    written
}

fn part_of(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    target.with_file_name(name)
}

/// A suggestion for the dialog, without anything that could lead out of the folder.
fn plain_name(name: Option<&str>) -> String {
    let plain: String = name.unwrap_or("download").chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    let plain = plain.trim_matches(['.', ' ']).chars().take(120).collect::<String>();
    if plain.is_empty() { "download".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggested_name_stays_in_its_folder() {
        assert_eq!(plain_name(Some("../../etc/passwd")), "_.._etc_passwd");
        assert_eq!(plain_name(Some("orders 2026.csv")), "orders 2026.csv");
        assert_eq!(plain_name(Some("...")), "download");
        assert_eq!(plain_name(None), "download");
    }

    #[tokio::test]
    async fn a_broken_reply_leaves_no_half_file() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("orders.csv");
        assert_eq!(write(Body::from("a,b\n"), &target).await.unwrap(), 4);
        let broken = futures::stream::iter([Ok("more"), Err(std::io::Error::other("line lost"))]);
        assert!(write(Body::from_stream(broken), &target).await.is_err());
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "a,b\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
