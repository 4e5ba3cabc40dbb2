//! One comparison: their lines, a page at a time, each against what we booked for the same thing; then what we booked and they do not report.
//! A job does it, so that nobody waits for a slow provider; a comparison that was interrupted begins anew and finds nothing twice.

use std::collections::BTreeSet;
use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::jobs::Wait;
use purser_core::reconciliation::ExceptionKind;
use purser_core::time::{DAY, HOUR, MINUTE};
use purser_core::{Error, Result, Timestamp};
use purser_store::Tx;
use purser_store::reconciliation::{self as store, Run};
use purser_store::reconciliation_basis as basis;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::lines::{self, Difference, Seen};
use super::port::{BalanceReport, Lines};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::jobs::{Failure, Plan, Turn, When, Work, enqueue};
use crate::payments::port::Trouble;
use crate::{App, events};

/// Longest the provider may take for a page.
const LONGEST: Duration = Duration::from_secs(30);
/// Most lines of one comparison.
const MOST_LINES: i64 = 200_000;
/// Most of our own bookings looked through for one.
const MOST_OURS: i64 = 50_000;
/// Longest span of one comparison.
const MOST_DAYS: i64 = 92;
/// What the regular comparison looks back over.
const BACK: i64 = 7 * DAY;
/// What moved at the provider so long before we booked it is not missing there.
const BEFORE: i64 = 3 * DAY;
/// Clocks may differ by so much.
const AFTER: i64 = HOUR;

/// One comparison of a tenant at a time.
fn one_at_a_time() -> When {
    When { unique: Some(Compare::KIND.into()), ..When::default() }
}

/// Have the books compared from one instant to before another, once for each key.
pub async fn request(
    app: &App,
    by: &Grant<can::ReconcileLedger>,
    (from, to): (Timestamp, Timestamp),
    once: Option<Once<Run>>,
) -> Result<Outcome<Run>> {
    let mut checks = Checks::new();
    checks.that(from < to, "from", "out_of_range", "An instant before the end.");
    checks.that(to.since(from) <= MOST_DAYS * DAY, "from", "too_long", "At most 92 days at once.");
    checks.done()?;
    let gateway = app.payments.gateway();
    if gateway.balance_report().is_none() {
        return Err(Error::conflict("no_report", "This payment provider gives no report that could be compared."));
    }
    let run = new_run(by, by.id(), (from, to));
    idempotency::at_once(app, by, (run.id, once), async |tx| {
        let job = enqueue(tx, by, &Compare { run: Some(run.id) }, one_at_a_time()).await?;
        job.ok_or_else(|| Error::conflict("already_running", "A comparison is being made. Wait until it has ended."))?;
        store::insert_run(tx, &run).await?;
        let facts = serde_json::json!({ "from": from, "to": to });
        audit::record(tx, by, Line::new("reconciliation.run", "reconciliation", run.id, "Comparison").after(&facts));
        events::emit(tx, by, Topic::Ledger, "comparing", run.id);
        Ok(run)
    })
    .await
}

fn new_run<P>(by: &Grant<P>, id: Uuid, (from_at, to_at): (Timestamp, Timestamp)) -> Run {
    Run {
        id,
        providers: String::new(),
        from_at,
        to_at,
        lines: 0,
        matched: 0,
        fees: 0,
        found: 0,
        requested_by: by.user().map(UserId::uuid),
        requested_by_name: by.user().map(|_| by.actor().name.clone()).unwrap_or_default(),
        made_at: by.now(),
        ended_at: None,
    }
}

/// Read the report and hold it against the books.
async fn compare(app: &App, by: &Grant<can::ReconcileLedger>, mut run: Run) -> Result<()> {
    let Some(report) = app.payments.gateway().balance_report() else { return Ok(()) };
    let asked = (run.from_at.plus(-BEFORE), run.to_at.plus(AFTER));
    let (mut seen, mut providers) = (Seen::default(), BTreeSet::new());
    let mut after: Option<String> = None;
    (run.lines, run.matched, run.fees) = (0, 0, 0);
    loop {
        let page = page(report, (by, asked), after.as_deref()).await?;
        let counts = app
            .db
            .transact(by, async |tx| {
                // Whoever compares the same at the same time waits here: a fee is booked once.
                store::hold_run(tx, run.id).await?.ok_or(Error::NotFound("reconciliation"))?;
                lines::theirs((app, by, tx), &run, &page).await
            })
            .await?;
        seen.note(&page.lines);
        providers.insert(page.provider);
        run.lines += counts.lines;
        run.matched += counts.matched;
        run.fees += counts.fees;
        after = page.next;
        if after.is_none() || run.lines >= MOST_LINES {
            break;
        }
    }
    run.providers = providers.iter().copied().collect::<Vec<_>>().join(",");
    let whole = after.is_none();
    app.db
        .transact(by, async |tx| {
            for provider in providers.iter().filter(|_| whole) {
                our_bookings((by, tx), (&run, provider), &seen).await?;
            }
            end(by, tx, &mut run).await
        })
        .await
}

