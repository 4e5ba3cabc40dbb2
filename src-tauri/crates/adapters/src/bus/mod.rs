//! What carries events outside this process: Redis streams and NATS. Wire shapes and addresses live here alone.

#[cfg(feature = "nats")]
mod nats;
mod redis;

#[cfg(feature = "nats")]
pub use nats::Nats;
pub use redis::Redis;

use std::sync::Arc;

use purser_service::bus::port::{Bus, Message};

/// The name of a message: `order.paid`.
fn name(message: &Message) -> String {
    format!("{}.{}", message.topic, message.action)
}

fn read(bytes: &[u8]) -> Option<Message> {
    serde_json::from_slice(bytes).ok()
}

const UNKNOWN: &str = "A bus is a Redis (redis://host:6379/0, rediss://… over TLS) or a NATS (nats://host:4222, tls://… over TLS).";

/// Whether `url` is an address at all; needs nothing running. What is wrong is told without the address, which may hold a password.
pub fn check(url: &str) -> Result<(), String> {
    match url.split_once("://").map(|(scheme, _)| scheme) {
        Some("redis" | "rediss") => Redis::check(url),
        #[cfg(feature = "nats")]
        Some("nats" | "tls") => Nats::new(url).map(drop),
        #[cfg(not(feature = "nats"))]
        Some("nats" | "tls") => Err("This Purser was built without NATS.".into()),
        _ => Err(UNKNOWN.into()),
    }
}

/// The bus at `url`. Nothing is connected yet.
pub fn at(url: &str) -> Result<Arc<dyn Bus>, String> {
    check(url)?;
    #[cfg(feature = "nats")]
    if !url.starts_with("redis") {
        return Ok(Arc::new(Nats::new(url)?));
    }
    Ok(Arc::new(Redis::new(url)?))
}
