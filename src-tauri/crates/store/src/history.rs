//! The `order_events` and `order_snapshots` tables: what happened to each order, written by whatever changes its row, in the same transaction.

use purser_core::Timestamp;
use purser_core::history::{self, Broken, Change, Facts, SHAPE, Told};
use purser_core::ids::OrderId;
use purser_core::orders::{MoneyState, OrderSource, OrderState};
use purser_core::{Currency, Error as CoreError};
use sqlx::types::Json;
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Query, Result, Tx, sql};

/// One event to be written.
#[derive(Clone, Debug)]
pub struct Append {
    /// To which order.
    pub order: OrderId,
    /// The version it makes; whoever makes the same one is too late.
    pub version: i64,
    /// What happened.
    pub change: Change,
    /// When.
    pub at: Timestamp,
}

/// Write events down. A version that is there already is a conflict: somebody else was quicker.
pub async fn append(tx: &mut Tx, events: &[Append]) -> Result<()> {
    let tenant = tx.tenant();
    for chunk in events.chunks(500) {
        let mut query = Query::start("INSERT INTO order_events (tenant_id, order_id, version, kind, shape, payload, at) VALUES");
        query.rows(chunk.iter().map(|event| {
            [
                tenant.into(),
                event.order.into(),
                event.version.into(),
                event.change.kind().into(),
                SHAPE.into(),
                event.change.payload().into(),
                event.at.into(),
            ]
        }));
        match tx.run(query).await {
            Err(error) if error.is_taken() => {
                return Err(CoreError::conflict("moved_on", "The order has changed in the meantime. Look again.").into());
            }
            written => drop(written?),
        }
    }
    Ok(())
}

/// What a change of a row leaves of it, for the event that tells of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct After {
    #[sqlx(try_from = "Uuid")]
    pub(crate) id: OrderId,
    #[sqlx(try_from = "String")]
    pub(crate) state: OrderState,
    #[sqlx(try_from = "String")]
    pub(crate) payment_state: MoneyState,
    pub(crate) paid: i64,
    pub(crate) refunded: i64,
    pub(crate) version: i64,
}

/// The end of a statement that changes rows of `orders` and gives back what [`After`] holds.
macro_rules! after {
    () => {
        " RETURNING id, state, payment_state, paid, refunded, version"
    };
}
pub(crate) use after;

#[derive(sqlx::FromRow)]
struct Live {
    #[sqlx(try_from = "Uuid")]
    id: OrderId,
    number: i64,
    customer_id: Uuid,
    #[sqlx(try_from = "String")]
    state: OrderState,
    #[sqlx(try_from = "String")]
    payment_state: MoneyState,
    country: String,
    #[sqlx(try_from = "String")]
    currency: Currency,
    item_count: i64,
    subtotal: i64,
    discount: i64,
    tax: i64,
    shipping: i64,
    total: i64,
    paid: i64,
    refunded: i64,
    #[sqlx(try_from = "String")]
    source: OrderSource,
    #[sqlx(try_from = "MaybeInstant")]
    held_at: Option<Timestamp>,
    version: i64,
    #[sqlx(try_from = "Instant")]
    created_at: Timestamp,
    #[sqlx(try_from = "Instant")]
    updated_at: Timestamp,
}

impl From<Live> for Told {
    fn from(row: Live) -> Self {
        let facts = Facts {
            number: row.number,
            customer_id: row.customer_id,
            state: row.state,
            payment_state: row.payment_state,
            country: row.country,
            currency: row.currency,
            item_count: row.item_count,
            subtotal: row.subtotal,
            discount: row.discount,
            tax: row.tax,
            shipping: row.shipping,
            total: row.total,
            paid: row.paid,
            refunded: row.refunded,
            source: row.source,
            held: row.held_at.is_some(),
            created_at: row.created_at.micros(),
        };
        Self { facts, version: row.version, updated_at: row.updated_at }
    }
}

macro_rules! live {
    () => {
        "SELECT id, number, customer_id, state, payment_state, country, currency, item_count, subtotal, discount, tax, shipping, total, paid, \
         refunded, source, held_at, version, created_at, updated_at FROM orders WHERE tenant_id = $1 AND "
    };
}

/// An order as its row is.
pub async fn live(tx: &mut Tx, id: OrderId) -> Result<Option<Told>> {
    let row: Option<Live> = tx.optional(sql(concat!(live!(), "id = $2")).bind(tx.tenant()).bind(id)).await?;
    Ok(row.map(Told::from))
}

