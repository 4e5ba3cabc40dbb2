//! Four eyes: what waits for somebody else, deciding it, and the rules that ask for it. Use cases are in `purser_service::approvals`.

mod rules;
mod views;

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, patch_with, post_with};
use axum::extract::State;
use purser_core::access::{Grant, can};
use purser_core::approvals::{ApprovalKind, ApprovalState};
use purser_core::ids::{ApprovalId, OrderId};
use purser_service::approvals::{self, Detail};
use purser_service::{App, exports};
use purser_store::approvals::Filter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Any, Json, NeededKey, OptionalJson, Path, Query};
use crate::list_query;
use crate::once::{Repeatable, Shape};
use crate::openapi::about;
use crate::reply::{Csv, Data, Rows};
pub(crate) use views::ApprovalView;
use views::DetailView;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/approvals", get_with(list, about("listApprovals", "approvals", "What waits for a second pair of eyes, and what became of it")))
        .api_route(
            "/approvals/export",
            get_with(export, about("exportApprovals", "approvals", "Requests for a second pair of eyes as a CSV file; takes `export:order` as well")),
        )
        .api_route("/approvals/{id}", get_with(read, about("getApproval", "approvals", "One request with what it would do")))
        .api_route("/approvals/{id}/approve", post_with(approve, about("approveRequest", "approvals", "Say yes; it is done at once")))
        .api_route("/approvals/{id}/reject", post_with(reject, about("rejectRequest", "approvals", "Say no")))
        .api_route("/approvals/{id}/cancel", post_with(cancel, about("cancelRequest", "approvals", "Take back what one asked for")))
        .api_route(
            "/approval-rules",
            get_with(rules::list, about("listApprovalRules", "approvals", "What asks for a second pair of eyes"))
                .post_with(rules::create, about("createApprovalRule", "approvals", "Add a rule")),
        )
        .api_route(
            "/approval-rules/{id}",
            get_with(rules::read, about("getApprovalRule", "approvals", "One rule"))
                .merge(patch_with(rules::update, about("updateApprovalRule", "approvals", "Change a rule")))
                .delete_with(rules::remove, about("deleteApprovalRule", "approvals", "Remove a rule")),
        )
}

list_query! {
    /// Which requests.
    ApprovalsQuery {
        /// Any of these states.
        state: Any<ApprovalState>,
        /// Any of these kinds.
        kind: Any<ApprovalKind>,
        /// About this order.
        order_id: Option<OrderId>,
        /// What one asked for oneself.
        mine: Option<bool>,
        /// What waits and one did not ask for oneself.
        decidable: Option<bool>,
    }
}

impl ApprovalsQuery {
    fn filter(&self, by: &Grant<can::ReadPayment>) -> Filter {
        let decidable = self.decidable.unwrap_or(false);
        Filter {
            states: if decidable { vec![ApprovalState::Waiting] } else { self.state.0.clone() },
            kinds: self.kind.0.clone(),
            subject: self.order_id.map(OrderId::uuid),
            asked_by: by.user().filter(|_| self.mine.unwrap_or(false)),
            not_by: by.actor().person().filter(|_| decidable),
            search: self.search().map(str::to_owned),
        }
    }
}

async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<ApprovalsQuery>) -> Result<Rows<ApprovalView>> {
    let page = query.page()?;
    let (listing, total) = approvals::list(&app, &by, &query.filter(&by), &page).await?;
    Ok(Rows::page(listing.map(|approval| ApprovalView::of(&by, approval)), &page, total))
}

async fn export(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<ApprovalsQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    let filter = query.filter(&by);
    Ok(Csv { name: "approvals.csv", body: exports::approvals(&app, &by, filter, sort).await? })
}

async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Path(id): Path<ApprovalId>) -> Result<Data<DetailView>> {
    let detail = approvals::read(&app, &by, id).await?;
    Ok(Data(DetailView::of(&by, detail)))
}

/// A yes.
#[derive(Deserialize, Serialize, JsonSchema, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "Approve")]
pub(crate) struct ApproveBody {
    /// A word with it.
    reason: Option<String>,
}

/// A no.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Reject")]
pub(crate) struct RejectBody {
    /// Why, up to 500 characters.
    reason: String,
}

fn decided(by: &Grant<can::DecideApproval>) -> Shape<Detail, DetailView> {
    let actor = by.clone();
    Shape { view: Arc::new(move |detail| DetailView::of(&actor, detail)), subject: |detail| detail.approval.id.uuid(), home: None }
}

async fn approve(
    State(app): State<App>,
    Allowed(by): Allowed<can::DecideApproval>,
    Path(id): Path<ApprovalId>,
    key: NeededKey,
    OptionalJson(body): OptionalJson<ApproveBody>,
) -> Result<Repeatable<DetailView, 200>> {
    let shape = decided(&by);
    let once = shape.once::<_, 200>(&by, key, (&format!("approve {id}"), &body))?;
    shape.reply(approvals::approve(&app, &by, id, body.reason, once).await?)
}

async fn reject(
    State(app): State<App>,
    Allowed(by): Allowed<can::DecideApproval>,
    Path(id): Path<ApprovalId>,
    key: NeededKey,
    Json(body): Json<RejectBody>,
) -> Result<Repeatable<DetailView, 200>> {
    let shape = decided(&by);
    let once = shape.once::<_, 200>(&by, key, (&format!("reject {id}"), &body))?;
    shape.reply(approvals::reject(&app, &by, id, &body.reason, once).await?)
}

async fn cancel(State(app): State<App>, Allowed(by): Allowed<can::GrantRefund>, Path(id): Path<ApprovalId>) -> Result<Data<DetailView>> {
    let detail = approvals::cancel(&app, &by, id).await?;
    Ok(Data(DetailView::of(&by, detail)))
}
