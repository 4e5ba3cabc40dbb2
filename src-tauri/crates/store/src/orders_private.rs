//! What is sealed in an order's row: where it goes, and what staff wrote down. Callers know it as part of `orders`.

use std::collections::BTreeMap;

use purser_core::ids::OrderId;
use purser_core::orders::Address;
use uuid::Uuid;

use crate::private::{Column, Place};
use crate::{Query, Result, Tx, sql};

/// What only the order's own page shows.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// Where it goes.
    pub address: Address,
    /// What staff wrote down.
    pub notes: Option<String>,
}

/// What only the order's own page shows.
pub async fn particulars(tx: &mut Tx, id: OrderId) -> Result<Option<Particulars>> {
    let row: Option<Stored> =
        tx.optional(sql("SELECT address, notes FROM orders WHERE tenant_id = $1 AND id = $2").bind(tx.tenant()).bind(id)).await?;
    row.map(|row| opened(tx, id, row)).transpose()
}

#[derive(sqlx::FromRow)]
struct Stored {
    address: String,
    notes: Option<String>,
}

#[derive(sqlx::FromRow)]
struct StoredOf {
    #[sqlx(try_from = "Uuid")]
    id: OrderId,
    address: String,
    notes: Option<String>,
}

/// The same of several orders; those that do not exist are left out.
pub async fn particulars_of(tx: &mut Tx, ids: &[OrderId]) -> Result<BTreeMap<OrderId, Particulars>> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(500) {
        let mut query = Query::start("SELECT id, address, notes FROM orders WHERE tenant_id = ");
        query.arg(tx.tenant()).push(" AND id IN ").list(chunk.iter().map(|id| (*id).into()));
        for row in tx.all::<StoredOf>(query).await? {
            let id = row.id;
            found.insert(id, opened(tx, id, Stored { address: row.address, notes: row.notes })?);
        }
    }
    Ok(found)
}

/// The row with its private columns readable.
fn opened(tx: &Tx, id: OrderId, row: Stored) -> Result<Particulars> {
    let place = |column| Place::order(tx.tenant(), id, column);
    let address = tx.show(place(Column::OrderAddress), Some(row.address))?.unwrap_or_default();
    let address = serde_json::from_str(&address).map_err(|error| purser_core::Error::Internal(Box::new(error)))?;
    Ok(Particulars { address, notes: tx.show(place(Column::OrderNotes), row.notes)? })
}
