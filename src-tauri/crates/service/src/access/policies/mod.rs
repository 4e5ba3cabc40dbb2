//! Policies: rules in a language made for it, asked after the rights. They only take away. Each has tests beside it, a life from draft
//! through shadow to enforced, and a history one can go back in.

mod court;
mod language;
mod session;
mod tests;

pub(crate) use court::{Case, Rule};
pub use language::{Complaint, LONGEST, SCHEMA_TEXT};
pub use session::Courts;
pub(crate) use session::{Session, hall, is_judged};
pub use tests::{Outcome, Test, Verdict};

use purser_core::access::{Grant, PolicyState, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::PolicyId;
use purser_core::time::DAY;
use purser_core::{Error, FieldError, Patch, Result};
use purser_store::page::COUNT_LIMIT;
use purser_store::policies::{self as store, Author, Policy, Version};
use purser_store::refusals::{self, Filter, Refusal};
use purser_store::{Listing, Page, Tx, tenants};
use serde::Serialize;

use super::watch;
use crate::audit::{self, Line};
use crate::identity::step_up;
use crate::{App, events};

/// Most policies of a tenant.
const MOST: usize = 100;

/// A policy and what it did in the last seven days.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The policy.
    pub policy: Policy,
    /// How often it refused something.
    pub refused: i64,
    /// How often it would have.
    pub would_have: i64,
}

/// What checking a policy found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What is wrong with the text.
    pub complaints: Vec<Complaint>,
    /// How its tests went, if the text can be read.
    pub outcomes: Vec<Outcome>,
}

/// A policy to write.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The text.
    pub source: String,
    /// Its tests.
    pub tests: Vec<Test>,
    /// Whether it counts.
    pub state: PolicyState,
}

/// A change of a policy: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What people call it.
    pub name: Patch<String>,
    /// What it is for.
    pub description: Patch<String>,
    /// The text.
    pub source: Patch<String>,
    /// Its tests.
    pub tests: Patch<Vec<Test>>,
    /// Whether it counts.
    pub state: Patch<PolicyState>,
    /// Why; kept with the version and in the log.
    pub reason: Option<String>,
}

/// Every policy, by name.
pub async fn list(app: &App, by: &Grant<can::ReadRole>) -> Result<Vec<Overview>> {
    watch::settle(app, Some(by.tenant())).await?;
    app.db
        .read(by, async |tx| {
            let tally = refusals::tally(tx, by.now().plus(-7 * DAY)).await?;
            Ok(store::all(tx).await?.into_iter().map(|policy| overview(policy, &tally)).collect())
        })
        .await
}

/// One policy.
pub async fn read(app: &App, by: &Grant<can::ReadRole>, id: PolicyId) -> Result<Overview> {
    watch::settle(app, Some(by.tenant())).await?;
    app.db
        .read(by, async |tx| {
            let tally = refusals::tally(tx, by.now().plus(-7 * DAY)).await?;
            Ok(overview(find(tx, id).await?, &tally))
        })
        .await
}

fn overview(policy: Policy, tally: &[(PolicyId, bool, i64)]) -> Overview {
    let count = |shadow| tally.iter().find(|(id, kind, _)| *id == policy.id && *kind == shadow).map_or(0, |(_, _, count)| *count);
    Overview { refused: count(false), would_have: count(true), policy }
}

async fn find(tx: &mut Tx, id: PolicyId) -> Result<Policy> {
    store::find(tx, id).await?.ok_or(Error::NotFound("policy"))
}

/// Read a text and run its tests, without keeping anything.
pub async fn check(app: &App, by: &Grant<can::ManagePolicy>, source: &str, tests: &[Test]) -> Result<Report> {
    size(source, tests)?;
    app.db.read(by, async |tx| report(tx, by, source, tests).await).await
}

async fn report<P>(tx: &mut Tx, by: &Grant<P>, source: &str, tests: &[Test]) -> Result<Report> {
    let statements = match language::read(source)? {
        Ok(statements) => statements,
        Err(complaints) => return Ok(Report { complaints, outcomes: Vec::new() }),
    };
    let book = purser_store::roles::book(tx).await?;
    let tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
    Ok(Report { complaints: Vec::new(), outcomes: tests::run(statements, tests, &book, &tenant, by.now())? })
}

