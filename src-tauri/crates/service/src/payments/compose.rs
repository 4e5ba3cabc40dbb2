//! What a refund comes to before anybody asks for it: how much, how it falls on goods, discount, tax and shipping, which pieces it is for,
//! and which payments give it back. Pure, given what was read.

use purser_core::error::FieldError;
use purser_core::ids::{LineId, OrderId, PaymentId};
use purser_core::payments::{Piece, Shares};
use purser_core::{Currency, Error, Money, Result};
use purser_store::Tx;
use purser_store::refund_basis::{self as store, Back, Line, Payment};

use crate::ledger::Way;

/// What of an order is to be given back.
#[derive(Clone, Debug)]
pub enum What {
    /// Everything that is left.
    Rest,
    /// This much, over everything.
    Amount(Money),
    /// Pieces of lines, and something of the shipping.
    Lines(Vec<(LineId, i64)>, Option<Money>),
}

/// What it is worked out from.
pub(crate) struct Basis {
    pub(crate) payments: Vec<Payment>,
    pub(crate) on_its_way: Shares,
    pub(crate) lines: Vec<Line>,
}

/// What one payment gives back.
#[derive(Clone, Debug)]
pub struct Part {
    /// The payment.
    pub payment: PaymentId,
    /// Who took the money.
    pub provider: String,
    /// The means of payment.
    pub method: String,
    /// How it falls on the order.
    pub shares: Shares,
    /// What its customer still owes of the payment, where that was sold on account.
    pub owed: i64,
    /// What came of it by hand and was not given back.
    pub came: i64,
}

impl Part {
    /// Which way it goes.
    pub fn way(&self, to_credit: bool) -> Way<'_> {
        Way { provider: &self.provider, to_credit, owed: self.owed, came: self.came }
    }

    /// Whether somebody has to move money outside, by hand.
    pub fn outside(&self, to_credit: bool) -> bool {
        self.way(to_credit).by_hand(self.shares.sum())
    }
}

/// A refund worked out to the cent.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The order.
    pub order: OrderId,
    /// Its number.
    pub number: i64,
    /// Currency of every amount.
    pub currency: Currency,
    /// How it falls on the order.
    pub split: Shares,
    /// What was asked for and is not left any more.
    pub reduced_by: i64,
    /// Which pieces come back.
    pub lines: Vec<Back>,
    /// Which payments give how much.
    pub parts: Vec<Part>,
    /// What can still be given back afterwards.
    pub left: i64,
}

impl Plan {
    /// How much it is.
    pub const fn amount(&self) -> Money {
        Money::new(self.split.sum(), self.currency)
    }
}

impl Basis {
    /// Of an order, its payments held until the transaction ends if `hold`; its lines only where somebody asks for them.
    pub(crate) async fn of_order(tx: &mut Tx, order: OrderId, (hold, lines): (bool, bool)) -> Result<Self> {
        let payments = if hold { store::hold_of_order(tx, order).await? } else { store::of_order(tx, order).await? };
        if payments.is_empty() && purser_store::orders::find(tx, order).await?.is_none() {
            return Err(Error::NotFound("order"));
        }
        let lines = if lines { store::lines(tx, order).await? } else { Vec::new() };
        Ok(Self { on_its_way: store::on_its_way(tx, order).await?, payments, lines })
    }

    /// Of the order a payment is of, held.
    pub(crate) async fn of_payment(tx: &mut Tx, payment: PaymentId) -> Result<Option<Self>> {
        let payments = store::hold_of_payment(tx, payment).await?;
        let Some(order) = payments.iter().find(|one| one.id == payment).map(|one| one.order_id) else { return Ok(None) };
        Ok(Some(Self { on_its_way: store::on_its_way(tx, order).await?, payments, lines: Vec::new() }))
    }

    fn first(&self) -> Result<&Payment> {
        self.payments.first().ok_or_else(|| Error::conflict("nothing_captured", "Nothing was taken for this order that could be given back."))
    }

    /// What the order's payments took, and how it falls on the order.
    fn captured(&self) -> Shares {
        let Some(first) = self.payments.first() else { return Shares::default() };
        let captured = self.payments.iter().map(|payment| payment.captured).sum();
        let (base, extra) = first.whole();
        base.covered(extra, first.money(captured))
    }

    /// What was given back of it, or is on its way.
    fn used(&self) -> Shares {
        self.payments.iter().fold(self.on_its_way, |sum, payment| sum.plus(payment.given()))
    }

    /// How what is left falls on the order.
    pub(crate) fn left(&self) -> Shares {
        self.captured().left(self.used())
    }

    /// What the pieces of each line that are left are worth.
    pub(crate) fn lines_left(&self) -> Vec<Shares> {
        let Some(first) = self.payments.first() else { return vec![Shares::default(); self.lines.len()] };
        let piece = |line: &Line| Piece { quantity: line.quantity, total: line.total, tax: line.tax, late: line.late };
        let pieces: Vec<Piece> = self.lines.iter().map(piece).collect();
        let (base, extra) = first.whole();
        // What nobody paid yet is worth nothing that could be given back.
        let left = |(worth, line): (Shares, &Line)| if line.unpaid { Shares::default() } else { worth.left(line.given()) };
        base.plus(extra).of_lines(&pieces).into_iter().zip(&self.lines).map(left).collect()
    }

