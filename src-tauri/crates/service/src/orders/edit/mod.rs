//! Change what is in an order that was entered and has not begun to leave: lines go out, lines come in, and the difference is worked out.
//!
//! Nobody paid yet: the order is priced anew, what was sold at the price and rate of its day. It was paid: what goes out is given back piece
//! by piece as any refund is, with the same approvals; what comes in is due, and paid as any order is. Lines that were paid stay in the
//! books as they were sold; the pieces taken out of them are noted beside them.

mod back;
mod work;
mod write;

pub(crate) use back::put_back;

use purser_core::access::{Grant, can};
use purser_core::checkout::Totals;
use purser_core::error::Checks;
use purser_core::ids::{LineId, OrderId};
use purser_core::{Error, FieldError, Money, Result};
use purser_store::order_edits::Sold;

use super::begin::{Begun, begin};
use super::price::{self, Item};
use super::{Detail, detail};
use crate::App;
use crate::idempotency::{self, Once, Outcome};
use crate::payments as pay;

/// What is to change in an order.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What comes in, at the price of today.
    pub add: Vec<Item>,
    /// Lines of which fewer pieces stay.
    pub set: Vec<(LineId, i64)>,
    /// Why.
    pub reason: String,
}

/// What an edit comes to.
#[derive(Clone, Copy, Debug)]
pub struct Outlook {
    /// The sums afterwards. Of an order that was paid they hold what was given back.
    pub totals: Totals,
    /// What has to be paid afterwards.
    pub due: Money,
    /// What is given back.
    pub refund: Money,
    /// What the customer pays more than before; less than nothing where they pay less or get something back.
    pub difference: Money,
    /// Whether somebody else has to approve what is given back.
    pub needs_approval: bool,
}

impl Edit {
    fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        if !self.add.is_empty() {
            price::check_items(&mut checks, "add", &self.add);
        }
        checks.that(!(self.add.is_empty() && self.set.is_empty()), "set", "required", "Say what goes out or comes in.");
        checks.that(self.set.len() <= price::MOST_LINES, "set", "too_many", "At most 200 lines.");
        for (place, (id, pieces)) in self.set.iter().enumerate().take(price::MOST_LINES) {
            checks.that(*pieces >= 0, &format!("set[{place}].quantity"), "out_of_range", "0 pieces or more.");
            let twice = self.set.iter().take(place).any(|(other, _)| other == id);
            checks.that(!twice, &format!("set[{place}].lineId"), "named_twice", "Each line is named once.");
        }
        checks.text("reason", &self.reason, 500);
        checks.done()
    }

    /// Pieces that go out of each line; those that name no line, or more than is there, are complained of.
    fn out(&self, sold: &[Sold]) -> Result<Vec<(LineId, i64)>> {
        let (mut out, mut wrong) = (Vec::new(), Vec::new());
        for (place, (id, pieces)) in self.set.iter().enumerate() {
            match sold.iter().find(|line| line.id == *id && line.left() > 0) {
                None => wrong.push(FieldError::new(format!("set[{place}].lineId"), "unknown_line", "The order has no such line.")),
                Some(line) if *pieces > line.left() => {
                    let message = "More of it comes in as a line of its own, at the price of today.";
                    wrong.push(FieldError::new(format!("set[{place}].quantity"), "only_fewer", message));
                }
                Some(line) if *pieces < line.left() => out.push((*id, line.left() - pieces)),
                Some(_) => {}
            }
        }
        if !wrong.is_empty() {
            return Err(Error::Unprocessable(wrong));
        }
        let left: i64 = sold.iter().map(Sold::left).sum::<i64>() - out.iter().map(|(_, pieces)| pieces).sum::<i64>();
        if left == 0 && self.add.is_empty() {
            return Err(Error::conflict("nothing_left", "Nothing would be left of the order. Cancel it instead."));
        }
        if out.is_empty() && self.add.is_empty() {
            return Err(Error::invalid("set", "required", "Say what goes out or comes in."));
        }
        Ok(out)
    }
}

/// What an edit would come to; changes nothing.
pub async fn preview(app: &App, by: &Grant<can::UpdateOrder>, id: OrderId, edit: &Edit) -> Result<Outlook> {
    edit.check()?;
    Ok(app.db.read(by, async |tx| work::out(by, tx, (id, edit), None).await).await?.outlook)
}

/// Change an order that still is at `version`, once for each key.
pub async fn edit(
    app: &App,
    by: &Grant<can::UpdateOrder>,
    (id, version): (OrderId, i64),
    edit: Edit,
    once: Option<Once<Detail>>,
) -> Result<Outcome<Detail>> {
    edit.check()?;
    let begun = begin(app, by, (id, once.as_ref()), async |tx, demand| {
        let worked = work::out(by, tx, (id, &edit), Some(version)).await?;
        if worked.outlook.refund.amount > 0 {
            demand.of(by, Some(worked.outlook.refund.amount))?;
        }
        write::write(by, tx, &worked, &edit).await
    });
    let (accepted, _turn) = match begun.await? {
        Begun::Answered(reply) => return Ok(Outcome::Reply(reply)),
        Begun::Work(accepted, turn) => (accepted, turn),
    };
    for refund in accepted.into_iter().filter(|refund| !refund.waits()) {
        if let Err(error) = pay::wait(app, by, refund, None).await {
            tracing::warn!(%error, "the refund of a changed order is not finished; it goes on by itself");
        }
    }
    app.db
        .transact(by, async |tx| {
            let detail = detail(tx, id).await?;
            idempotency::finish(tx, once.as_ref(), detail).await
        })
        .await
}
