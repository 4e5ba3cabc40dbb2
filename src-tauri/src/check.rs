//! Is the other Purser there, is it who it says, does it work, and do we have a session? Step by step, so that whoever set it
//! up sees which part to mend. The first step that fails ends the check.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::connection::Connection;
use crate::problem::Problem;
use crate::profiles::Profile;
use crate::shell::Shell;
use crate::wire::{self, Call};

const STEP_MAX: Duration = Duration::from_secs(10);

/// One step and how it went.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) ok: bool,
    pub(crate) detail: String,
    #[serde(rename = "ms")]
    pub(crate) took_ms: u64,
}

/// The whole check.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Check {
    pub(crate) ok: bool,
    pub(crate) steps: Vec<Step>,
    /// What runs there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// `None` when it was not reached; `false` is no fault: sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_in: Option<bool>,
}

/// Check a profile.
pub(crate) async fn run(shell: &Arc<Shell>, profile: &Profile) -> Check {
    let mut check = Check { ok: false, steps: Vec::new(), version: None, signed_in: None };
    check.ok = steps(shell, profile, &mut check).await.is_some();
    check
}

async fn steps(shell: &Arc<Shell>, profile: &Profile, check: &mut Check) -> Option<()> {
    let url = profile.url.as_deref().and_then(|url| Url::parse(url).ok());
    if let Some(url) = &url {
        check.step("resolve", resolve(url)).await?;
    }
    let connection = match shell.connection(&profile.id) {
        Ok(connection) => connection,
        Err(problem) => return check.step("settings", async { Err::<String, _>(problem.detail) }).await.map(drop),
    };
    if let Some(url) = &url {
        let encrypted = url.scheme() == "https";
        check.step(if encrypted { "tls" } else { "connect" }, reached(&connection, encrypted, profile.trust.pin.is_some())).await?;
    }
    check.step("health", healthy(&connection)).await?;
    let version = check.step("version", version(&connection)).await?;
    check.version = Some(version);
    let who = check.step("session", session(&connection)).await?;
    check.signed_in = Some(who.starts_with("Signed in"));
    Some(())
}

impl Check {
    /// Run one step, write down how it went; `None` when it failed.
    async fn step(&mut self, name: &'static str, work: impl Future<Output = Result<String, String>>) -> Option<String> {
        let began = Instant::now();
        let result = tokio::time::timeout(STEP_MAX, work).await.unwrap_or_else(|_| Err("No answer within ten seconds.".to_owned()));
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (ok, detail) = match &result {
            Ok(detail) => (true, detail.clone()),
            Err(detail) => (false, detail.clone()),
        };
        self.steps.push(Step { name, ok, detail, took_ms });
        result.ok()
    }
}

async fn resolve(url: &Url) -> Result<String, String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(443);
    let found = tokio::net::lookup_host((host, port)).await.map_err(|error| format!("No machine has the name {host}: {error}."))?;
    let addresses: Vec<String> = found.map(|address| address.ip().to_string()).collect();
    if addresses.is_empty() { Err(format!("No machine has the name {host}.")) } else { Ok(addresses.join(", ")) }
}

async fn get(connection: &Connection, path: &str) -> Result<(StatusCode, Value), Problem> {
    let (parts, body) = connection.backend.send(&Call::get(path), None).await?.into_parts();
    let body = wire::collect(body, 4 * 1024 * 1024).await?;
    Ok((parts.status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

async fn reached(connection: &Connection, encrypted: bool, pinned: bool) -> Result<String, String> {
    get(connection, "/health/live").await.map_err(|problem| problem.detail)?;
    let how = match (encrypted, pinned) {
        (true, true) => "Encrypted; the certificate is good, and the key is one that is pinned.",
        (true, false) => "Encrypted; the certificate is good.",
        (false, _) => "Reached; not encrypted, which is fine within this machine.",
    };
    Ok(how.to_owned())
}

async fn healthy(connection: &Connection) -> Result<String, String> {
    let (status, body) = get(connection, "/health/ready").await.map_err(|problem| problem.detail)?;
    let said = body.pointer("/detail").and_then(Value::as_str).map(str::to_owned);
    match status {
        StatusCode::OK => Ok("It answers, and so does its database.".to_owned()),
        StatusCode::NOT_FOUND => Err("Something answers there, but it is not Purser.".to_owned()),
        status => Err(said.unwrap_or_else(|| format!("It answers with {status}."))),
    }
}

async fn version(connection: &Connection) -> Result<String, String> {
    let (_, body) = get(connection, "/health/live").await.map_err(|problem| problem.detail)?;
    let version = ["/version", "/data/version"].iter().find_map(|place| body.pointer(place)).and_then(Value::as_str);
    let Some(version) = version else { return Err("Something answers there, but it is not Purser.".to_owned()) };
    let family = |version: &str| version.split('.').next().map(str::to_owned);
    if family(version) != family(env!("CARGO_PKG_VERSION")) {
        return Err(format!("It runs {version}; this console is {} and cannot be sure to understand it.", env!("CARGO_PKG_VERSION")));
    }
    Ok(version.to_owned())
}

async fn session(connection: &Connection) -> Result<String, String> {
    let reply = connection.with_session(&Call::get("/api/v1/auth/me")).await.map_err(|problem| problem.detail)?;
    if reply.status() == StatusCode::UNAUTHORIZED {
        return Ok("Not signed in yet.".to_owned());
    }
    let status = reply.status();
    let body = wire::collect(reply.into_body(), 1024 * 1024).await.map_err(|problem| problem.detail)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    match body.pointer("/data/email").and_then(Value::as_str) {
        Some(email) => Ok(format!("Signed in as {email}.")),
        None => Err(format!("The session could not be checked ({status}).")),
    }
}
