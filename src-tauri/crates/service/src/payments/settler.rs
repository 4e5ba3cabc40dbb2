//! The settler: takes accepted refunds as they come, asks the provider for many at once, and books all answers in one transaction.
//!
//! With many callers at once each statement, each audit of the books and each write to disk is shared by all of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::credit::CreditKind;
use purser_core::events::{Event, Topic};
use purser_core::ids::{Ids, OrderId, PaymentId, RefundId, TenantId, UserId};
use purser_core::ledger::AccountCode;
use purser_core::payments::{RefundEvent, RefundState, Shares};
use purser_core::time::Clock;
use purser_core::{Error, Money, Result, Timestamp};
use purser_store::credit::{self, Change};
use purser_store::orders::{self, Order};
use purser_store::payments::{self, Payment, Settled};
use purser_store::receivables::{self, Less};
use purser_store::refunds::{self as store, Refund, Unsettled, Verdict};
use purser_store::{Db, Tx, idempotency as keys, ledger as ledger_store, open_ends};
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::desk::Held;
use super::port::{Gateway, RefundAnswer, RefundCall};
use crate::audit::{self, Line};
use crate::idempotency::{Once, Outcome, Turn};
use crate::ledger;

/// Refunds settled together.
const BATCH: usize = 64;

/// Batches under way at once: a provider that takes its time holds up only those.
const BATCHES: usize = 8;

/// Longest a call to the provider may take.
const LONGEST: Duration = Duration::from_secs(10);

/// A refund with its payment and order after it was settled.
#[derive(Clone, Debug)]
pub struct Refunded {
    /// The refund.
    pub refund: Refund,
    /// The payment.
    pub payment: Payment,
    /// The order.
    pub order: Order,
}

/// An accepted refund on its way through the settler.
pub(crate) struct Ticket {
    pub(crate) tenant: TenantId,
    pub(crate) call: RefundCall,
    /// Whether nobody is asked: the money moves in our own books, or by hand.
    pub(crate) ours: bool,
    /// Who gave it, if it was a person.
    pub(crate) actor: Option<UserId>,
    pub(crate) once: Option<(Once<Refunded>, Turn)>,
    pub(crate) done: oneshot::Sender<Result<Outcome<Refunded>>>,
    /// Keeps everybody else in this process from taking the refund up.
    pub(crate) held: Held<RefundId>,
}

impl Ticket {
    /// Let go of the refund and its key, then tell whoever waits: a repeat that follows the answer finds nobody at work.
    fn tell(self, outcome: Result<Outcome<Refunded>>) {
        let Self { once, done, held, .. } = self;
        drop((once, held));
        // A caller that went away reads the outcome later.
        drop(done.send(outcome));
    }
}

/// What the settler works with.
#[derive(Clone)]
pub(crate) struct Books {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) gateway: Arc<dyn Gateway>,
}

/// Settle what comes until nobody can send any more.
pub(crate) async fn run(books: Books, mut tickets: mpsc::Receiver<Ticket>) {
    let room = Arc::new(Semaphore::new(BATCHES));
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else { return };
        if tickets.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let mut tenants: BTreeMap<TenantId, Vec<Ticket>> = BTreeMap::new();
        for ticket in batch.drain(..) {
            tenants.entry(ticket.tenant).or_default().push(ticket);
        }
        let books = books.clone();
        tokio::spawn(async move {
            for (tenant, tickets) in tenants {
                books.settle(tenant, tickets).await;
            }
            drop(permit);
        });
    }
}

