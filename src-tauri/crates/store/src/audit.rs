//! The `audit_log` table: append, list, walk. Rows are never changed; the engines refuse it.

use std::collections::BTreeMap;

use purser_core::Timestamp;
use purser_core::audit::{Entry, GENESIS, Link};
use purser_core::ids::{AuditId, RequestId, TenantId, UserId};
use uuid::Uuid;

use crate::rows::Instant;
use crate::tx::Conn;
use crate::{Query, Result, Tx, Value, sql};

#[derive(sqlx::FromRow)]
struct Head {
    seq: i64,
    hash: Vec<u8>,
}

/// A line of the log as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AuditRow {
    /// Id of the line.
    #[sqlx(try_from = "Uuid")]
    pub id: AuditId,
    /// The tenant whose chain it is in.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Place in the chain, from 1.
    pub seq: i64,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
    /// `user`, `system` or `command`.
    pub actor_kind: String,
    /// The person, if it was one.
    pub actor_id: Option<Uuid>,
    /// Name of the party at that time.
    pub actor_name: String,
    /// `area.verb`.
    pub action: String,
    /// Kind of thing acted on.
    pub subject_type: String,
    /// The thing acted on.
    pub subject_id: Option<Uuid>,
    /// What a person calls it.
    pub subject_label: String,
    /// State before, JSON text.
    pub before: Option<String>,
    /// State after, JSON text.
    pub after: Option<String>,
    /// Reason given.
    pub reason: Option<String>,
    /// Address of the caller.
    pub ip: Option<String>,
    /// Client program of the caller.
    pub user_agent: Option<String>,
    /// The request it happened in.
    pub request_id: Option<Uuid>,
    /// Hash of the line before.
    pub prev_hash: Vec<u8>,
    /// Hash of this line.
    pub hash: Vec<u8>,
}

/// The columns of [`AuditRow`], for every statement that reads lines.
pub(crate) const COLUMNS: &str = "a.id, a.tenant_id, a.seq, a.at, a.actor_kind, a.actor_id, a.actor_name, a.action, a.subject_type, a.subject_id, \
     a.subject_label, a.before, a.after, a.reason, a.ip, a.user_agent, a.request_id, a.prev_hash, a.hash";

impl AuditRow {
    /// The fields that are hashed.
    pub fn link(&self) -> Link<'_> {
        Link {
            seq: self.seq,
            ids: [Some(self.id.uuid()), Some(self.tenant_id.uuid()), self.actor_id, self.subject_id, self.request_id],
            at: self.at,
            texts: [
                Some(&self.actor_kind),
                Some(&self.actor_name),
                Some(&self.action),
                Some(&self.subject_type),
                Some(&self.subject_label),
                self.before.as_deref(),
                self.after.as_deref(),
                self.reason.as_deref(),
                self.ip.as_deref(),
                self.user_agent.as_deref(),
            ],
        }
    }
}

/// Append `entries` to the chains of their tenants.
pub(crate) async fn append(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    let mut by_tenant: BTreeMap<TenantId, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_tenant.entry(entry.tenant).or_default().push(entry);
    }
    for (tenant, entries) in by_tenant {
        let (mut seq, mut previous) = head(tx, tenant).await?;
        for chunk in entries.chunks(500) {
            let mut insert = Query::start(INSERT);
            let mut rows = Vec::with_capacity(chunk.len());
            for entry in chunk {
                seq += 1;
                let hash = entry.link(seq).hash(&previous).to_vec();
                rows.push(values(entry, seq, std::mem::replace(&mut previous, hash.clone()), hash));
            }
            insert.rows(rows);
            tx.run(insert).await?;
        }
        remember(tx, tenant, seq, previous);
    }
    Ok(())
}

const INSERT: &str = "INSERT INTO audit_log (id, tenant_id, seq, at, actor_kind, actor_id, actor_name, action, subject_type, subject_id, \
     subject_label, before, after, reason, ip, user_agent, request_id, prev_hash, hash) VALUES";

fn values(entry: &Entry, seq: i64, previous: Vec<u8>, hash: Vec<u8>) -> [Value; 19] {
    [
        entry.id.into(),
        entry.tenant.into(),
        seq.into(),
        entry.at.into(),
        entry.actor_kind.into(),
        Value::Uuid(entry.actor_id.map(UserId::uuid)),
        (&entry.actor_name).into(),
        entry.action.into(),
        entry.subject_type.into(),
        entry.subject_id.into(),
        (&entry.subject_label).into(),
        entry.before.clone().into(),
        entry.after.clone().into(),
        entry.reason.clone().into(),
        entry.ip.clone().into(),
        entry.user_agent.clone().into(),
        Value::Uuid(entry.request_id.map(RequestId::uuid)),
        previous.into(),
        hash.into(),
    ]
}

const HEAD: &str = "SELECT seq, hash FROM audit_log WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1";

/// Last line of the tenant's chain; on PostgreSQL it stays ours until the transaction ends.
async fn head(tx: &mut Tx, tenant: TenantId) -> Result<(i64, Vec<u8>)> {
    match &mut tx.conn {
        Conn::Writer(lane) => {
            if let Some(head) = lane.heads().get(&tenant) {
                return Ok(head.clone());
            }
        }
        Conn::Postgres(_) => {
            tx.run(sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").bind(format!("audit {tenant}"))).await?;
        }
        Conn::Reader(_) => {}
    }

    let head: Option<Head> = tx.optional(sql(HEAD).bind(tenant)).await?;
    Ok(head.map_or((0, GENESIS.to_vec()), |head| (head.seq, head.hash)))
}

/// Remember the new end of the chain until the transaction is kept or lost.
fn remember(tx: &mut Tx, tenant: TenantId, seq: i64, hash: Vec<u8>) {
    if let Conn::Writer(lane) = &mut tx.conn {
        lane.heads().insert(tenant, (seq, hash));
    }
}

/// Lines of a tenant's chain after `seq`, in order, at most `limit`: for verification and export.
pub async fn walk(tx: &mut Tx, tenant: TenantId, seq: i64, limit: i64) -> Result<Vec<AuditRow>> {
    let mut query = Query::start("SELECT ");
    query.push(COLUMNS).push(" FROM audit_log a WHERE a.tenant_id = ").arg(tenant);
    query.push(" AND a.seq > ").arg(seq).push(" ORDER BY a.seq LIMIT ").arg(limit);
    tx.all(query).await
}
