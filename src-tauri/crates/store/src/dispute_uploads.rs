//! The `dispute_uploads` table: files of evidence that lie at the provider, and what it calls them.

use purser_core::Timestamp;
use purser_core::ids::{DisputeId, FileId};
use uuid::Uuid;

use crate::{Result, Tx, sql};

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "Uuid")]
    file_id: FileId,
    reference: String,
}

/// The files of a dispute that lie at its provider, with its names for them.
pub async fn of(tx: &mut Tx, dispute: DisputeId) -> Result<Vec<(FileId, String)>> {
    const OF: &str = "SELECT file_id, reference FROM dispute_uploads WHERE tenant_id = $1 AND dispute_id = $2 ORDER BY file_id LIMIT 500";
    let rows: Vec<Row> = tx.all(sql(OF).bind(tx.tenant()).bind(dispute)).await?;
    Ok(rows.into_iter().map(|row| (row.file_id, row.reference)).collect())
}

/// Note what the provider calls a file; the first name stays.
pub async fn keep(tx: &mut Tx, (dispute, file): (DisputeId, FileId), (reference, now): (&str, Timestamp)) -> Result<()> {
    const KEEP: &str = "INSERT INTO dispute_uploads (dispute_id, file_id, tenant_id, reference, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (dispute_id, file_id) DO NOTHING";
    tx.run(sql(KEEP).bind(dispute).bind(file).bind(tx.tenant()).bind(reference.to_owned()).bind(now)).await.map(drop)
}
