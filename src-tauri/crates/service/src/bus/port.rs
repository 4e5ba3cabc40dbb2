//! The port: something that carries what happened to whoever waits for it, in this process or outside.
//!
//! What is promised to whoever acts on an event does not rest on the bus. A message says that something happened and what; whoever acts on it
//! inside Purser reads it from the outbox, in the transaction it acts in. So a bus may lose, double or mix up messages, and one that somebody
//! else can write to can make nothing up.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use purser_core::Timestamp;
use purser_core::events::{Event, Topic};
use purser_core::ids::{TenantId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One event as it is carried: which thing changed and how, never what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The same at every carrying of the event: whoever has seen it need not look again.
    pub id: String,
    /// The tenant it happened in.
    pub tenant: TenantId,
    /// Its place in the order of commits of the tenant; later is larger.
    pub seq: i64,
    /// The area.
    pub topic: Topic,
    /// The domain's word for it: `refunded`.
    pub action: String,
    /// The thing that changed.
    pub subject_id: Uuid,
    /// The person who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

impl From<&Event> for Message {
    fn from(event: &Event) -> Self {
        Self {
            id: format!("{}-{}", event.tenant, event.seq),
            tenant: event.tenant,
            seq: event.seq,
            topic: event.topic,
            action: event.action.clone(),
            subject_id: event.subject_id,
            actor_id: event.actor_id,
            at: event.at,
        }
    }
}

/// A message somebody got, and what the bus wants to hear when it was dealt with.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The message; nothing if it could not be read, which is nobody's to repair.
    pub message: Option<Message>,
    /// Handed back to [`Bus::settle`].
    pub receipt: String,
}

/// Why the bus could not do something: the kind of trouble, without addresses or secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away(pub String);

impl std::fmt::Display for Away {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A bus.
#[async_trait]
pub trait Bus: Send + Sync {
    /// What it is called: `redis`.
    fn name(&self) -> &'static str;

    /// Whether it is outside, keeps what it was given, and carries it to other processes.
    fn is_outside(&self) -> bool;

    /// Hand messages over in this order. Answers once the bus has them all; then, and only then, they count as handed over.
    async fn publish(&self, messages: &[Arc<Message>]) -> Result<(), Away>;

    /// What has come for `consumer`, at most `most`; waits for something for at most `wait`. Of several processes that ask for the same
    /// consumer each message goes to one, and again to any if it is not settled for long.
    async fn receive(&self, consumer: &'static str, most: usize, wait: Duration) -> Result<Vec<Delivery>, Away>;

    /// These were dealt with.
    async fn settle(&self, consumer: &'static str, receipts: Vec<String>) -> Result<(), Away>;
}
