//! The cart of whoever is signed in. No address names a cart here: it is the caller's.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, patch_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::carts::Declined;
use purser_core::ids::LineId;
use purser_core::orders::Address;
use purser_core::{Money, Patch};
use purser_service::App;
use purser_service::carts::own::{self, OwnChange};
use purser_service::carts::{Ask, Ordered, Shown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shape;
use super::views::{CartDetail, LineBody, OrderedView, PiecesBody};
use crate::Result;
use crate::extract::{AllowedOwn, IdempotencyKey, IfMatch, Json, NeededKey, Path};
use crate::once::{Changed, Repeatable, Shape};
use crate::openapi::about;
use crate::orders::QuoteView;
use crate::reply::{Data, NoContent, Versioned};

/// Routes of this part.
pub(super) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "orders", summary);
    ApiRouter::new()
        .api_route(
            "/cart",
            get_with(read, item("getOwnCart", "One's own cart as it would be sold now; it is made at the first look"))
                .patch_with(update, item("updateOwnCart", "Change where one's own cart goes and how, and its coupons"))
                .delete_with(empty, item("emptyOwnCart", "Take everything out of one's own cart")),
        )
        .api_route("/cart/total", get_with(total, item("getOwnCartTotal", "What one's own cart comes to at this moment")))
        .api_route("/cart/items", post_with(add, item("addOwnCartItem", "Put pieces of a product into one's own cart")))
        .api_route(
            "/cart/items/{id}",
            patch_with(set, item("setOwnCartItem", "Have so many pieces of a line of one's own cart; 0 takes it out"))
                .delete_with(remove, item("removeOwnCartItem", "Take a line out of one's own cart")),
        )
        .api_route("/cart/accept", post_with(accept, item("acceptOwnCart", "Take note of changed prices and stock in one's own cart")))
        .api_route("/cart/checkout", post_with(check_out, item("checkOutOwnCart", "Order what is in one's own cart, and pay it if a means is named")))
}

/// A change of one's own cart: only what is mentioned changes.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "OwnCartChange")]
struct OwnPatch {
    /// Where it goes, two letters, as long as there is no address.
    country: Patch<String>,
    shipping_method: Patch<String>,
    /// All of them, at most 5; the list changes whole.
    coupons: Patch<Vec<String>>,
    shipping_address: Patch<Address>,
}

impl From<OwnPatch> for OwnChange {
    fn from(body: OwnPatch) -> Self {
        Self { country: body.country, method: body.shipping_method, coupons: body.coupons, address: body.shipping_address }
    }
}

/// What a cart comes to at this moment.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CartTotal")]
struct TotalView {
    /// Pieces in it.
    item_count: i64,
    /// What they cost at the prices of now.
    goods: Money,
    /// With tax, sending and coupons, as far as it can be sold; absent while nothing of it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<QuoteView>,
}

impl TotalView {
    fn of(shown: Shown) -> purser_core::Result<Self> {
        Ok(Self { item_count: shown.cart.item_count, goods: shown.goods()?, totals: shown.priced.map(QuoteView::from) })
    }
}

impl Versioned for TotalView {}

/// How one's own cart becomes an order.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OwnCartCheckout")]
struct OwnCheckoutBody {
    /// Where it goes, if not where the cart says.
    #[serde(default)]
    shipping_address: Option<Address>,
    /// The means of payment, as the provider names it; absent: it is paid later.
    #[serde(default)]
    payment_method: Option<String>,
    /// What it may come to. Without it, what has changed has to be accepted first.
    #[serde(default)]
    expected_total: Option<Money>,
    /// What becomes of the order when the payment is declined; `keep` unless said otherwise.
    #[serde(default)]
    if_declined: Option<Declined>,
}

impl From<OwnCheckoutBody> for Ask {
    fn from(body: OwnCheckoutBody) -> Self {
        Self {
            address: body.shipping_address,
            notes: None,
            method: body.payment_method,
            expected: body.expected_total,
            declined: body.if_declined.unwrap_or(Declined::Keep),
        }
    }
}

type Mine = AllowedOwn<can::CreateOrder>;

async fn read(State(app): State<App>, AllowedOwn(by): Mine) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(own::read(&app, &by).await?)))
}

async fn total(State(app): State<App>, AllowedOwn(by): Mine) -> Result<Data<TotalView>> {
    Ok(Data(TotalView::of(own::read(&app, &by).await?)?))
}

async fn update(State(app): State<App>, AllowedOwn(by): Mine, IfMatch(version): IfMatch, Json(body): Json<OwnPatch>) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(own::update(&app, &by, version, body.into()).await?)))
}

async fn empty(State(app): State<App>, AllowedOwn(by): Mine) -> Result<NoContent> {
    own::empty(&app, &by).await?;
    Ok(NoContent)
}

async fn add(State(app): State<App>, AllowedOwn(by): Mine, key: IdempotencyKey, Json(body): Json<LineBody>) -> Result<Changed<CartDetail>> {
    let shape = shape();
    let once = shape.once::<_, 200>(by.narrow(), key, ("add to cart", &body))?;
    Ok(shape.changed(own::add(&app, &by, (&body).into(), once).await?))
}

async fn set(State(app): State<App>, AllowedOwn(by): Mine, Path(line): Path<LineId>, Json(body): Json<PiecesBody>) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(own::set(&app, &by, line, body.quantity).await?)))
}

async fn remove(State(app): State<App>, AllowedOwn(by): Mine, Path(line): Path<LineId>) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(own::remove(&app, &by, line).await?)))
}

async fn accept(State(app): State<App>, AllowedOwn(by): Mine) -> Result<Data<CartDetail>> {
    Ok(Data(CartDetail::of(own::accept(&app, &by).await?)))
}

async fn check_out(
    State(app): State<App>,
    AllowedOwn(by): Mine,
    key: NeededKey,
    Json(body): Json<OwnCheckoutBody>,
) -> Result<Repeatable<OrderedView, 201>> {
    let of = app.clone();
    let view = Arc::new(move |ordered| OrderedView::of(&of, ordered));
    let shape = Shape { view, subject: |ordered: &Ordered| ordered.order.order.id.uuid(), home: Some("/orders") };
    let once = shape.once::<_, 201>(by.narrow(), key, ("check out", &body))?;
    shape.reply(own::checkout(&app, &by, body.into(), once).await?)
}
