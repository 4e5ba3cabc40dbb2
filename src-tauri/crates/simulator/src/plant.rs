//! Mistakes that are planted to prove that the laws would notice them. They are triggers in the tables of a business that is made for it:
//! the engine itself knows nothing of them.

use purser_core::Error;
use purser_store::{Scope, Tx, sql};
use purser_testkit::TestApp;

use crate::sky::Sky;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// Refunds are not checked against what was given back before: the payment forgets it, and so does the provider.
    RefundUnchecked,
    /// Calling an order off does not put its goods back.
    UndoSkipped,
    /// A booking is lost now and then.
    BookingLost,
    /// An acknowledged order is changed.
    OrderChanged,
    /// The rule that asks for a second pair of eyes sleeps.
    RuleAsleep,
}

impl Plant {
    /// Every mistake.
    pub const ALL: &'static [Self] = &[Self::RefundUnchecked, Self::UndoSkipped, Self::BookingLost, Self::OrderChanged, Self::RuleAsleep];

    fn statements(self) -> &'static [&'static str] {
        match self {
            Self::RefundUnchecked => &[
                "CREATE TRIGGER planted_pending AFTER UPDATE OF refund_pending ON payments WHEN NEW.refund_pending > 0 \
                 BEGIN UPDATE payments SET refund_pending = 0 WHERE id = NEW.id; END",
                "CREATE TRIGGER planted_refunded AFTER UPDATE OF refunded ON payments WHEN NEW.refunded > 0 \
                 BEGIN UPDATE payments SET refunded = 0, refunded_tax = 0, refunded_shipping = 0, state = 'captured' WHERE id = NEW.id; END",
            ],
            Self::UndoSkipped => &["CREATE TRIGGER planted_stock BEFORE UPDATE OF stock ON products WHEN NEW.stock > OLD.stock AND \
                 NEW.updated_at = OLD.updated_at BEGIN SELECT RAISE(IGNORE); END"],
            Self::BookingLost => &["CREATE TRIGGER planted_booking BEFORE INSERT ON ledger_entries WHEN NEW.amount BETWEEN -400 AND -1 \
                 BEGIN SELECT RAISE(IGNORE); END"],
            Self::OrderChanged => &["CREATE TRIGGER planted_order AFTER UPDATE OF payment_state ON orders WHEN NEW.number % 4 = 0 \
                 BEGIN UPDATE orders SET total = total + 1, shipping = shipping + 1 WHERE id = NEW.id; END"],
            Self::RuleAsleep => &["CREATE TRIGGER planted_rule AFTER INSERT ON approval_rules \
                 BEGIN UPDATE approval_rules SET active = 0 WHERE id = NEW.id; END"],
        }
    }

    /// Put the mistake into the tables of `app`, which is on SQLite.
    pub(crate) async fn put(self, app: &TestApp, sky: &Sky) {
        if self == Self::RefundUnchecked {
            sky.make_careless();
        }
        let put = app.app.db.transact(Scope::System, async |tx: &mut Tx| {
            for statement in self.statements() {
                tx.run(sql(statement)).await?;
            }
            Ok::<_, Error>(())
        });
        put.await.expect("the mistake is planted");
    }
}
