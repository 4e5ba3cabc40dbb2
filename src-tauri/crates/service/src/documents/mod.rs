//! Documents people keep: the receipt of an order, the credit note of a refund, the report of some months. What they say is put together
//! here; a press draws them, a few at a time, off the threads that answer.

mod monthly;
pub mod port;
mod sale;
mod words;

pub use monthly::monthly;
pub use sale::{credit_note, receipt};
pub(crate) use sale::{credit_note_name, credit_note_of};

use std::sync::Arc;

use purser_core::access::Grant;
use purser_core::{Error, Money, Result};
use tokio::sync::Semaphore;

use crate::settings::Settings;
use crate::{App, limits};
use port::{Paper, Press};

/// An amount as it is written in `language`.
pub(crate) fn money(language: &str, amount: Money) -> String {
    words::of(None, Some(language)).money(amount)
}

/// A day as it is written in `language`.
pub(crate) fn day(language: &str, at: purser_core::Timestamp) -> String {
    words::of(None, Some(language)).date(at)
}

/// An address as it is written in `language`, line by line.
pub(crate) fn address(language: &str, address: &purser_core::orders::Address) -> Vec<String> {
    sale::lines_of(words::of(None, Some(language)), &address.name, Some(address))
}

/// Where a business sits and what its tax office calls it, as it is written in `language`, line by line.
pub(crate) fn seller(language: &str, settings: &Settings) -> Vec<String> {
    sale::seller(words::of(None, Some(language)), settings)
}

/// The word for `goods`, `discount`, `tax`, `shipping` or the total in `language`.
pub(crate) fn sum(language: &str, of: &str) -> &'static str {
    let words = words::of(None, Some(language));
    match of {
        "goods" => words.goods,
        "discount" => words.discount,
        "tax" => words.tax,
        "shipping" => words.shipping,
        _ => words.total,
    }
}

/// Drawn at the same time at most.
const AT_ONCE: usize = 2;

/// A document as a file.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is called: `receipt-10284.pdf`.
    pub name: String,
    /// A PDF.
    pub bytes: Vec<u8>,
}

/// The press, and whose turn it is.
pub struct Desk {
    press: Arc<dyn Press>,
    turns: Semaphore,
}

impl Desk {
    pub(crate) fn new(press: Arc<dyn Press>) -> Self {
        Self { press, turns: Semaphore::new(AT_ONCE) }
    }

    async fn print(&self, name: String, paper: Paper) -> Result<Document> {
        let turn = self.turns.acquire().await.map_err(|error| Error::Internal(Box::new(error)))?;
        let press = self.press.clone();
        let bytes = tokio::task::spawn_blocking(move || press.print(&paper)).await.map_err(|error| Error::Internal(Box::new(error)))??;
        drop(turn);
        Ok(Document { name, bytes })
    }
}

/// Whoever asks may, as often as for other files.
async fn asked<P>(app: &App, by: &Grant<P>) -> Result<()> {
    limits::of_person(app, by, "export", limits::EXPORTS).await
}
