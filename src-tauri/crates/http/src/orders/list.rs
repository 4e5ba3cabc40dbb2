//! Find orders: the list, its CSV export, one order.

use axum::extract::State;
use purser_core::Currency;
use purser_core::access::can;
use purser_core::catalog::tags;
use purser_core::ids::{OrderId, UserId};
use purser_core::orders::{MoneyState, OrderState};
use purser_core::text::terms;
use purser_service::{App, orders};
use purser_store::found::FoundBy;
use purser_store::orders::Filter;

use super::views::{DetailView, OrderView};
use crate::Result;
use crate::extract::{Allowed, AllowedOwn, Any, Path, Query, When};
use crate::list_query;
use crate::reply::{Csv, Data, Rows};

list_query! {
    /// Which orders.
    OrdersQuery, sums TotalsQuery {
        /// Any of these states of the goods.
        state: Any<OrderState>,
        /// Any of these states of the money.
        payment_state: Any<MoneyState>,
        /// Any of these customers.
        customer_id: Any<UserId>,
        /// Any of these countries, two letters each.
        country: Any<String>,
        /// Any of these currencies.
        currency: Any<Currency>,
        /// At least this total, in minor units.
        min_total: Option<i64>,
        /// At most this total, in minor units.
        max_total: Option<i64>,
        /// Made at or after this instant.
        from: Option<When>,
        /// Made before this instant.
        to: Option<When>,
        /// Some of it given back, or none.
        refunded: Option<bool>,
        /// With refunds somebody else has to send, or without.
        granted: Option<bool>,
        /// With refunds their provider has not called done, or without.
        pending: Option<bool>,
        /// On hold, or not.
        held: Option<bool>,
        /// With each of these tags.
        tag: Any<String>,
    }
}

/// What a search box asks: `10284` and `#10284` are an order's number, everything else words of its customer.
pub(crate) fn found_by(text: &str) -> FoundBy {
    let digits = text.strip_prefix('#').unwrap_or(text);
    match digits.parse::<i64>() {
        Ok(number) if digits.bytes().all(|b| b.is_ascii_digit()) => FoundBy { number: Some(number), words: Vec::new() },
        _ => FoundBy { number: None, words: terms(text) },
    }
}

impl OrdersQuery {
    pub(super) fn filter(&self) -> Filter {
        Filter {
            states: self.state.0.clone(),
            payment_states: self.payment_state.0.clone(),
            customers: self.customer_id.0.clone(),
            countries: self.country.0.iter().map(|country| country.to_ascii_uppercase()).collect(),
            currencies: self.currency.0.clone(),
            min_total: self.min_total,
            max_total: self.max_total,
            from: self.from.map(When::instant),
            to: self.to.map(When::instant),
            refunded: self.refunded,
            granted: self.granted,
            pending: self.pending,
            held: self.held,
            tags: tags(&self.tag.0),
            search: self.search().map(found_by).unwrap_or_default(),
        }
    }
}

pub(crate) async fn list_orders(
    State(app): State<App>,
    AllowedOwn(by): AllowedOwn<can::ReadOrder>,
    Query(query): Query<OrdersQuery>,
) -> Result<Rows<OrderView>> {
    let page = query.page()?;
    let (listing, total) = orders::list(&app, &by, query.filter(), &page).await?;
    let open = orders::open_money(&app, &by, &listing.rows).await?;
    Ok(Rows::page(listing.map(|order| OrderView::with(open.get(&order.id), order)), &page, total))
}

pub(crate) async fn export_orders(State(app): State<App>, Allowed(by): Allowed<can::ExportOrder>, Query(query): Query<OrdersQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "orders.csv", body: orders::export(&app, &by, query.filter(), sort).await? })
}

pub(crate) async fn read_order(
    State(app): State<App>,
    AllowedOwn(by): AllowedOwn<can::ReadOrder>,
    Path(id): Path<OrderId>,
) -> Result<Data<DetailView>> {
    let detail = orders::read(&app, &by, id).await?;
    Ok(Data(DetailView::of(&app, detail)))
}
