//! Data folders with a business in them, and a way in.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::process::Command;

use crate::client::{Client, Request};
use crate::server::Server;
use crate::{Bench, Result};

const EMAIL: &str = "owner@bench.example";
const PASSWORD: &str = "tidal-Brass-ledger-94";

/// A folder with a tenant, an owner whose password is known, and so many people and orders. Also how long the filling took.
pub(crate) async fn folder(bench: &Bench, name: &str, people: u64, orders: u64) -> Result<(PathBuf, Duration)> {
    let folder = bench.scratch.join(name);
    let server = Server::purser(&bench.purser, &folder).await?;
    let owner = json!({ "tenantName": "Bench", "firstName": "Ada", "lastName": "Owner", "email": EMAIL, "password": PASSWORD });
    Client::connect(&server.host, None).await?.json(&Request::post("/api/v1/setup", &owner)).await?;
    server.stop().await?;
    let begun = Instant::now();
    let mut demo = Command::new(&bench.purser);
    demo.arg("demo").arg("--data").arg(&folder).args(["--users", &people.to_string(), "--orders", &orders.to_string(), "--seed", "1"]);
    let status = demo.stdin(Stdio::null()).stdout(Stdio::null()).status().await;
    match status {
        Ok(status) if status.success() => Ok((folder, begun.elapsed())),
        Ok(status) => Err(format!("purser demo failed ({status})")),
        Err(error) => Err(format!("purser demo could not be started: {error}")),
    }
}

/// The owner at the door.
pub(crate) fn sign_in_request() -> Request {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "tokenDelivery": "body" });
    Request::post("/api/v1/auth/login", &body)
}

/// Sign the owner in and hand back the access token.
pub(crate) async fn sign_in(host: &str) -> Result<String> {
    let reply = Client::connect(host, None).await?.json(&sign_in_request()).await?;
    reply["data"]["accessToken"].as_str().map(ToOwned::to_owned).ok_or_else(|| "sign-in gave no token".into())
}

/// The database file of a folder.
pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("purser.db")
}
