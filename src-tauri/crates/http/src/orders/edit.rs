//! Changing what is in an order, on the wire.

use axum::extract::State;
use purser_core::Money;
use purser_core::access::can;
use purser_core::ids::{LineId, OrderId};
use purser_service::App;
use purser_service::orders::Item;
use purser_service::orders::edit::{self, Edit, Outlook};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::shape;
use super::views::{DetailView, ItemBody};
use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, NeededKey, Path};
use crate::once::Repeatable;
use crate::reply::{Data, Versioned};

/// How many pieces of a line stay.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OrderEditLine")]
struct LineBody {
    line_id: LineId,
    /// No more than there are; 0 takes the line out.
    quantity: i64,
}

/// What is to change in an order nothing of which has left.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OrderEdit")]
pub(crate) struct EditBody {
    /// What comes in, at the price of today; at most 200.
    #[serde(default)]
    add: Vec<ItemBody>,
    /// Lines of which fewer pieces stay; at most 200.
    #[serde(default)]
    set: Vec<LineBody>,
    /// Why, up to 500 characters.
    reason: String,
}

impl From<&EditBody> for Edit {
    fn from(body: &EditBody) -> Self {
        let set = body.set.iter().map(|line| (line.line_id, line.quantity));
        Self { add: body.add.iter().map(Item::from).collect(), set: set.collect(), reason: body.reason.clone() }
    }
}

/// What an edit would come to.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderEditPreview")]
pub(crate) struct OutlookView {
    subtotal: Money,
    discount: Money,
    tax: Money,
    shipping: Money,
    /// What the order costs afterwards; of an order that was paid, what is given back is not taken off.
    total: Money,
    /// What has to be paid afterwards.
    due: Money,
    /// What is given back.
    refund: Money,
    /// What the customer pays more than before; less than nothing where they pay less or get something back.
    difference: Money,
    /// Whether somebody else has to approve what is given back.
    needs_approval: bool,
}

impl From<Outlook> for OutlookView {
    fn from(outlook: Outlook) -> Self {
        let Outlook { totals, due, refund, difference, needs_approval } = outlook;
        Self {
            subtotal: totals.subtotal,
            discount: totals.discount,
            tax: totals.tax,
            shipping: totals.shipping,
            total: totals.total,
            due,
            refund,
            difference,
            needs_approval,
        }
    }
}

impl Versioned for OutlookView {}

pub(crate) async fn preview_edit(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<OrderId>,
    Json(body): Json<EditBody>,
) -> Result<Data<OutlookView>> {
    Ok(Data(edit::preview(&app, &by, id, &(&body).into()).await?.into()))
}

pub(crate) async fn edit_order(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<OrderId>,
    (IfMatch(version), key): (IfMatch, NeededKey),
    Json(body): Json<EditBody>,
) -> Result<Repeatable<DetailView, 200>> {
    let shape = shape(&app, None);
    let once = shape.once::<_, 200>(&by, key, (&format!("edit {id}"), &body))?;
    shape.reply(edit::edit(&app, &by, (id, version), (&body).into(), once).await?)
}
