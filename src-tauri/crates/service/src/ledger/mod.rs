//! The books: how money moves become balanced bookings, and the proof that they still balance.
//!
//! A booking is made in the transaction of the move it books; nothing here changes one afterwards.

mod periods;
mod proof;
mod report;
mod statement;

pub use periods::{close, periods, reopen};
pub(crate) use proof::ProveLedger;
pub use proof::{CurrencyProof, Proof, prove, prove_all};
pub use report::{Figures, Report, report};
pub use statement::statement;

use purser_core::access::{Grant, can};
use purser_core::ids::{Ids, OrderId, PaymentId, RefundId};
use purser_core::ledger::{AccountCode as Code, PostingKind};
use purser_core::payments::Shares;
use purser_core::{Currency, Error, Result, Timestamp};
use purser_store::ledger::{self as store, Account, Entry, Filter, Posting};
use purser_store::{Listing, Page};

use crate::App;

/// What a booking is about.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The order.
    pub order: OrderId,
    /// Its number.
    pub number: i64,
    /// The payment.
    pub payment: PaymentId,
    /// The refund, if it is about one.
    pub refund: Option<RefundId>,
    /// When.
    pub at: Timestamp,
    /// Currency of the amounts.
    pub currency: Currency,
}

impl About {
    fn posting(self, ids: &Ids, kind: PostingKind, memo: String, entries: Vec<(Code, i64)>) -> Posting {
        Posting {
            id: ids.next(self.at),
            kind,
            memo,
            order: Some(self.order),
            payment: Some(self.payment),
            refund: self.refund,
            at: self.at,
            currency: self.currency,
            entries,
        }
    }
}

/// Money came in: it is at the provider, and it is goods less their discount, tax and shipping.
pub fn capture(ids: &Ids, about: About, shares: Shares) -> Posting {
    let entries = taken(shares, Code::Cash);
    about.posting(ids, PostingKind::Capture, format!("Payment of order #{}", about.number), entries)
}

/// Money went back: it is no longer at the provider, and it was goods, tax and shipping.
pub fn refund(ids: &Ids, about: About, shares: Shares) -> Posting {
    about.posting(ids, PostingKind::Refund, format!("Refund of order #{}", about.number), given_back(shares, Code::Cash))
}

/// Money that went back came back: `shares` is less than nothing.
pub fn refund_back(ids: &Ids, about: About, shares: Shares) -> Posting {
    about.posting(ids, PostingKind::Refund, format!("Refund of order #{} that came back", about.number), given_back(shares, Code::Cash))
}

/// Money that was taken before Purser went back by hand. It never was at the provider: what it was paid from is where it came from, the
/// opening balance.
pub fn refund_outside(ids: &Ids, about: About, shares: Shares) -> Posting {
    about.posting(ids, PostingKind::Refund, format!("Refund of order #{}, made outside Purser", about.number), given_back(shares, Code::Opening))
}

/// What a disputed payment moved since: taken by the customer's bank, given back by it, kept by the provider.
pub fn dispute(ids: &Ids, about: About, (taken, back): (i64, i64), (kept, returned): (i64, i64)) -> Vec<Posting> {
    let dispute = |memo: &str, amount: i64| {
        let entries = vec![(Code::Disputes, amount), (Code::Cash, -amount)];
        (amount != 0).then(|| about.posting(ids, PostingKind::Dispute, format!("{memo} order #{}", about.number), entries))
    };
    let fee = |memo: &str, amount: i64| {
        let entries = vec![(Code::Fees, amount), (Code::Cash, -amount)];
        (amount != 0).then(|| about.posting(ids, PostingKind::Fee, format!("{memo} order #{}", about.number), entries))
    };
    let (kept, returned) = (fee("Fee of the dispute of", kept), fee("Fee given back, dispute of", -returned));
    [dispute("Dispute of", taken), dispute("Dispute won:", -back), kept, returned].into_iter().flatten().collect()
}

/// The entries a refund of `shares` makes; `outside`: by hand, of money from before Purser.
pub fn refund_entries(shares: Shares, outside: bool) -> Vec<(Code, i64)> {
    given_back(shares, if outside { Code::Opening } else { Code::Cash })
}

/// What was taken, at the account `at`.
pub(crate) fn taken(shares: Shares, at: Code) -> Vec<(Code, i64)> {
    let sold = [(Code::Revenue, -shares.gross()), (Code::Discounts, shares.discount), (Code::Tax, -shares.tax), (Code::Shipping, -shares.shipping)];
    // An account nothing is booked on is not opened.
    [(at, shares.sum())].into_iter().chain(sold).filter(|(code, amount)| *code != Code::Discounts || *amount != 0).collect()
}

/// What goes back, from the account `from`. The goods as they were paid for: their discount was booked when they were sold.
pub(crate) fn given_back(shares: Shares, from: Code) -> Vec<(Code, i64)> {
    vec![(Code::Refunds, shares.goods), (Code::Tax, shares.tax), (Code::Shipping, shares.shipping), (from, -shares.sum())]
}

/// Every account with its running sums.
pub async fn accounts(app: &App, by: &Grant<can::ReadLedger>) -> Result<Vec<Account>> {
    app.db.read(by, async |tx| store::balances(tx).await.map_err(Error::from)).await
}

/// A page of entries, newest first.
pub async fn entries(app: &App, by: &Grant<can::ReadLedger>, filter: &Filter, page: &Page) -> Result<Listing<Entry>> {
    app.db.read(by, async |tx| store::entries(tx, filter, page).await.map_err(Error::from)).await
}

/// The entries of one order, newest first; at most a page.
pub async fn of_order(app: &App, by: &Grant<can::ReadLedger>, order: OrderId) -> Result<Vec<Entry>> {
    let filter = Filter { order: Some(order), ..Filter::default() };
    let page = Page { limit: 1_000, ..Page::default() };
    app.db
        .read(by, async |tx| {
            purser_store::orders::find(tx, order).await?.ok_or(Error::NotFound("order"))?;
            Ok(store::entries(tx, &filter, &page).await?.rows)
        })
        .await
}
