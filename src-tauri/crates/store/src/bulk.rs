//! A great many rows at once: a demo business of a million orders, in one transaction.
//!
//! Three things make it fast. Statements of one size, so that each is prepared once. On SQLite, no look-up of what a row refers to: the
//! caller vouches for it. And there the indexes of the tables are set aside and rebuilt, sorted, at the end. It stays one transaction: cut
//! off at any moment, nothing of it is there. Rules may not enter.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use purser_core::audit::Entry;
use purser_core::ids::{AccountId, Ids};
use purser_core::ledger::{AccountCode, PostingKind};
use purser_core::{Currency, Timestamp};
use sqlx::AssertSqlSafe;

use crate::ledger::{self, Posting};
use crate::tx::Conn;
use crate::{Db, Engine, Error, Query, Result, Scope, Tx, Value, audit, sql};

/// Values in one statement; SQLite takes 32,766, PostgreSQL 65,535.
const VALUES: usize = 8_000;

macro_rules! tables {
    ($($(#[$doc:meta])* $variant:ident = $name:literal ($($column:literal),+));+ $(;)?) => {
        /// A table that can be filled. In this order rows refer only to tables before their own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Table { $($(#[$doc])* $variant),+ }

        impl Table {
            /// Every table, parents first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// `INSERT INTO … VALUES`.
            const fn head(self) -> &'static str {
                match self { $(Self::$variant => concat!("INSERT INTO ", $name, " (", tables!(@list $($column),+), ") VALUES")),+ }
            }

            /// How many columns a row has.
            pub const fn columns(self) -> usize {
                match self { $(Self::$variant => [$($column),+].len()),+ }
            }

            /// The text of a full statement.
            fn full(self, engine: Engine) -> &'static str {
                match self { $(Self::$variant => {
                    static SQLITE: OnceLock<String> = OnceLock::new();
                    static POSTGRES: OnceLock<String> = OnceLock::new();
                    let text = if engine == Engine::Sqlite { &SQLITE } else { &POSTGRES };
                    text.get_or_init(|| statement(Self::$variant, engine)).as_str()
                }),+ }
            }
        }
    };
    (@list $first:literal $(, $rest:literal)*) => { concat!($first $(, ", ", $rest)*) };
}

tables! {
    /// People, without their search words.
    Users = "users" ("id", "tenant_id", "email", "email_key", "first_name", "last_name", "name_key", "role", "status", "phone", "country",
        "language", "notes", "email_verified", "last_login_at", "locked_at", "lock_reason", "created_at", "updated_at", "phone_index");
    /// The search words of people.
    UserTerms = "user_terms" ("tenant_id", "term", "user_id");
    /// Attempts to sign in.
    SignIns = "sign_ins" ("id", "tenant_id", "user_id", "outcome", "ip", "at");
    /// Orders.
    Orders = "orders" ("id", "tenant_id", "number", "customer_id", "state", "payment_state", "country", "currency", "item_count", "subtotal",
        "discount", "tax", "shipping", "total", "paid", "refunded", "source", "address", "created_at", "updated_at");
    /// Lines of orders.
    OrderLines = "order_lines" ("order_id", "id", "tenant_id", "product_id", "name", "sku", "quantity", "unit_price", "total", "shipped");
    /// Payments.
    Payments = "payments" ("id", "tenant_id", "order_id", "customer_id", "provider", "method", "capture_mode", "state", "currency", "amount",
        "captured", "refunded", "refunded_tax", "refunded_shipping", "failure_code", "failure_message", "created_at", "captured_at", "updated_at");
    /// The provider's own books.
    Charges = "sandbox_charges" ("tenant_id", "key", "method", "capture_mode", "state", "currency", "amount", "captured", "refunded",
        "failure_code", "created_at");
    /// Refunds.
    Refunds = "refunds" ("id", "tenant_id", "payment_id", "order_id", "amount", "currency", "reason", "kind", "state", "created_by",
        "created_by_name", "created_at", "settled_at");
    /// Refunds in the provider's own books.
    Given = "sandbox_refunds" ("tenant_id", "key", "charge_key", "amount", "state", "created_at");
    /// Bookings.
    Postings = "ledger_postings" ("id", "tenant_id", "kind", "memo", "order_id", "payment_id", "refund_id", "at");
    /// Entries of bookings.
    Entries = "ledger_entries" ("tenant_id", "at", "id", "posting_id", "account_id", "amount");
    /// Files.
    Files = "files" ("id", "tenant_id", "name", "name_key", "content_type", "size", "sha256", "subject_type", "subject_id", "subject_label",
        "uploaded_by", "created_at");
}

/// The text of a statement of [`Table::per_statement`] rows. For SQLite the placeholders have no numbers: it keeps numbered ones in a list
/// that is walked for each value.
fn statement(table: Table, engine: Engine) -> String {
    use std::fmt::Write;
    let mut text = table.head().to_owned();
    let mut number = 0;
    for row in 0..table.per_statement() {
        text.push_str(if row == 0 { " (" } else { ", (" });
        for column in 0..table.columns() {
            number += 1;
            let separator = if column == 0 { "" } else { ", " };
            text.push_str(separator);
            match engine {
                Engine::Sqlite => text.push('?'),
                // Writing to a string does not fail.
                Engine::Postgres => write!(text, "${number}").unwrap_or_default(),
            }
        }
        text.push(')');
    }
    text
}

