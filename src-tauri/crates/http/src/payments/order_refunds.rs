//! Give back what an order cost: looked at first, then done or asked for.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{LineId, OrderId, PaymentId};
use purser_core::ledger::AccountCode;
use purser_core::payments::RefundKind;
use purser_core::{Currency, Error, Money};
use purser_service::approvals::Route;
use purser_service::payments::{self, OrderRefund, Preview, What, Wish};
use purser_service::{App, ledger};
use purser_store::refund_basis::Back;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::views::{RefundView, SplitView};
use crate::approvals::ApprovalView;
use crate::extract::{Allowed, Json, NeededKey, Path};
use crate::once::{Repeatable, Shape};
use crate::orders::OrderView;
use crate::reply::{Data, Versioned};
use crate::{Problem, Result};

/// Pieces of a line.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RefundLine")]
pub(crate) struct LineBody {
    line_id: LineId,
    /// How many pieces.
    quantity: i64,
}

/// What of an order is to be given back: pieces and shipping, or an amount, or, with neither, everything that is left.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RefundWish")]
pub(crate) struct WishBody {
    /// Pieces that come back.
    #[serde(default)]
    lines: Option<Vec<LineBody>>,
    /// What of the shipping goes back with them; nothing if not said.
    #[serde(default)]
    shipping: Option<Money>,
    /// An amount over everything the order is made of.
    #[serde(default)]
    amount: Option<Money>,
    /// By which payments; oldest first if not said.
    #[serde(default)]
    payments: Vec<PaymentId>,
    /// For what kind of reason; standard unless said otherwise.
    #[serde(default)]
    kind: Option<RefundKind>,
    /// Whether it goes to the customer's stored credit rather than back the way the money came.
    #[serde(default)]
    to_credit: bool,
}

/// A refund of an order.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewOrderRefund")]
pub(crate) struct RefundOrderBody {
    /// Pieces that come back.
    #[serde(default)]
    lines: Option<Vec<LineBody>>,
    /// What of the shipping goes back with them; nothing if not said.
    #[serde(default)]
    shipping: Option<Money>,
    /// An amount over everything the order is made of.
    #[serde(default)]
    amount: Option<Money>,
    /// By which payments; oldest first if not said.
    #[serde(default)]
    payments: Vec<PaymentId>,
    /// For what kind of reason; standard unless said otherwise.
    #[serde(default)]
    kind: Option<RefundKind>,
    /// Whether it goes to the customer's stored credit rather than back the way the money came.
    #[serde(default)]
    to_credit: bool,
    /// Why, up to 500 characters; it is kept for ever.
    reason: String,
}

impl WishBody {
    fn wish(self) -> Result<Wish> {
        let what = match (self.amount, self.lines, self.shipping) {
            (Some(_), lines, shipping) if lines.is_some() || shipping.is_some() => {
                let message = "Either an amount, or pieces and shipping.";
                return Err(Problem(Error::invalid("amount", "amount_and_lines", message)));
            }
            (Some(amount), ..) => What::Amount(amount),
            (None, None, None) => What::Rest,
            (None, lines, shipping) => {
                let lines = lines.unwrap_or_default().into_iter().map(|line| (line.line_id, line.quantity)).collect();
                What::Lines(lines, shipping)
            }
        };
        Ok(Wish { what, payments: self.payments, kind: self.kind.unwrap_or(RefundKind::Standard), to_credit: self.to_credit })
    }
}

/// Pieces of a line that come back, and what they cost.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RefundedLine")]
pub(crate) struct BackView {
    line_id: LineId,
    name: String,
    sku: String,
    quantity: i64,
    /// Their price, before the discount.
    goods: Money,
    discount: Money,
    tax: Money,
    /// Goods less discount, and tax.
    amount: Money,
}

impl BackView {
    /// From a row.
    pub(crate) fn of(back: Back, currency: Currency) -> Self {
        let money = |amount| Money::new(amount, currency);
        Self {
            goods: money(back.goods + back.discount),
            discount: money(back.discount),
            tax: money(back.tax),
            amount: money(back.goods + back.tax),
            line_id: back.line_id,
            name: back.name,
            sku: back.sku,
            quantity: back.quantity,
        }
    }
}

/// What one payment would give back.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RefundPart")]
struct PartView {
    payment_id: PaymentId,
    /// The means of payment, as people know it.
    method_label: String,
    amount: Money,
    /// Whether a person has to give it back by hand.
    outside: bool,
}

/// One entry of the booking it would make.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RefundBooking")]
struct BookingView {
    code: AccountCode,
    name: &'static str,
    /// Debits are positive, credits negative.
    amount: Money,
}

/// A line of the order and what of it can still come back.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RefundableLine")]
struct LineView {
    line_id: LineId,
    name: String,
    sku: String,
    quantity: i64,
    /// Pieces that came back, or are on their way.
    refunded: i64,
    /// Pieces that are left.
    left: i64,
    /// What those are worth, discount and tax counted in.
    worth: Money,
}

