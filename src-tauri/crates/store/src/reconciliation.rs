//! The comparison of our books with a provider's: its runs, and what was found.

use std::collections::HashSet;

use purser_core::reconciliation::{ExceptionKind, ExceptionState};
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// One comparison.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Run {
    /// Id.
    pub id: Uuid,
    /// The providers that reported, separated by commas; nothing until it has ended.
    pub providers: String,
    /// From when.
    #[sqlx(try_from = "Instant")]
    pub from_at: Timestamp,
    /// Until before when.
    #[sqlx(try_from = "Instant")]
    pub to_at: Timestamp,
    /// Lines of the provider's report.
    pub lines: i64,
    /// Those that agree with our books.
    pub matched: i64,
    /// Fees they kept that were booked.
    pub fees: i64,
    /// Differences that were new.
    pub found: i64,
    /// Who asked for it; nobody for the regular one.
    pub requested_by: Option<Uuid>,
    /// Their name that day.
    pub requested_by_name: String,
    /// When it began.
    #[sqlx(try_from = "Instant")]
    pub made_at: Timestamp,
    /// When it ended; a comparison without has not, or failed.
    #[sqlx(try_from = "MaybeInstant")]
    pub ended_at: Option<Timestamp>,
}

macro_rules! runs {
    () => {
        "SELECT r.id, r.providers, r.from_at, r.to_at, r.lines, r.matched, r.fees, r.found, r.requested_by, r.requested_by_name, r.made_at, \
         r.ended_at FROM reconciliation_runs r"
    };
}

const RUNS: List<Run> = List {
    select: runs!(),
    id: "r.id",
    row_id: |r| r.id,
    sorts: &[SortKey { name: "madeAt", column: "r.made_at", key: |r| Key::Time(r.made_at.micros()) }],
};

/// One page of comparisons.
pub async fn runs(tx: &mut Tx, page: &Page) -> Result<Listing<Run>> {
    let mut clause = Query::start(" WHERE r.tenant_id = ");
    clause.arg(tx.tenant());
    RUNS.page(tx, &clause, page).await
}

const RUN: &str = concat!(runs!(), " WHERE r.tenant_id = $1 AND r.id = $2");
const HOLD_RUN: &str = concat!(runs!(), " WHERE r.tenant_id = $1 AND r.id = $2 FOR UPDATE");

/// One comparison, held until the transaction ends.
pub async fn hold_run(tx: &mut Tx, id: Uuid) -> Result<Option<Run>> {
    tx.optional(sql(tx.pick(RUN, HOLD_RUN)).bind(tx.tenant()).bind(id)).await
}

const INSERT_RUN: &str = "INSERT INTO reconciliation_runs (id, tenant_id, providers, from_at, to_at, lines, matched, fees, found, requested_by, \
     requested_by_name, made_at) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, $6, $7, $8)";
const END_RUN: &str = "UPDATE reconciliation_runs SET providers = $3, lines = $4, matched = $5, fees = $6, found = $7, ended_at = $8 \
     WHERE tenant_id = $1 AND id = $2";

/// Write a comparison down as it begins.
pub async fn insert_run(tx: &mut Tx, r: &Run) -> Result<()> {
    let query = sql(INSERT_RUN).bind(r.id).bind(tx.tenant()).bind(&r.providers).bind(r.from_at).bind(r.to_at);
    tx.run(query.bind(r.requested_by).bind(&r.requested_by_name).bind(r.made_at)).await.map(drop)
}

