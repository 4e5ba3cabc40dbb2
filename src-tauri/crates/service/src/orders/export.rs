//! Orders as a CSV file, written while it is read: one page of rows in memory, however many there are.

use purser_core::access::{Grant, can};
use purser_core::people::full_name;
use purser_core::{Error, Result};
use purser_store::orders::{Filter, Order};
use purser_store::{Page, orders as store};

use crate::App;
use crate::audit::{self, Line};
use crate::csv::{Export, Sheet};
use crate::identity::step_up;
use crate::limits;

const HEADER: [&str; 20] = [
    "id",
    "number",
    "state",
    "payment_state",
    "customer_id",
    "customer_name",
    "customer_email",
    "country",
    "currency",
    "items",
    "subtotal",
    "discount",
    "tax",
    "shipping",
    "total",
    "paid",
    "refunded",
    "source",
    "created_at",
    "updated_at",
];

/// The orders the filter finds, in the order of `sort`, as a CSV stream. The export itself goes into the audit log.
pub async fn export(app: &App, by: &Grant<can::ExportOrder>, filter: Filter, sort: String) -> Result<Export> {
    limits::of_person(app, by, "export", limits::EXPORTS).await?;
    step_up::demand_unless_key(app, by).await?;
    // Refuse a wrong sort before the first byte is out.
    let first = Page { limit: 1, sort: sort.clone(), ..Page::default() };
    app.db.read(by, async |tx| store::list(tx, &filter, &first).await.map_err(Error::from)).await?;
    app.db
        .transact(by, async |tx| {
            audit::record(tx, by, Line::new("order.export", "order", by.tenant().uuid(), "Orders").after(&filter));
            Ok::<_, Error>(())
        })
        .await?;
    let (db, tenant) = (app.db.clone(), by.tenant());
    let next = move |after| {
        let (db, filter) = (db.clone(), filter.clone());
        let page = Page { limit: 1_000, after, sort: sort.clone(), ..Page::default() };
        async move { db.read(tenant, async |tx| store::list(tx, &filter, &page).await.map_err(Error::from)).await }
    };
    Ok(Sheet { header: &HEADER, cells }.stream(next))
}

fn cells(order: &Order) -> Vec<String> {
    let amount = |amount| order.money(amount).decimal();
    vec![
        order.id.to_string(),
        order.number.to_string(),
        order.state.to_string(),
        order.payment_state.to_string(),
        order.customer_id.to_string(),
        full_name(&order.first_name, &order.last_name),
        order.email.clone(),
        order.country.clone(),
        order.currency.to_string(),
        order.item_count.to_string(),
        amount(order.subtotal),
        amount(order.discount),
        amount(order.tax),
        amount(order.shipping),
        amount(order.total),
        amount(order.paid),
        amount(order.refunded),
        order.source.to_string(),
        order.created_at.to_string(),
        order.updated_at.to_string(),
    ]
}
