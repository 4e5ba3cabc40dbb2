//! The port to providers a tenant connects by itself: more than a [`Gateway`] can do, and where one comes from.

use async_trait::async_trait;
use purser_core::Timestamp;
use purser_core::gateways::{GatewayKind, Health};
use purser_core::ids::{ConnectionId, TenantId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

use super::port::Gateway;

/// What it takes to speak to a provider in the name of a tenant.
#[derive(Clone)]
pub struct Access {
    /// The connection.
    pub connection: ConnectionId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Which provider.
    pub kind: GatewayKind,
    /// What may be seen of us there.
    pub account: Option<String>,
    /// The key.
    pub key: Zeroizing<String>,
    /// What its messages are signed with.
    pub signing: Option<Zeroizing<String>>,
    /// What it calls the place it tells us at.
    pub webhook_ref: Option<String>,
    /// Whether it moves money.
    pub live: bool,
}

/// A message as it came through the door.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RawMessage {
    /// Headers that prove it, by name in small letters.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: String,
}

impl RawMessage {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whether it is proved to be the provider's. One that is not is kept, and the provider asked, before anything follows from it.
    pub proved: bool,
    /// The provider's id of it.
    pub id: String,
    /// Its kind, in the provider's words.
    pub kind: String,
    /// What the provider calls the payment it is about.
    pub payment: Option<String>,
}

/// Why a message is not taken; the sentence is for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It is not proved to be the provider's.
    Forged(&'static str),
    /// It can not be told for now.
    Later(&'static str),
}

/// One step of a test.
#[derive(Clone, Debug)]
pub struct ProbeStep {
    /// Its name.
    pub name: &'static str,
    /// Whether it went as it should.
    pub ok: bool,
    /// In words.
    pub detail: String,
}

/// A provider a tenant connected.
#[async_trait]
pub trait Remote: Gateway {
    /// How the way there is.
    fn health(&self) -> Health;

    /// Whether the connection works, step by step.
    async fn probe(&self) -> Vec<ProbeStep>;

    /// Whether a message that could not be proved here is the provider's, which is asked.
    async fn prove(&self, _message: &RawMessage) -> Result<(), NotTaken> {
        Ok(())
    }

    /// What a message says, if it is the provider's, or could be. Nobody is asked: the provider waits for the answer.
    async fn read(&self, message: &RawMessage, now: Timestamp) -> Result<Told, NotTaken>;
}

/// Where the way to a provider comes from.
pub trait Remotes: Send + Sync {
    /// The way to the provider of `access`; `None` for a kind that is not known here.
    fn open(&self, access: Access) -> Option<Arc<dyn Remote>>;
}

/// No provider beside the sandbox.
pub struct NoRemotes;

impl Remotes for NoRemotes {
    fn open(&self, _: Access) -> Option<Arc<dyn Remote>> {
        None
    }
}