/// Write down what a comparison came to.
pub async fn end_run(tx: &mut Tx, r: &Run) -> Result<()> {
    let query = sql(END_RUN).bind(tx.tenant()).bind(r.id).bind(&r.providers).bind(r.lines).bind(r.matched);
    tx.run(query.bind(r.fees).bind(r.found).bind(r.ended_at)).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Found {
    n: i64,
}

/// How many differences a comparison found that were new.
pub async fn found_by(tx: &mut Tx, run: Uuid) -> Result<i64> {
    let query = sql("SELECT COUNT(*) AS n FROM reconciliation_exceptions WHERE tenant_id = $1 AND run_id = $2");
    Ok(tx.one::<Found>(query.bind(tx.tenant()).bind(run)).await?.n)
}

/// Something the two books do not agree on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Exception {
    /// Id.
    pub id: Uuid,
    /// The comparison that found it.
    pub run_id: Uuid,
    /// The provider.
    pub provider: String,
    /// What kind of difference.
    #[sqlx(try_from = "String")]
    pub kind: ExceptionKind,
    /// The line in their books; where they have none, the payment or refund in ours.
    pub reference: String,
    /// What kind of move.
    pub line_kind: String,
    /// The currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// What they say.
    pub theirs: i64,
    /// What we say.
    pub ours: i64,
    /// The payment, as far as it is known.
    pub payment_id: Option<Uuid>,
    /// The refund, as far as it is known.
    pub refund_id: Option<Uuid>,
    /// When it moved.
    #[sqlx(try_from = "Instant")]
    pub happened_at: Timestamp,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: ExceptionState,
    /// Why it was settled so.
    pub reason: Option<String>,
    /// The booking that wrote it off.
    pub posting_id: Option<Uuid>,
    /// Who settled it.
    pub resolved_by: Option<Uuid>,
    /// Their name that day.
    pub resolved_by_name: Option<String>,
    /// When.
    #[sqlx(try_from = "MaybeInstant")]
    pub resolved_at: Option<Timestamp>,
    /// Found.
    #[sqlx(try_from = "Instant")]
    pub found_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

impl Exception {
    /// An amount of it with its currency.
    pub const fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.currency)
    }
}

macro_rules! exceptions {
    () => {
        "SELECT x.id, x.run_id, x.provider, x.kind, x.reference, x.line_kind, x.currency, x.theirs, x.ours, x.payment_id, x.refund_id, \
         x.happened_at, x.state, x.reason, x.posting_id, x.resolved_by, x.resolved_by_name, x.resolved_at, x.found_at, x.version \
         FROM reconciliation_exceptions x"
    };
}

const EXCEPTIONS: List<Exception> = List {
    select: exceptions!(),
    id: "x.id",
    row_id: |x| x.id,
    sorts: &[SortKey { name: "foundAt", column: "x.found_at", key: |x| Key::Time(x.found_at.micros()) }],
};

/// Which differences are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Any of these states.
    pub states: Vec<ExceptionState>,
    /// Any of these kinds.
    pub kinds: Vec<ExceptionKind>,
    /// Found by this comparison.
    pub run: Option<Uuid>,
    /// Called so.
    pub search: Option<String>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE x.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query.push(" AND x.state IN ").list(filter.states.iter().map(|s| s.as_str().into()));
    }
    if !filter.kinds.is_empty() {
        query.push(" AND x.kind IN ").list(filter.kinds.iter().map(|k| k.as_str().into()));
    }
    if let Some(run) = filter.run {
        query.push(" AND x.run_id = ").arg(run);
    }
    if let Some(search) = &filter.search {
        query.push(" AND x.reference = ").arg(search);
    }
    query
}

/// One page of differences.
pub async fn exceptions(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Exception>> {
    let clause = clause(tx, filter);
    EXCEPTIONS.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "reconciliation_exceptions x", &clause, most).await
}

const FIND: &str = concat!(exceptions!(), " WHERE x.tenant_id = $1 AND x.id = $2");
const HOLD: &str = concat!(exceptions!(), " WHERE x.tenant_id = $1 AND x.id = $2 FOR UPDATE");

/// One difference, held until the transaction ends.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Exception>> {
    tx.optional(sql(tx.pick(FIND, HOLD)).bind(tx.tenant()).bind(id)).await
}

/// One difference.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Exception>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// Add differences that are not known yet, and open those anew that a comparison settled by itself: the books agreed for a while and do no
/// longer. What a person settled stays settled. How many that were.
pub async fn insert(tx: &mut Tx, found: &[Exception]) -> Result<u64> {
    if found.is_empty() {
        return Ok(0);
    }
    let tenant: Value = tx.tenant().into();
    // PostgreSQL changes no row twice with one statement.
    let mut named = HashSet::new();
    let found = found.iter().filter(|x| named.insert((&x.provider, &x.reference, x.kind.as_str())));
    let mut query = Query::start(
        "INSERT INTO reconciliation_exceptions (id, tenant_id, run_id, provider, kind, reference, line_kind, currency, theirs, ours, payment_id, \
         refund_id, happened_at, state, found_at) VALUES",
    );
    query.rows(found.map(|x| row(tenant.clone(), x)));
    query.push(AGAIN);
    tx.run(query).await
}

