//! How many rows a list has, remembered until something the list shows has changed.
//!
//! Counting is the dearest part of a list and its answer seldom changes between two pages; the counters of committed changes
//! (`Db::version`) say exactly when it may have.

use std::time::Duration;

use moka::sync::Cache;
use purser_core::Result;
use purser_core::events::Topic;
use purser_core::ids::TenantId;
use purser_store::{Db, Page};

/// Counts remembered at once.
const REMEMBERED: u64 = 10_000;

/// Changes made by another program to the same database are noticed after this at the latest.
const AT_MOST: Duration = Duration::from_mins(1);

/// A count and the versions of the areas it was counted at.
type Known = (Vec<u64>, (i64, bool));

/// Counts of lists.
pub struct Totals {
    cache: Cache<(TenantId, String), Known>,
}

impl Default for Totals {
    fn default() -> Self {
        Self { cache: Cache::builder().max_capacity(REMEMBERED).time_to_live(AT_MOST).build() }
    }
}

/// Which count is wanted.
pub struct Wanted<'a> {
    /// Whose rows.
    pub tenant: TenantId,
    /// Name of the list and its filter, spelled so that two filters never read alike.
    pub list: String,
    /// Areas whose changes may change the count.
    pub topics: &'a [Topic],
    /// The page asked for: one that goes on from a cursor needs no count.
    pub page: &'a Page,
}

impl Totals {
    /// The count that is remembered, or what `count` finds; `None` where the page needs none.
    pub async fn of(&self, db: &Db, wanted: &Wanted<'_>, count: impl AsyncFnOnce() -> Result<(i64, bool)>) -> Result<Option<(i64, bool)>> {
        if wanted.page.after.is_some() {
            return Ok(None);
        }
        if let Some(total) = self.known(db, wanted) {
            return Ok(Some(total));
        }
        // Read before counting: a change that comes in between makes the answer stale for the next caller, never wrong for long.
        let as_of = wanted.versions(db);
        let total = count().await?;
        self.cache.insert(wanted.key(), (as_of, total));
        Ok(Some(total))
    }

    /// The count, if it is remembered and nothing has changed since.
    pub fn known(&self, db: &Db, wanted: &Wanted<'_>) -> Option<(i64, bool)> {
        let (seen, total) = self.cache.get(&wanted.key())?;
        (seen == wanted.versions(db)).then_some(total)
    }
}

impl Wanted<'_> {
    fn key(&self) -> (TenantId, String) {
        (self.tenant, self.list.clone())
    }

    fn versions(&self, db: &Db) -> Vec<u64> {
        self.topics.iter().map(|topic| db.version(*topic)).collect()
    }
}
