//! The sandbox's balance report, from its own books; differences can be planted in it.

use async_trait::async_trait;
use purser_core::ids::TenantId;
use purser_core::{Currency, Error, Money, Timestamp};
use purser_service::payments::port::Trouble;
use purser_service::reconciliation::port::{About, BalanceLine, BalanceReport, Kind, Lines, Plant};
use purser_store::sandbox_report::{self as store, Moved, Planted};

use super::{Sandbox, away};

/// Lines of a page.
const PAGE: usize = 500;

/// A move in the words of the port.
fn line(moved: &Moved) -> Option<BalanceLine> {
    let (prefix, kind, sign, about) = match moved.kind.as_str() {
        "charge" => ("ch_", Kind::Charge, 1, About::Payment(moved.key.parse().ok()?)),
        "refund" => ("re_", Kind::Refund, -1, About::Refund(moved.key.parse().ok()?)),
        "dispute" => ("", Kind::Dispute, -1, About::Dispute(moved.key.clone())),
        _ => ("won_", Kind::DisputeReversal, 1, About::Dispute(moved.key.clone())),
    };
    let amount = Money::new(sign * moved.amount, moved.currency);
    Some(BalanceLine { reference: format!("{prefix}{}", moved.key), about, kind, amount, fee: moved.fee, settled: None, at: moved.at })
}

/// The line as it is reported, with what was planted; `None` if it is to be missing.
fn told(mut line: BalanceLine, planted: &[Planted]) -> Option<BalanceLine> {
    let Some(plant) = planted.iter().find(|planted| planted.key == line.reference) else { return Some(line) };
    match plant.kind.as_str() {
        "missing" => return None,
        "amount" => line.amount.amount += plant.amount,
        "fee" => line.fee = plant.amount,
        _ => {}
    }
    Some(line)
}

#[async_trait]
impl BalanceReport for Sandbox {
    async fn lines(&self, tenant: TenantId, span: (Timestamp, Timestamp), after: Option<&str>) -> Result<Lines, Trouble> {
        let most = i64::try_from(PAGE).unwrap_or(500);
        let read = self.db.read(tenant, async |tx| {
            let moved = store::moved(tx, span, (after.unwrap_or_default(), most)).await?;
            Ok::<_, Error>((moved, store::planted(tx).await?))
        });
        let (moved, planted) = read.await.map_err(|error| away(&error))?;
        let next = (moved.len() == PAGE).then(|| moved.last().map(|last| format!("{}{}", last.kind, last.key))).flatten();
        let mut lines: Vec<BalanceLine> = moved.iter().filter_map(line).filter_map(|line| told(line, &planted)).collect();
        if after.is_none() {
            let extra = planted.iter().filter(|planted| planted.kind == "extra" && (span.0..span.1).contains(&planted.created_at)).map(|planted| {
                BalanceLine {
                    reference: planted.key.clone(),
                    about: About::Other,
                    kind: Kind::Adjustment,
                    amount: Money::new(planted.amount, Currency::EUR),
                    fee: 0,
                    settled: None,
                    at: planted.created_at,
                }
            });
            lines.extend(extra);
        }
        Ok(Lines { provider: "sandbox", lines, next })
    }

    async fn plant(&self, tenant: TenantId, plant: Plant) -> Result<(), Trouble> {
        let (key, kind, amount) = match plant {
            Plant::Amount(key, amount) => (key, "amount", amount),
            Plant::Missing(key) => (key, "missing", 0),
            Plant::Extra(key, amount) => (key, "extra", amount),
            Plant::Fee(key, amount) => (key, "fee", amount),
        };
        let planted = Planted { key, kind: kind.to_owned(), amount, created_at: self.clock.now() };
        let written = self.db.transact(tenant, async |tx| store::plant(tx, &planted).await.map_err(Error::from));
        written.await.map_err(|error| away(&error))
    }
}
