//! What is given on trust: stored credit as a kindness or for goods that come back, and orders sold on account, which are paid later, in part, or
//! never.

use axum::http::Method;
use purser_testkit::json;
use serde_json::Value;

use crate::deeds::{ADMIN, Business, FINANCE, Outcome, SUPPORT, wish};
use crate::memory::About;

impl Business {
    /// One step on trust.
    pub(crate) fn trust(&mut self) -> Outcome {
        match self.dice.below(10) {
            0 | 1 => self.give_credit(),
            2 => self.take_credit_back(),
            3 | 4 => self.pay_on_trust("credit"),
            5 | 6 => self.pay_on_trust("account"),
            7 => self.refund_to_credit(),
            _ => self.collect(),
        }
    }

    fn credit(&mut self, deed: &str, most: i64) -> Value {
        let amount = self.dice.between(1, most);
        json!({ "deed": deed, "amount": { "amount": amount, "currency": "EUR" }, "reason": "The parcel was late" })
    }

    fn give_credit(&mut self) -> Outcome {
        let (body, who) = (self.credit("give", 2_600), if self.dice.once_in(2) { SUPPORT } else { FINANCE });
        let path = format!("/users/{}/credit", self.world.customer);
        self.act(&About::Credit, wish(who, Method::POST, path, body))
    }

    fn take_credit_back(&mut self) -> Outcome {
        let body = self.credit("take_back", 900);
        let path = format!("/users/{}/credit", self.world.customer);
        self.act(&About::Answer, wish(FINANCE, Method::POST, path, body))
    }

    fn pay_on_trust(&mut self, method: &str) -> Outcome {
        let Some(order) = self.some_order(&["pending"]) else { return Ok(()) };
        let wish = wish(
            if self.dice.once_in(2) { ADMIN } else { FINANCE },
            Method::POST,
            format!("/orders/{order}/pay"),
            json!({ "paymentMethod": method }),
        );
        self.act(&About::Pay(order), wish)
    }

    fn refund_to_credit(&mut self) -> Outcome {
        let Some(order) = self.some_order(&["paid", "processing", "shipped", "delivered"]) else { return Ok(()) };
        let amount = self.dice.between(1, 3_500);
        let body = json!({ "amount": { "amount": amount, "currency": "EUR" }, "toCredit": !self.dice.once_in(3), "reason": "Chose something else" });
        let wish = wish(if self.dice.once_in(2) { SUPPORT } else { FINANCE }, Method::POST, format!("/orders/{order}/refunds"), body);
        self.act(&About::OrderRefund, wish)
    }

    /// What somebody owes comes, in part or whole, or is given up.
    fn collect(&mut self) -> Outcome {
        let list = wish(FINANCE, Method::GET, "/receivables?open=true&limit=20".into(), Value::Null);
        let open = self.world.call(&[list]).swap_remove(0).data();
        let open = open.as_array().map(Vec::as_slice).unwrap_or_default();
        let Some((id, owed)) = self.dice.pick(open).and_then(|one| Some((one["id"].as_str()?.to_owned(), one["owed"]["amount"].as_i64()?))) else {
            return Ok(());
        };
        let mut body = json!({ "reason": "Transfer" });
        if !self.dice.once_in(3) {
            let amount = self.dice.between(1, owed + 1);
            body["amount"] = json!({ "amount": amount, "currency": "EUR" });
        }
        let what = if self.dice.once_in(4) { "write-off" } else { "receive" };
        self.act(&About::Answer, wish(FINANCE, Method::POST, format!("/receivables/{id}/{what}"), body))
    }
}
