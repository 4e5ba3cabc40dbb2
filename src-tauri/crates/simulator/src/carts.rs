//! What customers do with carts: fill them, pour one into another, and check out, alone or several at once; the run that pays is killed in the
//! middle now and then.

use axum::http::Method;
use purser_testkit::json;
use serde_json::Value;

use crate::deeds::{ADMIN, Business, CARDS, Outcome, address, wish};
use crate::memory::About;
use crate::world::{Kill, Wish};

/// Coupons: one for the first few, one for each customer a few times, one that costs nobody anything but the postage.
const COUPONS: &[&str] = &["FIRST", "EACH", "POSTAGE"];

impl Business {
    /// What customers may use when they check out.
    pub(crate) fn print_coupons(&mut self) -> Outcome {
        let coupons = [
            json!({ "code": "FIRST", "kind": "percent", "percentBp": 1_000, "limitTotal": 7 }),
            json!({ "code": "EACH", "kind": "fixed", "amountOff": 150, "limitPerCustomer": 5 }),
            json!({ "code": "POSTAGE", "kind": "free_shipping" }),
        ];
        for body in coupons {
            let reply = self.world.call(&[wish(ADMIN, Method::POST, "/coupons".into(), body)]).swap_remove(0);
            if reply.status != 201 {
                return Err(format!("no coupon: {}", reply.text()));
            }
        }
        Ok(())
    }

    /// One step of a customer with a cart.
    pub(crate) fn shop(&mut self) -> Outcome {
        match self.dice.below(12) {
            0..4 => self.open_cart(),
            4..6 => self.put_in(),
            6 => self.merge(),
            7 => self.crowd(),
            _ => self.check_out(),
        }
    }

    fn line(&mut self) -> Value {
        let product = self.dice.pick(&self.products).cloned().unwrap_or_default();
        json!({ "productId": product, "quantity": self.dice.between(1, 3) })
    }

    fn open_cart(&mut self) -> Outcome {
        let lines = match self.line() {
            first if self.dice.once_in(2) => vec![first],
            first => vec![first, self.line()],
        };
        let coupons: Vec<&str> = if self.dice.once_in(2) { self.dice.pick(COUPONS).copied().into_iter().collect() } else { Vec::new() };
        // A customer has one cart; drafts are many.
        let kind = if self.dice.once_in(6) { "cart" } else { "draft" };
        let body = json!({ "kind": kind, "customerId": self.world.customer, "lines": lines, "coupons": coupons, "shippingAddress": address() });
        self.act(&About::Cart, wish(ADMIN, Method::POST, "/carts".into(), body))
    }

    fn some_cart(&mut self) -> Option<String> {
        self.dice.pick_late(&self.memory.carts, 12).cloned()
    }

    fn put_in(&mut self) -> Outcome {
        let Some(cart) = self.some_cart() else { return self.open_cart() };
        let line = self.line();
        self.act(&About::InCart, wish(ADMIN, Method::POST, format!("/carts/{cart}/lines"), line))
    }

    fn merge(&mut self) -> Outcome {
        let (Some(into), Some(from)) = (self.some_cart(), self.some_cart()) else { return self.open_cart() };
        self.act(&About::Merge(from.clone()), wish(ADMIN, Method::POST, format!("/carts/{into}/merge"), json!({ "from": from })))
    }

    fn check_out_wish(&mut self, cart: &str) -> Wish {
        let mut body = json!({});
        if !self.dice.once_in(5) {
            let method = self.dice.pick(CARDS).copied().unwrap_or("pm_card_visa");
            body["paymentMethod"] = json!(if self.dice.once_in(8) { "credit" } else { method });
            body["ifDeclined"] = json!(if self.dice.once_in(2) { "cancel" } else { "keep" });
        }
        wish(ADMIN, Method::POST, format!("/carts/{cart}/checkout"), body)
    }

    fn check_out(&mut self) -> Outcome {
        let Some(cart) = self.some_cart() else { return self.open_cart() };
        let wish = self.check_out_wish(&cart);
        self.act(&About::CheckOut(cart), wish)?;
        // The run that pays, in the middle of any of its steps.
        if self.dice.once_in(6) {
            let kill = Kill::Statement(self.dice.below(120));
            self.world.upkeep_and_kill(kill);
        }
        Ok(())
    }

    /// Several at once check the same cart out, each as a request of its own: one order comes of it.
    fn crowd(&mut self) -> Outcome {
        let Some(cart) = self.some_cart() else { return self.open_cart() };
        let mut wishes = Vec::new();
        for _ in 0..self.dice.between(2, 4) {
            let wish = self.check_out_wish(&cart);
            wishes.push(Wish { key: Some(self.key()), ..wish });
        }
        let replies = self.world.call(&wishes);
        self.tally.calls += u64::try_from(wishes.len()).unwrap_or(0);
        for (wish, reply) in wishes.iter().zip(&replies) {
            self.hear(&About::CheckOut(cart.clone()), wish, reply)?;
        }
        Ok(())
    }
}
