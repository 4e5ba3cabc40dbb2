//! A page of the provider's lines against our books: what agrees, what differs, and the fees they kept, which are booked.

use std::collections::HashSet;

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{PaymentId, PostingId, RefundId};
use purser_core::ledger::{AccountCode as Code, PostingKind};
use purser_core::reconciliation::{ExceptionKind, ExceptionState};
use purser_core::{Currency, Result, Timestamp};
use purser_store::Tx;
use purser_store::ledger::{self as ledger_store, Posting};
use purser_store::reconciliation::{self as store, Exception, Run, These};
use purser_store::reconciliation_basis::{self as basis, Belongs, Disputed, Ours};
use uuid::Uuid;

use super::port::{About, BalanceLine, Kind, Lines};
use super::resolve::take_back;
use crate::{App, events};

/// What the lines were about.
#[derive(Default)]
pub(super) struct Seen(HashSet<Uuid>);

impl Seen {
    /// Note what these lines are about.
    pub(super) fn note(&mut self, lines: &[BalanceLine]) {
        self.0.extend(lines.iter().filter_map(subject));
    }

    /// Whether a line was about this payment or refund.
    pub(super) fn has(&self, id: Uuid) -> bool {
        self.0.contains(&id)
    }
}

/// The payment or refund a line is about.
fn subject(line: &BalanceLine) -> Option<Uuid> {
    match (&line.about, line.kind) {
        (About::Payment(id), Kind::Charge) => Some(id.uuid()),
        (About::Refund(id), _) => Some(id.uuid()),
        _ => None,
    }
}

/// What a page came to.
#[derive(Default)]
pub(super) struct Counts {
    /// Lines.
    pub(super) lines: i64,
    /// Those that agree.
    pub(super) matched: i64,
    /// Fees that were booked.
    pub(super) fees: i64,
}

/// Something that differs, before it is written down.
pub(super) struct Difference<'a> {
    pub(super) provider: &'a str,
    pub(super) kind: ExceptionKind,
    pub(super) reference: &'a str,
    pub(super) line_kind: &'a str,
    pub(super) currency: Currency,
    /// What they say, what we say.
    pub(super) sums: (i64, i64),
    pub(super) payment: Option<Uuid>,
    pub(super) refund: Option<Uuid>,
    pub(super) at: Timestamp,
}

impl Difference<'_> {
    /// As the comparison `run` found it.
    pub(super) fn found<P>(&self, by: &Grant<P>, run: Uuid) -> Exception {
        Exception {
            id: by.id(),
            run_id: run,
            provider: self.provider.to_owned(),
            kind: self.kind,
            reference: self.reference.to_owned(),
            line_kind: self.line_kind.to_owned(),
            currency: self.currency,
            theirs: self.sums.0,
            ours: self.sums.1,
            payment_id: self.payment,
            refund_id: self.refund,
            happened_at: self.at,
            state: ExceptionState::Open,
            reason: None,
            posting_id: None,
            resolved_by: None,
            resolved_by_name: None,
            resolved_at: None,
            found_at: by.now(),
            version: 1,
        }
    }
}

/// What we say of a line.
struct Say {
    amount: i64,
    fee: i64,
    payment: Uuid,
    refund: Option<Uuid>,
}

/// What we know of the things a page of lines is about.
struct Known {
    ours: Vec<Ours>,
    refunds: Vec<Belongs>,
    disputes: Vec<Disputed>,
}

impl Known {
    async fn of(tx: &mut Tx, provider: &str, lines: &[&BalanceLine]) -> Result<Self> {
        let mut payments: Vec<PaymentId> = Vec::new();
        let mut refund_ids: Vec<RefundId> = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for line in lines {
            match &line.about {
                About::Payment(id) => payments.push(*id),
                About::Refund(id) => refund_ids.push(*id),
                About::Dispute(name) => names.push(name),
                About::Other => {}
            }
        }
        let refunds = basis::of_refunds(tx, &refund_ids).await?;
        payments.extend(refunds.iter().map(|refund| refund.payment_id));
        payments.sort_unstable();
        payments.dedup();
        let disputes = basis::of_disputes(tx, provider, (&names, &payments)).await?;
        Ok(Self { ours: basis::of_payments(tx, &payments).await?, refunds, disputes })
    }

    /// What was booked for a payment or a refund of it, if anything was.
    fn sum(&self, (kind, currency): (PostingKind, Currency), payment: Uuid, refund: Option<Uuid>) -> Option<i64> {
        let fits = |ours: &&Ours| ours.kind == kind && ours.currency == currency && (ours.payment_id, ours.refund_id) == (Some(payment), refund);
        let mut found = self.ours.iter().filter(fits).peekable();
        found.peek().is_some().then(|| found.map(|ours| ours.amount).sum::<i64>())
    }

    /// What we say of `line`; `None` if we know nothing of it.
    fn of_line(&self, line: &BalanceLine) -> Option<Say> {
        let currency = line.amount.currency;
        match &line.about {
            About::Payment(id) => {
                let payment = id.uuid();
                // Fees of its disputes are booked on the payment as well.
                let disputed: i64 =
                    self.disputes.iter().filter(|dispute| dispute.payment_id == *id).map(|dispute| dispute.fee - dispute.fee_back).sum();
                let fee = -self.sum((PostingKind::Fee, currency), payment, None).unwrap_or(0) - disputed;
                self.sum((PostingKind::Capture, currency), payment, None).map(|amount| Say { amount, fee, payment, refund: None })
            }
            About::Refund(id) => {
                let (payment, refund) = (self.refunds.iter().find(|refund| refund.id == *id)?.payment_id.uuid(), Some(id.uuid()));
                let fee = -self.sum((PostingKind::Fee, currency), payment, refund).unwrap_or(0);
                self.sum((PostingKind::Refund, currency), payment, refund).map(|amount| Say { amount, fee, payment, refund })
            }
            About::Dispute(name) => {
                let dispute = self.disputes.iter().find(|dispute| dispute.reference == *name)?;
                let (amount, fee) = match line.kind {
                    Kind::DisputeReversal => (dispute.reinstated, -dispute.fee_back),
                    Kind::Fee => (-dispute.fee, 0),
                    _ => (-dispute.withdrawn, dispute.fee),
                };
                Some(Say { amount, fee, payment: dispute.payment_id.uuid(), refund: None })
            }
            About::Other => None,
        }
    }
}

