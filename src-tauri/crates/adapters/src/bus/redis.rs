//! Redis streams: one stream, one group of readers for each consumer. A Redis that does not write to its disk forgets what it had when it
//! ends; Purser's own consumers find that in the outbox, others should read a Redis with `appendonly yes`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use purser_service::bus::port::{Away, Bus, Delivery, Message};
use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::streams::{StreamAutoClaimReply, StreamId, StreamReadReply};
use redis::{AsyncConnectionConfig, Client, RedisError};

use super::{name, read};

/// The stream everything goes into.
const STREAM: &str = "purser:events";
/// Messages kept, about.
const KEPT: usize = 100_000;
/// How long one step may take.
const LONGEST: Duration = Duration::from_secs(5);
/// A message somebody took and did not settle for so long goes to somebody else; in milliseconds.
const LEFT_MS: usize = 60_000;

/// Redis streams.
pub struct Redis {
    client: Client,
    /// For what does not wait.
    line: ConnectionManager,
    /// This process, towards the groups.
    reader: String,
    /// One line for each consumer, which waits on it.
    waiting: Mutex<HashMap<&'static str, MultiplexedConnection>>,
}

#[expect(clippy::needless_pass_by_value, reason = "failures are handed over")]
fn away(error: RedisError) -> Away {
    // What Redis says may hold its address; the kind of failure is enough.
    Away(format!("Redis: {}", error.category()))
}

#[expect(clippy::needless_pass_by_value, reason = "failures are handed over")]
fn wrong(error: RedisError) -> String {
    format!("This is not the address of a Redis: {}.", error.category())
}

fn group(consumer: &'static str) -> String {
    format!("purser-{consumer}")
}

fn delivery(entry: StreamId) -> Delivery {
    let message = entry.get::<Vec<u8>>("event").as_deref().and_then(read);
    Delivery { message, receipt: entry.id }
}

impl Redis {
    /// Whether `url` is an address at all; needs nothing running.
    pub fn check(url: &str) -> Result<(), String> {
        Client::open(url).map(drop).map_err(wrong)
    }

    /// The Redis at `url`. Nothing is connected yet.
    #[allow(clippy::disallowed_methods, reason = "it names this reader to Redis; nothing is kept under it")]
    pub fn new(url: &str) -> Result<Self, String> {
        let client = Client::open(url).map_err(wrong)?;
        let config =
            ConnectionManagerConfig::new().set_response_timeout(Some(LONGEST)).set_connection_timeout(Some(LONGEST)).set_number_of_retries(1);
        let line = ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(wrong)?;
        Ok(Self { client, line, reader: uuid::Uuid::now_v7().to_string(), waiting: Mutex::default() })
    }

    /// The line `consumer` waits on, and its group, both made at the first call and after a failure.
    async fn open(&self, consumer: &'static str, wait: Duration) -> Result<MultiplexedConnection, RedisError> {
        if let Some(line) = self.waiting.lock().get(consumer) {
            return Ok(line.clone());
        }
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(LONGEST)).set_response_timeout(Some(wait + LONGEST));
        let mut line = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        let made: Result<(), RedisError> =
            redis::cmd("XGROUP").arg("CREATE").arg(STREAM).arg(group(consumer)).arg("0").arg("MKSTREAM").query_async(&mut line).await;
        match made {
            Err(error) if error.code() == Some("BUSYGROUP") => {}
            made => made?,
        }
        self.waiting.lock().insert(consumer, line.clone());
        Ok(line)
    }

    async fn take(&self, consumer: &'static str, most: usize, wait: Duration) -> Result<Vec<Delivery>, RedisError> {
        let mut line = self.open(consumer, wait).await?;
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP").arg(group(consumer)).arg(&self.reader).arg("COUNT").arg(most);
        read.arg("BLOCK").arg(u64::try_from(wait.as_millis()).unwrap_or(1).max(1)).arg("STREAMS").arg(STREAM).arg(">");
        let reply: Option<StreamReadReply> = read.query_async(&mut line).await?;
        let found: Vec<Delivery> = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids).map(delivery).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        // Nothing new: what a process took that is gone.
        let mut claim = redis::cmd("XAUTOCLAIM");
        claim.arg(STREAM).arg(group(consumer)).arg(&self.reader).arg(LEFT_MS).arg("0").arg("COUNT").arg(most);
        let left: StreamAutoClaimReply = claim.query_async(&mut line).await?;
        Ok(left.claimed.into_iter().map(delivery).collect())
    }
}

#[async_trait]
impl Bus for Redis {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn is_outside(&self) -> bool {
        true
    }

    async fn publish(&self, messages: &[Arc<Message>]) -> Result<(), Away> {
        let mut pipe = redis::pipe();
        for message in messages {
            let body = serde_json::to_vec(message).map_err(|_| Away("an event could not be written".into()))?;
            pipe.cmd("XADD").arg(STREAM).arg("MAXLEN").arg("~").arg(KEPT).arg("*");
            pipe.arg("id").arg(&message.id).arg("name").arg(name(message)).arg("event").arg(body).ignore();
        }
        let mut line = self.line.clone();
        pipe.query_async::<()>(&mut line).await.map_err(away)
    }

    async fn receive(&self, consumer: &'static str, most: usize, wait: Duration) -> Result<Vec<Delivery>, Away> {
        let taken = self.take(consumer, most, wait).await;
        if taken.is_err() {
            // A new line, and if Redis lost it a new group, next time.
            self.waiting.lock().remove(consumer);
        }
        taken.map_err(away)
    }

    async fn settle(&self, consumer: &'static str, receipts: Vec<String>) -> Result<(), Away> {
        if receipts.is_empty() {
            return Ok(());
        }
        let mut line = self.line.clone();
        redis::cmd("XACK").arg(STREAM).arg(group(consumer)).arg(receipts).query_async::<()>(&mut line).await.map_err(away)
    }
}
