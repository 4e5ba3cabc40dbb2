//! Connections to payment providers, and what those call our things. What they tell us is in `notices.rs`.

mod notices;

use purser_core::Timestamp;
use purser_core::gateways::GatewayKind;
use purser_core::ids::{ConnectionId, PaymentId, RefundId, TenantId, UserId};
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Query, Result, Tx, sql};

pub use notices::{
    Notice, NoticeFilter, again, count_notices, count_unproved, done, find_notice, forget, forget_settled, forget_unproved, list_notices, prove,
    receive, reseal_notice, sealed,
};

/// A connection.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub struct Connection {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ConnectionId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Which provider.
    #[sqlx(try_from = "String")]
    pub kind: GatewayKind,
    /// What people call it.
    pub name: String,
    /// What may be seen of us there.
    pub account: Option<String>,
    /// The key and what messages are signed with, sealed.
    pub secret: String,
    /// Whether messages can be checked.
    pub has_signing: bool,
    /// What the provider calls the place it tells us at.
    pub webhook_ref: Option<String>,
    /// Whether it moves money.
    pub live: bool,
    /// Whether it can be used for new payments.
    pub enabled: bool,
    /// Whether new payments go there.
    pub leads: bool,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "SELECT id, tenant_id, kind, name, account, secret, has_signing, webhook_ref, live, enabled, leads, version, created_at, \
     updated_at FROM payment_connections WHERE ";

/// Every connection of the tenant but that of the sandbox, by name.
pub async fn list(tx: &mut Tx) -> Result<Vec<Connection>> {
    let mut query = Query::start(COLUMNS);
    query.push("kind <> 'sandbox' AND tenant_id = ").arg(tx.tenant()).push(" ORDER BY name, id LIMIT 50");
    tx.all(query).await
}

/// One connection.
pub async fn find(tx: &mut Tx, id: ConnectionId) -> Result<Option<Connection>> {
    let mut query = Query::start(COLUMNS);
    query.push("kind <> 'sandbox' AND tenant_id = ").arg(tx.tenant()).push(" AND id = ").arg(id);
    tx.optional(query).await
}

/// One connection, of whichever tenant. Needs [`crate::Scope::System`].
pub async fn find_anywhere(tx: &mut Tx, id: ConnectionId) -> Result<Option<Connection>> {
    let mut query = Query::start(COLUMNS);
    query.push("kind <> 'sandbox' AND id = ").arg(id);
    tx.optional(query).await
}

const INSERT: &str = "INSERT INTO payment_connections (id, tenant_id, kind, name, account, secret, has_signing, webhook_ref, live, enabled, leads, \
     version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

/// Add a connection. A taken name shows as [`crate::Error::is_taken`].
pub async fn insert(tx: &mut Tx, connection: &Connection) -> Result<()> {
    let query = sql(INSERT)
        .bind(connection.id)
        .bind(connection.tenant_id)
        .bind(connection.kind.as_str())
        .bind(&connection.name)
        .bind(connection.account.clone())
        .bind(&connection.secret)
        .bind(connection.has_signing)
        .bind(connection.webhook_ref.clone())
        .bind(connection.live)
        .bind(connection.enabled)
        .bind(connection.leads)
        .bind(connection.version)
        .bind(connection.created_at)
        .bind(connection.updated_at);
    tx.run(query).await.map(drop)
}

const UPDATE: &str = "UPDATE payment_connections SET name = $3, account = $4, secret = $5, has_signing = $6, webhook_ref = $7, live = $8, \
     enabled = $9, leads = $10, updated_at = $11, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $12";

/// Change a connection that is still at `connection.version`; `false` if it is not. A taken name shows as [`crate::Error::is_taken`].
pub async fn update(tx: &mut Tx, connection: &Connection) -> Result<bool> {
    let query = sql(UPDATE)
        .bind(connection.tenant_id)
        .bind(connection.id)
        .bind(&connection.name)
        .bind(connection.account.clone())
        .bind(&connection.secret)
        .bind(connection.has_signing)
        .bind(connection.webhook_ref.clone())
        .bind(connection.live)
        .bind(connection.enabled)
        .bind(connection.leads)
        .bind(connection.updated_at)
        .bind(connection.version);
    Ok(tx.run(query).await? == 1)
}

