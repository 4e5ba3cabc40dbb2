//! Shapes of orders on the wire.

use purser_core::checkout::Totals;
use purser_core::ids::{LineId, OrderId, ProductId, UserId};
use purser_core::orders::{Address, MoneyState, OrderSource, OrderState};
use purser_core::{Currency, Money, Timestamp};
use purser_service::App;
use purser_service::orders::{Detail, Draft, Item};
use purser_store::orders::Order;
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

/// A line of an order, as it was named and priced that day.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderItem")]
struct ItemView {
    id: LineId,
    /// The product, if it came from the catalog.
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<Uuid>,
    name: String,
    sku: String,
    quantity: i64,
    unit_price: Money,
    total: Money,
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
}

impl DetailView {
    /// The order with everything in it.
    pub(crate) fn of(app: &App, detail: Detail) -> Self {
        let order = &detail.order;
        let items = detail.lines.into_iter().map(|line| ItemView {
            id: line.id,
            product_id: line.product_id,
            name: line.name,
            sku: line.sku,
            quantity: line.quantity,
            unit_price: order.money(line.unit_price),
            total: order.money(line.total),
        });
        Self {
            items: items.collect(),
            shipping_address: detail.particulars.address,
            payments: detail.payments.into_iter().map(|payment| PaymentView::of(app, payment)).collect(),
            refunds: detail.refunds.into_iter().map(RefundView::from).collect(),
            notes: detail.particulars.notes,
            order: detail.order.into(),
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
struct ItemBody {
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
}

impl QuoteBody {
    /// The lines, as the use case takes them.
    pub(crate) fn items(&self) -> Vec<Item> {
        self.items.iter().map(Item::from).collect()
    }
}

/// What an order would come to.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Quote")]
pub(crate) struct QuoteView {
    subtotal: Money,
    discount: Money,
    tax: Money,
    shipping: Money,
    total: Money,
}

impl From<Totals> for QuoteView {
    fn from(totals: Totals) -> Self {
        let Totals { subtotal, discount, tax, shipping, total } = totals;
        Self { subtotal, discount, tax, shipping, total }
    }
}

impl Versioned for QuoteView {}

impl From<OrderBody> for Draft {
    fn from(body: OrderBody) -> Self {
        let items = body.items.iter().map(Item::from);
        Self { customer: body.customer_id, items: items.collect(), address: body.shipping_address, notes: body.notes }
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
