//! The keys of everybody.

use purser_core::Result;
use purser_core::access::{Grant, can};
use purser_store::all_keys::{self as store, Filter, HeldKey};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page};

use super::authority;
use crate::App;

/// A page, the newest first, and how many there are and whether that is exact, unless a cursor was given.
pub async fn list_all(app: &App, by: &Grant<can::ManageKey>, filter: &Filter, page: &Page) -> Result<(Listing<HeldKey>, Option<(i64, bool)>)> {
    authority::flush(app).await?;
    let wanted = (filter, by.now());
    app.db
        .read(by, async |tx| {
            let listing = store::list(tx, wanted, page).await?;
            let total = if page.after.is_none() { Some(store::count(tx, wanted, COUNT_LIMIT).await?) } else { None };
            Ok((listing, total))
        })
        .await
}
