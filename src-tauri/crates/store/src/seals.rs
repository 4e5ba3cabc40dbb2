//! The `seal_keys` table: which keys values in this database were sealed with.

use purser_core::Timestamp;

use crate::{Result, Tx, sql};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
}

/// Their ids.
pub async fn list(tx: &mut Tx) -> Result<Vec<String>> {
    let rows: Vec<Row> = tx.all(sql("SELECT id FROM seal_keys ORDER BY created_at LIMIT 100")).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Note that this key is in use.
pub async fn note(tx: &mut Tx, id: &str, at: Timestamp) -> Result<()> {
    let query = sql("INSERT INTO seal_keys (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING");
    tx.run(query.bind(id.to_owned()).bind(at)).await.map(drop)
}
