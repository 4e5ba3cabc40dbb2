//! Orders: find, enter, move on, call off. Prices, tax and shipping are always computed here, never taken from whoever asks.
//!
//! Rules only. Statements live in `purser_store::orders`, HTTP words in `http::orders`; paying is `payments`.

mod begin;
mod bulk;
mod cancel;
mod confirm;
mod create;
pub mod edit;
mod expire;
mod export;
mod handling;
pub mod history;
pub(crate) mod price;
pub mod returns;
mod sums;
mod waive;

pub use bulk::{BulkMove, Row as BulkRow, bulk};
pub use cancel::cancel;
pub(crate) use cancel::{cancel_for, lapse};
pub use confirm::confirm_again;
pub use create::{Draft, create, quote};
pub(crate) use create::{check_address, enter};
pub(crate) use expire::{Expire, lapse_later, last_call};
pub use export::export;
pub use handling::{Handling, Parcel, deliver, fulfil, hold, read as handling, tag, tag_list};
pub use price::{Item, Way};
pub use sums::{Sums, open_money, sums};
pub use waive::waive;

use purser_core::access::{Grant, Scoped, can};
use purser_core::events::Topic;
use purser_core::ids::{OrderId, UserId};
use purser_core::orders::OrderState;
use purser_core::{Error, Result};
use purser_store::orders::{self as store, Filter, Line as OrderLine, Order, Particulars, Step};
use purser_store::orders_money::{self, Open};
use purser_store::page::COUNT_LIMIT;
use purser_store::payments::{self, Payment};
use purser_store::refunds::{self, Refund};
use purser_store::{Listing, Page, Tx, handling as parcels};
use serde::Serialize;

use crate::audit::{self, Line};
use crate::totals::Wanted;
use crate::{App, events};

/// An order as its own page shows it.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The order.
    pub order: Order,
    /// Where it goes, and notes.
    pub particulars: Particulars,
    /// What is in it.
    pub lines: Vec<OrderLine>,
    /// Its payments, oldest first.
    pub payments: Vec<Payment>,
    /// Its refunds, oldest first.
    pub refunds: Vec<Refund>,
    /// What of its money is still to move.
    pub open: Option<Open>,
}

/// A page of orders and, without a cursor, how many there are: of everybody's, or of the caller's own where they may see no others.
pub async fn list(app: &App, by: &Scoped<can::ReadOrder>, filter: Filter, page: &Page) -> Result<(Listing<Order>, Option<(i64, bool)>)> {
    let filter = &of_whom(by, filter);
    let listing = app.db.read(by, async |tx| store::list(tx, filter, page).await.map_err(Error::from)).await?;
    let most = if *filter == Filter::default() { i64::MAX - 1 } else { COUNT_LIMIT };
    let wanted = Wanted { tenant: by.tenant(), list: format!("orders {filter:?}"), topics: &[Topic::Order, Topic::User, Topic::Import], page };
    let count = async || app.db.read(by, async |tx| store::count(tx, filter, most).await.map_err(Error::from)).await;
    Ok((listing, app.totals.of(&app.db, &wanted, count).await?))
}

/// The filter, narrowed to the caller's own orders where they may see no others.
fn of_whom(by: &Scoped<can::ReadOrder>, filter: Filter) -> Filter {
    match by.own() {
        None => filter,
        // Asked for somebody else's, they find nothing.
        Some(own) if !filter.customers.is_empty() && !filter.customers.contains(&own) => {
            Filter { customers: vec![UserId(uuid::Uuid::nil())], ..filter }
        }
        Some(own) => Filter { customers: vec![own], ..filter },
    }
}

/// One order with everything its page shows: six statements, however large it is.
pub async fn read(app: &App, by: &Scoped<can::ReadOrder>, id: OrderId) -> Result<Detail> {
    let mut found = app.db.read(by, async |tx| detail(tx, id).await).await?;
    if let Some(own) = by.own() {
        if found.order.customer_id != own {
            return Err(Error::NotFound("order"));
        }
        // What staff wrote down is for staff.
        found.particulars.notes = None;
    }
    Ok(found)
}

pub(crate) async fn detail(tx: &mut Tx, id: OrderId) -> Result<Detail> {
    let order = store::find(tx, id).await?.ok_or(Error::NotFound("order"))?;
    let particulars = store::particulars(tx, id).await?.ok_or(Error::NotFound("order"))?;
    let lines = store::lines(tx, id).await?;
    let payments = payments::of_order(tx, id).await?;
    // Only what gave something back, or is about to, has refunds to show.
    let refunds = if order.paid > 0 { refunds::of_order(tx, id).await? } else { Vec::new() };
    let open = if order.paid > 0 { orders_money::open(tx, &[id]).await?.pop() } else { None };
    Ok(Detail { order, particulars, lines, payments, refunds, open })
}

/// Move an order on through packing, shipping and delivery.
pub async fn set_state(app: &App, by: &Grant<can::UpdateOrder>, id: OrderId, wanted: OrderState) -> Result<Detail> {
    let event = OrderState::event_to(wanted).ok_or_else(|| {
        let message = "Choose processing, shipped or delivered. Paying and cancelling have operations of their own.";
        Error::invalid("state", "not_by_hand", message)
    })?;
    app.db
        .transact(by, async |tx| {
            let order = store::hold(tx, id).await?.ok_or(Error::NotFound("order"))?;
            let state = order.state.apply(event)?;
            match state {
                // What is left leaves in one parcel, and the order moves on with it.
                OrderState::Shipped => handling::leave(tx, by, &order, &Parcel::default()).await?,
                _ => write_state(by, tx, &order, (state, None)).await?,
            }
            if state == OrderState::Delivered {
                parcels::deliver_all(tx, id, by.now()).await?;
            }
            detail(tx, id).await
        })
        .await
}

/// Write the new state of an order that is held, and say so.
async fn write_state<P>(by: &Grant<P>, tx: &mut Tx, order: &Order, (state, reason): (OrderState, Option<&str>)) -> Result<()> {
    let step = Step { state: (order.state, state), money: (order.payment_state, order.payment_state), paid: 0, at: by.now() };
    if !store::advance(tx, order.id, &step).await? {
        return Err(Error::internal("an order that was held has changed"));
    }
    let action = match state {
        OrderState::Cancelled => "order.cancel",
        OrderState::Processing => "order.process",
        OrderState::Shipped => "order.ship",
        _ => "order.deliver",
    };
    let line = Line::new(action, "order", order.id.uuid(), order.label()).before(&StateFact { state: order.state }).after(&StateFact { state });
    audit::record(tx, by, reason.map_or(line.clone(), |reason| line.reason(reason)));
    events::emit(tx, by, Topic::Order, state.as_str(), order.id.uuid());
    Ok(())
}

#[derive(Serialize)]
struct StateFact {
    state: OrderState,
}
