//! The puzzle a business has of its own, kept with its settings; the secret lies there sealed and is shown to nobody.

use std::sync::Arc;

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::ids::TenantId;
use purser_core::{Error, Patch, Result};
use purser_store::tenants::{self, Tenant};
use purser_store::users;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Captcha, Keys, Kind, LEAST, Unknown};
use crate::App;
use crate::identity::step_up;
use crate::limits::{self, Limit};
use crate::tenants::part;

/// Where the tenant's settings keep it.
const PLACE: &str = "captcha";
/// Longest key taken.
const LONGEST: usize = 300;
/// Most domains.
const MOST: usize = 50;
/// A maker is asked by hand so often.
const TRIES: Limit = Limit { calls: 10, span_s: 600 };

/// As it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Own {
    kind: Kind,
    site_key: String,
    /// Sealed.
    secret: String,
    pub(super) least: i64,
    pub(super) domains: Vec<String>,
}

/// The same as people see it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Which puzzle the business has; none: the installation's counts.
    pub kind: Option<Kind>,
    /// The key the page shows.
    pub site_key: Option<String>,
    /// Whether there is a secret.
    pub has_secret: bool,
    /// Scores below this are a program's, in parts of a thousand.
    pub least_score: i64,
    /// Addresses of these domains are meant, where there are several businesses.
    pub domains: Vec<String>,
    /// What the installation has for everybody.
    pub installation: Option<Kind>,
    /// Whether there are other businesses, so that domains are needed.
    pub several: bool,
}

/// A change: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Which puzzle; cleared: the installation's.
    pub kind: Patch<Kind>,
    /// The key the page shows.
    pub site_key: Patch<String>,
    /// The key answers are checked with.
    pub secret: Patch<String>,
    /// Least score, in parts of a thousand.
    pub least_score: Patch<i64>,
    /// Domains of addresses.
    pub domains: Patch<Vec<String>>,
}

/// What a try of the keys showed.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Whether the maker takes the secret.
    pub ok: bool,
    /// What was found, as a stable word: `secret_taken`, `not_answered`, `none`.
    pub code: &'static str,
    /// In words.
    pub detail: String,
}

fn stored(tenant: &Tenant) -> Result<Option<Own>> {
    let value = tenant.settings.0.get(PLACE).filter(|value| !value.is_null());
    value.map(|value| serde_json::from_value(value.clone()).map_err(|error| Error::Internal(Box::new(error)))).transpose()
}

fn about(tenant: TenantId) -> String {
    format!("captcha:{tenant}")
}

/// The puzzle of a tenant, ready to be asked.
pub(super) fn made(app: &App, tenant: &Tenant) -> Result<Option<(Arc<dyn Captcha>, Own)>> {
    let Some(own) = stored(tenant)? else { return Ok(None) };
    let secret = String::from_utf8(app.seal.open(&about(tenant.id), &own.secret)?).map_err(|error| Error::Internal(Box::new(error)))?;
    let keys = Keys { kind: own.kind, site_key: own.site_key.clone(), secret };
    let captcha = app.puzzles.make(keys).map_err(|why| Error::conflict("captcha_unusable", why))?;
    Ok(Some((captcha, own)))
}

fn shown(app: &App, own: Option<&Own>, several: bool) -> Settings {
    Settings {
        kind: own.map(|own| own.kind),
        site_key: own.map(|own| own.site_key.clone()),
        has_secret: own.is_some(),
        least_score: own.map_or(LEAST, |own| own.least),
        domains: own.map(|own| own.domains.clone()).unwrap_or_default(),
        installation: app.captcha.as_ref().map(|captcha| captcha.kind()),
        several,
    }
}

async fn several(app: &App) -> Result<bool> {
    let all = app.db.read(purser_store::Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?;
    Ok(all.len() > 1)
}

/// The puzzle of the caller's business, and the version of its settings.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>) -> Result<(Settings, i64)> {
    let row = app.db.read(by, async |tx| part::find(tx, by).await).await?;
    Ok((shown(app, stored(&row)?.as_ref(), several(app).await?), row.version))
}

