//! A newsletter for one person: one row each, written when it is sent.

use purser_core::Timestamp;
use purser_core::ids::{NewsletterId, NewsletterLetterId, TenantId, UserId};
use purser_core::newsletters::{LetterState, Why};
use uuid::Uuid;

use super::Counted;
use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, sql};

/// A newsletter for one person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Letter {
    /// Id; the receiver sees it as the id of the message.
    #[sqlx(try_from = "Uuid")]
    pub id: NewsletterLetterId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Which newsletter.
    #[sqlx(try_from = "Uuid")]
    pub newsletter_id: NewsletterId,
    /// For whom.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Where it went; empty as long as it did not.
    pub address: String,
    /// Which hundred it belongs to.
    pub batch: i64,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: LetterState,
    /// Why it did not reach them, in a word.
    pub why: Option<String>,
    /// And in a sentence.
    pub error: Option<String>,
    /// Tries made.
    pub attempts: i64,
    /// Written down.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Taken.
    #[sqlx(try_from = "MaybeInstant")]
    pub sent_at: Option<Timestamp>,
}

macro_rules! select {
    () => {
        "SELECT d.id, d.tenant_id, d.newsletter_id, d.user_id, d.address, d.batch, d.state, d.why, d.error, d.attempts, d.created_at, d.sent_at \
         FROM newsletter_deliveries d"
    };
}

static LIST: List<Letter> = List {
    select: select!(),
    id: "d.id",
    row_id: |letter| letter.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "d.created_at", key: |letter| Key::Time(letter.created_at.micros()) }],
};

/// Which letters of a newsletter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterFilter {
    /// Of this newsletter.
    pub newsletter: NewsletterId,
    /// In any of these states.
    pub states: Vec<LetterState>,
    /// With this in the address.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &LetterFilter) -> Query {
    let mut query = Query::start(" WHERE d.tenant_id = ");
    query.arg(tx.tenant()).push(" AND d.newsletter_id = ").arg(filter.newsletter);
    if !filter.states.is_empty() {
        query.push(" AND d.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if let Some(text) = &filter.search {
        query.push(" AND LOWER(d.address) LIKE ").arg(format!("%{}%", crate::sql::like(&text.to_lowercase()))).push(" ESCAPE '\\'");
    }
    query
}

/// A page of them.
pub async fn letters(tx: &mut Tx, filter: &LetterFilter, page: &Page) -> Result<Listing<Letter>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How many there are, exact up to `most`.
pub async fn count_letters(tx: &mut Tx, filter: &LetterFilter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "newsletter_deliveries d", &condition, most).await
}

/// Write letters down; whoever has one already gets no second.
pub async fn add_letters(tx: &mut Tx, letters: &[Letter]) -> Result<u64> {
    if letters.is_empty() {
        return Ok(0);
    }
    let mut query = Query::start("INSERT INTO newsletter_deliveries (id, tenant_id, newsletter_id, user_id, batch, state, why, created_at) VALUES");
    query.rows(letters.iter().map(|letter| {
        [
            letter.id.into(),
            letter.tenant_id.into(),
            letter.newsletter_id.into(),
            letter.user_id.into(),
            letter.batch.into(),
            letter.state.as_str().into(),
            letter.why.clone().into(),
            letter.created_at.into(),
        ]
    }));
    query.push(" ON CONFLICT (newsletter_id, user_id) DO NOTHING");
    tx.run(query).await
}

#[derive(sqlx::FromRow)]
struct Whose {
    user_id: Uuid,
}

/// Put up to `most` that failed behind `after` back, as batch `batch`; whose they are.
pub async fn again(tx: &mut Tx, id: NewsletterId, (after, batch): (Option<Uuid>, i64), most: i64) -> Result<Vec<Uuid>> {
    let mut query = Query::start("UPDATE newsletter_deliveries SET state = 'waiting', why = NULL, error = NULL, attempts = 0, batch = ");
    query.arg(batch).push(" WHERE tenant_id = ").arg(tx.tenant()).push(" AND newsletter_id = ").arg(id).push(" AND user_id IN (SELECT user_id");
    query.push(" FROM newsletter_deliveries WHERE tenant_id = ").arg(tx.tenant()).push(" AND newsletter_id = ").arg(id).push(" AND state = 'failed'");
    if let Some(after) = after {
        query.push(" AND user_id > ").arg(after);
    }
    query.push(" ORDER BY user_id LIMIT ").arg(most).push(") RETURNING user_id");
    let mut whose: Vec<Uuid> = tx.all::<Whose>(query).await?.into_iter().map(|row| row.user_id).collect();
    whose.sort_unstable();
    Ok(whose)
}

