//! The money of many orders at once: what is on its way back, and sums over a whole list.

use purser_core::Currency;
use purser_core::ids::OrderId;
use uuid::Uuid;

use crate::orders::{Filter, clause};
use crate::{Query, Result, Tx};

/// What is not given back yet but will be.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct OnItsWay {
    /// The order.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Granted: somebody else has to send it.
    pub granted: i64,
    /// Sent, and the provider has not said that it is done.
    pub pending: i64,
}

/// What is on its way back for these orders; those with nothing are left out.
pub async fn on_its_way(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<OnItsWay>> {
    let mut query = Query::start(
        "SELECT r.order_id, CAST(SUM(CASE WHEN r.state = 'waiting' THEN r.amount ELSE 0 END) AS BIGINT) AS granted, \
         CAST(SUM(CASE WHEN r.state = 'waiting' THEN 0 ELSE r.amount END) AS BIGINT) AS pending FROM refunds r ",
    );
    query.push(tx.pick("INDEXED BY refunds_order", "")).push(" WHERE r.tenant_id = ").arg(tx.tenant());
    query.push(" AND r.state IN ('waiting', 'pending', 'unknown') AND r.order_id IN ").list(ids.iter().map(|id| (*id).into()));
    query.push(" GROUP BY r.order_id");
    tx.all(query).await
}

/// Refunds in one kind of state. Each has a short index of its own, which SQLite has to be told of; what waits has an approval.
#[derive(Clone, Copy)]
enum Way {
    Granted,
    Pending,
}

impl Way {
    /// ` FROM refunds r WHERE …`
    fn push(self, query: &mut Query, tx: &Tx) {
        let (index, states) = match self {
            Self::Granted => (" INDEXED BY refunds_approval", " AND r.approval_id IS NOT NULL AND r.state = 'waiting'"),
            Self::Pending => (" INDEXED BY refunds_open", " AND r.state IN ('pending', 'unknown')"),
        };
        query.push(" FROM refunds r").push(tx.pick(index, "")).push(" WHERE r.tenant_id = ").arg(tx.tenant()).push(states);
    }
}

/// Leave only orders that have, or have not, refunds on their way.
pub(crate) fn only_on_its_way(query: &mut Query, filter: &Filter, tx: &Tx) {
    for (wanted, way) in [(filter.granted, Way::Granted), (filter.pending, Way::Pending)] {
        let Some(wanted) = wanted else { continue };
        query.push(if wanted { " AND o.id IN (SELECT r.order_id" } else { " AND o.id NOT IN (SELECT r.order_id" });
        way.push(query, tx);
        query.push(")");
    }
}

/// Sums over orders of one currency.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Sum {
    /// Their currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// How many there are.
    pub orders: i64,
    /// What their customers owe.
    pub total: i64,
    /// What was taken.
    pub paid: i64,
    /// What was given back.
    pub refunded: i64,
    /// What is granted and not sent.
    pub granted: i64,
    /// What is sent and not done.
    pub pending: i64,
}

/// Sums over the orders the filter finds, of at most `most` of them; the currency with the most orders first.
pub async fn sums(tx: &mut Tx, filter: &Filter, most: i64) -> Result<Vec<Sum>> {
    let mut query = Query::start(
        "SELECT f.currency, COUNT(*) AS orders, CAST(SUM(f.total) AS BIGINT) AS total, CAST(SUM(f.paid) AS BIGINT) AS paid, \
         CAST(SUM(f.refunded) AS BIGINT) AS refunded, CAST(COALESCE(SUM(b.granted), 0) AS BIGINT) AS granted, \
         CAST(COALESCE(SUM(b.pending), 0) AS BIGINT) AS pending \
         FROM (SELECT o.id, o.currency, o.total, o.paid, o.refunded FROM orders o",
    );
    query.append(clause(tx, filter)).push(" LIMIT ").arg(most);
    query.push(") AS f LEFT JOIN (SELECT u.order_id, SUM(u.granted) AS granted, SUM(u.pending) AS pending FROM (");
    query.push("SELECT r.order_id, r.amount AS granted, 0 AS pending");
    Way::Granted.push(&mut query, tx);
    query.push(" UNION ALL SELECT r.order_id, 0 AS granted, r.amount AS pending");
    Way::Pending.push(&mut query, tx);
    query.push(") AS u GROUP BY u.order_id) AS b ON b.order_id = f.id GROUP BY f.currency ORDER BY orders DESC, f.currency");
    tx.all(query).await
}
