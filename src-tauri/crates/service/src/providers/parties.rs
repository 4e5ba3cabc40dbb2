//! What is known of the parties: where they are spoken to and the keys they sign with, asked for once and again when it may have changed.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use moka::sync::Cache;
use purser_core::time::{HOUR, SECOND};
use purser_core::{Result, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Ask, misconfigured, unreachable};
use crate::App;

/// Parties remembered at once.
const REMEMBERED: u64 = 1_000;
/// What was learned is asked for anew after this.
const FRESH: Duration = Duration::from_hours(1);
/// A key nobody knows has its set asked for again, but no more often than this: whoever makes up names of keys does not make us ask.
const BETWEEN: i64 = 30 * SECOND;

/// What a party says of itself at `/.well-known/openid-configuration`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    pub(super) userinfo_endpoint: Option<String>,
    #[serde(default)]
    pub(super) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// The keys of a party.
pub(super) struct Keys {
    pub(super) set: JwkSet,
    at: Timestamp,
}

/// What is known of the parties.
pub struct Parties {
    metadata: Cache<String, Arc<Metadata>>,
    keys: Cache<String, Arc<Keys>>,
}

impl Default for Parties {
    fn default() -> Self {
        let metadata = Cache::builder().max_capacity(REMEMBERED).time_to_live(FRESH).build();
        let keys = Cache::builder().max_capacity(REMEMBERED).time_to_live(FRESH).build();
        Self { metadata, keys }
    }
}

/// Where a party describes itself.
pub(super) fn well_known(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// Ask for a JSON document.
pub(super) async fn document<T: DeserializeOwned>(app: &App, ask: Ask) -> Result<T> {
    let url = ask.url.clone();
    let answer = app.web.ask(ask).await.map_err(|why| unreachable(&why))?;
    if answer.status != 200 {
        return Err(misconfigured(&format!("{url} answers {}", answer.status)));
    }
    serde_json::from_slice(&answer.body).map_err(|_| misconfigured(&format!("{url} answers something else than is needed")))
}

/// What the party behind `issuer` says of itself, if it is who it was asked to be.
pub(super) async fn metadata(app: &App, issuer: &str) -> Result<Arc<Metadata>> {
    if let Some(known) = app.parties.metadata.get(issuer) {
        return Ok(known);
    }
    let found: Metadata = document(app, Ask::get(well_known(issuer))).await?;
    if found.issuer != issuer {
        return Err(misconfigured("the provider calls itself something else than it is called here"));
    }
    let found = Arc::new(found);
    app.parties.metadata.insert(issuer.to_owned(), found.clone());
    Ok(found)
}

/// The keys at `uri`, among them the one called `kid` if there is one.
pub(super) async fn keys(app: &App, uri: &str, kid: Option<&str>) -> Result<Arc<Keys>> {
    let now = app.clock.now();
    if let Some(known) = app.parties.keys.get(uri) {
        let there = kid.is_none_or(|kid| known.set.find(kid).is_some());
        let age = now.since(known.at);
        if (there && age < HOUR) || age < BETWEEN {
            return Ok(known);
        }
    }
    let set: JwkSet = serde_json::from_value(lenient(document(app, Ask::get(uri)).await?)).map_err(|_| misconfigured("its keys can not be read"))?;
    let keys = Arc::new(Keys { set, at: now });
    app.parties.keys.insert(uri.to_owned(), keys.clone());
    Ok(keys)
}

/// A set of keys without those of kinds that are not known here: one of them must not make the others useless.
fn lenient(mut set: serde_json::Value) -> serde_json::Value {
    if let Some(keys) = set.get_mut("keys").and_then(serde_json::Value::as_array_mut) {
        keys.retain(|key| serde_json::from_value::<jsonwebtoken::jwk::Jwk>(key.clone()).is_ok());
        keys.truncate(100);
    }
    set
}