fn size(source: &str, tests: &[Test]) -> Result<()> {
    let mut checks = Checks::new();
    checks.length("source", source, LONGEST).that(!source.trim().is_empty(), "source", "required", "This is needed.");
    checks.that(tests.len() <= 50, "tests", "too_many", "At most 50 tests.");
    for (place, test) in tests.iter().enumerate() {
        test.check(&mut checks, &format!("tests[{place}]"));
    }
    checks.done()
}

/// Refuse a text that can not be read, and, unless it is a draft or off, one whose tests fail.
async fn sound(tx: &mut Tx, by: &Grant<can::ManagePolicy>, policy: &Policy) -> Result<()> {
    let tests = read_tests(policy)?;
    let mut checks = Checks::new();
    checks.text("name", &policy.name, 100).length("description", &policy.description, 500);
    checks.done()?;
    size(&policy.source, &tests)?;
    let report = report(tx, by, &policy.source, &tests).await?;
    if !report.complaints.is_empty() {
        let tell = |complaint: Complaint| {
            let help = complaint.help.map_or_else(String::new, |help| format!(" ({help})"));
            FieldError::new(
                "source",
                "not_a_policy",
                format!("Line {}, column {}: {}{help}.", complaint.line, complaint.column, complaint.message.trim_end_matches('.')),
            )
        };
        return Err(Error::Invalid(report.complaints.into_iter().map(tell).collect()));
    }
    let failed: Vec<FieldError> = report
        .outcomes
        .iter()
        .enumerate()
        .filter(|(_, outcome)| !outcome.passed)
        .map(|(place, outcome)| {
            let message = format!("{}: expected {}, got {}.", outcome.name, outcome.expected.as_str(), outcome.got.as_str());
            FieldError::new(format!("tests[{place}]"), "test_failed", message)
        })
        .collect();
    let counts = matches!(policy.state, PolicyState::Shadow | PolicyState::Enforced);
    if counts && !failed.is_empty() { Err(Error::Unprocessable(failed)) } else { Ok(()) }
}

/// The tests kept with a policy.
pub fn read_tests(policy: &Policy) -> Result<Vec<Test>> {
    serde_json::from_value(policy.cases.0.clone()).map_err(|error| Error::Internal(Box::new(error)))
}

fn write_tests(tests: &[Test]) -> Result<store::Document> {
    serde_json::to_value(tests).map(store::Document::from).map_err(|error| Error::Internal(Box::new(error)))
}

fn author(by: &Grant<can::ManagePolicy>, reason: Option<String>) -> Author {
    Author { id: by.user(), name: by.actor().name.clone(), reason }
}

fn reason(reason: Option<&str>) -> Result<Option<String>> {
    let reason = reason.map(str::trim).filter(|text| !text.is_empty());
    if let Some(reason) = reason {
        Checks::new().length("reason", reason, 500).done()?;
    }
    Ok(reason.map(str::to_owned))
}

/// Write a policy.
pub async fn create(app: &App, by: &Grant<can::ManagePolicy>, new: NewPolicy) -> Result<Overview> {
    step_up::demand_unless_key(app, by).await?;
    let policy = Policy {
        id: by.id(),
        name: new.name.trim().to_owned(),
        description: new.description.trim().to_owned(),
        source: new.source,
        cases: write_tests(&new.tests)?,
        state: new.state,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    };
    app.db
        .transact(by, async |tx| {
            if store::all(tx).await?.len() >= MOST {
                return Err(Error::conflict("too_many", format!("A tenant can have {MOST} policies.")));
            }
            sound(tx, by, &policy).await?;
            store::insert(tx, &policy, &author(by, None)).await?;
            let line = Line::new("policy.create", "policy", policy.id.uuid(), policy.name.clone()).after(&Facts::of(&policy));
            audit::record(tx, by, line);
            events::emit(tx, by, Topic::Policy, "created", policy.id.uuid());
            Ok(overview(policy, &[]))
        })
        .await
}

