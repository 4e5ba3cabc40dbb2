//! The one search box.

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use purser_core::access::can;
use purser_core::{Error, Money};
use purser_service::App;
use purser_service::search::{self, Hit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Query};
use crate::openapi::about;
use crate::reply::Rows;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new().api_route("/search", get_with(find, about("search", "search", "The best hits of everything the caller may see")))
}

/// What is looked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    /// Words of a name or address, the number of an order, an id.
    q: String,
    /// Hits of each kind, 1 to 20; 5 unless said otherwise.
    #[serde(default)]
    limit: Option<u32>,
}

/// Something found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Hit")]
pub(crate) struct HitView {
    /// `user`, `order`, `payment`, `product`, `file` or `setting`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Its id; of a setting its name.
    id: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtitle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
}

impl From<Hit> for HitView {
    fn from(hit: Hit) -> Self {
        Self { kind: hit.kind, id: hit.id, title: hit.title, subtitle: hit.subtitle, amount: hit.amount }
    }
}

async fn find(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Query(query): Query<SearchQuery>) -> Result<Rows<HitView>> {
    let limit = query.limit.unwrap_or(5);
    if !(1..=20).contains(&limit) {
        return Err(Error::invalid("limit", "out_of_range", "1 to 20 hits of each kind.").into());
    }
    let hits = search::search(&app, &by, &query.q, limit).await?;
    Ok(Rows::whole(hits.into_iter().map(HitView::from).collect()))
}
