//! An order's own part of its story: told from its history, so that each entry says what was true then.

use purser_core::history::{self, Change, Moved};
use purser_core::ids::OrderId;
use purser_core::orders::{MoneyState, OrderState};
use purser_core::{Result, Timestamp};
use purser_store::timeline::Entry as Row;
use purser_store::{Tx, history as store};
use uuid::{Builder, Uuid};

/// Of a longer history, the newest so many events are told.
const MOST: i64 = 500;

/// What the order was before an event, as far as entries depend on it.
#[derive(Default)]
struct Before {
    state: Option<OrderState>,
    money: Option<MoneyState>,
    paid: i64,
    refunded: i64,
}

/// What happened to an order, oldest first; and, of one that was written in bulk, when its history began: what became of it before, other rows
/// say.
pub(super) async fn rows(tx: &mut Tx, id: OrderId) -> Result<(Vec<Row>, Option<Timestamp>)> {
    let Some(live) = store::live(tx, id).await? else { return Ok((Vec::new(), None)) };
    let mut events = store::before(tx, id, i64::MAX, MOST).await?;
    events.reverse();
    let (mut before, mut rows, mut begun) = (Before::default(), Vec::new(), None);
    for event in events {
        let Some(change) = history::read(&event.kind, event.shape, event.payload.0) else { continue };
        let mut at = event.at;
        match &change {
            Change::Adopted(facts) => (begun, at) = (Some(event.at), Timestamp::from_micros(facts.created_at)),
            // Brought in with its money.
            Change::Placed(facts) if facts.paid > 0 => begun = Some(event.at),
            _ => {}
        }
        for (place, (word, amount)) in (0..).zip(before.tell(change)) {
            rows.push(Row {
                id: place_of(at, event.version * 2 + place),
                at,
                word: word.to_owned(),
                detail: None,
                actor_id: None,
                actor_name: None,
                amount,
                currency: amount.map(|_| live.facts.currency.to_string()),
                subject_type: "order".to_owned(),
                subject_id: id.uuid(),
                subject_label: format!("#{}", live.facts.number),
            });
        }
    }
    Ok((rows, begun))
}

/// An id that stands where its instant does among those of other rows, and in order among its like.
fn place_of(at: Timestamp, number: i64) -> Uuid {
    let millis = u64::try_from(at.micros() / 1_000).unwrap_or(0);
    let mut tail = [0; 10];
    tail[2..].copy_from_slice(&number.to_be_bytes());
    Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}

impl Before {
    /// The words of `change` and the amounts in it; from here on it is what was before.
    fn tell(&mut self, change: Change) -> Vec<(&'static str, Option<i64>)> {
        match change {
            Change::Placed(facts) | Change::Adopted(facts) => {
                *self = Self { state: Some(facts.state), money: Some(facts.payment_state), paid: facts.paid, refunded: facts.refunded };
                vec![("order.create", Some(facts.total))]
            }
            Change::Edited(facts) => {
                *self = Self { state: Some(facts.state), money: Some(facts.payment_state), paid: facts.paid, refunded: facts.refunded };
                vec![("order.edit", Some(facts.total))]
            }
            Change::Moved(moved) => self.moved(&moved),
            Change::Refunded(given) => {
                let amount = given.refunded - self.refunded;
                (self.refunded, self.money) = (given.refunded, Some(given.payment_state));
                vec![("refund.succeeded", Some(amount))]
            }
            Change::Held(held) => vec![(if held.held { "order.hold" } else { "order.release" }, None)],
            Change::Tagged => vec![("order.tag", None)],
        }
    }

    fn moved(&mut self, moved: &Moved) -> Vec<(&'static str, Option<i64>)> {
        let (state, money, taken) = (self.state, self.money, moved.paid - self.paid);
        (self.state, self.money, self.paid) = (Some(moved.state), Some(moved.payment_state), moved.paid);
        let goods = match moved.state {
            _ if state == Some(moved.state) => None,
            OrderState::Processing => Some("order.process"),
            OrderState::Shipped => Some("order.ship"),
            OrderState::Delivered => Some("order.deliver"),
            OrderState::Cancelled => Some("order.cancel"),
            // Paid is what the money says, unless none came: then somebody did without.
            OrderState::Paid if taken == 0 => Some("order.waive"),
            OrderState::Pending | OrderState::Paid => None,
        };
        let paying = match moved.payment_state {
            _ if taken > 0 => Some("payment.capture"),
            now if money == Some(now) => None,
            MoneyState::Processing => Some("payment.process"),
            MoneyState::RequiresAction => Some("payment.require_action"),
            MoneyState::Unknown => Some("payment.lose_track"),
            MoneyState::Authorised => Some("payment.authorise"),
            MoneyState::Failed => Some("payment.fail"),
            MoneyState::Unpaid => Some("payment.void"),
            // A further payment came to nothing: what was taken before stays taken, and the log says how it ended.
            MoneyState::PartlyPaid | MoneyState::Paid | MoneyState::PartiallyRefunded | MoneyState::Refunded => None,
        };
        let amount = (taken > 0).then_some(taken);
        goods.map(|word| (word, None)).into_iter().chain(paying.map(|word| (word, amount))).collect()
    }
}