/// Orders as their rows are, after `after`, by their ids, at most `limit`.
pub async fn live_after(tx: &mut Tx, after: OrderId, limit: i64) -> Result<Vec<(OrderId, Told)>> {
    let rows: Vec<Live> = tx.all(sql(concat!(live!(), "id > $2 ORDER BY id LIMIT $3")).bind(tx.tenant()).bind(after).bind(limit)).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}

const RESTORE: &str = "UPDATE orders SET state = $3, payment_state = $4, country = $5, currency = $6, item_count = $7, subtotal = $8, discount = $9, \
     tax = $10, shipping = $11, total = $12, paid = $13, refunded = $14, source = $15, version = $16, updated_at = $17, \
     held_at = CASE WHEN $18 = 1 THEN COALESCE(held_at, $17) END, held_reason = CASE WHEN $18 = 1 THEN COALESCE(held_reason, 'Its history says that it waits.') END \
     WHERE tenant_id = $1 AND id = $2";

/// Make the row of an order what its history tells, its version too. What is about people stays as it is; whatever else the row said is gone.
pub async fn restore(tx: &mut Tx, id: OrderId, told: &Told) -> Result<()> {
    let facts = &told.facts;
    let query = sql(RESTORE)
        .bind(tx.tenant())
        .bind(id)
        .bind(facts.state.as_str())
        .bind(facts.payment_state.as_str())
        .bind(facts.country.clone())
        .bind(facts.currency)
        .bind(facts.item_count)
        .bind(facts.subtotal)
        .bind(facts.discount)
        .bind(facts.tax)
        .bind(facts.shipping)
        .bind(facts.total)
        .bind(facts.paid)
        .bind(facts.refunded)
        .bind(facts.source.as_str())
        .bind(told.version)
        .bind(told.updated_at)
        .bind(i64::from(facts.held));
    tx.run(query).await.map(drop)
}

/// What is in an order, or what it costs, was changed by a statement of its own: tell so with the row as it is now.
pub async fn edited(tx: &mut Tx, id: OrderId) -> Result<()> {
    let Some(told) = live(tx, id).await? else { return Ok(()) };
    append(tx, &[Append { order: id, version: told.version, at: told.updated_at, change: Change::Edited(told.facts) }]).await
}

const ADOPT: &str = "INSERT INTO order_events (tenant_id, order_id, version, kind, payload, at) SELECT o.tenant_id, o.id, o.version, 'adopted', \
     json_object('number', o.number, 'customer_id', lower(hex(o.customer_id)), 'state', o.state, 'payment_state', o.payment_state, \
     'country', o.country, 'currency', o.currency, 'item_count', o.item_count, 'subtotal', o.subtotal, 'discount', o.discount, 'tax', o.tax, \
     'shipping', o.shipping, 'total', o.total, 'paid', o.paid, 'refunded', o.refunded, 'source', o.source, \
     'held', json(CASE WHEN o.held_at IS NULL THEN 'false' ELSE 'true' END), 'created_at', o.created_at), o.updated_at \
     FROM orders o WHERE o.tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.id)";
const ADOPT_POSTGRES: &str = "INSERT INTO order_events (tenant_id, order_id, version, kind, payload, at) SELECT o.tenant_id, o.id, o.version, \
     'adopted', jsonb_build_object('number', o.number, 'customer_id', o.customer_id, 'state', o.state, 'payment_state', o.payment_state, \
     'country', o.country, 'currency', o.currency, 'item_count', o.item_count, 'subtotal', o.subtotal, 'discount', o.discount, 'tax', o.tax, \
     'shipping', o.shipping, 'total', o.total, 'paid', o.paid, 'refunded', o.refunded, 'source', o.source, 'held', o.held_at IS NOT NULL, \
     'created_at', (EXTRACT(EPOCH FROM o.created_at) * 1000000)::BIGINT), o.updated_at \
     FROM orders o WHERE o.tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.id)";

/// Let orders that were written in bulk begin their histories where they are; how many.
pub async fn adopt(tx: &mut Tx) -> Result<u64> {
    let text = tx.pick(ADOPT, ADOPT_POSTGRES);
    tx.run(sql(text).bind(tx.tenant())).await
}

