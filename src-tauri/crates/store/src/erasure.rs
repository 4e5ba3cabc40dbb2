//! Taking a person out of every table for good. Rows that belong to the books stay, without anything that says who it was.

use purser_core::Timestamp;
use purser_core::ids::{FileId, OrderId, UserId};
use purser_core::orders::Address;
use purser_core::people::email_key;
use uuid::Uuid;

use crate::private::{Column, Place};
use crate::{Query, Result, Tx, lockouts, sql};

/// What belongs to the person alone, children first: `$1` is the tenant, `$2` the person.
const GONE: [&str; 50] = [
    "DELETE FROM cart_lines WHERE tenant_id = $1 AND cart_id IN (SELECT id FROM carts WHERE tenant_id = $1 AND customer_id = $2)",
    "DELETE FROM carts WHERE tenant_id = $1 AND customer_id = $2",
    "DELETE FROM gateway_customers WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM user_terms WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM impersonations WHERE tenant_id = $1 AND (user_id = $2 OR by_id = $2)",
    "DELETE FROM refresh_tokens WHERE tenant_id = $1 AND session_id IN (SELECT id FROM sessions WHERE tenant_id = $1 AND user_id = $2)",
    "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM sign_ins WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM identities WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM provider_sign_ins WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM challenges WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM sent_codes WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM known_devices WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM backup_codes WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM factors WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM key_uses WHERE tenant_id = $1 AND key_id IN (SELECT id FROM api_keys WHERE tenant_id = $1 AND user_id = $2)",
    "DELETE FROM api_keys WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM mails WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM newsletter_suppressions WHERE tenant_id = $1 AND (email_key = (SELECT email_key FROM users WHERE tenant_id = $1 AND id = $2) \
     OR email IN (SELECT address FROM newsletter_deliveries WHERE tenant_id = $1 AND user_id = $2))",
    // What was counted of a newsletter stays counted; the address goes.
    "UPDATE newsletter_deliveries SET address = '', error = NULL WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM newsletter_consents WHERE tenant_id = $1 AND user_id = $2",
    "UPDATE newsletter_consents SET by_name = '' WHERE tenant_id = $1 AND by_id = $2",
    "UPDATE newsletters SET created_by_name = '' WHERE tenant_id = $1 AND created_by = $2",
    "UPDATE newsletters SET sent_by_name = '' WHERE tenant_id = $1 AND sent_by = $2",
    "DELETE FROM one_time_links WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM registrations WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM password_history WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM password_standings WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM rights WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM refusals WHERE tenant_id = $1 AND user_id = $2",
    "DELETE FROM permission_uses WHERE tenant_id = $1 AND user_id = $2",
    "UPDATE rights SET created_by_name = '' WHERE tenant_id = $1 AND created_by = $2",
    "UPDATE rights SET ended_by_name = '' WHERE tenant_id = $1 AND ended_by = $2",
    // Before it was kept who had done it, the name alone was.
    "UPDATE rights SET ended_by_name = '' WHERE tenant_id = $1 AND ended_by IS NULL AND \
     ended_by_name = (SELECT first_name || ' ' || last_name FROM users WHERE tenant_id = $1 AND id = $2)",
    "UPDATE break_glass SET sealed_by_name = '' WHERE tenant_id = $1 AND (sealed_by = $2 OR (sealed_by IS NULL AND \
     sealed_by_name = (SELECT first_name || ' ' || last_name FROM users WHERE tenant_id = $1 AND id = $2)))",
    "UPDATE approvals SET requested_by_name = '', reason = '' WHERE tenant_id = $1 AND requested_by = $2",
    "UPDATE approvals SET decided_by_name = '', decision_reason = NULL WHERE tenant_id = $1 AND decided_by = $2",
    "UPDATE approvals SET reason = '', decision_reason = NULL WHERE tenant_id = $1 AND subject_type = 'order' AND \
     subject_id IN (SELECT id FROM orders WHERE tenant_id = $1 AND customer_id = $2)",
    "UPDATE policy_versions SET changed_by_name = '' WHERE tenant_id = $1 AND changed_by = $2",
    "UPDATE refunds SET created_by_name = '' WHERE tenant_id = $1 AND created_by = $2",
    "UPDATE credit_moves SET created_by_name = '' WHERE tenant_id = $1 AND created_by = $2",
    "UPDATE credit_moves SET reason = '' WHERE tenant_id = $1 AND customer_id = $2",
    "UPDATE approvals SET reason = '', decision_reason = NULL, subject_label = '' WHERE tenant_id = $1 AND subject_type = 'user' AND subject_id = $2",
    "UPDATE ledger_periods SET closed_by_name = '' WHERE tenant_id = $1 AND closed_by = $2",
    "UPDATE ledger_periods SET reopened_by_name = '', reopen_reason = '' WHERE tenant_id = $1 AND reopened_by = $2",
    "UPDATE reconciliation_runs SET requested_by_name = '' WHERE tenant_id = $1 AND requested_by = $2",
    "UPDATE reconciliation_exceptions SET resolved_by_name = '' WHERE tenant_id = $1 AND resolved_by = $2",
    "UPDATE returns SET reason = '', decision = NULL WHERE tenant_id = $1 AND order_id IN (SELECT id FROM orders WHERE tenant_id = $1 AND customer_id = $2)",
    "UPDATE fulfilments SET tracking_number = NULL, tracking_url = NULL WHERE tenant_id = $1 AND \
     order_id IN (SELECT id FROM orders WHERE tenant_id = $1 AND customer_id = $2)",
    "UPDATE orders SET held_reason = CASE WHEN held_at IS NULL THEN NULL ELSE '' END, tags = '' WHERE tenant_id = $1 AND customer_id = $2",
];

