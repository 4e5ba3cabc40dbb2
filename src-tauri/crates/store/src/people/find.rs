//! Finding people: lists and counts, by words and by filters, in any order.
//!
//! What finds few people is looked up first and sorted then; what finds many is read in the order of the list until the page is full. The
//! engines, left to themselves, guess which of the two it is; here it is counted.

use purser_core::people::Status;
use purser_core::{RoleKey, Timestamp};

use super::Person;
use crate::page::{Key, List, SortKey};
use crate::{Engine, Listing, Page, Query, Result, Tx, Value, private};

const CREATED: SortKey<Person> = SortKey { name: "createdAt", column: "u.created_at", key: |p| Key::Time(p.created_at.micros()) };
const NAME: SortKey<Person> = SortKey { name: "name", column: "u.name_key", key: |p| Key::Text(p.name_key.clone()) };
const EMAIL: SortKey<Person> = SortKey { name: "email", column: "u.email_key", key: |p| Key::Text(p.email_key.clone()) };

/// Never signed in sorts as 1970, in the words of each engine's index.
const fn last_login(column: &'static str) -> SortKey<Person> {
    SortKey { name: "lastLoginAt", column, key: |p| Key::Time(p.last_login_at.map_or(0, Timestamp::micros)) }
}

/// The filter brings its own `FROM`.
const fn list_of(sorts: &'static [SortKey<Person>]) -> List<Person> {
    List { select: concat!("SELECT ", columns!(), " FROM "), id: "u.id", row_id: |p| p.id.uuid(), sorts }
}

static ON_SQLITE: List<Person> = list_of(&[CREATED, NAME, EMAIL, last_login("COALESCE(u.last_login_at, 0)")]);
static ON_POSTGRES: List<Person> = list_of(&[CREATED, NAME, EMAIL, last_login("COALESCE(u.last_login_at, TIMESTAMPTZ '1970-01-01 00:00:00+00')")]);

/// Which people are wanted. Everything empty: all that are not deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Filter {
    /// Any of these roles.
    pub roles: Vec<RoleKey>,
    /// Any of these standings; empty: every one but deleted.
    pub statuses: Vec<Status>,
    /// Any of these countries.
    pub countries: Vec<String>,
    /// Made at or after.
    pub from: Option<Timestamp>,
    /// Made before.
    pub to: Option<Timestamp>,
    /// Beginnings of words, all of which have to be found; folded by `purser_core::text::terms`.
    pub words: Vec<String>,
    /// A telephone number as somebody typed it, in place of words.
    pub phone: Option<String>,
}

/// At most so many are few: looked up first and sorted then.
const FEW: i64 = 5_000;

/// People looked at for the rarest of several common words. Where more share each of the words, the newest of them may not be found.
const CANDIDATES: i64 = 50_000;

#[derive(sqlx::FromRow)]
struct Found {
    place: i64,
    n: i64,
}

/// First text after every text that begins with `word`, in byte order.
fn past(word: &str) -> String {
    format!("{word}{}", char::MAX)
}

fn begins(query: &mut Query, word: &str) {
    query.push(" AND t.term >= ").arg(word.to_owned()).push(" AND t.term < ").arg(past(word)).push(")");
}

/// ` u.tenant_id = … AND …`: everything but the words.
fn plain(query: &mut Query, tx: &Tx, filter: &Filter) {
    query.push(" u.tenant_id = ").arg(tx.tenant());
    if filter.statuses.is_empty() {
        query.push(" AND u.deleted_at IS NULL");
    } else {
        query.push(" AND u.status IN ").list(filter.statuses.iter().map(|s| s.as_str().into()));
    }
    if !filter.roles.is_empty() {
        query.push(" AND u.role IN ").list(filter.roles.iter().map(|r| (*r).into()));
    }
    if !filter.countries.is_empty() {
        query.push(" AND u.country IN ").list(filter.countries.iter().map(Value::from));
    }
    if let Some(phone) = &filter.phone {
        // Without keys nobody is found by a number.
        let stored = tx.seal().map(|seal| private::phone_indexes(seal, tx.tenant(), phone)).unwrap_or_default();
        query.push(" AND u.phone_index IN ").list(stored.into_iter().map(Value::from));
    }
    if let Some(from) = filter.from {
        query.push(" AND u.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND u.created_at < ").arg(to);
    }
}

/// How to come by the people of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Read the table in the order of the list.
    Walk,
    /// Look up what the filters find, then sort.
    Filters,
    /// Look up who has this word (at most so many), then sort.
    Word(usize, i64),
}

