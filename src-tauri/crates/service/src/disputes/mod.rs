//! Disputed payments: what the provider says of them, our evidence, and what comes of it in the books.
//!
//! The provider is only called between transactions, as for payments: what will be asked of it is written down first.

mod answer;
pub(crate) mod evidence;
mod files;
pub mod port;
mod record;

pub(crate) use answer::{HearDisputes, hear};
pub use answer::{accept, decide, open, refresh, stage, submit, sweep};
pub use evidence::{Evidence, Exhibit, Shown};
pub use port::ProviderDispute;
pub use record::record;
pub(crate) use record::was_quicker;

use purser_core::access::{Grant, can};
use purser_core::ids::DisputeId;
use purser_core::{Error, Result};
use purser_store::disputes::{self as store, Dispute, Filter};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, payments, refunds};

use crate::App;

/// A page of disputes and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadPayment>, filter: &Filter, page: &Page) -> Result<(Listing<Dispute>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let listing = store::list(tx, filter, page).await?;
            let total = if page.after.is_some() { None } else { Some(store::count(tx, filter, COUNT_LIMIT).await?) };
            Ok::<_, Error>((listing, total))
        })
        .await
}

/// A dispute with the files of its evidence.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The dispute.
    pub dispute: Dispute,
    /// Its files.
    pub files: Vec<Shown>,
    /// What went back of its payment, in minor units.
    pub refunded: i64,
    /// Of that, what went to stored credit: the bank knows nothing of it.
    pub credited: i64,
}

/// One dispute.
pub async fn read(app: &App, by: &Grant<can::ReadPayment>, id: DisputeId) -> Result<Detail> {
    app.db.read(by, async |tx| detail(tx, id).await).await
}

pub(crate) async fn detail(tx: &mut purser_store::Tx, id: DisputeId) -> Result<Detail> {
    let dispute = store::find(tx, id).await?.ok_or(Error::NotFound("dispute"))?;
    let files = Evidence::of(&dispute).shown(tx, &dispute).await?;
    let refunded = payments::find(tx, dispute.payment_id).await?.map_or(0, |payment| payment.refunded);
    let credited = refunds::credited(tx, dispute.payment_id).await?;
    Ok(Detail { dispute, files, refunded, credited })
}