const AGAIN: &str = " ON CONFLICT (tenant_id, provider, reference, kind) DO UPDATE SET state = 'open', run_id = excluded.run_id, \
     line_kind = excluded.line_kind, currency = excluded.currency, theirs = excluded.theirs, ours = excluded.ours, \
     payment_id = excluded.payment_id, refund_id = excluded.refund_id, happened_at = excluded.happened_at, found_at = excluded.found_at, \
     reason = NULL, posting_id = NULL, resolved_by = NULL, resolved_by_name = NULL, resolved_at = NULL, \
     version = reconciliation_exceptions.version + 1 \
     WHERE reconciliation_exceptions.state = 'matched' AND reconciliation_exceptions.resolved_by_name IS NULL";

fn row(tenant: Value, x: &Exception) -> [Value; 15] {
    [
        x.id.into(),
        tenant,
        x.run_id.into(),
        (&x.provider).into(),
        x.kind.as_str().into(),
        (&x.reference).into(),
        (&x.line_kind).into(),
        x.currency.into(),
        x.theirs.into(),
        x.ours.into(),
        Value::Uuid(x.payment_id),
        Value::Uuid(x.refund_id),
        x.happened_at.into(),
        x.state.as_str().into(),
        x.found_at.into(),
    ]
}

const RESOLVE: &str = "UPDATE reconciliation_exceptions SET state = $3, reason = $4, payment_id = $5, refund_id = $6, posting_id = $7, \
     resolved_by = $8, resolved_by_name = $9, resolved_at = $10, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $11";

/// Write how a difference was settled; `false` when it has moved on since.
pub async fn resolve(tx: &mut Tx, x: &Exception) -> Result<bool> {
    let query = sql(RESOLVE)
        .bind(tx.tenant())
        .bind(x.id)
        .bind(x.state.as_str())
        .bind(x.reason.clone())
        .bind(x.payment_id)
        .bind(x.refund_id)
        .bind(x.posting_id)
        .bind(x.resolved_by)
        .bind(x.resolved_by_name.clone())
        .bind(x.resolved_at)
        .bind(x.version);
    Ok(tx.run(query).await? == 1)
}

/// Differences of some lines.
#[derive(Clone, Copy)]
pub struct These<'a> {
    /// The provider.
    pub provider: &'a str,
    /// Of these kinds.
    pub kinds: &'a [ExceptionKind],
    /// The lines, or the payments and refunds in our books.
    pub references: &'a [String],
}

impl These<'_> {
    /// ` AND …`
    fn push(&self, query: &mut Query, tx: &Tx) {
        query.push(" AND x.tenant_id = ").arg(tx.tenant()).push(" AND x.provider = ").arg(self.provider.to_owned());
        query.push(" AND x.kind IN ").list(self.kinds.iter().map(|kind| kind.as_str().into()));
        query.push(" AND x.reference IN ").list(self.references.iter().map(Value::from));
    }
}

/// Those that were written off, held until the transaction ends.
pub async fn written_off(tx: &mut Tx, these: &These<'_>) -> Result<Vec<Exception>> {
    let mut query = Query::start(exceptions!());
    query.push(" WHERE x.state = 'written_off'");
    these.push(&mut query, tx);
    query.push(" ORDER BY x.id").push(tx.pick("", " FOR UPDATE"));
    tx.all(query).await
}

/// Those that are open are settled.
pub async fn agree(tx: &mut Tx, these: &These<'_>, why: &str, at: Timestamp) -> Result<u64> {
    let mut query = Query::start("UPDATE reconciliation_exceptions AS x SET state = 'matched', version = version + 1, reason = ");
    query.arg(why.to_owned()).push(", resolved_at = ").arg(at).push(" WHERE x.state = 'open'");
    these.push(&mut query, tx);
    tx.run(query).await
}
