//! Shapes of the ledger on the wire.

use purser_core::ids::{AccountId, PostingId};
use purser_core::ledger::{AccountCode, AccountKind, PostingKind};
use purser_core::{Currency, Money, Timestamp};
use purser_service::ledger::Proof;
use purser_store::ledger::{Account, Entry};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::reply::Versioned;

/// An account with its running sums.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Account")]
pub(crate) struct AccountView {
    id: AccountId,
    code: AccountCode,
    name: String,
    kind: AccountKind,
    currency: Currency,
    /// Everything debited.
    debit: Money,
    /// Everything credited.
    credit: Money,
    /// Debits less credits.
    balance: Money,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let money = |amount| Money::new(amount, account.currency);
        Self {
            id: account.id,
            code: account.code,
            kind: account.kind,
            currency: account.currency,
            debit: money(account.debit),
            credit: money(account.credit),
            balance: money(account.debit - account.credit),
            name: account.name,
        }
    }
}

/// The account of an entry.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EntryAccount")]
struct EntryAccountView {
    id: AccountId,
    code: AccountCode,
    name: String,
}

/// An entry of a booking.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LedgerEntry")]
pub(crate) struct EntryView {
    id: Uuid,
    /// The booking; its entries sum to nothing.
    transaction_id: PostingId,
    kind: PostingKind,
    account: EntryAccountView,
    /// Debits are positive, credits negative.
    amount: Money,
    memo: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<Uuid>,
    at: Timestamp,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            transaction_id: entry.posting_id,
            kind: entry.kind,
            account: EntryAccountView { id: entry.account_id, code: entry.code, name: entry.name },
            amount: Money::new(entry.amount, entry.currency),
            memo: entry.memo,
            order_id: entry.order_id,
            order_number: entry.order_number,
            payment_id: entry.payment_id,
            refund_id: entry.refund_id,
            at: entry.at,
        }
    }
}

/// One currency, added up anew.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CurrencyProof")]
struct CurrencyView {
    currency: Currency,
    debit: Money,
    credit: Money,
    /// Debits less credits: nothing, if all is well.
    sum: Money,
    /// Bookings.
    transactions: i64,
}

/// The ledger, added up anew.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LedgerProof")]
pub(crate) struct ProofView {
    balanced: bool,
    currencies: Vec<CurrencyView>,
    /// What does not balance, in words.
    unbalanced: Vec<String>,
    checked_at: Timestamp,
    /// Whether every entry was added up for this; of a large ledger the newest are, and `full` tells of the rest.
    whole: bool,
    /// The last time everything was added up.
    #[serde(skip_serializing_if = "Option::is_none")]
    full: Option<super::books::FullView>,
}

impl From<Proof> for ProofView {
    fn from(proof: Proof) -> Self {
        let currencies = proof.currencies.iter().map(|one| {
            let money = |amount| Money::new(amount, one.currency);
            CurrencyView {
                currency: one.currency,
                debit: money(one.debit),
                credit: money(one.credit),
                sum: money(one.debit - one.credit),
                transactions: one.transactions,
            }
        });
        Self {
            balanced: proof.unbalanced.is_empty(),
            currencies: currencies.collect(),
            unbalanced: proof.unbalanced,
            checked_at: proof.checked_at,
            whole: proof.whole,
            full: proof.full.map(Into::into),
        }
    }
}

impl Versioned for ProofView {}
