//! What customers' banks dispute, what finance says to it, and who has to ask whom before money goes back.

use axum::http::Method;
use purser_testkit::json;
use serde_json::Value;

use crate::deeds::{ADMIN, Business, FINANCE, LATELY, Outcome, SUPPORT, wish};
use crate::memory::{About, is_unsure};
use crate::world::{Kill, Wish};

/// From so much on somebody else has to approve what support gives back.
const ALONE: i64 = 2_000;

impl Business {
    /// What asks for a second pair of eyes.
    pub(crate) fn lay_down_rules(&mut self) -> Outcome {
        let least = json!({ "amount": ALONE, "currency": "EUR" });
        let body = json!({ "name": "Much", "kind": "refund", "effect": "approve", "minAmount": least, "roles": ["support"], "expiresHours": 1 });
        let reply = self.world.call(&[wish(ADMIN, Method::POST, "/approval-rules".into(), body)]).swap_remove(0);
        if reply.status == 201 { Ok(()) } else { Err(format!("no rule: {}", reply.text())) }
    }

    /// Something with a dispute.
    pub(crate) fn quarrel(&mut self) -> Outcome {
        match self.dice.below(8) {
            0..3 => self.dispute(),
            3 => self.call_and_take(&wish(FINANCE, Method::POST, "/disputes/refresh".into(), json!({}))),
            _ => self.answer(),
        }
    }

    /// A customer's bank disputes a payment.
    fn dispute(&mut self) -> Outcome {
        let Some(payment) = self.paid_payment() else { return Ok(()) };
        let mut body = json!({ "paymentId": payment });
        if self.dice.once_in(2) {
            let amount = self.dice.between(1, 3_000);
            body["amount"] = json!({ "amount": amount, "currency": "EUR" });
        }
        self.act(&About::Dispute, wish(ADMIN, Method::POST, "/sandbox/disputes".into(), body))
    }

    /// Some dispute that is not over: evidence, giving in, or what the bank says.
    fn answer(&mut self) -> Outcome {
        let list = wish(FINANCE, Method::GET, "/disputes?state=needs_evidence,submitted&limit=20".into(), Value::Null);
        let open = self.world.call(&[list]).swap_remove(0).data();
        let open = open.as_array().map(Vec::as_slice).unwrap_or_default();
        let Some((id, version)) = self.dice.pick(open).and_then(|one| Some((one["id"].as_str()?.to_owned(), one["version"].as_i64()?))) else {
            return Ok(());
        };
        let path = |what: &str| format!("/disputes/{id}/{what}");
        match self.dice.below(6) {
            0 => self.act(&About::Answer, wish(FINANCE, Method::POST, path("accept"), json!({ "reason": "Not worth it" }))),
            1 | 2 => {
                let word = self.dice.pick(&["winning_evidence", "losing_evidence", "a letter"]).copied().unwrap_or_default();
                let evidence = json!({ "texts": { "other": word }, "files": [] });
                self.call_and_take(&Wish { version: Some(version), ..wish(FINANCE, Method::PUT, path("evidence"), evidence) })?;
                self.act(&About::Answer, wish(FINANCE, Method::POST, path("submit"), json!({})))
            }
            _ => {
                let outcome = if self.dice.once_in(2) { "won" } else { "lost" };
                self.call_and_take(&wish(ADMIN, Method::POST, path("decide"), json!({ "outcome": outcome })))
            }
        }
    }

