//! Orders. Use cases are in `purser_service::orders`, and for paying in `purser_service::payments`.

mod change;
mod list;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use purser_service::App;

use crate::openapi::about;

pub(crate) use list::found_by;
pub(crate) use views::OrderView;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/orders",
            get_with(list::list_orders, about("listOrders", "orders", "Find orders"))
                .post_with(change::create_order, about("createOrder", "orders", "Enter an order; prices come from the catalog")),
        )
        .api_route("/orders/quote", post_with(change::quote_order, about("quoteOrder", "orders", "What an order would come to; enters nothing")))
        .api_route("/orders/export", get_with(list::export_orders, about("exportOrders", "orders", "Orders as a CSV file")))
        .api_route("/orders/{id}", get_with(list::read_order, about("getOrder", "orders", "One order with everything in it")))
        .api_route("/orders/{id}/pay", post_with(crate::payments::pay_order, about("payOrder", "orders", "Pay an order")))
        .api_route("/orders/{id}/cancel", post_with(change::cancel_order, about("cancelOrder", "orders", "Call an order off: restock and refund")))
        .api_route(
            "/orders/{id}/state",
            post_with(change::set_order_state, about("setOrderState", "orders", "Move an order on: packing, shipping, delivery")),
        )
}