/// What would happen to the refund.
#[derive(Serialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RouteView {
    /// It is sent at once.
    Send,
    /// Somebody else has to approve it.
    Approval,
    /// A rule does not allow it.
    Blocked,
}

/// What a refund would come to.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RefundPreview")]
pub(crate) struct PreviewView {
    amount: Money,
    split: SplitView,
    /// What was asked for and is not left any more.
    reduced_by: Money,
    lines: Vec<BackView>,
    payments: Vec<PartView>,
    booking: Vec<BookingView>,
    /// What can still be given back afterwards.
    left: Money,
    refundable_lines: Vec<LineView>,
    /// What is left of the shipping, before this.
    shipping_left: Money,
    route: RouteView,
    /// Why it is not simply sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

impl Versioned for PreviewView {}

impl PreviewView {
    fn of(app: &App, preview: Preview, to_credit: bool) -> Self {
        let Preview { plan, lines, shipping_left, route } = preview;
        let currency = plan.currency;
        let money = |amount| Money::new(amount, currency);
        let booking = plan.parts.iter().flat_map(|part| ledger::refund_entries(part.shares, part.way(to_credit)));
        let mut sums: Vec<(AccountCode, i64)> = Vec::new();
        for (code, amount) in booking.filter(|(_, amount)| *amount != 0) {
            match sums.iter_mut().find(|(known, _)| *known == code) {
                Some((_, sum)) => *sum += amount,
                None => sums.push((code, amount)),
            }
        }
        let payments = plan.parts.iter().map(|part| PartView {
            payment_id: part.payment,
            method_label: purser_service::payments::means::called(app, &part.method),
            amount: money(part.shares.sum()),
            outside: part.outside(to_credit),
        });
        let refundable = lines.into_iter().map(|(line, worth)| LineView {
            line_id: line.id,
            left: line.quantity - line.back,
            quantity: line.quantity,
            refunded: line.back,
            worth: money(worth),
            name: line.name,
            sku: line.sku,
        });
        let (route, cause) = match route {
            Route::Free => (RouteView::Send, None),
            Route::Approve(cause, _) => (RouteView::Approval, Some(cause.to_string())),
            Route::Block(cause) => (RouteView::Blocked, Some(cause)),
        };
        Self {
            amount: plan.amount(),
            split: SplitView::of(plan.split, currency),
            reduced_by: money(plan.reduced_by),
            payments: payments.collect(),
            booking: sums.into_iter().map(|(code, amount)| BookingView { code, name: code.name(), amount: money(amount) }).collect(),
            left: money(plan.left),
            refundable_lines: refundable.collect(),
            shipping_left: money(shipping_left),
            route,
            cause,
            lines: plan.lines.into_iter().map(|back| BackView::of(back, currency)).collect(),
        }
    }
}

pub(crate) async fn preview(
    State(app): State<App>,
    Allowed(by): Allowed<can::GrantRefund>,
    Path(id): Path<OrderId>,
    Json(body): Json<WishBody>,
) -> Result<Data<PreviewView>> {
    let wish = body.wish()?;
    let preview = payments::preview_refund(&app, &by, id, &wish).await?;
    Ok(Data(PreviewView::of(&app, preview, wish.to_credit)))
}

/// What a request to refund an order made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderRefund")]
pub(crate) struct OrderRefundView {
    /// The request.
    id: Uuid,
    amount: Money,
    /// One a payment.
    refunds: Vec<RefundView>,
    order: OrderView,
    /// What somebody else has to approve; the refunds wait for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
}

pub(crate) async fn refund(
    State(app): State<App>,
    Allowed(by): Allowed<can::GrantRefund>,
    Path(id): Path<OrderId>,
    key: NeededKey,
    Json(body): Json<RefundOrderBody>,
) -> Result<Repeatable<OrderRefundView, 201>> {
    let actor = by.clone();
    let view = move |done: OrderRefund| {
        let currency = done.order.currency;
        OrderRefundView {
            id: done.id,
            amount: Money::new(done.refunds.iter().map(|refund| refund.amount).sum(), currency),
            refunds: done.refunds.into_iter().map(RefundView::from).collect(),
            order: done.order.into(),
            approval: done.approval.map(|approval| ApprovalView::of(&actor, approval)),
        }
    };
    let shape = Shape { view: Arc::new(view), subject: |done: &OrderRefund| done.id, home: None };
    let once = shape.once::<_, 201>(&by, key, (&format!("refund order {id}"), &body))?;
    let RefundOrderBody { lines, shipping, amount, payments, kind, to_credit, reason } = body;
    let wish = WishBody { lines, shipping, amount, payments, kind, to_credit }.wish()?;
    shape.reply(payments::refund_order(&app, &by, id, (wish, reason), once).await?)
}
