//! Carts and drafts. Use cases are in `purser_service::carts`.

mod own;
mod views;

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, patch_with, post_with};
use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::carts::{ABANDONED, CartKind, CartState};
use purser_core::ids::{CartId, LineId, UserId};
use purser_service::carts::{self, Ordered, Shown};
use purser_service::{App, exports};
use purser_store::carts::Filter;

use crate::Result;
use crate::extract::{Allowed, Any, IdempotencyKey, IfMatch, Json, NeededKey, Path, Query};
use crate::list_query;
use crate::once::{Changed, Made, Repeatable, Shape};
use crate::openapi::about;
use crate::reply::{Csv, Data, NoContent, Rows};
use views::{CartBody, CartDetail, CartPatch, CartView, CheckoutBody, LineBody, MergeBody, OrderedView, PiecesBody};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "orders", summary);
    ApiRouter::new()
        .merge(own::routes())
        .api_route(
            "/carts",
            get_with(list_carts, item("listCarts", "Find carts and drafts")).post_with(open_cart, item("openCart", "Open a cart, or begin a draft")),
        )
        .api_route("/carts/export", get_with(export_carts, item("exportCarts", "Carts and drafts as a CSV file; takes `export:order` as well")))
        .api_route(
            "/carts/{id}",
            get_with(read_cart, item("getCart", "One cart as it would be sold now, and what has changed"))
                .patch_with(update_cart, item("updateCart", "Change whose a cart is, where it goes and how, and its coupons"))
                .delete_with(discard_cart, item("discardCart", "Throw a cart away")),
        )
        .api_route("/carts/{id}/lines", post_with(add_line, item("addCartLine", "Put pieces of a product into a cart")))
        .api_route(
            "/carts/{id}/lines/{lineId}",
            patch_with(set_line, item("setCartLine", "Have so many pieces of a line; 0 takes it out"))
                .delete_with(remove_line, item("removeCartLine", "Take a line out of a cart")),
        )
        .api_route("/carts/{id}/accept", post_with(accept_cart, item("acceptCart", "Take note of changed prices and stock")))
        .api_route("/carts/{id}/send", post_with(send_cart, item("sendCart", "Mail a draft to its customer: what it is and what it would come to")))
        .api_route("/carts/{id}/merge", post_with(merge_cart, item("mergeCart", "Pour another cart into this one")))
        .api_route("/carts/{id}/checkout", post_with(check_out, item("checkOut", "Make an order of a cart, and pay it if a means is named")))
}

list_query! {
    /// Which carts.
    CartsQuery {
        /// Of any of these kinds.
        kind: Any<CartKind>,
        /// In any of these states.
        state: Any<CartState>,
        /// Of any of these customers.
        customer_id: Any<UserId>,
        /// Open carts with something in them that nobody touched for an hour, or all others.
        abandoned: Option<bool>,
    }
}

impl CartsQuery {
    fn filter(&self, now: Timestamp) -> Filter {
        Filter {
            kinds: self.kind.0.clone(),
            states: self.state.0.clone(),
            customers: self.customer_id.0.clone(),
            abandoned: self.abandoned.map(|abandoned| (abandoned, now.plus(-ABANDONED))),
            number: self.search().map(|text| text.trim_start_matches(['#', 'C', 'D', 'c', 'd', '-']).parse().unwrap_or(-1)),
        }
    }
}

async fn export_carts(State(app): State<App>, Allowed(by): Allowed<can::ReadOrder>, Query(query): Query<CartsQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    let filter = query.filter(by.now());
    Ok(Csv { name: "carts.csv", body: exports::carts(&app, &by, filter, sort).await? })
}

async fn list_carts(State(app): State<App>, Allowed(by): Allowed<can::ReadOrder>, Query(query): Query<CartsQuery>) -> Result<Rows<CartView>> {
    let page = query.page()?;
    let now = by.now();
    let (listing, total) = carts::list(&app, &by, &query.filter(now), &page).await?;
    Ok(Rows::page(listing.map(|cart| CartView::of(cart, now)), &page, total))
}

fn shape() -> Shape<Shown, CartDetail> {
    Shape { view: Arc::new(CartDetail::of), subject: |shown| shown.cart.id.uuid(), home: Some("/carts") }
}

async fn open_cart(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    key: IdempotencyKey,
    Json(body): Json<CartBody>,
) -> Result<Made<CartDetail>> {
    let shape = shape();
    let once = shape.once::<_, 201>(&by, key, ("open cart", &body))?;
    shape.made(carts::open(&app, &by, body.into(), once).await?)
}

async fn read_cart(State(app): State<App>, Allowed(by): Allowed<can::ReadOrder>, Path(id): Path<CartId>) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(carts::read(&app, &by, id).await?)))
}

async fn update_cart(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    Path(id): Path<CartId>,
    IfMatch(version): IfMatch,
    Json(body): Json<CartPatch>,
) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(carts::update(&app, &by, id, version, body.into()).await?)))
}

async fn discard_cart(State(app): State<App>, Allowed(by): Allowed<can::CreateOrder>, Path(id): Path<CartId>) -> Result<NoContent> {
    carts::discard(&app, &by, id).await?;
    Ok(NoContent)
}

async fn add_line(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    Path(id): Path<CartId>,
    key: IdempotencyKey,
    Json(body): Json<LineBody>,
) -> Result<Changed<CartDetail>> {
    let shape = shape();
    let once = shape.once::<_, 200>(&by, key, (&format!("add to cart {id}"), &body))?;
    Ok(shape.changed(carts::add(&app, &by, id, (&body).into(), once).await?))
}

async fn set_line(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    Path((id, line)): Path<(CartId, LineId)>,
    Json(body): Json<PiecesBody>,
) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(carts::set(&app, &by, id, line, body.quantity).await?)))
}

async fn remove_line(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    Path((id, line)): Path<(CartId, LineId)>,
) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(carts::remove(&app, &by, id, line).await?)))
}

async fn accept_cart(State(app): State<App>, Allowed(by): Allowed<can::CreateOrder>, Path(id): Path<CartId>) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(carts::accept(&app, &by, id).await?)))
}

async fn send_cart(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    Path(id): Path<CartId>,
    key: NeededKey,
) -> Result<Repeatable<CartDetail, 200>> {
    let shape = Shape { home: None, ..shape() };
    let once = shape.once::<_, 200>(&by, key, (&format!("send cart {id}"), &()))?;
    shape.reply(carts::offer(&app, &by, id, once).await?)
}

async fn merge_cart(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    Path(id): Path<CartId>,
    key: IdempotencyKey,
    Json(body): Json<MergeBody>,
) -> Result<Changed<CartDetail>> {
    let shape = shape();
    let once = shape.once::<_, 200>(&by, key, (&format!("merge cart {id}"), &body))?;
    Ok(shape.changed(carts::merge(&app, &by, id, body.from, once).await?))
}

async fn check_out(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    Path(id): Path<CartId>,
    key: NeededKey,
    Json(body): Json<CheckoutBody>,
) -> Result<Repeatable<OrderedView, 201>> {
    let of = app.clone();
    let view = Arc::new(move |ordered| OrderedView::of(&of, ordered));
    let shape = Shape { view, subject: |ordered: &Ordered| ordered.order.order.id.uuid(), home: Some("/orders") };
    let once = shape.once::<_, 201>(&by, key, (&format!("check out {id}"), &body))?;
    shape.reply(carts::checkout(&app, &by, id, body.into(), once).await?)
}
