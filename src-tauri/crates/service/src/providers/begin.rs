//! Beginning to sign in elsewhere: which buttons there are, and where one leads.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use purser_core::access::{Grant, Origin, can};
use purser_core::ids::ProviderId;
use purser_core::providers::{Aim, Kind, LIFE, Protocol};
use purser_core::{Error, Result, Timestamp};
use purser_store::provider_sign_ins::{self as store, New};
use purser_store::providers::{self, Provider};
use purser_store::{Scope, tenants};

use super::openid::Party;
use super::{CALLBACK, Kept, count, place, random, saml, terms};
use crate::App;
use crate::identity::{step_up, tokens};

/// A way to sign in, as a page offers it.
#[derive(Clone, Debug)]
pub struct Button {
    /// The connection.
    pub id: ProviderId,
    /// What it is called.
    pub name: String,
    /// What it leads to.
    pub kind: Kind,
}

/// The ways there are for whoever has this address, or comes to this tenant. An installation of one business shows all of its ways; of several,
/// one has to be named: which businesses there are is nobody's concern.
pub async fn buttons(app: &App, email: Option<&str>, tenant: Option<&str>) -> Result<Vec<Button>> {
    let read = async |tx: &mut purser_store::Tx| Ok::<_, Error>((providers::list_enabled(tx).await?, tenants::all(tx).await?));
    let (all, tenants) = app.db.read(Scope::System, read).await?;
    let only = match tenant {
        Some(slug) => Some(tenants.iter().find(|tenant| tenant.slug == slug).map(|tenant| tenant.id)),
        None if tenants.len() == 1 => Some(tenants.first().map(|tenant| tenant.id)),
        None => None,
    };
    let mut found = Vec::new();
    for provider in all {
        let terms = terms(&provider)?;
        let here = match only {
            Some(tenant) => tenant == Some(provider.tenant_id) && email.is_none_or(|email| terms.admits(Some(email))),
            None => !terms.domains.is_empty() && email.is_some_and(|email| terms.admits(Some(email))),
        };
        if here {
            found.push(Button { id: provider.id, name: provider.name, kind: provider.kind });
        }
    }
    Ok(found)
}

/// A program on the person's machine that waits for the outcome (RFC 8252).
#[derive(Clone, Debug)]
pub struct Native {
    /// The loopback port it listens at.
    pub port: u16,
    /// SHA-256 of what it will show to collect the outcome, base64url.
    pub challenge: String,
}

/// A sign-in to begin.
#[derive(Clone, Debug)]
pub struct Start {
    /// Where.
    pub provider: ProviderId,
    /// Whether the session shall last.
    pub remember: bool,
    /// A program rather than a browser.
    pub native: Option<Native>,
}

/// A sign-in that was begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where to send the person.
    pub url: String,
    /// What the browser keeps, to be shown when the outcome is collected. A program has its own.
    pub kept: Option<String>,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// On whose side a call came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Over the network.
    Outside,
    /// Within this process: the window, whose engine may have no address.
    Inside,
}

impl Where {
    /// Where a call came in: over the network it has an address.
    pub fn of(origin: &Origin) -> Self {
        if origin.ip.is_some() { Self::Outside } else { Self::Inside }
    }
}

/// The one address providers send people back to.
pub(super) fn callback(app: &App) -> String {
    format!("{}{CALLBACK}", app.mail.base())
}

fn binding(native: Option<&Native>) -> Result<(Vec<u8>, Option<String>)> {
    match native {
        None => {
            let kept = random();
            Ok((tokens::hash(&kept), Some(kept)))
        }
        Some(native) => {
            let hash = URL_SAFE_NO_PAD.decode(&native.challenge).ok().filter(|hash| hash.len() == 32);
            let hash = hash.ok_or_else(|| Error::invalid("native.challenge", "not_valid", "SHA-256 in base64url, 43 signs."))?;
            if native.port < 1_024 {
                return Err(Error::invalid("native.port", "out_of_range", "A port from 1024 on."));
            }
            Ok((hash, None))
        }
    }
}

/// Begin to sign in.
pub async fn start(app: &App, start: Start, origin: Arc<Origin>) -> Result<Begun> {
    count(app, &origin).await?;
    let id = start.provider;
    let found = app.db.read(Scope::System, async |tx| providers::find_anywhere(tx, id).await.map_err(Error::from)).await?;
    let provider = found.filter(|provider| provider.enabled).ok_or(Error::NotFound("provider"))?;
    begin(app, &provider, (start, None), &origin).await
}

/// Begin to add a way in to one's own account.
pub async fn link(app: &App, by: &Grant<can::ReadSelf>, start: Start) -> Result<Begun> {
    step_up::demand(app, by).await?;
    step_up::check_self(by)?;
    count(app, by.origin()).await?;
    let user = by.user().ok_or(Error::NotFound("user"))?;
    let found = app.db.read(by, async |tx| providers::find(tx, start.provider).await.map_err(Error::from)).await?;
    let provider = found.filter(|provider| provider.enabled).ok_or(Error::NotFound("provider"))?;
    begin(app, &provider, (start, Some(user.uuid())), by.origin()).await
}

async fn begin(app: &App, provider: &Provider, (start, user): (Start, Option<uuid::Uuid>), origin: &Origin) -> Result<Begun> {
    let now = app.clock.now();
    let (binding, kept_by_browser) = binding(start.native.as_ref())?;
    if provider.kind.protocol() == Protocol::Saml && start.native.is_some() && Where::of(origin) == Where::Inside {
        let message = "The provider sends people back to one address it knows, and this engine has none: share it, and sign in there.";
        return Err(Error::conflict("needs_address", message));
    }
    let redirect_uri = match (&start.native, Where::of(origin)) {
        // The window's engine may have no address of its own; the program at the port hands on what comes back.
        (Some(native), Where::Inside) => format!("http://127.0.0.1:{}{CALLBACK}", native.port),
        _ => callback(app),
    };
    let kept = Kept { nonce: random(), verifier: random(), redirect_uri, request: saml::request_id() };
    let (state, terms) = (random(), terms(provider)?);
    let party = Party { app, provider, terms: &terms };
    let url = match provider.kind.protocol() {
        Protocol::OpenId => party.begin(&state, &kept).await?,
        Protocol::OAuth => party.begin_oauth(&state, &kept)?,
        Protocol::Saml => saml::begin(app, (provider, &terms), &state, &kept)?,
    };
    let plain = serde_json::to_vec(&kept).map_err(|error| Error::Internal(Box::new(error)))?;
    let new = New {
        id: app.ids.next(now),
        provider: provider.id,
        aim: if user.is_some() { Aim::Link } else { Aim::SignIn },
        user,
        state_hash: tokens::hash(&state),
        binding,
        port: start.native.map(|native| i64::from(native.port)),
        remembered: start.remember,
        sealed: app.seal.seal(&place(provider.id), &plain)?,
        at: now,
        expires_at: now.plus(LIFE),
    };
    let expires_at = new.expires_at;
    app.db.transact(provider.tenant_id, async |tx| store::insert(tx, new).await.map_err(Error::from)).await?;
    Ok(Begun { url, kept: kept_by_browser, expires_at })
}
