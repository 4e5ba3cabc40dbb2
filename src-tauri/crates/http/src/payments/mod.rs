//! Payments and refunds. Use cases are in `purser_service::payments`; beginning a payment is an operation of the order.

mod list;
mod means;
mod operate;
mod order_refunds;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use purser_service::App;

use crate::openapi::about;

pub(crate) use operate::pay_order;
pub(crate) use order_refunds::BackView;
pub(crate) use views::{PaymentView, RefundView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/payment-methods",
            get_with(means::read, about("getPaymentMethods", "payments", "How a new payment can be made: who takes it, and by what")),
        )
        .api_route("/payments", get_with(list::list_payments, about("listPayments", "payments", "Find payments")))
        .api_route(
            "/payments/export",
            get_with(list::export_payments, about("exportPayments", "payments", "Payments as a CSV file; takes `export:order` as well")),
        )
        .api_route("/payments/{id}", get_with(list::read_payment, about("getPayment", "payments", "One payment")))
        .api_route(
            "/payments/{id}/refund",
            post_with(operate::refund_payment, about("refundPayment", "payments", "Give back all or part of a payment")),
        )
        .api_route("/payments/{id}/capture", post_with(operate::capture_payment, about("capturePayment", "payments", "Take what was promised")))
        .api_route("/payments/{id}/void", post_with(operate::void_payment, about("voidPayment", "payments", "Let go of what was promised")))
        .api_route(
            "/payments/{id}/confirm",
            post_with(operate::confirm_payment, about("confirmPayment", "payments", "Finish the customer's proof, in the sandbox")),
        )
        .api_route(
            "/orders/{id}/refunds/preview",
            post_with(order_refunds::preview, about("previewRefund", "payments", "What a refund would come to; gives nothing back")),
        )
        .api_route(
            "/orders/{id}/refunds",
            post_with(order_refunds::refund, about("refundOrder", "payments", "Give back pieces, an amount or all of an order, or ask for it")),
        )
        .api_route("/refunds", get_with(list::list_refunds, about("listRefunds", "payments", "Find refunds")))
        .api_route(
            "/refunds/export",
            get_with(list::export_refunds, about("exportRefunds", "payments", "Refunds as a CSV file; takes `export:order` as well")),
        )
        .api_route("/refunds/{id}", get_with(list::read_refund, about("getRefund", "payments", "One refund")))
}
