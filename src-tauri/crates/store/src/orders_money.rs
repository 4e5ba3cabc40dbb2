//! The money of many orders at once: what is on its way back or still owed, and sums over a whole list.

use purser_core::Currency;
use purser_core::ids::OrderId;
use uuid::Uuid;

use crate::orders::{Filter, clause};
use crate::{Query, Result, Tx};

/// What of an order's money is still to move, in minor units.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Open {
    /// The order.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Granted: somebody else has to send it.
    pub granted: i64,
    /// Sent, and the provider has not said that it is done.
    pub pending: i64,
    /// Sold on account, and not paid yet.
    pub owed: i64,
}

/// What is open of these orders; those with nothing are left out.
pub async fn open(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<Open>> {
    let mut query = Query::start(
        "SELECT x.order_id, CAST(SUM(x.granted) AS BIGINT) AS granted, CAST(SUM(x.pending) AS BIGINT) AS pending, CAST(SUM(x.owed) AS BIGINT) AS owed \
         FROM (SELECT r.order_id, CASE WHEN r.state = 'waiting' THEN r.amount ELSE 0 END AS granted, \
         CASE WHEN r.state = 'waiting' THEN 0 ELSE r.amount END AS pending, 0 AS owed FROM refunds r ",
    );
    query.push(tx.pick("INDEXED BY refunds_order", "")).push(" WHERE r.tenant_id = ").arg(tx.tenant());
    query.push(" AND r.state IN ('waiting', 'pending', 'unknown') AND r.order_id IN ").list(ids.iter().map(|id| (*id).into()));
    query.push(" UNION ALL SELECT w.order_id, 0, 0, w.owed FROM receivables w ").push(tx.pick("INDEXED BY receivables_order", ""));
    query.push(" WHERE w.tenant_id = ").arg(tx.tenant()).push(" AND w.owed > 0 AND w.order_id IN ").list(ids.iter().map(|id| (*id).into()));
    query.push(") x GROUP BY x.order_id");
    tx.all(query).await
}

/// Refunds in one kind of state. Each has a short index of its own, which SQLite has to be told of.
#[derive(Clone, Copy)]
enum Way {
    Granted,
    Pending,
}

impl Way {
    /// ` FROM refunds r WHERE …`
    fn push(self, query: &mut Query, tx: &Tx) {
        let (index, states) = match self {
            Self::Granted => (" INDEXED BY refunds_waiting", " AND r.state = 'waiting'"),
            Self::Pending => (" INDEXED BY refunds_open", " AND r.state IN ('pending', 'unknown')"),
        };
        query.push(" FROM refunds r").push(tx.pick(index, "")).push(" WHERE r.tenant_id = ").arg(tx.tenant()).push(states);
    }
}

/// Whether few orders can be meant: those with something on its way back. SQLite looks them up one by one.
pub(crate) fn are_few(filter: &Filter) -> bool {
    filter.granted == Some(true) || filter.pending == Some(true)
}

/// ` WHERE` they are the tenant's. The plus keeps SQLite from walking all of them and asking of each whether it is among the few.
pub(crate) fn of_tenant(tx: &Tx, filter: &Filter) -> Query {
    let plain = " WHERE o.tenant_id = ";
    let mut query = Query::start(if are_few(filter) { tx.pick(" WHERE +o.tenant_id = ", plain) } else { plain });
    query.arg(tx.tenant());
    query
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
    let mut query = Query::start("");
    summing(&mut query, tx, (filter, most));
    tx.all(query).await
}

fn summing(query: &mut Query, tx: &Tx, (filter, most): (&Filter, i64)) {
    query.push(
        "SELECT f.currency, COUNT(*) AS orders, CAST(SUM(f.total) AS BIGINT) AS total, CAST(SUM(f.paid) AS BIGINT) AS paid, \
         CAST(SUM(f.refunded) AS BIGINT) AS refunded, CAST(COALESCE(SUM(b.granted), 0) AS BIGINT) AS granted, \
         CAST(COALESCE(SUM(b.pending), 0) AS BIGINT) AS pending \
         FROM (SELECT o.id, o.currency, o.total, o.paid, o.refunded FROM orders o",
    );
    query.append(clause(tx, filter)).push(" LIMIT ").arg(most);
    query.push(") AS f LEFT JOIN (SELECT u.order_id, SUM(u.granted) AS granted, SUM(u.pending) AS pending FROM (");
    query.push("SELECT r.order_id, r.amount AS granted, 0 AS pending");
    Way::Granted.push(query, tx);
    query.push(" UNION ALL SELECT r.order_id, 0 AS granted, r.amount AS pending");
    Way::Pending.push(query, tx);
    query.push(") AS u GROUP BY u.order_id) AS b ON b.order_id = f.id GROUP BY f.currency ORDER BY orders DESC, f.currency");
}

#[cfg(test)]
mod tests {
    use purser_core::Error;
    use purser_core::ids::TenantId;

    use super::*;
    use crate::{Config, Db, Scope};

    #[derive(sqlx::FromRow)]
    struct Step {
        detail: String,
    }

    async fn steps(tx: &mut Tx, query: Query) -> Result<Vec<String>> {
        Ok(tx.all::<Step>(query).await?.into_iter().map(|step| step.detail).collect())
    }

    /// What was ever granted grows with the years; what waits does not.
    #[tokio::test]
    async fn what_waits_is_found_without_walking_what_was_granted_before() {
        let path = std::env::temp_dir().join(format!("purser-waits-{}.db", std::process::id()));
        let db = Db::open(&Config::Sqlite(path.clone())).await.unwrap();
        let (list, sums) = db
            .read(Scope::Tenant(TenantId(Uuid::nil())), async |tx| {
                let filter = Filter { granted: Some(true), ..Filter::default() };
                let mut list = Query::start("EXPLAIN QUERY PLAN SELECT o.id FROM orders o");
                list.append(clause(tx, &filter)).push(" ORDER BY o.created_at DESC, o.id DESC LIMIT 21");
                let mut sums = Query::start("EXPLAIN QUERY PLAN ");
                summing(&mut sums, tx, (&Filter::default(), 100));
                Ok::<_, Error>((steps(tx, list).await?, steps(tx, sums).await?))
            })
            .await
            .unwrap();
        db.close().await;
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(path.with_extension(format!("db{end}"))));
        }
        let does = |steps: &[String], what: &str| assert!(steps.iter().any(|step| step.contains(what)), "{what}: {steps:?}");
        does(&list, "INDEX refunds_waiting (tenant_id=?)");
        does(&list, "SEARCH o USING INDEX sqlite_autoindex_orders_1 (id=?)");
        does(&sums, "INDEX refunds_waiting (tenant_id=?)");
    }
}
