//! Stripe's own account of what moved.

use std::collections::HashMap;

use async_trait::async_trait;
use purser_core::ids::{PaymentId, RefundId, TenantId};
use purser_core::time::SECOND;
use purser_core::{Money, Timestamp};
use purser_service::payments::port::Trouble;
use purser_service::reconciliation::port::{About, BalanceLine, BalanceReport, Kind, Lines};
use purser_store::gateways as store;

use super::settled::{currency, in_own_currency};
use super::wire::{IdOrWhole, Line, Page, Source};
use super::{Stripe, away, trouble};

/// Lines asked for at once.
const AT_ONCE: usize = 100;

/// What a line is, in our words.
fn kind(line: &Line) -> Kind {
    match line.kind.as_str() {
        "charge" | "payment" => Kind::Charge,
        "refund" | "payment_refund" => Kind::Refund,
        "payout" | "payout_cancel" | "payout_failure" => Kind::Payout,
        "stripe_fee" | "application_fee" | "tax_fee" => Kind::Fee,
        _ => match line.reporting_category.as_deref() {
            Some("dispute") => Kind::Dispute,
            Some("dispute_reversal") => Kind::DisputeReversal,
            Some("fee") => Kind::Fee,
            _ => Kind::Adjustment,
        },
    }
}

/// What a line is about in its own currency, the way it moved; `None` if it does not say.
fn own(line: &Line) -> Option<Money> {
    let Some(Source::Whole(source)) = &line.source else { return None };
    // Other lines, a correction say, move a part of it that nobody names.
    if !matches!(kind(line), Kind::Charge | Kind::Refund | Kind::Dispute | Kind::DisputeReversal) {
        return None;
    }
    let amount = source.amount_captured.or(source.amount)?.abs();
    Some(Money::new(amount * line.amount.signum(), currency(source.currency.as_deref()?)?))
}

/// Our names for what Stripe's lines are about.
struct Names {
    payments: HashMap<String, PaymentId>,
    refunds: HashMap<String, RefundId>,
}

impl Names {
    fn about(&self, line: &Line) -> About {
        let Some(Source::Whole(source)) = &line.source else { return About::Other };
        let found = match (source.object.as_deref().unwrap_or_default(), &source.payment_intent) {
            ("charge" | "payment", Some(intent)) => self.payments.get(intent.name()).copied().map(About::Payment),
            ("refund", _) => self.refunds.get(&source.id).copied().map(About::Refund),
            ("dispute", _) => Some(About::Dispute(source.id.clone())),
            _ => None,
        };
        found.unwrap_or(About::Other)
    }
}

impl Stripe {
    async fn names(&self, tenant: TenantId, lines: &[Line]) -> Result<Names, Trouble> {
        let wholes = lines.iter().filter_map(|line| match &line.source {
            Some(Source::Whole(source)) => Some(source),
            _ => None,
        });
        let (mut intents, mut refunds) = (Vec::new(), Vec::new());
        for source in wholes {
            match source.object.as_deref() {
                Some("refund") => refunds.push(source.id.clone()),
                _ => intents.extend(source.payment_intent.as_ref().map(IdOrWhole::name).map(str::to_owned)),
            }
        }
        let connection = self.access.connection;
        let found = self.db.read(tenant, async |tx| {
            let payments = store::payments_called(tx, connection, &intents).await?;
            Ok::<_, purser_store::Error>((payments, store::refunds_called(tx, &refunds).await?))
        });
        let (payments, refunds) = found.await.map_err(|error| away(&error))?;
        Ok(Names {
            payments: payments.into_iter().filter_map(|row| Some((row.reference?, row.payment_id))).collect(),
            refunds: refunds.into_iter().collect(),
        })
    }
}

#[async_trait]
impl BalanceReport for Stripe {
    async fn lines(&self, tenant: TenantId, (from, to): (Timestamp, Timestamp), after: Option<&str>) -> Result<Lines, Trouble> {
        let mut path = format!(
            "/v1/balance_transactions?limit={AT_ONCE}&created[gte]={}&created[lt]={}&expand[]=data.source",
            from.seconds(),
            to.seconds().saturating_add(1)
        );
        if let Some(after) = after {
            path.push_str("&starting_after=");
            path.extend(after.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_'));
        }
        let page: Page<Line> = self.api.get(&path).await.map_err(trouble)?;
        let next = page.data.last().filter(|_| page.has_more).map(|line| line.id.clone());
        let names = self.names(tenant, &page.data).await?;
        let mut lines = Vec::with_capacity(page.data.len());
        for line in page.data {
            let settles = currency(&line.currency).ok_or(Trouble::Unknown)?;
            let own = own(&line).filter(|own| own.currency != settles && line.amount != 0);
            lines.push(BalanceLine {
                about: names.about(&line),
                kind: kind(&line),
                amount: own.unwrap_or(Money::new(line.amount, settles)),
                fee: own.map_or(line.fee, |own| in_own_currency(line.fee, line.amount, own.amount)),
                settled: own.map(|_| (Money::new(line.amount, settles), Money::new(line.fee, settles))),
                at: Timestamp::from_micros(line.created.saturating_mul(SECOND)),
                reference: line.id,
            });
        }
        Ok(Lines { provider: "stripe", lines, next })
    }
}
