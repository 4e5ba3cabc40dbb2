//! Addresses no newsletter goes to.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::SuppressionId;
use purser_core::newsletters::SuppressionReason;
use purser_service::{App, newsletters};
use purser_store::newsletters::SuppressionFilter;

use super::views::{RemovalBody, SuppressionView};
use crate::Result;
use crate::extract::{Allowed, Any, Json, Path, Query};
use crate::list_query;
use crate::reply::{NoContent, Rows};

list_query! {
    /// Which addresses.
    SuppressionsQuery {
        /// For any of these reasons.
        reason: Any<SuppressionReason>,
    }
}

pub(super) async fn list(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Query(query): Query<SuppressionsQuery>,
) -> Result<Rows<SuppressionView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = SuppressionFilter { reasons: query.reason.0, search };
    let (listing, total) = newsletters::suppressions(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(SuppressionView::from), &page, total))
}

pub(super) async fn remove(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(id): Path<SuppressionId>,
    Json(body): Json<RemovalBody>,
) -> Result<NoContent> {
    newsletters::remove(&app, &by, id, &body.reason).await?;
    Ok(NoContent)
}
