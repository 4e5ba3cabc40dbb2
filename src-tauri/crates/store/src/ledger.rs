//! The ledger: accounts, bookings, entries, running balances. What is booked stays; the engines refuse to change it.

use std::collections::BTreeMap;

use purser_core::ids::{AccountId, Ids, OrderId, PaymentId, PostingId, RefundId};
use purser_core::ledger::{AccountCode, AccountKind, PostingKind};
use purser_core::{Currency, Error, Timestamp};
use uuid::Uuid;

use crate::found::{self, FoundBy};
use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::{Engine, Listing, Page, Query, Result, Tx, Value, sql};

/// A booking about to be made. Debits are positive, credits negative, and together they are nothing.
#[derive(Clone, Debug)]
pub struct Posting {
    /// Id.
    pub id: PostingId,
    /// What for.
    pub kind: PostingKind,
    /// What for, in words.
    pub memo: String,
    /// The order, if it is about one.
    pub order: Option<OrderId>,
    /// The payment, if it is about one.
    pub payment: Option<PaymentId>,
    /// The refund, if it is about one.
    pub refund: Option<RefundId>,
    /// When.
    pub at: Timestamp,
    /// Currency of every entry.
    pub currency: Currency,
    /// Account and amount; amounts of nothing are left out.
    pub entries: Vec<(AccountCode, i64)>,
}