impl Table {
    /// Rows in a full statement.
    pub const fn per_statement(self) -> usize {
        VALUES / self.columns()
    }
}

/// Rows of one table on their way.
#[derive(Debug)]
pub struct Rows {
    table: Table,
    values: Vec<Value>,
}

impl Rows {
    /// None yet.
    pub fn new(table: Table) -> Self {
        Self { table, values: Vec::with_capacity(VALUES) }
    }

    /// One more row.
    pub fn push<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.table.columns(), "a row of {} has as many values as columns", self.table.name());
        self.values.extend(row);
    }

    /// Whether a full statement is together.
    pub fn is_full(&self) -> bool {
        self.values.len() >= self.table.per_statement() * self.table.columns()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// What is there, leaving nothing.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let values = std::mem::replace(&mut self.values, Vec::with_capacity(VALUES));
        Self { table: self.table, values }
    }
}

/// Write `rows`.
pub async fn write(tx: &mut Tx, rows: Rows) -> Result<()> {
    let Rows { table, values } = rows;
    if values.is_empty() {
        return Ok(());
    }
    if values.len() == table.per_statement() * table.columns() {
        let text = table.full(tx.engine());
        return tx.run(sql(text).bind_all(values)).await.map(drop);
    }
    let mut values = values.into_iter().peekable();
    while values.peek().is_some() {
        let mut query = Query::start(table.head());
        for row in 0..table.per_statement() {
            if values.peek().is_none() {
                break;
            }
            query.push(if row == 0 { " (" } else { ", (" });
            for (column, value) in values.by_ref().take(table.columns()).enumerate() {
                if column > 0 {
                    query.push(", ");
                }
                query.arg(value);
            }
            query.push(")");
        }
        tx.run(query).await?;
    }
    Ok(())
}

/// Append lines to the audit chain of the tenant, in the order given.
pub async fn audit(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    audit::append(tx, entries).await
}

/// The tenant's accounts of one currency; those that are missing are opened.
pub async fn accounts(tx: &mut Tx, ids: &Ids, (currency, at): (Currency, Timestamp)) -> Result<BTreeMap<AccountCode, AccountId>> {
    let all = Posting {
        id: ids.next(at),
        kind: PostingKind::Import,
        memo: String::new(),
        order: None,
        payment: None,
        refund: None,
        at,
        currency,
        entries: AccountCode::ALL.iter().map(|code| (*code, 0)).collect(),
    };
    let accounts = ledger::accounts(tx, ids, &[all]).await?;
    Ok(accounts.into_iter().filter(|((other, _), _)| *other == currency).map(|((_, code), id)| (code, id)).collect())
}

/// Add to the running balances what the entries written here sum to: debits and credits by account.
pub async fn add_to_balances(tx: &mut Tx, sums: &BTreeMap<AccountId, (i64, i64)>) -> Result<()> {
    ledger::add_to_balances(tx, sums).await
}

/// An index that was set aside.
#[derive(Debug, sqlx::FromRow)]
pub struct Aside {
    name: String,
    sql: String,
}

/// Run `work` as one durable transaction in which SQLite does not look up what rows refer to. Answers like [`Db::transact`].
pub async fn transact<T, E>(db: &Db, scope: impl Into<Scope>, work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E>
where
    E: From<Error>,
{
    db.without_references(scope.into(), work).await
}

/// Set the indexes of `tables` aside until [`restore`]. PostgreSQL keeps its own: other processes may be reading.
pub async fn set_aside(tx: &mut Tx, tables: &[Table]) -> Result<Vec<Aside>> {
    if tx.engine() == Engine::Postgres {
        return Ok(Vec::new());
    }
    let mut query = Query::start("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ");
    query.list(tables.iter().map(|table| table.name().into()));
    let indexes: Vec<Aside> = tx.all(query).await?;
    run_schema(tx, "PRAGMA cache_size = -131072".into()).await?;
    for index in &indexes {
        run_schema(tx, format!("DROP INDEX {}", index.name)).await?;
    }
    Ok(indexes)
}

/// Build the indexes again.
pub async fn restore(tx: &mut Tx, indexes: Vec<Aside>) -> Result<()> {
    if indexes.is_empty() {
        return Ok(());
    }
    for index in indexes {
        run_schema(tx, index.sql).await?;
    }
    run_schema(tx, "PRAGMA cache_size = -16384".into()).await
}

/// Run a statement about the schema. Its text is the schema's own, read back from the engine, and never holds anything a caller sent.
async fn run_schema(tx: &mut Tx, text: String) -> Result<()> {
    if let Conn::Writer(lane) = &mut tx.conn {
        sqlx::raw_sql(AssertSqlSafe(text)).execute(lane.conn()).await?;
    }
    Ok(())
}
