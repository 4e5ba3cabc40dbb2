//! Lists: one way to page, sort and count, for every table.
//!
//! A list is a fixed `SELECT … FROM … WHERE tenant`, filters as pieces of fixed text, one sort key out of an allow-list, and the id to break
//! ties. Pages are read by offset (`page`, `limit`) or, for ever deeper, from a cursor: the sort value and id of the last row seen.

use std::future::Future;

use purser_core::{Error as CoreError, Timestamp};
use uuid::Uuid;

use crate::rows::Row;
use crate::{Query, Result, Tx, Value};

/// A cell of a sort column, as it travels in a cursor.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "t", content = "v")]
pub enum Key {
    /// An instant in microseconds.
    #[serde(rename = "t")]
    Time(i64),
    /// A whole number.
    #[serde(rename = "i")]
    Int(i64),
    /// Text.
    #[serde(rename = "s")]
    Text(String),
}

impl Key {
    fn value(&self) -> Value {
        match self {
            Self::Time(micros) => Timestamp::from_micros(*micros).into(),
            Self::Int(number) => (*number).into(),
            Self::Text(text) => text.into(),
        }
    }
}

/// A column a list may be sorted by. The pair (column, id) has an index behind the tenant.
#[derive(Clone, Copy, Debug)]
pub struct SortKey<T: 'static> {
    /// The name callers use: `createdAt`.
    pub name: &'static str,
    /// The column: `o.created_at`. Never `NULL`.
    pub column: &'static str,
    /// Its cell in a row.
    pub key: fn(&T) -> Key,
}

/// Where a cursor stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    /// The sort it belongs to, so that it can not be used with another.
    pub sort: String,
    /// Cell of the last row seen.
    pub key: Key,
    /// Id of the last row seen.
    pub id: Uuid,
}

/// Which page is wanted.
#[derive(Clone, Debug)]
pub struct Page {
    /// Rows wanted, 1 to 100.
    pub limit: u32,
    /// Rows to pass over; ignored with a cursor.
    pub offset: u64,
    /// Go on after this row.
    pub after: Option<Cursor>,
    /// `createdAt`, or `-createdAt` for the largest first. Empty: the list's own order.
    pub sort: String,
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: 20, offset: 0, after: None, sort: String::new() }
    }
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Listing<T> {
    /// The same page with each row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Listing<U> {
        Listing { rows: self.rows.into_iter().map(turn).collect(), next: self.next }
    }
}

/// What a list is made of.
pub struct List<T: 'static> {
    /// `SELECT … FROM …`, without `WHERE`.
    pub select: &'static str,
    /// The id column that breaks ties: `o.id`.
    pub id: &'static str,
    /// Id of a row.
    pub row_id: fn(&T) -> Uuid,
    /// Columns it may be sorted by; the first, largest first, is its own order.
    pub sorts: &'static [SortKey<T>],
}

/// Stop counting here when a filter is set: "10,000+" answers the question, and a million index entries take too long.
pub const COUNT_LIMIT: i64 = 10_000;

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

impl<T: Row> List<T> {
    /// Read one page. `filter` is ` WHERE …` with its values.
    pub async fn page(&self, tx: &mut Tx, filter: &Query, page: &Page) -> Result<Listing<T>> {
        self.read(tx, filter, page, None).await
    }

    /// The same for a list whose filter needs its first table alone: the rows before the page are counted off in that table's
    /// index, and only the page's own rows are joined, by `plain`, the `SELECT … FROM …` without a chosen index.
    pub async fn page_of_joined(&self, tx: &mut Tx, filter: &Query, page: &Page, plain: &'static str) -> Result<Listing<T>> {
        let skips = page.after.is_none() && page.offset > 0;
        self.read(tx, filter, page, skips.then_some(plain)).await
    }