/// Refuse bookings into a period that is closed.
async fn refuse_closed(tx: &mut Tx, postings: &[Posting]) -> Result<()> {
    let Some(first) = postings.iter().map(|posting| posting.at).min() else { return Ok(()) };
    if crate::ledger_books::closed_until(tx).await?.is_some_and(|until| first < until) {
        let message = "The books are closed for that time. Book it in the open period.";
        return Err(Error::conflict("period_closed", message).into());
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Known {
    #[sqlx(try_from = "Uuid")]
    id: AccountId,
    #[sqlx(try_from = "String")]
    code: AccountCode,
    #[sqlx(try_from = "String")]
    currency: Currency,
}

pub(crate) type Accounts = BTreeMap<(Currency, AccountCode), AccountId>;

const ACCOUNTS: &str = "SELECT id, code, currency FROM ledger_accounts WHERE tenant_id = $1";

async fn known(tx: &mut Tx) -> Result<Accounts> {
    let rows: Vec<Known> = tx.all(sql(ACCOUNTS).bind(tx.tenant())).await?;
    Ok(rows.into_iter().map(|row| ((row.currency, row.code), row.id)).collect())
}

/// The accounts the postings need; those that are missing are opened.
pub(crate) async fn accounts(tx: &mut Tx, ids: &Ids, postings: &[Posting]) -> Result<Accounts> {
    let accounts = known(tx).await?;
    let mut missing = BTreeMap::new();
    for posting in postings {
        for (code, _) in &posting.entries {
            let key = (posting.currency, *code);
            if !accounts.contains_key(&key) {
                missing.entry(key).or_insert_with(|| ids.next::<AccountId>(posting.at));
            }
        }
    }
    if missing.is_empty() {
        return Ok(accounts);
    }
    let tenant: Value = tx.tenant().into();
    let mut query = Query::start("INSERT INTO ledger_accounts (id, tenant_id, code, name, kind, currency) VALUES");
    query.rows(missing.iter().map(|((currency, code), id)| {
        [(*id).into(), tenant.clone(), code.as_str().into(), code.name().into(), code.kind().as_str().into(), (*currency).into()]
    }));
    // Somebody else may have opened it meanwhile.
    query.push(" ON CONFLICT (tenant_id, currency, code) DO NOTHING");
    tx.run(query).await?;
    known(tx).await
}

/// Make bookings, many in few statements, and keep the balances.
pub async fn post(tx: &mut Tx, ids: &Ids, postings: &[Posting]) -> Result<()> {
    if postings.is_empty() {
        return Ok(());
    }
    if let Some(posting) = postings.iter().find(|p| p.entries.iter().map(|(_, amount)| i128::from(*amount)).sum::<i128>() != 0) {
        return Err(Error::internal(format!("the booking {} ({}) does not balance", posting.id, posting.memo)).into());
    }
    refuse_closed(tx, postings).await?;
    let accounts = accounts(tx, ids, postings).await?;
    let account =
        |posting: &Posting, code| accounts.get(&(posting.currency, code)).copied().ok_or_else(|| Error::internal("an account was not opened"));
    let tenant: Value = tx.tenant().into();
    let mut sums: BTreeMap<AccountId, (i64, i64)> = BTreeMap::new();
    let mut entries = Vec::new();
    for posting in postings {
        for (code, amount) in posting.entries.iter().filter(|(_, amount)| *amount != 0) {
            let account = account(posting, *code)?;
            let sum = sums.entry(account).or_default();
            sum.0 += (*amount).max(0);
            sum.1 += amount.saturating_neg().max(0);
            let id: Uuid = ids.next(posting.at);
            entries.push([tenant.clone(), posting.at.into(), id.into(), posting.id.into(), account.into(), (*amount).into()]);
        }
    }
    for chunk in postings.chunks(500) {
        let mut query = Query::start("INSERT INTO ledger_postings (id, tenant_id, kind, memo, order_id, payment_id, refund_id, at) VALUES");
        query.rows(chunk.iter().map(|p| posting_row(tenant.clone(), p)));
        tx.run(query).await?;
    }
    for chunk in entries.chunks(1_000) {
        let mut query = Query::start("INSERT INTO ledger_entries (tenant_id, at, id, posting_id, account_id, amount) VALUES");
        query.rows(chunk.iter().cloned());
        tx.run(query).await?;
    }
    add_to_balances(tx, &sums).await
}

fn posting_row(tenant: Value, p: &Posting) -> [Value; 8] {
    [
        p.id.into(),
        tenant,
        p.kind.as_str().into(),
        (&p.memo).into(),
        Value::Uuid(p.order.map(OrderId::uuid)),
        Value::Uuid(p.payment.map(PaymentId::uuid)),
        Value::Uuid(p.refund.map(RefundId::uuid)),
        p.at.into(),
    ]
}

/// In the order of account ids, so that two bookings on the same accounts wait for each other instead of for ever.
pub(crate) async fn add_to_balances(tx: &mut Tx, sums: &BTreeMap<AccountId, (i64, i64)>) -> Result<()> {
    if sums.is_empty() {
        return Ok(());
    }
    let tenant: Value = tx.tenant().into();
    let mut query = Query::start("INSERT INTO balances (account_id, tenant_id, debit, credit) VALUES");
    query.rows(sums.iter().map(|(account, (debit, credit))| [(*account).into(), tenant.clone(), (*debit).into(), (*credit).into()]));
    query.push(" ON CONFLICT (account_id) DO UPDATE SET debit = balances.debit + excluded.debit, credit = balances.credit + excluded.credit");
    tx.run(query).await.map(drop)
}

/// An account with its running sums.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: AccountId,
    /// Which account.
    #[sqlx(try_from = "String")]
    pub code: AccountCode,
    /// Its name.
    pub name: String,
    /// On which side of the books it stands.
    #[sqlx(try_from = "String")]
    pub kind: AccountKind,
    /// Its currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Everything debited.
    pub debit: i64,
    /// Everything credited.
    pub credit: i64,
}

const WITH_BALANCES: &str = "SELECT a.id, a.code, a.name, a.kind, a.currency, COALESCE(b.debit, 0) AS debit, COALESCE(b.credit, 0) AS credit \
     FROM ledger_accounts a LEFT JOIN balances b ON b.account_id = a.id WHERE a.tenant_id = $1 ORDER BY a.currency, a.code";

/// Every account of the tenant with its running sums.
pub async fn balances(tx: &mut Tx) -> Result<Vec<Account>> {
    tx.all(sql(WITH_BALANCES).bind(tx.tenant())).await
}

/// An entry with the booking it belongs to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Entry {
    /// Id.
    pub id: Uuid,
    /// The booking.
    #[sqlx(try_from = "Uuid")]
    pub posting_id: PostingId,
    /// What the booking is for.
    #[sqlx(try_from = "String")]
    pub kind: PostingKind,
    /// The account.
    #[sqlx(try_from = "Uuid")]
    pub account_id: AccountId,
    /// Which account that is.
    #[sqlx(try_from = "String")]
    pub code: AccountCode,
    /// Its name.
    pub name: String,
    /// Its currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Debited (positive) or credited (negative).
    pub amount: i64,
    /// What the booking is for, in words.
    pub memo: String,
    /// The order, if it is about one.
    pub order_id: Option<Uuid>,
    /// Number of that order.
    pub order_number: Option<i64>,
    /// The payment, if it is about one.
    pub payment_id: Option<Uuid>,
    /// The refund, if it is about one.
    pub refund_id: Option<Uuid>,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
}

// A booking and its entries carry the same instant: with it, the entries of a booking are found where they lie.
macro_rules! from {
    ($tables:literal) => {
        concat!(
            "SELECT e.id, e.posting_id, p.kind, e.account_id, a.code, a.name, a.currency, e.amount, p.memo, p.order_id, o.number AS order_number, \
             p.payment_id, p.refund_id, e.at FROM ",
            $tables,
            " JOIN ledger_accounts a ON a.id = e.account_id LEFT JOIN orders o ON o.id = p.order_id"
        )
    };
}

const fn list_of(select: &'static str) -> List<Entry> {
    List { select, id: "e.id", row_id: |e| e.id, sorts: &[SortKey { name: "at", column: "e.at", key: |e| Key::Time(e.at.micros()) }] }
}

