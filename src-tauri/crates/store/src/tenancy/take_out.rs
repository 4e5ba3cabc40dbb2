//! Everything a tenant has, row by row, as JSON that says the same on both engines. Secrets stay: hashes of passwords and tokens, sealed
//! keys, private parts of factors. A test reads the schema and names every table that is missing here.

use chrono::{DateTime, Utc};
use purser_core::Timestamp;
use purser_core::ids::{CartId, OrderId, TenantId, UserId};
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, FromRow, Row, TypeInfo, ValueRef};
use uuid::Uuid;

use crate::private::{self, Column, Place};
use crate::seal::Seal;
use crate::{Query, sql};

/// A table that is taken out.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    statement: &'static str,
}

macro_rules! tables {
    ($($table:literal),+ $(,)?) => {
        &[
            Table { name: "tenants", statement: "SELECT * FROM tenants WHERE id = $1" },
            $(Table { name: $table, statement: concat!("SELECT * FROM ", $table, " WHERE tenant_id = $1") }),+
        ]
    };
}

/// What is taken out.
pub const TABLES: &[Table] = tables![
    "users",
    "roles",
    "rights",
    "policies",
    "policy_versions",
    "refusals",
    "permission_uses",
    "impersonations",
    "break_glass",
    "sessions",
    "sign_ins",
    "factors",
    "providers",
    "identities",
    "api_keys",
    "key_uses",
    "password_standings",
    "registrations",
    "saved_views",
    "categories",
    "products",
    "stock_movements",
    "orders",
    "order_lines",
    "order_events",
    "fulfilments",
    "fulfilment_lines",
    "returns",
    "return_lines",
    "carts",
    "cart_lines",
    "coupons",
    "coupon_uses",
    "payments",
    "receivables",
    "credits",
    "credit_moves",
    "refunds",
    "refund_lines",
    "approval_rules",
    "approvals",
    "disputes",
    "dispute_uploads",
    "sandbox_charges",
    "sandbox_refunds",
    "sandbox_disputes",
    "sandbox_files",
    "sandbox_settings",
    "sandbox_faults",
    "sandbox_calls",
    "sandbox_messages",
    "sandbox_differences",
    "ledger_accounts",
    "ledger_postings",
    "ledger_entries",
    "ledger_proofs",
    "ledger_periods",
    "reconciliation_runs",
    "reconciliation_exceptions",
    "files",
    "product_pictures",
    "imports",
    "import_errors",
    "mails",
    "newsletters",
    "newsletter_deliveries",
    "newsletter_consents",
    "newsletter_suppressions",
    "webhook_endpoints",
    "webhook_deliveries",
    "webhook_attempts",
    "payment_connections",
    "gateway_payments",
    "gateway_refunds",
    "gateway_customers",
    "gateway_events",
    "jobs",
    "job_queues",
    "sagas",
    "saga_steps",
    "events",
    "bus_consumers",
    "bus_stuck",
    "counters",
    "audit_log",
];

/// What is not taken out: made of nothing but secrets, or worked out from the rest.
pub const LEFT_OUT: &[&str] = &[
    "refresh_tokens",
    "challenges",
    "backup_codes",
    "password_history",
    "one_time_links",
    "sent_codes",
    "known_devices",
    "provider_sign_ins",
    "assertions",
    "idempotency_keys",
    "job_schedules",
    "product_tags",
    "product_texts",
    "job_terms",
    "user_terms",
    "balances",
    "audit_heads",
    "bus_inbox",
    "order_snapshots",
    "bus_relays",
];

/// Columns that are taken out of no table: they are secrets, sealed or not.
pub const SECRETS: &[&str] = &["password_hash", "secret", "credential", "sealed", "token_hash", "request_hash", "private_key", "phone_index"];

/// Columns of SQLite that hold instants and do not end in `_at`.
const INSTANTS: &[&str] = &["at", "until", "since", "locked_until", "lease_until"];
/// Columns of SQLite that hold bytes which may be as many as an id has.
const BYTES: &[&str] = &["hash", "prev_hash", "salt_actor", "salt_subject", "erased_actor", "erased_subject"];
/// Columns of SQLite that are true or false.
const BOOLEANS: &[&str] = &[
    "active",
    "agreed",
    "balanced",
    "denied",
    "email_verified",
    "enabled",
    "gathered",
    "has_signing",
    "known_device",
    "late",
    "leads",
    "live",
    "made_account",
    "must_change",
    "of_edit",
    "recording",
    "remembered",
    "reorder",
    "shadow",
    "shared",
    "stackable",
    "staff",
    "with_tax",
    "writes",
    "home",
    "new_device",
    "owed",
    "paused",
    "undoing",
    "webhooks",
];
/// Columns of SQLite that hold JSON.
const JSON: &[&str] = &[
    "address",
    "balances",
    "cases",
    "currencies",
    "evidence",
    "facts",
    "findings",
    "granted",
    "header",
    "inherits",
    "mapping",
    "options",
    "output",
    "payload",
    "result",
    "roles",
    "sample",
    "settings",
    "withheld",
];