/// Change a policy whose `version` the caller has read. What is in force follows from the next request on.
pub async fn update(app: &App, by: &Grant<can::ManagePolicy>, id: PolicyId, version: i64, change: Change) -> Result<Overview> {
    step_up::demand_unless_key(app, by).await?;
    let Change { name, description, source, tests, state, reason: why } = change;
    let why = reason(why.as_deref())?;
    if name.is_keep() && description.is_keep() && source.is_keep() && tests.is_keep() && state.is_keep() {
        return Err(Error::invalid("body", "empty", "Name at least one field to change."));
    }
    let mut checks = Checks::new();
    checks.extend(name.never_clear("name")).extend(description.never_clear("description")).extend(source.never_clear("source"));
    checks.extend(tests.never_clear("tests")).extend(state.never_clear("state"));
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            let policy = find(tx, id).await?;
            if policy.version != version {
                return Err(Error::Stale);
            }
            let mut next = policy.clone();
            name.apply(&mut next.name);
            description.apply(&mut next.description);
            source.apply(&mut next.source);
            state.apply(&mut next.state);
            if let Some(tests) = tests.set() {
                next.cases = write_tests(tests)?;
            }
            next.name = next.name.trim().to_owned();
            next.description = next.description.trim().to_owned();
            save(tx, by, (&policy, next), ("policy.update", why)).await
        })
        .await
}

/// Make a policy again what it was at `version`; its state stays.
pub async fn revert(app: &App, by: &Grant<can::ManagePolicy>, id: PolicyId, version: i64, why: Option<&str>) -> Result<Overview> {
    step_up::demand_unless_key(app, by).await?;
    let why = reason(why)?;
    app.db
        .transact(by, async |tx| {
            let policy = find(tx, id).await?;
            let was = store::version(tx, id, version).await?.ok_or_else(|| Error::invalid("version", "unknown", "There is no such version."))?;
            let Version { name, description, source, cases, .. } = was;
            let next = Policy { name, description, source, cases, ..policy.clone() };
            save(tx, by, (&policy, next), ("policy.revert", why)).await
        })
        .await
}

async fn save(
    tx: &mut Tx,
    by: &Grant<can::ManagePolicy>,
    (policy, next): (&Policy, Policy),
    (action, why): (&'static str, Option<String>),
) -> Result<Overview> {
    let next = Policy { version: policy.version + 1, updated_at: by.now(), ..next };
    sound(tx, by, &next).await?;
    if !store::update(tx, &next, &author(by, why.clone())).await? {
        return Err(Error::Stale);
    }
    let (before, after) = audit::changes(&Facts::of(policy), &Facts::of(&next));
    let line = Line::new(action, "policy", next.id.uuid(), next.name.clone()).before(&before).after(&after);
    audit::record(tx, by, why.map_or(line.clone(), |why| line.reason(why)));
    events::emit(tx, by, Topic::Policy, "updated", next.id.uuid());
    let tally = refusals::tally(tx, by.now().plus(-7 * DAY)).await?;
    Ok(overview(next, &tally))
}

/// Forget a policy that does not count.
pub async fn delete(app: &App, by: &Grant<can::ManagePolicy>, id: PolicyId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let policy = find(tx, id).await?;
            if matches!(policy.state, PolicyState::Shadow | PolicyState::Enforced) {
                return Err(Error::conflict("in_force", "This policy is in force. Switch it off first."));
            }
            store::delete(tx, id).await?;
            audit::record(tx, by, Line::new("policy.delete", "policy", id.uuid(), policy.name.clone()).before(&Facts::of(&policy)));
            events::emit(tx, by, Topic::Policy, "deleted", id.uuid());
            Ok(())
        })
        .await
}

/// What a policy was, newest first.
pub async fn history(app: &App, by: &Grant<can::ReadRole>, id: PolicyId) -> Result<Vec<Version>> {
    app.db
        .read(by, async |tx| {
            find(tx, id).await?;
            Ok(store::history(tx, id).await?)
        })
        .await
}

/// A page of what was refused, or would have been.
pub async fn refused(app: &App, by: &Grant<can::ReadRole>, filter: &Filter, page: &Page) -> Result<(Listing<Refusal>, Option<(i64, bool)>)> {
    watch::settle(app, Some(by.tenant())).await?;
    app.db
        .read(by, async |tx| {
            if let Some(id) = filter.policy {
                find(tx, id).await?;
            }
            let listing = refusals::list(tx, filter, page).await?;
            let total = if page.after.is_none() { Some(refusals::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((listing, total))
        })
        .await
}

/// A policy as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    name: &'a str,
    description: &'a str,
    source: &'a str,
    tests: &'a serde_json::Value,
    state: PolicyState,
}

impl<'a> Facts<'a> {
    fn of(policy: &'a Policy) -> Self {
        Self { name: &policy.name, description: &policy.description, source: &policy.source, tests: &policy.cases.0, state: policy.state }
    }
}
