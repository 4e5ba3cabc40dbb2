//! What moved at the sandbox provider, from its own books, and the differences planted in it: `sandbox_differences`.

use purser_core::{Currency, Timestamp};

use crate::rows::Instant;
use crate::{Query, Result, Tx, sql};

/// A move as the provider's books have it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Moved {
    /// `charge`, `refund`, `dispute`, `dispute_reversal`.
    pub kind: String,
    /// The key of the charge or refund, or the name of the dispute.
    pub key: String,
    /// How much; positive.
    pub amount: i64,
    /// What was kept.
    pub fee: i64,
    /// Currency of the amount.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
}

// A charge that is taken later is listed whatever it says of when: the book keeps only when it was begun.
const MOVED: &str = "SELECT kind, key, amount, fee, currency, at FROM (\
     SELECT 'charge' AS kind, key, captured AS amount, 0 AS fee, currency, created_at AS at FROM sandbox_charges \
     WHERE tenant_id = $1 AND captured > 0 AND created_at < $3 AND (created_at >= $2 OR capture_mode = 'manual') \
     UNION ALL SELECT 'refund', r.key, r.amount, 0, c.currency, r.created_at FROM sandbox_refunds r \
     JOIN sandbox_charges c ON c.tenant_id = r.tenant_id AND c.key = r.charge_key \
     WHERE r.tenant_id = $1 AND r.state = 'succeeded' AND r.created_at >= $2 AND r.created_at < $3 \
     UNION ALL SELECT 'dispute', key, amount, fee, currency, created_at FROM sandbox_disputes \
     WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 \
     UNION ALL SELECT 'dispute_reversal', key, amount, 0, currency, created_at FROM sandbox_disputes \
     WHERE tenant_id = $1 AND state = 'won' AND created_at >= $2 AND created_at < $3) AS moved \
     WHERE (kind || key) > $4 ORDER BY kind || key LIMIT $5";

/// Moves from one instant to before another, in the order of their names, behind `after`.
pub async fn moved(tx: &mut Tx, (from, to): (Timestamp, Timestamp), (after, most): (&str, i64)) -> Result<Vec<Moved>> {
    tx.all(sql(MOVED).bind(tx.tenant()).bind(from).bind(to).bind(after.to_owned()).bind(most)).await
}

/// A planted difference.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Planted {
    /// The name of the line.
    pub key: String,
    /// `amount`, `missing`, `extra`, `fee`.
    pub kind: String,
    /// By how much.
    pub amount: i64,
    /// When it was planted.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

/// Plant a difference.
pub async fn plant(tx: &mut Tx, planted: &Planted) -> Result<()> {
    let query = sql("INSERT INTO sandbox_differences (tenant_id, key, kind, amount, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (tenant_id, key) DO UPDATE SET kind = excluded.kind, amount = excluded.amount")
    .bind(tx.tenant())
    .bind(&planted.key)
    .bind(&planted.kind)
    .bind(planted.amount)
    .bind(planted.created_at);
    tx.run(query).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Named {
    key: String,
}

/// The keys of the newest charges that were taken.
pub async fn newest(tx: &mut Tx, most: i64) -> Result<Vec<String>> {
    let query = sql("SELECT key FROM sandbox_charges WHERE tenant_id = $1 AND captured > 0 ORDER BY created_at DESC, key LIMIT $2");
    let rows: Vec<Named> = tx.all(query.bind(tx.tenant()).bind(most)).await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

/// What is planted, at most 500.
pub async fn planted(tx: &mut Tx) -> Result<Vec<Planted>> {
    let mut query = Query::start("SELECT key, kind, amount, created_at FROM sandbox_differences WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" ORDER BY key LIMIT 500");
    tx.all(query).await
}
