//! The proof that the books balance. A large ledger is not added up while somebody waits: its running balances are compared at once, its
//! newest bookings are added up, and a job adds up everything once a day and keeps what it found.

use std::collections::BTreeMap;

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::JobId;
use purser_core::ledger::AccountCode;
use purser_core::{Currency, Error, Money, Result, Timestamp};
use purser_store::Tx;
use purser_store::ledger::{self as store, Count};
use purser_store::ledger_books::{self as books, Proved};
use purser_store::{credit, receivables};
use serde::{Deserialize, Serialize};

use crate::audit::{self, Line};
use crate::jobs::{Failure, Turn, When, Work, enqueue};
use crate::{App, events};

/// A ledger of so many entries is added up whole while somebody waits; of a larger one, so many of the newest.
const AT_ONCE: i64 = 2_000;

/// What the books add up to.
#[derive(Clone, Debug)]
pub struct Proof {
    /// One a currency.
    pub currencies: Vec<CurrencyProof>,
    /// What does not balance, in words; empty when all is well.
    pub unbalanced: Vec<String>,
    /// When.
    pub checked_at: Timestamp,
    /// Whether every entry was added up for this; else the newest were, and `full` tells of the rest.
    pub whole: bool,
    /// The last time everything was added up by the job.
    pub full: Option<Proved>,
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

/// Prove the books as far as that can be done at once.
pub async fn prove(app: &App, by: &Grant<can::ReadLedger>) -> Result<Proof> {
    app.db
        .read(by, async |tx| {
            let full = books::newest_proof(tx).await?;
            let mut proof = match books::edge(tx, AT_ONCE).await? {
                None => whole(tx, by.now()).await?,
                Some(edge) => newest(tx, (edge, by.now()), full.as_ref()).await?,
            };
            if let Some(full) = full.as_ref().filter(|full| !proof.whole && !full.balanced) {
                proof.unbalanced.extend(full.findings.0.iter().cloned());
            }
            Ok(Proof { full, ..proof })
        })
        .await
}

/// Every entry, account by account.
async fn whole(tx: &mut Tx, now: Timestamp) -> Result<Proof> {
    let (accounts, postings, counts) = (store::prove(tx).await?, store::unbalanced(tx).await?, store::transactions(tx).await?);
    let mut unbalanced = Vec::new();
    let mut sums = Vec::new();
    for account in &accounts {
        if (account.debit, account.credit) != (account.kept_debit, account.kept_credit) {
            let kept = Money::new(account.kept_debit - account.kept_credit, account.currency);
            let found = Money::new(account.debit - account.credit, account.currency);
            unbalanced.push(format!("{}: the running balance says {kept}, the entries say {found}.", account.name));
        }
        sums.push((account.currency, account.debit, account.credit));
    }
    unbalanced.extend(postings.iter().map(off));
    unbalanced.extend(beside(tx).await?);
    Ok(of(sums, &counts, (unbalanced, now, true)))
}

/// The running balances, and the bookings since `edge`.
async fn newest(tx: &mut Tx, (edge, now): (Timestamp, Timestamp), full: Option<&Proved>) -> Result<Proof> {
    let sums = store::balances(tx).await?.into_iter().map(|account| (account.currency, account.debit, account.credit)).collect();
    let mut unbalanced: Vec<String> = books::unbalanced_since(tx, edge).await?.iter().map(off).collect();
    unbalanced.extend(beside(tx).await?);
    let since = full.map_or(Timestamp::from_micros(0), |full| full.checked_at);
    let mut counts = books::transactions_since(tx, since).await?;
    for (currency, n) in full.iter().flat_map(|full| &full.currencies.0) {
        let Ok(currency) = currency.parse::<Currency>() else { continue };
        match counts.iter_mut().find(|count| count.currency == currency) {
            Some(count) => count.n += n,
            None => counts.push(Count { currency, n: *n }),
        }
    }
    Ok(of(sums, &counts, (unbalanced, now, false)))
}

/// What is kept person by person beside the books has to say the same as its account.
async fn beside(tx: &mut Tx) -> Result<Vec<String>> {
    let accounts = store::balances(tx).await?;
    let of = |code: AccountCode, currency: Currency| {
        accounts.iter().find(|account| account.code == code && account.currency == currency).map_or(0, |account| account.debit - account.credit)
    };
    let mut found = Vec::new();
    let credits = credit::totals(tx).await?.into_iter().map(|total| (AccountCode::StoredCredit, total.currency, -total.sum));
    let owed = receivables::totals(tx).await?.into_iter().map(|total| (AccountCode::Receivable, total.currency, total.sum));
    let mut kept: BTreeMap<(AccountCode, Currency), i64> = credits.chain(owed).map(|(code, currency, sum)| ((code, currency), sum)).collect();
    for account in accounts.iter().filter(|account| matches!(account.code, AccountCode::StoredCredit | AccountCode::Receivable)) {
        kept.entry((account.code, account.currency)).or_default();
    }
    for ((code, currency), sum) in kept.into_iter().filter(|((code, currency), sum)| of(*code, *currency) != *sum) {
        let (kept, booked) = (Money::new(sum, currency), Money::new(of(code, currency), currency));
        found.push(format!("{}: the customers' own rows say {kept}, the account says {booked}.", code.name()));
    }
    Ok(found)
}

fn off(posting: &store::Unbalanced) -> String {
    format!("The booking {} is off by {}.", posting.posting_id, posting.sum)
}

/// Put together what was added up.
fn of(sums: Vec<(Currency, i64, i64)>, counts: &[Count], (mut unbalanced, checked_at, whole): (Vec<String>, Timestamp, bool)) -> Proof {
    let mut currencies: Vec<CurrencyProof> = Vec::new();
    for (currency, debit, credit) in sums {
        if let Some(proof) = currencies.iter_mut().find(|proof| proof.currency == currency) {
            proof.debit += debit;
            proof.credit += credit;
        } else {
            let transactions = counts.iter().find(|count| count.currency == currency).map_or(0, |count| count.n);
            currencies.push(CurrencyProof { currency, debit, credit, transactions });
        }
    }
    for proof in currencies.iter().filter(|proof| proof.debit != proof.credit) {
        unbalanced.push(format!("{}: debits and credits differ by {}.", proof.currency, Money::new(proof.debit - proof.credit, proof.currency)));
    }
    Proof { currencies, unbalanced, checked_at, whole, full: None }
}

/// Have everything added up by a job; the job, or `None` if one waits or runs already.
pub async fn prove_all(app: &App, by: &Grant<can::ReconcileLedger>) -> Result<Option<JobId>> {
    let when = When { unique: Some(ProveLedger::KIND.into()), ..When::default() };
    app.db.transact(by, async |tx| enqueue(tx, by, &ProveLedger {}, when).await).await
}

/// Add up every entry of a tenant and keep what was found.
#[derive(Serialize, Deserialize)]
pub(crate) struct ProveLedger {}

impl Work for ProveLedger {
    const KIND: &'static str = "prove_ledger";
    const QUEUE: &'static str = "upkeep";

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let now = app.clock.now();
        let by = Grant::<can::ReadLedger>::system(turn.tenant, now, &app.ids);
        let proof = app.db.read(&by, async |tx| whole(tx, now).await).await?;
        let counted = proof.currencies.iter().map(|one| (one.currency.as_str().to_owned(), one.transactions)).collect::<Vec<_>>();
        let kept = Proved {
            id: by.id(),
            checked_at: now,
            balanced: proof.unbalanced.is_empty(),
            entries: proof.currencies.iter().map(|one| one.transactions).sum(),
            findings: proof.unbalanced.clone().into(),
            currencies: counted.into(),
        };
        if !kept.balanced {
            tracing::error!(tenant = %turn.tenant, findings = proof.unbalanced.len(), "the ledger does not balance");
        }
        app.db
            .transact(&by, async |tx| {
                books::insert_proof(tx, &kept).await?;
                if !kept.balanced {
                    let facts = serde_json::json!({ "findings": kept.findings.0 });
                    audit::record(tx, &by, Line::new("ledger.unbalanced", "ledger", kept.id, "Ledger").after(&facts));
                }
                events::emit(tx, &by, Topic::Ledger, "proved", kept.id);
                Ok::<_, Error>(())
            })
            .await?;
        Ok(())
    }
}
