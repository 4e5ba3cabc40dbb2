//! The tables of newsletters: what was written here, what became of it for each person in `letters.rs`, who agreed in `consents.rs`,
//! which addresses get none in `suppressions.rs`, and what is left to do in `stranded.rs`.

mod consents;
mod letters;
mod stranded;
mod suppressions;

use purser_core::Timestamp;
use purser_core::ids::{NewsletterId, TenantId, UserId};
use purser_core::newsletters::NewsletterState;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, sql};

pub use consents::{Consent, Reader, agree, audience, consent, readers};
pub use letters::{
    Before, Letter, LetterFilter, Settled, add_letters, again, claim, count_letters, find_letter, forget_letters, interrupted, leave, letters, open,
    settle, waiting_in,
};
pub use stranded::{failed, first_open, going_out, stop, under_way};
pub use suppressions::{
    Suppression, SuppressionFilter, count_suppressions, find_suppression, lift, remove_suppression, suppress, suppressed, suppressions,
};

/// A newsletter.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Newsletter {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: NewsletterId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Its subject in English; empty where it is not written in English.
    pub subject_en: String,
    /// Its text in English.
    pub text_en: String,
    /// Its subject in German.
    pub subject_de: String,
    /// Its text in German.
    pub text_de: String,
    /// Countries it is for, with spaces between; empty: all.
    pub countries: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: NewsletterState,
    /// When it is sent, or was to be.
    #[sqlx(try_from = "MaybeInstant")]
    pub send_at: Option<Timestamp>,
    /// How often it was sent again.
    pub round: i64,
    /// The last person of this round who was written down.
    pub gathered_to: Option<Uuid>,
    /// Whether everybody of this round was.
    pub gathered: bool,
    /// Batches made so far, of all rounds.
    pub batches: i64,
    /// People it is for.
    pub total: i64,
    /// Of those, whom it reached.
    pub sent: i64,
    /// Whom it did not reach.
    pub failed: i64,
    /// Who was left out.
    pub skipped: i64,
    /// Counts changes.
    pub version: i64,
    /// Who began it.
    pub created_by: Option<Uuid>,
    /// Their name.
    pub created_by_name: String,
    /// Who sent it.
    pub sent_by: Option<Uuid>,
    /// Their name.
    pub sent_by_name: Option<String>,
    /// Begun.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
    /// When it began to go out.
    #[sqlx(try_from = "MaybeInstant")]
    pub started_at: Option<Timestamp>,
    /// When everybody had been tried.
    #[sqlx(try_from = "MaybeInstant")]
    pub finished_at: Option<Timestamp>,
}

macro_rules! select {
    () => {
        "SELECT n.id, n.tenant_id, n.subject_en, n.text_en, n.subject_de, n.text_de, n.countries, \
         CASE WHEN n.stopped_at IS NULL THEN n.state ELSE 'stopped' END AS state, n.send_at, n.round, n.gathered_to, \
         n.gathered, n.batches, n.total, n.sent, n.failed, n.skipped, n.version, n.created_by, n.created_by_name, n.sent_by, n.sent_by_name, \
         n.created_at, n.updated_at, n.started_at, n.finished_at FROM newsletters n"
    };
}

static LIST: List<Newsletter> = List {
    select: select!(),
    id: "n.id",
    row_id: |newsletter| newsletter.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "n.created_at", key: |newsletter| Key::Time(newsletter.created_at.micros()) }],
};

/// Which newsletters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In any of these states.
    pub states: Vec<NewsletterState>,
    /// With this in a subject.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE n.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query
            .push(" AND CASE WHEN n.stopped_at IS NULL THEN n.state ELSE 'stopped' END IN ")
            .list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if let Some(text) = &filter.search {
        // SQLite knows small and large letters of ASCII alone, so what is typed is looked for as it stands as well.
        let patterns = [text.to_lowercase(), text.clone()].map(|text| format!("%{}%", crate::sql::like(&text)));
        let columns = [["LOWER(n.subject_en)", "LOWER(n.subject_de)"], ["n.subject_en", "n.subject_de"]];
        query.push(" AND (1 = 0");
        for (pattern, columns) in patterns.iter().zip(columns) {
            for column in columns {
                query.push(" OR ").push(column).push(" LIKE ").arg(pattern.clone()).push(" ESCAPE '\\'");
            }
        }
        query.push(")");
    }
    query
}

/// A page of newsletters, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Newsletter>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How many there are, exact up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "newsletters n", &condition, most).await
}

const FIND: &str = concat!(select!(), " WHERE n.tenant_id = $1 AND n.id = $2");

