//! The figures of the home page. The use case is in `purser_service::stats`.

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use purser_core::access::can;
use purser_core::orders::OrderState;
use purser_core::{Currency, Money, Timestamp};
use purser_service::App;
use purser_service::stats::{self, Compared, Overview};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Query};
use crate::openapi::about;
use crate::reply::{Data, Versioned};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new().api_route("/stats/overview", get_with(overview, about("getOverview", "stats", "The figures of the home page")))
}

/// Of how many days.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverviewQuery {
    /// Days, today included; 30 unless said otherwise.
    #[serde(default)]
    days: Option<i64>,
}

/// A number in this span and in the one before.
#[derive(Serialize, JsonSchema)]
struct ComparedNumber {
    current: i64,
    previous: i64,
}

/// An amount in this span and in the one before.
#[derive(Serialize, JsonSchema)]
struct ComparedMoney {
    current: Money,
    previous: Money,
}

/// Sign-ins in this span and in the one before.
#[derive(Serialize, JsonSchema)]
struct SignInsView {
    current: i64,
    previous: i64,
    /// Attempts that were refused in this span.
    failed: i64,
}

/// Orders of the span in one state.
#[derive(Serialize, JsonSchema)]
struct StateCount {
    state: OrderState,
    count: i64,
}

/// One day of the chart.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OverviewDay")]
struct DayView {
    /// Its midnight in UTC.
    day: Timestamp,
    revenue: Money,
    orders: i64,
    refunded: Money,
}

/// Something that needs somebody.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Attention")]
struct AttentionView {
    kind: &'static str,
    /// How many, 1,000 at most.
    count: i64,
    label: &'static str,
    /// The list that shows them.
    query: String,
}

/// The home page.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Overview")]
pub(crate) struct OverviewView {
    currency: Currency,
    revenue: ComparedMoney,
    orders: ComparedNumber,
    refund_rate_bp: ComparedNumber,
    refunded: ComparedMoney,
    sign_ins: SignInsView,
    orders_by_state: Vec<StateCount>,
    series: Vec<DayView>,
    attention: Vec<AttentionView>,
}

impl Versioned for OverviewView {}

impl From<Overview> for OverviewView {
    fn from(overview: Overview) -> Self {
        let money = |amount| Money::new(amount, overview.currency);
        let amounts = |of: Compared| ComparedMoney { current: money(of.current), previous: money(of.previous) };
        let numbers = |of: Compared| ComparedNumber { current: of.current, previous: of.previous };
        let series = overview.series.iter();
        Self {
            currency: overview.currency,
            revenue: amounts(overview.revenue),
            orders: numbers(overview.orders),
            refund_rate_bp: numbers(overview.refund_rate_bp),
            refunded: amounts(overview.refunded),
            sign_ins: SignInsView { current: overview.sign_ins.current, previous: overview.sign_ins.previous, failed: overview.sign_ins.failed },
            orders_by_state: overview.by_state.iter().map(|(state, count)| StateCount { state: *state, count: *count }).collect(),
            series: series
                .map(|day| DayView { day: day.day, revenue: money(day.revenue), orders: day.orders, refunded: money(day.refunded) })
                .collect(),
            attention: attention(&overview),
        }
    }
}

fn attention(overview: &Overview) -> Vec<AttentionView> {
    let found = &overview.attention;
    let one = |kind, count, label, query: String| AttentionView { kind, count, label, query };
    let (lately, overdue) = (overview.lately, overview.overdue);
    vec![
        one("unknownPayments", found.unknown_payments, "Payments the provider has not answered for", "/payments?state=unknown".into()),
        one("openRefunds", found.open_refunds, "Refunds that are not settled", "/refunds?state=pending,unknown".into()),
        one("failedPayments", found.failed_payments, "Payments failed in the last 7 days", format!("/payments?state=failed&from={lately}")),
        one("waitingOrders", found.waiting_orders, "Paid orders waiting to be packed for over 2 days", format!("/orders?state=paid&to={overdue}")),
        one("unpaidOrders", found.unpaid_orders, "Orders unpaid for over 2 days", format!("/orders?state=pending&to={overdue}")),
        one(
            "partlyPaidOrders",
            found.partly_paid_orders,
            "Orders paid in part",
            "/orders?state=pending&paymentState=partly_paid,partially_refunded,refunded".into(),
        ),
        one("dueDisputes", found.due_disputes, "Disputes the bank waits for an answer to", "/disputes?state=opened,needs_evidence".into()),
        one("waitingApprovals", found.waiting_approvals, "Requests that wait for a decision", "/approvals?state=waiting".into()),
        one(
            "keptMoney",
            found.kept_money,
            "Cancelled orders whose money has not gone back",
            "/orders?state=cancelled&paymentState=paid,partially_refunded".into(),
        ),
        one(
            "overdueReceivables",
            found.overdue_receivables,
            "Orders sold on account that are overdue",
            format!("/receivables?dueBefore={}", overview.today),
        ),
        one("openDifferences", found.open_differences, "Differences from the provider's account", "/reconciliation/exceptions?state=open".into()),
        one("unbalancedBooks", found.unbalanced_books, "The books do not add up", "/ledger".into()),
        one("parkedEvents", found.parked_events, "Events that could not be acted on", "/events/stuck?state=parked".into()),
        one("silentEndpoints", found.silent_endpoints, "Webhooks switched off because nothing arrived", "/webhooks/endpoints".into()),
        one("lowStock", found.low_stock, "Products running out", "/products?lowStock=true".into()),
    ]
}

async fn overview(State(app): State<App>, Allowed(by): Allowed<can::ReadStats>, Query(query): Query<OverviewQuery>) -> Result<Data<OverviewView>> {
    Ok(Data(stats::overview(&app, &by, query.days.unwrap_or(30)).await?.into()))
}
