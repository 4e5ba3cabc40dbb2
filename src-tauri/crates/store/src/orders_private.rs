//! What is sealed in an order's row: where it goes, and what staff wrote down. Callers know it as part of `orders`.

use std::collections::BTreeMap;

use purser_core::Timestamp;
use purser_core::ids::OrderId;
use purser_core::orders::{Address, OrderState};
use uuid::Uuid;

use crate::orders::Order;
use crate::private::{Column, Place};
use crate::rows::MaybeInstant;
use crate::{Query, Result, Tx, sql};

/// How an order was sold.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct Extras {
    /// The way it is sent, as settings name it.
    pub shipping_code: Option<String>,
    /// What people called it that day.
    pub shipping_name: Option<String>,
    /// Whether the prices of its lines carry their tax.
    pub with_tax: bool,
    /// When it is called off unless it was paid.
    #[sqlx(try_from = "MaybeInstant")]
    pub lapses_at: Option<Timestamp>,
    /// What was added after the money was taken, with its tax.
    pub added: i64,
    /// What is missing and not asked for any more.
    pub waived: i64,
}

impl Extras {
    /// What has to be paid for `order`: what is missing of it, or what was added since it was paid; nothing for what was called off.
    pub fn due(&self, order: &Order) -> i64 {
        match order.state {
            OrderState::Cancelled => 0,
            OrderState::Pending => order.total - order.paid,
            _ => self.added.min(order.total - order.paid - self.waived),
        }
    }
}

/// What only the order's own page shows.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// Where it goes.
    pub address: Address,
    /// What staff wrote down.
    pub notes: Option<String>,
    /// How it was sold.
    pub extras: Extras,
    /// What is there but sealed with a key this process does not have.
    pub unreadable: Vec<Column>,
}

macro_rules! private {
    () => {
        "address, notes, shipping_code, shipping_name, with_tax, lapses_at, extra_goods + extra_tax AS added, waived"
    };
}

/// What only the order's own page shows.
pub async fn particulars(tx: &mut Tx, id: OrderId) -> Result<Option<Particulars>> {
    const FIND: &str = concat!("SELECT ", private!(), " FROM orders WHERE tenant_id = $1 AND id = $2");
    let row: Option<Stored> = tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await?;
    row.map(|row| opened(tx, id, row)).transpose()
}

#[derive(sqlx::FromRow)]
struct Stored {
    address: String,
    notes: Option<String>,
    #[sqlx(flatten)]
    extras: Extras,
}

#[derive(sqlx::FromRow)]
struct StoredOf {
    #[sqlx(try_from = "Uuid")]
    id: OrderId,
    #[sqlx(flatten)]
    rest: Stored,
}

/// The same of several orders; those that do not exist are left out.
pub async fn particulars_of(tx: &mut Tx, ids: &[OrderId]) -> Result<BTreeMap<OrderId, Particulars>> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(500) {
        let mut query = Query::start(concat!("SELECT id, ", private!(), " FROM orders WHERE tenant_id = "));
        query.arg(tx.tenant()).push(" AND id IN ").list(chunk.iter().map(|id| (*id).into()));
        for row in tx.all::<StoredOf>(query).await? {
            let id = row.id;
            found.insert(id, opened(tx, id, row.rest)?);
        }
    }
    Ok(found)
}

/// The row with its private columns readable.
fn opened(tx: &Tx, id: OrderId, row: Stored) -> Result<Particulars> {
    let place = |column| Place::order(tx.tenant(), id, column);
    let mut unreadable = Vec::new();
    let address = match tx.show(place(Column::OrderAddress), Some(row.address), &mut unreadable)? {
        Some(address) => serde_json::from_str(&address).map_err(|error| purser_core::Error::Internal(Box::new(error)))?,
        None => Address::default(),
    };
    let notes = tx.show(place(Column::OrderNotes), row.notes, &mut unreadable)?;
    Ok(Particulars { address, notes, extras: row.extras, unreadable })
}

/// Write down that an order that waits for its money is called off at `until`, where its time is over at `now` or, if it is to have one, it had
/// none. Whether it says so now.
pub async fn put_off(tx: &mut Tx, id: OrderId, (until, now): (Timestamp, Timestamp), to_have: bool) -> Result<bool> {
    const PUT_OFF: &str = "UPDATE orders SET lapses_at = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'pending' AND paid = 0 \
         AND (lapses_at <= $4 OR (lapses_at IS NULL AND $5))";
    Ok(tx.run(sql(PUT_OFF).bind(tx.tenant()).bind(id).bind(until).bind(now).bind(to_have)).await? > 0)
}
