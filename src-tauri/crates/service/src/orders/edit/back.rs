//! When somebody says no to what an edit would have given back: its pieces come back into the order, since they stay paid.

use std::collections::BTreeMap;

use purser_core::access::Grant;
use purser_core::catalog::MovementKind;
use purser_core::events::Topic;
use purser_core::ids::{ApprovalId, LineId, OrderId, ProductId};
use purser_core::{Error, Result};
use purser_store::order_edits::{self as store, Added};
use purser_store::{Tx, handling, orders, products, refund_basis};
use serde::Serialize;

use crate::audit::{self, Line};
use crate::catalog::stock;
use crate::events;

/// An order as the audit log keeps it around pieces that come back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    item_count: i64,
    on_hold: bool,
}

/// Why an order waits whose pieces were sold to somebody else meanwhile.
const SHORT: &str = "Pieces that came back into it are not in stock any more.";

/// Put the pieces back that went out of `order` when `approval` was asked for, if an edit asked; set aside what is still in stock. If that is not
/// all of them, the order waits for somebody to look.
pub(crate) async fn put_back<P>(by: &Grant<P>, tx: &mut Tx, approval: ApprovalId, order: OrderId) -> Result<()> {
    if !store::is_of_edit(tx, approval).await? {
        return Ok(());
    }
    let Some(order) = orders::hold(tx, order).await?.filter(|order| order.state.waits()) else { return Ok(()) };
    let mut pieces: BTreeMap<LineId, i64> = BTreeMap::new();
    for back in refund_basis::of_approval(tx, approval).await? {
        *pieces.entry(back.line_id).or_default() += back.quantity;
    }
    let sold = store::lines(tx, order.id).await?;
    let ids: Vec<ProductId> = sold.iter().filter(|line| pieces.contains_key(&line.id)).filter_map(|line| line.product_id.map(ProductId)).collect();
    let goods = if ids.is_empty() { Vec::new() } else { products::hold(tx, &ids).await? };
    let mut left: BTreeMap<ProductId, i64> = goods.iter().map(|product| (product.id, product.stock)).collect();
    let (mut lines, mut short) = (Vec::new(), false);
    for line in &sold {
        let Some(count) = pieces.get(&line.id).copied() else { continue };
        // What is not from the catalog is not in stock either.
        let free = line.product_id.and_then(|product| left.get_mut(&ProductId(product)));
        let aside = free.map_or(0, |free| {
            let aside = count.min(*free).max(0);
            *free -= aside;
            aside
        });
        short |= line.product_id.is_some() && aside < count;
        lines.push((line.id, -count, -aside));
    }
    let taken: BTreeMap<ProductId, (i64, i64)> = goods
        .iter()
        .filter_map(|product| {
            let rest = left.get(&product.id).copied().unwrap_or(product.stock);
            (rest < product.stock).then(|| (product.id, (rest - product.stock, product.stock - rest)))
        })
        .collect();
    for product in &goods {
        stock::watch(tx, by, product, left.get(&product.id).copied().unwrap_or(product.stock));
    }
    store::cancel(tx, order.id, &lines).await?;
    stock::settle(tx, by, order.id, (MovementKind::Reserved, taken)).await?;
    let count: i64 = -lines.iter().map(|line| line.1).sum::<i64>();
    let extra = store::extra(tx, order.id).await?;
    store::set_added(tx, order.id, &Added { extra, more: (0, 0), pieces: count }, by.now()).await?;
    let held = handling::marks(tx, order.id).await?.ok_or(Error::NotFound("order"))?.held_at.is_some();
    if short && !held {
        handling::set_hold(tx, order.id, Some(SHORT.to_owned()), by.now()).await?;
    }
    let line = Line::new("order.put_back", "order", order.id.uuid(), order.label());
    let before = Facts { item_count: order.item_count, on_hold: held };
    audit::record(tx, by, line.before(&before).after(&Facts { item_count: order.item_count + count, on_hold: held || short }));
    events::emit(tx, by, Topic::Order, "edited", order.id.uuid());
    Ok(())
}
