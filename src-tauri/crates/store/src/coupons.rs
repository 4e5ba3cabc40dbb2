//! `coupons` and `coupon_uses`: a coupon is used up in one statement, so two orders at once can not both take the last use.

use purser_core::Timestamp;
use purser_core::coupons::{CouponKind, Terms};
use purser_core::ids::{CouponId, OrderId, UserId};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, sql};

/// A coupon.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Coupon {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: CouponId,
    /// What customers write; unique in the tenant.
    pub code: String,
    /// What it takes off.
    #[sqlx(try_from = "String")]
    pub kind: CouponKind,
    /// Of a share: basis points.
    pub percent_bp: i64,
    /// Of an amount: minor units.
    pub amount: i64,
    /// Goods it needs.
    pub min_subtotal: i64,
    /// Since when.
    #[sqlx(try_from = "MaybeInstant")]
    pub starts_at: Option<Timestamp>,
    /// Until when.
    #[sqlx(try_from = "MaybeInstant")]
    pub ends_at: Option<Timestamp>,
    /// How often in all.
    pub limit_total: Option<i64>,
    /// How often by one customer.
    pub limit_customer: Option<i64>,
    /// Whether it goes together with others.
    pub stackable: bool,
    /// Whether it counts.
    pub active: bool,
    /// How often it was used.
    pub used: i64,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

impl Coupon {
    /// What it says.
    pub fn terms(&self) -> Terms {
        Terms {
            code: self.code.clone(),
            kind: self.kind,
            percent_bp: self.percent_bp,
            amount: self.amount,
            min_subtotal: self.min_subtotal,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            stackable: self.stackable,
            active: self.active,
        }
    }
}

macro_rules! select {
    () => {
        "SELECT c.id, c.code, c.kind, c.percent_bp, c.amount, c.min_subtotal, c.starts_at, c.ends_at, c.limit_total, c.limit_customer, c.stackable, \
         c.active, c.used, c.version, c.created_at, c.updated_at FROM coupons c"
    };
}

static LIST: List<Coupon> = List {
    select: select!(),
    id: "c.id",
    row_id: |c| c.id.uuid(),
    sorts: &[
        SortKey { name: "createdAt", column: "c.created_at", key: |c| Key::Time(c.created_at.micros()) },
        SortKey { name: "code", column: "c.code", key: |c| Key::Text(c.code.clone()) },
    ],
};

/// Which coupons are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Those that count, or do not.
    pub active: Option<bool>,
    /// Beginning of the code.
    pub search: Option<String>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE c.tenant_id = ");
    query.arg(tx.tenant());
    if let Some(active) = filter.active {
        query.push(" AND c.active = ").arg(active);
    }
    if let Some(search) = &filter.search {
        query.push(" AND c.code LIKE ").arg(format!("{}%", crate::sql::like(&search.to_uppercase()))).push(" ESCAPE '\\'");
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Coupon>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "coupons c", &clause, most).await
}

const FIND: &str = concat!(select!(), " WHERE c.tenant_id = $1 AND c.id = $2");

/// One coupon.
pub async fn find(tx: &mut Tx, id: CouponId) -> Result<Option<Coupon>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// The coupons with these codes, held until the transaction ends where it writes.
pub async fn by_codes(tx: &mut Tx, codes: &[String], hold: bool) -> Result<Vec<Coupon>> {
    let mut query = Query::start(concat!(select!(), " WHERE c.tenant_id = "));
    query.arg(tx.tenant()).push(" AND c.code IN ").list(codes.iter().map(Into::into));
    query.push(if hold { tx.pick(" ORDER BY c.id", " ORDER BY c.id FOR UPDATE") } else { " ORDER BY c.id" });
    tx.all(query).await
}

const INSERT: &str = "INSERT INTO coupons (id, tenant_id, code, kind, percent_bp, amount, min_subtotal, starts_at, ends_at, limit_total, limit_customer, \
     stackable, active, used, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 1, $14, $14)";

/// Add a coupon.
pub async fn insert(tx: &mut Tx, c: &Coupon) -> Result<()> {
    let query = sql(INSERT).bind(c.id).bind(tx.tenant()).bind(&c.code).bind(c.kind.as_str()).bind(c.percent_bp).bind(c.amount);
    let query = query.bind(c.min_subtotal).bind(c.starts_at).bind(c.ends_at).bind(c.limit_total).bind(c.limit_customer);
    tx.run(query.bind(c.stackable).bind(c.active).bind(c.created_at)).await.map(drop)
}

