//! The orders list's SQL behind an axum handler and nothing else: no session, no permission, no middleware. What Purser is compared with.

use std::io::Write;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use uuid::Uuid;

use crate::Result;

/// The statements of the store's orders list.
const LIST: &str = "SELECT o.id, o.number, o.reference, o.state, o.payment_state, o.customer_id, u.first_name, u.last_name, u.email, \
    o.country, o.currency, o.item_count, o.subtotal, o.discount, o.tax, o.shipping, o.total, o.paid, o.refunded, o.source, o.version, \
    o.created_at, o.updated_at FROM orders o JOIN users u ON u.id = o.customer_id WHERE o.tenant_id = $1 \
    ORDER BY o.created_at DESC, o.id DESC LIMIT $2";
const COUNT: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM orders o WHERE o.tenant_id = $1 LIMIT $2)";

#[derive(sqlx::FromRow)]
struct Order {
    id: Uuid,
    number: i64,
    reference: Option<String>,
    state: String,
    payment_state: String,
    customer_id: Uuid,
    first_name: String,
    last_name: String,
    email: String,
    country: String,
    currency: String,
    item_count: i64,
    subtotal: i64,
    discount: i64,
    tax: i64,
    shipping: i64,
    total: i64,
    paid: i64,
    refunded: i64,
    source: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

#[derive(Serialize)]
struct Money<'a> {
    amount: i64,
    currency: &'a str,
}

#[derive(Serialize)]
struct Customer<'a> {
    id: Uuid,
    name: String,
    email: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    id: Uuid,
    number: i64,
    reference: Option<&'a str>,
    state: &'a str,
    payment_state: &'a str,
    customer: Customer<'a>,
    country: &'a str,
    currency: &'a str,
    item_count: i64,
    subtotal: Money<'a>,
    discount: Money<'a>,
    tax: Money<'a>,
    shipping: Money<'a>,
    total: Money<'a>,
    paid: Money<'a>,
    refunded: Money<'a>,
    source: &'a str,
    created_at: String,
    updated_at: String,
    version: i64,
}

impl Order {
    fn view(&self) -> View<'_> {
        let money = |amount| Money { amount, currency: &self.currency };
        View {
            id: self.id,
            number: self.number,
            reference: self.reference.as_deref(),
            state: &self.state,
            payment_state: &self.payment_state,
            customer: Customer { id: self.customer_id, name: format!("{} {}", self.first_name, self.last_name), email: &self.email },
            country: &self.country,
            currency: &self.currency,
            item_count: self.item_count,
            subtotal: money(self.subtotal),
            discount: money(self.discount),
            tax: money(self.tax),
            shipping: money(self.shipping),
            total: money(self.total),
            paid: money(self.paid),
            refunded: money(self.refunded),
            source: &self.source,
            created_at: instant(self.created_at),
            updated_at: instant(self.updated_at),
            version: self.version,
        }
    }
}

fn instant(micros: i64) -> String {
    DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or_default().to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[derive(Clone)]
struct Bare {
    pool: SqlitePool,
    tenant: Uuid,
}

/// Serve it until stopped.
pub(crate) async fn serve(file: &str) -> Result<()> {
    let broken = |error: sqlx::Error| format!("{file}: {error}");
    // The store's own settings, so that the difference is what Purser adds.
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .pragma("cache_size", "-16384")
        .pragma("mmap_size", "268435456")
        .pragma("temp_store", "MEMORY")
        .row_buffer_size(256);
    let pool = SqlitePoolOptions::new().max_connections(4).min_connections(4).connect_with(options).await.map_err(broken)?;
    let tenant = sqlx::query_scalar("SELECT id FROM tenants ORDER BY id LIMIT 1").fetch_one(&pool).await.map_err(broken)?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| format!("no port: {error}"))?;
    let address = listener.local_addr().map_err(|error| format!("no port: {error}"))?;
    let router = Router::new().route("/orders", get(page)).route("/counted", get(counted)).with_state(Bare { pool, tenant });
    println!("bare listening on http://{address}");
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    axum::serve(listener, router).await.map_err(|error| error.to_string())
}

/// The page alone: what Purser asks of the database while nothing has changed, since it remembers totals.
async fn page(State(bare): State<Bare>) -> Result<impl IntoResponse, Refusal> {
    let mut reader = bare.pool.acquire().await.map_err(fault)?;
    let rows = rows(&bare, &mut reader).await?;
    drop(reader);
    answer(&rows, None)
}

/// The page and its total, counted anew.
async fn counted(State(bare): State<Bare>) -> Result<impl IntoResponse, Refusal> {
    let mut reader = bare.pool.acquire().await.map_err(fault)?;
    let rows = rows(&bare, &mut reader).await?;
    let total: i64 = sqlx::query_scalar(COUNT).bind(bare.tenant).bind(10_001).fetch_one(&mut *reader).await.map_err(fault)?;
    drop(reader);
    answer(&rows, Some(total))
}

#[derive(Serialize)]
struct Answer<'a> {
    data: Vec<View<'a>>,
    total: Option<i64>,
}

fn answer(rows: &[Order], total: Option<i64>) -> Result<impl IntoResponse + use<>, Refusal> {
    let body = serde_json::to_vec(&Answer { data: rows.iter().take(50).map(Order::view).collect(), total });
    let body = body.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/json")], body))
}

async fn rows(bare: &Bare, reader: &mut SqliteConnection) -> Result<Vec<Order>, Refusal> {
    sqlx::query_as(LIST).bind(bare.tenant).bind(51).fetch_all(reader).await.map_err(fault)
}

type Refusal = (StatusCode, String);

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn fault(error: sqlx::Error) -> Refusal {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}
