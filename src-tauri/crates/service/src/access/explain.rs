//! Why somebody may do something, or may not: every rule that has a say, in the order they are asked, and the line to change.

use purser_core::access::{Assurance, Device, Facts, Grant, Held, PersonalRight, Power, Reach, RoleBook, RoleKey, Source, can, effective, sources};
use purser_core::ids::{OrderId, UserId};
use purser_core::people::Status;
use purser_core::{Error, Money, Permission, Result, Timestamp};
use purser_store::people::{self, Person};
use purser_store::rights::{self, Right};
use purser_store::{Tx, factors, orders, payments, roles};
use serde_json::{Map, Value, json};

use super::beyond;
use super::policies::{Case, Rule, hall, is_judged};
use crate::App;
use crate::identity::policy;
use crate::people::label;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who.
    pub user: UserId,
    /// What they want to do.
    pub permission: Permission,
    /// To which order.
    pub order: Option<OrderId>,
    /// To which person.
    pub person: Option<UserId>,
    /// With how much money.
    pub amount: Option<Money>,
    /// Giving which role.
    pub new_role: Option<RoleKey>,
    /// When; now unless said otherwise.
    pub at: Option<Timestamp>,
    /// From which address.
    pub ip: Option<String>,
}

/// What one rule has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// It lets it pass.
    Pass,
    /// It does not.
    Fail,
    /// It would not, but does not count.
    Note,
}

/// One rule and what it says: a code to translate, its particulars, and a sentence in English.
#[derive(Clone, Debug)]
pub struct Step {
    /// Stable word: `role_lacks`.
    pub code: &'static str,
    /// What it says.
    pub say: Say,
    /// Particulars by name.
    pub facts: Map<String, Value>,
    /// The same in words.
    pub text: String,
}

/// What to change so that the answer changes.
#[derive(Clone, Debug)]
pub struct Fix {
    /// Stable word: `end_denial`.
    pub code: &'static str,
    /// In words.
    pub text: String,
    /// What to change, below `/api/v1`.
    pub path: String,
}

/// The answer and how it came about.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Who.
    pub person: Person,
    /// Whether they may.
    pub allowed: bool,
    /// Every rule that has a say, in the order they are asked.
    pub steps: Vec<Step>,
    /// What to change, if they may not and something can be changed.
    pub fix: Option<Fix>,
}

pub(super) struct Work<'a> {
    /// What is asked.
    pub(super) question: &'a Question,
    /// Whether the asker may hear who decided what about others.
    open: bool,
    /// When it would be done.
    pub(super) now: Timestamp,
    steps: Vec<Step>,
    fix: Option<Fix>,
}

impl Work<'_> {
    pub(super) fn step(&mut self, code: &'static str, say: Say, facts: Value, text: impl Into<String>) {
        let facts = if let Value::Object(facts) = facts { facts } else { Map::new() };
        self.steps.push(Step { code, say, facts, text: text.into() });
    }

    pub(super) fn fix(&mut self, code: &'static str, path: String, text: impl Into<String>) {
        if self.fix.is_none() {
            self.fix = Some(Fix { code, path, text: text.into() });
        }
    }
}

/// Explain. Everybody may ask about themselves; asking about others takes the right to see roles.
pub async fn explain(app: &App, by: &Grant<can::ReadSelf>, question: Question) -> Result<Explanation> {
    let open = by.actor().may(Permission::ReadRole);
    let mine = by.user() == Some(question.user);
    if !mine {
        by.and::<can::ReadRole>()?;
    }
    let hall = hall(app, by.tenant()).await?;
    let policy = policy::of(app, by.tenant()).await?;
    let now = question.at.unwrap_or(by.now());
    let mut work = Work { question: &question, open, now, steps: Vec::new(), fix: None };
    if let Some(refusal) = hall.state.refusal() {
        work.step("business_shut", Say::Fail, json!({ "state": hall.state }), refusal.to_string());
    }
    let (person, book, enrolled) = app
        .db
        .read(by, async |tx| {
            let person = people::find(tx, question.user).await?.ok_or(Error::NotFound("user"))?;
            let book = roles::book(tx).await?;
            account(&mut work, &person);
            let held = rights_of(tx, &mut work, (&person, &book)).await?;
            if mine {
                narrowed(&mut work, by, held);
            }
            let left = subject(tx, by, &mut work, (&person, &book, held)).await?;
            beyond::second_eyes(tx, &mut work, (&person, held), left).await?;
            let enrolled = factors::list(tx, person.id).await?.iter().any(|factor| factor.confirmed_at.is_some());
            Ok::<_, Error>((person, book, enrolled))
        })
        .await?;
    let line: Vec<RoleKey> = book.line(person.role).into_iter().map(|role| role.key).collect();
    // Who asks about themselves is judged as they stand there; of others is known neither where they are nor on what.
    let own_ip = by.origin().ip.as_deref().filter(|_| mine);
    let elsewhere = (Device { since: Some(now), ..Device::default() }, Assurance { enrolled, ..Assurance::default() });
    let (device, assurance) = if mine { (by.actor().device, by.actor().assurance) } else { elsewhere };
    let case = Case {
        role: person.role,
        line: &line,
        staff: book.get(person.role).is_some_and(|role| role.staff),
        tenant: &hall.tenant,
        permission: question.permission,
        ip: question.ip.as_deref().or(own_ip),
        device,
        assurance,
        now,
        facts: Facts { amount: question.amount, role: question.new_role },
    };
    if is_judged(person.role, question.permission) {
        let (enforced, shadow) = hall.court.ask(&case)?;
        law(&mut work, &enforced, &shadow, hall.court.is_empty());
    } else {
        work.step("owner_exempt", Say::Pass, json!({}), "An owner may always look at the rules and put them right.");
    }
    beyond::proof(&mut work, by, &policy, (mine, enrolled));
    let allowed = work.steps.iter().all(|step| step.say != Say::Fail);
    Ok(Explanation { person, allowed, fix: work.fix.filter(|_| !allowed), steps: work.steps })
}

