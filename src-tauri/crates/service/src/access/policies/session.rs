//! The law one session stands under: the policies of its tenant, asked at every proof, and the watch that notes what was used and refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use moka::sync::Cache;
use purser_core::access::{Ask, Facts, Law, Role, RoleBook, RoleKey};
use purser_core::error::Bar;
use purser_core::events::Topic;
use purser_core::ids::{RefusalId, TenantId, UserId};
use purser_core::tenants::TenantState;
use purser_core::time::HOUR;
use purser_core::{Error, Permission, Result};
use purser_store::policies::{self as store, Policy};
use purser_store::refusals::Refusal;
use purser_store::tenants;
use serde_json::json;

use super::super::watch::Watch;
use super::court::{Case, Court, Rule, TenantFacts};
use crate::App;

/// Tenants whose policies are remembered at once.
const REMEMBERED: u64 = 1_000;

/// The policies of each tenant, ready to be asked, remembered until one changes.
pub struct Courts {
    cache: Cache<TenantId, ([u64; 3], Arc<Hall>)>,
}

impl Default for Courts {
    fn default() -> Self {
        Self { cache: Cache::new(REMEMBERED) }
    }
}

/// A court and the tenant it sits in.
pub(crate) struct Hall {
    pub(crate) court: Court,
    pub(crate) tenant: TenantFacts,
    /// Whether the tenant is open.
    pub(crate) state: TenantState,
}

/// The policies of `tenant` as they are now.
pub(crate) async fn hall(app: &App, tenant: TenantId) -> Result<Arc<Hall>> {
    // Read before the database is asked: a change that comes in between makes the answer stale, never wrong.
    let as_of = [Topic::Policy, Topic::Setting, Topic::Tenant].map(|topic| app.db.version(topic));
    if let Some((known, hall)) = app.courts.cache.get(&tenant)
        && known == as_of
    {
        return Ok(hall);
    }
    let (policies, found) = app
        .db
        .read(tenant, async |tx| Ok::<_, Error>((store::in_force(tx).await?, tenants::find(tx, tenant).await?.ok_or(Error::NotFound("tenant"))?)))
        .await?;
    let facts = TenantFacts { name: found.name, slug: found.slug, environment: found.environment, currency: found.currency.as_str().to_owned() };
    let hall = Arc::new(Hall { court: court(&policies)?, state: found.state, tenant: facts });
    app.courts.cache.insert(tenant, (as_of, hall.clone()));
    Ok(hall)
}

fn court(policies: &[Policy]) -> Result<Court> {
    let mut court = Court::new()?;
    for policy in policies {
        let enforced = policy.state == purser_core::access::PolicyState::Enforced;
        if !court.add((policy.id, &policy.name), &policy.source, enforced)? {
            tracing::warn!(policy = %policy.id, "a policy can not be read any more and is passed over");
        }
    }
    Ok(court)
}

/// The law one session stands under.
pub(crate) struct Session {
    who: (TenantId, UserId),
    /// The person's role and every role it inherits from.
    line: Vec<RoleKey>,
    staff: bool,
    hall: Arc<Hall>,
    watch: Arc<Watch>,
    /// When the use of each permission was last noted, so that most requests note nothing.
    noted: Vec<AtomicI64>,
}

impl Session {
    /// For a person of this role.
    pub(crate) fn new(who: (TenantId, UserId), (role, book): (RoleKey, &RoleBook), hall: Arc<Hall>, watch: Arc<Watch>) -> Self {
        let line = book.line(role).into_iter().map(|role| role.key).collect();
        let staff = book.get(role).is_some_and(|role| role.staff);
        let noted = Permission::ALL.iter().map(|_| AtomicI64::new(i64::MIN)).collect();
        Self { who, line, staff, hall, watch, noted }
    }

    fn note_use(&self, ask: &Ask<'_>) {
        let Some(last) = self.noted.get(ask.permission.place()) else { return };
        let now = ask.now.micros();
        if now.saturating_sub(last.load(Ordering::Relaxed)) >= HOUR {
            last.store(now, Ordering::Relaxed);
            self.watch.used(self.who, ask.permission, ask.now);
        }
    }

    fn note_refusal(&self, ask: &Ask<'_>, rule: Option<&Rule>, shadow: bool) {
        let facts = ask.facts.unwrap_or_default();
        self.watch.refused(Refusal {
            id: RefusalId(uuid::Uuid::nil()),
            tenant_id: self.who.0,
            at: ask.now,
            user_id: self.who.1,
            user_name: ask.actor.name.clone(),
            permission: ask.permission.as_str().to_owned(),
            policy_id: rule.map(|rule| rule.id.uuid()),
            line: rule.and_then(|rule| i64::try_from(rule.line).ok()),
            shadow,
            facts: told(ask, facts).into(),
        });
    }
}

fn told(ask: &Ask<'_>, facts: Facts) -> serde_json::Value {
    let mut told = serde_json::Map::new();
    if let Some(amount) = facts.amount {
        told.insert("amount".into(), json!(amount));
    }
    if let Some(role) = facts.role {
        told.insert("newRole".into(), json!(role));
    }
    if let Some(ip) = &ask.origin.ip {
        told.insert("ip".into(), json!(ip));
    }
    told.into()
}

/// What an owner may always do, whatever a policy says: look at the rules, and put them right.
const OWNERS_ALWAYS: [Permission; 4] = [Permission::ReadSelf, Permission::ReadRole, Permission::ManagePolicy, Permission::ManageRole];

/// Whether policies are asked at all.
pub(crate) fn is_judged(role: RoleKey, permission: Permission) -> bool {
    !(role == Role::Owner && OWNERS_ALWAYS.contains(&permission))
}

impl Law for Session {
    fn judge(&self, ask: &Ask<'_>) -> Result<()> {
        if !self.hall.court.is_empty() && is_judged(ask.actor.role, ask.permission) {
            let case = Case {
                role: ask.actor.role,
                line: &self.line,
                staff: self.staff,
                tenant: &self.hall.tenant,
                permission: ask.permission,
                ip: ask.origin.ip.as_deref(),
                device: ask.actor.device,
                assurance: ask.actor.assurance,
                now: ask.now,
                facts: ask.facts.unwrap_or_default(),
            };
            let (enforced, shadow) = self.hall.court.ask(&case)?;
            // What is asked again with its facts is told once.
            if ask.facts.is_some() || !ask.permission.asks_facts() {
                for rule in &shadow {
                    self.note_refusal(ask, Some(rule), true);
                }
            }
            if let Some(rule) = enforced.first() {
                self.note_refusal(ask, Some(rule), false);
                return Err(barred(ask, rule));
            }
        }
        self.note_use(ask);
        Ok(())
    }

    fn lacked(&self, ask: &Ask<'_>) {
        self.note_refusal(ask, None, false);
    }
}

fn barred(ask: &Ask<'_>, rule: &Rule) -> Error {
    let (permission, facts) = (ask.permission.as_str(), ask.facts.unwrap_or_default());
    Error::Barred(Box::new(Bar { permission, policy: rule.id.uuid(), name: rule.name.clone(), line: rule.line, facts }))
}
