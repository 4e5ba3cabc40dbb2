//! Somebody comes back from a provider: what they bring is checked once, and put aside for whoever began the sign-in.

use std::sync::Arc;

use purser_core::access::Origin;
use purser_core::providers::{COLLECT, Protocol, Said};
use purser_core::{Error, Result};
use purser_store::provider_sign_ins::{self as store, Pending};
use purser_store::providers::{self, Provider};
use purser_store::{Scope, sign_ins};

use super::openid::Party;
use super::{Kept, PAGE, count, misconfigured, over, place, random, terms, untrusted};
use crate::App;
use crate::identity::{attempts, tokens};

/// Longest of what somebody brings.
const LONGEST: usize = 4_000;

/// What somebody brings back.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// What we sent along.
    pub state: Option<String>,
    /// What the provider gave.
    pub code: Option<String>,
    /// Or why it gave nothing.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub issuer: Option<String>,
    /// What Apple says of the person the first time, and never again: a name, as JSON.
    pub user: Option<String>,
}

/// Where somebody goes on.
#[derive(Debug)]
pub struct Back {
    /// The page, or the program that waits.
    pub url: String,
    /// Why there is nothing to collect there.
    pub error: Option<Error>,
}

/// Where the outcome of `pending` is collected: `what` is `code` or `error`.
pub(super) fn onward(app: &App, pending: Option<&Pending>, what: &str, value: &str) -> String {
    match pending {
        // Behind the #, so that it is in no log of a server on the way and in no Referer.
        None => format!("{}{PAGE}#{what}={value}", app.mail.base()),
        Some(Pending { port: Some(port), .. }) => format!("http://127.0.0.1:{port}/signed-in?{what}={value}"),
        Some(pending) => format!("{}{PAGE}#{what}={value}&purpose={}", app.mail.base(), pending.aim),
    }
}

/// Take what somebody brings back.
pub async fn come_back(app: &App, arrival: Arrival, origin: Arc<Origin>) -> Back {
    let mut pending = None;
    let outcome = match find(app, arrival.state.as_deref(), &origin).await {
        Ok(found) => {
            let outcome = take(app, &found, arrival, &origin).await;
            pending = Some(found);
            outcome
        }
        Err(error) => Err(error),
    };
    onwards(app, pending.as_ref(), outcome)
}

/// The page to go on to.
pub(super) fn onwards(app: &App, pending: Option<&Pending>, outcome: Result<String>) -> Back {
    match outcome {
        Ok(code) => Back { url: onward(app, pending, "code", &code), error: None },
        Err(error) => {
            if let Error::Internal(cause) = &error {
                tracing::error!(error = %cause, "a sign-in elsewhere failed inside Purser");
            }
            Back { url: onward(app, pending, "error", error.code()), error: Some(error) }
        }
    }
}

/// The sign-in behind `state`.
pub(super) async fn find(app: &App, state: Option<&str>, origin: &Origin) -> Result<Pending> {
    count(app, origin).await?;
    let state = state.filter(|state| state.len() <= 100).ok_or_else(over)?;
    let hash = tokens::hash(state);
    app.db.read(Scope::System, async |tx| store::by_state(tx, &hash).await.map_err(Error::from)).await?.ok_or_else(over)
}

/// Whoever comes back with a sign-in first is the only one: its connection, and what was kept for this moment.
pub(super) async fn claim(app: &App, pending: &Pending) -> Result<(Provider, Kept)> {
    let now = app.clock.now();
    let (first, provider) = app
        .db
        .transact(pending.tenant_id, async |tx| {
            let first = store::returned(tx, pending.id, now).await?;
            Ok::<_, Error>((first, providers::find(tx, pending.provider_id).await?))
        })
        .await?;
    let sealed = pending.sealed.as_deref().filter(|_| first).ok_or_else(over)?;
    let disabled = || Error::Unauthenticated("provider_disabled", "This way to sign in was switched off.".into());
    let provider = provider.filter(|provider| provider.enabled).ok_or_else(disabled)?;
    let plain = app.seal.open(&place(provider.id), sealed)?;
    Ok((provider, serde_json::from_slice(&plain).map_err(|error| Error::Internal(Box::new(error)))?))
}

/// Put aside what was said, or write down that nothing came of it; the code it is collected with.
pub(super) async fn put_aside(app: &App, pending: &Pending, provider: &Provider, said: Result<Said>, origin: &Origin) -> Result<String> {
    let now = app.clock.now();
    let said = match said {
        Ok(said) => said,
        Err(error) => {
            let attempt = refused(app, provider, origin, error.code());
            app.db
                .transact(pending.tenant_id, async |tx| {
                    store::give_up(tx, pending.id, now).await?;
                    sign_ins::insert(tx, attempt).await.map_err(Error::from)
                })
                .await?;
            return Err(error);
        }
    };
    let (code, plain) = (random(), serde_json::to_vec(&said).map_err(|error| Error::Internal(Box::new(error)))?);
    let sealed = app.seal.seal(&place(provider.id), &plain)?;
    let hash = tokens::hash(&code);
    app.db
        .transact(pending.tenant_id, async |tx| store::hand_over(tx, pending.id, (hash, sealed), now.plus(COLLECT)).await.map_err(Error::from))
        .await?;
    Ok(code)
}

async fn take(app: &App, pending: &Pending, arrival: Arrival, origin: &Origin) -> Result<String> {
    let (provider, kept) = claim(app, pending).await?;
    let said = ask(app, &provider, &kept, arrival).await;
    put_aside(app, pending, &provider, said, origin).await
}

/// Ask the provider what is behind what somebody brought.
async fn ask(app: &App, provider: &Provider, kept: &Kept, arrival: Arrival) -> Result<Said> {
    if let Some(error) = arrival.error {
        return Err(match error.as_str() {
            "access_denied" | "user_cancelled_authorize" | "user_cancelled_login" => {
                Error::Unauthenticated("cancelled", "The sign-in was called off at the provider.".into())
            }
            _ => Error::Unauthenticated("provider_refused", "The provider does not let you sign in here.".into()),
        });
    }
    let code = arrival.code.filter(|code| !code.is_empty() && code.len() <= LONGEST).ok_or_else(|| untrusted("an answer without a code"))?;
    let terms = terms(provider)?;
    let party = Party { app, provider, terms: &terms };
    let mut said = match provider.kind.protocol() {
        Protocol::OpenId => party.finish(&code, kept, arrival.issuer.as_deref()).await?,
        Protocol::OAuth => party.finish_oauth(&code, kept).await?,
        Protocol::Saml => return Err(misconfigured("a code for a provider that gives none")),
    };
    if let Some((first, last)) = arrival.user.as_deref().and_then(name) {
        said.first_name = said.first_name.or(first);
        said.last_name = said.last_name.or(last);
    }
    Ok(said)
}

/// The name in what Apple sends beside the code. It is not signed, so it is good for a name and nothing else.
fn name(user: &str) -> Option<(Option<String>, Option<String>)> {
    let user: serde_json::Value = serde_json::from_str(user.get(..LONGEST.min(user.len()))?).ok()?;
    let part = |name: &str| user["name"][name].as_str().map(str::to_owned);
    Some((part("firstName"), part("lastName")))
}

/// An attempt that was refused before it was known whose it is.
pub(super) fn refused(app: &App, provider: &Provider, origin: &Origin, reason: &'static str) -> sign_ins::Attempt {
    attempts::refused(attempts::from(app, provider.tenant_id, origin, provider.kind.as_str()), reason)
}
