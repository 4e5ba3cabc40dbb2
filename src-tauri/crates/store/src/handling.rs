//! `fulfilments`, `returns` and their lines, and what of an order's rows tells how it is handled. Whether a step is allowed is decided
//! elsewhere; the tables refuse more pieces than were ordered.

use purser_core::Timestamp;
use purser_core::handling::{Pieces, ReturnState};
use purser_core::history::{Change, Held};
use purser_core::ids::{FulfilmentId, LineId, OrderId, ReturnId, UserId};
use uuid::Uuid;

use crate::history::{self, After, Append, after};
use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// What of the order itself tells how it is handled.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Marks {
    /// Why it has to wait.
    pub held_reason: Option<String>,
    /// Since when.
    #[sqlx(try_from = "MaybeInstant")]
    pub held_at: Option<Timestamp>,
    /// Its tags, with a comma before and after each.
    pub tags: String,
}

const MARKS: &str = "SELECT held_reason, held_at, tags FROM orders WHERE tenant_id = $1 AND id = $2";

/// The marks of an order.
pub async fn marks(tx: &mut Tx, id: OrderId) -> Result<Option<Marks>> {
    tx.optional(sql(MARKS).bind(tx.tenant()).bind(id)).await
}

const HOLD: &str =
    concat!("UPDATE orders SET held_reason = $3, held_at = $4, updated_at = $5, version = version + 1 WHERE tenant_id = $1 AND id = $2", after!());

/// Make an order wait, or let it go on.
pub async fn set_hold(tx: &mut Tx, id: OrderId, reason: Option<String>, at: Timestamp) -> Result<()> {
    let since = reason.as_ref().map(|_| at);
    let held = Change::Held(Held { held: since.is_some() });
    mark(tx, sql(HOLD).bind(tx.tenant()).bind(id).bind(reason).bind(since).bind(at), (held, at)).await
}

/// Change a row, and tell its history.
async fn mark(tx: &mut Tx, change: Query, (told, at): (Change, Timestamp)) -> Result<()> {
    let Some(after) = tx.optional::<After>(change).await? else { return Ok(()) };
    history::append(tx, &[Append { order: after.id, version: after.version, change: told, at }]).await
}

const TAG: &str = concat!("UPDATE orders SET tags = $3, updated_at = $4, version = version + 1 WHERE tenant_id = $1 AND id = $2", after!());

/// Write the tags of an order.
pub async fn set_tags(tx: &mut Tx, id: OrderId, tags: String, at: Timestamp) -> Result<()> {
    mark(tx, sql(TAG).bind(tx.tenant()).bind(id).bind(tags).bind(at), (Change::Tagged, at)).await
}

/// A line and where its pieces are.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Goods {
    /// The line.
    #[sqlx(try_from = "Uuid")]
    pub id: LineId,
    /// Its product, if it came from the catalog.
    pub product_id: Option<Uuid>,
    /// Name that day.
    pub name: String,
    /// SKU that day.
    pub sku: String,
    /// Ordered, and not taken out since.
    pub quantity: i64,
    /// Set aside.
    pub reserved: i64,
    /// Left the house.
    pub shipped: i64,
    /// Came back, or are about to.
    pub returned: i64,
    /// Given back in money before they left: they stay here.
    pub kept: i64,
}

impl Goods {
    /// Where its pieces are.
    pub const fn pieces(&self) -> Pieces {
        Pieces { quantity: self.quantity, shipped: self.shipped, returned: self.returned, kept: self.kept }
    }
}

/// Each refund of pieces is for those that had left by then, as far as there were any; what is over stays here. The largest such rest counts:
/// what leaves later does not take back what a refund said before.
macro_rules! kept {
    () => {
        "COALESCE((SELECT MAX((SELECT CAST(SUM(a.quantity) AS BIGINT) FROM refund_lines a JOIN refunds s ON s.id = a.refund_id \
     WHERE a.order_id = l.order_id AND a.line_id = l.id AND s.state NOT IN ('failed', 'cancelled') AND s.created_at <= r.created_at) \
     - COALESCE((SELECT CAST(SUM(c.quantity) AS BIGINT) FROM fulfilments f JOIN fulfilment_lines c ON c.fulfilment_id = f.id \
     WHERE f.order_id = l.order_id AND c.line_id = l.id AND f.created_at <= r.created_at), 0)) \
     FROM refund_lines b JOIN refunds r ON r.id = b.refund_id WHERE b.order_id = l.order_id AND b.line_id = l.id \
     AND r.state NOT IN ('failed', 'cancelled')), 0)"
    };
}

const GOODS: &str = concat!(
    "SELECT x.id, x.product_id, x.name, x.sku, x.quantity - x.cancelled AS quantity, x.reserved, x.shipped, x.returned, \
     CASE WHEN x.kept > x.cancelled THEN x.kept - x.cancelled ELSE 0 END AS kept \
     FROM (SELECT l.id, l.product_id, l.name, l.sku, l.quantity, l.cancelled, l.reserved, l.shipped, l.returned, ",
    kept!(),
    " AS kept FROM order_lines l WHERE l.order_id = $1 AND l.tenant_id = $2 AND l.quantity > l.cancelled) x ORDER BY x.id"
);