/// No connection leads any more: new payments are the sandbox's, until another leads.
pub async fn none_leads(tx: &mut Tx) -> Result<()> {
    const NONE: &str = "UPDATE payment_connections SET leads = FALSE, version = version + 1 WHERE tenant_id = $1 AND leads = TRUE";
    tx.run(sql(NONE).bind(tx.tenant())).await.map(drop)
}

/// Put the same secrets, sealed anew, in the place of `old`.
pub async fn reseal(tx: &mut Tx, id: ConnectionId, (old, new): (String, String)) -> Result<()> {
    const RESEAL: &str = "UPDATE payment_connections SET secret = $4 WHERE tenant_id = $1 AND id = $2 AND secret = $3";
    tx.run(sql(RESEAL).bind(tx.tenant()).bind(id).bind(old).bind(new)).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// How many payments went through a connection.
pub async fn payments_of(tx: &mut Tx, id: ConnectionId) -> Result<i64> {
    const COUNT: &str =
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM gateway_payments WHERE tenant_id = $1 AND connection_id = $2 LIMIT 1000) AS c";
    let count: Count = tx.one(sql(COUNT).bind(tx.tenant()).bind(id)).await?;
    Ok(count.n)
}

/// Remove a connection no payment went through, with what it told.
pub async fn delete(tx: &mut Tx, id: ConnectionId) -> Result<()> {
    const EVENTS: &str = "DELETE FROM gateway_events WHERE tenant_id = $1 AND connection_id = $2";
    const CUSTOMERS: &str = "DELETE FROM gateway_customers WHERE tenant_id = $1 AND connection_id = $2";
    const DELETE: &str = "DELETE FROM payment_connections WHERE tenant_id = $1 AND id = $2";
    for statement in [EVENTS, CUSTOMERS, DELETE] {
        tx.run(sql(statement).bind(tx.tenant()).bind(id)).await?;
    }
    Ok(())
}

/// Which connection a payment goes through, and what the provider calls it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Payment {
    /// The payment.
    #[sqlx(try_from = "Uuid")]
    pub payment_id: PaymentId,
    /// The connection.
    #[sqlx(try_from = "Uuid")]
    pub connection_id: ConnectionId,
    /// What the provider calls it, once it is known.
    pub reference: Option<String>,
}

/// Note which connection a new payment goes through.
pub async fn route(tx: &mut Tx, payment: PaymentId, connection: ConnectionId, now: Timestamp) -> Result<()> {
    const ROUTE: &str = "INSERT INTO gateway_payments (payment_id, tenant_id, connection_id, created_at) VALUES ($1, $2, $3, $4)";
    tx.run(sql(ROUTE).bind(payment).bind(tx.tenant()).bind(connection).bind(now)).await.map(drop)
}

