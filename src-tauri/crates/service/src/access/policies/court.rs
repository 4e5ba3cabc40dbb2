//! Judging: the policies of a tenant that count, made ready once, asked at every proof.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicyId as CedarId, PolicySet, Request,
    RestrictedExpression as Value,
};
use purser_core::access::{Assurance, Device, Facts, RoleKey};
use purser_core::ids::PolicyId;
use purser_core::time::MINUTE;
use purser_core::{Error, Permission, Result, Timestamp};

use super::language::{self, Statement};

/// The policies of a tenant that are enforced, and those that only tell what they would do.
pub(crate) struct Court {
    entities: Entities,
    enforced: Bench,
    shadow: Bench,
}

struct Bench {
    set: PolicySet,
    rules: HashMap<String, Rule>,
}

/// A statement that said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The policy.
    pub(crate) id: PolicyId,
    /// Its name.
    pub(crate) name: String,
    /// The line of the statement.
    pub(crate) line: usize,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Case<'a> {
    /// Key of the person's role.
    pub(crate) role: RoleKey,
    /// It and every role it inherits from.
    pub(crate) line: &'a [RoleKey],
    /// Whether the role belongs to staff.
    pub(crate) staff: bool,
    /// The tenant as policies see it.
    pub(crate) tenant: &'a TenantFacts,
    /// By which permission.
    pub(crate) permission: Permission,
    /// Address.
    pub(crate) ip: Option<&'a str>,
    /// The device.
    pub(crate) device: Device,
    /// How surely they are who they say they are.
    pub(crate) assurance: Assurance,
    /// When.
    pub(crate) now: Timestamp,
    /// What is known.
    pub(crate) facts: Facts,
}

/// A tenant as policies see it.
#[derive(Clone, Debug, Default)]
pub(crate) struct TenantFacts {
    /// Name.
    pub(crate) name: String,
    /// Name as addresses write it.
    pub(crate) slug: String,
    /// `local`, `staging` or `production`.
    pub(crate) environment: String,
    /// Currency.
    pub(crate) currency: String,
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("a policy could not be asked: {error}"))
}

