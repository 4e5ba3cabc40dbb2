//! What has to hold whatever happens. Read from the tables, by statements of its own: nothing here asks the engine what it believes.

use purser_store::{Query, Scope, Tx, sql};

/// A number.
#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// A law: how it is said when it is broken, and a statement that counts what breaks it.
type Law = (&'static str, &'static str);

/// They hold after every step, through every fault.
const ALWAYS: &[Law] = &[
    (
        "debits and credits of a currency differ",
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id \
         GROUP BY a.tenant_id, a.currency HAVING SUM(e.amount) <> 0) x",
    ),
    (
        "a booking does not sum to nothing",
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM ledger_entries GROUP BY posting_id HAVING SUM(amount) <> 0) x",
    ),
    (
        "a running balance is not what its entries say",
        "SELECT COUNT(*) AS n FROM balances b LEFT JOIN (SELECT account_id, SUM(amount) AS total FROM ledger_entries GROUP BY account_id) e \
         ON e.account_id = b.account_id WHERE b.debit - b.credit <> COALESCE(e.total, 0)",
    ),
    (
        "a payment gave back more than it took, or took more than was promised",
        "SELECT COUNT(*) AS n FROM payments WHERE captured > amount OR captured < 0 OR refunded < 0 OR refund_pending < 0 \
         OR refunded + refund_pending > captured",
    ),
    (
        "refunds of a payment come to more than it took",
        "SELECT COUNT(*) AS n FROM (SELECT p.captured AS captured, SUM(r.amount) AS given FROM payments p JOIN refunds r ON r.payment_id = p.id \
         WHERE r.state NOT IN ('failed', 'cancelled') GROUP BY p.id, p.captured) x WHERE given > captured",
    ),
    (
        "what a payment says it gave back is not what its refunds come to",
        "SELECT COUNT(*) AS n FROM payments p LEFT JOIN (SELECT payment_id, SUM(CASE WHEN state = 'succeeded' THEN amount ELSE 0 END) AS done, \
         SUM(CASE WHEN state IN ('waiting', 'pending', 'unknown') THEN amount ELSE 0 END) AS open FROM refunds GROUP BY payment_id) r ON r.payment_id = p.id \
         WHERE p.refunded <> COALESCE(r.done, 0) OR p.refund_pending <> COALESCE(r.open, 0)",
    ),
    (
        "what an order says was paid or given back is not what its payments say",
        "SELECT COUNT(*) AS n FROM orders o LEFT JOIN (SELECT order_id, SUM(captured) AS taken, SUM(refunded) AS given FROM payments \
         GROUP BY order_id) p ON p.order_id = o.id WHERE o.paid <> COALESCE(p.taken, 0) OR o.refunded <> COALESCE(p.given, 0)",
    ),
    ("more was taken for an order than it costs", "SELECT COUNT(*) AS n FROM orders WHERE paid > total"),
    ("an order that was paid for still waits for payment", "SELECT COUNT(*) AS n FROM orders WHERE state = 'pending' AND paid > 0 AND paid >= total"),
    (
        "an order goes out that was not paid",
        "SELECT COUNT(*) AS n FROM orders WHERE state IN ('paid', 'processing', 'shipped', 'delivered') \
         AND paid + waived + extra_goods + extra_tax < total",
    ),
    (
        "the money at the provider is not what was taken less what was given back and what banks took",
        "SELECT COUNT(*) AS n FROM (SELECT (SELECT COALESCE(SUM(captured), 0) FROM payments WHERE provider NOT IN ('credit', 'account')) \
         - (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.state = 'succeeded' \
         AND NOT r.to_credit AND p.provider NOT IN ('credit', 'account')) \
         - (SELECT COALESCE(SUM(withdrawn - reinstated + fee - fee_back), 0) FROM disputes) AS held, \
         (SELECT COALESCE(SUM(e.amount), 0) FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id \
         WHERE a.code = 'cash:provider') AS booked) x WHERE held <> booked",
    ),
    (
        "what customers have as stored credit is not what its moves say",
        "SELECT COUNT(*) AS n FROM credits c LEFT JOIN (SELECT customer_id, currency, SUM(amount) AS total FROM credit_moves \
         GROUP BY customer_id, currency) m ON m.customer_id = c.customer_id AND m.currency = c.currency WHERE c.balance <> COALESCE(m.total, 0) OR c.balance < 0",
    ),
    (
        "what customers have as stored credit is not what the books say",
        "SELECT COUNT(*) AS n FROM (SELECT (SELECT COALESCE(SUM(balance), 0) FROM credits) AS held, (SELECT COALESCE(SUM(e.amount), 0) \
         FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE a.code = 'stored-credit') AS booked) x WHERE held + booked <> 0",
    ),
    (
        "stored credit was spent twice by a payment, or by none",
        "SELECT COUNT(*) AS n FROM payments p LEFT JOIN (SELECT payment_id, SUM(amount) AS total FROM credit_moves WHERE kind = 'spent' \
         GROUP BY payment_id) m ON m.payment_id = p.id WHERE p.provider = 'credit' AND p.captured + COALESCE(m.total, 0) <> 0",
    ),
    (
        "what customers owe is not what the books say",
        "SELECT COUNT(*) AS n FROM (SELECT (SELECT COALESCE(SUM(owed), 0) FROM receivables) AS held, (SELECT COALESCE(SUM(e.amount), 0) \
         FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE a.code = 'receivable') AS booked) x WHERE held <> booked",
    ),
    (
        "an order that was sold on account is not owed as it was sold",
        "SELECT COUNT(*) AS n FROM payments p LEFT JOIN receivables r ON r.id = p.id WHERE p.provider = 'account' \
         AND (r.id IS NULL OR r.amount <> p.captured OR r.taken_off > p.refunded)",
    ),
    (
        "more was given back of a sale on account than came of it",
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM receivables r JOIN ledger_postings p ON p.payment_id = r.id AND p.kind = 'refund' \
         JOIN ledger_entries e ON e.posting_id = p.id JOIN ledger_accounts a ON a.id = e.account_id AND a.code IN ('bank', 'stored-credit') \
         GROUP BY r.id, r.received HAVING -SUM(e.amount) > r.received) x",
    ),
    (
        "what came by hand is not what the books say came",
        "SELECT COUNT(*) AS n FROM (SELECT (SELECT COALESCE(SUM(received), 0) FROM receivables) AS came, (SELECT COALESCE(SUM(e.amount), 0) \
         FROM ledger_entries e JOIN ledger_postings p ON p.id = e.posting_id JOIN ledger_accounts a ON a.id = e.account_id \
         WHERE p.kind = 'receipt' AND a.code = 'bank') AS booked) x WHERE came <> booked",
    ),
    ("there are less than no pieces of something", "SELECT COUNT(*) AS n FROM products WHERE stock < 0 OR reserved < 0"),
    (
        "what moved in stock is not what lies there",
        "SELECT COUNT(*) AS n FROM products p LEFT JOIN (SELECT product_id, SUM(available) AS free, SUM(reserved) AS aside FROM stock_movements \
         GROUP BY product_id) m ON m.product_id = p.id WHERE p.stock <> COALESCE(m.free, 0) OR p.reserved <> COALESCE(m.aside, 0)",
    ),
    (
        "what is set aside is not what orders wait for",
        "SELECT COUNT(*) AS n FROM products p LEFT JOIN (SELECT product_id, SUM(reserved) AS aside FROM order_lines GROUP BY product_id) l \
         ON l.product_id = p.id WHERE p.reserved <> COALESCE(l.aside, 0)",
    ),
    (
        "an order's parts do not make its total",
        "SELECT COUNT(*) AS n FROM orders o JOIN (SELECT order_id, SUM(total) AS goods, SUM(COALESCE(tax, 0)) AS tax \
         FROM order_lines GROUP BY order_id) l ON l.order_id = o.id \
         WHERE o.total <> o.subtotal - o.discount + o.tax + o.shipping \
         OR o.subtotal <> CASE WHEN o.with_tax THEN l.goods - l.tax ELSE l.goods END",
    ),
    (
        "order numbers are missing or given twice",
        "SELECT COUNT(*) AS n FROM (SELECT COUNT(*) AS many, COUNT(DISTINCT number) AS distinct_ones, MAX(number) - MIN(number) + 1 AS wide \
         FROM orders HAVING COUNT(*) > 0) x WHERE many <> distinct_ones OR many <> wide",
    ),
    (
        "something that happened to an order is missing in its history",
        "SELECT COUNT(*) AS n FROM orders o WHERE o.version <> (SELECT COUNT(*) FROM order_events e WHERE e.order_id = o.id)",
    ),
    (
        "a cart was ordered and there is no order",
        "SELECT COUNT(*) AS n FROM carts c LEFT JOIN orders o ON o.id = c.became_id WHERE c.state = 'ordered' AND o.id IS NULL",
    ),
    (
        "two carts became one order",
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM carts WHERE state = 'ordered' GROUP BY became_id HAVING COUNT(*) > 1) x",
    ),
    (
        "two runs pay one checkout",
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM sagas WHERE kind = 'order.checkout' AND again_of IS NULL \
         GROUP BY subject_id HAVING COUNT(*) > 1) x",
    ),
    (
        "an order that was called off keeps goods aside",
        "SELECT COUNT(*) AS n FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.state = 'cancelled' AND l.reserved <> 0",
    ),
    (
        "a coupon was used more often than it may be, or than it says",
        "SELECT COUNT(*) AS n FROM coupons c LEFT JOIN (SELECT coupon_id, COUNT(*) AS times FROM coupon_uses GROUP BY coupon_id) u \
         ON u.coupon_id = c.id WHERE c.used <> COALESCE(u.times, 0) OR c.used > c.limit_total",
    ),
    (
        "a customer used a coupon more often than they may",
        "SELECT COUNT(*) AS n FROM (SELECT coupon_id, COUNT(*) AS times FROM coupon_uses GROUP BY coupon_id, customer_id) x \
         JOIN coupons c ON c.id = x.coupon_id WHERE x.times > c.limit_customer",
    ),
    (
        "a refund was sent that nobody approved, or held back that was",
        "SELECT COUNT(*) AS n FROM refunds r JOIN approvals a ON a.id = r.approval_id WHERE \
         (a.state = 'waiting' AND r.state <> 'waiting') OR (a.state IN ('rejected', 'cancelled', 'expired') AND r.state <> 'cancelled') \
         OR (a.state IN ('approved', 'failed') AND r.state IN ('waiting', 'cancelled')) OR (a.state = 'succeeded' AND r.state <> 'succeeded')",
    ),
    (
        "support gave more back than they may, and asked nobody",
        "SELECT COUNT(*) AS n FROM refunds r JOIN users u ON u.id = r.created_by WHERE u.role = 'support' AND r.amount >= 2000 \
         AND r.approval_id IS NULL",
    ),
    (
        "somebody decided what they asked for themselves",
        "SELECT COUNT(*) AS n FROM approvals WHERE decided_by = requested_by AND state <> 'cancelled'",
    ),
    (
        "a payment is disputed and does not say so, or says so and is not",
        "SELECT COUNT(*) AS n FROM payments p LEFT JOIN (SELECT payment_id, COUNT(*) AS many FROM disputes \
         WHERE state IN ('needs_evidence', 'lost', 'accepted') OR (state IN ('opened', 'submitted') AND withdrawn > 0) GROUP BY payment_id) d ON d.payment_id = p.id \
         WHERE p.state IN ('captured', 'partially_refunded', 'disputed') AND (p.state = 'disputed') <> (COALESCE(d.many, 0) > 0)",
    ),
    (
        "a piece of work is two of its kind and name at once",
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM jobs WHERE unique_key IS NOT NULL AND state IN ('pending', 'running') \
         GROUP BY tenant_id, kind, unique_key HAVING COUNT(*) > 1) x",
    ),
];

