//! Shapes of carts on the wire.

use purser_core::carts::{ABANDONED, CartKind, CartState, Declined};
use purser_core::ids::{CartId, LineId, ProductId, SagaId, UserId};
use purser_core::orders::Address;
use purser_core::{Currency, FieldError, Money, Patch, Timestamp};
use purser_service::App;
use purser_service::carts::{Ask, Change, Opening, Ordered, Seen, Shown};
use purser_service::orders::Item;
use purser_store::carts::Cart;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::orders::{DetailView, QuoteView};
use crate::party::PartyView;
use crate::reply::Versioned;

/// A cart, or a draft of an order, as lists show it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cart")]
pub(crate) struct CartView {
    id: CartId,
    /// Counted per tenant, from 1; drafts and carts together.
    number: i64,
    kind: CartKind,
    state: CartState,
    /// Absent while nobody knows whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<PartyView>,
    /// Where it goes, two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    currency: Currency,
    /// Pieces in it.
    item_count: i64,
    /// What they add up to at the prices that were seen last.
    value: Money,
    /// Whether it has something in it that nobody touched for an hour.
    abandoned: bool,
    /// The order it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<Uuid>,
    /// The cart it went into.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<Uuid>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Forgotten then, unless somebody touches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl CartView {
    /// The cart at `now`.
    pub(super) fn of(cart: Cart, now: Timestamp) -> Self {
        let became = |state| cart.became_id.filter(|_| cart.state == state);
        let party = cart.customer_id.zip(cart.email.clone()).map(|(id, email)| {
            let name = |part: &Option<String>| part.clone().unwrap_or_default();
            PartyView::new(UserId(id), &name(&cart.first_name), &name(&cart.last_name), email)
        });
        let left = cart.kind == CartKind::Cart && cart.state == CartState::Open && cart.item_count > 0;
        Self {
            id: cart.id,
            number: cart.number,
            kind: cart.kind,
            state: cart.state,
            currency: cart.currency,
            item_count: cart.item_count,
            value: Money::new(cart.value, cart.currency),
            abandoned: left && now.since(cart.updated_at) > ABANDONED,
            order_id: became(CartState::Ordered),
            merged_into: became(CartState::Merged),
            created_at: cart.created_at,
            updated_at: cart.updated_at,
            expires_at: cart.expires_at.filter(|_| cart.state == CartState::Open),
            version: cart.version,
            customer: party,
            country: cart.country,
        }
    }
}

/// What has changed about a line since somebody looked.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CartLineChange")]
struct ChangeView {
    /// `price_up`, `price_down`, `out_of_stock`, `not_for_sale`, `choose_variant`, `wrong_currency`.
    code: &'static str,
    message: String,
}

/// A line of a cart as it would be sold now.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CartLine")]
struct LineView {
    id: LineId,
    product_id: ProductId,
    /// The file of the product's first picture; its bytes are at `/products/{productId}/pictures/{pictureId}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture_id: Option<Uuid>,
    name: String,
    sku: String,
    quantity: i64,
    /// Its price now.
    unit_price: Money,
    /// Its price when somebody last looked.
    seen_price: Money,
    /// All its pieces at the price now.
    total: Money,
    /// Pieces that could be sold.
    available: i64,
    changes: Vec<ChangeView>,
}

impl From<Seen> for LineView {
    fn from(seen: Seen) -> Self {
        Self {
            id: seen.line.id,
            product_id: seen.line.product_id,
            picture_id: seen.picture,
            name: seen.name,
            sku: seen.sku,
            quantity: seen.line.quantity,
            unit_price: seen.price,
            seen_price: Money::new(seen.line.seen_price, seen.price.currency),
            total: seen.total,
            available: seen.available,
            changes: seen.changes.into_iter().map(|(code, message)| ChangeView { code, message }).collect(),
        }
    }
}

/// A cart as its own page shows it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CartDetail")]
pub(crate) struct CartDetail {
    #[serde(flatten)]
    cart: CartView,
    lines: Vec<LineView>,
    /// Codes of coupons.
    coupons: Vec<String>,
    /// Code of the way it is sent; the usual one unless chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    /// Whether prices or stock have changed since somebody looked.
    changed: bool,
    /// What can be sold of it comes to this.
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<QuoteView>,
    /// What stands in the way of an order.
    problems: Vec<FieldError>,
    /// Fields that are there but sealed with a key this server does not have.
    unreadable: Vec<&'static str>,
}