/// Columns that are stored sealed and taken out readable.
const PRIVATE: &[(&str, &str, Column)] = &[
    ("users", "phone", Column::UserPhone),
    ("users", "notes", Column::UserNotes),
    ("orders", "address", Column::OrderAddress),
    ("orders", "notes", Column::OrderNotes),
    ("carts", "address", Column::CartAddress),
    ("carts", "notes", Column::CartNotes),
];

/// Make what is stored sealed in a row of `table` readable.
pub fn reveal(seal: Option<&Seal>, (table, tenant): (&str, TenantId), cells: &mut Cells) -> crate::Result<()> {
    // A secret among the settings, though sealed.
    if table == "tenants"
        && let Some(Value::Object(settings)) = cells.0.get_mut("settings")
        && let Some(Value::Object(captcha)) = settings.get_mut("captcha")
    {
        captcha.remove("secret");
    }
    for (_, name, column) in PRIVATE.iter().filter(|(of, ..)| *of == table) {
        let id = cells.0.get("id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
        let stored = cells.0.get(*name).and_then(Value::as_str).filter(|text| Seal::is_sealed(text)).map(str::to_owned);
        let (Some(id), Some(stored), Some(seal)) = (id, stored, seal) else { continue };
        let place = match column {
            Column::UserPhone | Column::UserNotes => Place::user(tenant, UserId(id), *column),
            Column::OrderAddress | Column::OrderNotes => Place::order(tenant, OrderId(id), *column),
            Column::CartAddress | Column::CartNotes => Place::cart(tenant, CartId(id), *column),
        };
        let plain = private::show(seal, place, stored)?;
        cells.0.insert((*name).to_owned(), if JSON.contains(name) { json(plain) } else { plain.into() });
    }
    Ok(())
}

/// The rows of a table that belong to `tenant`, to be read as [`Cells`].
pub fn rows(table: &Table, tenant: TenantId) -> Query {
    sql(table.statement).bind(tenant)
}

/// One row as JSON, without its secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells(pub Map<String, Value>);

/// A secret by the name of its column. The hashes of the audit chain are what proves it, and no secret.
fn is_secret(names: &[&str], name: &str) -> bool {
    SECRETS.contains(&name) || (name == "hash" && !names.contains(&"prev_hash"))
}

fn hex(bytes: &[u8]) -> Value {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| text + &format!("{byte:02x}")).into()
}

fn json(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

impl<'r> FromRow<'r, SqliteRow> for Cells {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        let names: Vec<&str> = row.columns().iter().map(sqlx::Column::name).collect();
        let mut cells = Map::new();
        for (place, name) in names.iter().enumerate().filter(|(_, name)| !is_secret(&names, name)) {
            let (null, kind) = {
                let raw = row.try_get_raw(place)?;
                (raw.is_null(), raw.type_info().name().to_owned())
            };
            let value = match kind.as_str() {
                _ if null => Value::Null,
                "BLOB" => {
                    let bytes: Vec<u8> = row.try_get(place)?;
                    match Uuid::from_slice(&bytes) {
                        Ok(id) if !BYTES.contains(name) => id.to_string().into(),
                        _ => hex(&bytes),
                    }
                }
                "INTEGER" if name.ends_with("_at") || INSTANTS.contains(name) => Timestamp::from_micros(row.try_get(place)?).to_string().into(),
                "INTEGER" if BOOLEANS.contains(name) => (row.try_get::<i64, _>(place)? != 0).into(),
                "INTEGER" => row.try_get::<i64, _>(place)?.into(),
                _ if JSON.contains(name) => json(row.try_get(place)?),
                _ => row.try_get::<String, _>(place)?.into(),
            };
            cells.insert((*name).to_owned(), value);
        }
        Ok(Self(cells))
    }
}

impl<'r> FromRow<'r, PgRow> for Cells {
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        let names: Vec<&str> = row.columns().iter().map(sqlx::Column::name).collect();
        let mut cells = Map::new();
        for (place, name) in names.iter().enumerate().filter(|(_, name)| !is_secret(&names, name)) {
            let value = match row.columns().get(place).map(|column| column.type_info().name()) {
                _ if row.try_get_raw(place)?.is_null() => Value::Null,
                Some("UUID") => row.try_get::<Uuid, _>(place)?.to_string().into(),
                Some("TIMESTAMPTZ") => Timestamp::from(row.try_get::<DateTime<Utc>, _>(place)?).to_string().into(),
                Some("INT8") => row.try_get::<i64, _>(place)?.into(),
                Some("BOOL") => row.try_get::<bool, _>(place)?.into(),
                Some("BYTEA") => hex(&row.try_get::<Vec<u8>, _>(place)?),
                Some("JSONB") => row.try_get::<Value, _>(place)?,
                _ if JSON.contains(name) => json(row.try_get(place)?),
                _ => row.try_get::<String, _>(place)?.into(),
            };
            cells.insert((*name).to_owned(), value);
        }
        Ok(Self(cells))
    }
}
