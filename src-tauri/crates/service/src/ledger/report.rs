//! The figures of each month: what was sold, given back, owed as tax and kept by the provider, and who came back to buy again.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::ledger::AccountCode as Code;
use purser_core::{Currency, Error, Result, Timestamp};
use purser_store::ledger_books::{self as store, Cohort, Month};
use purser_store::tenants;

use crate::App;

/// Most months of one report.
const MOST: i64 = 36;

/// One month in one currency.
#[derive(Clone, Debug)]
pub struct Figures {
    /// `2026-11`.
    pub month: String,
    /// The currency.
    pub currency: Currency,
    /// Goods sold, before discounts.
    pub revenue: i64,
    /// Taken off them.
    pub discounts: i64,
    /// Goods given back.
    pub refunds: i64,
    /// Tax charged, less what was given back.
    pub tax: i64,
    /// Shipping charged, less what was given back.
    pub shipping: i64,
    /// What the provider kept.
    pub fees: i64,
    /// What was lost, or is held, in disputes.
    pub disputes: i64,
    /// What was given up: money customers owed and never paid, and differences with a provider that stay.
    pub given_up: i64,
}

impl Figures {
    /// What is left of the month: sold and shipped, less everything that went.
    pub const fn net(&self) -> i64 {
        self.revenue - self.discounts - self.refunds + self.shipping - self.fees - self.disputes - self.given_up
    }
}

/// The figures of some months.
#[derive(Clone, Debug)]
pub struct Report {
    /// The tenant's currency, which the cohorts are in.
    pub currency: Currency,
    /// Oldest first; months without bookings are there with nothing in them.
    pub months: Vec<Figures>,
    /// Customers by the month of their first order.
    pub cohorts: Vec<Cohort>,
}

/// The month `back` months before the one of `now`, as `2026-11`.
fn month(now: Timestamp, back: i64) -> String {
    let text = now.to_string();
    let number = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<i64>().ok()).unwrap_or(1);
    let months = number(0, 4) * 12 + number(5, 7) - 1 - back;
    format!("{:04}-{:02}", months.div_euclid(12), months.rem_euclid(12) + 1)
}

/// The figures of the last `months` months, this one included.
pub async fn report(app: &App, by: &Grant<can::ReadStats>, months: i64) -> Result<Report> {
    let mut checks = Checks::new();
    checks.that((1..=MOST).contains(&months), "months", "out_of_range", "Between 1 and 36 months.");
    checks.done()?;
    let names: Vec<String> = (0..months).rev().map(|back| month(by.now(), back)).collect();
    let from = names.first().and_then(|name| Timestamp::parse(&format!("{name}-01T00:00:00Z")));
    let from = from.ok_or_else(|| Error::internal("a month without a beginning"))?;
    let to = by.now().plus(1);
    app.db
        .read(by, async |tx| {
            let tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
            let currency = tenant.currency;
            let moved = store::months(tx, from, to).await?;
            let cohorts = store::cohorts(tx, (from, to), currency).await?;
            Ok(Report { currency, months: figures(&names, currency, &moved), cohorts })
        })
        .await
}

fn figures(names: &[String], home: Currency, moved: &[Month]) -> Vec<Figures> {
    let mut currencies: Vec<Currency> = moved.iter().map(|row| row.currency).chain([home]).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let mut out = Vec::new();
    for name in names {
        for currency in &currencies {
            let of = |code| {
                moved.iter().filter(|row| row.month == *name && row.currency == *currency && row.code == code).map(|row| row.amount).sum::<i64>()
            };
            out.push(Figures {
                month: name.clone(),
                currency: *currency,
                revenue: -of(Code::Revenue),
                discounts: of(Code::Discounts),
                refunds: of(Code::Refunds),
                tax: -of(Code::Tax),
                shipping: -of(Code::Shipping),
                fees: of(Code::Fees),
                disputes: of(Code::Disputes),
                given_up: of(Code::Differences),
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_over_the_turn_of_the_year() {
        let now = Timestamp::parse("2026-02-10T09:00:00Z").unwrap();
        assert_eq!([0, 1, 2, 14].map(|back| month(now, back)), ["2026-02", "2026-01", "2025-12", "2024-12"]);
    }
}
