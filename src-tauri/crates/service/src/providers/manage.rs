//! Connections as whoever manages them sees and changes them. The secret goes in and never comes out.

use purser_core::access::{Grant, Role, RoleKey, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::ProviderId;
use purser_core::providers::{AppleKey, GroupRole, Kind, SamlParty, Terms};
use purser_core::{Error, Patch, Result};
use purser_store::providers::{self as store, Provider};
use purser_store::{Tx, identities};
use serde::Serialize;

use super::openid::page;
use super::{SamlChange, Service, ShownCertificate, apple, begin, place, saml, terms};
use crate::access::Ranks;
use crate::audit::{self, Line};
use crate::identity::step_up;
use crate::{App, events};

/// Connections of a tenant.
const MOST: usize = 100;

/// What is said of a connection; on a new one everything that is needed has to be.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What its button says.
    pub name: Patch<String>,
    /// The issuer; for GitHub the address of an Enterprise Server; for SAML the entity id.
    pub issuer: Patch<String>,
    /// What the provider calls us.
    pub client_id: Patch<String>,
    /// The client secret; for Apple the key as PEM.
    pub secret: Patch<String>,
    /// What is asked for.
    pub scopes: Patch<Vec<String>>,
    /// Domains of addresses that may sign in.
    pub domains: Patch<Vec<String>>,
    /// Whether the provider proves addresses in these domains.
    pub proves_addresses: Patch<bool>,
    /// Where the groups are written.
    pub group_claim: Patch<String>,
    /// Roles by group.
    pub roles: Patch<Vec<GroupRole>>,
    /// Whether somebody nobody knows gets an account.
    pub create_people: Patch<bool>,
    /// Their role, where no group says otherwise.
    pub default_role: Patch<RoleKey>,
    /// For Apple.
    pub apple: Patch<AppleKey>,
    /// For SAML.
    pub saml: Option<SamlChange>,
    /// Whether it can be used.
    pub enabled: Patch<bool>,
}

/// A connection and what belongs to it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The connection.
    pub provider: Provider,
    /// Its terms.
    pub terms: Terms,
    /// How many people it knows.
    pub people: i64,
    /// What the provider has to be told as the address to send people back to.
    pub redirect_uri: String,
    /// What a SAML provider has to be told.
    pub service: Option<Service>,
    /// Its certificates.
    pub certificates: Vec<ShownCertificate>,
}

/// A connection as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    kind: Kind,
    name: &'a str,
    issuer: Option<&'a str>,
    client_id: Option<&'a str>,
    has_secret: bool,
    default_role: RoleKey,
    enabled: bool,
    #[serde(flatten)]
    terms: &'a Terms,
}

impl<'a> Facts<'a> {
    fn of(provider: &'a Provider, terms: &'a Terms) -> Self {
        Self {
            kind: provider.kind,
            name: &provider.name,
            issuer: provider.issuer.as_deref(),
            client_id: provider.client_id.as_deref(),
            has_secret: provider.secret.is_some(),
            default_role: provider.default_role,
            enabled: provider.enabled,
            terms,
        }
    }
}

async fn shown(app: &App, tx: &mut Tx, provider: Provider) -> Result<Shown> {
    let people = identities::count(tx, provider.id).await?;
    with_people(app, provider, people)
}

fn with_people(app: &App, provider: Provider, people: i64) -> Result<Shown> {
    let terms = terms(&provider)?;
    let service = (provider.kind == Kind::Saml).then(|| saml::service(app, provider.id));
    let redirect_uri = service.as_ref().map_or_else(|| begin::callback(app), |service| service.acs_url.clone());
    let certificates = terms.saml.as_ref().map(saml::shown).unwrap_or_default();
    Ok(Shown { provider, terms, people, redirect_uri, service, certificates })
}

