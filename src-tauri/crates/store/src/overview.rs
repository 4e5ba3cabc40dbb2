//! A person in figures.

use purser_core::ids::UserId;
use purser_core::{Currency, Timestamp};

use crate::rows::Instant;
use crate::{Result, Tx, sql};

/// What a person ordered, in one currency.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Business {
    /// The currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Orders.
    pub orders: i64,
    /// Paid, in minor units.
    pub paid: i64,
    /// Given back, in minor units.
    pub refunded: i64,
    /// The last order.
    #[sqlx(try_from = "Instant")]
    pub last_order_at: Timestamp,
}

/// What a person ordered, one row a currency.
pub async fn business(tx: &mut Tx, person: UserId) -> Result<Vec<Business>> {
    const BUSINESS: &str = "SELECT currency, COUNT(*) AS orders, CAST(SUM(paid) AS BIGINT) AS paid, CAST(SUM(refunded) AS BIGINT) AS refunded, \
         MAX(created_at) AS last_order_at FROM orders WHERE tenant_id = $1 AND customer_id = $2 GROUP BY currency ORDER BY currency";
    tx.all(sql(BUSINESS).bind(tx.tenant()).bind(person)).await
}
