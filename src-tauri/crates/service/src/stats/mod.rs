//! The figures of the home page: what came in, what went back, what needs somebody.
//!
//! They are counted from indexes alone and remembered until an order, a payment or a refund changes, at most a few seconds.

use std::time::Duration;

use moka::sync::Cache;
use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::TenantId;
use purser_core::orders::OrderState;
use purser_core::time::DAY;
use purser_core::{Currency, Error, Result, Timestamp};
use purser_store::stats::{self as store, Attention, DayRow, SignIns};
use purser_store::tenants;

use crate::App;

/// A figure in this span and in the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Now.
    pub current: i64,
    /// Before.
    pub previous: i64,
}

/// One day of the chart.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// Its midnight in UTC.
    pub day: Timestamp,
    /// What was taken for its orders.
    pub revenue: i64,
    /// Its orders.
    pub orders: i64,
    /// What was given back of them.
    pub refunded: i64,
}

/// The home page.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Currency of every amount: the tenant's.
    pub currency: Currency,
    /// What was taken.
    pub revenue: Compared,
    /// Orders entered, but for cancelled ones.
    pub orders: Compared,
    /// Of ten thousand orders, how many gave something back.
    pub refund_rate_bp: Compared,
    /// What was given back.
    pub refunded: Compared,
    /// Sign-ins.
    pub sign_ins: SignIns,
    /// Orders of the span by state.
    pub by_state: Vec<(OrderState, i64)>,
    /// Day by day, oldest first.
    pub series: Vec<Day>,
    /// What needs somebody.
    pub attention: Attention,
    /// The instant the failures in `attention` are counted from.
    pub lately: Timestamp,
    /// The instant the orders in `attention` are older than.
    pub overdue: Timestamp,
    /// The instant its last day began, before which debts in `attention` were to be paid.
    pub today: Timestamp,
}

/// Overviews remembered.
pub struct Overviews(Cache<(TenantId, i64), ([u64; 7], Overview)>);

impl Default for Overviews {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(1_000).time_to_live(Duration::from_secs(30)).build())
    }
}

const WATCHED: [Topic; 7] = [Topic::Order, Topic::Payment, Topic::Refund, Topic::Import, Topic::Approval, Topic::Dispute, Topic::Ledger];

/// The home page for the last `days` days, beside the same number of days before.
pub async fn overview(app: &App, by: &Grant<can::ReadStats>, days: i64) -> Result<Overview> {
    let mut checks = Checks::new();
    checks.that((1..=366).contains(&days), "days", "out_of_range", "Between 1 and 366 days.").done()?;
    let as_of = WATCHED.map(|topic| app.db.version(topic));
    let key = (by.tenant(), days);
    if let Some((seen, overview)) = app.overviews.0.get(&key)
        && seen == as_of
    {
        return Ok(overview);
    }
    let overview = count(app, by, days).await?;
    app.overviews.0.insert(key, (as_of, overview.clone()));
    Ok(overview)
}

async fn count(app: &App, by: &Grant<can::ReadStats>, days: i64) -> Result<Overview> {
    let today = by.now().micros().div_euclid(DAY);
    let (first, middle) = (today - 2 * days + 1, today - days + 1);
    let midnight = |day: i64| Timestamp::from_micros(day.saturating_mul(DAY));
    let (lately, overdue) = (by.now().plus(-7 * DAY), by.now().plus(-2 * DAY));
    let (currency, rows, sign_ins, attention) = app
        .db
        .read(by, async |tx| {
            let tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
            let rows = store::days(tx, midnight(first), tenant.currency).await?;
            let sign_ins = store::sign_ins(tx, midnight(first), midnight(middle)).await?;
            Ok::<_, Error>((
                tenant.currency,
                rows,
                sign_ins,
                store::attention(tx, (lately, overdue, by.now().plus(-90 * DAY), midnight(today))).await?,
            ))
        })
        .await?;
    let (now, before): (Vec<&DayRow>, Vec<&DayRow>) = rows.iter().partition(|row| row.day >= middle);
    let compare = |of: fn(&DayRow) -> i64| Compared { current: now.iter().map(|r| of(r)).sum(), previous: before.iter().map(|r| of(r)).sum() };
    let orders = compare(|row| if row.state == OrderState::Cancelled { 0 } else { row.orders });
    let with_refund = compare(|row| row.with_refund);
    let all = compare(|row| row.orders);
    let rate = |part: i64, whole: i64| if whole == 0 { 0 } else { part.saturating_mul(10_000) / whole };
    let by_state = OrderState::ALL.iter().map(|state| (*state, now.iter().filter(|r| r.state == *state).map(|r| r.orders).sum())).collect();
    let series = (middle..=today).map(|day| {
        let of_day = || now.iter().filter(|row| row.day == day);
        Day {
            day: midnight(day),
            revenue: of_day().map(|row| row.paid).sum(),
            orders: of_day().map(|row| row.orders).sum(),
            refunded: of_day().map(|row| row.refunded).sum(),
        }
    });
    Ok(Overview {
        currency,
        revenue: compare(|row| row.paid),
        orders,
        refund_rate_bp: Compared { current: rate(with_refund.current, all.current), previous: rate(with_refund.previous, all.previous) },
        refunded: compare(|row| row.refunded),
        sign_ins,
        by_state,
        series: series.collect(),
        attention,
        lately,
        overdue,
        today: midnight(today),
    })
}