/// The lines of an order and where their pieces are.
pub async fn goods(tx: &mut Tx, id: OrderId) -> Result<Vec<Goods>> {
    tx.all(sql(GOODS).bind(id).bind(tx.tenant())).await
}

/// Add to what of lines is set aside, left the house and came back: `(line, reserved, shipped, returned)`.
pub async fn move_pieces(tx: &mut Tx, order: OrderId, changes: &[(LineId, i64, i64, i64)]) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut query = Query::start(
        "UPDATE order_lines SET reserved = order_lines.reserved + v.column2, shipped = order_lines.shipped + v.column3, \
         returned = order_lines.returned + v.column4 FROM (VALUES",
    );
    query.rows(changes.iter().map(|(id, reserved, shipped, returned)| [(*id).into(), (*reserved).into(), (*shipped).into(), (*returned).into()]));
    query.push(") AS v WHERE order_lines.id = v.column1 AND order_lines.order_id = ").arg(order);
    query.push(" AND order_lines.tenant_id = ").arg(tx.tenant());
    tx.run(query).await.map(drop)
}

/// A parcel.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Fulfilment {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: FulfilmentId,
    /// The order.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Who carries it.
    pub carrier: Option<String>,
    /// By what it is followed.
    pub tracking_number: Option<String>,
    /// Where it is followed.
    pub tracking_url: Option<String>,
    /// When it left.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it arrived.
    #[sqlx(try_from = "MaybeInstant")]
    pub delivered_at: Option<Timestamp>,
}

/// Pieces of a line in a parcel or in a return.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Part {
    /// The parcel or the return.
    pub of_id: Uuid,
    /// The line.
    #[sqlx(try_from = "Uuid")]
    pub line_id: LineId,
    /// Pieces.
    pub quantity: i64,
    /// Of a return: those that arrived.
    pub received: i64,
    /// Of those: the ones that can be sold again.
    pub restocked: i64,
}

const FULFILMENT: &str =
    "SELECT id, order_id, carrier, tracking_number, tracking_url, created_at, delivered_at FROM fulfilments WHERE tenant_id = $1 AND id = $2";
const FULFILMENTS: &str = "SELECT id, order_id, carrier, tracking_number, tracking_url, created_at, delivered_at FROM fulfilments \
     WHERE tenant_id = $1 AND order_id = $2 ORDER BY created_at, id";
const FULFILMENT_LINES: &str = "SELECT l.fulfilment_id AS of_id, l.line_id, l.quantity, CAST(0 AS BIGINT) AS received, CAST(0 AS BIGINT) AS restocked \
     FROM fulfilment_lines l JOIN fulfilments f ON f.id = l.fulfilment_id WHERE f.tenant_id = $1 AND f.order_id = $2 ORDER BY l.line_id";

/// One parcel.
pub async fn fulfilment(tx: &mut Tx, id: FulfilmentId) -> Result<Option<Fulfilment>> {
    tx.optional(sql(FULFILMENT).bind(tx.tenant()).bind(id)).await
}

/// The parcels of an order, oldest first, and what is in them.
pub async fn fulfilments(tx: &mut Tx, order: OrderId) -> Result<(Vec<Fulfilment>, Vec<Part>)> {
    let parcels: Vec<Fulfilment> = tx.all(sql(FULFILMENTS).bind(tx.tenant()).bind(order)).await?;
    Ok((parcels, tx.all(sql(FULFILMENT_LINES).bind(tx.tenant()).bind(order)).await?))
}

const PARCEL: &str =
    "INSERT INTO fulfilments (id, tenant_id, order_id, carrier, tracking_number, tracking_url, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Write a parcel down.
pub async fn insert_fulfilment(tx: &mut Tx, f: &Fulfilment, lines: &[(LineId, i64)]) -> Result<()> {
    let query = sql(PARCEL).bind(f.id).bind(tx.tenant()).bind(f.order_id).bind(f.carrier.clone()).bind(f.tracking_number.clone());
    tx.run(query.bind(f.tracking_url.clone()).bind(f.created_at)).await?;
    let tenant: Value = tx.tenant().into();
    let mut query = Query::start("INSERT INTO fulfilment_lines (tenant_id, fulfilment_id, line_id, quantity) VALUES");
    query.rows(lines.iter().map(|(line, quantity)| [tenant.clone(), f.id.into(), (*line).into(), (*quantity).into()]));
    tx.run(query).await.map(drop)
}

const DELIVERED: &str = "UPDATE fulfilments SET delivered_at = $3 WHERE tenant_id = $1 AND id = $2 AND delivered_at IS NULL";
const ALL_DELIVERED: &str = "UPDATE fulfilments SET delivered_at = $3 WHERE tenant_id = $1 AND order_id = $2 AND delivered_at IS NULL";

/// A parcel arrived; `false` if it had before.
pub async fn deliver(tx: &mut Tx, id: FulfilmentId, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(DELIVERED).bind(tx.tenant()).bind(id).bind(at)).await? == 1)
}

