//! `credits` and `credit_moves`: what customers may still spend with us, and every move of it. The balance is changed in one statement that
//! refuses to go below nothing, so that two orders at once can not both spend the last of it.

use purser_core::credit::CreditKind;
use purser_core::ids::{CreditId, CreditMoveId, RefundId, UserId};
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::found;
use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::{Listing, Page, Query, Result, Tx, sql};

/// What a customer has in one currency, as the list shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Credit {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: CreditId,
    /// Whose.
    #[sqlx(try_from = "Uuid")]
    pub customer_id: UserId,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// The currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// What there is; never less than nothing.
    pub balance: i64,
    /// First given.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last moved.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

const CREDITS: List<Credit> = List {
    select: "SELECT c.id, c.customer_id, u.first_name, u.last_name, u.email, c.currency, c.balance, c.created_at, c.updated_at \
             FROM credits c JOIN users u ON u.id = c.customer_id",
    id: "c.id",
    row_id: |c| c.id.uuid(),
    sorts: &[
        SortKey { name: "updatedAt", column: "c.updated_at", key: |c| Key::Time(c.updated_at.micros()) },
        SortKey { name: "balance", column: "c.balance", key: |c| Key::Int(c.balance) },
    ],
};

/// Which of them are wanted. Everything empty: all that hold something or ever did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Only with something left, or only without.
    pub open: Option<bool>,
    /// Of any of these customers.
    pub customers: Vec<UserId>,
    /// In any of these currencies.
    pub currencies: Vec<Currency>,
    /// Of customers whose name or address has words that begin so.
    pub words: Vec<String>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE c.tenant_id = ");
    query.arg(tx.tenant());
    match filter.open {
        Some(true) => drop(query.push(" AND c.balance > 0")),
        Some(false) => drop(query.push(" AND c.balance = 0")),
        None => {}
    }
    if !filter.customers.is_empty() {
        query.push(" AND c.customer_id IN ").list(filter.customers.iter().map(|id| (*id).into()));
    }
    if !filter.currencies.is_empty() {
        query.push(" AND c.currency IN ").list(filter.currencies.iter().map(|one| (*one).into()));
    }
    found::customers(tx, &mut query, "c.customer_id", &filter.words);
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Credit>> {
    let clause = clause(tx, filter);
    CREDITS.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "credits c", &clause, most).await
}

#[derive(sqlx::FromRow)]
struct Balance {
    balance: i64,
}

const BALANCE: &str = "SELECT balance FROM credits WHERE tenant_id = $1 AND customer_id = $2 AND currency = $3";

const KINDLY: &str = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS balance FROM credit_moves WHERE tenant_id = $1 AND customer_id = $2 \
     AND currency = $3 AND kind IN ('given', 'taken_back')";

/// What was given to a customer in `currency` as a kindness and not taken back; what came from refunds is their own money.
pub async fn given(tx: &mut Tx, customer: UserId, currency: Currency) -> Result<i64> {
    Ok(tx.one::<Balance>(sql(KINDLY).bind(tx.tenant()).bind(customer).bind(currency)).await?.balance)
}

/// What a customer has in `currency`, in minor units.
pub async fn balance(tx: &mut Tx, customer: UserId, currency: Currency) -> Result<i64> {
    let found: Option<Balance> = tx.optional(sql(BALANCE).bind(tx.tenant()).bind(customer).bind(currency)).await?;
    Ok(found.map_or(0, |found| found.balance))
}

const OF_REFUND: &str = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS balance FROM credit_moves WHERE tenant_id = $1 AND customer_id = $2 \
     AND refund_id = $3";

/// What of a refund became stored credit, in minor units: what was still owed, or given up, goes to nobody.
pub async fn of_refund(tx: &mut Tx, customer: UserId, refund: RefundId) -> Result<i64> {
    Ok(tx.one::<Balance>(sql(OF_REFUND).bind(tx.tenant()).bind(customer).bind(refund)).await?.balance)
}

/// A move about to be made.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its id.
    pub id: CreditMoveId,
    /// Id of the balance, should this be its first move.
    pub credit: CreditId,
    /// Whose.
    pub customer: UserId,
    /// How much; more of it is positive.
    pub amount: Money,
    /// Why, in a word.
    pub kind: CreditKind,
    /// The order it is about.
    pub order: Option<Uuid>,
    /// The payment it is about.
    pub payment: Option<Uuid>,
    /// The refund it is about.
    pub refund: Option<Uuid>,
    /// Why, in the words of whoever moved it.
    pub reason: String,
    /// Who moved it, if it was a person.
    pub by: Option<Uuid>,
    /// Their name that day.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
}

const ADD: &str = "INSERT INTO credits (id, tenant_id, customer_id, currency, balance, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6) \
     ON CONFLICT (tenant_id, customer_id, currency) DO UPDATE SET balance = credits.balance + excluded.balance, updated_at = excluded.updated_at \
     RETURNING balance";