impl Change {
    fn applied(self, app: &App, tenant: TenantId, before: Option<&Own>) -> Result<Option<Own>> {
        if matches!(self.kind, Patch::Clear) {
            return Ok(None);
        }
        let mut checks = Checks::new();
        checks.extend(self.site_key.never_clear("siteKey")).extend(self.secret.never_clear("secret"));
        checks.extend(self.least_score.never_clear("leastScore")).extend(self.domains.never_clear("domains"));
        let kind = self.kind.set().copied().or(before.map(|own| own.kind));
        let site_key = self.site_key.set().cloned().or_else(|| before.map(|own| own.site_key.clone())).unwrap_or_default().trim().to_owned();
        let least = self.least_score.set().copied().or(before.map(|own| own.least)).unwrap_or(LEAST);
        let domains = self.domains.set().cloned().or_else(|| before.map(|own| own.domains.clone())).unwrap_or_default();
        let domains = cleaned(&domains);
        // A secret goes to the maker it was got from, and to no other.
        let kept = before.filter(|own| Some(own.kind) == kind).map(|own| own.secret.clone());
        let given = self.secret.set().map(|secret| secret.trim()).filter(|secret| !secret.is_empty());
        checks.that(kind.is_some(), "kind", "required", "Choose which puzzle.");
        checks.text("siteKey", &site_key, LONGEST).length("secret", given.unwrap_or_default(), LONGEST);
        checks.that(given.is_some() || kept.is_some(), "secret", "required", "Write the secret that belongs to the site key.");
        checks.that((0..=1_000).contains(&least), "leastScore", "out_of_range", "From 0 to 1000.");
        checks.that(domains.len() <= MOST, "domains", "too_many", "At most 50 domains.");
        checks.that(domains.iter().all(|domain| is_domain(domain)), "domains", "not_a_domain", "Write domains such as harbour.example.");
        checks.done()?;
        let secret = match (given, kept) {
            (Some(given), _) => app.seal.seal(&about(tenant), given.as_bytes())?,
            (None, Some(kept)) => kept,
            (None, None) => return Err(Error::internal("a puzzle without its secret")),
        };
        Ok(kind.map(|kind| Own { kind, site_key, secret, least, domains }))
    }
}

fn is_domain(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.len() <= 63 && part.chars().all(|c| c.is_alphanumeric() || c == '-');
    text.len() <= 253 && text.contains('.') && text.split('.').all(part)
}

/// Nobody puts a puzzle before the people of another business.
async fn foreign(app: &App, by: &Grant<can::UpdateSetting>, change: &Change) -> Result<()> {
    let domains = cleaned(change.domains.set().map(Vec::as_slice).unwrap_or_default());
    let tenant = by.tenant();
    let found = app
        .db
        .read(purser_store::Scope::System, async |tx| {
            for domain in domains.iter().filter(|domain| is_domain(domain)).take(MOST) {
                if users::domain_elsewhere(tx, tenant, domain).await? {
                    return Ok(Some(domain.clone()));
                }
            }
            Ok::<_, Error>(None)
        })
        .await?;
    match found {
        Some(domain) => Err(Error::invalid("domains", "used_elsewhere", format!("People of another business have addresses of {domain}."))),
        None => Ok(()),
    }
}

/// Domains as they are compared.
fn cleaned(domains: &[String]) -> Vec<String> {
    let mut domains: Vec<String> = domains.iter().map(|domain| domain.trim().trim_start_matches('@').to_lowercase()).collect();
    domains.sort_unstable();
    domains.dedup();
    domains
}

/// Change it, from the settings whose `version` the caller has read.
pub async fn update(app: &App, by: &Grant<can::UpdateSetting>, version: i64, change: Change) -> Result<(Settings, i64)> {
    step_up::demand(app, by).await?;
    let several = several(app).await?;
    foreign(app, by, &change).await?;
    app.db
        .transact(by, async |tx| {
            let mut tenant = part::hold(tx, by, version).await?;
            let before = stored(&tenant)?;
            let after = change.applied(app, tenant.id, before.as_ref())?;
            part::put(&mut tenant, PLACE, &after)?;
            let (from, to) = (shown(app, before.as_ref(), several), shown(app, after.as_ref(), several));
            let version = part::save(tx, by, ("setting.captcha", tenant), (&from, &to)).await?;
            Ok((to, version))
        })
        .await
}

/// Show the maker an answer that can not be right: one that knows the secret complains of the answer, one that does not of the secret.
pub async fn test(app: &App, by: &Grant<can::UpdateSetting>) -> Result<Tried> {
    let name = format!("captcha:test:{}", by.tenant());
    limits::refuse(&*app.counters, &name, TRIES, app.clock.now()).await?;
    app.counters.add(&name, 1, TRIES.span_s, app.clock.now()).await?;
    let row = app.db.read(by, async |tx| part::find(tx, by).await).await?;
    let own = made(app, &row)?.map(|(captcha, _)| captcha).or_else(|| app.captcha.clone());
    let Some(captcha) = own else { return Ok(Tried { ok: false, code: "none", detail: "There is no puzzle to test.".into() }) };
    Ok(match captcha.check("purser-test", None).await {
        Ok(_) => Tried { ok: true, code: "secret_taken", detail: "The maker answers and takes the secret.".into() },
        Err(Unknown(why)) => Tried { ok: false, code: "not_answered", detail: format!("It can not be used: {why}.") },
    })
}

/// Seal the secret anew with the key that leads.
pub(crate) async fn reseal(app: &App, tenant: TenantId) -> Result<()> {
    app.db
        .transact(tenant, async |tx| {
            let Some(mut row) = tenants::find(tx, tenant).await? else { return Ok(()) };
            let Some(mut own) = stored(&row)?.filter(|own| !app.seal.is_current(&own.secret) && app.seal.holds(&own.secret)) else { return Ok(()) };
            let plain = Zeroizing::new(app.seal.open(&about(tenant), &own.secret)?);
            own.secret = app.seal.seal(&about(tenant), &plain)?;
            part::put(&mut row, PLACE, &own)?;
            // Somebody who changes settings at this moment wins; their secret is sealed with the newest key already.
            tenants::update(tx, &row).await?;
            Ok(())
        })
        .await
}
