//! Comparing our books with the provider's: line by line, by the provider's own references. What does not agree becomes a difference that a
//! person settles: it belongs to something that is there, or it is written off and booked.

mod compare;
mod lines;
pub mod port;
mod resolve;

pub use compare::{Compare, put_in, request};
pub use resolve::{Belongs, match_by_hand, plant, write_off};

use purser_core::access::{Grant, can};
use purser_core::{Error, Result};
use purser_store::page::COUNT_LIMIT;
use purser_store::reconciliation::{self as store, Exception, Filter, Run};
use purser_store::{Listing, Page};
use uuid::Uuid;

use crate::App;

/// A page of comparisons.
pub async fn runs(app: &App, by: &Grant<can::ReadLedger>, page: &Page) -> Result<Listing<Run>> {
    app.db.read(by, async |tx| store::runs(tx, page).await.map_err(Error::from)).await
}

/// A page of differences and, without a cursor, how many there are.
pub async fn exceptions(app: &App, by: &Grant<can::ReadLedger>, filter: &Filter, page: &Page) -> Result<(Listing<Exception>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let listing = store::exceptions(tx, filter, page).await?;
            let total = if page.after.is_some() { None } else { Some(store::count(tx, filter, COUNT_LIMIT).await?) };
            Ok::<_, Error>((listing, total))
        })
        .await
}

/// One difference.
pub async fn read(app: &App, by: &Grant<can::ReadLedger>, id: Uuid) -> Result<Exception> {
    app.db.read(by, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("exception"))).await
}
