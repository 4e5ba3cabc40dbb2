//! What the comparison with a provider holds its lines against: our bookings, refunds and disputes, many in one statement.

use purser_core::ids::{PaymentId, RefundId};
use purser_core::ledger::PostingKind;
use purser_core::{Currency, Timestamp};
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Query, Result, Tx};

/// What our books say moved at the provider.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Ours {
    /// What for: a capture, a refund, a dispute, a fee.
    #[sqlx(try_from = "String")]
    pub kind: PostingKind,
    /// The payment.
    pub payment_id: Option<Uuid>,
    /// The refund, if it is one.
    pub refund_id: Option<Uuid>,
    /// The currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Money that came in is positive.
    pub amount: i64,
    /// When it was booked.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
}

macro_rules! ours {
    () => {
        "SELECT p.kind, p.payment_id, p.refund_id, a.currency, CAST(SUM(e.amount) AS BIGINT) AS amount, MIN(p.at) AS at FROM ledger_postings p \
         JOIN ledger_entries e ON e.tenant_id = p.tenant_id AND e.at = p.at AND e.posting_id = p.id \
         JOIN ledger_accounts a ON a.id = e.account_id WHERE a.code = 'cash:provider' AND p.kind IN ('capture', 'refund', 'dispute', 'fee') AND p.tenant_id = "
    };
}

/// Of these payments.
pub async fn of_payments(tx: &mut Tx, payments: &[PaymentId]) -> Result<Vec<Ours>> {
    if payments.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::start(ours!());
    query.arg(tx.tenant()).push(" AND p.payment_id IN ").list(payments.iter().map(|id| (*id).into()));
    query.push(" GROUP BY p.kind, p.payment_id, p.refund_id, a.currency");
    tx.all(query).await
}

/// Captures and refunds from one instant to before another that `provider` took part in, at most `most`.
pub async fn between(tx: &mut Tx, provider: &str, (from, to): (Timestamp, Timestamp), most: i64) -> Result<Vec<Ours>> {
    let mut query = Query::start(ours!());
    query.arg(tx.tenant()).push(" AND p.kind IN ('capture', 'refund') AND p.at >= ").arg(from).push(" AND p.at < ").arg(to);
    query.push(" AND EXISTS (SELECT 1 FROM payments m WHERE m.id = p.payment_id AND m.provider = ").arg(provider.to_owned()).push(")");
    query.push(" GROUP BY p.kind, p.payment_id, p.refund_id, a.currency ORDER BY MIN(p.at) LIMIT ").arg(most);
    tx.all(query).await
}

/// The payment a refund gives back.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Belongs {
    /// The refund.
    #[sqlx(try_from = "Uuid")]
    pub id: RefundId,
    /// Its payment.
    #[sqlx(try_from = "Uuid")]
    pub payment_id: PaymentId,
}

/// The payments these refunds give back.
pub async fn of_refunds(tx: &mut Tx, refunds: &[RefundId]) -> Result<Vec<Belongs>> {
    if refunds.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::start("SELECT id, payment_id FROM refunds WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND id IN ").list(refunds.iter().map(|id| (*id).into()));
    tx.all(query).await
}

/// What a disputed payment moved.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Disputed {
    /// What the provider calls the dispute.
    pub reference: String,
    /// The payment.
    #[sqlx(try_from = "Uuid")]
    pub payment_id: PaymentId,
    /// What the bank took.
    pub withdrawn: i64,
    /// What it gave back of that.
    pub reinstated: i64,
    /// What the provider kept.
    pub fee: i64,
    /// What it gave back of that.
    pub fee_back: i64,
}

/// Disputes a provider calls so, and those of these payments.
pub async fn of_disputes(tx: &mut Tx, provider: &str, (names, payments): (&[&str], &[PaymentId])) -> Result<Vec<Disputed>> {
    let mut query = Query::start("SELECT reference, payment_id, withdrawn, reinstated, fee, fee_back FROM disputes WHERE tenant_id = ");
    query.arg(tx.tenant());
    match (names.is_empty(), payments.is_empty()) {
        (true, true) => return Ok(Vec::new()),
        (names_empty, payments_empty) => {
            query.push(" AND provider = ").arg(provider.to_owned()).push(" AND (");
            if !names_empty {
                query.push("reference IN ").list(names.iter().map(|name| (*name).to_owned().into()));
            }
            if !names_empty && !payments_empty {
                query.push(" OR ");
            }
            if !payments_empty {
                query.push("payment_id IN ").list(payments.iter().map(|id| (*id).into()));
            }
            query.push(")");
        }
    }
    tx.all(query).await
}
