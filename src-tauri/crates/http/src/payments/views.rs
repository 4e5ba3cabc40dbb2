//! Shapes of payments and refunds on the wire.

use purser_core::ids::{OrderId, PaymentId, RefundId};
use purser_core::payments::{ACCOUNT, OUTSIDE, PaymentState, RefundKind, RefundState, Shares};
use purser_core::{Currency, Money, Timestamp};
use purser_service::App;
use purser_service::payments::{Paid, Refunded, means};
use purser_store::payments::Payment;
use purser_store::refunds::Refund;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::orders::OrderView;
use crate::party::{PartyView, RefView};
use crate::reply::Versioned;

/// One attempt to pay an order.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Payment")]
pub(crate) struct PaymentView {
    id: PaymentId,
    order_id: OrderId,
    order_number: i64,
    customer: PartyView,
    /// Who takes the money.
    provider: String,
    /// The means of payment, as the provider names it.
    method: String,
    /// The means of payment, as people know it.
    method_label: String,
    state: PaymentState,
    amount: Money,
    captured: Money,
    refunded: Money,
    /// What can still be given back.
    refundable: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_message: Option<String>,
    /// Where the customer proves who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_action_url: Option<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    captured_at: Option<Timestamp>,
    updated_at: Timestamp,
    /// Counts changes.
    version: i64,
}

impl PaymentView {
    /// A payment, its means of payment in the provider's words.
    pub(crate) fn of(app: &App, payment: Payment) -> Self {
        Self {
            id: payment.id,
            order_id: payment.order_id,
            order_number: payment.order_number,
            amount: payment.money(payment.amount),
            captured: payment.money(payment.captured),
            refunded: payment.money(payment.refunded),
            refundable: payment.money(payment.refundable()),
            method_label: means::called(app, &payment.method),
            customer: PartyView::new(payment.customer_id, &payment.first_name, &payment.last_name, payment.email),
            provider: payment.provider,
            method: payment.method,
            state: payment.state,
            failure_code: payment.failure_code,
            failure_message: payment.failure_message,
            next_action_url: payment.next_action_url,
            created_at: payment.created_at,
            captured_at: payment.captured_at,
            updated_at: payment.updated_at,
            version: payment.version,
        }
    }
}

impl Versioned for PaymentView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// Money given back.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Refund")]
pub(crate) struct RefundView {
    id: RefundId,
    payment_id: PaymentId,
    order_id: OrderId,
    order_number: i64,
    customer: PartyView,
    amount: Money,
    reason: String,
    kind: RefundKind,
    state: RefundState,
    /// Whether it goes, or went, to the customer's stored credit.
    to_credit: bool,
    /// Whether it is only written down here: a payment from before Purser can not be given back through a provider.
    outside: bool,
    /// What is left for a person to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<RefView>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Timestamp>,
    /// How it falls on the order; refunds of long ago do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<SplitView>,
    /// The request it was made by, which may have made others too.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<Uuid>,
    /// What somebody else has to approve, or had to.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_id: Option<Uuid>,
}

/// How an amount falls on an order: goods less discount, tax and shipping make the amount.
#[derive(Serialize, JsonSchema, Clone)]
#[schemars(rename = "RefundSplit")]
pub(crate) struct SplitView {
    /// The goods, before the discount.
    goods: Money,
    /// What had been taken off them.
    discount: Money,
    tax: Money,
    shipping: Money,
}

impl SplitView {
    /// The four figures.
    pub(crate) fn of(shares: Shares, currency: Currency) -> Self {
        let money = |amount| Money::new(amount, currency);
        Self { goods: money(shares.gross()), discount: money(shares.discount), tax: money(shares.tax), shipping: money(shares.shipping) }
    }
}

/// What is said of a refund that is only written down.
const OUTSIDE_NOTE: &str =
    "This payment was made before Purser. The refund is in the books as made outside; give the customer the money where the payment was taken.";

/// What is said of a refund of a sale on account.
const ACCOUNT_NOTE: &str =
    "This order was sold on account. The refund is taken off what was owed; what the customer had paid beyond that has to be sent to them by hand.";

impl From<Refund> for RefundView {
    fn from(refund: Refund) -> Self {
        let outside = refund.provider == OUTSIDE && !refund.to_credit;
        Self {
            outside,
            note: if outside { Some(OUTSIDE_NOTE) } else { (refund.provider == ACCOUNT && !refund.to_credit).then_some(ACCOUNT_NOTE) },
            id: refund.id,
            payment_id: refund.payment_id,
            order_id: refund.order_id,
            order_number: refund.order_number,
            amount: refund.money(),
            customer: PartyView::new(refund.customer_id, &refund.first_name, &refund.last_name, refund.email),
            reason: refund.reason,
            kind: refund.kind,
            state: refund.state,
            failure_message: refund.failure_message,
            created_by: refund.created_by.map(|id| RefView { id, name: refund.created_by_name }),
            created_at: refund.created_at,
            settled_at: refund.settled_at,
            split: refund.split.shares().map(|shares| SplitView::of(shares, refund.currency)),
            request_id: refund.request_id,
            approval_id: refund.approval_id,
            to_credit: refund.to_credit,
        }
    }
}

impl Versioned for RefundView {}

/// A refund, with its payment and order as they are now.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RefundDone")]
pub(crate) struct RefundedView {
    #[serde(flatten)]
    refund: RefundView,
    payment: PaymentView,
    order: OrderView,
}

impl RefundedView {
    /// The three of them.
    pub(crate) fn of(app: &App, refunded: Refunded) -> Self {
        Self { refund: refunded.refund.into(), payment: PaymentView::of(app, refunded.payment), order: refunded.order.into() }
    }
}

/// A payment and its order as they are now.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentDone")]
pub(crate) struct PaidView {
    order: OrderView,
    payment: PaymentView,
}

impl PaidView {
    /// The two of them.
    pub(crate) fn of(app: &App, paid: Paid) -> Self {
        Self { order: paid.order.into(), payment: PaymentView::of(app, paid.payment) }
    }
}

/// What is to be given back.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewRefund")]
pub(crate) struct RefundBody {
    /// How much; everything that is left if not said.
    #[serde(default)]
    pub(crate) amount: Option<Money>,
    /// Why, up to 500 characters; it is kept for ever.
    pub(crate) reason: String,
    /// For what kind of reason; standard unless said otherwise.
    #[serde(default)]
    pub(crate) kind: Option<RefundKind>,
}

/// What is to be taken.
#[derive(Deserialize, Serialize, JsonSchema, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "NewCapture")]
pub(crate) struct CaptureBody {
    /// How much; everything that was promised if not said.
    pub(crate) amount: Option<Money>,
}

/// How the customer's proof ended.
#[derive(Deserialize, Serialize, JsonSchema, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProofOutcome {
    /// They proved who they are.
    #[default]
    Success,
    /// They could not.
    Fail,
}

/// The customer's proof, as the sandbox plays it.
#[derive(Deserialize, Serialize, JsonSchema, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "NewConfirmation")]
pub(crate) struct ConfirmBody {
    /// How it ended; success unless said otherwise.
    pub(crate) outcome: ProofOutcome,
}
