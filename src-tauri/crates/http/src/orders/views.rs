//! Shapes of orders on the wire.

use purser_core::ids::{LineId, OrderId, ProductId, UserId};
use purser_core::orders::{Address, MoneyState, OrderSource, OrderState};
use purser_core::payments::CREDIT;
use purser_core::{Currency, Money, Timestamp};
use purser_service::App;
use purser_service::orders::{Detail, Draft, Item, Way};
use purser_store::orders::Order;
use purser_store::orders_money::Open;
use purser_store::payments::Payment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::party::PartyView;
use crate::payments::{PaymentView, RefundView};
use crate::reply::Versioned;

/// An order as lists show it.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Order")]
pub(crate) struct OrderView {
    id: OrderId,
    /// Counted per tenant, from 1.
    number: i64,
    /// The number another system gave it, if it was brought in.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// Where the goods stand.
    state: OrderState,
    /// Where the money stands.
    payment_state: MoneyState,
    customer: PartyView,
    /// Where it goes, two letters.
    country: String,
    currency: Currency,
    /// Pieces in it.
    item_count: i64,
    subtotal: Money,
    discount: Money,
    tax: Money,
    shipping: Money,
    total: Money,
    paid: Money,
    refunded: Money,
    /// Refunds that are granted and that somebody else has to send. Told by lists and by the order itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<Money>,
    /// Refunds that are sent and that their provider has not called done. Told by lists and by the order itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<Money>,
    /// What its customer still owes of it, as it was sold on account. Told by lists and by the order itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    owed: Option<Money>,
    source: OrderSource,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes.
    version: i64,
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        Self {
            id: order.id,
            number: order.number,
            state: order.state,
            payment_state: order.payment_state,
            currency: order.currency,
            item_count: order.item_count,
            subtotal: order.money(order.subtotal),
            discount: order.money(order.discount),
            tax: order.money(order.tax),
            shipping: order.money(order.shipping),
            total: order.money(order.total),
            paid: order.money(order.paid),
            refunded: order.money(order.refunded),
            granted: None,
            pending: None,
            owed: None,
            source: order.source,
            created_at: order.created_at,
            updated_at: order.updated_at,
            version: order.version,
            customer: PartyView::new(order.customer_id, &order.first_name, &order.last_name, order.email),
            reference: order.reference,
            country: order.country,
        }
    }
}

impl OrderView {
    /// An order with what of its money is still to move.
    pub(super) fn with(open: Option<&Open>, order: Order) -> Self {
        let [granted, pending, owed] = open.map_or([0; 3], |open| [open.granted, open.pending, open.owed]).map(|amount| Some(order.money(amount)));
        Self { granted, pending, owed, ..Self::from(order) }
    }
}

/// A line of an order, as it was named and priced that day.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderItem")]
struct ItemView {
    id: LineId,
    /// The product, if it came from the catalog.
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<Uuid>,
    /// The file of the product's first picture, as it is now; its bytes are at `/products/{productId}/pictures/{pictureId}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture_id: Option<Uuid>,
    name: String,
    sku: String,
    quantity: i64,
    /// Of them, taken out after they were paid.
    cancelled: i64,
    unit_price: Money,
    total: Money,
    /// Its tax, in or on top of its price; absent where nobody knows it by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    tax: Option<Money>,
    /// The rate of it, in basis points.
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_rate_bp: Option<i64>,
}

/// A way goods are sent.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderShipping")]
struct WayView {
    code: String,
    name: String,
}

/// An order as its own page shows it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderDetail")]
pub(crate) struct DetailView {
    #[serde(flatten)]
    order: OrderView,
    items: Vec<ItemView>,
    shipping_address: Address,
    payments: Vec<PaymentView>,
    refunds: Vec<RefundView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    /// What has to be paid: what is missing of it, or what was added since; nothing of what was called off.
    due: Money,
    /// What is missing and not asked for any more.
    waived: Money,
    /// Whether the prices of its lines carry their tax; `subtotal` never does.
    prices_include_tax: bool,
    /// How it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_method: Option<WayView>,
    /// When it is called off unless it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_until: Option<Timestamp>,
    /// Fields that are there but sealed with a key this server does not have.
    unreadable: Vec<&'static str>,
}

