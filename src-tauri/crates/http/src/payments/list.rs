//! Find payments and refunds.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{OrderId, PaymentId, RefundId, UserId};
use purser_core::payments::{PaymentState, RefundState};
use purser_service::{App, exports, payments};
use purser_store::{payments as store, refunds};

use super::views::{PaymentView, RefundView};
use crate::Result;
use crate::extract::{Allowed, AllowedOwn, Any, Path, Query, When};
use crate::list_query;
use crate::reply::{Csv, Data, Rows};

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

impl PaymentsQuery {
    fn filter(&self) -> store::Filter {
        store::Filter {
            states: self.state.0.clone(),
            methods: self.method.0.clone(),
            customers: self.customer_id.0.clone(),
            orders: self.order_id.0.clone(),
            from: self.from.map(When::instant),
            to: self.to.map(When::instant),
            min_amount: self.min_amount,
            max_amount: self.max_amount,
            search: self.search().map(crate::orders::found_by),
        }
    }
}

pub(crate) async fn list_payments(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Query(query): Query<PaymentsQuery>,
) -> Result<Rows<PaymentView>> {
    let page = query.page()?;
    let (listing, total) = payments::list(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(|payment| PaymentView::of(&app, payment)), &page, total))
}

pub(crate) async fn export_payments(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Query(query): Query<PaymentsQuery>,
) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "payments.csv", body: exports::payments(&app, &by, query.filter(), sort).await? })
}

pub(crate) async fn read_payment(
    State(app): State<App>,
    AllowedOwn(by): AllowedOwn<can::ReadPayment>,
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

impl RefundsQuery {
    fn filter(&self) -> refunds::Filter {
        refunds::Filter {
            states: self.state.0.clone(),
            payments: self.payment_id.0.clone(),
            orders: self.order_id.0.clone(),
            from: self.from.map(When::instant),
            to: self.to.map(When::instant),
            search: self.search().map(crate::orders::found_by),
        }
    }
}

pub(crate) async fn list_refunds(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Query(query): Query<RefundsQuery>,
) -> Result<Rows<RefundView>> {
    let page = query.page()?;
    let (listing, total) = payments::list_refunds(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(RefundView::from), &page, total))
}

pub(crate) async fn export_refunds(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<RefundsQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "refunds.csv", body: exports::refunds(&app, &by, query.filter(), sort).await? })
}

pub(crate) async fn read_refund(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Path(id): Path<RefundId>,
) -> Result<Data<RefundView>> {
    Ok(Data(payments::read_refund(&app, &by, id).await?.into()))
}
