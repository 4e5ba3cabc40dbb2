//! The ledger as a whole: proving it, closing periods, taking it out, the figures of each month.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::JobId;
use purser_core::{Currency, Money, Timestamp};
use purser_service::ledger::{self, Figures, Report};
use purser_service::{App, exports};
use purser_store::ledger_books::{Cohort, Period, Proved};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::EntriesQuery;
use crate::extract::{Allowed, Json, NeededKey, Path, Query, When};
use crate::once::{Made, Repeatable, Shape};
use crate::party::RefView;
use crate::reply::{Csv, Data, Rows, Versioned};
use crate::{Result, list_query};

/// The last time everything was added up.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FullProof")]
pub(super) struct FullView {
    checked_at: Timestamp,
    balanced: bool,
    /// Bookings that were added up.
    transactions: i64,
    /// What did not balance, in words.
    findings: Vec<String>,
}

impl From<Proved> for FullView {
    fn from(proved: Proved) -> Self {
        Self { checked_at: proved.checked_at, balanced: proved.balanced, transactions: proved.entries, findings: proved.findings.0 }
    }
}

/// A proof that was asked for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ProofAsked")]
pub(super) struct AskedView {
    /// The work that does it; none if it waits or runs already.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<JobId>,
}

impl Versioned for AskedView {}

pub(super) async fn prove_all(State(app): State<App>, Allowed(by): Allowed<can::ReconcileLedger>) -> Result<Data<AskedView>> {
    Ok(Data(AskedView { job_id: ledger::prove_all(&app, &by).await? }))
}

/// What an account said at the close.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ClosedBalance")]
struct ClosedView {
    code: String,
    balance: Money,
}

/// A period that was closed.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LedgerPeriod")]
pub(super) struct PeriodView {
    id: Uuid,
    /// Nothing is booked before this instant any more.
    ends_at: Timestamp,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_by: Option<RefView>,
    closed_at: Timestamp,
    /// What the accounts said at the close.
    balances: Vec<ClosedView>,
    /// When it was opened again.
    #[serde(skip_serializing_if = "Option::is_none")]
    reopened_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reopened_by: Option<RefView>,
    /// Why it was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    reopen_reason: Option<String>,
}

impl From<Period> for PeriodView {
    fn from(period: Period) -> Self {
        let balance = |(code, currency, amount): (String, String, i64)| {
            let balance = Money::new(amount, currency.parse().unwrap_or(Currency::EUR));
            ClosedView { code, balance }
        };
        Self {
            id: period.id,
            ends_at: period.ends_at,
            reason: period.reason,
            closed_by: period.closed_by.map(|id| RefView { id, name: period.closed_by_name }),
            closed_at: period.closed_at,
            balances: period.balances.0.into_iter().map(balance).collect(),
            reopened_at: period.reopened_at,
            reopened_by: period.reopened_by.map(|id| RefView { id, name: period.reopened_by_name.unwrap_or_default() }),
            reopen_reason: period.reopen_reason,
        }
    }
}

impl Versioned for PeriodView {}

list_query! {
    /// Which periods.
    PeriodsQuery {}
}

pub(super) async fn periods(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadLedger>,
    Query(query): Query<PeriodsQuery>,
) -> Result<Rows<PeriodView>> {
    let page = query.page()?;
    // A period has no words to look for.
    if query.search().is_some() {
        return Ok(Rows::whole(Vec::new()));
    }
    let listing = ledger::periods(&app, &by, &page).await?;
    Ok(Rows::page(listing.map(PeriodView::from), &page, None))
}

pub(super) async fn export_periods(State(app): State<App>, Allowed(by): Allowed<can::ReadLedger>, Query(query): Query<PeriodsQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "periods.csv", body: exports::periods(&app, &by, (), sort).await? })
}

/// A period to close.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewLedgerPeriod")]
pub(super) struct CloseBody {
    /// Nothing is booked before this instant any more; a date stands for its midnight in UTC.
    ends_at: When,
    /// Why, up to 500 characters.
    reason: String,
}

