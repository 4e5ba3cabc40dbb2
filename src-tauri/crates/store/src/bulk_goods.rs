//! What the newest orders of the demo went through: parcels, holds, tags, coupons and returns, written from the orders that are there, a
//! few statements for all of them.

use purser_core::ids::UserId;
use uuid::Uuid;

use crate::{Result, Tx, sql};

/// The newest orders of the demo in these states, as many as anybody looks at, each with its place among them.
macro_rules! newest {
    ($states:literal) => {
        concat!(
            "(SELECT d.*, ROW_NUMBER() OVER (ORDER BY d.number DESC) AS place FROM (SELECT n.id, n.tenant_id, n.number, n.customer_id, n.state, \
             n.discount, n.created_at, n.updated_at FROM orders n WHERE n.tenant_id = $1 AND n.source = 'demo' \
             AND n.number > (SELECT MAX(m.number) - 30000 FROM orders m WHERE m.tenant_id = $1) AND n.state IN (",
            $states,
            ") ORDER BY n.number DESC LIMIT 1000) AS d) AS o"
        )
    };
}

/// The first line of an order.
const FIRST_LINES: &str = "INSERT INTO return_lines (tenant_id, return_id, line_id, quantity, received, restocked) \
     SELECT l.tenant_id, l.order_id, l.id, 1, CASE r.state WHEN 'received' THEN 1 ELSE 0 END, CASE r.state WHEN 'received' THEN 1 ELSE 0 END \
     FROM returns r JOIN order_lines l ON l.order_id = r.order_id WHERE r.tenant_id = $1 AND r.id = r.order_id AND l.product_id IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM return_lines x WHERE x.return_id = r.id) \
     AND NOT EXISTS (SELECT 1 FROM order_lines e WHERE e.order_id = l.order_id AND e.id < l.id)";

/// One statement each. A parcel, a return and what came back of a line have the id of their order or line, for there is one of each; that
/// is also how a second helping leaves the first alone.
const STEPS: &[&str] = &[
    concat!(
        "INSERT INTO fulfilments (id, tenant_id, order_id, carrier, tracking_number, created_at, delivered_at) \
         SELECT o.id, o.tenant_id, o.id, CASE o.number % 3 WHEN 0 THEN 'Harbour Post' WHEN 1 THEN 'DHL' ELSE 'PostNord' END, \
         'HP' || CAST(70000000 + o.number AS TEXT), o.created_at + (o.updated_at - o.created_at) / 2, \
         CASE WHEN o.state = 'delivered' THEN o.updated_at END FROM ",
        newest!("'shipped', 'delivered'"),
        " WHERE NOT EXISTS (SELECT 1 FROM fulfilments f WHERE f.id = o.id)"
    ),
    "INSERT INTO fulfilment_lines (tenant_id, fulfilment_id, line_id, quantity) SELECT l.tenant_id, f.id, l.id, l.shipped \
     FROM fulfilments f JOIN order_lines l ON l.order_id = f.order_id WHERE f.tenant_id = $1 AND f.id = f.order_id AND l.shipped > 0 \
     AND NOT EXISTS (SELECT 1 FROM fulfilment_lines x WHERE x.fulfilment_id = f.id)",
    concat!(
        "UPDATE orders SET held_at = orders.updated_at, held_reason = CASE o.place % 3 WHEN 0 THEN 'The address has to be checked' \
         WHEN 1 THEN 'The customer wants to add something' ELSE 'Looks like the same card on five accounts' END FROM ",
        newest!("'paid', 'processing'"),
        " WHERE orders.id = o.id AND orders.tenant_id = $1 AND orders.held_at IS NULL AND o.place % 8 = 1"
    ),
    concat!(
        "UPDATE orders SET tags = CASE o.place % 3 WHEN 0 THEN ',gift,' WHEN 1 THEN ',gift,vip,' ELSE ',club,' END FROM ",
        newest!("'pending', 'paid', 'processing', 'shipped', 'delivered'"),
        " WHERE orders.id = o.id AND orders.tenant_id = $1 AND orders.tags = '' AND o.place % 11 IN (0, 4)"
    ),
    concat!(
        "INSERT INTO coupon_uses (coupon_id, order_id, tenant_id, customer_id, code, amount, created_at) \
         SELECT c.id, o.id, o.tenant_id, o.customer_id, c.code, o.discount, o.created_at FROM coupons c CROSS JOIN ",
        newest!("'paid', 'processing', 'shipped', 'delivered'"),
        " WHERE c.tenant_id = $1 AND c.code = 'HARBOUR10' AND o.discount > 0 AND NOT EXISTS (SELECT 1 FROM coupon_uses x WHERE x.order_id = o.id)"
    ),
    "UPDATE coupons SET used = (SELECT COUNT(*) FROM coupon_uses u WHERE u.coupon_id = coupons.id) WHERE tenant_id = $1 AND code = 'HARBOUR10'",
    concat!(
        "INSERT INTO returns (id, tenant_id, order_id, state, reason, decision, created_at, decided_at, received_at) \
         SELECT o.id, o.tenant_id, o.id, CASE o.place % 4 WHEN 0 THEN 'approved' WHEN 1 THEN 'requested' WHEN 2 THEN 'received' ELSE 'rejected' END, \
         CASE o.number % 3 WHEN 0 THEN 'It does not fit' WHEN 1 THEN 'Arrived with a crack' ELSE 'Ordered one too many' END, \
         CASE o.place % 4 WHEN 3 THEN 'It was used on board' END, o.updated_at, \
         CASE WHEN o.place % 4 <> 1 THEN o.updated_at END, CASE WHEN o.place % 4 = 2 THEN o.updated_at END FROM ",
        newest!("'delivered'"),
        " WHERE o.place % 7 = 1 AND NOT EXISTS (SELECT 1 FROM returns r WHERE r.id = o.id)"
    ),
    FIRST_LINES,
    "UPDATE order_lines SET returned = 1 WHERE tenant_id = $1 AND returned = 0 AND (order_id, id) IN (SELECT r.order_id, x.line_id FROM returns r \
     JOIN return_lines x ON x.return_id = r.id WHERE r.tenant_id = $1 AND r.id = r.order_id AND r.state <> 'rejected')",
];