fn account(work: &mut Work<'_>, person: &Person) {
    let status = person.status;
    if status == Status::Active {
        return work.step("account_active", Say::Pass, json!({}), format!("{} can sign in.", label(person)));
    }
    work.step("account_not_active", Say::Fail, json!({ "status": status }), format!("The account of {} is {status}.", label(person)));
    let (code, path) = match status {
        Status::Locked => ("unlock_account", format!("/users/{}/unlock", person.id)),
        Status::Deleted => ("restore_account", format!("/users/{}/restore", person.id)),
        _ => ("invite_again", format!("/users/{}", person.id)),
    };
    work.fix(code, path, "Bring the account back into use.");
}

async fn rights_of(tx: &mut Tx, work: &mut Work<'_>, (person, book): (&Person, &RoleBook)) -> Result<Held> {
    let (permission, now) = (work.question.permission, work.now);
    let stored = rights::of_user(tx, person.id).await?;
    let own: Vec<PersonalRight> = stored.iter().map(PersonalRight::from).collect();
    let held = effective(book, person.role, &own, now);
    if book.get(person.role).is_none() {
        work.step(
            "role_unknown",
            Say::Fail,
            json!({ "role": person.role }),
            format!("The role {} does not exist, so it allows nothing.", person.role),
        );
        work.fix("give_role", format!("/users/{}/role", person.id), "Give this person a role that exists.");
        return Ok(held);
    }
    if book.is_beyond(permission) {
        let text = format!("{permission} can be held in the home of this installation alone, and this is another tenant.");
        work.step("home_only", Say::Fail, json!({ "permission": permission }), text);
        return Ok(held);
    }
    let found = sources(book, person.role, &own, Power::any(permission), now);
    for source in &found {
        tell(work, (person, book), source, &stored);
    }
    if held.any.has(permission) || found.iter().any(|source| matches!(source, Source::Denial(_))) {
        return Ok(held);
    }
    let narrow = Power::own(permission);
    if permission.knows_own() && held.has(narrow) {
        return Ok(held);
    }
    let facts = json!({ "role": person.role, "permission": permission });
    work.step("role_lacks", Say::Fail, facts, format!("The role {} does not hold {permission}, and it was not given to this person.", person.role));
    let text = format!("Add {permission} to the role {}, or give it to this person alone.", person.role);
    work.fix("give_permission", format!("/roles/{}", person.role), text);
    Ok(held)
}

fn tell(work: &mut Work<'_>, (person, book): (&Person, &RoleBook), source: &Source, stored: &[Right]) {
    let permission = work.question.permission;
    let named = |key: RoleKey| book.get(key).map_or_else(|| key.to_string(), |role| role.name.clone());
    match *source {
        Source::Role(role) => {
            work.step("role_grants", Say::Pass, json!({ "role": role }), format!("The role {} holds {permission}.", named(role)));
        }
        Source::Inherited { role, from } => {
            let text = format!("The role {} has {permission} from {}.", named(role), named(from));
            work.step("role_inherits", Say::Pass, json!({ "role": role, "from": from }), text);
        }
        Source::Grant(id) | Source::Denial(id) => {
            let denied = matches!(source, Source::Denial(_));
            let right = stored.iter().find(|right| right.id == id);
            let mut facts = json!({ "rightId": id });
            if let Some(right) = right.filter(|_| work.open) {
                facts = json!({ "rightId": id, "reason": right.reason, "by": right.created_by_name, "expiresAt": right.expires_at });
            }
            if denied {
                work.step("right_denied", Say::Fail, facts, format!("{permission} was denied to this person. A denial wins."));
                work.fix("end_denial", format!("/users/{}/rights/{id}", person.id), "End the denial.");
            } else {
                work.step("right_granted", Say::Pass, facts, format!("{permission} was given to this person."));
            }
        }
    }
}

