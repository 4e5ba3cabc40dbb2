//! What the callers know: every answer they got. What was acknowledged has to be there, whatever happened since.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use purser_core::Timestamp;
use purser_core::orders::{OrderEvent, OrderState};
use purser_core::time::HOUR;
use purser_testkit::Reply;
use serde_json::Value;

use crate::laws::Rows;
use crate::world::Wish;

/// Answers kept to be asked for again.
const ANSWERS: usize = 200;

/// How a request may stand once a yes, a no, or that it was taken back was acknowledged.
const YES: &[&str] = &["approved", "succeeded", "failed"];
const NO: &[&str] = &["rejected"];
const TAKEN_BACK: &[&str] = &["cancelled"];

/// What a wish is about, so that its answer can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// A new order.
    Order,
    /// Paying an order.
    Pay(String),
    /// Something with a payment.
    Payment(String),
    /// Giving money back.
    Refund(String),
    /// Giving money of an order back, over any of its payments.
    OrderRefund,
    /// Giving stored credit.
    Credit,
    /// Calling an order off.
    Cancel(String),
    /// Moving an order on.
    Move(String),
    /// A new cart.
    Cart,
    /// Pieces put into a cart.
    InCart,
    /// Pouring this cart into another.
    Merge(String),
    /// Making an order of a cart.
    CheckOut(String),
    /// A bank's dispute.
    Dispute,
    /// Our answer to one.
    Answer,
    /// Saying yes to a request.
    Approve(String),
    /// Ending a request in this state.
    Said(String, &'static str),
}

/// An order as it was last answered.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) total: i64,
    pub(crate) state: String,
    pub(crate) payment: Option<String>,
    pub(crate) payment_state: String,
    /// Whether an answer said it was called off.
    pub(crate) cancelled: bool,
}

/// An answer that every repeat has to get.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) wish: Wish,
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) at: Timestamp,
}

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) orders: BTreeMap<String, Known>,
    /// In the order they were acknowledged.
    pub(crate) order_ids: Vec<String>,
    pub(crate) refunds: BTreeSet<String>,
    /// How often stored credit was given at once.
    pub(crate) given: usize,
    /// Carts that are open, in the order they were acknowledged.
    pub(crate) carts: Vec<String>,
    /// What became of the others: the order, by cart.
    pub(crate) ordered: BTreeMap<String, String>,
    /// Requests for a second pair of eyes, as long as they wait.
    pub(crate) asked: Vec<String>,
    /// Every one of them there ever was.
    pub(crate) requests: BTreeSet<String>,
    /// Disputes banks opened, as the provider calls them.
    pub(crate) disputes: BTreeSet<String>,
    /// How those that were decided may stand, by what was acknowledged.
    decided: BTreeMap<String, &'static [&'static str]>,
    pub(crate) answered: VecDeque<Answered>,
    /// Calls whose outcome nobody knows; they are made again with the same key until it is known.
    pub(crate) unsure: Vec<(About, Wish)>,
    /// Pieces put in, by product.
    pub(crate) stocked: BTreeMap<String, i64>,
    /// Where each order stood when the tables were last read.
    seen: BTreeMap<String, OrderState>,
}

