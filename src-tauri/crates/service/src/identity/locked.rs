//! Everybody of a business whom too many failures keep out at this moment. Unlocking is `unlock` of people.

use purser_core::Result;
use purser_core::access::{Grant, can};
use purser_store::locked::{self as store, Locked};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page};

use crate::App;

/// A page, the latest failure first, and how many there are and whether that is exact, unless a cursor was given.
pub async fn list(app: &App, by: &Grant<can::ReadSignIn>, search: Option<&str>, page: &Page) -> Result<(Listing<Locked>, Option<(i64, bool)>)> {
    let wanted = (by.now(), search);
    app.db
        .read(by, async |tx| {
            let listing = store::list(tx, wanted, page).await?;
            let total = if page.after.is_none() { Some(store::count(tx, wanted, COUNT_LIMIT).await?) } else { None };
            Ok((listing, total))
        })
        .await
}