const CAME_BACK: &str = "INSERT INTO stock_movements (id, tenant_id, product_id, kind, available, reserved, order_id, created_at) \
     SELECT l.id, l.tenant_id, l.product_id, 'returned', x.restocked, 0, r.order_id, r.received_at FROM returns r \
     JOIN return_lines x ON x.return_id = r.id JOIN order_lines l ON l.order_id = r.order_id AND l.id = x.line_id \
     WHERE r.tenant_id = $1 AND r.id = r.order_id AND x.restocked > 0 AND NOT EXISTS (SELECT 1 FROM stock_movements m WHERE m.id = l.id)";

/// Stock is what its movements add up to, of the products something of the demo came back of.
const ADD_UP: &str = "UPDATE products SET stock = s.available FROM (SELECT m.product_id, CAST(SUM(m.available) AS BIGINT) AS available \
     FROM stock_movements m WHERE m.tenant_id = $1 GROUP BY m.product_id) AS s \
     WHERE products.id = s.product_id AND products.tenant_id = $1 AND products.stock <> s.available";

/// Whoever keeps the shelves: movements of the demo that nobody did were theirs.
const BY_WHOM: &str = "UPDATE stock_movements SET by_id = (SELECT u.id FROM users u WHERE u.tenant_id = $1 AND u.role = 'admin' ORDER BY u.id LIMIT 1) \
     WHERE tenant_id = $1 AND by_id IS NULL AND kind IN ('received', 'corrected', 'returned')";

/// Write it.
pub async fn handled(tx: &mut Tx) -> Result<()> {
    for step in STEPS.iter().chain(&[CAME_BACK, ADD_UP, BY_WHOM]) {
        tx.run(sql(step).bind(tx.tenant())).await?;
    }
    Ok(())
}

/// Somebody who buys.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Buyer {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: UserId,
    /// Where they live, two letters.
    pub country: Option<String>,
}

const BUYERS: &str = "SELECT u.id, u.country FROM users u WHERE u.tenant_id = $1 AND u.role = 'user' AND u.status = 'active' \
     AND NOT EXISTS (SELECT 1 FROM carts c WHERE c.tenant_id = $1 AND c.customer_id = u.id) ORDER BY u.id DESC LIMIT $2";

/// Those who came last and have no cart yet.
pub async fn buyers(tx: &mut Tx, most: i64) -> Result<Vec<Buyer>> {
    tx.all(sql(BUYERS).bind(tx.tenant()).bind(most)).await
}