/// What differences about a line go by: what the provider calls it, and the payment or refund in ours.
fn names(line: &BalanceLine) -> impl Iterator<Item = String> {
    [Some(line.reference.clone()), subject(line).map(|id| id.to_string())].into_iter().flatten()
}

/// Lines whose differences of before are settled, by their names.
#[derive(Default)]
struct Settled {
    /// Both sides know of them: nothing is missing, whatever the amounts.
    met: Vec<String>,
    /// Both sides say the same.
    agreed: Vec<String>,
}

impl Settled {
    /// The names, which kinds of difference are settled for them, and why.
    fn each(&self) -> [(&[String], &'static [ExceptionKind], &'static str); 2] {
        const MISSING: &[ExceptionKind] = &[ExceptionKind::MissingHere, ExceptionKind::MissingThere];
        const DIFFERS: &[ExceptionKind] = &[ExceptionKind::Amount, ExceptionKind::Fee];
        [(&self.met, MISSING, "A later comparison found it on both sides"), (&self.agreed, DIFFERS, "A later comparison agrees")]
    }
}

/// Whether a fee of this line is booked by the comparison: the provider alone knows what it keeps of a payment or refund.
const fn keeps_fee(line: &BalanceLine) -> bool {
    matches!((&line.about, line.kind), (About::Payment(_), Kind::Charge) | (About::Refund(_), Kind::Refund))
}

/// Hold a page of lines against our books.
pub(super) async fn theirs((app, by, tx): (&App, &Grant<can::ReconcileLedger>, &mut Tx), run: &Run, page: &Lines) -> Result<Counts> {
    // Lines from before only say that something is not missing.
    let lines: Vec<&BalanceLine> = page.lines.iter().filter(|line| line.kind != Kind::Payout && line.at >= run.from_at).collect();
    let known = Known::of(tx, page.provider, &lines).await?;
    let (mut found, mut settled, mut fees) = (Vec::new(), Settled::default(), Vec::new());
    let mut matched = 0;
    for line in &lines {
        let said = known.of_line(line);
        let mut differ = |kind, sums| {
            let (payment, refund) = (said.as_ref().map(|say| say.payment), said.as_ref().and_then(|say| say.refund));
            let (reference, line_kind, currency) = (line.reference.as_str(), line.kind.as_str(), line.amount.currency);
            let one = Difference { provider: page.provider, kind, reference, line_kind, currency, sums, payment, refund, at: line.at };
            found.push(one.found(by, run.id));
        };
        match &said {
            None => differ(ExceptionKind::MissingHere, (line.amount.amount, 0)),
            Some(say) => {
                settled.met.extend(names(line));
                let agree = say.amount == line.amount.amount;
                let kept = say.fee == 0 && line.fee != 0 && keeps_fee(line);
                if !agree {
                    differ(ExceptionKind::Amount, (line.amount.amount, say.amount));
                }
                if agree && kept {
                    fees.push(fee(by, page.provider, (line, say)));
                } else if say.fee != line.fee {
                    differ(ExceptionKind::Fee, (-line.fee, -say.fee));
                }
                if agree && (kept || say.fee == line.fee) {
                    matched += 1;
                    settled.agreed.extend(names(line));
                }
            }
        }
    }
    write((app, by, tx), page.provider, (&found, &settled, &fees)).await?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Ok(Counts { lines: count(lines.len()), matched, fees: count(fees.len()) })
}

/// Write down what was found.
async fn write(
    (app, by, tx): (&App, &Grant<can::ReconcileLedger>, &mut Tx),
    provider: &str,
    (found, settled, fees): (&[Exception], &Settled, &[Posting]),
) -> Result<()> {
    for some in found.chunks(200) {
        store::insert(tx, some).await?;
    }
    for (names, kinds, why) in settled.each() {
        for some in names.chunks(500) {
            let these = These { provider, kinds, references: some };
            store::agree(tx, &these, &format!("{why}."), by.now()).await?;
            take_back((app, by, &mut *tx), &these, why).await?;
        }
    }
    ledger_store::post(tx, &app.ids, fees).await?;
    if let Some(first) = fees.first() {
        events::emit(tx, by, Topic::Ledger, "posted", first.id.uuid());
    }
    Ok(())
}

/// What the provider kept of a line.
fn fee<P>(by: &Grant<P>, provider: &str, (line, say): (&BalanceLine, &Say)) -> Posting {
    let id: PostingId = by.id();
    Posting {
        id,
        kind: PostingKind::Fee,
        memo: match line.settled {
            Some((_, fee)) => format!("Fee of {provider}: {} ({fee})", line.reference),
            None => format!("Fee of {provider}: {}", line.reference),
        },
        order: None,
        payment: Some(PaymentId(say.payment)),
        refund: say.refund.map(RefundId),
        at: by.now(),
        currency: line.amount.currency,
        entries: vec![(Code::Fees, line.fee), (Code::Cash, -line.fee)],
    }
}
