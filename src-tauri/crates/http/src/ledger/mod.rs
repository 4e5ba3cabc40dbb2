//! The ledger: accounts, entries, the proof. Use cases are in `purser_service::ledger`.

mod books;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{AccountId, OrderId, PostingId};
use purser_core::ledger::PostingKind;
use purser_service::{App, ledger};
use purser_store::ledger::Filter;

use crate::Result;
use crate::extract::{Allowed, Any, Path, Query, When};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Data, Rows};
use views::{AccountView, EntryView, ProofView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/ledger/accounts", get_with(accounts, about("listAccounts", "ledger", "Every account with its balance")))
        .api_route("/ledger/entries", get_with(entries, about("listLedgerEntries", "ledger", "What was booked, newest first")))
        .api_route(
            "/ledger/proof",
            get_with(proof, about("proveLedger", "ledger", "Whether the books balance, as far as can be seen at once"))
                .merge(post_with(books::prove_all, about("proveWholeLedger", "ledger", "Have every entry added up anew"))),
        )
        .api_route(
            "/ledger/periods",
            get_with(books::periods, about("listLedgerPeriods", "ledger", "Periods that are closed"))
                .merge(post_with(books::close, about("closeLedgerPeriod", "ledger", "Close everything before an instant"))),
        )
        .api_route("/ledger/periods/export", get_with(books::export_periods, about("exportLedgerPeriods", "ledger", "Closed periods as a CSV file")))
        .api_route(
            "/ledger/periods/{id}/reopen",
            post_with(books::reopen, about("reopenLedgerPeriod", "ledger", "Open the newest closed period again")),
        )
        .api_route("/ledger/statement", get_with(books::statement, about("exportLedger", "ledger", "Entries as a CSV file")))
        .api_route(
            "/reports/monthly.csv",
            get_with(books::export_monthly, about("exportMonthlyReport", "ledger", "The figures of each month as a CSV file")),
        )
        .api_route("/reports/monthly", get_with(books::monthly, about("getMonthlyReport", "ledger", "The figures of each month")))
        .api_route("/orders/{id}/ledger", get_with(of_order, about("listOrderLedger", "ledger", "What was booked for an order")))
}

async fn accounts(State(app): State<App>, Allowed(by): Allowed<can::ReadLedger>) -> Result<Rows<AccountView>> {
    let accounts = ledger::accounts(&app, &by).await?;
    Ok(Rows::whole(accounts.into_iter().map(AccountView::from).collect()))
}

list_query! {
    /// Which entries.
    EntriesQuery {
        /// Any of these accounts.
        account_id: Any<AccountId>,
        /// About this order.
        order_id: Option<OrderId>,
        /// Of this booking.
        transaction_id: Option<PostingId>,
        /// For any of these.
        kind: Any<PostingKind>,
        /// At or after this instant.
        from: Option<When>,
        /// Before this instant.
        to: Option<When>,
    }
}

impl EntriesQuery {
    fn filter(&self) -> Filter {
        Filter {
            accounts: self.account_id.0.clone(),
            order: self.order_id,
            posting: self.transaction_id,
            kinds: self.kind.0.clone(),
            from: self.from.map(When::instant),
            to: self.to.map(When::instant),
            search: self.search().map(crate::orders::found_by),
        }
    }
}

async fn entries(State(app): State<App>, Allowed(by): Allowed<can::ReadLedger>, Query(query): Query<EntriesQuery>) -> Result<Rows<EntryView>> {
    let (page, filter) = (query.page()?, query.filter());
    let listing = ledger::entries(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(EntryView::from), &page, None))
}

async fn of_order(State(app): State<App>, Allowed(by): Allowed<can::ReadLedger>, Path(id): Path<OrderId>) -> Result<Rows<EntryView>> {
    let entries = ledger::of_order(&app, &by, id).await?;
    Ok(Rows::whole(entries.into_iter().map(EntryView::from).collect()))
}

async fn proof(State(app): State<App>, Allowed(by): Allowed<can::ReadLedger>) -> Result<Data<ProofView>> {
    Ok(Data(ledger::prove(&app, &by).await?.into()))
}
