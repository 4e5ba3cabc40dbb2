//! The `sign_ins` table: every attempt to sign in, good and bad.

use purser_core::Timestamp;
use purser_core::ids::{SessionId, TenantId, UserId};
use uuid::Uuid;

use crate::{Result, Tx, sql};

/// An attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Id.
    pub id: Uuid,
    /// Tenant.
    pub tenant: TenantId,
    /// Whose account, if there is one.
    pub user: Option<UserId>,
    /// The address as typed.
    pub email: Option<String>,
    /// `signed_in` or `refused`.
    pub outcome: &'static str,
    /// Why it was refused.
    pub reason: Option<&'static str>,
    /// What was shown: `password`, `totp`, …
    pub method: &'static str,
    /// From where.
    pub ip: Option<String>,
    /// With which client program.
    pub user_agent: Option<String>,
    /// The session it led to.
    pub session: Option<SessionId>,
    /// Whether the person was never seen with this client program before.
    pub new_device: bool,
    /// When.
    pub at: Timestamp,
}

const INSERT: &str = "INSERT INTO sign_ins (id, tenant_id, user_id, email, outcome, reason, method, ip, user_agent, session_id, new_device, at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const KNOWN: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM sign_ins WHERE tenant_id = $1 AND user_id = $2 AND outcome = 'signed_in' \
     AND user_agent = $3 AND at > $4 LIMIT 1) AS found";
const SEEN: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM sign_ins WHERE tenant_id = $1 AND user_id = $2 AND outcome = 'signed_in' \
     AND at > $3 LIMIT 1) AS found";
const SAFE: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM sign_ins s JOIN users u ON u.id = s.user_id WHERE u.email_key = $1 \
     AND s.outcome = 'signed_in' AND s.ip = $2 AND s.at > $3 LIMIT 1) AS found";

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Write an attempt down.
pub async fn insert(tx: &mut Tx, attempt: Attempt) -> Result<()> {
    let query = sql(INSERT)
        .bind(attempt.id)
        .bind(attempt.tenant)
        .bind(attempt.user)
        .bind(attempt.email)
        .bind(attempt.outcome)
        .bind(attempt.reason)
        .bind(attempt.method)
        .bind(attempt.ip)
        .bind(attempt.user_agent)
        .bind(attempt.session)
        .bind(attempt.new_device)
        .bind(attempt.at);
    tx.run(query).await.map(drop)
}

/// Whether somebody who has signed in since `since` never did so with this client program.
pub async fn is_new_device(tx: &mut Tx, user: UserId, agent: &str, since: Timestamp) -> Result<bool> {
    let known: Count = tx.one(sql(KNOWN).bind(tx.tenant()).bind(user).bind(agent.to_owned()).bind(since)).await?;
    if known.n > 0 {
        return Ok(false);
    }
    let seen: Count = tx.one(sql(SEEN).bind(tx.tenant()).bind(user).bind(since)).await?;
    Ok(seen.n > 0)
}

/// Whether the account with this address was signed in to from `ip` since `since`. Needs [`crate::Scope::System`].
pub async fn is_usual_address(tx: &mut Tx, email_key: &str, ip: &str, since: Timestamp) -> Result<bool> {
    let count: Count = tx.one(sql(SAFE).bind(email_key.to_owned()).bind(ip.to_owned()).bind(since)).await?;
    Ok(count.n > 0)
}
