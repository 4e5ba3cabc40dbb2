//! The `gateway_events` table: what payment providers told, each once.

use purser_core::Timestamp;
use purser_core::gateways::NoticeState;
use purser_core::ids::{ConnectionId, NoticeId, TenantId};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, sql};

/// A message of a provider.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Notice {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: NoticeId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// The connection it came through.
    #[sqlx(try_from = "Uuid")]
    pub connection_id: ConnectionId,
    /// The provider's id of it.
    pub provider_id: String,
    /// Its kind, in the provider's words.
    pub kind: String,
    /// What the provider calls the payment it is about.
    pub subject: Option<String>,
    /// The message, sealed.
    pub sealed: String,
    /// What became of it.
    #[sqlx(try_from = "String")]
    pub state: NoticeState,
    /// The same in words.
    pub outcome: Option<String>,
    /// The payment it is about.
    pub payment_id: Option<Uuid>,
    /// How often it came.
    pub copies: i64,
    /// First came.
    #[sqlx(try_from = "Instant")]
    pub received_at: Timestamp,
    /// Followed up.
    #[sqlx(try_from = "MaybeInstant")]
    pub processed_at: Option<Timestamp>,
    /// A digest of everything that came, of one that is not proved to be the provider's.
    pub print: Option<String>,
}

macro_rules! columns {
    () => {
        "g.id, g.tenant_id, g.connection_id, g.provider_id, g.kind, g.subject, g.sealed, g.state, g.outcome, g.payment_id, g.copies, \
         g.received_at, g.processed_at, g.print"
    };
}

static LIST: List<Notice> = List {
    select: concat!("SELECT ", columns!(), " FROM gateway_events g"),
    id: "g.id",
    row_id: |notice| notice.id.uuid(),
    sorts: &[SortKey { name: "receivedAt", column: "g.received_at", key: |notice| Key::Time(notice.received_at.micros()) }],
};

/// Which messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    /// Through any of these connections.
    pub connections: Vec<ConnectionId>,
    /// In any of these states.
    pub states: Vec<NoticeState>,
    /// About this payment.
    pub payment: Option<Uuid>,
    /// With this in the kind or the provider's ids.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &NoticeFilter) -> Query {
    let mut query = Query::start(" WHERE g.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.connections.is_empty() {
        query.push(" AND g.connection_id IN ").list(filter.connections.iter().map(|id| (*id).into()));
    }
    if !filter.states.is_empty() {
        query.push(" AND g.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if let Some(payment) = filter.payment {
        query.push(" AND g.payment_id = ").arg(payment);
    }
    if let Some(text) = &filter.search {
        let pattern = format!("%{}%", crate::sql::like(&text.to_lowercase()));
        query.push(" AND (LOWER(g.kind) LIKE ").arg(pattern.clone()).push(" ESCAPE '\\' OR LOWER(g.provider_id) LIKE ").arg(pattern.clone());
        query.push(" ESCAPE '\\' OR LOWER(g.subject) LIKE ").arg(pattern).push(" ESCAPE '\\')");
    }
    query
}