/// They hold once the provider answers again and everything had its time.
const CALM: &[Law] = &[
    ("a payment waits for an answer for ever", "SELECT COUNT(*) AS n FROM payments WHERE pending IS NOT NULL"),
    ("a payment is stuck in the middle", "SELECT COUNT(*) AS n FROM payments WHERE state IN ('created', 'processing', 'unknown')"),
    ("a refund waits for ever", "SELECT COUNT(*) AS n FROM refunds WHERE state IN ('pending', 'unknown')"),
    ("an order's money is stuck in the middle", "SELECT COUNT(*) AS n FROM orders WHERE payment_state IN ('processing', 'unknown')"),
    (
        "an order was called off and its money kept",
        "SELECT COUNT(*) AS n FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.state = 'cancelled' \
         AND (p.state IN ('authorised', 'requires_action') OR p.captured - COALESCE((SELECT SUM(CASE WHEN d.state = 'won' THEN 0 \
         WHEN d.state IN ('lost', 'accepted') THEN d.amount ELSE p.captured END) FROM disputes d \
         WHERE d.payment_id = p.id AND p.state = 'disputed'), 0) > p.refunded + p.refund_pending)",
    ),
    (
        "the provider took or gave another amount than we wrote down",
        "SELECT COUNT(*) AS n FROM payments p JOIN sandbox_charges c ON replace(c.key, '-', '') = DIGITS(p.id) \
         WHERE p.captured <> c.captured OR p.refunded - COALESCE((SELECT SUM(r.amount) FROM refunds r WHERE r.payment_id = p.id \
         AND r.state = 'succeeded' AND r.to_credit), 0) <> c.refunded",
    ),
    (
        "a bank disputes something and we do not know, or think otherwise of it",
        "SELECT COUNT(*) AS n FROM sandbox_disputes s LEFT JOIN disputes d ON d.reference = s.key WHERE d.id IS NULL OR d.state <> s.state \
         OR d.withdrawn <> s.amount OR d.reinstated <> (CASE WHEN s.state = 'won' THEN s.amount ELSE 0 END) OR d.fee <> s.fee",
    ),
    ("an answer to a bank is never sent", "SELECT COUNT(*) AS n FROM disputes WHERE pending IS NOT NULL"),
    ("a request was approved and never ends", "SELECT COUNT(*) AS n FROM approvals WHERE state = 'approved'"),
    ("a provider told something and nobody followed it up", "SELECT COUNT(*) AS n FROM gateway_events WHERE state = 'received'"),
    (
        "a checkout was completed and its order never paid",
        "SELECT COUNT(*) AS n FROM sagas s JOIN orders o ON o.id = s.subject_id WHERE s.kind = 'order.checkout' AND s.state = 'completed' \
         AND o.paid = 0 AND o.total > 0",
    ),
    (
        "a checkout was undone, nobody pays otherwise, and what it set aside is not let go, now or soon",
        "SELECT COUNT(*) AS n FROM sagas s JOIN orders o ON o.id = s.subject_id WHERE s.kind = 'order.checkout' AND s.state = 'failed' \
         AND CAST(s.payload AS TEXT) LIKE '%\"cancel\"%' AND o.state = 'pending' AND o.paid = 0 \
         AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.state NOT IN ('failed', 'voided')) \
         AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'order.expire' AND j.state = 'pending' AND replace(j.unique_key, '-', '') = DIGITS(o.id))",
    ),
    ("work in several steps hangs", "SELECT COUNT(*) AS n FROM sagas WHERE state IN ('running', 'compensating', 'needs_attention')"),
    ("a piece of work hangs", "SELECT COUNT(*) AS n FROM jobs WHERE state = 'running'"),
];

