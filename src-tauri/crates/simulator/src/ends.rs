//! How everything that is open comes to its end: calls in doubt are made again, stuck runs go on, the provider is well.

use axum::http::Method;
use purser_core::time::MINUTE;
use purser_testkit::json;
use serde_json::Value;

use crate::deeds::{ADMIN, Business, FINANCE, Outcome, wish};
use crate::laws;
use crate::memory::is_unsure;

impl Business {
    /// Ask again where nobody knows what became of a call.
    pub(crate) fn ask_unsure(&mut self) -> Outcome {
        let unsure = std::mem::take(&mut self.memory.unsure);
        for (about, wish) in unsure {
            let reply = self.world.call(std::slice::from_ref(&wish)).swap_remove(0);
            self.tally.calls += 1;
            self.hear(&about, &wish, &reply)?;
        }
        Ok(())
    }

    /// The provider is well, everybody asks again, and everything that is open comes to its end: most of it at once, what was tried in vain
    /// often after the hours it waits between two tries; a run that waits for another payment of its order looks as often as once a minute of
    /// an hour. Less than a day, after which keys are forgotten.
    pub(crate) fn settle(&mut self) -> Outcome {
        self.world.heal();
        let mut calm = 0;
        for round in 0..100 {
            self.world.pass(if round < 80 { 3 * MINUTE } else { 30 * MINUTE });
            self.world.upkeep().map_err(|error| format!("what goes on in the background failed: {error}"))?;
            self.ask_unsure()?;
            self.prove()?;
            self.hear_banks()?;
            let under_way = self.look_after_sagas()?;
            // What the last deeds set off shows in the rounds after them.
            calm = if !under_way && self.is_calm() { calm + 1 } else { 0 };
            if calm == 3 {
                break;
            }
        }
        if self.memory.unsure.is_empty() { Ok(()) } else { Err(format!("nobody will ever know what became of {:?}", self.memory.unsure)) }
    }

    /// Whether nothing is open any more. What is after all its time breaks a law.
    fn is_calm(&mut self) -> bool {
        self.world.on(async |app| laws::broken(&app.app, true).await).is_empty()
    }

    /// Customers prove who they are, at last: runs wait for that.
    fn prove(&mut self) -> Outcome {
        let list = wish(ADMIN, Method::GET, "/payments?state=requires_action&limit=100".into(), Value::Null);
        let open = self.world.call(&[list]).swap_remove(0).data();
        for payment in open.as_array().into_iter().flatten() {
            let path = format!("/payments/{}/confirm", payment["id"].as_str().unwrap_or_default());
            let reply = self.world.call(&[wish(ADMIN, Method::POST, path, json!({ "outcome": "success" }))]).swap_remove(0);
            if !reply.status.is_success() && reply.status != 409 && !is_unsure(&reply) {
                return Err(format!("a customer could not prove who they are: {}", reply.text()));
            }
        }
        Ok(())
    }

    /// Ask for disputes, as is done every few hours: a bank's word may have been lost.
    fn hear_banks(&mut self) -> Outcome {
        let reply = self.world.call(&[wish(FINANCE, Method::POST, "/disputes/refresh".into(), json!({}))]).swap_remove(0);
        if reply.status.is_success() || is_unsure(&reply) { Ok(()) } else { Err(format!("banks were not heard: {}", reply.text())) }
    }

    /// Let stuck runs of steps go on, as a person would; whether any is under way.
    fn look_after_sagas(&mut self) -> Result<bool, String> {
        let list = |states: &str| wish(ADMIN, Method::GET, format!("/sagas?state={states}&limit=100"), Value::Null);
        let mut replies = self.world.call(&[list("needs_attention"), list("running,compensating")]);
        let under_way = replies.swap_remove(1).data();
        let stuck = replies.swap_remove(0).data();
        for saga in stuck.as_array().into_iter().flatten() {
            let path = format!("/sagas/{}/retry", saga["id"].as_str().unwrap_or_default());
            let reply = self.world.call(&[wish(ADMIN, Method::POST, path, json!({}))]).swap_remove(0);
            // What a killed process left may be at it still.
            if !reply.status.is_success() && reply.status != 409 && !is_unsure(&reply) {
                return Err(format!("a stuck run could not go on: {}", reply.text()));
            }
        }
        let any = |list: &Value| list.as_array().is_some_and(|list| !list.is_empty());
        Ok(any(&stuck) || any(&under_way))
    }
}