async fn end(by: &Grant<can::ReconcileLedger>, tx: &mut Tx, run: &mut Run) -> Result<()> {
    run.found = store::found_by(tx, run.id).await?;
    run.ended_at = Some(by.now());
    store::end_run(tx, run).await?;
    let facts = serde_json::json!({
        "from": run.from_at, "to": run.to_at, "providers": run.providers, "lines": run.lines, "matched": run.matched,
        "feesBooked": run.fees, "found": run.found,
    });
    audit::record(tx, by, Line::new("reconciliation.done", "reconciliation", run.id, "Comparison").after(&facts));
    events::emit(tx, by, Topic::Ledger, "reconciled", run.id);
    Ok(())
}

async fn page<P>(report: &dyn BalanceReport, (by, span): (&Grant<P>, (Timestamp, Timestamp)), after: Option<&str>) -> Result<Lines> {
    let answer = tokio::time::timeout(LONGEST, report.lines(by.tenant(), span, after)).await.unwrap_or(Err(Trouble::Unknown));
    answer.map_err(|trouble| match trouble {
        Trouble::Unknown => Error::Unavailable("provider_silent", "The payment provider gave no answer. Try again in a moment.".into()),
        Trouble::Refused(_, message) => Error::conflict("provider_refused", message),
    })
}

/// What we booked in that time and they did not tell of.
async fn our_bookings((by, tx): (&Grant<can::ReconcileLedger>, &mut Tx), (run, provider): (&Run, &str), seen: &Seen) -> Result<()> {
    let ours = basis::between(tx, provider, (run.from_at, run.to_at), MOST_OURS).await?;
    let mut found = Vec::new();
    for booked in ours {
        let Some(subject) = booked.refund_id.or(booked.payment_id).filter(|id| !seen.has(*id)) else { continue };
        found.push(
            Difference {
                provider,
                kind: ExceptionKind::MissingThere,
                reference: &subject.to_string(),
                line_kind: if booked.refund_id.is_some() { "refund" } else { "charge" },
                currency: booked.currency,
                sums: (0, booked.amount),
                payment: booked.payment_id,
                refund: booked.refund_id,
                at: booked.at,
            }
            .found(by, run.id),
        );
    }
    for some in found.chunks(200) {
        store::insert(tx, some).await?;
    }
    Ok(())
}

/// A comparison: the one that was asked for, or the regular one of the last seven days.
#[derive(Serialize, Deserialize)]
pub struct Compare {
    /// The one that was asked for.
    #[serde(default)]
    pub(crate) run: Option<Uuid>,
}

impl Compare {
    /// The regular one, at most one at a time.
    pub(crate) fn regular() -> (Self, When) {
        (Self { run: None }, one_at_a_time())
    }
}

/// Put the regular comparison in; one that waits already is enough.
pub async fn put_in(tx: &mut Tx, by: &Grant<can::ReconcileLedger>) -> Result<()> {
    let (work, once) = Compare::regular();
    enqueue(tx, by, &work, once).await.map(drop)
}

impl Work for Compare {
    const KIND: &'static str = "reconcile";
    const QUEUE: &'static str = "upkeep";
    const PLAN: Plan = Plan { tries: 5, wait: Wait::Doubling(MINUTE, HOUR), longest: Duration::from_mins(15) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        if app.payments.gateway().balance_report().is_none() {
            return Ok(());
        }
        let now = app.clock.now();
        let by = Grant::<can::ReconcileLedger>::system(turn.tenant, now, &app.ids);
        // The regular one is called as its job is: another try goes on with it.
        let id = self.run.unwrap_or_else(|| turn.job.uuid());
        let run = app
            .db
            .transact(&by, async |tx| {
                if let Some(run) = store::hold_run(tx, id).await? {
                    return Ok::<_, Error>(run);
                }
                let run = new_run(&by, id, (now.plus(-BACK), now));
                store::insert_run(tx, &run).await?;
                Ok(run)
            })
            .await?;
        if run.ended_at.is_none() {
            compare(&app, &by, run).await?;
        }
        Ok(())
    }
}