/// A law as a statement of this database: `DIGITS(id)` is an id as it is written, without its dashes. On SQLite ids are bytes.
fn said(tx: &Tx, law: &'static str) -> Query {
    let (open, close) = tx.pick(("lower(hex(", "))"), ("replace(CAST(", " AS TEXT), '-', '')"));
    let mut query = Query::start("");
    let mut rest = law;
    while let Some((id, after)) = rest.split_once("DIGITS(").and_then(|(before, found)| {
        query.push(before);
        found.split_once(')')
    }) {
        query.push(open).push(id).push(close);
        rest = after;
    }
    query.push(rest);
    query
}

/// Every law that is broken, a sentence each.
pub(crate) async fn broken(app: &purser_service::App, calm: bool) -> Vec<String> {
    let mut found = Vec::new();
    let looked = app.db.transact(Scope::System, async |tx: &mut Tx| {
        let laws = ALWAYS.iter().chain(if calm { CALM } else { &[] });
        for (sentence, statement) in laws {
            let count: Count = tx.one(said(tx, statement)).await?;
            if count.n > 0 {
                found.push(format!("{sentence} ({})", count.n));
            }
        }
        Ok::<_, purser_core::Error>(())
    });
    if let Err(error) = looked.await {
        found.push(format!("the tables could not be read: {error}"));
    }
    found
}