fn uid(kind: &str, id: &str) -> Result<EntityUid> {
    let kind: EntityTypeName = kind.parse().map_err(internal)?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

impl Bench {
    fn new() -> Result<Self> {
        // Who holds the permission may, unless a policy forbids it.
        let base = Policy::parse(Some(CedarId::new("base")), "permit (principal, action, resource);").map_err(internal)?;
        let mut set = PolicySet::new();
        set.add(base).map_err(internal)?;
        Ok(Self { set, rules: HashMap::new() })
    }

    fn add(&mut self, (id, name): (PolicyId, &str), statements: Vec<Statement>) -> Result<()> {
        for (place, statement) in statements.into_iter().enumerate() {
            let cedar = format!("{id}#{place}");
            self.set.add(statement.policy.new_id(CedarId::new(&cedar))).map_err(internal)?;
            self.rules.insert(cedar, Rule { id, name: name.to_owned(), line: statement.line });
        }
        Ok(())
    }

    /// Which rule says no. A policy that can not be answered says no as well: what is not known is not allowed.
    fn ask(&self, request: &Request, entities: &Entities) -> Option<Vec<Rule>> {
        if self.rules.is_empty() {
            return None;
        }
        let answer = Authorizer::new().is_authorized(request, &self.set, entities);
        let broken: Vec<String> = answer
            .diagnostics()
            .errors()
            .map(|cedar_policy::AuthorizationError::PolicyEvaluationError(error)| error.policy_id().to_string())
            .collect();
        if answer.decision() == Decision::Allow && broken.is_empty() {
            return None;
        }
        let said_no = answer.diagnostics().reason().map(ToString::to_string).filter(|_| answer.decision() == Decision::Deny);
        let mut rules: Vec<Rule> = said_no.chain(broken).filter_map(|id| self.rules.get(&id).cloned()).collect();
        rules.sort_by_key(|rule| (rule.id, rule.line));
        Some(rules)
    }
}

impl Court {
    /// A court without policies.
    pub(crate) fn new() -> Result<Self> {
        let entities = language::schema()?.action_entities().map_err(internal)?;
        Ok(Self { entities, enforced: Bench::new()?, shadow: Bench::new()? })
    }

    /// Add a policy; one that can not be read any more (a permission is gone) is left out, for it can not mean anything.
    pub(crate) fn add(&mut self, policy: (PolicyId, &str), text: &str, enforced: bool) -> Result<bool> {
        let Ok(statements) = language::read(text)? else { return Ok(false) };
        let bench = if enforced { &mut self.enforced } else { &mut self.shadow };
        bench.add(policy, statements)?;
        Ok(true)
    }

    /// Whether there is nothing to ask.
    pub(crate) fn is_empty(&self) -> bool {
        self.enforced.rules.is_empty() && self.shadow.rules.is_empty()
    }

    /// Which rules say no: those enforced, and those that would.
    pub(crate) fn ask(&self, case: &Case<'_>) -> Result<(Vec<Rule>, Vec<Rule>)> {
        if self.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let (request, people) = request(case)?;
        let entities = self.entities.clone().add_entities(people, None).map_err(internal)?;
        let enforced = self.enforced.ask(&request, &entities).unwrap_or_default();
        Ok((enforced, self.shadow.ask(&request, &entities).unwrap_or_default()))
    }
}

fn request(case: &Case<'_>) -> Result<(Request, Vec<Entity>)> {
    let principal = uid("User", "caller")?;
    let resource = uid("Tenant", &case.tenant.slug)?;
    let parents: HashSet<EntityUid> = case.line.iter().map(|role| uid("Role", role.as_str())).collect::<Result<_>>()?;
    let text = |text: &str| Value::new_string(text.to_owned());
    let person = HashMap::from([("role".to_owned(), text(case.role.as_str())), ("staff".to_owned(), Value::new_bool(case.staff))]);
    let tenant = case.tenant;
    let tenant = [("name", &tenant.name), ("slug", &tenant.slug), ("environment", &tenant.environment), ("currency", &tenant.currency)];
    let tenant = tenant.into_iter().map(|(name, value)| (name.to_owned(), text(value))).collect();
    let people = vec![
        Entity::new(principal.clone(), person, parents).map_err(internal)?,
        Entity::new(resource.clone(), tenant, HashSet::new()).map_err(internal)?,
    ];
    let action = uid("Action", case.permission.as_str())?;
    let request = Request::new(principal, action, resource, situation(case)?, Some(language::schema()?)).map_err(internal)?;
    Ok((request, people))
}

fn situation(case: &Case<'_>) -> Result<Context> {
    use chrono::{Datelike, Timelike};
    let now = case.now.to_utc();
    let minutes = case.device.since.map_or(0, |since| case.now.since(since) / MINUTE);
    let device = Value::new_record([
        ("remembered".to_owned(), Value::new_bool(case.device.remembered)),
        ("known".to_owned(), Value::new_bool(case.device.known)),
        ("signedInMinutes".to_owned(), Value::new_long(minutes)),
    ]);
    let mut facts = vec![
        ("hour".to_owned(), Value::new_long(i64::from(now.hour()))),
        ("minute".to_owned(), Value::new_long(i64::from(now.minute()))),
        ("weekday".to_owned(), Value::new_long(i64::from(now.weekday().number_from_monday()))),
        ("device".to_owned(), device.map_err(internal)?),
        ("factor".to_owned(), factor(case)?),
    ];
    // An address that is none (a socket's path) is as good as unknown.
    if let Some(ip) = case.ip.filter(|ip| ip.parse::<std::net::IpAddr>().is_ok()) {
        facts.push(("ip".to_owned(), Value::new_ip(ip)));
    }
    if let Some(amount) = case.facts.amount {
        facts.push(("amount".to_owned(), Value::new_long(amount.amount)));
        facts.push(("currency".to_owned(), Value::new_string(amount.currency.as_str().to_owned())));
    }
    if let Some(role) = case.facts.role {
        facts.push(("newRole".to_owned(), Value::new_string(role.as_str().to_owned())));
    }
    Context::from_pairs(facts).map_err(internal)
}

fn factor(case: &Case<'_>) -> Result<Value> {
    let Assurance { enrolled, proved_at, .. } = case.assurance;
    let mut known = vec![("enrolled".to_owned(), Value::new_bool(enrolled)), ("proved".to_owned(), Value::new_bool(proved_at.is_some()))];
    // What counts as proved for as long as the session lasts was proved just now.
    known.extend(proved_at.map(|at| ("minutes".to_owned(), Value::new_long((case.now.since(at) / MINUTE).max(0)))));
    Value::new_record(known).map_err(internal)
}

/// A court with one policy, for trying it out.
pub(super) fn of_one(statements: Vec<Statement>) -> Result<Arc<Court>> {
    let mut court = Court::new()?;
    court.enforced.add((PolicyId(uuid::Uuid::nil()), ""), statements)?;
    Ok(Arc::new(court))
}