    /// Decide what waits for somebody else, or take it back.
    pub(crate) fn decide(&mut self) -> Outcome {
        let Some(id) = self.dice.pick_late(&self.memory.asked, LATELY).cloned() else { return self.grant() };
        let path = |what: &str| format!("/approvals/{id}/{what}");
        // Whoever asked is support: what they say themselves is refused.
        let who = self.dice.pick(&[ADMIN, FINANCE, FINANCE]).copied().unwrap_or(ADMIN);
        match self.dice.below(8) {
            0..4 => self.act(&About::Approve(id.clone()), wish(who, Method::POST, path("approve"), json!({}))),
            4 | 5 => self.say(&id, ("rejected", wish(who, Method::POST, path("reject"), json!({ "reason": "Not broken" })))),
            6 => self.say(&id, ("cancelled", wish(SUPPORT, Method::POST, path("cancel"), json!({})))),
            // Everybody at once.
            _ => {
                let wishes = [(ADMIN, "approve"), (FINANCE, "approve"), (FINANCE, "reject")].map(|(who, what)| {
                    let body = if what == "reject" { json!({ "reason": "Not broken" }) } else { json!({}) };
                    Wish { key: (what == "approve").then(|| self.key()), ..wish(who, Method::POST, path(what), body) }
                });
                let replies = self.world.call(&wishes);
                self.tally.calls += 3;
                for (wish, reply) in wishes.iter().zip(&replies) {
                    let about = if wish.path.ends_with("approve") { About::Approve(id.clone()) } else { About::Said(id.clone(), "rejected") };
                    self.hear(&about, wish, reply)?;
                }
                Ok(())
            }
        }
    }

    /// Support gives back more than they may alone.
    fn grant(&mut self) -> Outcome {
        let Some(payment) = self.paid_payment() else { return Ok(()) };
        let body = json!({ "amount": { "amount": self.dice.between(ALONE, 2 * ALONE), "currency": "EUR" }, "reason": "Damaged on arrival" });
        let wish = wish(SUPPORT, Method::POST, format!("/payments/{payment}/refund"), body);
        self.act(&About::Refund(payment), wish)
    }

    /// Say something about a request that no key goes with; now and then the process ends meanwhile, and nobody asks again.
    fn say(&mut self, id: &str, (state, wish): (&'static str, Wish)) -> Outcome {
        self.tally.calls += 1;
        if self.dice.once_in(40) {
            let kill = Kill::Statement(self.dice.below(25));
            drop(self.world.call_and_kill(&wish, kill));
            return Ok(());
        }
        let reply = self.world.call(std::slice::from_ref(&wish)).swap_remove(0);
        self.hear(&About::Said(id.to_owned(), state), &wish, &reply)
    }

    /// A call whose answer, if it is one, teaches nothing.
    fn call_and_take(&mut self, wish: &Wish) -> Outcome {
        self.tally.calls += 1;
        let reply = self.world.call(std::slice::from_ref(wish)).swap_remove(0);
        let fine = reply.status.is_success() || matches!(reply.status.as_u16(), 409 | 412 | 422) || is_unsure(&reply);
        if fine { Ok(()) } else { Err(format!("{} {} was answered {}: {}", wish.method, wish.path, reply.status, reply.text())) }
    }

    /// From now on the provider tells by messages, which come late, twice, in another order or not at all; or it tells nothing.
    pub(crate) fn tell(&mut self) -> Outcome {
        let webhooks = if self.dice.once_in(2) {
            json!({ "enabled": false })
        } else {
            let (copies, delay, lose) = (self.dice.between(1, 3), self.dice.between(0, 40), 20 * self.dice.between(0, 3));
            json!({ "enabled": true, "copies": copies, "delaySeconds": delay, "losePercent": lose, "reorder": self.dice.once_in(2) })
        };
        self.call_and_take(&wish(ADMIN, Method::PATCH, "/sandbox".into(), json!({ "webhooks": webhooks })))
    }

    /// Prices carry their tax from now on, or no more.
    pub(crate) fn price(&mut self, with_tax: bool) -> Outcome {
        let path = || "/settings/checkout".to_owned();
        let read = self.world.call(&[wish(ADMIN, Method::GET, path(), Value::Null)]).swap_remove(0).data();
        let change = wish(ADMIN, Method::PATCH, path(), json!({ "pricesIncludeTax": with_tax }));
        self.call_and_take(&Wish { version: read["version"].as_i64(), ..change })
    }
}