    /// Work out what `what` comes to, given back by `payments`, or by any if none is named.
    pub(crate) fn plan(&self, what: &What, payments: &[PaymentId]) -> Result<Plan> {
        let first = self.first()?;
        let chosen = self.chosen(payments)?;
        let room: i64 = chosen.iter().map(|payment| payment.left()).sum();
        if let What::Amount(amount) = what
            && amount.currency != first.currency
        {
            let message = format!("The payment is in {}; it can only be refunded in {0}.", first.currency);
            return Err(Error::unprocessable("amount.currency", "wrong_currency", message));
        }
        if room <= 0 {
            return Err(nothing_left(&chosen));
        }
        let (split, wanted, lines) = match what {
            What::Rest => (self.captured().take(self.used(), first.money(room)), room, Vec::new()),
            What::Amount(amount) if amount.amount > room => {
                let message = format!("At most {} can still be refunded.", first.money(room));
                return Err(Error::unprocessable("amount.amount", "more_than_left", message));
            }
            What::Amount(amount) => (self.captured().take(self.used(), *amount), amount.amount, Vec::new()),
            What::Lines(lines, shipping) => self.by_lines(first, lines, *shipping)?,
        };
        let split = if split.sum() > room { split.take(Shares::default(), first.money(room)) } else { split };
        if split.sum() == 0 {
            return Err(Error::conflict("nothing_left", "What these pieces cost has been given back or is on its way."));
        }
        let left = self.payments.iter().map(Payment::left).sum::<i64>() - split.sum();
        let parts = over(&chosen, split);
        let reduced_by = wanted - split.sum();
        Ok(Plan { order: first.order_id, number: first.order_number, currency: first.currency, split, reduced_by, lines, parts, left })
    }

    fn chosen(&self, payments: &[PaymentId]) -> Result<Vec<&Payment>> {
        if payments.is_empty() {
            return Ok(self.payments.iter().collect());
        }
        let mut chosen = Vec::new();
        for (place, id) in payments.iter().enumerate() {
            let message = "No payment of this order that took money.";
            let strange = || Error::unprocessable(format!("payments[{place}]"), "not_of_this_order", message);
            chosen.push(self.payments.iter().find(|payment| payment.id == *id).ok_or_else(strange)?);
        }
        chosen.sort_unstable_by_key(|payment| payment.id);
        chosen.dedup_by_key(|payment| payment.id);
        Ok(chosen)
    }

    /// The split, what it would be if everything were left, and the pieces.
    fn by_lines(&self, first: &Payment, asked: &[(LineId, i64)], shipping: Option<Money>) -> Result<(Shares, i64, Vec<Back>)> {
        let worths = self.lines_left();
        let (mut wanted, mut back, mut complaints) = (Shares::default(), Vec::new(), Vec::new());
        for (place, (id, count)) in asked.iter().enumerate() {
            let Some((line, worth)) = self.lines.iter().zip(&worths).find(|(line, _)| line.id == *id) else {
                complaints.push(FieldError::new(format!("lines[{place}].lineId"), "unknown_line", "The order has no such line."));
                continue;
            };
            let left = line.quantity - line.back;
            if asked.iter().take(place).any(|(other, _)| other == id) {
                complaints.push(FieldError::new(format!("lines[{place}].lineId"), "named_twice", "Each line is named once."));
            } else if line.unpaid {
                complaints.push(FieldError::new(format!("lines[{place}].lineId"), "not_paid", "Nobody paid for this line yet."));
            } else if *count > left {
                let message =
                    if left == 0 { "All of it came back already.".to_owned() } else { format!("At most {left}: the rest came back already.") };
                complaints.push(FieldError::new(format!("lines[{place}].quantity"), "more_than_left", message));
            } else {
                let part = worth.pieces(left, *count);
                wanted = wanted.plus(part);
                let Shares { goods, tax, discount, .. } = part;
                back.push(Back { line_id: *id, name: line.name.clone(), sku: line.sku.clone(), quantity: *count, goods, discount, tax });
            }
        }
        if let Some(shipping) = shipping {
            let left = self.left().shipping;
            if shipping.currency != first.currency {
                let message = format!("The order is in {}.", first.currency);
                complaints.push(FieldError::new("shipping.currency", "wrong_currency", message));
            } else if shipping.amount > left {
                let message = format!("At most {} of the shipping is left.", first.money(left));
                complaints.push(FieldError::new("shipping.amount", "more_than_left", message));
            }
            wanted.shipping = shipping.amount;
        }
        if !complaints.is_empty() {
            return Err(Error::Unprocessable(complaints));
        }
        Ok((self.captured().fit(self.used(), wanted), wanted.sum(), back))
    }
}

/// `split` over the payments, oldest first, each as far as it has room.
fn over(payments: &[&Payment], split: Shares) -> Vec<Part> {
    let (mut parts, mut done) = (Vec::new(), Shares::default());
    for payment in payments {
        let amount = payment.left().min(split.sum() - done.sum());
        if amount > 0 {
            let shares = split.take(done, payment.money(amount));
            done = done.plus(shares);
            let (owed, came) = payment.trust();
            parts.push(Part { payment: payment.id, provider: payment.provider.clone(), method: payment.method.clone(), shares, owed, came });
        }
    }
    parts
}

/// Why nothing of these payments can be given back.
fn nothing_left(payments: &[&Payment]) -> Error {
    let stuck = payments.iter().find(|payment| !payment.state.is_refundable() && payment.captured > payment.refunded + payment.refund_pending);
    match stuck {
        Some(payment) => Error::conflict("not_refundable", format!("A payment that is {} can not be refunded.", payment.state.words())),
        None => Error::conflict("nothing_left", "Everything this payment took has been given back or is on its way."),
    }
}
