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
use purser_core::ids::{Ids, OrderId, PaymentId, PostingId, RefundId};
use purser_core::ledger::{AccountCode as Code, PostingKind};
use purser_core::payments::{ACCOUNT, CREDIT, OUTSIDE, Shares};
use purser_core::{Currency, Error, Money, Result, Timestamp};
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

/// Money came in: it is where `provider` keeps it, and it is goods less their discount, tax and shipping.
pub fn capture(ids: &Ids, about: About, provider: &str, shares: Shares) -> Posting {
    let entries = taken(shares, Code::of_provider(provider));
    let memo = match provider {
        CREDIT => format!("Order #{} paid with stored credit", about.number),
        ACCOUNT => format!("Order #{} sold on account", about.number),
        _ => format!("Payment of order #{}", about.number),
    };
    about.posting(ids, PostingKind::Capture, memo, entries)
}

/// Money went back: it is no longer where `way` takes it from, and it was goods, tax and shipping.
pub fn refund(ids: &Ids, about: About, way: Way<'_>, shares: Shares) -> Posting {
    let memo = match way {
        Way { to_credit: true, .. } => format!("Refund of order #{} to stored credit", about.number),
        Way { provider: OUTSIDE, .. } => format!("Refund of order #{}, made outside Purser", about.number),
        _ => format!("Refund of order #{}", about.number),
    };
    about.posting(ids, PostingKind::Refund, memo, refund_entries(shares, way))
}

/// Money that went back came back: `shares` is less than nothing.
pub fn refund_back(ids: &Ids, about: About, shares: Shares) -> Posting {
    about.posting(ids, PostingKind::Refund, format!("Refund of order #{} that came back", about.number), given_back(shares, Code::Cash))
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

/// Which way a refund goes.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// Who took the money.
    pub provider: &'a str,
    /// Whether it goes to its customer's stored credit rather than back the way it came.
    pub to_credit: bool,
    /// What its customer still owes of the payment, where that was sold on account.
    pub owed: i64,
    /// What came of it by hand and was not given back.
    pub came: i64,
}

impl Way<'_> {
    /// Where `amount` comes from. Of what was sold on account, what is still owed is taken off first; what the customer has paid by hand goes
    /// back by hand; what was given up goes to nobody: its loss is taken back. Money from before Purser never was at a provider: it came from
    /// the opening balance.
    pub fn sources(self, amount: i64) -> Vec<(Code, i64)> {
        let on_account = self.provider == ACCOUNT;
        let off = if on_account { amount.min(self.owed) } else { 0 };
        let paid = if on_account { (amount - off).min(self.came) } else { amount };
        let from = match self.provider {
            _ if self.to_credit => Code::StoredCredit,
            ACCOUNT => Code::Bank,
            provider => Code::of_provider(provider),
        };
        let all = [(Code::Receivable, off), (from, paid), (Code::Differences, amount - off - paid)];
        all.into_iter().filter(|(_, amount)| *amount != 0).collect()
    }

    /// Whether somebody has to move some of `amount` by hand.
    pub fn by_hand(self, amount: i64) -> bool {
        self.sources(amount).iter().any(|(code, _)| matches!(code, Code::Opening | Code::Bank))
    }
}

/// The entries a refund of `shares` makes.
pub fn refund_entries(shares: Shares, way: Way<'_>) -> Vec<(Code, i64)> {
    let from = way.sources(shares.sum()).into_iter().map(|(code, amount)| (code, -amount));
    gone(shares).into_iter().chain(from).collect()
}

/// Stored credit was given as a kindness, or taken back, which is less than nothing: it is a discount on what will be bought with it.
pub fn credit((id, at): (PostingId, Timestamp), amount: Money) -> Posting {
    // No name: what is booked is never changed, and a person can be forgotten.
    let memo = if amount.amount > 0 { "Stored credit given to a customer" } else { "Stored credit taken back from a customer" };
    Posting {
        id,
        kind: PostingKind::Credit,
        memo: memo.to_owned(),
        order: None,
        payment: None,
        refund: None,
        at,
        currency: amount.currency,
        entries: vec![(Code::Discounts, amount.amount), (Code::StoredCredit, -amount.amount)],
    }
}

/// What a customer owed came by hand, or, given up, was a loss.
pub fn settled(ids: &Ids, about: About, amount: i64, given_up: bool) -> Posting {
    let (kind, to, memo) =
        if given_up { (PostingKind::WriteOff, Code::Differences, "Given up") } else { (PostingKind::Receipt, Code::Bank, "Received") };
    about.posting(ids, kind, format!("{memo}: order #{}, sold on account", about.number), vec![(to, amount), (Code::Receivable, -amount)])
}

/// What was taken, at the account `at`.
pub(crate) fn taken(shares: Shares, at: Code) -> Vec<(Code, i64)> {
    let sold = [(Code::Revenue, -shares.gross()), (Code::Discounts, shares.discount), (Code::Tax, -shares.tax), (Code::Shipping, -shares.shipping)];
    // An account nothing is booked on is not opened.
    [(at, shares.sum())].into_iter().chain(sold).filter(|(code, amount)| *code != Code::Discounts || *amount != 0).collect()
}

/// What goes back, from the account `from`. The goods as they were paid for: their discount was booked when they were sold.
pub(crate) fn given_back(shares: Shares, from: Code) -> Vec<(Code, i64)> {
    gone(shares).into_iter().chain([(from, -shares.sum())]).collect()
}

fn gone(shares: Shares) -> [(Code, i64); 3] {
    [(Code::Refunds, shares.goods), (Code::Tax, shares.tax), (Code::Shipping, shares.shipping)]
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
