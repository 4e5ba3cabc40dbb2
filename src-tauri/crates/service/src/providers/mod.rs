//! Signing in elsewhere: `OpenID` Connect, OAuth 2 and SAML 2.0.
//!
//! A sign-in is begun here ([`begin`]), goes to the provider and comes back ([`come_back`]), where what it brings is checked and put aside; then
//! whoever began it, and nobody else, collects it ([`finish`]) and goes the same road as after a right password. Nothing waits for another
//! party inside a transaction; what the parties say is believed by the pure rules of `purser_core::providers` alone.

mod apple;
mod begin;
mod come_back;
mod finish;
mod manage;
mod oauth;
mod openid;
mod own;
mod parties;
mod people;
mod port;
mod probe;
mod saml;
mod token;
#[cfg(test)]
mod vectors;

pub use begin::{Begun, Button, Native, Start, Where, buttons, link, start};
pub use come_back::{Arrival, Back, come_back};
pub use finish::{finish, finish_link};
pub use manage::{Change, Shown, create, delete, list, read, update};
pub use own::{Identities, list_of, list_own, unlink};
pub use parties::Parties;
pub use port::{Answer, Ask, Nowhere, Parcel, Receipt, Refusal, Web};
pub use probe::{Facts, State, Step, Test, test};
pub use saml::{SamlChange, Service, ShownCertificate, metadata, take};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use purser_core::access::Origin;
use purser_core::ids::{ProviderId, TenantId};
use purser_core::providers::Terms;
use purser_core::{Error, Result};
use purser_store::providers::{self as store, Provider};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::App;
use crate::identity::recover::counter;
use crate::limits::{self, Limit};

/// Where providers send people back to.
pub const CALLBACK: &str = "/api/v1/auth/providers/callback";
/// The page of the console that takes it from there.
const PAGE: &str = "/sign-in/provider";
/// Sign-ins begun, brought back or collected from one address of the network.
const TRIED: Limit = Limit { calls: 60, span_s: 60 };

/// What is kept, sealed, of a sign-in that is under way.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// What the identity token has to repeat.
    nonce: String,
    /// What proves to the provider that it is we who began (PKCE).
    verifier: String,
    /// Where it was to come back to.
    redirect_uri: String,
    /// The id of the request, for SAML.
    request: String,
}

fn over() -> Error {
    Error::Unauthenticated("sign_in_over", "This sign-in took too long, was used before, or began in another browser. Begin again.".into())
}

fn unreachable(why: &Refusal) -> Error {
    tracing::warn!(%why, "a provider can not be reached");
    Error::Unavailable("provider_unreachable", "The provider can not be reached just now. Try again, or sign in another way.".into())
}

fn misconfigured(why: &str) -> Error {
    tracing::warn!(why, "a provider is not set up as it has to be");
    Error::Unavailable("provider_misconfigured", "The provider is not set up as it has to be. Somebody who manages providers can test it.".into())
}

/// What came back is not to be believed. `why` goes into the log, never to whoever brought it.
fn untrusted(why: &'static str) -> Error {
    tracing::warn!(why, "what a provider sent is not to be believed");
    Error::Unauthenticated("provider_token", "What the provider sent can not be trusted. Begin again.".into())
}

fn terms(provider: &Provider) -> Result<Terms> {
    serde_json::from_str(&provider.terms).map_err(|error| Error::Internal(Box::new(error)))
}

fn place(id: ProviderId) -> String {
    format!("provider:{id}")
}

/// The secret of a connection.
fn secret(app: &App, provider: &Provider) -> Result<Option<String>> {
    let Some(sealed) = &provider.secret else { return Ok(None) };
    let plain = app.seal.open(&place(provider.id), sealed)?;
    String::from_utf8(plain).map(Some).map_err(|_| Error::internal("a provider's secret that is no text"))
}

/// Seal the secrets of a tenant's connections with the key that leads.
pub(crate) async fn reseal(app: &App, tenant: TenantId) -> Result<()> {
    for provider in app.db.read(tenant, async |tx| store::list(tx).await.map_err(Error::from)).await? {
        let Some(old) = provider.secret.clone().filter(|old| !app.seal.is_current(old) && app.seal.holds(old)) else { continue };
        let about = place(provider.id);
        let new = app.seal.seal(&about, &Zeroizing::new(app.seal.open(&about, &old)?))?;
        app.db.transact(tenant, async |tx| store::reseal(tx, provider.id, (old, new)).await.map_err(Error::from)).await?;
    }
    Ok(())
}

/// 256 random bits as text.
fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

async fn count(app: &App, origin: &Origin) -> Result<()> {
    limits::take(&*app.counters, &counter("provider", origin), TRIED, app.clock.now()).await
}