/// Views nobody else sees.
const VIEWS: &str = "DELETE FROM saved_views WHERE tenant_id = $1 AND owner_id = $2 AND shared = $3";

const EMPTY: &str = "UPDATE users SET email = $3, email_key = $4, first_name = 'Erased', last_name = 'person', name_key = 'erased person', \
     password_hash = NULL, phone = NULL, phone_index = NULL, country = NULL, language = NULL, notes = NULL, wanted_mails = NULL, email_verified = $5, \
     last_login_at = NULL, locked_at = NULL, lock_reason = NULL, erased_at = $6, updated_at = $6, version = version + 1 \
     WHERE tenant_id = $1 AND id = $2";

/// What the address of somebody who was erased ends in. Nothing ever goes there.
const ERASED: &str = "@erased.invalid";

/// Whether an address is what is left of somebody who was erased.
pub fn is_erased_address(email: &str) -> bool {
    email.ends_with(ERASED)
}

/// Who is taken out.
#[derive(Clone, Debug)]
pub struct Erased {
    /// The person.
    pub id: UserId,
    /// Their address, as it is compared.
    pub email_key: String,
    /// When.
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct File {
    #[sqlx(try_from = "Uuid")]
    id: FileId,
}

/// Empty the person's row and take away what is theirs alone; the files about them, whose bytes have to go as well.
pub async fn empty(tx: &mut Tx, who: &Erased) -> Result<Vec<FileId>> {
    let tenant = tx.tenant();
    for text in GONE {
        tx.run(sql(text).bind(tenant).bind(who.id)).await?;
    }
    tx.run(sql(VIEWS).bind(tenant).bind(who.id).bind(false)).await?;
    // Attempts before anybody was found by the address, and locks, know the address only.
    tx.run(sql("DELETE FROM sign_ins WHERE tenant_id = $1 AND email = $2").bind(tenant).bind(&who.email_key)).await?;
    // Accounts other businesses have by the address have locks of their own, which stay.
    let key = who.email_key.as_str();
    let names = [lockouts::typed_name(key), lockouts::own_name(Some(tenant), key), lockouts::own_name(None, key)];
    let locks = names.into_iter().fold(sql("DELETE FROM lockouts WHERE account IN ($1, $2, $3)"), Query::bind);
    tx.run(locks).await?;
    let files: Vec<File> = tx
        .all(sql("DELETE FROM files WHERE tenant_id = $1 AND subject_type = 'user' AND subject_id = $2 RETURNING id").bind(tenant).bind(who.id))
        .await?;
    let email = format!("{}{ERASED}", who.id);
    let key = email_key(&email);
    tx.run(sql(EMPTY).bind(tenant).bind(who.id).bind(email).bind(key).bind(false).bind(who.at)).await?;
    Ok(files.into_iter().map(|file| file.id).collect())
}

#[derive(sqlx::FromRow)]
struct Order {
    #[sqlx(try_from = "Uuid")]
    id: OrderId,
    country: String,
}

/// Orders emptied at once; writers get their turns in between.
const AT_ONCE: i64 = 200;

/// Take the address and the notes out of the person's orders behind `after`; the last one, if there are more. The country stays: the books
/// and the tax are by country.
pub async fn empty_orders(tx: &mut Tx, who: UserId, after: Uuid) -> Result<Option<Uuid>> {
    const SOME: &str = "SELECT id, country FROM orders WHERE tenant_id = $1 AND customer_id = $2 AND id > $3 ORDER BY id LIMIT $4";
    const EMPTY: &str = "UPDATE orders SET address = $3, notes = NULL WHERE tenant_id = $1 AND id = $2";
    let tenant = tx.tenant();
    let orders: Vec<Order> = tx.all(sql(SOME).bind(tenant).bind(who).bind(after).bind(AT_ONCE)).await?;
    for order in &orders {
        let address = Address { country: order.country.clone(), ..Address::default() };
        let text = serde_json::to_string(&address).map_err(|error| purser_core::Error::Internal(Box::new(error)))?;
        let sealed = tx.hide(Place::order(tenant, order.id, Column::OrderAddress), Some(&text))?;
        tx.run(sql(EMPTY).bind(tenant).bind(order.id).bind(sealed)).await?;
    }
    let full = i64::try_from(orders.len()).unwrap_or(i64::MAX) == AT_ONCE;
    Ok(orders.last().map(|order| order.id.uuid()).filter(|_| full))
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Orders of the person that are not over yet.
pub async fn open_orders(tx: &mut Tx, who: UserId) -> Result<i64> {
    const OPEN: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM orders WHERE tenant_id = $1 AND customer_id = $2 \
         AND state NOT IN ('delivered', 'cancelled') LIMIT 1000) o";
    let count: Count = tx.one(sql(OPEN).bind(tx.tenant()).bind(who)).await?;
    Ok(count.n)
}

/// Whether the person ever ordered anything.
pub async fn any_order(tx: &mut Tx, who: UserId) -> Result<bool> {
    const ANY: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM orders WHERE tenant_id = $1 AND customer_id = $2 LIMIT 1) o";
    let count: Count = tx.one(sql(ANY).bind(tx.tenant()).bind(who)).await?;
    Ok(count.n > 0)
}

#[derive(sqlx::FromRow)]
struct Due {
    #[sqlx(try_from = "Uuid")]
    id: UserId,
}

/// People deleted before `before` and not erased yet, at most `most`.
pub async fn due(tx: &mut Tx, before: Timestamp, most: i64) -> Result<Vec<UserId>> {
    let mut query = Query::start("SELECT id FROM users WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND status = 'deleted' AND erased_at IS NULL AND deleted_at < ").arg(before);
    query.push(" ORDER BY deleted_at LIMIT ").arg(most);
    let rows: Vec<Due> = tx.all(query).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
