//! What people do, one step at a time: order, pay, prove, capture, let go, refund, call off, move on, restock, look, ask again, all at once.

use axum::http::Method;
use purser_core::access::{Grant, can};
use purser_core::time::{DAY, MINUTE, SECOND};
use purser_service::sagas;
use purser_testkit::json;
use serde_json::Value;

use crate::dice::Dice;
use crate::memory::{About, Memory, is_unsure};
use crate::sky::{Doom, Weather};
use crate::tally::Tally;
use crate::world::{Kill, Wish, World};

/// The administrator, support and finance, as wishes name them.
pub(crate) const ADMIN: usize = 0;
pub(crate) const SUPPORT: usize = 1;
pub(crate) const FINANCE: usize = 2;

/// People mostly deal with what happened lately.
pub(crate) const LATELY: usize = 30;

pub(crate) struct Business {
    pub(crate) world: World,
    pub(crate) memory: Memory,
    pub(crate) dice: Dice,
    pub(crate) tally: Tally,
    pub(crate) products: Vec<String>,
    keys: u64,
}

/// Means of payment, the good ones more often.
pub(crate) const CARDS: &[&str] = &[
    "pm_card_visa",
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_mastercard",
    "pm_card_declined",
    "pm_card_authentication_required",
    "pm_card_proved_late",
    "pm_card_processing",
];

pub(crate) fn address() -> Value {
    json!({ "name": "Ada Example", "street": "Quay 1", "city": "Bergen", "state": "", "zipCode": "5003", "country": "NO", "phone": "" })
}

pub(crate) type Outcome = Result<(), String>;

impl Business {
    pub(crate) fn new(world: World, seed: u64) -> Self {
        Self { world, memory: Memory::default(), dice: Dice::new(seed), tally: Tally::default(), products: Vec::new(), keys: 0 }
    }

    /// Goods to sell.
    pub(crate) fn stock_up(&mut self) -> Outcome {
        for (sku, price, weight, stock) in [("A", 2_500, 1.5, 40), ("B", 999, 0.2, 15), ("C", 1, 0.0, 200), ("D", 7_777, 12.0, 6)] {
            let body = json!({ "name": format!("Lantern {sku}"), "sku": sku, "price": { "amount": price, "currency": "EUR" }, "weight": weight, "stock": stock });
            let reply = self.world.call(&[wish(ADMIN, Method::POST, "/products".into(), body)]).swap_remove(0);
            let Some(id) = reply.data()["id"].as_str().map(str::to_owned) else { return Err(format!("no goods: {}", reply.text())) };
            self.memory.stocked.insert(id.clone(), stock);
            self.products.push(id);
        }
        if self.dice.once_in(2) {
            self.price(true)?;
        }
        self.lay_down_rules()?;
        self.print_coupons()
    }

    /// One step.
    pub(crate) fn step(&mut self) -> Outcome {
        let little = self.dice.between(0, 2 * SECOND);
        self.world.pass(little);
        match self.dice.below(100) {
            0..15 => self.order(),
            15..26 => self.shop(),
            26..37 => self.pay(),
            37..40 => self.trust(),
            40..43 => self.pay_in_steps(),
            43..53 => self.refund(),
            53..56 => self.decide(),
            56..59 => self.quarrel(),
            59..64 => self.move_on(),
            64..69 => self.cancel(),
            69..75 => self.go_on(),
            75..79 => self.repeat(),
            79..82 => self.storm(),
            82..85 => self.restock(),
            85..90 => self.look(),
            90..94 => self.ask_unsure(),
            94..96 => {
                let minutes = self.dice.between(1, 20);
                self.world.pass(minutes * MINUTE);
                Ok(())
            }
            96 => self.weather(),
            97 => self.next_day(),
            _ => self.upkeep(),
        }
    }

    fn upkeep(&mut self) -> Outcome {
        if self.dice.once_in(12) {
            let kill = Kill::Statement(self.dice.below(60));
            self.world.upkeep_and_kill(kill);
        }
        self.world.upkeep().map_err(|error| format!("what goes on in the background failed: {error}"))
    }

    pub(crate) fn key(&mut self) -> String {
        self.keys += 1;
        format!("k-{}", self.keys)
    }

