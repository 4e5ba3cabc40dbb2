//! The `mails` table: what is mailed to whom, and what became of it. No text is kept: it is made when it is sent or looked at.

use purser_core::Timestamp;
use purser_core::ids::{MailId, TenantId, UserId};
use purser_core::mail::{Channel, MailState, Template};
use sqlx::types::Json;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// A mail.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Mail {
    /// Id; also that of the message itself, so that a second copy is known for one.
    #[sqlx(try_from = "Uuid")]
    pub id: MailId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// The person, if it is to one.
    pub user_id: Option<Uuid>,
    /// Whether it is a mail or a text message.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// Address, or the number of a telephone.
    pub address: String,
    /// Name that goes with it.
    pub name: String,
    /// What it is about.
    #[sqlx(try_from = "String")]
    pub template: Template,
    /// Language it is written in.
    pub language: String,
    /// What the template fills in. Never a secret.
    pub facts: Json<serde_json::Map<String, serde_json::Value>>,
    /// The link in it, if there is one.
    pub link_id: Option<Uuid>,
    /// The code in it, if there is one.
    pub code_id: Option<Uuid>,
    /// Subject.
    pub subject: String,
    /// What became of it.
    #[sqlx(try_from = "String")]
    pub state: MailState,
    /// Who took it: `mailbox`, `smtp`.
    pub provider: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was wanted.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it was taken.
    #[sqlx(try_from = "MaybeInstant")]
    pub sent_at: Option<Timestamp>,
    /// What it is about, where it is written once for that: `shipped:` and a parcel.
    pub cause: Option<String>,
}

macro_rules! columns {
    () => {
        "m.id, m.tenant_id, m.user_id, m.channel, m.address, m.name, m.template, m.language, m.facts, m.link_id, m.code_id, m.subject, m.state, m.provider, \
         m.error, m.created_at, m.sent_at, m.cause"
    };
}

static LIST: List<Mail> = List {
    select: concat!("SELECT ", columns!(), " FROM mails m"),
    id: "m.id",
    row_id: |mail| mail.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "m.created_at", key: |mail| Key::Time(mail.created_at.micros()) }],
};

const INSERT: &str = "INSERT INTO mails (id, tenant_id, user_id, address, name, template, language, facts, link_id, subject, state, created_at, channel, code_id, cause) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11, $12, $13, $14)";

/// Write a mail down that is to be sent.
pub async fn insert(tx: &mut Tx, mail: &Mail) -> Result<()> {
    let query = sql(INSERT)
        .bind(mail.id)
        .bind(mail.tenant_id)
        .bind(mail.user_id)
        .bind(&mail.address)
        .bind(&mail.name)
        .bind(mail.template.as_str())
        .bind(&mail.language)
        .bind(serde_json::Value::Object(mail.facts.0.clone()))
        .bind(mail.link_id)
        .bind(&mail.subject)
        .bind(mail.created_at)
        .bind(mail.channel.as_str())
        .bind(mail.code_id)
        .bind(mail.cause.clone());
    tx.run(query).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Cause {
    cause: String,
}

/// Those of `causes` somebody was written to about.
pub async fn written(tx: &mut Tx, causes: &[String]) -> Result<Vec<String>> {
    if causes.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::start("SELECT cause FROM mails WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND cause IN ").list(causes.iter().map(Value::from));
    Ok(tx.all::<Cause>(query).await?.into_iter().map(|row| row.cause).collect())
}

/// Which mails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In any of these states.
    pub states: Vec<MailState>,
    /// Of any of these kinds.
    pub templates: Vec<Template>,
    /// To this person.
    pub user: Option<UserId>,
    /// Wanted at or after.
    pub from: Option<Timestamp>,
    /// Wanted before.
    pub to: Option<Timestamp>,
    /// With this in its address or subject.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE m.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query.push(" AND m.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if !filter.templates.is_empty() {
        query.push(" AND m.template IN ").list(filter.templates.iter().map(|template| template.as_str().into()));
    }
    if let Some(user) = filter.user {
        query.push(" AND m.user_id = ").arg(user);
    }
    if let Some(from) = filter.from {
        query.push(" AND m.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND m.created_at < ").arg(to);
    }
    if let Some(text) = &filter.search {
        let pattern = format!("%{}%", crate::sql::like(&text.to_lowercase()));
        query.push(" AND (LOWER(m.address) LIKE ").arg(pattern.clone()).push(" ESCAPE '\\' OR LOWER(m.subject) LIKE ").arg(pattern);
        query.push(" ESCAPE '\\')");
    }
    query
}

/// A page of the tenant's mails, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Mail>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How many there are, exact up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "mails m", &condition, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM mails m WHERE m.tenant_id = $1 AND m.id = $2");

/// One mail.
pub async fn find(tx: &mut Tx, id: MailId) -> Result<Option<Mail>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

const END: &str = "UPDATE mails SET state = $3, provider = $4, error = $5, sent_at = $6 WHERE tenant_id = $1 AND id = $2 AND state <> 'sent'";

/// What became of a mail.
#[derive(Clone, Debug)]
pub enum Ended {
    /// This provider took it.
    Sent(&'static str, Timestamp),
    /// This provider did not, for this reason. It may be tried again.
    Failed(&'static str, String),
}

/// Note what became of a mail that was not sent yet; `false` if it was.
pub async fn end(tx: &mut Tx, id: MailId, ended: &Ended) -> Result<bool> {
    let (state, provider, error, at) = match ended {
        Ended::Sent(provider, at) => (MailState::Sent, *provider, None, Some(*at)),
        Ended::Failed(provider, error) => (MailState::Failed, *provider, Some(error.clone()), None),
    };
    Ok(tx.run(sql(END).bind(tx.tenant()).bind(id).bind(state.as_str()).bind(provider).bind(error).bind(at)).await? == 1)
}

const FORGET: &str = "DELETE FROM mails WHERE tenant_id = $1 AND id IN (SELECT id FROM mails WHERE tenant_id = $1 AND created_at < $2 \
     AND state <> 'queued' ORDER BY created_at LIMIT $3)";

/// Forget mails wanted before `before`, at most `most` at once; how many.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    tx.run(sql(FORGET).bind(tx.tenant()).bind(before).bind(most)).await
}
