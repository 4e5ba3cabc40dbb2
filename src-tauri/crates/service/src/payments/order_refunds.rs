//! Giving back what an order cost: looked at first, then done, over as many of its payments as it takes.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::ids::{OrderId, PaymentId};
use purser_core::payments::RefundKind;
use purser_core::{Error, Result};
use purser_store::approvals::Approval;
use purser_store::orders::{self, Order};
use purser_store::refund_basis::Line;
use purser_store::refunds::{self as store, Refund};
use purser_store::{Tx, approvals as approval_store};
use uuid::Uuid;

use super::aside::{Request, put_aside, route};
use super::compose::{Basis, Plan, What};
use super::refunds::{Accepted, wait};
use crate::App;
use crate::approvals::Route;
use crate::idempotency::{self, Claim, Once, Outcome, Reply};
use crate::identity::step_up;

/// What is to be given back of an order.
#[derive(Clone, Debug)]
pub struct Wish {
    /// How much, or which pieces.
    pub what: What,
    /// By which payments; empty for any.
    pub payments: Vec<PaymentId>,
    /// For what kind of reason.
    pub kind: RefundKind,
    /// Whether it goes to its customer's stored credit rather than back the way the money came.
    pub to_credit: bool,
}

/// What a refund would come to.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What it comes to.
    pub plan: Plan,
    /// Each line, what the pieces of it that are left are worth.
    pub lines: Vec<(Line, i64)>,
    /// What is left of the shipping before it.
    pub shipping_left: i64,
    /// What the rules say to it.
    pub route: Route,
}

/// What a request made.
#[derive(Clone, Debug)]
pub struct OrderRefund {
    /// The request.
    pub id: Uuid,
    /// One refund a payment.
    pub refunds: Vec<Refund>,
    /// The order.
    pub order: Order,
    /// What somebody else has to approve, if they have to.
    pub approval: Option<Approval>,
}

impl OrderRefund {
    /// Whether every repeat may be answered so.
    fn is_final(&self) -> bool {
        self.approval.is_some() || self.refunds.iter().all(|refund| refund.state.is_settled())
    }
}

/// Most lines of one refund.
const MOST_LINES: usize = 500;

impl Wish {
    /// Complaints about it, before anything is read.
    fn check(&self, checks: &mut Checks) {
        let lines = match &self.what {
            What::Rest => &[],
            What::Amount(amount) => {
                checks.that(amount.amount > 0, "amount.amount", "out_of_range", "An amount of more than nothing.");
                &[]
            }
            What::Lines(lines, shipping) => {
                let fits = shipping.is_none_or(|shipping| shipping.amount >= 0);
                checks.that(fits, "shipping.amount", "out_of_range", "An amount of nothing or more.");
                lines.as_slice()
            }
        };
        checks.that(lines.len() <= MOST_LINES, "lines", "too_many", "At most 500 lines at once.");
        for (place, (_, count)) in lines.iter().enumerate().take(MOST_LINES) {
            checks.that(*count > 0, &format!("lines[{place}].quantity"), "out_of_range", "One piece or more.");
        }
        checks.that(self.payments.len() <= 50, "payments", "too_many", "At most 50 payments at once.");
        let kindly = self.kind == RefundKind::Standard || matches!(self.what, What::Amount(_));
        checks.that(kindly, "amount", "goodwill_amount", "A kindness is an amount; pieces come back with a standard refund.");
    }

    const fn needs_lines(&self) -> bool {
        matches!(self.what, What::Lines(..))
    }
}

/// What a refund would come to, to the cent; changes nothing.
pub async fn preview_refund(app: &App, by: &Grant<can::GrantRefund>, order: OrderId, wish: &Wish) -> Result<Preview> {
    let mut checks = Checks::new();
    wish.check(&mut checks);
    checks.done()?;
    app.db
        .read(by, async |tx| {
            let basis = Basis::of_order(tx, order, (false, true)).await?;
            let plan = basis.plan(&wish.what, &wish.payments)?;
            let route = route(by, tx, &plan, wish.kind).await?;
            let worth: Vec<i64> = basis.lines_left().into_iter().map(purser_core::payments::Shares::sum).collect();
            let shipping_left = basis.left().shipping;
            Ok(Preview { plan, lines: basis.lines.into_iter().zip(worth).collect(), shipping_left, route })
        })
        .await
}

enum Begun {
    Accepted(Uuid, Vec<Accepted>),
    Answered(Reply),
}

/// Give back what `wish` says of an order, or ask somebody else to, as the rules will have it.
pub async fn refund_order(
    app: &App,
    by: &Grant<can::GrantRefund>,
    order: OrderId,
    (wish, reason): (Wish, String),
    once: Option<Once<OrderRefund>>,
) -> Result<Outcome<OrderRefund>> {
    let mut checks = Checks::new();
    checks.text("reason", &reason, 500);
    wish.check(&mut checks);
    checks.done()?;
    let turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let demand = step_up::refund_demand(app, by).await?;
    let begun = app
        .db
        .transact(by, async |tx| {
            let mut request: Uuid = by.id();
            if let Some(once) = &once {
                match app.once.claim(tx, &once.key, by.now(), request).await? {
                    Claim::New(made) => request = made,
                    Claim::Answered(reply) => return Ok(Begun::Answered(reply)),
                    Claim::Left(made) => {
                        let left = store::of_request(tx, made).await?;
                        return Ok(Begun::Accepted(made, left.iter().map(Accepted::again).collect()));
                    }
                }
            }
            let basis = Basis::of_order(tx, order, (true, wish.needs_lines())).await?;
            let plan = basis.plan(&wish.what, &wish.payments)?;
            // Asked here, of what is put aside: nothing can move between the question and the act.
            demand.of(by, Some(plan.amount().amount))?;
            let asked = Request { id: Some(request), first: None, reason: &reason, kind: wish.kind, to_credit: wish.to_credit };
            Ok::<_, Error>(Begun::Accepted(request, put_aside(by, tx, &plan, &asked).await?))
        })
        .await?;
    let (request, accepted) = match begun {
        Begun::Answered(reply) => return Ok(Outcome::Reply(reply)),
        Begun::Accepted(request, accepted) => (request, accepted),
    };
    for result in futures::future::join_all(accepted.into_iter().map(|one| wait(app, by, one, None))).await {
        if let Err(error) = result {
            tracing::warn!(%error, "a refund is not finished; it goes on by itself");
        }
    }
    let outcome = app.db.transact(by, async |tx| end(tx, (request, order), once.as_ref()).await).await;
    drop(turn);
    outcome
}

async fn end(tx: &mut Tx, (request, order): (Uuid, OrderId), once: Option<&Once<OrderRefund>>) -> Result<Outcome<OrderRefund>> {
    let refunds = store::of_request(tx, request).await?;
    let approval = match refunds.iter().find_map(|refund| refund.approval_id) {
        Some(id) => approval_store::find(tx, id.into()).await?,
        None => None,
    };
    let order = orders::find(tx, order).await?.ok_or(Error::NotFound("order"))?;
    let done = OrderRefund { id: request, refunds, order, approval };
    Ok(match once {
        Some(once) if done.is_final() => Outcome::Reply(idempotency::answer(tx, once, &done).await?),
        Some(once) => Outcome::Reply((once.render)(&done)),
        None => Outcome::Plain(done),
    })
}
