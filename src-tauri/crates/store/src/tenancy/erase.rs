//! Deleting everything a tenant has, table by table, a bounded number of rows at a time. A test reads the schema and names every table that
//! is missing here.

use purser_core::ids::TenantId;

use crate::{Result, Tx, sql};

/// Rows deleted at once; writers get their turns in between.
const AT_ONCE: i64 = 2_000;

struct Step {
    table: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! steps {
    ($($table:literal by $key:literal),+ $(,)?) => {
        &[$(Step {
            table: $table,
            sqlite: concat!(
                "DELETE FROM ", $table, " WHERE tenant_id = $1 AND (", $key, ") IN (SELECT ", $key, " FROM ", $table, " WHERE tenant_id = $1 LIMIT $2)"
            ),
            postgres: concat!(
                "DELETE FROM ", $table, " WHERE tenant_id = $1 AND ctid = ANY(ARRAY(SELECT ctid FROM ", $table, " WHERE tenant_id = $1 LIMIT $2))"
            ),
        }),+]
    };
}

/// What refers to something comes before it.
const STEPS: &[Step] = steps![
    "webhook_attempts" by "id",
    "webhook_deliveries" by "id",
    "webhook_endpoints" by "id",
    "bus_stuck" by "id",
    "bus_inbox" by "consumer, seq",
    "bus_consumers" by "name",
    "bus_relays" by "bus",
    "gateway_events" by "id",
    "gateway_refunds" by "refund_id",
    "gateway_payments" by "payment_id",
    "gateway_customers" by "connection_id, user_id",
    "payment_connections" by "id",
    "identities" by "id",
    "provider_sign_ins" by "id",
    "assertions" by "provider_id, hash",
    "providers" by "id",
    "permission_uses" by "user_id, permission",
    "refusals" by "id",
    "impersonations" by "id",
    "break_glass" by "id",
    "refresh_tokens" by "id",
    "policy_versions" by "policy_id, version",
    "policies" by "id",
    "rights" by "id",
    "roles" by "key",
    "mails" by "id",
    "newsletter_deliveries" by "id",
    "newsletter_suppressions" by "id",
    "newsletter_consents" by "user_id",
    "newsletters" by "id",
    "one_time_links" by "id",
    "sent_codes" by "id",
    "known_devices" by "user_id, hash",
    "registrations" by "user_id",
    "password_history" by "id",
    "password_standings" by "user_id",
    "challenges" by "id",
    "backup_codes" by "id",
    "factors" by "id",
    "key_uses" by "key_id, ip",
    "api_keys" by "id",
    "sign_ins" by "id",
    "sessions" by "id",
    "saved_views" by "id",
    "user_terms" by "term, user_id",
    "idempotency_keys" by "caller, key",
    "counters" by "name",
    "import_errors" by "import_id, seq",
    "imports" by "id",
    "product_pictures" by "product_id, file_id",
    "files" by "id",
    "saga_steps" by "saga_id, seq",
    "sagas" by "id",
    "job_terms" by "term, job_id",
    "jobs" by "id",
    "job_queues" by "queue",
    "job_schedules" by "name",
    "ledger_entries" by "at, id",
    "ledger_postings" by "id",
    "balances" by "account_id",
    "ledger_accounts" by "id",
    "reconciliation_exceptions" by "id",
    "reconciliation_runs" by "id",
    "ledger_proofs" by "id",
    "ledger_periods" by "id",
    "approvals" by "id",
    "approval_rules" by "id",
    "dispute_uploads" by "dispute_id, file_id",
    "disputes" by "id",
    "refund_lines" by "order_id, refund_id, line_id",
    "refunds" by "id",
    "receivables" by "id",
    "credit_moves" by "id",
    "credits" by "id",
    "payments" by "id",
    "coupon_uses" by "coupon_id, order_id",
    "coupons" by "id",
    "cart_lines" by "cart_id, id",
    "carts" by "id",
    "return_lines" by "return_id, line_id",
    "returns" by "id",
    "fulfilment_lines" by "fulfilment_id, line_id",
    "fulfilments" by "id",
    "order_lines" by "order_id, id",
    "order_events" by "order_id, version",
    "order_snapshots" by "order_id",
    "orders" by "id",
    "sandbox_messages" by "id",
    "sandbox_calls" by "id",
    "sandbox_faults" by "id",
    "sandbox_settings" by "tenant_id",
    "sandbox_differences" by "key",
    "sandbox_files" by "key",
    "sandbox_disputes" by "key",
    "sandbox_refunds" by "key",
    "sandbox_charges" by "key",
    "stock_movements" by "id",
    "product_texts" by "product_id",
    "product_tags" by "tag, product_id",
    "products" by "id",
    "categories" by "id",
    "audit_log" by "id",
    "audit_heads" by "tenant_id",
    "events" by "seq",
    "users" by "id",
];

/// How far the deletion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erased {
    /// Rows deleted this time.
    pub rows: u64,
    /// Tables that are empty of the tenant, of how many.
    pub done: (usize, usize),
}

/// Delete up to some thousand rows of `tenant`, which has to be purging; nothing is left when `done` says all tables. Needs the scope of
/// that tenant.
pub async fn erase(tx: &mut Tx, tenant: TenantId, from: usize) -> Result<Erased> {
    for (place, step) in STEPS.iter().enumerate().skip(from) {
        let rows = tx.run(sql(tx.pick(step.sqlite, step.postgres)).bind(tenant).bind(AT_ONCE)).await?;
        if rows > 0 {
            return Ok(Erased { rows, done: (place, STEPS.len()) });
        }
    }
    Ok(Erased { rows: 0, done: (STEPS.len(), STEPS.len()) })
}

/// Delete the tenant itself, once it has nothing left. Needs the scope of that tenant.
pub async fn erase_tenant(tx: &mut Tx, tenant: TenantId) -> Result<bool> {
    Ok(tx.run(sql("DELETE FROM tenants WHERE id = $1 AND state = 'purging'").bind(tenant)).await? == 1)
}

/// Names of every table a deletion empties, in its order.
pub fn tables() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.table).collect()
}
