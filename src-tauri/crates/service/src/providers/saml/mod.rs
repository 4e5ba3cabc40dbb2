//! SAML 2.0 as a service provider: signed requests by redirect, signed assertions by form, nothing that was not asked for.

mod assertion;
mod c14n;
mod certificate;
mod encrypted;
mod message;
mod signature;
mod xml;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use purser_core::access::Origin;
use purser_core::error::Checks;
use purser_core::ids::ProviderId;
use purser_core::providers::{Kind, Said, SamlParty, Terms};
use purser_core::{Error, Patch, Result, Timestamp};
use purser_store::provider_sign_ins::{self as store, Pending};
use purser_store::providers::{self, Provider};
use purser_store::{Scope, Tx};

use self::assertion::{Asserted, Fault, Wanted, judge};
use self::certificate::Certificate;
use self::message::Ours;
use super::come_back::{Back, claim, find, onwards, put_aside};
use super::{Kept, misconfigured, secret, terms, untrusted};
use crate::App;

/// Largest answer that is looked at, in base64.
const LONGEST: usize = 400_000;
/// Certificates of one provider.
const MOST: usize = 10;

/// What is said of a SAML provider by whoever sets it up.
#[derive(Clone, Debug, Default)]
pub struct SamlChange {
    /// Its metadata: entity id, address and certificates at once.
    pub metadata: Option<String>,
    /// Where requests go, by redirect.
    pub sso_url: Option<String>,
    /// Its certificates.
    pub certificates: Option<Vec<String>>,
    /// The attribute with the e-mail address.
    pub email_attribute: Patch<String>,
    /// The attribute with the given name.
    pub first_name_attribute: Patch<String>,
    /// The attribute with the family name.
    pub last_name_attribute: Patch<String>,
}

/// A certificate as a page shows it.
#[derive(Clone, Debug)]
pub struct ShownCertificate {
    /// As PEM.
    pub pem: String,
    /// Whose.
    pub subject: String,
    /// SHA-256 of the whole.
    pub fingerprint: String,
    /// When it runs out.
    pub not_after: Timestamp,
}

/// What the provider has to be told of us.
#[derive(Clone, Debug)]
pub struct Service {
    /// Our entity id.
    pub entity_id: String,
    /// Where answers go.
    pub acs_url: String,
    /// Where our metadata is.
    pub metadata_url: String,
}

/// Our addresses for a connection.
pub(super) fn service(app: &App, id: ProviderId) -> Service {
    let at = format!("{}/api/v1/auth/saml/{id}", app.mail.base());
    Service { entity_id: format!("{at}/metadata"), acs_url: format!("{at}/acs"), metadata_url: format!("{at}/metadata") }
}

fn ours(app: &App, id: ProviderId) -> Ours {
    let Service { entity_id, acs_url, .. } = service(app, id);
    Ours { entity_id, acs_url }
}

/// The certificates of a provider as a page shows them.
pub(super) fn shown(party: &SamlParty) -> Vec<ShownCertificate> {
    let one = |pem: &String| {
        let Certificate { subject, fingerprint, not_after, .. } = certificate::read(pem)?;
        Some(ShownCertificate { pem: pem.clone(), subject, fingerprint, not_after })
    };
    party.certificates.iter().filter_map(one).collect()
}

/// A key and a certificate of our own for a new connection.
pub(super) async fn own_key() -> Result<(String, String)> {
    tokio::task::spawn_blocking(certificate::own).await.map_err(|error| Error::Internal(Box::new(error)))?
}

/// Write a change on what is known of a provider; the entity id, where the metadata says it.
pub(super) fn apply(change: SamlChange, party: &mut SamlParty) -> Result<Option<String>> {
    let mut entity = None;
    if let Some(document) = &change.metadata {
        let message = "This is not the metadata of an identity provider that takes requests by redirect.";
        let (id, sso_url, certificates) = message::described(document).ok_or_else(|| Error::invalid("saml.metadata", "not_metadata", message))?;
        (party.sso_url, party.certificates, entity) = (sso_url, certificates, Some(id));
    }
    if let Some(sso_url) = change.sso_url {
        sso_url.trim().clone_into(&mut party.sso_url);
    }
    if let Some(certificates) = change.certificates {
        party.certificates = certificates.iter().map(|text| certificate::pem(&certificate::bare(text))).collect();
    }
    change.email_attribute.apply_optional(&mut party.email_attribute);
    change.first_name_attribute.apply_optional(&mut party.first_name_attribute);
    change.last_name_attribute.apply_optional(&mut party.last_name_attribute);
    Ok(entity)
}