/// A page of what providers told the tenant, newest first.
pub async fn list_notices(tx: &mut Tx, filter: &NoticeFilter, page: &Page) -> Result<Listing<Notice>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How much there is, exact up to `most`.
pub async fn count_notices(tx: &mut Tx, filter: &NoticeFilter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "gateway_events g", &condition, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM gateway_events g WHERE g.tenant_id = $1 AND g.id = $2");

/// One message.
pub async fn find_notice(tx: &mut Tx, id: NoticeId) -> Result<Option<Notice>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

#[derive(sqlx::FromRow)]
struct Kept {
    #[sqlx(try_from = "Uuid")]
    id: NoticeId,
    copies: i64,
}

const RECEIVE: &str = "INSERT INTO gateway_events (id, tenant_id, connection_id, provider_id, kind, subject, sealed, state, copies, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'received', 1, $8) \
     ON CONFLICT (connection_id, provider_id) WHERE print IS NULL DO UPDATE SET copies = gateway_events.copies + 1 RETURNING id, copies";
const CLAIMED: &str = "INSERT INTO gateway_events (id, tenant_id, connection_id, provider_id, kind, subject, sealed, state, copies, received_at, \
     print) VALUES ($1, $2, $3, $4, $5, $6, $7, 'unproved', 1, $8, $9) \
     ON CONFLICT (connection_id, print) WHERE print IS NOT NULL DO UPDATE SET copies = gateway_events.copies + 1 RETURNING id, copies";

/// Store a message, or count it if it came before: one that is proved by the provider's id of it, any other by its print. Its id, and whether
/// it is new.
pub async fn receive(tx: &mut Tx, notice: &Notice) -> Result<(NoticeId, bool)> {
    let query = sql(if notice.print.is_none() { RECEIVE } else { CLAIMED })
        .bind(notice.id)
        .bind(notice.tenant_id)
        .bind(notice.connection_id)
        .bind(&notice.provider_id)
        .bind(&notice.kind)
        .bind(notice.subject.clone())
        .bind(&notice.sealed)
        .bind(notice.received_at);
    let kept: Kept = tx.one(if let Some(print) = &notice.print { query.bind(print) } else { query }).await?;
    Ok((kept.id, kept.copies == 1))
}

const DONE: &str = "UPDATE gateway_events SET state = $3, outcome = $4, payment_id = COALESCE($5, payment_id), processed_at = $6 \
     WHERE tenant_id = $1 AND id = $2";

/// Write down what became of a message.
pub async fn done(tx: &mut Tx, id: NoticeId, (state, outcome): (NoticeState, String), (payment, now): (Option<Uuid>, Timestamp)) -> Result<()> {
    tx.run(sql(DONE).bind(tx.tenant()).bind(id).bind(state.as_str()).bind(outcome).bind(payment).bind(now)).await.map(drop)
}

/// Let a message be followed up once more, or its provider be asked once more.
pub async fn again(tx: &mut Tx, id: NoticeId) -> Result<()> {
    const AGAIN: &str = "UPDATE gateway_events SET state = CASE WHEN print IS NULL THEN 'received' ELSE 'unproved' END, outcome = NULL, \
         processed_at = NULL WHERE tenant_id = $1 AND id = $2";
    tx.run(sql(AGAIN).bind(tx.tenant()).bind(id)).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// How many messages of a connection are kept that are not proved.
pub async fn count_unproved(tx: &mut Tx, connection: ConnectionId) -> Result<i64> {
    const COUNT: &str = "SELECT COUNT(*) AS n FROM gateway_events WHERE tenant_id = $1 AND connection_id = $2 AND print IS NOT NULL";
    Ok(tx.one::<Count>(sql(COUNT).bind(tx.tenant()).bind(connection)).await?.n)
}

/// Forget messages of a connection that nobody asks about any more, at most `most`: those its provider did not send before those it never
/// answered about, the oldest first; how many.
pub async fn forget_settled(tx: &mut Tx, connection: ConnectionId, most: i64) -> Result<u64> {
    const FORGET: &str = "DELETE FROM gateway_events WHERE id IN (SELECT id FROM gateway_events WHERE tenant_id = $1 AND connection_id = $2 \
         AND print IS NOT NULL AND processed_at IS NOT NULL ORDER BY CASE state WHEN 'rejected' THEN 0 ELSE 1 END, received_at LIMIT $3)";
    tx.run(sql(FORGET).bind(tx.tenant()).bind(connection).bind(most)).await
}

/// A message is proved to be its provider's. `false`: it came before, which is counted there, and is kept once.
pub async fn prove(tx: &mut Tx, notice: &Notice) -> Result<bool> {
    const TWIN: &str = "UPDATE gateway_events SET copies = copies + $4 WHERE tenant_id = $1 AND connection_id = $2 AND provider_id = $3 \
         AND print IS NULL AND id <> $5";
    const AWAY: &str = "DELETE FROM gateway_events WHERE tenant_id = $1 AND id = $2";
    const PROVED: &str = "UPDATE gateway_events SET state = 'received', print = NULL, outcome = NULL, processed_at = NULL \
         WHERE tenant_id = $1 AND id = $2 AND print IS NOT NULL";
    let twin = sql(TWIN).bind(tx.tenant()).bind(notice.connection_id).bind(&notice.provider_id).bind(notice.copies).bind(notice.id);
    if tx.run(twin).await? == 1 {
        tx.run(sql(AWAY).bind(tx.tenant()).bind(notice.id)).await?;
        return Ok(false);
    }
    tx.run(sql(PROVED).bind(tx.tenant()).bind(notice.id)).await?;
    Ok(true)
}

/// Forget messages that nobody proved: those a provider did not send from before `rejected`, the others from before `unproved`. At most `most`
/// at once; how many.
pub async fn forget_unproved(tx: &mut Tx, (rejected, unproved): (Timestamp, Timestamp), most: i64) -> Result<u64> {
    const FORGET: &str = "DELETE FROM gateway_events WHERE id IN (SELECT id FROM gateway_events WHERE tenant_id = $1 AND print IS NOT NULL \
         AND ((state = 'rejected' AND received_at < $2) OR received_at < $3) ORDER BY received_at LIMIT $4)";
    tx.run(sql(FORGET).bind(tx.tenant()).bind(rejected).bind(unproved).bind(most)).await
}

/// Forget messages from before `before` that were followed up, at most `most` at once; how many.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    const FORGET: &str = "DELETE FROM gateway_events WHERE id IN (SELECT id FROM gateway_events \
         WHERE tenant_id = $1 AND state IN ('processed', 'ignored') AND received_at < $2 ORDER BY received_at LIMIT $3)";
    tx.run(sql(FORGET).bind(tx.tenant()).bind(before).bind(most)).await
}

#[derive(sqlx::FromRow)]
struct Sealed {
    #[sqlx(try_from = "Uuid")]
    id: NoticeId,
    sealed: String,
}

/// Messages after `after` as they lie sealed, in the order of their ids, at most `most`.
pub async fn sealed(tx: &mut Tx, after: NoticeId, most: i64) -> Result<Vec<(NoticeId, String)>> {
    const SEALED: &str = "SELECT id, sealed FROM gateway_events WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    let found: Vec<Sealed> = tx.all(sql(SEALED).bind(tx.tenant()).bind(after).bind(most)).await?;
    Ok(found.into_iter().map(|row| (row.id, row.sealed)).collect())
}

/// Put the same message, sealed anew, in the place of `old`.
pub async fn reseal_notice(tx: &mut Tx, id: NoticeId, (old, new): (String, String)) -> Result<()> {
    const RESEAL: &str = "UPDATE gateway_events SET sealed = $4 WHERE tenant_id = $1 AND id = $2 AND sealed = $3";
    tx.run(sql(RESEAL).bind(tx.tenant()).bind(id).bind(old).bind(new)).await.map(drop)
}