/// Where a payment goes through.
pub async fn payment(tx: &mut Tx, id: PaymentId) -> Result<Option<Payment>> {
    const FIND: &str = "SELECT payment_id, connection_id, reference FROM gateway_payments WHERE tenant_id = $1 AND payment_id = $2";
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// Where payments go through; those that are missing are the sandbox's.
pub async fn payments(tx: &mut Tx, ids: &[PaymentId]) -> Result<Vec<Payment>> {
    let mut query = Query::start("SELECT payment_id, connection_id, reference FROM gateway_payments WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND payment_id IN ").list(ids.iter().map(|id| (*id).into()));
    tx.all(query).await
}

/// The payment a provider means.
pub async fn payment_called(tx: &mut Tx, connection: ConnectionId, reference: &str) -> Result<Option<Payment>> {
    const FIND: &str =
        "SELECT payment_id, connection_id, reference FROM gateway_payments WHERE tenant_id = $1 AND connection_id = $2 AND reference = $3";
    tx.optional(sql(FIND).bind(tx.tenant()).bind(connection).bind(reference.to_owned())).await
}

/// The payments a provider means.
pub async fn payments_called(tx: &mut Tx, connection: ConnectionId, references: &[String]) -> Result<Vec<Payment>> {
    let mut query = Query::start("SELECT payment_id, connection_id, reference FROM gateway_payments WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND connection_id = ").arg(connection);
    query.push(" AND reference IN ").list(references.iter().map(Into::into));
    tx.all(query).await
}

#[derive(sqlx::FromRow)]
struct Called {
    #[sqlx(try_from = "Uuid")]
    refund_id: RefundId,
    reference: String,
}

/// The refunds a provider means, by its names for them.
pub async fn refunds_called(tx: &mut Tx, references: &[String]) -> Result<Vec<(String, RefundId)>> {
    let mut query = Query::start("SELECT refund_id, reference FROM gateway_refunds WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND reference IN ").list(references.iter().map(Into::into));
    let found: Vec<Called> = tx.all(query).await?;
    Ok(found.into_iter().map(|row| (row.reference, row.refund_id)).collect())
}

/// Note what the provider calls a payment.
pub async fn refer(tx: &mut Tx, payment: PaymentId, reference: &str) -> Result<()> {
    const REFER: &str = "UPDATE gateway_payments SET reference = $3 WHERE tenant_id = $1 AND payment_id = $2";
    tx.run(sql(REFER).bind(tx.tenant()).bind(payment).bind(reference.to_owned())).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Waiting {
    #[sqlx(try_from = "Uuid")]
    tenant_id: TenantId,
    #[sqlx(try_from = "Uuid")]
    payment_id: PaymentId,
}

/// Payments of all tenants that have waited for their customer between these instants, at most 100: their message may have been lost.
/// Needs [`crate::Scope::System`].
pub async fn waiting(tx: &mut Tx, (from, to): (Timestamp, Timestamp)) -> Result<Vec<(TenantId, PaymentId)>> {
    const WAITING: &str = "SELECT g.tenant_id, g.payment_id FROM gateway_payments g JOIN payments p ON p.id = g.payment_id \
         WHERE g.created_at >= $1 AND g.created_at < $2 AND p.state IN ('requires_action', 'processing') AND p.pending IS NULL \
         ORDER BY g.created_at LIMIT 100";
    let found: Vec<Waiting> = tx.all(sql(WAITING).bind(from).bind(to)).await?;
    Ok(found.into_iter().map(|row| (row.tenant_id, row.payment_id)).collect())
}

#[derive(sqlx::FromRow)]
struct Reference {
    reference: String,
}

/// What the provider calls a refund.
pub async fn refund(tx: &mut Tx, id: RefundId) -> Result<Option<String>> {
    const FIND: &str = "SELECT reference FROM gateway_refunds WHERE tenant_id = $1 AND refund_id = $2";
    Ok(tx.optional::<Reference>(sql(FIND).bind(tx.tenant()).bind(id)).await?.map(|row| row.reference))
}

/// Note what the provider calls a refund.
pub async fn keep_refund(tx: &mut Tx, id: RefundId, (reference, now): (&str, Timestamp)) -> Result<()> {
    const KEEP: &str = "INSERT INTO gateway_refunds (refund_id, tenant_id, reference, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (refund_id) DO NOTHING";
    tx.run(sql(KEEP).bind(id).bind(tx.tenant()).bind(reference.to_owned()).bind(now)).await.map(drop)
}

/// What the provider calls a customer.
pub async fn customer(tx: &mut Tx, connection: ConnectionId, user: UserId) -> Result<Option<String>> {
    const FIND: &str = "SELECT reference FROM gateway_customers WHERE tenant_id = $1 AND connection_id = $2 AND user_id = $3";
    Ok(tx.optional::<Reference>(sql(FIND).bind(tx.tenant()).bind(connection).bind(user)).await?.map(|row| row.reference))
}

/// Note what the provider calls a customer; what it is called then, by whoever was first.
pub async fn keep_customer(tx: &mut Tx, connection: ConnectionId, user: UserId, (reference, now): (&str, Timestamp)) -> Result<String> {
    const KEEP: &str = "INSERT INTO gateway_customers (connection_id, user_id, tenant_id, reference, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (connection_id, user_id) DO UPDATE SET reference = gateway_customers.reference RETURNING reference";
    let row: Reference = tx.one(sql(KEEP).bind(connection).bind(user).bind(tx.tenant()).bind(reference.to_owned()).bind(now)).await?;
    Ok(row.reference)
}
