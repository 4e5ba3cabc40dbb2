//! The `audit_log` table: append, list, walk. Rows are never changed; the engines refuse it.

use std::collections::BTreeMap;

use purser_core::Timestamp;
use purser_core::audit::{Entry, GENESIS, Half, Link, SALT_LEN};
use purser_core::ids::{AuditId, RequestId, TenantId, UserId};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::tx::Conn;
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

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
    /// What the texts of who acted are hashed with; gone when they were erased.
    pub salt_actor: Option<Vec<u8>>,
    /// What the texts of what it was about are hashed with; gone when they were erased.
    pub salt_subject: Option<Vec<u8>>,
    /// The hash that stands for who acted, once erased.
    pub erased_actor: Option<Vec<u8>>,
    /// The hash that stands for what it was about, once erased.
    pub erased_subject: Option<Vec<u8>>,
}

/// Every statement that reads lines begins so.
const SELECT: &str = "SELECT a.id, a.tenant_id, a.seq, a.at, a.actor_kind, a.actor_id, a.actor_name, a.action, a.subject_type, a.subject_id, \
     a.subject_label, a.before, a.after, a.reason, a.ip, a.user_agent, a.request_id, a.prev_hash, a.hash, a.salt_actor, a.salt_subject, a.erased_actor, a.erased_subject FROM audit_log a";

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
            veil: half(self.salt_actor.as_deref(), self.erased_actor.as_deref())
                .zip(half(self.salt_subject.as_deref(), self.erased_subject.as_deref()))
                .map(Into::into),
        }
    }
}

fn half<'a>(salt: Option<&'a [u8]>, erased: Option<&'a [u8]>) -> Option<Half<'a>> {
    erased.map(Half::Erased).or_else(|| salt.map(Half::Salted))
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
                let salts = salts()?;
                let hash = entry.link(seq, [&salts[0], &salts[1]]).hash(&previous).to_vec();
                rows.push(values(entry, (seq, salts), std::mem::replace(&mut previous, hash.clone()), hash));
            }
            insert.rows(rows);
            tx.run(insert).await?;
        }
        remember(tx, tenant, seq, previous);
    }
    Ok(())
}

const INSERT: &str = "INSERT INTO audit_log (id, tenant_id, seq, at, actor_kind, actor_id, actor_name, action, subject_type, subject_id, \
     subject_label, before, after, reason, ip, user_agent, request_id, prev_hash, hash, salt_actor, salt_subject) VALUES";

fn salts() -> Result<[[u8; SALT_LEN]; 2]> {
    let mut salts = [[0; SALT_LEN]; 2];
    let fill = |salt: &mut [u8; SALT_LEN]| aws_lc_rs::rand::fill(salt);
    let filled = salts.iter_mut().try_for_each(fill);
    filled.map_err(|_| purser_core::Error::internal("there is no randomness"))?;
    Ok(salts)
}

fn values(entry: &Entry, (seq, [actor, subject]): (i64, [[u8; SALT_LEN]; 2]), previous: Vec<u8>, hash: Vec<u8>) -> [Value; 21] {
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
        actor.to_vec().into(),
        subject.to_vec().into(),
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
    let mut query = Query::start(SELECT);
    query.push(" WHERE a.tenant_id = ").arg(tenant);
    query.push(" AND a.seq > ").arg(seq).push(" ORDER BY a.seq LIMIT ").arg(limit);
    tx.all(query).await
}

/// Where the tenant's log ends, as the database remembers it; `None` before the first line.
pub async fn end(tx: &mut Tx, tenant: TenantId) -> Result<Option<(i64, Vec<u8>)>> {
    let head: Option<Head> = tx.optional(sql("SELECT seq, hash FROM audit_heads WHERE tenant_id = $1").bind(tenant)).await?;
    Ok(head.map(|head| (head.seq, head.hash)))
}

/// Which lines are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Filter {
    /// By any of these people.
    pub actors: Vec<UserId>,
    /// Any of these actions; `user.` stands for all that begin so.
    pub actions: Vec<String>,
    /// About things of any of these kinds.
    pub subject_types: Vec<String>,
    /// About any of these things.
    pub subjects: Vec<Uuid>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Found in the name of who, the name of what, the action or the reason.
    pub search: Option<String>,
}

