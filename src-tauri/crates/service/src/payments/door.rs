//! The door providers tell us through, and how much may come through it. What is not proved is counted by whom it comes from, what is proved by
//! whose it is: somebody who knocks without end keeps no provider out.

use purser_core::access::Origin;
use purser_core::ids::ConnectionId;
use purser_core::{Error, Result};

use super::notices;
use super::remote::RawMessage;
use crate::App;
use crate::identity::recover::counter;
use crate::limits::{self, Limit};

/// Messages from one address of the network that are not proved to be a provider's.
const UNPROVED: Limit = Limit { calls: 60, span_s: 60 };

/// Take a message as it came through the door.
pub async fn knock(app: &App, connection: ConnectionId, message: RawMessage, origin: &Origin) -> Result<()> {
    let (name, now) = (counter("door", origin), app.clock.now());
    // Each connection for itself: where all come through one proxy, strangers and providers have one address.
    let name = format!("{name}:{connection}");
    limits::refuse(&*app.counters, &name, UNPROVED, now).await?;
    let outcome = notices::receive(app, connection, message).await;
    match &outcome {
        Err(Error::Invalid(_)) => {
            app.counters.add(&name, 1, UNPROVED.span_s, now).await?;
        }
        Err(Error::NotFound(_)) => limits::take(&*app.counters, &counter("no door", origin), UNPROVED, now).await?,
        _ => {}
    }
    outcome
}