/// One newsletter.
pub async fn find(tx: &mut Tx, id: NewsletterId) -> Result<Option<Newsletter>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// One newsletter, held until the transaction ends.
pub async fn hold(tx: &mut Tx, id: NewsletterId) -> Result<Option<Newsletter>> {
    const HELD: &str = concat!(select!(), " WHERE n.tenant_id = $1 AND n.id = $2 FOR UPDATE");
    tx.optional(sql(tx.pick(FIND, HELD)).bind(tx.tenant()).bind(id)).await
}

const INSERT: &str = "INSERT INTO newsletters (id, tenant_id, subject_en, text_en, subject_de, text_de, countries, state, version, created_by, \
     created_by_name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

/// Add a draft.
pub async fn insert(tx: &mut Tx, newsletter: &Newsletter) -> Result<()> {
    let n = newsletter;
    let query = sql(INSERT).bind(n.id).bind(n.tenant_id).bind(&n.subject_en).bind(&n.text_en).bind(&n.subject_de).bind(&n.text_de);
    let query = query.bind(&n.countries).bind(n.state.as_str()).bind(n.version).bind(n.created_by).bind(&n.created_by_name);
    tx.run(query.bind(n.created_at).bind(n.updated_at)).await.map(drop)
}

const UPDATE: &str = "UPDATE newsletters SET subject_en = $3, text_en = $4, subject_de = $5, text_de = $6, countries = $7, updated_at = $8, \
     version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $9 AND state = 'draft'";

/// Write what a draft says that is still at `newsletter.version`; `false` if it is not.
pub async fn update(tx: &mut Tx, newsletter: &Newsletter) -> Result<bool> {
    let n = newsletter;
    let query = sql(UPDATE).bind(n.tenant_id).bind(n.id).bind(&n.subject_en).bind(&n.text_en).bind(&n.subject_de).bind(&n.text_de);
    Ok(tx.run(query.bind(&n.countries).bind(n.updated_at).bind(n.version)).await? == 1)
}

const MOVE: &str = "UPDATE newsletters SET state = $3, send_at = $4, round = $5, gathered_to = $6, gathered = $7, batches = $8, total = $9, \
     failed = $10, skipped = $11, sent_by = $12, sent_by_name = $13, started_at = $14, finished_at = $15, updated_at = $16, \
     version = version + 1 WHERE tenant_id = $1 AND id = $2";

/// Write where a newsletter stands that is held in this transaction.
pub async fn set(tx: &mut Tx, newsletter: &Newsletter) -> Result<()> {
    let n = newsletter;
    let query = sql(MOVE).bind(n.tenant_id).bind(n.id).bind(n.state.as_str()).bind(n.send_at).bind(n.round).bind(n.gathered_to);
    let query = query.bind(n.gathered).bind(n.batches).bind(n.total).bind(n.failed).bind(n.skipped).bind(n.sent_by).bind(n.sent_by_name.clone());
    tx.run(query.bind(n.started_at).bind(n.finished_at).bind(n.updated_at)).await.map(drop)
}

const DELETE: &str = "DELETE FROM newsletters WHERE tenant_id = $1 AND id = $2 AND state = 'draft'";

/// Throw a draft away; `false` if it is none.
pub async fn delete(tx: &mut Tx, id: NewsletterId) -> Result<bool> {
    Ok(tx.run(sql(DELETE).bind(tx.tenant()).bind(id)).await? == 1)
}

/// What came of the letters of a newsletter, to be added to what it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Taken.
    pub sent: i64,
    /// Not taken.
    pub failed: i64,
    /// Left out.
    pub skipped: i64,
}

/// Add to what a newsletter counts.
pub async fn add(tx: &mut Tx, id: NewsletterId, more: Counted) -> Result<()> {
    const ADD: &str = "UPDATE newsletters SET sent = sent + $3, failed = failed + $4, skipped = skipped + $5 WHERE tenant_id = $1 AND id = $2";
    tx.run(sql(ADD).bind(tx.tenant()).bind(id).bind(more.sent).bind(more.failed).bind(more.skipped)).await.map(drop)
}

/// What a person was sent, for the document of what is held of them: at most `most`, the newest first.
pub async fn of_user(tx: &mut Tx, user: UserId, most: i64) -> Result<Vec<Held>> {
    const OF: &str = "SELECT n.subject_en, n.subject_de, d.address, d.state, d.sent_at FROM newsletter_deliveries d \
         JOIN newsletters n ON n.id = d.newsletter_id WHERE d.tenant_id = $1 AND d.user_id = $2 ORDER BY d.created_at DESC LIMIT $3";
    tx.all(sql(OF).bind(tx.tenant()).bind(user).bind(most)).await
}

/// A newsletter somebody was sent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Held {
    /// Its subject in English.
    pub subject_en: String,
    /// Its subject in German.
    pub subject_de: String,
    /// Where it went.
    pub address: String,
    /// Where it stands.
    pub state: String,
    /// When it was taken.
    #[sqlx(try_from = "MaybeInstant")]
    pub sent_at: Option<Timestamp>,
}