impl Books {
    /// Ask the provider, book the answers, tell whoever waits.
    async fn settle(&self, tenant: TenantId, tickets: Vec<Ticket>) {
        let outcomes = match self.open(tenant, &tickets).await {
            Ok(open) => {
                let answers = self.ask(tenant, &tickets, &open).await;
                self.db.transact(tenant, async |tx| self.book(tx, &tickets, &answers).await).await
            }
            Err(error) => Err(error),
        };
        match outcomes {
            Ok(outcomes) => {
                for (ticket, outcome) in tickets.into_iter().zip(outcomes) {
                    ticket.tell(outcome.ok_or(Error::NotFound("refund")));
                }
            }
            Err(error) => {
                // The refunds stay pending; the resolver takes them up again.
                tracing::error!(%error, refunds = tickets.len(), "answers of the payment provider could not be booked; they are asked for again");
                for ticket in tickets {
                    let message = "The refund was accepted but could not be finished yet. It goes on by itself; look again in a moment.";
                    ticket.tell(Err(Error::Unavailable("refund_unfinished", message.into())));
                }
            }
        }
    }

    /// Those of the refunds that are on their way. Whoever hands one in again may not know that it is over, or was never sent: a provider that
    /// does not remember its refusals would make it then, and nobody would book it.
    async fn open(&self, tenant: TenantId, tickets: &[Ticket]) -> Result<HashSet<RefundId>> {
        let ids: Vec<RefundId> = tickets.iter().map(|ticket| ticket.call.id).collect();
        let open = self.db.read(tenant, async |tx| open_ends::unsettled(tx, &ids).await.map_err(Error::from)).await?;
        Ok(open.into_iter().collect())
    }

    /// What becomes of each refund that is `open`: the provider's word, or, where nobody is asked, ours.
    async fn ask(&self, tenant: TenantId, tickets: &[Ticket], open: &HashSet<RefundId>) -> Vec<RefundAnswer> {
        let asks = |ticket: &&Ticket| !ticket.ours && open.contains(&ticket.call.id);
        let calls: Vec<RefundCall> = tickets.iter().filter(asks).map(|ticket| ticket.call).collect();
        let mut answers = Vec::new();
        if !calls.is_empty() {
            answers = tokio::time::timeout(LONGEST, self.gateway.refund(tenant, &calls)).await.unwrap_or_default();
        }
        let mut heard = if answers.len() == calls.len() { answers } else { Vec::new() }.into_iter();
        let answer = |ticket: &Ticket| {
            if ticket.ours {
                RefundAnswer::Done
            } else if asks(&ticket) {
                heard.next().unwrap_or(RefundAnswer::Unknown)
            } else {
                RefundAnswer::Unknown
            }
        };
        tickets.iter().map(answer).collect()
    }

    async fn book(&self, tx: &mut Tx, tickets: &[Ticket], answers: &[RefundAnswer]) -> Result<Vec<Option<Outcome<Refunded>>>> {
        let now = self.clock.now();
        let ids: Vec<RefundId> = tickets.iter().map(|ticket| ticket.call.id).collect();
        let by_id: HashMap<RefundId, (&Ticket, &RefundAnswer)> = ids.iter().copied().zip(tickets.iter().zip(answers)).collect();
        let mut sums = Sums::default();
        open_ends::hold_orders_of(tx, &ids).await?;
        for row in store::hold_unsettled(tx, &ids).await? {
            if let Some((ticket, answer)) = by_id.get(&row.id) {
                let state = sums.add(self, &row, answer, now)?;
                if state != row.state {
                    announce(tx, &row, (ticket, state), now);
                }
            }
        }
        self.write(tx, &sums, now).await?;
        let found = Found::read(tx, tickets).await?;
        let mut replies = Vec::new();
        let outcomes = tickets.iter().map(|ticket| {
            let refunded = found.of(ticket.call.id)?;
            Some(match &ticket.once {
                None => Outcome::Plain(refunded),
                Some((once, _)) => {
                    let reply = (once.render)(&refunded);
                    if refunded.refund.state.is_settled() {
                        replies.push(once.key.answer(&reply));
                    }
                    Outcome::Reply(reply)
                }
            })
        });
        let outcomes = outcomes.collect();
        keys::answer(tx, &replies).await?;
        Ok(outcomes)
    }