/// Every connection.
pub async fn list(app: &App, by: &Grant<can::ReadSetting>) -> Result<Vec<Shown>> {
    app.db
        .read(by, async |tx| {
            let people = identities::counts(tx).await?;
            let all = store::list(tx).await?.into_iter();
            all.map(|provider| {
                let known = people.get(&provider.id).copied().unwrap_or(0);
                with_people(app, provider, known)
            })
            .collect()
        })
        .await
}

/// One connection.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>, id: ProviderId) -> Result<Shown> {
    app.db
        .read(by, async |tx| {
            let provider = store::find(tx, id).await?.ok_or(Error::NotFound("provider"))?;
            shown(app, tx, provider).await
        })
        .await
}

fn trimmed(text: Patch<String>) -> Patch<String> {
    match text {
        Patch::Set(text) if text.trim().is_empty() => Patch::Clear,
        Patch::Set(text) => Patch::Set(text.trim().to_owned()),
        other => other,
    }
}

impl Change {
    /// Write the change on a connection; the new secret, still in the clear, if there is one.
    fn apply(self, provider: &mut Provider, terms: &mut Terms) -> Result<Patch<String>> {
        let mut checks = Checks::new();
        checks.extend(self.name.never_clear("name")).extend(self.enabled.never_clear("enabled"));
        checks.extend(self.default_role.never_clear("defaultRole")).extend(self.create_people.never_clear("createPeople"));
        checks.extend(self.proves_addresses.never_clear("provesAddresses"));
        checks.done()?;
        trimmed(self.name).apply(&mut provider.name);
        trimmed(self.issuer).apply_optional(&mut provider.issuer);
        trimmed(self.client_id).apply_optional(&mut provider.client_id);
        self.default_role.apply(&mut provider.default_role);
        self.enabled.apply(&mut provider.enabled);
        match self.scopes {
            Patch::Keep => {}
            Patch::Clear => terms.scopes = provider.kind.scopes(),
            Patch::Set(scopes) => terms.scopes = scopes,
        }
        let words = |to: &mut Vec<String>, patch: Patch<Vec<String>>| match patch {
            Patch::Keep => {}
            Patch::Clear => to.clear(),
            Patch::Set(words) => *to = words.iter().map(|word| word.trim().trim_start_matches('@').to_lowercase()).collect(),
        };
        words(&mut terms.domains, self.domains);
        self.proves_addresses.apply(&mut terms.proves_addresses);
        trimmed(self.group_claim).apply_optional(&mut terms.group_claim);
        match self.roles {
            Patch::Keep => {}
            Patch::Clear => terms.roles.clear(),
            Patch::Set(roles) => terms.roles = roles,
        }
        self.create_people.apply(&mut terms.create_people);
        self.apple.apply_optional(&mut terms.apple);
        if let Some(change) = self.saml {
            let party = terms.saml.as_mut().ok_or_else(|| Error::invalid("saml", "not_used", "This is for SAML alone."))?;
            if let Some(entity) = saml::apply(change, party)? {
                provider.issuer = Some(entity);
            }
        }
        Ok(trimmed(self.secret))
    }
}