/// Whether what a refund of an order made has come to an end, or waits for somebody else.
fn all_settled(data: &Value) -> bool {
    let made = data["refunds"].as_array().map(Vec::as_slice).unwrap_or_default();
    data["approval"]["id"].is_string() || made.iter().all(|one| matches!(one["state"].as_str(), Some("succeeded" | "failed")))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Whether an answer says nothing of what became of the request.
pub(crate) fn is_unsure(reply: &Reply) -> bool {
    let status = reply.status.as_u16();
    status == 503 || (status == 409 && reply.json()["code"] == "still_running")
}

impl Memory {
    /// Take in the answer to `wish`; what is wrong with it, if anything is.
    pub(crate) fn hear(&mut self, about: &About, wish: &Wish, reply: &Reply, now: Timestamp) -> Option<String> {
        let status = reply.status.as_u16();
        if is_unsure(reply) {
            self.unsure.push((about.clone(), wish.clone()));
            return None;
        }
        match status {
            200 | 201 => {}
            // A clear no.
            409 | 412 | 422 => {
                self.refused(about, &reply.json());
                return None;
            }
            other => return Some(format!("{} {} was answered {other}: {}", wish.method, wish.path, reply.text())),
        }
        let data = reply.data();
        if let Some(wrong) = self.learn(about, &data) {
            return Some(wrong);
        }
        // A refund the provider has not settled is answered as it stands, and again when it is settled.
        let settled = match about {
            About::Refund(_) => matches!(data["state"].as_str(), Some("succeeded" | "failed" | "waiting")),
            About::OrderRefund => all_settled(&data),
            About::Approve(_) => matches!(data["state"].as_str(), Some("succeeded" | "failed")),
            About::Answer => data["state"] != "needs_evidence",
            _ => true,
        };
        if wish.key.is_some() && settled {
            self.answered.push_back(Answered { wish: wish.clone(), status, body: reply.body.to_vec(), at: now });
            if self.answered.len() > ANSWERS {
                self.answered.pop_front();
            }
        }
        None
    }

    /// What a yes teaches; what is wrong with it, if anything is.
    fn learn(&mut self, about: &About, data: &Value) -> Option<String> {
        match about {
            About::Order => {
                if let Err(wrong) = self.ordered(data) {
                    return Some(wrong);
                }
            }
            About::CheckOut(cart) => {
                let id = match self.ordered(&data["order"]) {
                    Ok(id) => id,
                    Err(wrong) => return Some(wrong),
                };
                self.carts.retain(|open| open != cart);
                if let Some(other) = self.ordered.insert(cart.clone(), id.clone()).filter(|other| *other != id) {
                    return Some(format!("cart {cart} became two orders: {other} and {id}"));
                }
            }
            About::Cart => {
                if let Some(id) = text(&data["id"]).filter(|id| !self.carts.contains(id) && !self.ordered.contains_key(id)) {
                    self.carts.push(id);
                }
            }
            About::Merge(from) => self.carts.retain(|open| open != from),
            About::InCart | About::Answer => {}
            About::Dispute => self.disputes.extend(text(&data["reference"])),
            About::Approve(id) => self.decide(id, YES),
            About::Said(id, "rejected") => self.decide(id, NO),
            About::Said(id, _) => self.decide(id, TAKEN_BACK),
            About::Pay(order) => self.paid(order, data),
            About::Payment(_) => {
                let order = text(&data["order"]["id"]).unwrap_or_default();
                self.paid(&order, data);
            }
            About::Refund(_) => {
                self.refunds.extend(text(&data["id"]));
                if data["state"] == "waiting" {
                    let request = text(&data["approvalId"]).unwrap_or_default();
                    if self.requests.insert(request.clone()) {
                        self.asked.push(request);
                    }
                }
            }
            About::OrderRefund => {
                let made = data["refunds"].as_array().map(Vec::as_slice).unwrap_or_default();
                self.refunds.extend(made.iter().filter_map(|one| text(&one["id"])));
                self.ask(&data["approval"]);
            }
            About::Credit if data["approval"]["id"].is_string() => self.ask(&data["approval"]),
            About::Credit => self.given += 1,
            About::Cancel(order) => {
                if let Some(known) = self.orders.get_mut(order) {
                    (known.state, known.cancelled) = ("cancelled".into(), true);
                }
            }
            About::Move(order) => {
                if let (Some(known), Some(state)) = (self.orders.get_mut(order), text(&data["state"])) {
                    known.state = state;
                }
            }
        }
        None
    }

    /// A request that waits for somebody else, if it is one.
    fn ask(&mut self, approval: &Value) {
        if let Some(request) = text(&approval["id"]).filter(|_| approval["state"] == "waiting")
            && self.requests.insert(request.clone())
        {
            self.asked.push(request);
        }
    }

    /// What a clear no teaches.
    fn refused(&mut self, about: &About, problem: &Value) {
        if let About::Approve(id) | About::Said(id, _) = about
            && matches!(problem["code"].as_str(), Some("already_decided" | "expired"))
        {
            self.asked.retain(|waiting| waiting != id);
        }
    }

    /// A decision that was acknowledged.
    fn decide(&mut self, id: &str, may_be: &'static [&'static str]) {
        self.asked.retain(|waiting| waiting != id);
        self.decided.insert(id.to_owned(), may_be);
    }

    /// An order that was acknowledged; its id.
    fn ordered(&mut self, data: &Value) -> Result<String, String> {
        let Some(id) = text(&data["id"]) else { return Err("an order was answered without its id".into()) };
        let total = data["total"]["amount"].as_i64().unwrap_or(-1);
        if !self.orders.contains_key(&id) {
            self.order_ids.push(id.clone());
        }
        let payment_state = text(&data["paymentState"]).unwrap_or_default();
        let state = text(&data["state"]).unwrap_or_default();
        self.orders.insert(id.clone(), Known { total, state, payment: None, payment_state, cancelled: false });
        Ok(id)
    }

    /// An order as somebody reads it.
    pub(crate) fn look(&mut self, order: &str, data: &Value) {
        let Some(known) = self.orders.get_mut(order) else { return };
        known.state = text(&data["state"]).unwrap_or_default();
        let payments = data["payments"].as_array().map(Vec::as_slice).unwrap_or_default();
        let latest = payments.iter().max_by_key(|payment| payment["createdAt"].as_str().map(str::to_owned));
        if let Some(payment) = latest {
            known.payment = text(&payment["id"]);
            known.payment_state = text(&payment["state"]).unwrap_or_default();
        }
    }

    fn paid(&mut self, order: &str, data: &Value) {
        let Some(known) = self.orders.get_mut(order) else { return };
        known.payment = text(&data["payment"]["id"]).or(known.payment.take());
        known.payment_state = text(&data["payment"]["state"]).unwrap_or_default();
        if let Some(state) = text(&data["order"]["state"]) {
            known.state = state;
        }
    }

    /// Answers whose keys are still remembered.
    pub(crate) fn forget_before(&mut self, now: Timestamp) {
        while self.answered.front().is_some_and(|answer| now.since(answer.at) > 20 * HOUR) {
            self.answered.pop_front();
        }
    }

    /// Compare the tables with what was acknowledged; what does not fit, a sentence each.
    pub(crate) fn compare(&mut self, rows: &Rows) -> Vec<String> {
        let mut wrong = Vec::new();
        let unsure = self.unsure.iter().filter(|(about, _)| matches!(about, About::Order | About::CheckOut(_))).count();
        let found: BTreeMap<String, _> = rows.orders.iter().map(|row| (row.id.to_string(), row)).collect();
        for (id, known) in &self.orders {
            match found.get(id) {
                None => wrong.push(format!("order {id} was acknowledged and is gone")),
                Some(row) if row.total != known.total => wrong.push(format!("order {id} was acknowledged at {}, it is {}", known.total, row.total)),
                Some(row) if known.cancelled && row.state != "cancelled" => wrong.push(format!("order {id} was called off, it is {}", row.state)),
                Some(_) => {}
            }
        }
        if found.len() > self.orders.len() + unsure {
            wrong.push(format!("there are {} orders; {} were acknowledged, {unsure} are in doubt", found.len(), self.orders.len()));
        }
        self.compare_refunds(rows, &mut wrong);
        let unsure = self.unsure.iter().filter(|(about, _)| *about == About::Credit).count();
        if !(self.given..=self.given + unsure).contains(&rows.given) {
            wrong.push(format!("stored credit was given {} times; {} were acknowledged, {unsure} are in doubt", rows.given, self.given));
        }
        for row in &rows.approvals {
            if let Some(may_be) = self.decided.get(&row.id.to_string()).filter(|may_be| !may_be.contains(&row.state.as_str())) {
                wrong.push(format!("request {} was decided to be one of {may_be:?}, it is {}", row.id, row.state));
            }
        }
        for row in &rows.stock {
            let put_in = self.stocked.get(&row.id.to_string()).copied().unwrap_or(0);
            if row.stock + row.held != put_in {
                wrong.push(format!("of {put_in} pieces of {} there are {} left and {} in orders", row.id, row.stock, row.held));
            }
        }
        for (id, row) in found {
            let Ok(now) = OrderState::try_from(row.state.clone()) else {
                wrong.push(format!("order {id} is in no state that exists: {}", row.state));
                continue;
            };
            if let Some(was) = self.seen.insert(id.clone(), now)
                && !reaches(was, now)
            {
                wrong.push(format!("order {id} was {was} and is {now}: no way leads there"));
            }
        }
        wrong
    }

    fn compare_refunds(&self, rows: &Rows, wrong: &mut Vec<String>) {
        let found: BTreeMap<String, _> = rows.refunds.iter().map(|row| (row.id.to_string(), row)).collect();
        for id in self.refunds.iter().filter(|id| !found.contains_key(*id)) {
            wrong.push(format!("refund {id} was acknowledged and is gone"));
        }
        let unsure = self.unsure.iter().filter(|(about, _)| matches!(about, About::Refund(_) | About::OrderRefund)).count();
        // An order that is called off gives everything back by itself.
        let nobodys = found.iter().filter(|(id, row)| !self.refunds.contains(*id) && row.order_state != "cancelled").count();
        if nobodys > unsure {
            let sum: i64 = rows.refunds.iter().map(|row| row.amount).sum();
            wrong.push(format!("{nobodys} refunds were made that nobody was told of, {unsure} are in doubt (all come to {sum})"));
        }
    }
}

/// Whether moves of an order lead from one state to another.
fn reaches(from: OrderState, to: OrderState) -> bool {
    let mut reached = vec![from];
    let mut next = 0;
    while let Some(state) = reached.get(next).copied() {
        next += 1;
        for event in OrderEvent::ALL {
            if let Ok(after) = state.apply(*event)
                && !reached.contains(&after)
            {
                reached.push(after);
            }
        }
    }
    reached.contains(&to)
}