    async fn read(&self, tx: &mut Tx, filter: &Query, page: &Page, plain: Option<&'static str>) -> Result<Listing<T>> {
        let (sort, descending) = self.sort(&page.sort)?;
        let mut query = Query::start(plain.unwrap_or(self.select));
        if plain.is_some() {
            query.push(" WHERE ").push(self.id).push(" IN (SELECT ").push(self.id).push(first_table(self.select));
        }
        query.append(filter.clone());
        if let Some(cursor) = &page.after {
            if cursor.sort.trim_start_matches('-') != sort.name || cursor.sort.starts_with('-') != descending {
                return Err(
                    CoreError::invalid("cursor", "other_sort", "This cursor belongs to another sort order. Start from the first page.").into()
                );
            }
            query.push(" AND (").push(sort.column).push(", ").push(self.id);
            query.push(if descending { ") < (" } else { ") > (" }).arg(cursor.key.value()).push(", ").arg(cursor.id).push(")");
        }
        let direction = if descending { " DESC" } else { " ASC" };
        let order = |query: &mut Query| {
            query.push(" ORDER BY ").push(sort.column).push(direction).push(", ").push(self.id).push(direction);
        };
        order(&mut query);
        // One more than wanted tells whether there is a next page without counting.
        query.push(" LIMIT ").arg(i64::from(page.limit) + 1);
        if page.after.is_none() && page.offset > 0 {
            query.push(" OFFSET ").arg(i64::try_from(page.offset).unwrap_or(i64::MAX));
        }
        if plain.is_some() {
            query.push(")");
            order(&mut query);
        }
        let mut rows: Vec<T> = tx.all(query).await?;
        let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let name = if descending { format!("-{}", sort.name) } else { sort.name.to_owned() };
        let next = rows.last().filter(|_| more).map(|row| Cursor { sort: name, key: (sort.key)(row), id: (self.row_id)(row) });
        Ok(Listing { rows, next })
    }

    /// Walk the whole list in pages of `batch`, newest first or as sorted, handing each to `take`: exports, in flat memory.
    pub async fn each<F, Fut>(&self, tx: &mut Tx, filter: &Query, sort: &str, mut take: F) -> Result<()>
    where
        F: FnMut(Vec<T>) -> Fut,
        Fut: Future<Output = bool>,
    {
        let mut page = Page { limit: 1_000, sort: sort.to_owned(), ..Page::default() };
        loop {
            let listing = self.page(tx, filter, &page).await?;
            page.after = listing.next;
            if !take(listing.rows).await || page.after.is_none() {
                return Ok(());
            }
        }
    }

    fn sort(&self, wanted: &str) -> Result<(&'static SortKey<T>, bool)> {
        if wanted.is_empty() {
            return Ok((&self.sorts[0], true));
        }
        let (name, descending) = wanted.strip_prefix('-').map_or((wanted, false), |name| (name, true));
        self.sorts.iter().find(|sort| sort.name == name).map(|sort| (sort, descending)).ok_or_else(|| {
            let names: Vec<_> = self.sorts.iter().map(|sort| sort.name).collect();
            CoreError::invalid("sort", "unknown_field", format!("Sort by one of: {}.", names.join(", "))).into()
        })
    }
}

/// ` FROM …` of a statement up to its first join; what is asked beside its columns has a FROM of its own, in brackets.
fn first_table(select: &'static str) -> &'static str {
    let mut depth = 0_i32;
    let outside = |(at, letter): &(usize, char)| {
        depth += i32::from(*letter == '(') - i32::from(*letter == ')');
        depth == 0 && *letter == ' ' && select[*at..].starts_with(" FROM ")
    };
    let from = select.char_indices().find(outside).map_or("", |(at, _)| &select[at..]);
    let end = from.find(" CROSS JOIN ").or_else(|| from.find(" JOIN ")).unwrap_or(from.len());
    &from[..end]
}

/// How many rows `from_where` (fixed ` FROM … `, then filters) finds, exact up to `most`; and whether that is all.
pub async fn count(tx: &mut Tx, from: &'static str, filter: &Query, most: i64) -> Result<(i64, bool)> {
    let mut query = Query::start("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM ");
    query.push(from).append(filter.clone());
    query.push(" LIMIT ").arg(most.saturating_add(1)).push(") AS counted");
    let count: Count = tx.one(query).await?;
    Ok((count.n.min(most), count.n <= most))
}