/// Complain about a connection that could not work.
fn check(provider: &Provider, terms: &Terms, secret: &Patch<String>) -> Result<()> {
    let mut checks = Checks::new();
    checks.text("name", &provider.name, 60);
    checks.that(provider.default_role != Role::Owner, "defaultRole", "owner", "An owner is made by an owner, not by a provider.");
    let kind = provider.kind;
    if let Some(issuer) = &provider.issuer {
        checks.length("issuer", issuer, 500);
        let fixed = matches!(kind, Kind::Google | Kind::Apple | Kind::Facebook);
        checks.that(!fixed, "issuer", "fixed", "There is only one of these; leave the address out.");
        if kind != Kind::Saml {
            let plain = page(issuer).is_some_and(|url| url.query().is_none() && url.fragment().is_none());
            checks.that(plain, "issuer", "not_an_address", "An https address without anything behind a ? or #.");
        }
    }
    let needed = matches!(kind, Kind::Oidc | Kind::Saml);
    checks.that(!needed || provider.issuer.is_some(), "issuer", "required", "This is needed.");
    checks.that(kind == Kind::Saml || provider.client_id.is_some(), "clientId", "required", "This is needed.");
    if let Some(client_id) = &provider.client_id {
        checks.length("clientId", client_id, 500);
    }
    let stored = provider.secret.is_some() && secret.is_keep();
    let needed = matches!(kind, Kind::Google | Kind::Apple | Kind::Facebook | Kind::Github);
    checks.that(!needed || stored || secret.set().is_some(), "secret", "required", "This provider gives a secret, and wants it shown.");
    checks.that(kind != Kind::Saml || secret.is_keep(), "secret", "not_used", "Purser makes the key for SAML itself.");
    checks.that(kind != Kind::Saml || provider.client_id.is_none(), "clientId", "not_used", "SAML knows us by our entity id.");
    if let Some(secret) = secret.set() {
        checks.that(secret.len() <= 5_000, "secret", "too_long", "At most 5000 characters.");
        let read = kind != Kind::Apple || apple::key(secret).is_some();
        checks.that(read, "secret", "not_a_key", "The key as Apple gives it: a file that begins with -----BEGIN PRIVATE KEY-----.");
    }
    checks.done()?;
    terms.check(kind)?;
    terms.saml.as_ref().map_or(Ok(()), saml::check)
}

/// Refuse to hand out a role above the caller's own, or to change what lets somebody above them in.
async fn within_reach<P>(tx: &mut Tx, by: &Grant<P>, provider: &Provider, terms: &Terms) -> Result<()> {
    let ranks = Ranks::read(tx).await?;
    ranks.known("defaultRole", provider.default_role)?;
    for (place, rule) in terms.roles.iter().enumerate() {
        ranks.known(&format!("roles[{place}].role"), rule.role)?;
    }
    terms.roles.iter().map(|rule| rule.role).chain([provider.default_role]).try_for_each(|role| ranks.check_assign(by, role))?;
    if !ranks.may_assign(by, Role::Owner.key()) && identities::owners(tx, provider.id).await? > 0 {
        let message = "An owner signs in this way, so only an owner can change it.";
        return Err(Error::Refused("role_above_yours", message.into()));
    }
    Ok(())
}

fn taken() -> Error {
    Error::Taken("name", "Another way to sign in has this name.".into())
}

fn seal(app: &App, provider: &mut Provider, secret: Patch<String>) -> Result<()> {
    match secret {
        Patch::Keep => {}
        Patch::Clear => provider.secret = None,
        Patch::Set(secret) => provider.secret = Some(app.seal.seal(&place(provider.id), secret.as_bytes())?),
    }
    Ok(())
}

fn write(terms: &Terms) -> Result<String> {
    serde_json::to_string(terms).map_err(|error| Error::Internal(Box::new(error)))
}

/// Add a connection.
pub async fn create(app: &App, by: &Grant<can::ManageProvider>, kind: Kind, change: Change) -> Result<Shown> {
    step_up::demand(app, by).await?;
    let mut terms = Terms { scopes: kind.scopes(), ..Terms::default() };
    let mut provider = Provider {
        id: by.id(),
        tenant_id: by.tenant(),
        kind,
        name: String::new(),
        issuer: None,
        client_id: None,
        secret: None,
        terms: String::new(),
        default_role: Role::User.key(),
        enabled: true,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    };
    if kind == Kind::Saml {
        terms.saml = Some(SamlParty::default());
    }
    let secret = change.apply(&mut provider, &mut terms)?;
    check(&provider, &terms, &secret)?;
    seal(app, &mut provider, secret)?;
    if let Some(party) = &mut terms.saml {
        let (key, certificate) = saml::own_key().await?;
        party.own_certificate = certificate;
        seal(app, &mut provider, Patch::Set(key))?;
    }
    provider.terms = write(&terms)?;
    app.db
        .transact(by, async |tx| {
            within_reach(tx, by, &provider, &terms).await?;
            if store::list(tx).await?.len() >= MOST {
                return Err(Error::conflict("too_many", format!("There can be {MOST} ways to sign in. Remove one first.")));
            }
            match store::insert(tx, &provider).await {
                Err(error) if error.is_taken() => return Err(taken()),
                other => other?,
            }
            let line = Line::new("provider.create", "provider", provider.id.uuid(), provider.name.clone());
            audit::record(tx, by, line.after(&Facts::of(&provider, &terms)));
            events::emit(tx, by, Topic::Setting, "provider_created", provider.id.uuid());
            shown(app, tx, provider).await
        })
        .await
}

