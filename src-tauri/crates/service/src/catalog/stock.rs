//! Stock: what came in, was counted or put right, and what moved it.

use std::collections::BTreeMap;

use purser_core::access::{Grant, can};
use purser_core::catalog::MovementKind;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{MovementId, OrderId, ProductId, UserId};
use purser_core::{Error, Result};
use purser_store::page::COUNT_LIMIT;
use purser_store::products::{self, Product};
use purser_store::stock::{self as store, Filter, Movement};
use purser_store::{Listing, Page, Tx};
use serde::Serialize;

use super::{MOST_STOCK, find};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::totals::Wanted;
use crate::{App, events};

/// A move entered by hand.
#[derive(Clone, Debug)]
pub struct Move {
    /// Why.
    pub kind: MovementKind,
    /// Pieces: added when received or returned, added or (below zero) taken when corrected, found on the shelf when counted.
    pub quantity: i64,
    /// In words.
    pub reason: Option<String>,
}

impl Move {
    fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.that(self.kind.by_hand(), "kind", "not_by_hand", "Choose received, returned, corrected or counted; the others follow from orders.");
        let range = match self.kind {
            MovementKind::Corrected => -MOST_STOCK..=MOST_STOCK,
            MovementKind::Counted => 0..=MOST_STOCK,
            _ => 1..=MOST_STOCK,
        };
        let fits = range.contains(&self.quantity) && (self.quantity != 0 || self.kind == MovementKind::Counted);
        checks.that(fits, "quantity", "out_of_range", format!("From {} to {MOST_STOCK} pieces.", range.start()));
        let reason = self.reason.as_deref().unwrap_or_default();
        checks.length("reason", reason, 500);
        let needed = self.kind == MovementKind::Corrected && reason.trim().is_empty();
        checks.that(!needed, "reason", "required", "Say why it is put right.");
        checks.done()
    }

    /// Pieces that can be sold afterwards.
    fn applied(&self, product: &Product) -> Result<i64> {
        let stock = match self.kind {
            // What is set aside for orders lies on the same shelf.
            MovementKind::Counted => self.quantity - product.shelf.reserved,
            _ => product.stock + self.quantity,
        };
        if stock < 0 {
            let message =
                format!("{} can be sold and {} are set aside for orders: so much can not be missing.", product.stock, product.shelf.reserved);
            return Err(Error::conflict("not_enough_stock", message));
        }
        if stock > MOST_STOCK {
            return Err(Error::unprocessable("quantity", "too_large", "More than 1,000,000,000 pieces can not be in stock."));
        }
        Ok(stock)
    }
}

/// Move stock by hand, once for each key.
pub async fn adjust(app: &App, by: &Grant<can::UpdateProduct>, id: ProductId, step: Move, once: Option<Once<Product>>) -> Result<Outcome<Product>> {
    step.check()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            let before = products::hold(tx, &[id]).await?.pop().ok_or(Error::NotFound("product"))?;
            if !before.is_sold() {
                return Err(Error::conflict("has_variants", "What is sold is its variants; stock is counted there."));
            }
            let after = Product { stock: step.applied(&before)?, updated_at: by.now(), ..before.clone() };
            if after.stock != before.stock {
                if !products::update(tx, &after).await? {
                    return Err(Error::Stale);
                }
                let reason = step.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
                moved(tx, by, (&before, &after), (step.kind, reason)).await?;
                let line = Line::new("product.stock", "product", id.uuid(), &after.name);
                let line = line.before(&Facts { stock: before.stock, kind: None }).after(&Facts { stock: after.stock, kind: Some(step.kind) });
                audit::record(tx, by, reason.map_or(line.clone(), |reason| line.reason(reason)));
                events::emit(tx, by, Topic::Product, "stock", id.uuid());
            }
            let product = find(tx, id).await?;
            idempotency::finish(tx, once.as_ref(), product).await
        })
        .await
}

#[derive(Serialize)]
struct Facts {
    stock: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<MovementKind>,
}

/// A page of what moved a product and, without a cursor, how much there is.
pub async fn movements(app: &App, by: &Grant<can::UpdateProduct>, filter: &Filter, page: &Page) -> Result<(Listing<Movement>, Option<(i64, bool)>)> {
    let listing = app
        .db
        .read(by, async |tx| {
            if let Some(product) = filter.product {
                find(tx, product).await?;
            }
            store::list(tx, filter, page).await.map_err(Error::from)
        })
        .await?;
    let wanted = Wanted { tenant: by.tenant(), list: format!("movements {filter:?}"), topics: &[Topic::Product, Topic::Order, Topic::Import], page };
    let count = async || app.db.read(by, async |tx| store::count(tx, filter, COUNT_LIMIT).await.map_err(Error::from)).await;
    Ok((listing, app.totals.of(&app.db, &wanted, count).await?))
}

/// A movement by whoever acts.
fn movement<P>(by: &Grant<P>, product: ProductId, kind: MovementKind, (available, reserved): (i64, i64)) -> Movement {
    Movement {
        id: by.id::<MovementId>(),
        product_id: product,
        kind,
        available,
        reserved,
        reason: None,
        order_id: None,
        order_number: None,
        product: None,
        sku: None,
        by_id: by.user().map(UserId::uuid),
        by_name: None,
        created_at: by.now(),
    }
}

/// Write down how the stock of a product that was written went from one number to another, and say so when it is running out.
pub(super) async fn moved<P>(
    tx: &mut Tx,
    by: &Grant<P>,
    (before, after): (&Product, &Product),
    (kind, reason): (MovementKind, Option<&str>),
) -> Result<()> {
    if before.stock == after.stock {
        return Ok(());
    }
    let change = movement(by, after.id, kind, (after.stock - before.stock, 0));
    store::write(tx, &[Movement { reason: reason.map(str::to_owned), ..change }]).await?;
    watch(tx, by, before, after.stock);
    Ok(())
}

/// Say so when a product has just begun to run out.
pub(crate) fn watch<P>(tx: &mut Tx, by: &Grant<P>, before: &Product, stock: i64) {
    if before.active && before.stock >= before.threshold() && stock < before.threshold() {
        events::emit(tx, by, Topic::Product, "low_stock", before.id.uuid());
    }
}

/// The goods of an order that was called off can be sold again.
pub(crate) async fn release<P>(tx: &mut Tx, by: &Grant<P>, order: OrderId) -> Result<()> {
    let held = store::held(tx, order).await?;
    store::let_go(tx, order).await?;
    settle(tx, by, order, (MovementKind::Released, held.iter().map(|held| (held.product_id, (held.pieces, -held.pieces))).collect())).await
}

/// Goods moved because of an order: what is added to what can be sold, and to what is set aside, by product.
pub(crate) async fn settle<P>(
    tx: &mut Tx,
    by: &Grant<P>,
    order: OrderId,
    (kind, pieces): (MovementKind, BTreeMap<ProductId, (i64, i64)>),
) -> Result<()> {
    if pieces.is_empty() {
        return Ok(());
    }
    let ids: Vec<ProductId> = pieces.keys().copied().collect();
    products::hold(tx, &ids).await?;
    let changes = pieces.into_iter().map(|(product, change)| Movement { order_id: Some(order.uuid()), ..movement(by, product, kind, change) });
    let changes: Vec<Movement> = changes.collect();
    store::settle(tx, &changes).await?;
    events::emit(tx, by, Topic::Product, if kind == MovementKind::Sold { "sold" } else { "restocked" }, order.uuid());
    Ok(())
}
