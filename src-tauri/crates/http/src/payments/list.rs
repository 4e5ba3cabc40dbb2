//! Find payments and refunds.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{OrderId, PaymentId, RefundId, UserId};
use purser_core::payments::{PaymentState, RefundState};
use purser_service::{App, payments};
use purser_store::{payments as store, refunds};

use super::views::{PaymentView, RefundView};
use crate::Result;
use crate::extract::{Allowed, Any, Path, Query, When};
use crate::list_query;
use crate::reply::{Data, Rows};

list_query! {
    /// Which payments.
    PaymentsQuery {
        /// Any of these states.
        state: Any<PaymentState>,
        /// Any of these means of payment.
        method: Any<String>,
        /// Any of these customers.
        customer_id: Any<UserId>,
        /// Any of these orders.
        order_id: Any<OrderId>,
        /// Made at or after this instant.
        from: Option<When>,
        /// Made before this instant.
        to: Option<When>,
        /// At least this amount, in minor units.
        min_amount: Option<i64>,
        /// At most this amount, in minor units.
        max_amount: Option<i64>,
    }
}

pub(crate) async fn list_payments(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Query(query): Query<PaymentsQuery>,
) -> Result<Rows<PaymentView>> {
    let page = query.page()?;
    let filter = store::Filter {
        states: query.state.0.clone(),
        methods: query.method.0.clone(),
        customers: query.customer_id.0.clone(),
        orders: query.order_id.0.clone(),
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
        min_amount: query.min_amount,
        max_amount: query.max_amount,
        search: query.search().map(crate::orders::found_by),
    };
    let (listing, total) = payments::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(|payment| PaymentView::of(&app, payment)), &page, total))
}

pub(crate) async fn read_payment(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Path(id): Path<PaymentId>,
) -> Result<Data<PaymentView>> {
    let payment = payments::read(&app, &by, id).await?;
    Ok(Data(PaymentView::of(&app, payment)))
}

list_query! {
    /// Which refunds.
    RefundsQuery {
        /// Any of these states.
        state: Any<RefundState>,
        /// Any of these payments.
        payment_id: Any<PaymentId>,
        /// Any of these orders.
        order_id: Any<OrderId>,
        /// Made at or after this instant.
        from: Option<When>,
        /// Made before this instant.
        to: Option<When>,
    }
}

pub(crate) async fn list_refunds(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Query(query): Query<RefundsQuery>,
) -> Result<Rows<RefundView>> {
    let page = query.page()?;
    let filter = refunds::Filter {
        states: query.state.0.clone(),
        payments: query.payment_id.0.clone(),
        orders: query.order_id.0.clone(),
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
        search: query.search().map(crate::orders::found_by),
    };
    let (listing, total) = payments::list_refunds(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(RefundView::from), &page, total))
}

pub(crate) async fn read_refund(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Path(id): Path<RefundId>,
) -> Result<Data<RefundView>> {
    Ok(Data(payments::read_refund(&app, &by, id).await?.into()))
}
