//! The books of the demo business beside the provider's: last month is closed, and a few lines of the provider's report do not agree.

use purser_core::access::{Grant, can};
use purser_core::{Error, Result, Timestamp};
use purser_service::{App, reconciliation};
use purser_store::Tx;
use purser_store::ledger_books::{self, Period};
use purser_store::sandbox_report::{self, Planted};

use super::Scene;

/// What the provider says otherwise of its newest charges: which one, how, by how much.
const SAYS: &[(usize, &str, i64)] = &[(4, "amount", -100), (11, "missing", 0), (23, "fee", 35), (37, "amount", 250)];

/// Close what is over, let the provider's report differ, and have the two compared.
pub(super) async fn close(tx: &mut Tx, app: &App, scene: &Scene) -> Result<()> {
    let by = Grant::<can::ReconcileLedger>::system(scene.tenant, scene.end, &app.ids);
    let month = Timestamp::parse(&format!("{}-01", scene.end.to_utc().format("%Y-%m")));
    let ends_at = month.ok_or_else(|| Error::internal("a month without a beginning"))?;
    if ledger_books::closed_until(tx).await?.is_none_or(|until| until < ends_at) {
        let balances = ledger_books::balances_at(tx, ends_at).await?;
        let balances: Vec<_> = balances.into_iter().map(|b| (b.code.as_str().to_owned(), b.currency.as_str().to_owned(), b.balance)).collect();
        let period = Period {
            id: by.id(),
            ends_at,
            reason: "The month is over".to_owned(),
            closed_by: None,
            closed_by_name: String::new(),
            closed_at: scene.end,
            balances: balances.into(),
            reopened_at: None,
            reopened_by: None,
            reopened_by_name: None,
            reopen_reason: None,
        };
        ledger_books::insert_period(tx, &period).await?;
    }
    let newest = sandbox_report::newest(tx, 40).await?;
    let mut planted: Vec<Planted> = SAYS
        .iter()
        .filter_map(|(place, kind, amount)| newest.get(*place).map(|key| (format!("ch_{key}"), *kind, *amount)))
        .map(|(key, kind, amount)| Planted { key, kind: kind.to_owned(), amount, created_at: scene.end.plus(-1) })
        .collect();
    let correction = format!("adj_{}1", scene.mark);
    planted.push(Planted { key: correction, kind: "extra".to_owned(), amount: 1_250, created_at: scene.end.plus(-1) });
    for one in &planted {
        sandbox_report::plant(tx, one).await?;
    }
    reconciliation::put_in(tx, &by).await
}
