//! `order.pay`: take the money for an order, see it in the books, tell whoever follows the order.
//!
//! The payment carries the run's own key, so that however often the step is taken one payment is made. Undoing it gives back what was taken,
//! or lets go of what was promised.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{OrderId, PaymentId, RefundId};
use purser_core::orders::OrderState;
use purser_core::payments::{PaymentState as State, RefundKind, RefundState};
use purser_core::time::MINUTE;
use purser_core::{Error, Result};
use purser_store::payments::{self as store, Payment};
use purser_store::{orders, refunds};
use serde_json::{Value, json};

use super::{Plan, Play, Scene};
use crate::idempotency::{Key, Once, Outcome, REMEMBERED, Reply, Running};
use crate::jobs::Failure;
use crate::payments::{self, Ask, Paid, Pay, Refunded};
use crate::{events, ledger};

/// Longest one try of a step may take.
pub(super) const LONGEST: Duration = Duration::from_secs(15);

/// Whoever pays by another card lets go of the first one before: for so long the run does not think that they are gone.
const JUST_NOW: i64 = MINUTE;

/// A refund may take its provider a while: an hour, at a try a minute.
pub(super) const UNDO_TRIES: i64 = 65;

/// Paying an order from end to end. Its payload is `{"method": "…"}`, its subject the order; `byCustomer` says that its customer pays by
/// themselves.
pub struct PayOrder;

/// A payment's id, as the answer to the run's key.
fn reply(id: PaymentId) -> Reply {
    Reply { status: 200, body: id.to_string().into_bytes(), again: None, subject: id.uuid(), replayed: false }
}

/// What a refusal of a use case means for a step: a clear no, but for what passes.
pub(super) fn failure(error: Error) -> Failure {
    match error {
        Error::Conflict(..) | Error::Unprocessable(_) | Error::Invalid(_) | Error::NotFound(_) | Error::Forbidden(_) => {
            Failure::Never(error.to_string())
        }
        other => other.into(),
    }
}

pub(super) async fn payments_of(scene: &Scene) -> Result<Vec<Payment>> {
    let order = OrderId(scene.saga.subject_id);
    scene.app.db.read(scene.tenant, async |tx| store::of_order(tx, order).await.map_err(Error::from)).await
}

/// The key of the payment a run makes.
fn key(scene: &Scene, by: &Grant<can::CapturePayment>) -> Result<Key> {
    Key::new(by, scene.key("pay"), "saga pay", &scene.saga.subject_id)
}

/// Whether the run made this payment. Its key says so while keys are remembered; a run that began anew also answers for what is left of the
/// one before it.
async fn own(scene: &Scene, payments: Vec<Payment>) -> Result<Vec<Payment>> {
    let app = &scene.app;
    let by = Grant::<can::CapturePayment>::system(scene.tenant, app.clock.now(), &app.ids);
    let remembered = by.now().since(scene.saga.created_at) < REMEMBERED;
    if scene.saga.again_of.is_some() || !remembered {
        return Ok(payments.into_iter().filter(|one| scene.saga.again_of.is_some() || one.created_at >= scene.saga.created_at).collect());
    }
    let key = key(scene, &by)?;
    let begun = app.db.read(scene.tenant, async |tx| Running::begun(tx, &key).await).await?;
    Ok(payments.into_iter().filter(|one| Some(one.id.uuid()) == begun).collect())
}

