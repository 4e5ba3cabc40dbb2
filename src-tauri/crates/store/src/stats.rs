//! Figures over orders, refunds and sign-ins, each answered from an index alone.

use purser_core::orders::OrderState;
use purser_core::{Currency, Timestamp};

use crate::{Result, Tx, sql};

/// What the orders of one day and state came to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DayRow {
    /// Days since 1970, in UTC.
    pub day: i64,
    /// Where the goods of these orders stand.
    #[sqlx(try_from = "String")]
    pub state: OrderState,
    /// How many.
    pub orders: i64,
    /// What was taken.
    pub paid: i64,
    /// What was given back.
    pub refunded: i64,
    /// How many of them gave something back.
    pub with_refund: i64,
}

const DAYS_SQLITE: &str = "SELECT created_at / 86400000000 AS day, state, COUNT(*) AS orders, SUM(paid) AS paid, SUM(refunded) AS refunded, \
     SUM(refunded > 0) AS with_refund FROM orders WHERE tenant_id = $1 AND created_at >= $2 AND currency = $3 GROUP BY 1, 2";
const DAYS_POSTGRES: &str = "SELECT FLOOR(EXTRACT(EPOCH FROM created_at) / 86400)::BIGINT AS day, state, COUNT(*) AS orders, \
     SUM(paid)::BIGINT AS paid, SUM(refunded)::BIGINT AS refunded, COUNT(*) FILTER (WHERE refunded > 0) AS with_refund \
     FROM orders WHERE tenant_id = $1 AND created_at >= $2 AND currency = $3 GROUP BY 1, 2";

/// Orders made since `from`, by day and state.
pub async fn days(tx: &mut Tx, from: Timestamp, currency: Currency) -> Result<Vec<DayRow>> {
    tx.all(sql(tx.pick(DAYS_SQLITE, DAYS_POSTGRES)).bind(tx.tenant()).bind(from).bind(currency)).await
}

/// Sign-ins in two neighbouring spans.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct SignIns {
    /// Good ones in the later span.
    pub current: i64,
    /// Good ones in the earlier span.
    pub previous: i64,
    /// Bad ones in the later span.
    pub failed: i64,
}

const SIGN_INS: &str = "SELECT COALESCE(SUM(CASE WHEN outcome = 'signed_in' AND at >= $3 THEN 1 ELSE 0 END), 0) AS current, \
     COALESCE(SUM(CASE WHEN outcome = 'signed_in' AND at < $3 THEN 1 ELSE 0 END), 0) AS previous, \
     COALESCE(SUM(CASE WHEN outcome <> 'signed_in' AND at >= $3 THEN 1 ELSE 0 END), 0) AS failed \
     FROM sign_ins WHERE tenant_id = $1 AND at >= $2";

/// Sign-ins since `from`, split at `middle`.
pub async fn sign_ins(tx: &mut Tx, from: Timestamp, middle: Timestamp) -> Result<SignIns> {
    tx.one(sql(SIGN_INS).bind(tx.tenant()).bind(from).bind(middle)).await
}

/// Things somebody should look at, each counted to 1,000 at most.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct Attention {
    /// Payments whose provider has not answered.
    pub unknown_payments: i64,
    /// Payments that failed lately.
    pub failed_payments: i64,
    /// Refunds that are not settled.
    pub open_refunds: i64,
    /// Paid orders nobody has begun to pack.
    pub waiting_orders: i64,
    /// Orders that wait for their money.
    pub unpaid_orders: i64,
    /// Orders of which a part was taken and the rest is missing.
    pub partly_paid_orders: i64,
    /// Products that run out.
    pub low_stock: i64,
    /// Disputes the bank waits for an answer to.
    pub due_disputes: i64,
    /// Requests that wait for somebody to decide.
    pub waiting_approvals: i64,
    /// Differences between the books and a provider's account that nobody has settled.
    pub open_differences: i64,
    /// 1 if the books did not add up when that was looked at last.
    pub unbalanced_books: i64,
    /// What a consumer of events could not do, and gave up.
    pub parked_events: i64,
    /// Places told by webhook that were switched off because nothing arrived.
    pub silent_endpoints: i64,
    /// Orders called off of the last quarter whose money is still with us.
    pub kept_money: i64,
    /// Orders sold on account whose day to pay is over.
    pub overdue_receivables: i64,
}

/// The question, with the ways SQLite shall look for open refunds and for orders paid in part: there are few, and all others are settled.
macro_rules! attention {
    ($refunds:literal, $orders:literal) => {
        concat!(
            "SELECT \
     (SELECT COUNT(*) FROM (SELECT 1 FROM payments WHERE tenant_id = $1 AND state = 'unknown' LIMIT 1000) a) AS unknown_payments, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM payments WHERE tenant_id = $1 AND state = 'failed' AND created_at >= $2 LIMIT 1000) b) AS failed_payments, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM ",
            $refunds,
            " WHERE tenant_id = $1 AND state IN ('pending', 'unknown') LIMIT 1000) c) AS open_refunds, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE tenant_id = $1 AND state = 'paid' AND created_at < $3 LIMIT 1000) d) AS waiting_orders, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE tenant_id = $1 AND state = 'pending' AND created_at < $3 LIMIT 1000) e) AS unpaid_orders, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM ",
            $orders,
            " WHERE tenant_id = $1 AND state = 'pending' AND paid > 0 \
     AND payment_state IN ('partly_paid', 'partially_refunded', 'refunded') LIMIT 1000) n) AS partly_paid_orders, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM products WHERE tenant_id = $1 AND stock < COALESCE(low_stock, 10) AND variant_count = 0 AND active LIMIT 1000) f) AS low_stock, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM disputes WHERE tenant_id = $1 AND state IN ('opened', 'needs_evidence') LIMIT 1000) g) AS due_disputes, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM approvals WHERE tenant_id = $1 AND state = 'waiting' LIMIT 1000) h) AS waiting_approvals, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM reconciliation_exceptions WHERE tenant_id = $1 AND state = 'open' LIMIT 1000) i) AS open_differences, \
     (SELECT COUNT(*) FROM (SELECT balanced FROM ledger_proofs WHERE tenant_id = $1 ORDER BY checked_at DESC, id DESC LIMIT 1) j WHERE NOT balanced) AS unbalanced_books, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM bus_stuck WHERE tenant_id = $1 AND state = 'parked' LIMIT 1000) k) AS parked_events, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_endpoints WHERE tenant_id = $1 AND NOT enabled AND failing_since_at IS NOT NULL LIMIT 1000) l) AS silent_endpoints, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE tenant_id = $1 AND state = 'cancelled' AND created_at >= $4 AND paid > refunded LIMIT 1000) m) AS kept_money, \
     (SELECT COUNT(*) FROM (SELECT 1 FROM receivables WHERE tenant_id = $1 AND owed > 0 AND due_at < $5 LIMIT 1000) o) AS overdue_receivables"
        )
    };
}

/// Things somebody should look at: failures since `lately`, orders made before `overdue`, orders called off that were made since `quarter`, and
/// what was to be paid before `today`.
pub async fn attention(tx: &mut Tx, (lately, overdue, quarter, today): (Timestamp, Timestamp, Timestamp, Timestamp)) -> Result<Attention> {
    let text = tx.pick(attention!("refunds INDEXED BY refunds_open", "orders INDEXED BY orders_partly"), attention!("refunds", "orders"));
    tx.one(sql(text).bind(tx.tenant()).bind(lately).bind(overdue).bind(quarter).bind(today)).await
}