impl DetailView {
    /// The order with everything in it.
    pub(crate) fn of(app: &App, detail: Detail) -> Self {
        let order = &detail.order;
        let items = detail.lines.into_iter().map(|line| ItemView {
            id: line.id,
            product_id: line.product_id,
            picture_id: line.picture_id,
            name: line.name,
            sku: line.sku,
            quantity: line.quantity,
            cancelled: line.cancelled,
            unit_price: order.money(line.unit_price),
            total: order.money(line.total),
            tax: line.tax.map(|tax| order.money(tax)),
            tax_rate_bp: line.tax_bp,
        });
        let extras = detail.particulars.extras;
        // Once money came or it is over, nothing lapses; stored credit keeps no goods.
        let keeps = |payment: &Payment| payment.captured > 0 && payment.provider != CREDIT;
        let lapses = order.state == OrderState::Pending && !detail.payments.iter().any(keeps);
        Self {
            items: items.collect(),
            due: order.money(extras.due(order)),
            waived: order.money(extras.waived),
            prices_include_tax: extras.with_tax,
            shipping_method: extras.shipping_code.zip(extras.shipping_name).map(|(code, name)| WayView { code, name }),
            pay_until: extras.lapses_at.filter(|_| lapses),
            shipping_address: detail.particulars.address,
            payments: detail.payments.into_iter().map(|payment| PaymentView::of(app, payment)).collect(),
            refunds: detail.refunds.into_iter().map(RefundView::from).collect(),
            notes: detail.particulars.notes,
            unreadable: detail.particulars.unreadable.iter().map(|column| column.field()).collect(),
            order: OrderView::with(detail.open.as_ref(), detail.order),
        }
    }
}

impl Versioned for DetailView {
    fn version(&self) -> Option<i64> {
        Some(self.order.version)
    }
}

/// A line that is wanted.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewOrderItem")]
pub(super) struct ItemBody {
    product_id: ProductId,
    /// From 1 to 9,999.
    quantity: i64,
}

/// An order to enter.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewOrder")]
pub(crate) struct OrderBody {
    customer_id: UserId,
    /// At least one line, at most 200.
    items: Vec<ItemBody>,
    shipping_address: Address,
    #[serde(default)]
    notes: Option<String>,
    /// Codes of coupons, at most 5.
    #[serde(default)]
    coupons: Vec<String>,
    /// Code of the way it is sent; the usual one unless said otherwise.
    #[serde(default)]
    shipping_method: Option<String>,
    /// Call it off after so many minutes unless it is paid by then; never unless said. At most 43,200 (30 days).
    #[serde(default)]
    reserve_minutes: Option<i64>,
}

impl From<&ItemBody> for Item {
    fn from(item: &ItemBody) -> Self {
        Self { product: item.product_id, quantity: item.quantity }
    }
}

/// What an order might hold.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "QuoteRequest")]
pub(crate) struct QuoteBody {
    /// At least one line, at most 200.
    items: Vec<ItemBody>,
    /// Codes of coupons, at most 5.
    #[serde(default)]
    pub(crate) coupons: Vec<String>,
    /// Where it goes, two letters: tax and ways of sending depend on it.
    #[serde(default)]
    country: String,
    /// Code of the way it is sent; the usual one unless said otherwise.
    #[serde(default)]
    shipping_method: Option<String>,
}

impl QuoteBody {
    /// The lines, as the use case takes them.
    pub(crate) fn items(&self) -> Vec<Item> {
        self.items.iter().map(Item::from).collect()
    }

    /// Where it goes, and how.
    pub(crate) fn way(&self) -> Way<'_> {
        Way { country: &self.country, method: self.shipping_method.as_deref() }
    }
}

impl From<OrderBody> for Draft {
    fn from(body: OrderBody) -> Self {
        let items = body.items.iter().map(Item::from);
        Self {
            customer: body.customer_id,
            items: items.collect(),
            address: body.shipping_address,
            notes: body.notes,
            coupons: body.coupons,
            method: body.shipping_method,
            reserve_minutes: body.reserve_minutes,
            source: OrderSource::Staff,
        }
    }
}

/// Why an order is called off.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OrderCancellation")]
pub(crate) struct CancelBody {
    /// Why, up to 500 characters.
    pub(crate) reason: String,
}

/// Where the goods are now.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OrderMove")]
pub(crate) struct StateBody {
    /// `processing`, `shipped` or `delivered`.
    pub(crate) state: OrderState,
}
