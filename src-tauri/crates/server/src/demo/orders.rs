//! Orders, how they were paid, and what became of them.

mod payment;

use purser_core::ids::{OrderId, PaymentId, RefundId};
use purser_core::ledger::{AccountCode as Code, PostingKind};
use purser_core::payments::Shares;
use purser_core::time::{DAY, HOUR, MINUTE, SECOND};
use purser_core::{Money, Timestamp};
use purser_store::Value;
use purser_store::bulk::Table;
use purser_store::private::{self, Column, Place};
use purser_store::products::Product;
use uuid::Uuid;

use self::payment::payment;
use super::books::About;
use super::people::{Customer, Staff};
use super::random::Rng;
use super::sink::Gone;
use super::{Maker, Scene, staff};

/// What becomes of an order, as chance has it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Every card was declined.
    Declined,
    /// The customer never proved who they are.
    Abandoned,
    /// Called off before it was paid.
    CalledOff,
    /// Paid, called off, all given back.
    Cancelled,
    /// Delivered, sent back, all given back.
    Returned,
    /// Part of it given back, in one or two refunds.
    Partial,
    /// A little given back as a kindness.
    Goodwill,
    /// The customer's bank took the money back.
    Disputed,
    /// Nothing special.
    Fine,
}

const FATES: &[(Fate, i64)] = &[
    (Fate::Declined, 110),
    (Fate::Abandoned, 70),
    (Fate::CalledOff, 120),
    (Fate::Cancelled, 140),
    (Fate::Returned, 150),
    (Fate::Partial, 330),
    (Fate::Goodwill, 90),
    (Fate::Disputed, 30),
    (Fate::Fine, 8_960),
];

const PIECES: &[(usize, i64)] = &[(1, 45), (2, 28), (3, 15), (4, 8), (5, 4)];
const QUANTITIES: &[(i64, i64)] = &[(1, 70), (2, 18), (3, 6), (4, 4), (6, 2)];
const METHODS: &[(&str, i64)] = &[("pm_card_visa", 92), ("pm_card_authentication_required", 8)];
const DECLINES: &[((&str, &str), i64)] = &[
    (("card_declined", "The card was declined."), 70),
    (("insufficient_funds", "The card has too little money on it."), 20),
    (("expired_card", "The card has expired."), 10),
];
const REASONS: &[(&str, i64)] = &[
    ("Damaged in transit", 26),
    ("Wrong item", 18),
    ("Arrived too late", 14),
    ("Does not fit", 20),
    ("Changed their mind", 14),
    ("Missing part", 8),
];

/// An order being made up.
struct Draft<'a> {
    id: OrderId,
    number: i64,
    at: Timestamp,
    customer: &'a Customer,
    /// Subtotal, discount, tax, shipping, total.
    sums: [i64; 5],
    pieces: i64,
    fate: Fate,
}

/// Where an order came to.
struct Outcome {
    state: &'static str,
    money: &'static str,
    paid: i64,
    refunded: i64,
    updated: Timestamp,
}

/// Money given back for one order.
#[derive(Default)]
struct GivenBack {
    total: i64,
    used: Shares,
    last: Option<Timestamp>,
}

/// One payment row.
struct Paid {
    id: PaymentId,
    at: Timestamp,
    method: &'static str,
    state: &'static str,
    captured: i64,
    failure: Option<(&'static str, &'static str)>,
}