/// An order as it lies in its table.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct OrderRow {
    pub(crate) id: uuid::Uuid,
    pub(crate) state: String,
    pub(crate) total: i64,
}

/// A refund as it lies in its table.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct RefundRow {
    pub(crate) id: uuid::Uuid,
    pub(crate) amount: i64,
    pub(crate) order_state: String,
}

/// A product with the pieces its orders hold.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct StockRow {
    pub(crate) id: uuid::Uuid,
    pub(crate) stock: i64,
    pub(crate) held: i64,
}

/// A request for a second pair of eyes as it lies in its table.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ApprovalRow {
    pub(crate) id: uuid::Uuid,
    pub(crate) state: String,
}

/// Everything that is compared with what was acknowledged.
pub(crate) struct Rows {
    pub(crate) orders: Vec<OrderRow>,
    pub(crate) refunds: Vec<RefundRow>,
    pub(crate) stock: Vec<StockRow>,
    pub(crate) approvals: Vec<ApprovalRow>,
    /// How often stored credit was given without asking anybody.
    pub(crate) given: usize,
}

/// Read it.
pub(crate) async fn rows(app: &purser_service::App) -> purser_core::Result<Rows> {
    // Work in steps that is undone gives money back by itself; who is told of that is told of the work.
    const REFUNDS: &str = "SELECT r.id, r.amount, o.state AS order_state FROM refunds r JOIN orders o ON o.id = r.order_id \
         WHERE NOT (r.created_by IS NULL AND r.reason = 'The order could not be completed')";
    const STOCK: &str = "SELECT p.id, p.stock, CAST(COALESCE((SELECT SUM(l.quantity - l.cancelled) FROM order_lines l JOIN orders o ON o.id = l.order_id \
         WHERE l.product_id = p.id AND o.state <> 'cancelled'), 0) AS BIGINT) AS held FROM products p";
    const GIVEN: &str = "SELECT (SELECT COUNT(*) FROM credit_moves WHERE kind = 'given') \
         - (SELECT COUNT(*) FROM approvals WHERE kind = 'credit' AND state = 'succeeded') AS n";
    app.db
        .transact(Scope::System, async |tx: &mut Tx| {
            Ok(Rows {
                orders: tx.all(sql("SELECT id, state, total FROM orders")).await?,
                refunds: tx.all(sql(REFUNDS)).await?,
                stock: tx.all(sql(STOCK)).await?,
                approvals: tx.all(sql("SELECT id, state FROM approvals")).await?,
                given: usize::try_from(tx.one::<Count>(sql(GIVEN)).await?.n).unwrap_or(0),
            })
        })
        .await
}
