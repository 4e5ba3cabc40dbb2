//! The `seal_keys` table: which keys values in this database were sealed with.

use purser_core::Timestamp;

use crate::rows::Instant;
use crate::{Result, Tx, sql};

/// A key that values were sealed with.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// Since when.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

/// Every key, the oldest first, at most 100.
pub async fn list(tx: &mut Tx) -> Result<Vec<Key>> {
    tx.all(sql("SELECT id, created_at FROM seal_keys ORDER BY created_at LIMIT 100")).await
}

/// Note that this key is in use.
pub async fn note(tx: &mut Tx, id: &str, at: Timestamp) -> Result<()> {
    let query = sql("INSERT INTO seal_keys (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING");
    tx.run(query.bind(id.to_owned()).bind(at)).await.map(drop)
}