/// Make one order of `customer` at `at`, with everything that follows from it; `None` if it can not be added up.
pub(super) fn make(maker: &mut Maker, rng: &mut Rng, (customer, number, at): (&Customer, i64, Timestamp)) -> Result<Option<OrderId>, Gone> {
    let id: OrderId = rng.id(at);
    let (lines, pieces, subtotal, grams) = lines(maker, rng, id, at);
    let discount = if rng.chance(1_200) { subtotal * rng.between(5, 15) / 100 } else { 0 };
    let currency = maker.scene.currency;
    let Ok(totals) = maker.scene.checkout.totals(Money::new(subtotal, currency), Money::new(discount, currency), grams) else { return Ok(None) };
    let sums = [subtotal, totals.discount.amount, totals.tax.amount, totals.shipping.amount, totals.total.amount];
    let mut fate = rng.weighted(FATES);
    if sums[4] == 0 {
        fate = Fate::CalledOff;
    }
    let draft = Draft { id, number, at, customer, sums, pieces, fate };
    let outcome = match fate {
        Fate::Declined | Fate::Abandoned | Fate::CalledOff => unpaid(maker, rng, &draft),
        _ => paid(maker, rng, &draft),
    };
    maker.orders += 1;
    maker.sink.row(Table::Orders, order_row(&maker.scene, &draft, &outcome))?;
    let gone = matches!(outcome.state, "shipped" | "delivered");
    for (line, quantity) in lines {
        let [order, id, tenant, product, name, sku, pieces, price, total] = line;
        let shipped = if gone { quantity } else { 0 };
        maker.sink.row(Table::OrderLines, [order, id, tenant, product, name, sku, pieces, price, total, shipped.into()])?;
    }
    for (payment, charge) in std::mem::take(&mut maker.payments) {
        maker.sink.row(Table::Payments, payment)?;
        maker.sink.row(Table::Charges, charge)?;
    }
    for (refund, given) in std::mem::take(&mut maker.refunds) {
        maker.sink.row(Table::Refunds, refund)?;
        maker.sink.row(Table::Given, given)?;
    }
    Ok(Some(id))
}

/// Lines with their pieces; the pieces, subtotal and weight of all.
fn lines(maker: &Maker, rng: &mut Rng, order: OrderId, at: Timestamp) -> (Vec<([Value; 9], i64)>, i64, i64, i64) {
    let (mut pieces, mut subtotal, mut grams) = (0, 0, 0);
    let mut rows = Vec::new();
    for _ in 0..rng.weighted(PIECES) {
        let product: &Product = &maker.products[rng.early(maker.products.len())];
        let quantity = rng.weighted(QUANTITIES);
        pieces += quantity;
        subtotal += product.price * quantity;
        grams += product.weight_g * quantity;
        let row = [
            order.into(),
            rng.id::<Uuid>(at).into(),
            maker.scene.tenant.into(),
            product.id.into(),
            product.name.clone().into(),
            product.sku.clone().into(),
            quantity.into(),
            product.price.into(),
            (product.price * quantity).into(),
        ];
        rows.push((row, quantity));
    }
    (rows, pieces, subtotal, grams)
}

fn order_row(scene: &Scene, draft: &Draft<'_>, outcome: &Outcome) -> [Value; 20] {
    let [subtotal, discount, tax, shipping, total] = draft.sums;
    let address = serde_json::to_string(&draft.customer.address).unwrap_or_default();
    // Should it ever not be sealed, the table takes no order without an address.
    let address = private::hide(&scene.seal, Place::order(scene.tenant, draft.id, Column::OrderAddress), &address).ok();
    [
        draft.id.into(),
        scene.tenant.into(),
        draft.number.into(),
        draft.customer.id.into(),
        outcome.state.into(),
        outcome.money.into(),
        draft.customer.country.into(),
        scene.currency.into(),
        draft.pieces.into(),
        subtotal.into(),
        discount.into(),
        tax.into(),
        shipping.into(),
        total.into(),
        outcome.paid.into(),
        outcome.refunded.into(),
        "demo".into(),
        address.into(),
        draft.at.into(),
        outcome.updated.into(),
    ]
}