    async fn write(&self, tx: &mut Tx, sums: &Sums, now: Timestamp) -> Result<()> {
        if !sums.verdicts.is_empty() {
            store::settle(tx, &sums.verdicts).await?;
        }
        if !sums.payments.is_empty() {
            let settled: Vec<_> = sums.payments.iter().map(|(id, settled)| (*id, *settled)).collect();
            payments::settle_refunds(tx, &settled, now).await?;
        }
        if !sums.orders.is_empty() {
            let amounts: Vec<_> = sums.orders.iter().map(|(id, amount)| (*id, *amount)).collect();
            orders::add_refunded(tx, &amounts, now).await?;
        }
        for (payment, (amount, _)) in sums.off.iter().filter(|(_, (amount, _))| *amount > 0) {
            if !receivables::less(tx, *payment, Less { taken_off: *amount, ..Less::default() }, now).await? {
                return Err(Error::internal("a payment that was held is owed less"));
            }
        }
        // Always in one order: two batches that went through their customers in two would wait for each other for ever.
        let mut credits: Vec<&Change> = sums.credits.iter().collect();
        credits.sort_by_key(|change| (change.customer, change.amount.currency.as_str().to_owned()));
        for change in credits {
            credit::change(tx, change).await?.ok_or_else(|| Error::internal("stored credit that grows was refused"))?;
        }
        ledger_store::post(tx, &self.ids, &sums.postings).await?;
        for (order, number, message) in &sums.refused {
            let by = Grant::<can::RefundOrder>::system(tx.tenant(), now, &self.ids);
            let line = Line::new("order.refund_failed", "order", order.uuid(), format!("#{number}")).reason(message);
            audit::record(tx, &by, line);
        }
        Ok(())
    }
}

/// What a batch comes to.
#[derive(Default)]
struct Sums {
    verdicts: Vec<Verdict>,
    payments: BTreeMap<PaymentId, Settled>,
    orders: BTreeMap<OrderId, i64>,
    postings: Vec<ledger_store::Posting>,
    refused: Vec<(OrderId, i64, String)>,
    /// What goes to stored credit.
    credits: Vec<Change>,
    /// What is taken off what customers owe, and what is given back beyond that.
    off: BTreeMap<PaymentId, (i64, i64)>,
}

impl Sums {
    fn add(&mut self, books: &Books, row: &Unsettled, answer: &RefundAnswer, now: Timestamp) -> Result<RefundState> {
        let (event, failure) = match answer {
            RefundAnswer::Done => (RefundEvent::Succeed, None),
            RefundAnswer::Refused(message) => (RefundEvent::Fail, Some(message.clone())),
            RefundAnswer::Unknown => (RefundEvent::LoseTrack, None),
        };
        let state = row.state.apply(event)?;
        match state {
            RefundState::Succeeded => self.done(books, row, now),
            RefundState::Failed => {
                self.payments.entry(row.payment_id).or_default().released += row.amount;
                self.refused.push((row.order_id, row.order_number, failure.clone().unwrap_or_default()));
            }
            RefundState::Waiting | RefundState::Pending | RefundState::Unknown | RefundState::Cancelled => {}
        }
        if state != row.state {
            self.verdicts.push(Verdict { id: row.id, state, failure, settled_at: state.is_settled().then_some(now) });
        }
        Ok(state)
    }