const UPDATE: &str = "UPDATE coupons SET code = $3, kind = $4, percent_bp = $5, amount = $6, min_subtotal = $7, starts_at = $8, ends_at = $9, \
     limit_total = $10, limit_customer = $11, stackable = $12, active = $13, updated_at = $14, version = version + 1 \
     WHERE tenant_id = $1 AND id = $2 AND version = $15";

/// Write a coupon whose `version` is the one that was read; `false` when it has moved on since.
pub async fn update(tx: &mut Tx, c: &Coupon) -> Result<bool> {
    let query = sql(UPDATE).bind(tx.tenant()).bind(c.id).bind(&c.code).bind(c.kind.as_str()).bind(c.percent_bp).bind(c.amount);
    let query = query.bind(c.min_subtotal).bind(c.starts_at).bind(c.ends_at).bind(c.limit_total).bind(c.limit_customer);
    Ok(tx.run(query.bind(c.stackable).bind(c.active).bind(c.updated_at).bind(c.version)).await? == 1)
}

const USE: &str = "UPDATE coupons SET used = used + 1 WHERE tenant_id = $1 AND id = $2 AND (limit_total IS NULL OR used < limit_total)";
const WRITE: &str =
    "INSERT INTO coupon_uses (coupon_id, order_id, tenant_id, customer_id, code, amount, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// One use of a coupon.
#[derive(Clone, Debug)]
pub struct Use {
    /// The coupon.
    pub coupon: CouponId,
    /// Its code that day.
    pub code: String,
    /// For this order.
    pub order: OrderId,
    /// By this customer.
    pub customer: UserId,
    /// What it took off.
    pub amount: i64,
    /// When.
    pub at: Timestamp,
}

/// Use a coupon up once; `false` when it was used as often as it may be.
pub async fn redeem(tx: &mut Tx, u: &Use) -> Result<bool> {
    if tx.run(sql(USE).bind(tx.tenant()).bind(u.coupon)).await? != 1 {
        return Ok(false);
    }
    let query = sql(WRITE).bind(u.coupon).bind(u.order).bind(tx.tenant()).bind(u.customer).bind(&u.code).bind(u.amount).bind(u.at);
    tx.run(query).await?;
    Ok(true)
}

#[derive(sqlx::FromRow)]
struct Times {
    times: i64,
}

const BY_CUSTOMER: &str = "SELECT COUNT(*) AS times FROM coupon_uses WHERE tenant_id = $1 AND coupon_id = $2 AND customer_id = $3";

/// How often a customer used a coupon.
pub async fn uses_by(tx: &mut Tx, coupon: CouponId, customer: UserId) -> Result<i64> {
    Ok(tx.one::<Times>(sql(BY_CUSTOMER).bind(tx.tenant()).bind(coupon).bind(customer)).await?.times)
}

/// What a coupon took off an order.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Used {
    /// Its code that day.
    pub code: String,
    /// What it took off.
    pub amount: i64,
}

const OF_ORDER: &str = "SELECT code, amount FROM coupon_uses WHERE tenant_id = $1 AND order_id = $2 ORDER BY code";

/// The coupons of an order.
pub async fn of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<Used>> {
    tx.all(sql(OF_ORDER).bind(tx.tenant()).bind(order)).await
}

const BACK: &str = "UPDATE coupons SET used = used - 1 WHERE tenant_id = $1 AND id IN \
     (SELECT coupon_id FROM coupon_uses WHERE tenant_id = $1 AND order_id = $2)";
const FORGET: &str = "DELETE FROM coupon_uses WHERE tenant_id = $1 AND order_id = $2";

/// The order was called off: what it used of coupons can be used again.
pub async fn give_back(tx: &mut Tx, order: OrderId) -> Result<()> {
    if tx.run(sql(BACK).bind(tx.tenant()).bind(order)).await? > 0 {
        tx.run(sql(FORGET).bind(tx.tenant()).bind(order)).await?;
    }
    Ok(())
}