    /// Make a call, and now and then kill the process in the middle of it.
    pub(crate) fn act(&mut self, about: &About, mut wish: Wish) -> Outcome {
        wish.key = Some(self.key());
        self.tally.calls += 1;
        let kill = match self.dice.below(320) {
            0 => Some(Kill::Call(if self.dice.once_in(2) { Doom::Before } else { Doom::After })),
            1 => Some(Kill::Statement(self.dice.below(40))),
            _ => None,
        };
        let reply = match kill {
            None => self.world.call(std::slice::from_ref(&wish)).pop(),
            Some(kill) => self.world.call_and_kill(&wish, kill),
        };
        if let Some(reply) = reply {
            return self.hear(about, &wish, &reply);
        }
        self.memory.unsure.push((about.clone(), wish));
        Ok(())
    }

    pub(crate) fn hear(&mut self, about: &About, wish: &Wish, reply: &purser_testkit::Reply) -> Outcome {
        self.memory.hear(about, wish, reply, self.world.clock.now()).map_or(Ok(()), Err)
    }

    fn order_wish(&mut self) -> Wish {
        let mut items = Vec::new();
        for _ in 0..self.dice.between(1, 3) {
            let product = self.dice.pick(&self.products).cloned().unwrap_or_default();
            items.push(json!({ "productId": product, "quantity": self.dice.between(1, 3) }));
        }
        let body = json!({ "customerId": self.world.customer, "items": items, "shippingAddress": address() });
        let who = if self.dice.once_in(3) { ADMIN } else { SUPPORT };
        wish(who, Method::POST, "/orders".into(), body)
    }

    fn order(&mut self) -> Outcome {
        let wish = self.order_wish();
        self.act(&About::Order, wish)
    }

    /// An order of late, preferably one in such a state.
    pub(crate) fn some_order(&mut self, states: &[&str]) -> Option<String> {
        for _ in 0..6 {
            let id = self.dice.pick_late(&self.memory.order_ids, LATELY)?;
            if self.memory.orders.get(id).is_some_and(|known| states.contains(&known.state.as_str())) {
                return Some(id.clone());
            }
        }
        self.dice.pick_late(&self.memory.order_ids, LATELY).cloned()
    }

    fn pay_wish(&mut self, order: &str) -> Wish {
        let card = self.dice.pick(CARDS).copied().unwrap_or("pm_card_visa");
        let capture = if self.dice.once_in(4) { "manual" } else { "automatic" };
        let body = json!({ "paymentMethod": card, "capture": capture });
        wish(if self.dice.once_in(2) { ADMIN } else { FINANCE }, Method::POST, format!("/orders/{order}/pay"), body)
    }

    fn pay(&mut self) -> Outcome {
        let Some(order) = self.some_order(&["pending"]) else { return self.order() };
        let wish = self.pay_wish(&order);
        self.act(&About::Pay(order), wish)
    }

    /// Pay by a run of steps, which the queue works off.
    fn pay_in_steps(&mut self) -> Outcome {
        let Some(order) = self.some_order(&["pending"]).and_then(|order| order.parse::<uuid::Uuid>().ok()) else { return Ok(()) };
        let (tenant, method) = (self.world.tenant, self.dice.pick(CARDS).copied().unwrap_or("pm_card_visa"));
        let started = self.world.on(async |app| {
            let by = Grant::<can::CapturePayment>::system(tenant, app.app.clock.now(), &app.app.ids);
            app.app.db.transact(tenant, async |tx| sagas::start(tx, &by, "order.pay", (order, json!({ "method": method }))).await).await
        });
        started.map(drop).map_err(|error| format!("a run of steps could not begin: {error}"))
    }

    /// Whatever the payment of some order waits for.
    fn go_on(&mut self) -> Outcome {
        let Some(order) = self.some_order(&["pending"]) else { return Ok(()) };
        // Part of it came: the rest is done without, or asked for by whoever pays.
        let partly = self.memory.orders.get(&order).is_some_and(|known| known.payment_state == "captured");
        if partly && self.dice.once_in(2) {
            let wish = wish(FINANCE, Method::POST, format!("/orders/{order}/waive"), json!({ "reason": "Not worth the asking" }));
            return self.act(&About::Move(order), wish);
        }
        let Some((payment, state)) = self.memory.orders.get(&order).and_then(|known| Some((known.payment.clone()?, known.payment_state.clone())))
        else {
            return Ok(());
        };
        let (what, body) = match state.as_str() {
            "requires_action" => ("confirm", json!({ "outcome": if self.dice.once_in(4) { "fail" } else { "success" } })),
            "authorised" if self.dice.once_in(3) => ("void", json!({})),
            "authorised" if self.dice.once_in(2) => {
                let amount = self.dice.between(1, 3_000);
                ("capture", json!({ "amount": { "amount": amount, "currency": "EUR" } }))
            }
            _ => ("capture", json!({})),
        };
        let wish = wish(FINANCE, Method::POST, format!("/payments/{payment}/{what}"), body);
        self.act(&About::Payment(payment), wish)
    }

