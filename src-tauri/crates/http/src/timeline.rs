//! The whole story of a person or an order.

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{OrderId, UserId};
use purser_core::{Money, Timestamp};
use purser_service::App;
use purser_service::timeline::{self, Entry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Result;
use crate::audit::SubjectView;
use crate::extract::{Allowed, AllowedOwn, Path, Query, page};
use crate::openapi::about;
use crate::reply::Rows;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/users/{id}/timeline", get_with(of_user, about("getUserTimeline", "people", "The whole story of a person, newest first")))
        .api_route("/orders/{id}/timeline", get_with(of_order, about("getOrderTimeline", "orders", "The whole story of an order, newest first")))
}

/// How much of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimelineQuery {
    /// Entries, 1 to 100; 20 unless said otherwise.
    #[serde(default)]
    limit: Option<u32>,
    /// Go on from here: `nextCursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

/// One thing that happened.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TimelineEntry")]
pub(crate) struct EntryView {
    id: Uuid,
    at: Timestamp,
    /// `order`, `payment`, `refund`, `account`, `session`, `file` or `import`.
    kind: &'static str,
    /// The domain's word for it: `user.lock`.
    action: String,
    /// In a person's words.
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<ActorView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
    subject: SubjectView,
    /// The audit row behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    audit_id: Option<Uuid>,
}

/// Who did it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TimelineActor")]
struct ActorView {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    name: String,
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let (kind, id, label) = entry.subject;
        Self {
            id: entry.id,
            at: entry.at,
            kind: entry.kind,
            action: entry.action,
            title: entry.title,
            detail: entry.detail,
            actor: entry.actor.map(|(id, name)| ActorView { id, name }),
            amount: entry.amount,
            subject: SubjectView { kind, id: Some(id), label },
            audit_id: entry.audit_id,
        }
    }
}

async fn of_user(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadUser>,
    Path(id): Path<UserId>,
    Query(query): Query<TimelineQuery>,
) -> Result<Rows<EntryView>> {
    let page = page(None, query.limit, query.cursor.as_deref(), None)?;
    let listing = timeline::of_person(&app, &by, id, &page).await?;
    Ok(Rows::page(listing.map(EntryView::from), &page, None))
}

async fn of_order(
    State(app): State<App>,
    AllowedOwn(by): AllowedOwn<can::ReadOrder>,
    Path(id): Path<OrderId>,
    Query(query): Query<TimelineQuery>,
) -> Result<Rows<EntryView>> {
    let page = page(None, query.limit, query.cursor.as_deref(), None)?;
    let listing = timeline::of_order(&app, &by, id, &page).await?;
    Ok(Rows::page(listing.map(EntryView::from), &page, None))
}
