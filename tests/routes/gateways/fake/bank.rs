//! What banks do at the made-up Stripe: dispute, decide. And what its account settles in.

use purser_testkit::json;
use serde_json::Value;

use super::{Books, Stripe};

impl Books {
    /// A sum of the charge's currency as the account settles it.
    pub(super) fn settled(&self, amount: i64) -> i64 {
        self.settles.map_or(amount, |(_, hundredths)| amount * hundredths / 100)
    }

    /// A line of a dispute.
    fn line(&self, id: &str, amount: i64, fee: i64) -> Value {
        let (amount, fee) = (self.settled(amount), self.settled(fee));
        let currency = self.settles.map_or("eur", |(currency, _)| currency);
        json!({ "id": id, "amount": amount, "fee": fee, "net": amount - fee, "currency": currency })
    }
}

impl Stripe {
    /// From here on the account settles in `currency`, of which one of the charge's is so many hundredths.
    pub(in super::super) fn settles(&self, currency: &'static str, hundredths: i64) {
        self.books.lock().unwrap().settles = Some((currency, hundredths));
    }

    /// A bank disputes an intent: it takes the money, and Stripe a fee.
    pub(in super::super) fn dispute(&self, intent: &str, amount: i64, at: i64) -> String {
        let mut books = self.books.lock().unwrap();
        let id = format!("du_{}", books.disputes.len() + 1);
        let dispute = json!({
            "id": id, "object": "dispute", "amount": amount, "currency": "eur", "reason": "product_not_received", "status": "needs_response",
            "created": at, "payment_intent": intent, "evidence_details": { "due_by": at + 7 * 86_400 },
            "balance_transactions": [books.line("txn_d", -amount, 1_500)],
        });
        books.disputes.insert(id.clone(), dispute);
        id
    }

    /// The bank decides; of one that is won its fee comes back as well.
    pub(in super::super) fn decide(&self, id: &str, won: bool) {
        let mut books = self.books.lock().unwrap();
        let back = books.line("txn_r", books.disputes[id]["amount"].as_i64().unwrap(), -1_500);
        let dispute = books.disputes.get_mut(id).unwrap();
        dispute["status"] = json!(if won { "won" } else { "lost" });
        if won {
            dispute["balance_transactions"].as_array_mut().unwrap().push(back);
        }
    }

    /// What was said to the bank.
    pub(in super::super) fn evidence(&self, id: &str) -> Value {
        self.books.lock().unwrap().disputes[id]["evidence"].clone()
    }
}