    fn refund_wish(&mut self, payment: &str) -> Wish {
        let body = if self.dice.once_in(3) {
            json!({ "reason": "Damaged on arrival" })
        } else {
            let amount = self.dice.between(1, 3_500);
            json!({ "amount": { "amount": amount, "currency": "EUR" }, "reason": "Damaged on arrival" })
        };
        wish(if self.dice.once_in(2) { SUPPORT } else { FINANCE }, Method::POST, format!("/payments/{payment}/refund"), body)
    }

    pub(crate) fn paid_payment(&mut self) -> Option<String> {
        let order = self.some_order(&["paid", "processing", "shipped", "delivered"])?;
        self.memory.orders.get(&order).and_then(|known| known.payment.clone())
    }

    fn refund(&mut self) -> Outcome {
        let Some(payment) = self.paid_payment() else { return self.pay() };
        let wish = self.refund_wish(&payment);
        self.act(&About::Refund(payment), wish)
    }

    fn cancel(&mut self) -> Outcome {
        let Some(order) = self.some_order(&["pending", "paid", "processing"]) else { return Ok(()) };
        // What support may not give back alone, it may not call off.
        let who = if self.dice.once_in(2) { SUPPORT } else { ADMIN };
        let wish = wish(who, Method::POST, format!("/orders/{order}/cancel"), json!({ "reason": "changed mind" }));
        self.act(&About::Cancel(order), wish)
    }

    fn move_on(&mut self) -> Outcome {
        let Some(order) = self.some_order(&["paid", "processing", "shipped"]) else { return Ok(()) };
        let next = match self.memory.orders.get(&order).map(|known| known.state.as_str()) {
            Some("paid") => "processing",
            Some("processing") => "shipped",
            _ => "delivered",
        };
        let wish = wish(SUPPORT, Method::POST, format!("/orders/{order}/state"), json!({ "state": next }));
        let reply = self.world.call(std::slice::from_ref(&wish)).swap_remove(0);
        self.tally.calls += 1;
        self.hear(&About::Move(order), &wish, &reply)
    }

    /// Put pieces in, as somebody does who read the product a moment ago.
    fn restock(&mut self) -> Outcome {
        let Some(product) = self.dice.pick(&self.products).cloned() else { return Ok(()) };
        let path = format!("/products/{product}");
        let read = self.world.call(&[wish(ADMIN, Method::GET, path.clone(), Value::Null)]).swap_remove(0).data();
        let (Some(stock), Some(version)) = (read["stock"].as_i64(), read["version"].as_i64()) else {
            return Err(format!("no product {product}: {read}"));
        };
        let more = self.dice.between(0, 30);
        // Sometimes somebody else sells a piece in between.
        if self.dice.once_in(3) {
            self.order()?;
        }
        let change = Wish { version: Some(version), ..wish(ADMIN, Method::PATCH, path, json!({ "stock": stock + more })) };
        let reply = self.world.call(&[change]).swap_remove(0);
        self.tally.calls += 2;
        match reply.status.as_u16() {
            200 => {
                *self.memory.stocked.entry(product).or_default() += more;
                Ok(())
            }
            412 => Ok(()),
            other => Err(format!("putting goods in was answered {other}: {}", reply.text())),
        }
    }

