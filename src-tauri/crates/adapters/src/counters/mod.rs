//! Counters shared by a fleet, in Redis. One call is one atomic step there, and waits for a bounded time. While Redis is away each process
//! counts for itself, says so in its state, and looks again after some seconds: limits get weaker by the number of processes, never absent.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use purser_core::time::SECOND;
use purser_core::{Result, Timestamp};
use purser_service::limits::{Counters, Local};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, Script};

/// How long one step may take.
const LONGEST: Duration = Duration::from_millis(250);
/// How long it is left alone after it failed.
const PAUSE: i64 = 5 * SECOND;
/// Counts and, the first time, says when to forget: both or neither.
const COUNT: &str = "local n = redis.call('INCRBY', KEYS[1], ARGV[1]) \
     if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return n";

#[expect(clippy::needless_pass_by_value, reason = "failures are handed over")]
fn wrong(error: RedisError) -> String {
    format!("This is not the address of a Redis: {}.", error.category())
}

/// Counters in Redis.
pub struct Redis {
    line: ConnectionManager,
    script: Script,
    local: Local,
    /// Until when it is left alone, in microseconds; nothing while it answers.
    away_until: AtomicI64,
}

impl Redis {
    /// Whether `url` is an address at all; needs nothing running.
    pub fn check(url: &str) -> Result<(), String> {
        Client::open(url).map(drop).map_err(wrong)
    }

    /// Counters in the Redis at `url`: `redis://host:6379/0`, `rediss://…` over TLS. Nothing is connected yet.
    pub fn new(url: &str) -> Result<Self, String> {
        let client = Client::open(url).map_err(wrong)?;
        let config =
            ConnectionManagerConfig::new().set_response_timeout(Some(LONGEST)).set_connection_timeout(Some(LONGEST)).set_number_of_retries(1);
        let line = ConnectionManager::new_lazy_with_config(client, config).map_err(wrong)?;
        Ok(Self { line, script: Script::new(COUNT), local: Local::default(), away_until: AtomicI64::new(0) })
    }

    async fn ask(&self, name: &str, by: i64, span_s: i64) -> Result<i64, RedisError> {
        let mut line = self.line.clone();
        if by == 0 {
            let count: Option<i64> = redis::cmd("GET").arg(name).query_async(&mut line).await?;
            return Ok(count.unwrap_or(0));
        }
        // A process whose clock is behind still finds the count.
        let forget_after = span_s.saturating_mul(2_000);
        self.script.key(name).arg(by).arg(forget_after).invoke_async(&mut line).await
    }
}

#[async_trait]
impl Counters for Redis {
    async fn add(&self, name: &str, by: i64, span_s: i64, now: Timestamp) -> Result<i64> {
        let span_s = span_s.max(1);
        let away = self.away_until.load(Ordering::Relaxed);
        if away > now.micros() {
            return self.local.add(name, by, span_s, now).await;
        }
        let key = format!("purser:count:{name}:{span_s}:{}", now.seconds().div_euclid(span_s));
        match tokio::time::timeout(2 * LONGEST, self.ask(&key, by, span_s)).await {
            Ok(Ok(count)) => {
                if away != 0 && self.away_until.swap(0, Ordering::Relaxed) != 0 {
                    tracing::info!("shared counters are back");
                }
                Ok(count)
            }
            failed => {
                // What Redis says may hold its address; the kind of failure is enough.
                let error = failed.map_or_else(
                    |_| "no answer in time".to_owned(),
                    |asked| asked.err().map_or_else(String::new, |error| error.category().to_owned()),
                );
                if self.away_until.swap(now.micros() + PAUSE, Ordering::Relaxed) == 0 {
                    tracing::warn!(error, "shared counters are away: each process counts for itself");
                }
                self.local.add(name, by, span_s, now).await
            }
        }
    }

    fn away(&self) -> bool {
        self.away_until.load(Ordering::Relaxed) != 0
    }

    fn name(&self) -> &'static str {
        "redis"
    }
}