/// An order that never got its money.
fn unpaid(maker: &mut Maker, rng: &mut Rng, draft: &Draft<'_>) -> Outcome {
    let at = draft.at.plus(rng.between(20, 90) * SECOND);
    let given_up = draft.at.plus(rng.between(30, 70) * HOUR);
    let over = given_up < maker.scene.end;
    let mut last = draft.at;
    let mut attempt = |maker: &mut Maker, method, state, failure| {
        last = at;
        let paid = Paid { id: rng.id(at), at, method, state, captured: 0, failure };
        payment(maker, draft, &paid, (0, Shares::default(), if over { given_up } else { at }));
    };
    let money = match draft.fate {
        Fate::Declined => {
            attempt(maker, "pm_card_declined", "failed", Some(("card_declined", "The card was declined.")));
            "failed"
        }
        Fate::Abandoned if over => {
            attempt(maker, "pm_card_authentication_required", "voided", None);
            "unpaid"
        }
        Fate::Abandoned => {
            attempt(maker, "pm_card_authentication_required", "requires_action", None);
            "requires_action"
        }
        _ => "unpaid",
    };
    if over {
        let reason = if draft.fate == Fate::CalledOff { "Customer called it off" } else { "Not paid in time" };
        let member = maker.staff(rng, staff::SUPPORT);
        maker.sink.line(staff::line(&maker.scene, rng, &member, staff::Act::order("order.cancel", draft.id, draft.number, given_up).why(reason)));
    }
    Outcome { state: if over { "cancelled" } else { "pending" }, money, paid: 0, refunded: 0, updated: if over { given_up } else { last } }
}

/// An order that was paid.
fn paid(maker: &mut Maker, rng: &mut Rng, draft: &Draft<'_>) -> Outcome {
    let total = draft.sums[4];
    let mut at = draft.at.plus(rng.between(15, 110) * SECOND);
    if rng.chance(450) {
        let declined = Paid { id: rng.id(at), at, method: "pm_card_declined", state: "failed", captured: 0, failure: Some(rng.weighted(DECLINES)) };
        payment(maker, draft, &declined, (0, Shares::default(), at));
        at = at.plus(rng.between(25, 240) * SECOND);
    }
    let end = maker.scene.end;
    at = if at < end { at } else { draft.at };
    let id: PaymentId = rng.id(at);
    let [subtotal, discount, tax, shipping, _] = draft.sums;
    let whole = Shares::of_order(subtotal, discount, tax, shipping);
    let about = About { order: Some(draft.id), payment: Some(id), refund: None };
    let memo = format!("Payment of order #{}", draft.number);
    let amounts = [
        (Code::Cash, total),
        (Code::Revenue, -whole.gross()),
        (Code::Discounts, whole.discount),
        (Code::Tax, -whole.tax),
        (Code::Shipping, -whole.shipping),
    ];
    let booking = maker.books.book(&maker.scene, rng, (PostingKind::Capture, memo, about, at), &amounts);
    maker.sink.booking(at, booking);
    maker.captured += total;

    let (mut state, moved) = fulfilment(rng, at, end);
    let back = give_back(maker, rng, draft, (id, at, whole));
    if draft.fate == Fate::Cancelled && back.total > 0 {
        state = "cancelled";
    }
    let disputed = draft.fate == Fate::Disputed && dispute(maker, rng, draft, (id, at));
    let money = match back.total {
        0 => "paid",
        sum if sum == total => "refunded",
        _ => "partially_refunded",
    };
    let standing = match money {
        _ if disputed => "disputed",
        "paid" => "captured",
        other => other,
    };
    let updated = back.last.map_or(moved, |last| last.max(moved));
    let row = Paid { id, at, method: rng.weighted(METHODS), state: standing, captured: total, failure: None };
    payment(maker, draft, &row, (back.total, back.used, back.last.unwrap_or(at)));
    Outcome { state, money, paid: total, refunded: back.total, updated }
}

/// How far the goods have come, and when they last moved.
fn fulfilment(rng: &mut Rng, paid: Timestamp, end: Timestamp) -> (&'static str, Timestamp) {
    if rng.chance(15) {
        return ("paid", paid);
    }
    let packed = paid.plus(rng.between(2 * HOUR, 30 * HOUR));
    let shipped = packed.plus(rng.between(4 * HOUR, 40 * HOUR));
    let delivered = shipped.plus(rng.between(30 * HOUR, 140 * HOUR));
    match () {
        () if delivered < end => ("delivered", delivered),
        () if shipped < end => ("shipped", shipped),
        () if packed < end => ("processing", packed),
        () => ("paid", paid),
    }
}