    /// What was acknowledged can be read.
    fn look(&mut self) -> Outcome {
        let Some(order) = self.dice.pick(&self.memory.order_ids).cloned() else { return Ok(()) };
        let reply = self.world.call(&[wish(SUPPORT, Method::GET, format!("/orders/{order}"), Value::Null)]).swap_remove(0);
        self.tally.calls += 1;
        let total = self.memory.orders.get(&order).map_or(0, |known| known.total);
        if reply.status == 200 && reply.data()["total"]["amount"] == total {
            self.memory.look(&order, &reply.data());
            Ok(())
        } else if is_unsure(&reply) {
            // A machine under load may be too slow to answer; that is no lie.
            Ok(())
        } else {
            Err(format!("order {order} was acknowledged and reads {}", reply.text()))
        }
    }

    /// Ask for an answer again: it is the same, byte for byte.
    fn repeat(&mut self) -> Outcome {
        self.memory.forget_before(self.world.clock.now());
        let place = usize::try_from(self.dice.below(u64::try_from(self.memory.answered.len()).unwrap_or(0))).unwrap_or(0);
        let Some(answer) = self.memory.answered.get(place).cloned() else { return Ok(()) };
        let same = |reply: &purser_testkit::Reply| reply.status.as_u16() == answer.status && reply.body[..] == answer.body[..];
        let mut replies = Vec::new();
        for _ in 0..5 {
            replies = self.world.call(&[answer.wish.clone(), answer.wish.clone()]);
            self.tally.calls += 2;
            self.tally.repeats += 2;
            // One of two at once may be told to wait, and both by a machine under load.
            if !replies.iter().all(|reply| same(reply) || is_unsure(reply)) {
                break;
            }
            if replies.iter().any(same) {
                return Ok(());
            }
        }
        let (then, now) = (
            String::from_utf8_lossy(&answer.body).into_owned(),
            replies.iter().map(|reply| format!("{} {}", reply.status, reply.text())).collect::<Vec<_>>(),
        );
        Err(format!("a repeat of {} {} was answered differently: {then} and then {now:?}", answer.wish.method, answer.wish.path))
    }

    /// Many at once: the same call with the same key, or different ones about the same thing.
    fn storm(&mut self) -> Outcome {
        let many = self.dice.between(2, 6);
        let calls: Vec<(About, Wish)> = match self.dice.below(4) {
            0 => (0..many).map(|_| (About::Order, self.order_wish())).collect(),
            1 => {
                let Some(payment) = self.paid_payment() else { return Ok(()) };
                (0..many).map(|_| (About::Refund(payment.clone()), self.refund_wish(&payment))).collect()
            }
            2 => {
                let Some(order) = self.some_order(&["pending"]) else { return Ok(()) };
                let cancel = wish(SUPPORT, Method::POST, format!("/orders/{order}/cancel"), json!({ "reason": "changed mind" }));
                vec![
                    (About::Pay(order.clone()), self.pay_wish(&order)),
                    (About::Cancel(order.clone()), cancel),
                    (About::Pay(order.clone()), self.pay_wish(&order)),
                ]
            }
            _ => {
                let one = Wish { key: Some(self.key()), ..self.order_wish() };
                vec![(About::Order, one); usize::try_from(many).unwrap_or(2)]
            }
        };
        let calls: Vec<(About, Wish)> =
            calls.into_iter().map(|(about, call)| (about, Wish { key: Some(call.key.clone().unwrap_or_else(|| self.key())), ..call })).collect();
        let wishes: Vec<Wish> = calls.iter().map(|(_, wish)| wish.clone()).collect();
        let replies = self.world.call(&wishes);
        self.tally.calls += u64::try_from(wishes.len()).unwrap_or(0);
        for ((about, wish), reply) in calls.iter().zip(&replies) {
            self.hear(about, wish, reply)?;
        }
        Ok(())
    }

    fn weather(&mut self) -> Outcome {
        let weather = match self.dice.below(5) {
            0 => Weather::Down,
            1 | 2 => Weather::Rough,
            _ => Weather::Calm,
        };
        self.world.sky.turn(weather);
        if self.dice.once_in(2) { self.tell() } else { Ok(()) }
    }

    /// A day later keys are forgotten: what was in doubt has to be known by then.
    fn next_day(&mut self) -> Outcome {
        if !self.dice.once_in(4) {
            return Ok(());
        }
        self.settle()?;
        self.world.pass(DAY + MINUTE);
        self.memory.answered.clear();
        self.upkeep()
    }
}

pub(crate) fn wish(who: usize, method: Method, path: String, body: Value) -> Wish {
    Wish { who, method, path, body, key: None, version: None }
}
