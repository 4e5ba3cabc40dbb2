//! The addresses no newsletter goes to, as staff sees them.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::SuppressionId;
use purser_core::{Error, Result};
use purser_store::newsletters::{self as store, Suppression, SuppressionFilter};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page};
use serde_json::json;

use crate::audit::{self, Line};
use crate::{App, events};

/// A page of them and, without a cursor, how many there are.
pub async fn suppressions(
    app: &App,
    by: &Grant<can::SendNewsletter>,
    filter: &SuppressionFilter,
    page: &Page,
) -> Result<(Listing<Suppression>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count_suppressions(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::suppressions(tx, filter, page).await?, total))
        })
        .await
}

/// An address as the log may keep it for good: whoever knows it knows it again.
fn hinted(email: &str) -> String {
    let (name, host) = email.rsplit_once('@').unwrap_or((email, ""));
    format!("{}…@{host}", name.chars().take(1).collect::<String>())
}

/// Take an address off the list, for a reason that is kept. Whether whoever reads it agreed is asked all the same.
pub async fn remove(app: &App, by: &Grant<can::SendNewsletter>, id: SuppressionId, reason: &str) -> Result<()> {
    Checks::new().text("reason", reason, 500).done()?;
    app.db
        .transact(by, async |tx| {
            let found = store::find_suppression(tx, id).await?.ok_or(Error::NotFound("address"))?;
            store::remove_suppression(tx, id).await?;
            let was = json!({ "reason": found.reason, "error": found.error, "since": found.created_at });
            let line = Line::new("newsletter.unsuppress", "suppression", id.uuid(), hinted(&found.email)).before(&was);
            audit::record(tx, by, line.reason(reason.trim()));
            events::emit(tx, by, Topic::Mail, "newsletter_unsuppressed", id.uuid());
            Ok(())
        })
        .await
}