    fn done(&mut self, books: &Books, row: &Unsettled, now: Timestamp) {
        let settled = self.payments.entry(row.payment_id).or_default();
        let (tax, shipping) = (row.refunded_tax + settled.tax, row.refunded_shipping + settled.shipping);
        let part = row.split.shares().unwrap_or_else(|| {
            // Accepted before splits were kept. What was taken may be less than the order; its shares are in proportion.
            let used = Shares { goods: row.refunded + settled.refunded - tax - shipping, tax, shipping, discount: 0 };
            let whole = Shares::of_order(row.subtotal, row.discount, row.tax, row.shipping);
            let whole = whole.take(Shares::default(), Money::new(row.captured, row.currency));
            whole.take(used, Money::new(row.amount, row.currency))
        });
        settled.refunded += row.amount;
        settled.tax += part.tax;
        settled.shipping += part.shipping;
        settled.discount += part.discount;
        *self.orders.entry(row.order_id).or_default() += row.amount;
        let about = ledger::About {
            order: row.order_id,
            number: row.order_number,
            payment: row.payment_id,
            refund: Some(row.id),
            at: now,
            currency: row.currency,
        };
        let (off, beyond) = self.off.entry(row.payment_id).or_default();
        let came = row.received - (row.refunded - row.taken_off) - *beyond;
        let way = ledger::Way { provider: &row.provider, to_credit: row.to_credit, owed: row.owed - *off, came: came.max(0) };
        self.postings.push(ledger::refund(&books.ids, about, way, part));
        for (code, amount) in way.sources(row.amount) {
            if code == AccountCode::Receivable {
                *off += amount;
            } else {
                *beyond += amount;
            }
            if code == AccountCode::StoredCredit {
                self.credits.push(back(books, row, (amount, now)));
            }
        }
    }
}

/// The move that puts a refund, or part of it, into its customer's stored credit.
fn back(books: &Books, row: &Unsettled, (amount, now): (i64, Timestamp)) -> Change {
    Change {
        id: books.ids.next(now),
        credit: books.ids.next(now),
        customer: row.customer_id,
        amount: Money::new(amount, row.currency),
        kind: CreditKind::Refund,
        order: Some(row.order_id.uuid()),
        payment: Some(row.payment_id.uuid()),
        refund: Some(row.id.uuid()),
        reason: row.reason.clone(),
        by: row.created_by,
        by_name: row.created_by_name.clone(),
        at: now,
    }
}

/// Tell where a refund is now. Only one that was made says that money went back.
fn announce(tx: &mut Tx, row: &Unsettled, (ticket, state): (&Ticket, RefundState), at: Timestamp) {
    let action = match state {
        RefundState::Succeeded => "refunded",
        RefundState::Failed => "refund_failed",
        _ => "refund_unknown",
    };
    let things = [(Topic::Refund, row.id.uuid()), (Topic::Payment, row.payment_id.uuid()), (Topic::Order, row.order_id.uuid())];
    let booked = (state == RefundState::Succeeded).then_some((Topic::Ledger, row.order_id.uuid()));
    for (topic, subject_id) in things.into_iter().chain(booked) {
        tx.emit(Event { seq: 0, tenant: ticket.tenant, topic, action: action.into(), subject_id, actor_id: ticket.actor, at });
    }
}

/// The rows of a batch after it was booked.
struct Found {
    refunds: HashMap<RefundId, Refund>,
    payments: HashMap<PaymentId, Payment>,
    orders: HashMap<OrderId, Order>,
}

impl Found {
    async fn read(tx: &mut Tx, tickets: &[Ticket]) -> Result<Self> {
        let ids: Vec<RefundId> = tickets.iter().map(|ticket| ticket.call.id).collect();
        let refunds = store::find_many(tx, &ids).await?;
        let mut payment_ids: Vec<PaymentId> = refunds.iter().map(|refund| refund.payment_id).collect();
        let mut order_ids: Vec<OrderId> = refunds.iter().map(|refund| refund.order_id).collect();
        payment_ids.sort_unstable();
        payment_ids.dedup();
        order_ids.sort_unstable();
        order_ids.dedup();
        Ok(Self {
            refunds: refunds.into_iter().map(|refund| (refund.id, refund)).collect(),
            payments: payments::find_many(tx, &payment_ids).await?.into_iter().map(|payment| (payment.id, payment)).collect(),
            orders: orders::find_many(tx, &order_ids).await?.into_iter().map(|order| (order.id, order)).collect(),
        })
    }

    fn of(&self, id: RefundId) -> Option<Refunded> {
        let refund = self.refunds.get(&id)?.clone();
        let payment = self.payments.get(&refund.payment_id)?.clone();
        let order = self.orders.get(&refund.order_id)?.clone();
        Some(Refunded { refund, payment, order })
    }
}