/// Complain about a provider that could not be spoken to.
pub(super) fn check(party: &SamlParty) -> Result<()> {
    let mut checks = Checks::new();
    let page = super::openid::page(&party.sso_url).is_some_and(|url| url.fragment().is_none()) && party.sso_url.len() <= 1_000;
    checks.that(page, "saml.ssoUrl", "not_an_address", "The https address that takes requests by redirect.");
    let count = (1..=MOST).contains(&party.certificates.len());
    checks.that(count, "saml.certificates", "required", "From one to ten certificates.");
    for (place, pem) in party.certificates.iter().enumerate() {
        let read = certificate::read(pem).is_some();
        checks.that(read, &format!("saml.certificates[{place}]"), "not_a_certificate", "A certificate of RSA or an elliptic curve, as PEM.");
    }
    for (field, name) in [
        ("emailAttribute", &party.email_attribute),
        ("firstNameAttribute", &party.first_name_attribute),
        ("lastNameAttribute", &party.last_name_attribute),
    ] {
        if let Some(name) = name {
            checks.text(&format!("saml.{field}"), name, 300);
        }
    }
    checks.done()
}

fn party(terms: &Terms) -> Result<&SamlParty> {
    terms.saml.as_ref().ok_or_else(|| misconfigured("nothing is known of the identity provider"))
}

/// Where to send somebody.
pub(super) fn begin(app: &App, (provider, terms): (&Provider, &Terms), state: &str, kept: &Kept) -> Result<String> {
    let key = secret(app, provider)?.ok_or_else(|| misconfigured("it has no key for signed requests"))?;
    message::request(party(terms)?, &ours(app, provider.id), (&kept.request, state, app.clock.now()), &key)
}

/// A new name for a request: names may not begin with a digit.
pub(super) fn request_id() -> String {
    format!("_{}", hex::encode(rand::random::<[u8; 20]>()))
}

/// Our metadata for a connection, to be read by its provider.
pub async fn metadata(app: &App, id: ProviderId) -> Result<String> {
    let found = app.db.read(Scope::System, async |tx| providers::find_anywhere(tx, id).await.map_err(Error::from)).await?;
    let provider = found.filter(|provider| provider.kind == Kind::Saml).ok_or(Error::NotFound("provider"))?;
    let terms = terms(&provider)?;
    Ok(message::metadata(party(&terms)?, &ours(app, id)))
}

/// Take the answer of a provider that somebody brings.
pub async fn take(app: &App, id: ProviderId, (answer, state): (Option<String>, Option<String>), origin: Arc<Origin>) -> Back {
    let mut pending = None;
    let outcome = match find(app, state.as_deref(), &origin).await {
        Ok(found) => {
            let outcome = taken(app, id, (&found, answer), &origin).await;
            pending = Some(found);
            outcome
        }
        Err(error) => Err(error),
    };
    onwards(app, pending.as_ref(), outcome)
}

async fn taken(app: &App, id: ProviderId, (pending, answer): (&Pending, Option<String>), origin: &Origin) -> Result<String> {
    if pending.provider_id != id {
        return Err(super::over());
    }
    let (provider, kept) = claim(app, pending).await?;
    let said = said(app, &provider, &kept, answer).await;
    put_aside(app, pending, &provider, said, origin).await
}

async fn said(app: &App, provider: &Provider, kept: &Kept, answer: Option<String>) -> Result<Said> {
    let answer = answer.filter(|answer| answer.len() <= LONGEST).ok_or_else(|| untrusted("no answer, or one that is too long"))?;
    let plain: String = answer.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let text = STANDARD.decode(plain).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| untrusted("an answer that is no text"))?;
    let (terms, ours) = (terms(provider)?, ours(app, provider.id));
    let party = party(&terms)?;
    let certificates: Vec<Certificate> = party.certificates.iter().filter_map(|pem| certificate::read(pem)).collect();
    let key = secret(app, provider)?;
    let wanted = Wanted {
        issuer: provider.issuer.as_deref().unwrap_or_default(),
        audience: &ours.entity_id,
        recipient: &ours.acs_url,
        request: &kept.request,
        certificates: &certificates,
        key: key.as_deref().unwrap_or_default(),
        names: party,
        groups: terms.group_claim.as_deref(),
        now: app.clock.now(),
    };
    let Asserted { said, id, until } = judge(&text, &wanted).map_err(|fault| match fault {
        Fault::Refused => Error::Unauthenticated("provider_refused", "The provider does not let you sign in here.".into()),
        Fault::Untrusted(why) => untrusted(why),
        Fault::Unfit(why) => misconfigured(why),
    })?;
    let first = app.db.transact(provider.tenant_id, async |tx: &mut Tx| store::take_assertion(tx, provider.id, id, until).await.map_err(Error::from));
    if first.await? { Ok(said) } else { Err(untrusted("an assertion that was taken before")) }
}