/// One event.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Happened {
    /// To which order.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// The version it made.
    pub version: i64,
    /// What.
    pub kind: String,
    /// The shape of what is stored with it.
    pub shape: i64,
    /// What is stored with it.
    pub payload: Json<serde_json::Value>,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
}

macro_rules! happened {
    () => {
        "SELECT order_id, version, kind, shape, payload, at FROM order_events WHERE tenant_id = $1 AND "
    };
}

/// What happened to an order after version `after` and up to `until`, in order, at most `limit`.
pub async fn of(tx: &mut Tx, id: OrderId, (after, until): (i64, i64), limit: i64) -> Result<Vec<Happened>> {
    const OF: &str = concat!(happened!(), "order_id = $2 AND version > $3 AND version <= $4 ORDER BY version LIMIT $5");
    tx.all(sql(OF).bind(tx.tenant()).bind(id).bind(after).bind(until).bind(limit)).await
}

/// What happened to an order before version `before`, newest first, at most `limit`.
pub async fn before(tx: &mut Tx, id: OrderId, before: i64, limit: i64) -> Result<Vec<Happened>> {
    const BEFORE: &str = concat!(happened!(), "order_id = $2 AND version < $3 ORDER BY version DESC LIMIT $4");
    tx.all(sql(BEFORE).bind(tx.tenant()).bind(id).bind(before).bind(limit)).await
}

/// Everything that happened to orders from `first` to `last`, by order and version.
pub async fn between(tx: &mut Tx, (first, last): (OrderId, OrderId)) -> Result<Vec<Happened>> {
    const BETWEEN: &str = concat!(happened!(), "order_id >= $2 AND order_id <= $3 ORDER BY order_id, version");
    tx.all(sql(BETWEEN).bind(tx.tenant()).bind(first).bind(last)).await
}

/// The order after these events, beginning with `told`.
pub fn fold(mut told: Option<Told>, events: impl IntoIterator<Item = Happened>) -> std::result::Result<Option<Told>, Broken> {
    for event in events {
        let change = history::read(&event.kind, event.shape, event.payload.0).ok_or(Broken::Unreadable(event.version))?;
        told = Some(history::apply(told, change, (event.version, event.at))?);
    }
    Ok(told)
}

#[derive(sqlx::FromRow)]
struct Kept {
    version: i64,
    shape: i64,
    payload: Json<serde_json::Value>,
    #[sqlx(try_from = "Instant")]
    at: Timestamp,
}

/// The snapshot of an order, if it has one that can still be read.
pub async fn snapshot(tx: &mut Tx, id: OrderId) -> Result<Option<Told>> {
    const FIND: &str = "SELECT version, shape, payload, at FROM order_snapshots WHERE tenant_id = $1 AND order_id = $2";
    let kept: Option<Kept> = tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await?;
    Ok(kept.filter(|kept| kept.shape == SHAPE).and_then(|kept| {
        let facts = serde_json::from_value(kept.payload.0).ok()?;
        Some(Told { facts, version: kept.version, updated_at: kept.at })
    }))
}

/// Keep an order as it was, in place of an older snapshot.
pub async fn keep(tx: &mut Tx, id: OrderId, told: &Told) -> Result<()> {
    const KEEP: &str = "INSERT INTO order_snapshots (tenant_id, order_id, version, shape, payload, at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (order_id) DO UPDATE SET version = excluded.version, shape = excluded.shape, payload = excluded.payload, at = excluded.at \
         WHERE order_snapshots.version < excluded.version";
    let payload = serde_json::to_value(&told.facts).map_err(|error| CoreError::Internal(Box::new(error)))?;
    let query = sql(KEEP).bind(tx.tenant()).bind(id).bind(told.version).bind(SHAPE).bind(payload).bind(told.updated_at);
    tx.run(query).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Long {
    #[sqlx(try_from = "Uuid")]
    id: OrderId,
}

/// Of `ids`, the orders with at least `most` events that no snapshot holds.
pub async fn long(tx: &mut Tx, ids: &[OrderId], most: i64) -> Result<Vec<OrderId>> {
    let mut query = Query::start("SELECT o.id FROM orders o LEFT JOIN order_snapshots s ON s.order_id = o.id WHERE o.tenant_id = ");
    query.arg(tx.tenant()).push(" AND o.version - COALESCE(s.version, 0) >= ").arg(most);
    query.push(" AND o.id IN ").list(ids.iter().map(|id| (*id).into()));
    let found: Vec<Long> = tx.all(query).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}