/// Every parcel of an order arrived.
pub async fn deliver_all(tx: &mut Tx, order: OrderId, at: Timestamp) -> Result<()> {
    tx.run(sql(ALL_DELIVERED).bind(tx.tenant()).bind(order).bind(at)).await.map(drop)
}

/// Goods that come back.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Return {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ReturnId,
    /// The order.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Its number.
    pub order_number: i64,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: ReturnState,
    /// Why they come back.
    pub reason: String,
    /// Why they may not.
    pub decision: Option<String>,
    /// Counts changes.
    pub version: i64,
    /// Asked for.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Decided.
    #[sqlx(try_from = "MaybeInstant")]
    pub decided_at: Option<Timestamp>,
    /// Arrived.
    #[sqlx(try_from = "MaybeInstant")]
    pub received_at: Option<Timestamp>,
}

macro_rules! returns {
    () => {
        "SELECT r.id, r.order_id, o.number AS order_number, r.state, r.reason, r.decision, r.version, r.created_at, r.decided_at, r.received_at \
         FROM returns r JOIN orders o ON o.id = r.order_id"
    };
}

static LIST: List<Return> = List {
    select: returns!(),
    id: "r.id",
    row_id: |r| r.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "r.created_at", key: |r| Key::Time(r.created_at.micros()) }],
};

/// Which returns are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// In any of these states.
    pub states: Vec<ReturnState>,
    /// Of this order.
    pub order: Option<OrderId>,
    /// Of orders of this person.
    pub customer: Option<UserId>,
    /// Of the order with this number.
    pub number: Option<i64>,
    /// Found anywhere in the reason.
    pub search: Option<String>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE r.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query.push(" AND r.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if let Some(order) = filter.order {
        query.push(" AND r.order_id = ").arg(order);
    }
    if let Some(customer) = filter.customer {
        query.push(" AND o.customer_id = ").arg(customer);
    }
    if let Some(number) = filter.number {
        query.push(" AND o.number = ").arg(number);
    }
    if let Some(search) = &filter.search {
        query.push(" AND LOWER(r.reason) LIKE ").arg(format!("%{}%", crate::sql::like(&search.to_lowercase()))).push(" ESCAPE '\\'");
    }
    query
}

/// One page.
pub async fn returns(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Return>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count_returns(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "returns r JOIN orders o ON o.id = r.order_id", &clause, most).await
}

const RETURN: &str = concat!(returns!(), " WHERE r.tenant_id = $1 AND r.id = $2");

/// One return.
pub async fn find_return(tx: &mut Tx, id: ReturnId) -> Result<Option<Return>> {
    tx.optional(sql(RETURN).bind(tx.tenant()).bind(id)).await
}

/// What is in these returns.
pub async fn return_lines(tx: &mut Tx, returns: &[ReturnId]) -> Result<Vec<Part>> {
    let mut query = Query::start("SELECT return_id AS of_id, line_id, quantity, received, restocked FROM return_lines WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND return_id IN ").list(returns.iter().map(|id| (*id).into())).push(" ORDER BY return_id, line_id");
    tx.all(query).await
}

const ASK: &str = "INSERT INTO returns (id, tenant_id, order_id, state, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6)";

/// Write a return down.
pub async fn insert_return(tx: &mut Tx, r: &Return, lines: &[(LineId, i64)]) -> Result<()> {
    let query = sql(ASK).bind(r.id).bind(tx.tenant()).bind(r.order_id).bind(r.state.as_str()).bind(&r.reason).bind(r.created_at);
    tx.run(query).await?;
    let tenant: Value = tx.tenant().into();
    let mut query = Query::start("INSERT INTO return_lines (tenant_id, return_id, line_id, quantity) VALUES");
    query.rows(lines.iter().map(|(line, quantity)| [tenant.clone(), r.id.into(), (*line).into(), (*quantity).into()]));
    tx.run(query).await.map(drop)
}

const STEP: &str = "UPDATE returns SET state = $3, decision = $4, decided_at = $5, received_at = $6, version = version + 1 \
     WHERE tenant_id = $1 AND id = $2 AND version = $7";

/// Write where a return stands; `false` when it has moved on since it was read.
pub async fn update_return(tx: &mut Tx, r: &Return) -> Result<bool> {
    let query = sql(STEP).bind(tx.tenant()).bind(r.id).bind(r.state.as_str()).bind(r.decision.clone()).bind(r.decided_at).bind(r.received_at);
    Ok(tx.run(query.bind(r.version)).await? == 1)
}

/// Write what arrived: `(line, received, restocked)`.
pub async fn receive(tx: &mut Tx, id: ReturnId, lines: &[(LineId, i64, i64)]) -> Result<()> {
    let mut query = Query::start("UPDATE return_lines SET received = v.column2, restocked = v.column3 FROM (VALUES");
    query.rows(lines.iter().map(|(line, received, restocked)| [(*line).into(), (*received).into(), (*restocked).into()]));
    query.push(") AS v WHERE return_lines.line_id = v.column1 AND return_lines.return_id = ").arg(id);
    query.push(" AND return_lines.tenant_id = ").arg(tx.tenant());
    tx.run(query).await.map(drop)
}