/// What was being handed over when a try of the batch ended in the middle: it may have gone out. How many there were.
pub async fn interrupted(tx: &mut Tx, id: NewsletterId, batch: i64) -> Result<u64> {
    const SET: &str = "UPDATE newsletter_deliveries SET state = 'skipped', why = 'unknown' \
         WHERE tenant_id = $1 AND newsletter_id = $2 AND batch = $3 AND state = 'sending'";
    tx.run(sql(SET).bind(tx.tenant()).bind(id).bind(batch)).await
}

/// What of a batch waits for its turn.
pub async fn waiting_in(tx: &mut Tx, id: NewsletterId, batch: i64) -> Result<Vec<Letter>> {
    const WAITING: &str =
        concat!(select!(), " WHERE d.tenant_id = $1 AND d.newsletter_id = $2 AND d.batch = $3 AND d.state = 'waiting' ORDER BY d.user_id LIMIT 1000");
    tx.all(sql(WAITING).bind(tx.tenant()).bind(id).bind(batch)).await
}

/// One letter.
pub async fn find_letter(tx: &mut Tx, id: NewsletterLetterId) -> Result<Option<Letter>> {
    const FIND: &str = concat!(select!(), " WHERE d.tenant_id = $1 AND d.id = $2");
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// Take up a letter that waits, for this address; `false` if it does not wait any more.
pub async fn claim(tx: &mut Tx, id: NewsletterLetterId, address: &str) -> Result<bool> {
    const CLAIM: &str = "UPDATE newsletter_deliveries SET state = 'sending', address = $3, attempts = attempts + 1 \
         WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'";
    Ok(tx.run(sql(CLAIM).bind(tx.tenant()).bind(id).bind(address.to_owned())).await? == 1)
}

/// What became of a letter.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Where it stands now.
    pub state: LetterState,
    /// Why, in a word.
    pub why: Option<Why>,
    /// And in a sentence.
    pub error: Option<String>,
    /// When it was taken.
    pub sent_at: Option<Timestamp>,
}

/// What a letter was before it was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It waited or was being handed over.
    Open,
    /// It counted as one of which nobody knows whether it went out.
    Unknown,
    /// It was settled otherwise; nothing was written.
    Settled,
}

/// Write down what became of a letter. One that counts as unknown does not wait again: nobody would come back for it.
pub async fn settle(tx: &mut Tx, id: NewsletterLetterId, settled: &Settled) -> Result<Before> {
    const OPEN: &str = "UPDATE newsletter_deliveries SET state = $3, why = $4, error = $5, sent_at = $6 \
         WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'sending')";
    const UNKNOWN: &str = "UPDATE newsletter_deliveries SET state = $3, why = $4, error = $5, sent_at = $6 \
         WHERE tenant_id = $1 AND id = $2 AND state = 'skipped' AND why = 'unknown'";
    let ways = [(OPEN, Before::Open), (UNKNOWN, Before::Unknown)];
    let ways = if settled.state == LetterState::Waiting { &ways[..1] } else { &ways[..] };
    for (statement, before) in ways.iter().copied() {
        let query = sql(statement).bind(tx.tenant()).bind(id).bind(settled.state.as_str()).bind(settled.why.map(Why::as_str));
        if tx.run(query.bind(settled.error.clone()).bind(settled.sent_at)).await? == 1 {
            return Ok(before);
        }
    }
    Ok(Before::Settled)
}

/// Whatever of a batch still waits was tried often enough. How many those are.
pub async fn leave(tx: &mut Tx, id: NewsletterId, batch: i64) -> Result<Counted> {
    const SET: &str = "UPDATE newsletter_deliveries SET state = 'failed', why = 'later' \
         WHERE tenant_id = $1 AND newsletter_id = $2 AND batch = $3 AND state = 'waiting'";
    let left = tx.run(sql(SET).bind(tx.tenant()).bind(id).bind(batch)).await?;
    Ok(Counted { failed: i64::try_from(left).unwrap_or(i64::MAX), ..Counted::default() })
}

#[derive(sqlx::FromRow)]
struct Any {
    n: i64,
}

/// Whether anybody's turn is still to come.
pub async fn open(tx: &mut Tx, id: NewsletterId) -> Result<bool> {
    const OPEN: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM newsletter_deliveries WHERE tenant_id = $1 AND newsletter_id = $2 \
         AND state IN ('waiting', 'sending') LIMIT 1) x";
    let any: Any = tx.one(sql(OPEN).bind(tx.tenant()).bind(id)).await?;
    Ok(any.n > 0)
}

/// Forget what became of letters written down before `before`, at most `most` at once; how many. What was counted stays.
pub async fn forget_letters(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    const FORGET: &str = "DELETE FROM newsletter_deliveries WHERE tenant_id = $1 AND id IN (SELECT id FROM newsletter_deliveries \
         WHERE tenant_id = $1 AND created_at < $2 AND state IN ('sent', 'failed', 'skipped') ORDER BY created_at LIMIT $3)";
    tx.run(sql(FORGET).bind(tx.tenant()).bind(before).bind(most)).await
}