/// Change the connection whose `version` the caller has read. Sign-ins that are under way end with what was in force when they began.
pub async fn update(app: &App, by: &Grant<can::ManageProvider>, (id, version): (ProviderId, i64), change: Change) -> Result<Shown> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let before = store::find(tx, id).await?.ok_or(Error::NotFound("provider"))?;
            if before.version != version {
                return Err(Error::Stale);
            }
            let was = terms(&before)?;
            within_reach(tx, by, &before, &was).await?;
            let (mut after, mut is) = (before.clone(), was.clone());
            let secret = change.apply(&mut after, &mut is)?;
            check(&after, &is, &secret)?;
            // Another issuer's "7" is not this one's: whoever was linked would be whoever has that name there.
            if after.issuer != before.issuer && identities::count(tx, id).await? > 0 {
                let message = "People sign in here already, and another provider would know other people by their names. Add a connection for it.";
                return Err(Error::conflict("has_people", message));
            }
            let renewed = !secret.is_keep();
            seal(app, &mut after, secret)?;
            within_reach(tx, by, &after, &is).await?;
            after.terms = write(&is)?;
            after.updated_at = by.now();
            match store::update(tx, &after).await {
                Err(error) if error.is_taken() => return Err(taken()),
                Err(error) => return Err(error.into()),
                Ok(false) => return Err(Error::Stale),
                Ok(true) => after.version += 1,
            }
            let (from, mut to) = audit::changes(&Facts::of(&before, &was), &Facts::of(&after, &is));
            if renewed {
                to.insert("secretChanged".into(), true.into());
            }
            audit::record(tx, by, Line::new("provider.update", "provider", id.uuid(), after.name.clone()).before(&from).after(&to));
            events::emit(tx, by, Topic::Setting, "provider_updated", id.uuid());
            shown(app, tx, after).await
        })
        .await
}

/// Remove a connection and the identities people have there. `force`: even if it is somebody's only way in.
pub async fn delete(app: &App, by: &Grant<can::ManageProvider>, id: ProviderId, force: bool) -> Result<()> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let provider = store::find(tx, id).await?.ok_or(Error::NotFound("provider"))?;
            let terms = terms(&provider)?;
            within_reach(tx, by, &provider, &terms).await?;
            let stranded = identities::stranded(tx, id).await?;
            if stranded > 0 && !force {
                let message = format!("{stranded} people have no other way in. They would have to ask for a link to choose a password.");
                return Err(Error::Several("last_way_in_for_some", message.into(), stranded));
            }
            let people = identities::count(tx, id).await?;
            store::delete(tx, id).await?;
            let line = Line::new("provider.delete", "provider", id.uuid(), provider.name.clone()).before(&Facts::of(&provider, &terms));
            audit::record(tx, by, line.after(&serde_json::json!({ "identitiesRemoved": people, "withoutAnotherWayIn": stranded })));
            events::emit(tx, by, Topic::Setting, "provider_deleted", id.uuid());
            events::emit(tx, by, Topic::User, "identity_unlinked", id.uuid());
            Ok(())
        })
        .await
}
