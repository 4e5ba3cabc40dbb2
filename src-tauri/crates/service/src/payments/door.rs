//! The door providers tell us through, and how much may come through it. What is not proved is counted by whom it comes from, what is proved by
//! whose it is: somebody who knocks without end keeps no provider out. What can only be proved by asking the provider counts until it is.

use purser_core::access::Origin;
use purser_core::ids::ConnectionId;
use purser_core::{Error, Result};
use sha2::{Digest, Sha256};

use super::notices::{self, Kept};
use super::remote::RawMessage;
use crate::App;
use crate::identity::recover::counter;
use crate::limits::{self, Limit};

/// Messages from one address of the network that are not proved to be a provider's.
const UNPROVED: Limit = Limit { calls: 60, span_s: 60 };

/// Those of them that are kept, in a day: each has a row and a job of its own.
const KEPT: Limit = Limit { calls: 1_000, span_s: 24 * 60 * 60 };

/// Take a message as it came through the door.
pub async fn knock(app: &App, connection: ConnectionId, message: RawMessage, origin: &Origin) -> Result<()> {
    let now = app.clock.now();
    // Each connection for itself: where all come through one proxy, strangers and providers have one address. A job carries the name along, so
    // it tells no address.
    let whose = format!("{}:{connection}", counter("door", origin));
    let name = format!("door:{}", hex::encode(&Sha256::digest(whose)[..16]));
    limits::refuse(&*app.counters, &name, UNPROVED, now).await?;
    limits::refuse(&*app.counters, &kept(&name), KEPT, now).await?;
    let outcome = notices::receive(app, connection, message, Some(&name)).await;
    match &outcome {
        Err(Error::Invalid(_)) => {
            app.counters.add(&name, 1, UNPROVED.span_s, now).await?;
        }
        Ok(Kept::Unproved) => count(app, &name, 1).await?,
        Err(Error::NotFound(_)) => limits::take(&*app.counters, &counter("no door", origin), UNPROVED, now).await?,
        _ => {}
    }
    outcome.map(drop)
}

fn kept(name: &str) -> String {
    format!("{name}:kept")
}

async fn count(app: &App, name: &str, by: i64) -> Result<()> {
    let now = app.clock.now();
    app.counters.add(name, by, UNPROVED.span_s, now).await?;
    app.counters.add(&kept(name), by, KEPT.span_s, now).await.map(drop)
}

/// What came through the door of this name is proved after all.
pub(super) async fn give_back(app: &App, name: &str) -> Result<()> {
    count(app, name, -1).await
}
