//! Orders customers entered and have not paid: their goods are set aside for nothing yet.

use purser_core::Timestamp;
use purser_core::ids::UserId;

use crate::{Result, Tx, sql};

#[derive(sqlx::FromRow)]
struct Counted {
    n: i64,
}

macro_rules! unpaid {
    ($by:literal) => {
        concat!(
            "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM orders o",
            $by,
            " WHERE o.tenant_id = $1 AND o.customer_id = $2 AND o.created_at > $3 AND o.state = 'pending' AND o.paid = 0 \
             AND o.payment_state <> 'authorised' AND o.source = 'shop' LIMIT $4) AS counted"
        )
    };
}

/// How many orders out of the shop a customer has that were entered after `since` and of which nothing is paid or promised; `most` are counted.
pub async fn of_customer(tx: &mut Tx, customer: UserId, (since, most): (Timestamp, i64)) -> Result<i64> {
    // Told which index, or SQLite would look at everybody's waiting orders.
    let query = tx.pick(unpaid!(" INDEXED BY orders_customer"), unpaid!(""));
    Ok(tx.one::<Counted>(sql(query).bind(tx.tenant()).bind(customer).bind(since).bind(most)).await?.n)
}
