//! Carts people are filling, carts they left behind, and orders staff have begun.

use purser_core::carts::{CartKind, CartState};
use purser_core::ids::{CartId, LineId};
use purser_core::time::{DAY, HOUR, MINUTE};
use purser_core::{Result, Timestamp};
use purser_store::bulk_goods::{self, Buyer};
use purser_store::carts::{self, Cart, Line, Private};
use purser_store::products::Product;
use purser_store::{Tx, tenants};

use super::Scene;
use super::random::Rng;

/// How many.
const CARTS: i64 = 48;
/// Days a cart is kept that nobody touches.
const KEPT: i64 = 30;

const NOTES: &[&str] = &["Wants to know what shipping costs first.", "Calls back on Monday.", "Fits out a second boat; may want ten of them."];

/// Fill them with what is sold, for those who came last.
pub(super) async fn fill(tx: &mut Tx, scene: &Scene, goods: &[Product]) -> Result<()> {
    let sold: Vec<&Product> = goods.iter().filter(|product| product.active && product.stock > 12).collect();
    let buyers = bulk_goods::buyers(tx, CARTS).await?;
    if sold.is_empty() || buyers.is_empty() {
        return Ok(());
    }
    let mut rng = scene.rng.branch(45);
    let last = tenants::take_numbers(tx, "cart", CARTS).await?;
    // The oldest first, as their numbers say.
    for place in 0..CARTS {
        let age = if place % 3 == 2 { rng.between(4, 45) * MINUTE } else { (CARTS - place) * DAY * 3 / 4 + rng.below(9 * HOUR) };
        let buyer = usize::try_from(place).ok().and_then(|at| buyers.get(at)).filter(|_| place % 6 != 1);
        let cart = cart(scene, &mut rng, (place, last - CARTS + place + 1, buyer), scene.end.plus(-age));
        let notes = (cart.kind == CartKind::Draft).then(|| (*rng.pick(NOTES)).to_owned());
        carts::insert(tx, &cart, &Private { notes, ..Private::default() }, None).await?;
        let lines = lines(&mut rng, &sold, cart.created_at);
        carts::put(tx, cart.id, &lines).await?;
        carts::update(tx, &cart).await?;
    }
    Ok(())
}

fn cart(scene: &Scene, rng: &mut Rng, (place, number, buyer): (i64, i64, Option<&Buyer>), touched: Timestamp) -> Cart {
    let kind = if place % 5 == 4 { CartKind::Draft } else { CartKind::Cart };
    let expires = touched.plus(KEPT * DAY);
    let state = match () {
        () if kind == CartKind::Cart && expires <= scene.end => CartState::Expired,
        () if place % 16 == 9 => CartState::Discarded,
        () => CartState::Open,
    };
    let begun = touched.plus(-rng.between(MINUTE, 40 * MINUTE));
    Cart {
        id: rng.id::<CartId>(begun),
        number,
        kind,
        state,
        customer_id: buyer.map(|buyer| buyer.id.uuid()),
        first_name: None,
        last_name: None,
        email: None,
        currency: scene.currency,
        country: buyer.and_then(|buyer| buyer.country.clone()),
        shipping_code: None,
        coupons: if place % 7 == 3 { "HARBOUR10".into() } else { String::new() },
        item_count: 0,
        value: 0,
        became_id: None,
        version: 1,
        created_at: begun,
        updated_at: touched,
        expires_at: (kind == CartKind::Cart).then_some(expires),
    }
}

/// One to four products; one in five has become dearer since.
fn lines(rng: &mut Rng, sold: &[&Product], at: Timestamp) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for _ in 0..rng.between(1, 4) {
        let product = sold[rng.early(sold.len())];
        let seen_price = if rng.chance(2_000) { product.price * 9 / 10 } else { product.price };
        if lines.iter().all(|line| line.product_id != product.id) {
            lines.push(Line { id: rng.id::<LineId>(at), product_id: product.id, quantity: rng.between(1, 3), seen_price });
        }
    }
    lines
}