impl CartDetail {
    pub(super) fn of(shown: Shown) -> Self {
        let changed = shown.changed();
        let Shown { cart, private, lines, priced, problems, at } = shown;
        Self {
            lines: lines.into_iter().map(LineView::from).collect(),
            coupons: cart.codes(),
            shipping_method: cart.shipping_code.clone(),
            shipping_address: private.address,
            notes: private.notes,
            changed,
            totals: priced.map(QuoteView::from),
            problems,
            unreadable: private.unreadable.iter().map(|column| column.field()).collect(),
            cart: CartView::of(cart, at),
        }
    }
}

impl Versioned for CartDetail {
    fn version(&self) -> Option<i64> {
        Some(self.cart.version)
    }
}

/// Pieces of a product.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewCartLine")]
pub(super) struct LineBody {
    product_id: ProductId,
    /// From 1 to 9,999.
    quantity: i64,
}

impl From<&LineBody> for Item {
    fn from(line: &LineBody) -> Self {
        Self { product: line.product_id, quantity: line.quantity }
    }
}

/// How many pieces of a line.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CartPieces")]
pub(super) struct PiecesBody {
    /// From 0 to 9,999; 0 takes the line out.
    pub(super) quantity: i64,
}

/// The cart to be poured in.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CartMerge")]
pub(super) struct MergeBody {
    pub(super) from: CartId,
}

/// A cart to open.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewCart")]
pub(super) struct CartBody {
    /// `cart` unless said otherwise.
    #[serde(default)]
    kind: Option<CartKind>,
    #[serde(default)]
    customer_id: Option<UserId>,
    /// Where it goes, two letters: tax and ways of sending depend on it.
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    shipping_method: Option<String>,
    /// At most 200.
    #[serde(default)]
    lines: Vec<LineBody>,
    /// Codes of coupons, at most 5.
    #[serde(default)]
    coupons: Vec<String>,
    #[serde(default)]
    shipping_address: Option<Address>,
    #[serde(default)]
    notes: Option<String>,
}

impl From<CartBody> for Opening {
    fn from(body: CartBody) -> Self {
        Self {
            kind: body.kind.unwrap_or(CartKind::Cart),
            customer: body.customer_id,
            country: body.country,
            method: body.shipping_method,
            items: body.lines.iter().map(Item::from).collect(),
            coupons: body.coupons,
            address: body.shipping_address,
            notes: body.notes,
        }
    }
}

/// A change of a cart: only what is mentioned changes.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CartChange")]
pub(super) struct CartPatch {
    customer_id: Patch<UserId>,
    country: Patch<String>,
    shipping_method: Patch<String>,
    /// All of them; the list changes whole.
    coupons: Patch<Vec<String>>,
    shipping_address: Patch<Address>,
    notes: Patch<String>,
}

impl From<CartPatch> for Change {
    fn from(body: CartPatch) -> Self {
        Self {
            customer: body.customer_id,
            country: body.country,
            method: body.shipping_method,
            coupons: body.coupons,
            address: body.shipping_address,
            notes: body.notes,
        }
    }
}

/// How a cart becomes an order.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CartCheckout")]
pub(super) struct CheckoutBody {
    /// Where it goes, if not where the cart says.
    #[serde(default)]
    shipping_address: Option<Address>,
    #[serde(default)]
    notes: Option<String>,
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

impl From<CheckoutBody> for Ask {
    fn from(body: CheckoutBody) -> Self {
        Self {
            address: body.shipping_address,
            notes: body.notes,
            method: body.payment_method,
            expected: body.expected_total,
            declined: body.if_declined.unwrap_or(Declined::Keep),
        }
    }
}

/// What a cart became.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CheckedOut")]
pub(crate) struct OrderedView {
    order: DetailView,
    /// The run that pays it.
    #[serde(skip_serializing_if = "Option::is_none")]
    saga_id: Option<SagaId>,
}

impl OrderedView {
    pub(super) fn of(app: &App, ordered: Ordered) -> Self {
        Self { order: DetailView::of(app, ordered.order), saga_id: ordered.saga }
    }
}
