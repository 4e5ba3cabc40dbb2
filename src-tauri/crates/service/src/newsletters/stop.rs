//! Stopping a newsletter that goes out: whoever has it has it, what is being handed over is settled, and whose turn has not come gets none.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::NewsletterId;
use purser_core::newsletters::NewsletterState;
use purser_core::{Error, Result};
use purser_store::newsletters::{self as store, Newsletter};
use serde_json::json;

use super::{find, label};
use crate::audit::{self, Line};
use crate::{App, events};

/// Stop a newsletter that goes out. One that is stopped stays so.
pub async fn stop(app: &App, by: &Grant<can::SendNewsletter>, id: NewsletterId) -> Result<Newsletter> {
    app.db
        .transact(by, async |tx| {
            let left = store::stop(tx, id, by.now()).await?;
            let newsletter = find(tx, id).await?;
            let Some(left) = left else {
                let stopped = newsletter.state == NewsletterState::Stopped;
                let message = "It does not go out now, so there is nothing to stop.";
                return if stopped { Ok(newsletter) } else { Err(Error::conflict("not_going_out", message)) };
            };
            let after = json!({ "sent": newsletter.sent, "left": left });
            audit::record(tx, by, Line::new("newsletter.stop", "newsletter", id.uuid(), label(&newsletter)).after(&after));
            events::emit(tx, by, Topic::Mail, "newsletter_stopped", id.uuid());
            Ok(newsletter)
        })
        .await
}