/// The refunds of one order.
fn give_back(maker: &mut Maker, rng: &mut Rng, draft: &Draft<'_>, (payment, paid, whole): (PaymentId, Timestamp, Shares)) -> GivenBack {
    let total = draft.sums[4];
    let (times, first) = match draft.fate {
        Fate::Cancelled => (1, rng.between(MINUTE, 2 * HOUR)),
        Fate::Returned => (1, rng.between(6 * DAY, 24 * DAY)),
        Fate::Partial => (if rng.chance(1_500) { 2 } else { 1 }, rng.between(4 * DAY, 21 * DAY)),
        Fate::Goodwill => (1, rng.between(3 * DAY, 12 * DAY)),
        _ => (0, 0),
    };
    let mut back = GivenBack::default();
    let mut at = paid.plus(first);
    for _ in 0..times {
        let amount = match draft.fate {
            Fate::Partial => total * rng.between(8, 48) / 100,
            Fate::Goodwill => total * rng.between(3, 10) / 100,
            _ => total,
        };
        if at >= maker.scene.end || amount == 0 || back.total + amount > total {
            break;
        }
        let part = whole.take(back.used, Money::new(amount, maker.scene.currency));
        refund(maker, rng, draft, (payment, at, amount, part));
        back = GivenBack { total: back.total + amount, used: back.used.plus(part), last: Some(at) };
        at = at.plus(rng.between(DAY, 9 * DAY));
    }
    back
}

fn refund(maker: &mut Maker, rng: &mut Rng, draft: &Draft<'_>, (payment, at, amount, part): (PaymentId, Timestamp, i64, Shares)) {
    let id: RefundId = rng.id(at);
    let member: Staff = maker.staff(rng, staff::REFUNDERS);
    let reason = match draft.fate {
        Fate::Cancelled => "Customer called it off",
        Fate::Goodwill => "As a kindness",
        _ => rng.weighted(REASONS),
    };
    let kind = if draft.fate == Fate::Goodwill { "goodwill" } else { "standard" };
    let row = [
        id.into(),
        maker.scene.tenant.into(),
        payment.into(),
        draft.id.into(),
        amount.into(),
        maker.scene.currency.into(),
        reason.into(),
        kind.into(),
        "succeeded".into(),
        member.id.into(),
        member.name.clone().into(),
        at.into(),
        Some(at.plus(2 * SECOND)).into(),
    ];
    let given = [maker.scene.tenant.into(), id.to_string().into(), payment.to_string().into(), amount.into(), "succeeded".into(), at.into()];
    maker.refunds.push((row, given));
    maker.refunded += amount;
    let about = About { order: Some(draft.id), payment: Some(payment), refund: Some(id) };
    let memo = format!("Refund of order #{}", draft.number);
    let amounts = [(Code::Refunds, part.goods), (Code::Tax, part.tax), (Code::Shipping, part.shipping), (Code::Cash, -amount)];
    let booking = maker.books.book(&maker.scene, rng, (PostingKind::Refund, memo, about, at), &amounts);
    maker.sink.booking(at, booking);
    let action = if draft.fate == Fate::Cancelled { "order.cancel" } else { "order.refund" };
    let after = format!("{{\"amount\":{{\"amount\":{amount},\"currency\":\"{}\"}},\"kind\":\"{kind}\"}}", maker.scene.currency);
    let act = staff::Act::order(action, draft.id, draft.number, at).why(reason).after(after);
    maker.sink.line(staff::line(&maker.scene, rng, &member, act));
}

/// The customer's bank takes the money back; `false` when that is still to come.
fn dispute(maker: &mut Maker, rng: &mut Rng, draft: &Draft<'_>, (payment, paid): (PaymentId, Timestamp)) -> bool {
    let at = paid.plus(rng.between(9 * DAY, 55 * DAY));
    if at >= maker.scene.end {
        return false;
    }
    let total = draft.sums[4];
    let about = About { order: Some(draft.id), payment: Some(payment), refund: None };
    let memo = format!("Dispute of order #{}", draft.number);
    let booking = maker.books.book(&maker.scene, rng, (PostingKind::Dispute, memo, about, at), &[(Code::Disputes, total), (Code::Cash, -total)]);
    maker.sink.booking(at, booking);
    true
}