impl PayOrder {
    pub(super) async fn pay(scene: &Scene) -> Result<Value, Failure> {
        let app = &scene.app;
        let by = Grant::<can::CapturePayment>::system(scene.tenant, app.clock.now(), &app.ids);
        let method = scene.saga.payload.0["method"].as_str().unwrap_or_default().to_owned();
        // A run that begins anew takes up what the one before it left open: asking again must not charge again.
        if scene.saga.again_of.is_some()
            && let Some(open) = payments_of(scene).await?.into_iter().find(|payment| payment.state.is_open())
        {
            return Err(Failure::Later(format!("The payment is {}.", open.state.words())));
        }
        let once: Once<Paid> = Once { key: key(scene, &by)?, render: Arc::new(|paid: &Paid| reply(paid.payment.id)) };
        // Whoever asked for the run is gone; what was not theirs to pay by is not the run's.
        let by_customer = scene.saga.payload.0["byCustomer"] == true;
        let pay = Pay { method, capture: true, by_customer, whole: true };
        let asked = payments::pay(app, &by.scoped().map_err(failure)?, OrderId(scene.saga.subject_id), pay, Some(once)).await;
        let id = match asked {
            Ok(Outcome::Reply(reply)) => PaymentId(reply.subject),
            Ok(Outcome::Plain(paid)) => paid.payment.id,
            // Somebody was quicker.
            Err(error @ Error::Conflict(..)) => return Self::otherwise(scene, error.to_string()).await,
            Err(error) => return Err(failure(error)),
        };
        let payment = app.db.read(scene.tenant, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("payment"))).await?;
        match payment.state {
            State::Captured | State::PartiallyRefunded if Self::is_called_off(scene).await? => {
                Err(Failure::Never("The order was cancelled before its money came. The money goes back.".into()))
            }
            State::Captured | State::PartiallyRefunded => Ok(json!({ "payment": id, "captured": payment.money(payment.captured) })),
            State::Voided if by.now().since(payment.updated_at) < JUST_NOW && Self::waits_for_money(scene).await? => {
                Err(Failure::Later("The payment was let go; another one may follow.".into()))
            }
            State::Failed | State::Voided => {
                let why = payment.failure_message.unwrap_or_else(|| format!("The payment is {}.", payment.state.words()));
                Self::otherwise(scene, why).await
            }
            State::Refunded | State::Disputed => {
                Err(Failure::Never(payment.failure_message.unwrap_or_else(|| format!("The payment is {}.", payment.state.words()))))
            }
            open => Err(Failure::Later(format!("The payment is {}.", open.words()))),
        }
    }

    /// The run's own payment came to nothing, for the reason `why`. Whoever ordered may have left its page and paid by another one, which is as
    /// good, or be at it.
    async fn otherwise(scene: &Scene, why: String) -> Result<Value, Failure> {
        let id = OrderId(scene.saga.subject_id);
        let found = scene.app.db.read(scene.tenant, async |tx| orders::find(tx, id).await.map_err(Error::from)).await?;
        let Some(order) = found else { return Err(Failure::Never(why)) };
        match order.state {
            OrderState::Cancelled => Err(Failure::Never(why)),
            OrderState::Pending => match payments_of(scene).await?.into_iter().find(|payment| payment.state.is_open()) {
                Some(other) => Err(Failure::Later(format!("Another payment of the order is {}.", other.state.words()))),
                None => Err(Failure::Never(why)),
            },
            _ if order.paid > order.refunded => Ok(json!({ "otherwise": true, "captured": order.money(order.paid) })),
            _ => Err(Failure::Never(why)),
        }
    }

    async fn waits_for_money(scene: &Scene) -> Result<bool> {
        let id = OrderId(scene.saga.subject_id);
        let order = scene.app.db.read(scene.tenant, async |tx| orders::find(tx, id).await.map_err(Error::from)).await?;
        Ok(order.is_some_and(|order| order.state == OrderState::Pending))
    }

    async fn is_called_off(scene: &Scene) -> Result<bool> {
        let id = OrderId(scene.saga.subject_id);
        let order = scene.app.db.read(scene.tenant, async |tx| orders::find(tx, id).await.map_err(Error::from)).await?;
        Ok(order.is_some_and(|order| order.state == OrderState::Cancelled))
    }

    /// Nothing of what the run took, or had promised, is with us any more. What is on its way, or not known, is looked at again.
    pub(super) async fn give_back(scene: &Scene) -> Result<(), Failure> {
        let app = &scene.app;
        for payment in own(scene, payments_of(scene).await?).await? {
            match payment.state {
                // What is disputed its bank has, and what it gives back of that is decided elsewhere.
                State::Failed | State::Voided | State::Refunded | State::Disputed => {}
                State::Captured | State::PartiallyRefunded if payment.refund_pending > 0 => {
                    return Err(Failure::Later("A refund of the payment is not finished.".into()));
                }
                State::Captured | State::PartiallyRefunded if payment.refundable() == 0 => {}
                State::Captured | State::PartiallyRefunded => Self::refund(scene, &payment).await?,
                State::Authorised | State::RequiresAction => {
                    let by = Grant::<can::CapturePayment>::system(scene.tenant, app.clock.now(), &app.ids);
                    payments::void(app, &by, payment.id, None).await?;
                    let id = payment.id;
                    let now = app.db.read(scene.tenant, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("payment"))).await?;
                    if !matches!(now.state, State::Failed | State::Voided) {
                        // It may have been taken in the moment it was let go.
                        return Err(Failure::Later(format!("The payment is {}.", now.state.words())));
                    }
                }
                open => return Err(Failure::Later(format!("The payment is {}.", open.words()))),
            }
        }
        Ok(())
    }

    /// Give back what is left of a payment, and see that it went. One that was refused is asked for anew once somebody takes the run up again.
    async fn refund(scene: &Scene, payment: &Payment) -> Result<(), Failure> {
        let app = &scene.app;
        let by = Grant::<can::RefundOrder>::system(scene.tenant, app.clock.now(), &app.ids);
        let of = refunds::Filter { payments: vec![payment.id], states: vec![RefundState::Failed], ..refunds::Filter::default() };
        let (refused, _) = app.db.read(scene.tenant, async |tx| refunds::count(tx, &of, 1_000).await.map_err(Error::from)).await?;
        let name = if refused == 0 { "refund".to_owned() } else { format!("refund {refused}") };
        let key = Key::new(&by, scene.key(&name), "saga refund", &payment.id)?;
        let render = |refunded: &Refunded| Reply { status: 201, body: Vec::new(), again: None, subject: refunded.refund.id.uuid(), replayed: false };
        let once: Once<Refunded> = Once { key, render: Arc::new(render) };
        let ask = Ask { amount: None, reason: "The order could not be completed".into(), kind: RefundKind::Standard };
        let id = match payments::refund(app, &by, payment.id, ask, Some(once)).await? {
            Outcome::Reply(reply) => RefundId(reply.subject),
            Outcome::Plain(refunded) => refunded.refund.id,
        };
        let refund = app.db.read(scene.tenant, async |tx| refunds::find(tx, id).await?.ok_or(Error::NotFound("refund"))).await?;
        match refund.state {
            RefundState::Succeeded => Ok(()),
            RefundState::Failed | RefundState::Cancelled => {
                let why = refund.failure_message.unwrap_or_default();
                Err(Failure::Never(format!("The money could not be given back. {why}").trim_end().to_owned()))
            }
            RefundState::Waiting | RefundState::Pending | RefundState::Unknown => {
                Err(Failure::Later("The refund of the payment is not finished.".into()))
            }
        }
    }

    /// The books have the whole payment.
    pub(super) async fn book(scene: &Scene) -> Result<Value, Failure> {
        let app = &scene.app;
        let by = Grant::<can::ReadLedger>::system(scene.tenant, app.clock.now(), &app.ids);
        let entries = ledger::of_order(app, &by, OrderId(scene.saga.subject_id)).await?;
        if entries.is_empty() { Err(Failure::Later("The payment is not in the books yet.".into())) } else { Ok(json!({ "entries": entries.len() })) }
    }

    pub(super) async fn notify(scene: &Scene) -> Result<Value, Failure> {
        let app = &scene.app;
        let by = Grant::<can::ManageJob>::system(scene.tenant, app.clock.now(), &app.ids);
        let told = app.db.transact(scene.tenant, async |tx| {
            events::emit(tx, &by, Topic::Order, "settled", scene.saga.subject_id);
            Ok::<_, Error>(())
        });
        told.await?;
        Ok(Value::Null)
    }
}

#[async_trait]
impl Play for PayOrder {
    fn kind(&self) -> &'static str {
        "order.pay"
    }

    fn steps(&self) -> &'static [Plan] {
        &[
            Plan { name: "pay", tries: 8, longest: LONGEST },
            Plan { name: "book", tries: 5, longest: LONGEST },
            Plan { name: "notify", tries: 10, longest: LONGEST },
        ]
    }

    fn moves_money(&self) -> bool {
        true
    }

    fn undo_tries(&self) -> i64 {
        UNDO_TRIES
    }

    fn pivot(&self) -> usize {
        // A word that does not arrive is no reason to give the money back.
        2
    }

    async fn act(&self, scene: &Scene, step: &str) -> Result<Value, Failure> {
        match step {
            "pay" => Self::pay(scene).await,
            "book" => Self::book(scene).await,
            _ => Self::notify(scene).await,
        }
    }

    async fn undo(&self, scene: &Scene, step: &str) -> Result<(), Failure> {
        // What a refund does to the books it books itself.
        if step == "pay" { Self::give_back(scene).await } else { Ok(()) }
    }
}