/// How SQLite shall read the entries: from the bookings of an order, by account, or by time. PostgreSQL decides for itself.
fn way(tx: &Tx, filter: &Filter) -> &'static str {
    if tx.engine() == Engine::Postgres {
        from!("ledger_entries e JOIN ledger_postings p ON p.id = e.posting_id AND p.at = e.at")
    } else if filter.order.is_some() || filter.posting.is_some() || filter.search.is_some() {
        from!("ledger_postings p CROSS JOIN ledger_entries e ON e.tenant_id = p.tenant_id AND e.at = p.at AND e.posting_id = p.id")
    } else if filter.accounts.len() == 1 {
        from!("ledger_entries e INDEXED BY ledger_entries_account CROSS JOIN ledger_postings p ON p.id = e.posting_id")
    } else {
        from!("ledger_entries e CROSS JOIN ledger_postings p ON p.id = e.posting_id")
    }
}

/// Which entries are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Any of these accounts.
    pub accounts: Vec<AccountId>,
    /// About this order.
    pub order: Option<OrderId>,
    /// Of this booking.
    pub posting: Option<PostingId>,
    /// For any of these.
    pub kinds: Vec<PostingKind>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// About the order of this number, or of this customer.
    pub search: Option<FoundBy>,
}

/// One page of entries.
pub async fn entries(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Entry>> {
    let mut query = Query::start(" WHERE e.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.accounts.is_empty() {
        query.push(" AND e.account_id IN ").list(filter.accounts.iter().map(|id| (*id).into()));
    }
    if let Some(order) = filter.order {
        query.push(" AND p.order_id = ").arg(order);
    }
    if let Some(posting) = filter.posting {
        query.push(" AND p.id = ").arg(posting);
    }
    if !filter.kinds.is_empty() {
        query.push(" AND p.kind IN ").list(filter.kinds.iter().map(|kind| kind.as_str().into()));
    }
    if let Some(from) = filter.from {
        query.push(" AND e.at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND e.at < ").arg(to);
    }
    if let Some(search) = &filter.search {
        found::orders(tx, &mut query, "p.order_id", search);
    }
    list_of(way(tx, filter)).page(tx, &query, page).await
}

/// What the entries of one account sum to, beside what the running balance says.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Proof {
    /// The account.
    #[sqlx(try_from = "Uuid")]
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// Its currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Debits, added up from the entries.
    pub debit: i64,
    /// Credits, added up from the entries.
    pub credit: i64,
    /// Debits by the running balance.
    pub kept_debit: i64,
    /// Credits by the running balance.
    pub kept_credit: i64,
}

const PROOF: &str = "SELECT a.id AS account_id, a.name, a.currency, COALESCE(e.debit, 0) AS debit, COALESCE(e.credit, 0) AS credit, \
     COALESCE(b.debit, 0) AS kept_debit, COALESCE(b.credit, 0) AS kept_credit FROM ledger_accounts a \
     LEFT JOIN (SELECT account_id, CAST(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT) AS debit, \
     CAST(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS BIGINT) AS credit FROM ledger_entries WHERE tenant_id = $1 GROUP BY account_id) e \
     ON e.account_id = a.id LEFT JOIN balances b ON b.account_id = a.id WHERE a.tenant_id = $1 ORDER BY a.currency, a.code";

/// Add everything up anew, account by account.
pub async fn prove(tx: &mut Tx) -> Result<Vec<Proof>> {
    tx.all(sql(PROOF).bind(tx.tenant())).await
}

/// A booking whose entries do not sum to nothing.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Unbalanced {
    /// The booking.
    #[sqlx(try_from = "Uuid")]
    pub posting_id: PostingId,
    /// What its entries sum to.
    pub sum: i64,
}

const UNBALANCED: &str = "SELECT posting_id, CAST(SUM(amount) AS BIGINT) AS sum FROM ledger_entries WHERE tenant_id = $1 \
     GROUP BY at, posting_id HAVING SUM(amount) <> 0 LIMIT 20";

/// Bookings whose entries do not sum to nothing, at most 20; there should be none.
pub async fn unbalanced(tx: &mut Tx) -> Result<Vec<Unbalanced>> {
    tx.all(sql(UNBALANCED).bind(tx.tenant())).await
}

/// Bookings in one currency.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Count {
    /// The currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// How many.
    pub n: i64,
}

const TRANSACTIONS: &str = "SELECT a.currency, COUNT(DISTINCT e.posting_id) AS n FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id \
     WHERE e.tenant_id = $1 GROUP BY a.currency ORDER BY a.currency";

/// How many bookings there are, by currency.
pub async fn transactions(tx: &mut Tx) -> Result<Vec<Count>> {
    tx.all(sql(TRANSACTIONS).bind(tx.tenant())).await
}