pub(super) async fn close(
    State(app): State<App>,
    Allowed(by): Allowed<can::CloseLedger>,
    key: NeededKey,
    Json(body): Json<CloseBody>,
) -> Result<Made<PeriodView>> {
    let shape = Shape { view: Arc::new(PeriodView::from), subject: |period: &Period| period.id, home: None };
    let once = shape.once::<_, 201>(&by, key, ("close period", &body))?;
    let closed = ledger::close(&app, &by, (body.ends_at.instant(), &body.reason), once).await?;
    Ok(shape.made_at(closed, "/api/v1/ledger/periods"))
}

/// Why a period is opened again.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "LedgerPeriodReopening")]
pub(super) struct ReopenBody {
    /// Up to 500 characters.
    reason: String,
}

pub(super) async fn reopen(
    State(app): State<App>,
    Allowed(by): Allowed<can::CloseLedger>,
    Path(id): Path<Uuid>,
    key: NeededKey,
    Json(body): Json<ReopenBody>,
) -> Result<Repeatable<PeriodView, 200>> {
    let shape = Shape { view: Arc::new(PeriodView::from), subject: |period: &Period| period.id, home: None };
    let once = shape.once::<_, 200>(&by, key, (&format!("reopen period {id}"), &body))?;
    shape.reply(ledger::reopen(&app, &by, id, &body.reason, once).await?)
}

pub(super) async fn statement(State(app): State<App>, Allowed(by): Allowed<can::ReadLedger>, Query(query): Query<EntriesQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "ledger.csv", body: ledger::statement(&app, &by, query.filter(), sort).await? })
}

/// Which months.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ReportQuery {
    /// How many, this one included; 12 unless said otherwise.
    #[serde(default = "a_year")]
    months: i64,
}

const fn a_year() -> i64 {
    12
}

/// One month in one currency.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MonthFigures")]
struct FiguresView {
    /// `2026-11`.
    month: String,
    currency: Currency,
    /// Goods sold, before discounts.
    revenue: Money,
    discounts: Money,
    /// Goods given back.
    refunds: Money,
    /// Tax charged, less what was given back.
    tax: Money,
    /// Shipping charged, less what was given back.
    shipping: Money,
    /// What the provider kept.
    fees: Money,
    /// What was lost, or is held, in disputes.
    disputes: Money,
    /// What was given up: money customers owed and never paid, and differences with a provider that stay.
    given_up: Money,
    /// What is left of all that, without the tax.
    net: Money,
}

impl From<Figures> for FiguresView {
    fn from(f: Figures) -> Self {
        let money = |amount| Money::new(amount, f.currency);
        Self {
            revenue: money(f.revenue),
            discounts: money(f.discounts),
            refunds: money(f.refunds),
            tax: money(f.tax),
            shipping: money(f.shipping),
            fees: money(f.fees),
            disputes: money(f.disputes),
            given_up: money(f.given_up),
            net: money(f.net()),
            currency: f.currency,
            month: f.month,
        }
    }
}

/// Customers who first bought in one month, and what they did in another.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cohort")]
struct CohortView {
    /// The month of their first order.
    first: String,
    /// The month they bought in.
    month: String,
    customers: i64,
    /// What they paid then, less what was given back.
    amount: Money,
}

/// The figures of some months.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MonthlyReport")]
pub(super) struct ReportView {
    currency: Currency,
    months: Vec<FiguresView>,
    cohorts: Vec<CohortView>,
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        let currency = report.currency;
        let cohort = |c: Cohort| CohortView { first: c.first, month: c.month, customers: c.customers, amount: Money::new(c.amount, currency) };
        Self {
            currency,
            months: report.months.into_iter().map(FiguresView::from).collect(),
            cohorts: report.cohorts.into_iter().map(cohort).collect(),
        }
    }
}

impl Versioned for ReportView {}

pub(super) async fn monthly(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadStats>,
    Query(query): Query<ReportQuery>,
) -> Result<Data<ReportView>> {
    Ok(Data(ledger::report(&app, &by, query.months).await?.into()))
}

pub(super) async fn export_monthly(State(app): State<App>, Allowed(by): Allowed<can::ReadStats>, Query(query): Query<ReportQuery>) -> Result<Csv> {
    Ok(Csv { name: "months.csv", body: exports::monthly(&app, &by, query.months).await? })
}
