//! Which puzzle counts for an address: that of the only business there is, or of the one that names the address's domain as its own; else the
//! installation's. Two businesses that name the same domain have no say in it.

use std::sync::Arc;

use parking_lot::RwLock;
use purser_core::Result;
use purser_core::events::Topic;
use purser_core::ids::TenantId;
use purser_store::{Scope, tenants};
use tokio::sync::Semaphore;

use super::own::{self, Own};
use super::{Captcha, Found, Kind, LEAST, Unknown};
use crate::App;

/// Questions to one maker that may be under way at once.
const AT_ONCE: usize = 8;

/// What a puzzle is made of.
#[derive(Clone)]
pub struct Keys {
    /// Which one.
    pub kind: Kind,
    /// The key the page shows.
    pub site_key: String,
    /// The key answers are checked with.
    pub secret: String,
}

/// Makes a puzzle of its keys; what is wrong, in words, where none can be made.
pub type Make = Arc<dyn Fn(Keys) -> Result<Arc<dyn Captcha>, String> + Send + Sync>;

/// The puzzles of businesses, remembered until a setting changes.
pub struct Puzzles {
    make: Make,
    known: RwLock<Option<(Version, Arc<Known>)>>,
}

/// Of settings, and of which businesses there are.
type Version = (u64, u64);

struct Known {
    /// The business, if there is one only.
    only: Option<TenantId>,
    own: Vec<Meant>,
}

/// A puzzle that counts.
#[derive(Clone)]
pub(super) struct Meant {
    pub(super) captcha: Arc<dyn Captcha>,
    pub(super) least: i64,
    tenant: Option<TenantId>,
    domains: Vec<String>,
    slots: Arc<Semaphore>,
}

impl Meant {
    fn installation(captcha: Arc<dyn Captcha>, slots: Arc<Semaphore>) -> Self {
        Self { captcha, least: LEAST, tenant: None, domains: Vec::new(), slots }
    }

    /// Ask the maker, together with few others.
    pub(super) async fn check(&self, token: &str, ip: Option<&str>) -> Result<Found, Unknown> {
        let _turn = self.slots.acquire().await.map_err(|_| Unknown("the engine is ending"))?;
        self.captcha.check(token, ip).await
    }
}

impl Puzzles {
    /// Puzzles made by `make`.
    pub fn new(make: Make) -> Self {
        Self { make, known: RwLock::new(None) }
    }

    pub(super) fn make(&self, keys: Keys) -> Result<Arc<dyn Captcha>, String> {
        (self.make)(keys)
    }
}

impl Default for Puzzles {
    /// Businesses have none of their own.
    fn default() -> Self {
        Self::new(Arc::new(|_| Err("There are no puzzles here.".into())))
    }
}

async fn known(app: &App) -> Result<Arc<Known>> {
    let as_of = (app.db.version(Topic::Setting), app.db.version(Topic::Tenant));
    if let Some((version, known)) = &*app.puzzles.known.read()
        && *version == as_of
    {
        return Ok(known.clone());
    }
    let all = app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(purser_core::Error::from)).await?;
    let only = if let [one] = all.as_slice() { Some(one.id) } else { None };
    let mut found = Vec::new();
    for tenant in &all {
        // A puzzle that can not be made, for want of its key or of sense, must keep nobody from signing in.
        match own::made(app, tenant) {
            Ok(Some((captcha, Own { least, domains, .. }))) => {
                found.push(Meant { captcha, least, tenant: Some(tenant.id), domains, slots: Arc::new(Semaphore::new(AT_ONCE)) });
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(tenant = %tenant.id, %error, "the puzzle of a business can not be used"),
        }
    }
    let known = Arc::new(Known { only, own: found });
    *app.puzzles.known.write() = Some((as_of, known.clone()));
    Ok(known)
}

/// The puzzle for whoever types `email`; without one, for whoever comes to the page.
pub(super) async fn meant(app: &App, email: Option<&str>) -> Result<Option<Meant>> {
    let known = known(app).await?;
    let mut fitting = known.own.iter().filter(|one| match known.only {
        Some(only) => one.tenant == Some(only),
        None => email.and_then(domain).is_some_and(|domain| one.domains.contains(&domain)),
    });
    Ok(match (fitting.next(), fitting.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => app.captcha.clone().map(|captcha| Meant::installation(captcha, app.captcha_slots.clone())),
    })
}

fn domain(email: &str) -> Option<String> {
    email.trim().rsplit_once('@').map(|(_, domain)| domain.to_lowercase())
}

/// What a page shows before anybody has failed.
pub async fn offered(app: &App, email: Option<&str>) -> Result<Option<(Kind, String)>> {
    Ok(meant(app, email).await?.map(|meant| (meant.captcha.kind(), meant.captcha.site_key().to_owned())))
}

/// What the page may have to load, of whatever maker.
pub async fn sources(app: &App) -> Vec<&'static str> {
    let mut kinds: Vec<Kind> = app.captcha.iter().map(|captcha| captcha.kind()).collect();
    if let Ok(known) = known(app).await {
        kinds.extend(known.own.iter().map(|one| one.captcha.kind()));
    }
    kinds.sort_unstable();
    kinds.dedup();
    kinds.into_iter().map(Kind::sources).collect()
}
