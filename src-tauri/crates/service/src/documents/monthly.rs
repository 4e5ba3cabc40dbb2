//! The figures of some months as a document: bars and a table for each currency, and who came back.

use std::collections::BTreeMap;
use std::sync::Arc;

use purser_core::access::{Grant, can};
use purser_core::documents::Tongue;
use purser_core::{Currency, Error, Money, Result};
use purser_store::tenants;

use super::port::{Chart, Column, Paper, Part, Table};
use super::sale::{read_by, seller};
use super::words::{self, Words};
use super::{Document, asked};
use crate::App;
use crate::ledger::{Figures, Report, report};
use crate::settings::Settings;

/// Months after the first that are shown of those who came back.
const AFTER: usize = 9;

/// The report of the last `months` months as a document.
pub async fn monthly(app: &App, by: &Grant<can::ReadStats>, months: i64, language: Option<Tongue>) -> Result<Document> {
    asked(app, by).await?;
    let report = report(app, by, months).await?;
    let (issuer, own) = app
        .db
        .read(by, async |tx| {
            let tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
            Ok::<_, Error>((Settings::try_from(&tenant)?, read_by(tx, by.user()).await?))
        })
        .await?;
    let words = words::of(language, own.as_deref());
    let mut currencies: Vec<Currency> = report.months.iter().map(|month| month.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let mut parts: Vec<Part> = currencies.iter().flat_map(|currency| of_currency(words, &report, *currency)).collect();
    if !report.cohorts.is_empty() {
        parts.extend([Part::Heading(words.cohorts.to_owned()), Part::Text(words.cohorts_about.to_owned()), came_back(words, &report)]);
    }
    let (first, last) = (report.months.first(), report.months.last());
    let span = |month: Option<&Figures>| month.map(|month| words.month_name(&month.month)).unwrap_or_default();
    let paper = Paper {
        language: words.tag,
        title: words.monthly.to_owned(),
        from: seller(words, &issuer),
        issuer: issuer.name,
        to: Vec::new(),
        facts: vec![(words.span.to_owned(), format!("{} – {}", span(first), span(last)))],
        parts,
        foot: words.foot(by.now()),
        page: words.page,
    };
    app.documents.print(format!("report-{}.pdf", last.map_or("none", |month| month.month.as_str())), paper).await
}

fn of_currency(words: &'static Words, report: &Report, currency: Currency) -> [Part; 3] {
    let months: Vec<&Figures> = report.months.iter().filter(|month| month.currency == currency).collect();
    let series = |name: &str, figure: fn(&Figures) -> i64| (name.to_owned(), months.iter().map(|month| figure(month)).collect());
    let chart = Chart {
        labels: months.iter().map(|month| words.month_name(&month.month)).collect(),
        series: vec![series(words.revenue, |f| f.revenue), series(words.refunds, |f| f.refunds), series(words.net, Figures::net)],
        figure: Arc::new(move |amount| words.figure(Money::new(amount, currency))),
    };
    [Part::Heading(currency.to_string()), Part::Chart(chart), Part::Table(figures(words, &months))]
}

fn figures(words: &Words, months: &[&Figures]) -> Table {
    let column = |title: &str, part, figures| Column { title: title.to_owned(), part, figures };
    let all = [words.revenue, words.discounts, words.refunds, words.shipping, words.fees, words.disputes, words.given_up, words.net, words.tax];
    let columns = [column(words.month, 6, false)].into_iter().chain(all.map(|title| column(title, 7, true))).collect();
    let row = |month: &&Figures| {
        let f = *month;
        let amounts = [f.revenue, -f.discounts, -f.refunds, f.shipping, -f.fees, -f.disputes, -f.given_up, f.net(), f.tax];
        let cells = amounts.map(|amount| words.figure(Money::new(amount, f.currency)));
        [words.month_name(&f.month)].into_iter().chain(cells).collect()
    };
    Table { columns, rows: months.iter().map(row).collect() }
}

fn came_back(words: &Words, report: &Report) -> Part {
    let place: BTreeMap<&str, usize> = report
        .months
        .iter()
        .map(|month| month.month.as_str())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .enumerate()
        .map(|(at, name)| (name, at))
        .collect();
    let mut rows: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for cohort in &report.cohorts {
        let (Some(first), Some(month)) = (place.get(cohort.first.as_str()), place.get(cohort.month.as_str())) else { continue };
        let after = month.saturating_sub(*first);
        let row = rows.entry(cohort.first.as_str()).or_insert_with(|| vec![0; AFTER + 1]);
        if let Some(cell) = row.get_mut(after) {
            *cell = cohort.customers;
        }
    }
    let first = Column { title: words.first_order.to_owned(), part: 6, figures: false };
    let later = (0..=AFTER).map(|after| Column { title: format!("+{after}"), part: 3, figures: true });
    Part::Table(Table {
        columns: [first].into_iter().chain(later).collect(),
        rows: rows
            .into_iter()
            .map(|(name, row)| [words.month_name(name)].into_iter().chain(row.into_iter().map(|n| n.to_string())).collect())
            .collect(),
    })
}
