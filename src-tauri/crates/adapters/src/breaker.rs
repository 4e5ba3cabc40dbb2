//! A circuit breaker: after a few failures in a row nothing is sent for a while, then one call finds out whether the other side is back.

use std::sync::Arc;

use parking_lot::Mutex;
use purser_core::Timestamp;
use purser_core::gateways::Health;
use purser_core::time::{Clock, SECOND};

/// Failures that open it.
const FAILURES: usize = 3;
/// They count together when they are so close.
const WINDOW: i64 = 30 * SECOND;
/// It stays open for so long.
const OPEN: i64 = 30 * SECOND;

/// The breaker of one way. Cheap to clone; clones share it.
#[derive(Clone)]
pub(crate) struct Breaker {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
    name: &'static str,
}

#[derive(Default)]
struct Inner {
    failures: Vec<Timestamp>,
    open_until: Option<Timestamp>,
    probing: bool,
}

/// The breakers of one connection. Cheap to clone; clones share them.
#[derive(Clone)]
pub(crate) struct Breakers {
    /// Of paying and all that belongs to it.
    pub(crate) payments: Breaker,
    /// Of what must never keep anybody from paying: files for the bank, and questions about messages anybody may have sent.
    pub(crate) aside: Breaker,
}

impl Breakers {
    /// Closed ones.
    pub(crate) fn new(name: &'static str, clock: &Clock) -> Self {
        Self { payments: Breaker::new(name, clock.clone()), aside: Breaker::new(name, clock.clone()) }
    }
}

/// Leave to make one call. Dropped without a word, it says nothing about the other side.
pub(crate) struct Pass {
    breaker: Breaker,
    probe: bool,
    said: bool,
}

impl Breaker {
    /// A closed one.
    pub(crate) fn new(name: &'static str, clock: Clock) -> Self {
        Self { clock, inner: Arc::default(), name }
    }

    /// How it stands.
    pub(crate) fn health(&self) -> Health {
        let inner = self.inner.lock();
        match inner.open_until {
            None => Health::Closed,
            Some(until) if until > self.clock.now() => Health::Open,
            Some(_) => Health::HalfOpen,
        }
    }

    /// Leave to call; `None` while it is open, and while another call finds out.
    pub(crate) fn enter(&self) -> Option<Pass> {
        let mut inner = self.inner.lock();
        let probe = match inner.open_until {
            None => false,
            Some(until) if until > self.clock.now() || inner.probing => return None,
            Some(_) => true,
        };
        inner.probing |= probe;
        Some(Pass { breaker: self.clone(), probe, said: false })
    }
}

impl Pass {
    /// The other side answered.
    pub(crate) fn well(mut self) {
        self.said = true;
        let mut inner = self.breaker.inner.lock();
        if inner.open_until.is_some() {
            tracing::info!(provider = self.breaker.name, "circuit_closed");
        }
        *inner = Inner::default();
    }

    /// It did not.
    pub(crate) fn ill(mut self) {
        self.said = true;
        let now = self.breaker.clock.now();
        let mut inner = self.breaker.inner.lock();
        inner.failures.retain(|at| now.since(*at) <= WINDOW);
        inner.failures.push(now);
        if self.probe || inner.failures.len() >= FAILURES {
            (inner.open_until, inner.probing) = (Some(now.plus(OPEN)), false);
            tracing::warn!(provider = self.breaker.name, "circuit_opened");
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if !self.said && self.probe {
            self.breaker.inner.lock().probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_three_lets_one_through_and_closes() {
        let clock = Clock::fixed(Timestamp::from_micros(1_000_000_000_000_000));
        let breaker = Breaker::new("test", clock.clone());
        for _ in 0..FAILURES {
            breaker.enter().unwrap().ill();
        }
        assert_eq!(breaker.health(), Health::Open);
        assert!(breaker.enter().is_none(), "the fourth is not sent");
        clock.advance(OPEN + 1);
        assert_eq!(breaker.health(), Health::HalfOpen);
        let probe = breaker.enter().unwrap();
        assert!(breaker.enter().is_none(), "one finds out, the others wait");
        probe.ill();
        assert_eq!(breaker.health(), Health::Open);
        clock.advance(OPEN + 1);
        drop(breaker.enter().unwrap());
        breaker.enter().unwrap().well();
        assert_eq!(breaker.health(), Health::Closed);
    }

    #[test]
    fn failures_far_apart_or_with_a_success_between_do_not_open_it() {
        let clock = Clock::fixed(Timestamp::from_micros(1_000_000_000_000_000));
        let breaker = Breaker::new("test", clock.clone());
        for _ in 0..10 {
            breaker.enter().unwrap().ill();
            clock.advance(WINDOW);
        }
        for _ in 0..10 {
            breaker.enter().unwrap().ill();
            breaker.enter().unwrap().well();
        }
        assert_eq!(breaker.health(), Health::Closed);
    }
}