const TAKE: &str = "UPDATE credits SET balance = balance + $4, updated_at = $5 WHERE tenant_id = $1 AND customer_id = $2 AND currency = $3 \
     AND balance + $4 >= 0 RETURNING balance";
const MOVE: &str = "INSERT INTO credit_moves (id, tenant_id, customer_id, currency, kind, amount, balance, order_id, payment_id, refund_id, reason, \
     created_by, created_by_name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

/// Move stored credit; what there is afterwards, or `None`, with nothing changed, if there is not enough.
pub async fn change(tx: &mut Tx, change: &Change) -> Result<Option<i64>> {
    let Money { amount, currency } = change.amount;
    let query = if amount > 0 {
        sql(ADD).bind(change.credit).bind(tx.tenant()).bind(change.customer).bind(currency).bind(amount).bind(change.at)
    } else {
        sql(TAKE).bind(tx.tenant()).bind(change.customer).bind(currency).bind(amount).bind(change.at)
    };
    let Some(Balance { balance }) = tx.optional(query).await? else { return Ok(None) };
    let query = sql(MOVE).bind(change.id).bind(tx.tenant()).bind(change.customer).bind(currency).bind(change.kind.as_str()).bind(amount);
    let query = query.bind(balance).bind(change.order).bind(change.payment).bind(change.refund).bind(change.reason.clone());
    tx.run(query.bind(change.by).bind(change.by_name.clone()).bind(change.at)).await?;
    Ok(Some(balance))
}

/// A move that was made, with the number of the order it is about.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Move {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: CreditMoveId,
    /// Whose.
    #[sqlx(try_from = "Uuid")]
    pub customer_id: UserId,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// The currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Why, in a word.
    #[sqlx(try_from = "String")]
    pub kind: CreditKind,
    /// How much; more of it is positive.
    pub amount: i64,
    /// What there was afterwards.
    pub balance: i64,
    /// The order it is about.
    pub order_id: Option<Uuid>,
    /// Its number.
    pub order_number: Option<i64>,
    /// The payment it is about.
    pub payment_id: Option<Uuid>,
    /// The refund it is about.
    pub refund_id: Option<Uuid>,
    /// Why, in the words of whoever moved it.
    pub reason: String,
    /// Who moved it, if it was a person.
    pub created_by: Option<Uuid>,
    /// Their name that day.
    pub created_by_name: String,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

const MOVES: List<Move> = List {
    select: "SELECT m.id, m.customer_id, u.first_name, u.last_name, u.email, m.currency, m.kind, m.amount, m.balance, m.order_id, \
             o.number AS order_number, m.payment_id, m.refund_id, m.reason, m.created_by, m.created_by_name, m.created_at \
             FROM credit_moves m JOIN users u ON u.id = m.customer_id LEFT JOIN orders o ON o.id = m.order_id",
    id: "m.id",
    row_id: |m| m.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "m.created_at", key: |m| Key::Time(m.created_at.micros()) }],
};

/// Which moves are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MovesFilter {
    /// Of any of these customers.
    pub customers: Vec<UserId>,
    /// For any of these.
    pub kinds: Vec<CreditKind>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Of customers whose name or address has words that begin so.
    pub words: Vec<String>,
}

fn moves_clause(tx: &Tx, filter: &MovesFilter) -> Query {
    let mut query = Query::start(" WHERE m.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.customers.is_empty() {
        query.push(" AND m.customer_id IN ").list(filter.customers.iter().map(|id| (*id).into()));
    }
    if !filter.kinds.is_empty() {
        query.push(" AND m.kind IN ").list(filter.kinds.iter().map(|kind| kind.as_str().into()));
    }
    if let Some(from) = filter.from {
        query.push(" AND m.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND m.created_at < ").arg(to);
    }
    found::customers(tx, &mut query, "m.customer_id", &filter.words);
    query
}

/// One page of moves.
pub async fn moves(tx: &mut Tx, filter: &MovesFilter, page: &Page) -> Result<Listing<Move>> {
    let clause = moves_clause(tx, filter);
    MOVES.page(tx, &clause, page).await
}

/// How many moves there are, exact up to `most`, and whether that is all.
pub async fn count_moves(tx: &mut Tx, filter: &MovesFilter, most: i64) -> Result<(i64, bool)> {
    let clause = moves_clause(tx, filter);
    crate::page::count(tx, "credit_moves m", &clause, most).await
}

/// What all customers have together in a currency.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Total {
    /// The currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// The sum.
    pub sum: i64,
}

const TOTALS: &str = "SELECT currency, CAST(SUM(balance) AS BIGINT) AS sum FROM credits WHERE tenant_id = $1 GROUP BY currency ORDER BY currency";

/// What all customers have together, one row a currency.
pub async fn totals(tx: &mut Tx) -> Result<Vec<Total>> {
    tx.all(sql(TOTALS).bind(tx.tenant())).await
}
