//! Payments and refunds whose provider has not answered yet, of all tenants. They are read in the order of their ids, a page at a time: however
//! many wait for long, the others get their turn.

use purser_core::ids::{PaymentId, RefundId, TenantId};
use purser_core::{Currency, Timestamp};
use uuid::Uuid;

use crate::{Engine, Query, Result, Tx, sql};

/// A payment whose provider has not answered.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct OpenPayment {
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: PaymentId,
}

const PAYMENTS: &str = "SELECT tenant_id, id FROM payments WHERE pending IS NOT NULL AND updated_at <= $1 AND id > $2 ORDER BY id LIMIT $3";

/// Payments whose provider has not answered since `before`, `most` of them after the one `after`. Needs [`crate::Scope::System`].
pub async fn payments(tx: &mut Tx, before: Timestamp, (after, most): (PaymentId, i64)) -> Result<Vec<OpenPayment>> {
    tx.all(sql(PAYMENTS).bind(before).bind(after).bind(most)).await
}

/// A refund whose provider has not answered.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenRefund {
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: RefundId,
    /// The payment it gives back.
    #[sqlx(try_from = "Uuid")]
    pub payment_id: PaymentId,
    /// The provider that took that payment.
    pub provider: String,
    /// Whether it goes to its customer's stored credit.
    pub to_credit: bool,
    /// How much.
    pub amount: i64,
    /// Currency of the amount.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
}

const REFUNDS: &str = "SELECT r.tenant_id, r.id, r.payment_id, p.provider, r.to_credit, r.amount, r.currency FROM refunds r JOIN payments p ON p.id = r.payment_id \
     WHERE r.state IN ('pending', 'unknown') AND r.created_at <= $1 AND r.id > $2 ORDER BY r.id LIMIT $3";

/// Refunds made before `before` whose provider has not answered, `most` of them after the one `after`. Needs [`crate::Scope::System`].
pub async fn refunds(tx: &mut Tx, before: Timestamp, (after, most): (RefundId, i64)) -> Result<Vec<OpenRefund>> {
    tx.all(sql(REFUNDS).bind(before).bind(after).bind(most)).await
}

const OF_PAYMENT: &str = "SELECT r.tenant_id, r.id, r.payment_id, p.provider, r.to_credit, r.amount, r.currency FROM refunds r JOIN payments p ON p.id = r.payment_id \
     WHERE r.tenant_id = $1 AND r.payment_id = $2 AND r.state IN ('pending', 'unknown') ORDER BY r.id";

/// The refunds of a payment whose provider has not answered.
pub async fn of_payment(tx: &mut Tx, payment: PaymentId) -> Result<Vec<OpenRefund>> {
    tx.all(sql(OF_PAYMENT).bind(tx.tenant()).bind(payment)).await
}

/// Hold the order of a payment, and those of refunds, before anything else of them: whoever calls an order off holds it first as well, and
/// nobody waits for somebody who waits for them. SQLite has one writer.
pub async fn hold_order_of(tx: &mut Tx, payment: PaymentId) -> Result<()> {
    const HOLD: &str = "SELECT id FROM orders WHERE tenant_id = $1 AND id = (SELECT order_id FROM payments WHERE tenant_id = $1 AND id = $2) \
         FOR NO KEY UPDATE";
    if tx.engine() == Engine::Postgres {
        tx.run(sql(HOLD).bind(tx.tenant()).bind(payment)).await?;
    }
    Ok(())
}

/// The same for the orders of `refunds`, in the order of their ids.
pub async fn hold_orders_of(tx: &mut Tx, refunds: &[RefundId]) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        let mut query = Query::start("SELECT o.id FROM orders o WHERE o.tenant_id = ");
        query.arg(tx.tenant()).push(" AND o.id IN (SELECT r.order_id FROM refunds r WHERE r.tenant_id = ").arg(tx.tenant());
        query.push(" AND r.id IN ").list(refunds.iter().map(|id| (*id).into())).push(") ORDER BY o.id FOR NO KEY UPDATE");
        tx.run(query).await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Id {
    #[sqlx(try_from = "Uuid")]
    id: RefundId,
}

/// Those of `ids` that are on their way.
pub async fn unsettled(tx: &mut Tx, ids: &[RefundId]) -> Result<Vec<RefundId>> {
    let mut query = Query::start("SELECT id FROM refunds WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND state IN ('pending', 'unknown') AND id IN ").list(ids.iter().map(|id| (*id).into()));
    Ok(tx.all::<Id>(query).await?.into_iter().map(|row| row.id).collect())
}