/// ` <from> WHERE <filter>` for a way.
fn clause(tx: &Tx, filter: &Filter, way: Way) -> Query {
    let tenant = tx.tenant();
    let mut query = Query::start("");
    // CROSS JOIN keeps SQLite from turning the two around.
    match way {
        Way::Walk => {
            query.push("users u WHERE");
        }
        Way::Filters => {
            query.push("(SELECT u.id FROM users u WHERE");
            plain(&mut query, tx, filter);
            query.push(") f CROSS JOIN users u WHERE u.id = f.id AND");
        }
        Way::Word(place, most) => {
            query.push("(SELECT c.id FROM (SELECT DISTINCT t.user_id AS id FROM user_terms t WHERE t.tenant_id = ").arg(tenant);
            query.push(" AND t.term >= ").arg(&filter.words[place]).push(" AND t.term < ").arg(past(&filter.words[place]));
            query.push(" LIMIT ").arg(most).push(") c WHERE 1 = 1");
            // The other words are looked for before a row of the table is read.
            for (_, word) in filter.words.iter().enumerate().filter(|(other, _)| *other != place) {
                query.push(" AND EXISTS (SELECT 1 FROM user_terms t WHERE t.user_id = c.id AND t.tenant_id = ").arg(tenant);
                begins(&mut query, word);
            }
            query.push(") f CROSS JOIN users u WHERE u.id = f.id AND");
        }
    }
    plain(&mut query, tx, filter);
    if matches!(way, Way::Word(..)) {
        return query;
    }
    for word in &filter.words {
        query.push(" AND EXISTS (SELECT 1 FROM user_terms t WHERE t.user_id = u.id AND t.tenant_id = ").arg(tenant);
        begins(&mut query, word);
    }
    query
}

/// The word with the fewest people and how many these are, counted up to `most` and one more.
async fn rarest(tx: &mut Tx, words: &[String], most: i64) -> Result<Option<(usize, i64)>> {
    if words.is_empty() {
        return Ok(None);
    }
    let tenant = tx.tenant();
    let mut query = Query::start("");
    for (place, word) in words.iter().enumerate() {
        query.push(if place == 0 { "SELECT " } else { " UNION ALL SELECT " });
        query.arg(i64::try_from(place).unwrap_or(i64::MAX));
        query.push(" AS place, COUNT(*) AS n FROM (SELECT 1 AS one FROM user_terms t WHERE t.tenant_id = ").arg(tenant);
        query.push(" AND t.term >= ").arg(word).push(" AND t.term < ").arg(past(word)).push(" LIMIT ").arg(most.saturating_add(1)).push(") AS found");
    }
    let found: Vec<Found> = tx.all(query).await?;
    let least = found.into_iter().min_by_key(|found| found.n);
    Ok(least.and_then(|found| Some((usize::try_from(found.place).ok()?, found.n))))
}

/// Whether the index behind one filter already gives the order of the list.
fn ordered(filter: &Filter, page: &Page) -> bool {
    let sizes = [filter.roles.len(), filter.statuses.len(), filter.countries.len()];
    let (used, single) = (sizes.iter().filter(|size| **size > 0).count(), sizes.iter().all(|size| *size <= 1));
    let by_date = matches!(page.sort.trim_start_matches('-'), "" | "createdAt");
    by_date && single && used <= 1
}

/// One page. `few`: it is known that the filter finds few people.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page, few: bool) -> Result<Listing<Person>> {
    let way = match rarest(tx, &filter.words, FEW).await? {
        Some((place, n)) if n <= FEW => Way::Word(place, FEW),
        Some((place, _)) if filter.words.len() > 1 => Way::Word(place, CANDIDATES),
        _ if filter.phone.is_some() => Way::Filters,
        _ if few && !ordered(filter, page) => Way::Filters,
        _ => Way::Walk,
    };
    let clause = clause(tx, filter, way);
    let list = if tx.engine() == Engine::Sqlite { &ON_SQLITE } else { &ON_POSTGRES };
    let listing = list.page(tx, &clause, page).await?;
    let rows = listing.rows.into_iter().map(|person| super::opened(tx, person)).collect::<Result<_>>()?;
    Ok(Listing { rows, ..listing })
}

/// Whether so many are few.
pub const fn is_few(total: (i64, bool)) -> bool {
    total.1 && total.0 <= FEW
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let (way, whole) = match rarest(tx, &filter.words, most).await? {
        Some((place, n)) if n <= most => (Way::Word(place, most), true),
        Some((place, _)) if filter.words.len() > 1 => (Way::Word(place, CANDIDATES), false),
        Some((place, _)) => (Way::Word(place, most.saturating_add(1)), false),
        None => (Way::Walk, true),
    };
    let clause = clause(tx, filter, way);
    let (n, exact) = crate::page::count(tx, "", &clause, most).await?;
    Ok((n, exact && whole))
}
