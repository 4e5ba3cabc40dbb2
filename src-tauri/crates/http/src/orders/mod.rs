//! Orders. Use cases are in `purser_service::orders`, and for paying in `purser_service::payments`.

mod change;
mod edit;
mod handling;
mod history;
mod list;
mod quotes;
mod returns;
mod sums;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with, put_with};
use purser_service::App;

use crate::openapi::about;

pub(crate) use list::found_by;
pub(crate) use quotes::QuoteView;
pub(crate) use views::{DetailView, OrderView};

/// What happens to the goods of an order.
fn of_goods() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/orders/bulk", post_with(handling::bulk_orders, about("bulkOrders", "orders", "Move many orders; every one gets its answer")))
        .api_route(
            "/orders/{id}/handling",
            get_with(handling::read_handling, about("getHandling", "orders", "Parcels, returns, hold and tags of an order")),
        )
        .api_route(
            "/orders/{id}/fulfilments",
            post_with(handling::fulfil_order, about("fulfilOrder", "orders", "Send off a parcel with all or part of what is left")),
        )
        .api_route("/fulfilments/{id}/deliver", post_with(handling::deliver_fulfilment, about("deliverFulfilment", "orders", "A parcel arrived")))
        .api_route("/orders/{id}/hold", post_with(handling::hold_order, about("holdOrder", "orders", "Make an order wait: it can not ship")))
        .api_route("/orders/{id}/release", post_with(handling::release_order, about("releaseOrder", "orders", "Let an order on hold go on")))
        .api_route(
            "/orders/{id}/waive",
            post_with(change::waive_order, about("waiveOrder", "orders", "Do without what is missing of an order that was paid in part")),
        )
        .api_route("/orders/{id}/tags", put_with(handling::tag_order, about("tagOrder", "orders", "Give an order these tags and no others")))
        .api_route("/orders/{id}/returns", post_with(returns::request_return, about("requestReturn", "orders", "Goods of an order shall come back")))
        .api_route("/returns", get_with(returns::list_returns, about("listReturns", "orders", "Find returns")))
        .api_route(
            "/returns/export",
            get_with(returns::export_returns, about("exportReturns", "orders", "Returns as a CSV file; takes `export:order` as well")),
        )
        .api_route("/returns/{id}", get_with(returns::read_return, about("getReturn", "orders", "One return")))
        .api_route("/returns/{id}/approve", post_with(returns::approve_return, about("approveReturn", "orders", "Allow a return")))
        .api_route("/returns/{id}/reject", post_with(returns::reject_return, about("rejectReturn", "orders", "Refuse a return")))
        .api_route(
            "/returns/{id}/receive",
            post_with(returns::receive_return, about("receiveReturn", "orders", "Goods arrived; those that can be sold go back into stock")),
        )
}

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .merge(history::routes())
        .api_route(
            "/orders",
            get_with(list::list_orders, about("listOrders", "orders", "Find orders"))
                .post_with(change::create_order, about("createOrder", "orders", "Enter an order; prices come from the catalog")),
        )
        .api_route("/orders/quote", post_with(change::quote_order, about("quoteOrder", "orders", "What an order would come to; enters nothing")))
        .api_route("/orders/export", get_with(list::export_orders, about("exportOrders", "orders", "Orders as a CSV file")))
        .api_route("/orders/totals", get_with(sums::read, about("getOrderTotals", "orders", "Sums over the orders found, by currency")))
        .api_route("/orders/{id}", get_with(list::read_order, about("getOrder", "orders", "One order with everything in it")))
        .api_route("/orders/{id}/pay", post_with(crate::payments::pay_order, about("payOrder", "orders", "Pay an order")))
        .api_route("/orders/{id}/cancel", post_with(change::cancel_order, about("cancelOrder", "orders", "Call an order off: restock and refund")))
        .api_route(
            "/orders/{id}/confirmation",
            post_with(change::confirm_again, about("sendConfirmationAgain", "orders", "Mail a customer once more that their order is paid")),
        )
        .api_route(
            "/orders/{id}/state",
            post_with(change::set_order_state, about("setOrderState", "orders", "Move an order on: packing, shipping, delivery")),
        )
        .api_route("/orders/{id}/edit", post_with(edit::edit_order, about("editOrder", "orders", "Change what is in an order that has not left")))
        .api_route(
            "/orders/{id}/edit/preview",
            post_with(edit::preview_edit, about("previewOrderEdit", "orders", "What a change of an order would come to; changes nothing")),
        )
        .merge(of_goods())
}
