//! Paying and giving back. The provider is only ever called between transactions: what will be asked of it is written down first, with
//! the key it is asked by, and its answer is booked afterwards. No answer is not "no": it is asked again.
//!
//! Rules only. Statements live in `purser_store::{payments, refunds}`, providers in the adapters behind [`port::Gateway`].

mod aside;
mod compose;
pub mod connections;
mod desk;
pub mod door;
pub mod means;
pub mod notices;
mod operate;
mod order_refunds;
mod ours;
mod own;
mod patience;
pub mod port;
mod proof;
mod refunds;
pub mod remote;
mod resolve;
mod returned;
mod settle;
mod settler;
mod switch;
mod ways;

pub(crate) use aside::{Request, put_aside, route};
pub(crate) use compose::Basis;
pub use compose::{Part, Plan, What};
pub use desk::Desk;
pub(crate) use operate::{Begun, check_method, finish as finish_operation, start_void};
pub use operate::{Pay, capture, confirm, pay, void};
pub use order_refunds::{OrderRefund, Preview, Wish, preview_refund, refund_order};
pub(crate) use ours::check_covers;
pub(crate) use own::{check_attempts, count as count_attempt};
pub(crate) use refunds::{Accepted, accept, wait};
pub use refunds::{Ask, refund};
pub(crate) use resolve::refresh;
pub use resolve::{keep_resolving, resolve_unknown, resolve_waiting};
pub use settle::Paid;
pub(crate) use settle::give_back;
pub use settler::Refunded;
pub(crate) use switch::Switch;

use purser_core::access::{Grant, Scoped, can};
use purser_core::events::Topic;
use purser_core::ids::{PaymentId, RefundId};
use purser_core::{Error, Result};
use purser_store::page::COUNT_LIMIT;
use purser_store::payments::{self as store, Payment};
use purser_store::refunds::{self as refund_store, Refund};
use purser_store::{Listing, Page};

use crate::App;
use crate::totals::Wanted;

/// A page and, without a cursor, how many rows the list has.
type Counted<T> = (Listing<T>, Option<(i64, bool)>);

/// A page of payments.
pub async fn list(app: &App, by: &Grant<can::ReadPayment>, filter: &store::Filter, page: &Page) -> Result<Counted<Payment>> {
    let listing = app.db.read(by, async |tx| store::list(tx, filter, page).await.map_err(Error::from)).await?;
    let most = if *filter == store::Filter::default() { i64::MAX - 1 } else { COUNT_LIMIT };
    let wanted = Wanted { tenant: by.tenant(), list: format!("payments {filter:?}"), topics: &[Topic::Payment, Topic::Import], page };
    let count = async || app.db.read(by, async |tx| store::count(tx, filter, most).await.map_err(Error::from)).await;
    Ok((listing, app.totals.of(&app.db, &wanted, count).await?))
}

/// One payment: any, or one of one's own.
pub async fn read(app: &App, by: &Scoped<can::ReadPayment>, id: PaymentId) -> Result<Payment> {
    let found = app.db.read(by, async |tx| store::find(tx, id).await.map_err(Error::from)).await?;
    found.filter(|payment| by.reaches(payment.customer_id)).ok_or(Error::NotFound("payment"))
}

/// A page of refunds.
pub async fn list_refunds(app: &App, by: &Grant<can::ReadPayment>, filter: &refund_store::Filter, page: &Page) -> Result<Counted<Refund>> {
    let listing = app.db.read(by, async |tx| refund_store::list(tx, filter, page).await.map_err(Error::from)).await?;
    let wanted = Wanted { tenant: by.tenant(), list: format!("refunds {filter:?}"), topics: &[Topic::Refund, Topic::Import], page };
    let count = async || app.db.read(by, async |tx| refund_store::count(tx, filter, COUNT_LIMIT).await.map_err(Error::from)).await;
    Ok((listing, app.totals.of(&app.db, &wanted, count).await?))
}

/// One refund.
pub async fn read_refund(app: &App, by: &Grant<can::ReadPayment>, id: RefundId) -> Result<Refund> {
    app.db.read(by, async |tx| refund_store::find(tx, id).await?.ok_or(Error::NotFound("refund"))).await
}