/// What an API key, or acting as somebody else, leaves of what a person holds.
fn narrowed(work: &mut Work<'_>, by: &Grant<can::ReadSelf>, held: Held) {
    let power = Power { permission: work.question.permission, reach: reach(work.question.permission) };
    if !held.has(power) || by.actor().held.has(power) {
        return;
    }
    let permission = power.permission;
    if by.actor().acting.is_some() {
        let text = format!("Acting as this person leaves {permission} out: nothing is changed meanwhile, and only what both may do is done.");
        work.step("acting_narrows", Say::Fail, json!({}), text);
    } else {
        work.step("key_narrows", Say::Fail, json!({}), format!("The API key was not given {permission}."));
    }
}

/// How far a permission reaches at the least.
const fn reach(permission: Permission) -> Reach {
    if permission.knows_own() { Reach::Own } else { Reach::Any }
}

/// What is special about the thing it would be done to; what could still be given back, if that is what it is about. Whoever asks hears of
/// nothing they could not read themselves.
async fn subject(
    tx: &mut Tx,
    by: &Grant<can::ReadSelf>,
    work: &mut Work<'_>,
    (person, book, held): (&Person, &RoleBook, Held),
) -> Result<Option<Money>> {
    let permission = work.question.permission;
    let own_only = !held.any.has(permission) && permission.knows_own() && held.has(Power::own(permission));
    let mut left = None;
    if let Some(id) = work.question.order {
        // Asking is no attempt: what is not held is not even asked for.
        let reach = by.actor().held.has(Power::own(Permission::ReadOrder)).then(|| by.scoped::<can::ReadOrder>().ok()).flatten();
        let found = orders::find(tx, id).await?.filter(|order| reach.as_ref().is_some_and(|reach| reach.reaches(order.customer_id)));
        let order = found.ok_or(Error::NotFound("order"))?;
        if own_only && order.customer_id == person.id {
            work.step("own_thing", Say::Pass, json!({}), "It is this person's own.");
        } else if own_only {
            work.step("not_own", Say::Fail, json!({}), "This person may do this to their own things alone, and this is somebody else's.");
        }
        if permission == Permission::RefundOrder {
            left = money(tx, work, id).await?;
        }
    } else if own_only {
        work.step("own_only", Say::Note, json!({}), "This person may do this to their own things alone.");
    }
    if let Some(id) = work.question.person {
        let sees = by.user() == Some(id) || (by.actor().may(Permission::ReadUser) && by.and::<can::ReadUser>().is_ok());
        let other = people::find(tx, id).await?.filter(|_| sees).ok_or(Error::NotFound("user"))?;
        let given: Held = rights::given(tx, &[id], work.now).await?.into_iter().map(|right| right.power).collect();
        let reach = held.reaches(book.held(other.role).union(given)) && (other.role != purser_core::Role::Owner || person.role == other.role);
        if !reach && !permission.only_reads() {
            let text = format!("{} holds more than this person does.", label(&other));
            work.step("above", Say::Fail, json!({ "role": other.role }), text);
        }
    }
    Ok(left)
}

/// What is left to give back.
async fn money(tx: &mut Tx, work: &mut Work<'_>, order: OrderId) -> Result<Option<Money>> {
    let payments = payments::of_order(tx, order).await?;
    let refundable = || payments.iter().filter(|payment| payment.refundable() > 0);
    let left: i64 = refundable().map(purser_store::payments::Payment::refundable).sum();
    let left = refundable().next().map(|payment| Money::new(left, payment.currency)).filter(|left| left.amount > 0);
    match left {
        None => work.step("nothing_left", Say::Fail, json!({}), "There is nothing left to give back on this order."),
        Some(left) if work.question.amount.is_some_and(|amount| amount.amount > left.amount) => {
            work.step("more_than_left", Say::Fail, json!({ "left": left }), format!("At most {left} can still be given back."));
        }
        Some(_) => {}
    }
    Ok(left)
}

fn law(work: &mut Work<'_>, enforced: &[Rule], shadow: &[Rule], empty: bool) {
    for rule in enforced {
        let facts = json!({ "policyId": rule.id, "name": rule.name, "line": rule.line });
        work.step("policy_forbids", Say::Fail, facts, format!("The policy \u{201c}{}\u{201d} forbids it in line {}.", rule.name, rule.line));
        work.fix("change_policy", format!("/policies/{}", rule.id), format!("Change line {} of \u{201c}{}\u{201d}.", rule.line, rule.name));
    }
    for rule in shadow {
        let facts = json!({ "policyId": rule.id, "name": rule.name, "line": rule.line });
        let text = format!("The policy \u{201c}{}\u{201d} would forbid it in line {}, but is not enforced yet.", rule.name, rule.line);
        work.step("policy_would_forbid", Say::Note, facts, text);
    }
    if enforced.is_empty() && !empty {
        work.step("policies_allow", Say::Pass, json!({}), "No policy forbids it.");
    }
}
