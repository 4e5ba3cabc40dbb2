//! `order.checkout`: from an order that was entered to one that is being packed. See that its goods are set aside and its sums add up, take
//! the money, see it in the books, tell whoever follows it, hand it to packing.
//!
//! Entering the order set its goods aside and priced it in one transaction; the first two steps see that it still is so when the money is
//! about to be taken. Undoing them calls the order off, or leaves it to be paid another way, as whoever ordered wanted.

use async_trait::async_trait;
use purser_core::access::{Grant, can};
use purser_core::carts::Declined;
use purser_core::ids::OrderId;
use purser_core::orders::OrderState;
use purser_core::{Error, Result};
use purser_store::handling;
use serde_json::{Value, json};

use super::pay_order::{LONGEST, PayOrder, UNDO_TRIES, failure, payments_of};
use super::{Plan, Play, Scene};
use crate::jobs::Failure;
use crate::orders::{self, Detail};

/// Name of the kind.
pub const CHECKOUT: &str = "order.checkout";

/// An order from its goods to packing. Its payload is `{"method": "…", "ifDeclined": "keep"}`, its subject the order.
pub struct CheckoutOrder;

fn order(scene: &Scene) -> OrderId {
    OrderId(scene.saga.subject_id)
}

async fn detail(scene: &Scene) -> Result<Detail> {
    scene.app.db.read(scene.tenant, async |tx| orders::detail(tx, order(scene)).await).await
}

/// Its goods are set aside, and it waits for its money.
async fn reserve(scene: &Scene) -> Result<Value, Failure> {
    let id = order(scene);
    let (found, goods) = scene
        .app
        .db
        .read(scene.tenant, async |tx| {
            let found = purser_store::orders::find(tx, id).await?.ok_or(Error::NotFound("order"))?;
            Ok::<_, Error>((found, handling::goods(tx, id).await?))
        })
        .await
        .map_err(failure)?;
    if found.state != OrderState::Pending {
        return Err(Failure::Never(format!("The order is {}.", found.state)));
    }
    if let Some(line) = goods.iter().find(|line| line.product_id.is_some() && line.reserved != line.quantity) {
        return Err(Failure::Never(format!("{} is no longer set aside for this order.", line.name)));
    }
    Ok(json!({ "pieces": goods.iter().map(|line| line.reserved).sum::<i64>() }))
}

/// It costs what its parts say.
async fn price(scene: &Scene) -> Result<Value, Failure> {
    let Detail { order, particulars, lines, .. } = detail(scene).await.map_err(failure)?;
    let shown: i64 = lines.iter().map(|line| line.total).sum();
    let tax: Option<i64> = lines.iter().map(|line| line.tax).sum();
    let goods = if particulars.extras.with_tax { shown - order.tax } else { shown };
    let adds_up = goods == order.subtotal
        && tax.is_none_or(|tax| tax == order.tax)
        && order.total == order.subtotal - order.discount + order.tax + order.shipping;
    if adds_up { Ok(json!({ "total": order.money(order.total) })) } else { Err(Failure::Never("The order does not add up.".into())) }
}

/// Packing begins, unless somebody holds the order or has begun already.
async fn fulfil(scene: &Scene) -> Result<Value, Failure> {
    let app = &scene.app;
    let id = order(scene);
    let (found, marks) =
        app.db.read(scene.tenant, async |tx| Ok::<_, Error>((purser_store::orders::find(tx, id).await?, handling::marks(tx, id).await?))).await?;
    let found = found.ok_or_else(|| Failure::Never("The order is gone.".into()))?;
    if marks.is_some_and(|marks| marks.held_at.is_some()) {
        return Ok(json!({ "state": found.state, "held": true }));
    }
    if found.state != OrderState::Paid {
        return Ok(json!({ "state": found.state }));
    }
    let by = Grant::<can::UpdateOrder>::system(scene.tenant, app.clock.now(), &app.ids);
    match orders::set_state(app, &by, id, OrderState::Processing).await {
        Ok(detail) => Ok(json!({ "state": detail.order.state })),
        // Somebody else moved it on just now.
        Err(Error::Conflict("illegal_move", _)) => Ok(Value::Null),
        Err(error) => Err(error.into()),
    }
}

/// Its goods can be sold again, unless it may still be paid another way.
async fn release(scene: &Scene) -> Result<(), Failure> {
    let app = &scene.app;
    let by = Grant::<can::UpdateOrder>::system(scene.tenant, app.clock.now(), &app.ids);
    let found = detail(scene).await?.order;
    let cancels = scene.saga.payload.0["ifDeclined"] == Declined::Cancel.as_str();
    match found.state {
        // Whoever ordered left the page of this payment and is at another one: what becomes of that decides, and it does not take for ever.
        OrderState::Pending if cancels && payments_of(scene).await?.iter().any(|payment| payment.state.is_open()) => {
            Ok(orders::lapse_later(app, &by, found.id).await?)
        }
        OrderState::Pending if cancels => Ok(orders::lapse(app, &by, found.id, "The payment did not work.").await?),
        OrderState::Pending | OrderState::Cancelled => Ok(()),
        // It was paid, and the money went back: nobody will ship it.
        _ if found.paid > 0 && found.refunded == found.paid => {
            match orders::cancel_for(app, &by, (found.id, None), "The order could not be completed.", None).await {
                Ok(_) | Err(Error::Conflict("already_cancelled", _)) => Ok(()),
                Err(error) => Err(error.into()),
            }
        }
        // Somebody paid it another way.
        _ => Ok(()),
    }
}

#[async_trait]
impl Play for CheckoutOrder {
    fn kind(&self) -> &'static str {
        CHECKOUT
    }

    fn steps(&self) -> &'static [Plan] {
        &[
            Plan { name: "reserve", tries: 5, longest: LONGEST },
            Plan { name: "price", tries: 5, longest: LONGEST },
            // A customer who has to prove who they are takes their time: an hour, at a try a minute.
            Plan { name: "pay", tries: 65, longest: LONGEST },
            Plan { name: "book", tries: 5, longest: LONGEST },
            Plan { name: "notify", tries: 10, longest: LONGEST },
            Plan { name: "fulfil", tries: 10, longest: LONGEST },
        ]
    }

    fn moves_money(&self) -> bool {
        true
    }

    fn undo_tries(&self) -> i64 {
        UNDO_TRIES
    }

    fn pivot(&self) -> usize {
        // A word that does not arrive, or packing that does not begin, is no reason to give the money back.
        4
    }

    async fn act(&self, scene: &Scene, step: &str) -> Result<Value, Failure> {
        match step {
            "reserve" => reserve(scene).await,
            "price" => price(scene).await,
            "pay" => PayOrder::pay(scene).await,
            "book" => PayOrder::book(scene).await,
            "notify" => PayOrder::notify(scene).await,
            _ => fulfil(scene).await,
        }
    }

    async fn undo(&self, scene: &Scene, step: &str) -> Result<(), Failure> {
        match step {
            "reserve" => release(scene).await,
            "pay" => PayOrder::give_back(scene).await,
            _ => Ok(()),
        }
    }
}