static LIST: List<AuditRow> = List {
    select: SELECT,
    id: "a.id",
    row_id: |a| a.id.uuid(),
    sorts: &[
        SortKey { name: "seq", column: "a.seq", key: |a| Key::Int(a.seq) },
        SortKey { name: "at", column: "a.at", key: |a| Key::Time(a.at.micros()) },
    ],
};

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE a.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.actors.is_empty() {
        query.push(" AND a.actor_id IN ").list(filter.actors.iter().map(|id| (*id).into()));
    }
    if !filter.actions.is_empty() {
        query.push(" AND (");
        for (place, action) in filter.actions.iter().enumerate() {
            query.push(if place == 0 { "" } else { " OR " });
            if action.ends_with('.') {
                query.push("(a.action >= ").arg(action).push(" AND a.action < ").arg(format!("{action}{}", char::MAX)).push(")");
            } else {
                query.push("a.action = ").arg(action);
            }
        }
        query.push(")");
    }
    if !filter.subject_types.is_empty() {
        query.push(" AND a.subject_type IN ").list(filter.subject_types.iter().map(Value::from));
    }
    if !filter.subjects.is_empty() {
        query.push(" AND a.subject_id IN ").list(filter.subjects.iter().map(|id| (*id).into()));
    }
    if let Some(from) = filter.from {
        query.push(" AND a.at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND a.at < ").arg(to);
    }
    if let Some(search) = &filter.search {
        let pattern = format!("%{}%", crate::sql::like(search));
        for (place, column) in ["a.subject_label", "a.actor_name", "a.action", "a.reason"].into_iter().enumerate() {
            query.push(if place == 0 { " AND (" } else { " OR " }).push(column);
            query.push(tx.pick(" LIKE ", " ILIKE ")).arg(&pattern).push(" ESCAPE '\\'");
        }
        query.push(")");
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<AuditRow>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    if *filter == Filter::default() {
        // The log has no gaps, so its last number is its length.
        let tenant = tx.tenant();
        return Ok((end(tx, tenant).await?.map_or(0, |(seq, _)| seq), true));
    }
    let clause = clause(tx, filter);
    crate::page::count(tx, "audit_log a", &clause, most).await
}

/// One line.
pub async fn find(tx: &mut Tx, id: AuditId) -> Result<Option<AuditRow>> {
    let mut query = Query::start(SELECT);
    query.push(" WHERE a.tenant_id = ").arg(tx.tenant()).push(" AND a.id = ").arg(id);
    tx.optional(query).await
}

const ERASE_ACTOR: &str = "UPDATE audit_log SET actor_name = '', ip = NULL, user_agent = NULL, salt_actor = NULL, erased_actor = $3 \
     WHERE tenant_id = $1 AND id = $2";
const ERASE_SUBJECT: &str = "UPDATE audit_log SET subject_label = '', before = NULL, after = NULL, reason = NULL, salt_subject = NULL, \
     erased_subject = $3 WHERE tenant_id = $1 AND id = $2";

/// Take out of the log what is personal to whoever `about` says, at most `limit` lines; how many lines that were. Their place in the chain
/// stays: the hashes of what is gone stand in for it. Lines from before they could be erased are left.
pub async fn erase(tx: &mut Tx, about: &About, limit: i64) -> Result<usize> {
    let tenant = tx.tenant();
    let mut query = Query::start(SELECT);
    query.push(" WHERE a.tenant_id = ").arg(tenant);
    match about {
        About::Actor(user) => query.push(" AND a.actor_id = ").arg(*user).push(" AND a.salt_actor IS NOT NULL"),
        About::Subjects(ids) => {
            query.push(" AND a.subject_id IN ").list(ids.iter().map(|id| (*id).into()));
            // The line that says so itself stays readable.
            query.push(" AND a.salt_subject IS NOT NULL AND a.action <> 'user.erase'")
        }
    };
    query.push(" ORDER BY a.seq LIMIT ").arg(limit);
    let rows: Vec<AuditRow> = tx.all(query).await?;
    for row in &rows {
        let Some([actor, subject]) = row.link().digests() else { continue };
        let (text, digest) = match about {
            About::Actor(_) => (ERASE_ACTOR, actor),
            About::Subjects(_) => (ERASE_SUBJECT, subject),
        };
        tx.run(sql(text).bind(tenant).bind(row.id).bind(digest.to_vec())).await?;
    }
    Ok(rows.len())
}

/// Whose texts go.
#[derive(Clone, Debug)]
pub enum About {
    /// Lines in which this person acted: their name, address and program.
    Actor(UserId),
    /// Lines about these things, a person and what is theirs: label, before, after and reason.
    Subjects(Vec<Uuid>),
}
