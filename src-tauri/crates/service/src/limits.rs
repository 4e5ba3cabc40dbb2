//! Counting calls, so that too many can be refused. A port: several processes count together where they share a counter, each for
//! itself where they do not. Nothing that has to be exact is decided here.

use std::collections::HashMap;

use async_trait::async_trait;
use parking_lot::Mutex;
use purser_core::access::Grant;
use purser_core::time::SECOND;
use purser_core::{Error, Result, Timestamp};

use crate::App;

/// How many calls in how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Calls.
    pub calls: i64,
    /// Seconds.
    pub span_s: i64,
}

/// Counters by name, each for a span of time.
#[async_trait]
pub trait Counters: Send + Sync {
    /// Count `by` more (nothing, to ask only) under `name` in the span that `now` is in; how many there are with it.
    async fn add(&self, name: &str, by: i64, span_s: i64, now: Timestamp) -> Result<i64>;

    /// Whether what is shared can not be reached, so that this process counts alone for now.
    fn away(&self) -> bool {
        false
    }

    /// What it is called: `local`, `redis`.
    fn name(&self) -> &'static str {
        "local"
    }
}

/// Counters of this process.
#[derive(Default)]
pub struct Local {
    counts: Mutex<HashMap<String, (i64, i64)>>,
}

/// Names kept before old ones are thrown out.
const ROOM: usize = 100_000;

#[async_trait]
impl Counters for Local {
    async fn add(&self, name: &str, by: i64, span_s: i64, now: Timestamp) -> Result<i64> {
        let span = now.seconds().div_euclid(span_s.max(1));
        let mut counts = self.counts.lock();
        if counts.len() >= ROOM {
            counts.retain(|_, (known, _)| *known == span);
        }
        if by == 0 {
            return Ok(counts.get(name).filter(|(known, _)| *known == span).map_or(0, |(_, count)| *count));
        }
        let entry = counts.entry(name.to_owned()).or_insert((span, 0));
        if entry.0 != span {
            *entry = (span, 0);
        }
        entry.1 = entry.1.saturating_add(by);
        Ok(entry.1)
    }
}

/// Seconds until the span `now` is in is over.
fn left(limit: Limit, now: Timestamp) -> u32 {
    let span = limit.span_s.max(1).saturating_mul(SECOND);
    let seconds = (span - now.micros().rem_euclid(span)).div_euclid(SECOND) + 1;
    u32::try_from(seconds.min(limit.span_s.max(1))).unwrap_or(u32::MAX)
}

/// Count one more under `name`, or refuse: it is one too many.
pub async fn take(counters: &dyn Counters, name: &str, limit: Limit, now: Timestamp) -> Result<()> {
    let count = counters.add(name, 1, limit.span_s, now).await?;
    if count > limit.calls { Err(Error::RateLimited { retry_after_s: left(limit, now) }) } else { Ok(()) }
}

/// Costly things, and how often one person may ask for them.
pub(crate) const EXPORTS: Limit = Limit { calls: 30, span_s: 60 };
/// Files to be brought in.
pub(crate) const IMPORTS: Limit = Limit { calls: 600, span_s: 60 };
/// Looks into the search box: somebody who types, however fast.
pub(crate) const SEARCHES: Limit = Limit { calls: 300, span_s: 60 };

/// Count one more of what this person asks for, or refuse: it is one too many.
pub(crate) async fn of_person<P>(app: &App, by: &Grant<P>, what: &'static str, limit: Limit) -> Result<()> {
    let Some(user) = by.user() else { return Ok(()) };
    take(&*app.counters, &format!("{what}:{user}"), limit, app.clock.now()).await
}

/// Refuse if this person asked for it too often, without counting.
pub(crate) async fn refuse_person<P>(app: &App, by: &Grant<P>, what: &'static str, limit: Limit) -> Result<()> {
    let Some(user) = by.user() else { return Ok(()) };
    refuse(&*app.counters, &format!("{what}:{user}"), limit, app.clock.now()).await
}

/// Refuse if there were too many under `name`, without counting.
pub async fn refuse(counters: &dyn Counters, name: &str, limit: Limit, now: Timestamp) -> Result<()> {
    let count = counters.add(name, 0, limit.span_s, now).await?;
    if count >= limit.calls { Err(Error::RateLimited { retry_after_s: left(limit, now) }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_too_many_is_refused_until_the_span_is_over() {
        let (local, limit) = (Local::default(), Limit { calls: 2, span_s: 60 });
        let at = |seconds: i64| Timestamp::from_micros(seconds * SECOND);
        assert!(take(&local, "a", limit, at(0)).await.is_ok());
        assert!(take(&local, "a", limit, at(59)).await.is_ok());
        assert!(matches!(take(&local, "a", limit, at(59)).await, Err(Error::RateLimited { retry_after_s: 1 | 2 })));
        assert!(take(&local, "b", limit, at(59)).await.is_ok(), "each name for itself");
        assert!(refuse(&local, "a", limit, at(59)).await.is_err());
        assert!(refuse(&local, "a", limit, at(60)).await.is_ok());
        assert!(take(&local, "a", limit, at(60)).await.is_ok());
    }
}
