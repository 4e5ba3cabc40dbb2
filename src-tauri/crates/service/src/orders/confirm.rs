//! Write a customer once more that their order is paid.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::OrderId;
use purser_core::{Error, Result};
use purser_store::orders as store;

use super::{Detail, detail};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::{App, events, mail};

/// Mail the confirmation of an order again, once for each key.
pub async fn confirm_again(app: &App, by: &Grant<can::UpdateOrder>, id: OrderId, once: Option<Once<Detail>>) -> Result<Outcome<Detail>> {
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        let order = store::find(tx, id).await?.ok_or(Error::NotFound("order"))?;
        mail::confirm(tx, by, &order).await?;
        audit::record(tx, by, Line::new("order.confirm_again", "order", id.uuid(), order.label()));
        events::emit(tx, by, Topic::Order, "confirmed_again", id.uuid());
        detail(tx, id).await
    })
    .await
}
