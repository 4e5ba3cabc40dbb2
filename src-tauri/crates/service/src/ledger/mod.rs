//! The books: how money moves become balanced bookings, and the proof that they still balance.
//!
//! A booking is made in the transaction of the move it books; nothing here changes one afterwards.

use purser_core::access::{Grant, can};
use purser_core::ids::{Ids, OrderId, PaymentId, RefundId};
use purser_core::ledger::{AccountCode as Code, PostingKind};
use purser_core::payments::Shares;
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

/// Money came in: it is at the provider, and it is goods, tax and shipping.
pub fn capture(ids: &Ids, about: About, shares: Shares) -> Posting {
    let entries = vec![(Code::Cash, shares.sum()), (Code::Revenue, -shares.goods), (Code::Tax, -shares.tax), (Code::Shipping, -shares.shipping)];
    about.posting(ids, PostingKind::Capture, format!("Payment of order #{}", about.number), entries)
}

/// Money went back: it is no longer at the provider, and it was goods, tax and shipping.
pub fn refund(ids: &Ids, about: About, shares: Shares) -> Posting {
    about.posting(ids, PostingKind::Refund, format!("Refund of order #{}", about.number), given_back(shares, Code::Cash))
}

/// Money that was taken before Purser went back by hand. It never was at the provider: what it was paid from is where it came from, the
/// opening balance.
pub fn refund_outside(ids: &Ids, about: About, shares: Shares) -> Posting {
    about.posting(ids, PostingKind::Refund, format!("Refund of order #{}, made outside Purser", about.number), given_back(shares, Code::Opening))
}

fn given_back(shares: Shares, from: Code) -> Vec<(Code, i64)> {
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

/// The ledger added up anew.
#[derive(Clone, Debug)]
pub struct Proof {
    /// One a currency.
    pub currencies: Vec<CurrencyProof>,
    /// What does not balance, in words; empty when all is well.
    pub unbalanced: Vec<String>,
    /// When.
    pub checked_at: Timestamp,
}

/// One currency of a [`Proof`].
#[derive(Clone, Copy, Debug)]
pub struct CurrencyProof {
    /// The currency.
    pub currency: Currency,
    /// Everything debited.
    pub debit: i64,
    /// Everything credited.
    pub credit: i64,
    /// Bookings.
    pub transactions: i64,
}

/// Add up every entry and compare: each booking sums to nothing, each running balance is what its entries say, each currency sums to
/// nothing.
pub async fn prove(app: &App, by: &Grant<can::ReadLedger>) -> Result<Proof> {
    let (accounts, postings, counts) =
        app.db.read(by, async |tx| Ok::<_, Error>((store::prove(tx).await?, store::unbalanced(tx).await?, store::transactions(tx).await?))).await?;
    let mut currencies: Vec<CurrencyProof> = Vec::new();
    let mut unbalanced = Vec::new();
    for account in &accounts {
        if (account.debit, account.credit) != (account.kept_debit, account.kept_credit) {
            let kept = Money::new(account.kept_debit - account.kept_credit, account.currency);
            let found = Money::new(account.debit - account.credit, account.currency);
            unbalanced.push(format!("{}: the running balance says {kept}, the entries say {found}.", account.name));
        }
        if let Some(proof) = currencies.iter_mut().find(|proof| proof.currency == account.currency) {
            proof.debit += account.debit;
            proof.credit += account.credit;
        } else {
            let transactions = counts.iter().find(|count| count.currency == account.currency).map_or(0, |count| count.n);
            currencies.push(CurrencyProof { currency: account.currency, debit: account.debit, credit: account.credit, transactions });
        }
    }
    for posting in postings {
        unbalanced.push(format!("The booking {} is off by {}.", posting.posting_id, posting.sum));
    }
    for proof in currencies.iter().filter(|proof| proof.debit != proof.credit) {
        unbalanced.push(format!("{}: debits and credits differ by {}.", proof.currency, Money::new(proof.debit - proof.credit, proof.currency)));
    }
    Ok(Proof { currencies, unbalanced, checked_at: by.now() })
}
