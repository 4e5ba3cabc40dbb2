//! Stored credit: what customers may still spend. Use cases are in `purser_service::credit`; orders are paid with it by `paymentMethod: credit`.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::credit::CreditKind;
use purser_core::ids::{CreditId, CreditMoveId, UserId};
use purser_core::{Currency, Money, Timestamp, text};
use purser_service::credit::{self, Ask, Given};
use purser_service::{App, exports};
use purser_store::credit::{Credit, Filter, Move, MovesFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Result;
use crate::approvals::ApprovalView;
use crate::extract::{Allowed, Any, Json, NeededKey, Path, Query, When};
use crate::list_query;
use crate::once::{Repeatable, Shape};
use crate::openapi::about;
use crate::party::{PartyView, RefView};
use crate::reply::{Csv, Rows, Versioned};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/credits", get_with(list, about("listCredits", "payments", "What customers have as stored credit")))
        .api_route(
            "/credits/export",
            get_with(export, about("exportCredits", "payments", "Stored credit as a CSV file; takes `export:order` as well")),
        )
        .api_route("/credits/moves", get_with(moves, about("listCreditMoves", "payments", "How stored credit moved, newest first")))
        .api_route(
            "/credits/moves/export",
            get_with(export_moves, about("exportCreditMoves", "payments", "Moves of stored credit as a CSV file; takes `export:order` as well")),
        )
        .api_route(
            "/users/{id}/credit",
            post_with(change, about("changeCredit", "payments", "Give a customer stored credit, or take it back; what is given may need approval")),
        )
}

/// What a customer has in one currency.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Credit")]
struct CreditView {
    id: CreditId,
    customer: PartyView,
    balance: Money,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Credit> for CreditView {
    fn from(c: Credit) -> Self {
        Self {
            id: c.id,
            customer: PartyView::new(c.customer_id, &c.first_name, &c.last_name, c.email),
            balance: Money::new(c.balance, c.currency),
            created_at: c.created_at,
            updated_at: c.updated_at,
        }
    }
}

impl Versioned for CreditView {}

list_query! {
    /// Whose.
    CreditsQuery {
        /// Only with something left, or only without.
        open: Option<bool>,
        /// Any of these customers.
        customer_id: Any<UserId>,
        /// In any of these currencies.
        currency: Any<Currency>,
    }
}

impl CreditsQuery {
    fn filter(&self) -> Filter {
        Filter {
            open: self.open,
            customers: self.customer_id.0.clone(),
            currencies: self.currency.0.clone(),
            words: self.search().map(text::terms).unwrap_or_default(),
        }
    }
}

async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<CreditsQuery>) -> Result<Rows<CreditView>> {
    let page = query.page()?;
    let (listing, total) = credit::list(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(CreditView::from), &page, total))
}

async fn export(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<CreditsQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "credits.csv", body: exports::credits(&app, &by, query.filter(), sort).await? })
}

/// One move of stored credit.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CreditMove")]
struct MoveView {
    id: CreditMoveId,
    customer: PartyView,
    kind: CreditKind,
    /// More of it is positive.
    amount: Money,
    /// What there was afterwards.
    balance: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<Uuid>,
    /// In the words of whoever moved it; empty where an order says why.
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<RefView>,
    created_at: Timestamp,
}

impl From<Move> for MoveView {
    fn from(m: Move) -> Self {
        Self {
            id: m.id,
            customer: PartyView::new(m.customer_id, &m.first_name, &m.last_name, m.email),
            kind: m.kind,
            amount: Money::new(m.amount, m.currency),
            balance: Money::new(m.balance, m.currency),
            order_id: m.order_id,
            order_number: m.order_number,
            payment_id: m.payment_id,
            refund_id: m.refund_id,
            reason: m.reason,
            created_by: m.created_by.map(|id| RefView { id, name: m.created_by_name }),
            created_at: m.created_at,
        }
    }
}

list_query! {
    /// Which moves.
    MovesQuery {
        /// Any of these customers.
        customer_id: Any<UserId>,
        /// For any of these.
        kind: Any<CreditKind>,
        /// At or after this instant.
        from: Option<When>,
        /// Before this instant.
        to: Option<When>,
    }
}

impl MovesQuery {
    fn filter(&self) -> MovesFilter {
        MovesFilter {
            customers: self.customer_id.0.clone(),
            kinds: self.kind.0.clone(),
            from: self.from.map(When::instant),
            to: self.to.map(When::instant),
            words: self.search().map(text::terms).unwrap_or_default(),
        }
    }
}

async fn moves(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<MovesQuery>) -> Result<Rows<MoveView>> {
    let page = query.page()?;
    let (listing, total) = credit::moves(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(MoveView::from), &page, total))
}

async fn export_moves(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<MovesQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "credit-moves.csv", body: exports::credit_moves(&app, &by, query.filter(), sort).await? })
}

/// Which way it moves.
#[derive(Deserialize, Serialize, JsonSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CreditDeed")]
enum Deed {
    /// The customer gets more.
    Give,
    /// What was given is taken back.
    TakeBack,
}

/// A change of somebody's stored credit.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CreditChange")]
struct ChangeBody {
    deed: Deed,
    /// More than nothing.
    amount: Money,
    /// Why, up to 500 characters; it is kept for ever.
    reason: String,
}

/// What became of it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CreditChanged")]
struct GivenView {
    customer_id: UserId,
    /// What they have now in that currency.
    balance: Money,
    /// What somebody else has to approve first; until then nothing is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
}

async fn change(
    State(app): State<App>,
    Allowed(by): Allowed<can::GrantRefund>,
    Path(id): Path<UserId>,
    key: NeededKey,
    Json(body): Json<ChangeBody>,
) -> Result<Repeatable<GivenView, 201>> {
    let actor = by.clone();
    let view = move |given: Given| GivenView {
        customer_id: given.customer,
        balance: given.balance,
        approval: given.approval.map(|approval| ApprovalView::of(&actor, approval)),
    };
    let shape = Shape { view: Arc::new(view), subject: |given: &Given| given.customer.uuid(), home: None };
    let once = shape.once::<_, 201>(&by, key, (&format!("credit {id}"), &body))?;
    let ask = Ask { amount: body.amount, take_back: body.deed == Deed::TakeBack, reason: body.reason };
    shape.reply(credit::change(&app, &by, id, ask, once).await?)
}
