//! Disputes and reports of every way a tenant's payments go, as if they were one provider's.

use std::sync::Arc;

use async_trait::async_trait;
use purser_core::Timestamp;
use purser_core::ids::TenantId;

use super::port::{Handle, Trouble};
use super::remote::Remote;
use super::switch::{Switch, lost};
use crate::disputes::port::{Answer, AnswerCall, Disputes, FileCall, Play, ProviderDispute, Takes};
use crate::reconciliation::port::{BalanceReport, Lines, Plant};

fn silent(name: &str) -> Trouble {
    Trouble::Refused("no_disputes".into(), format!("{name} takes no answers to disputes here. Answer on its own page."))
}

impl Switch {
    /// Every way of a tenant beside the sandbox's, in a fixed order.
    async fn all(&self, tenant: TenantId) -> Result<Vec<Arc<dyn Remote>>, Trouble> {
        let connections = self.connections(tenant).await.map_err(|error| lost(&error))?;
        connections.iter().map(|connection| self.remote(connection).map_err(|error| lost(&error))).collect()
    }
}

#[async_trait]
impl Disputes for Switch {
    async fn takes(&self, handle: Handle) -> Result<Option<Takes>, Trouble> {
        match self.pick(handle).await?.gateway().disputes() {
            Some(disputes) => disputes.takes(handle).await,
            None => Ok(None),
        }
    }

    async fn upload(&self, call: &FileCall) -> Result<String, Trouble> {
        let picked = self.pick(call.handle).await?;
        let gateway = picked.gateway();
        gateway.disputes().ok_or_else(|| silent(gateway.name()))?.upload(call).await
    }

    async fn submit(&self, call: &AnswerCall) -> Answer {
        let picked = self.pick(Handle { tenant: call.tenant, payment: call.payment }).await?;
        let gateway = picked.gateway();
        gateway.disputes().ok_or_else(|| silent(gateway.name()))?.submit(call).await
    }

    async fn accept(&self, call: &AnswerCall) -> Answer {
        let picked = self.pick(Handle { tenant: call.tenant, payment: call.payment }).await?;
        let gateway = picked.gateway();
        gateway.disputes().ok_or_else(|| silent(gateway.name()))?.accept(call).await
    }

    async fn of(&self, handle: Handle) -> Result<Vec<ProviderDispute>, Trouble> {
        let picked = self.pick(handle).await?;
        match picked.gateway().disputes() {
            Some(disputes) => disputes.of(handle).await,
            None => Ok(Vec::new()),
        }
    }

    /// What one provider does not tell keeps nobody from hearing what the others do.
    async fn list(&self, tenant: TenantId) -> Result<Vec<ProviderDispute>, Trouble> {
        let mut told = Vec::new();
        let mut silence = None;
        let mut hear = |heard: Result<Vec<ProviderDispute>, Trouble>| match heard {
            Ok(disputes) => told.extend(disputes),
            Err(trouble) => silence = Some(trouble),
        };
        if let Some(disputes) = self.sandbox().disputes() {
            hear(disputes.list(tenant).await);
        }
        for remote in self.all(tenant).await? {
            if let Some(disputes) = remote.disputes() {
                hear(disputes.list(tenant).await);
            }
        }
        match silence {
            Some(trouble) if told.is_empty() => Err(trouble),
            _ => Ok(told),
        }
    }

    async fn play(&self, tenant: TenantId, play: Play) -> Answer {
        self.sandbox().disputes().ok_or_else(|| silent("The sandbox"))?.play(tenant, play).await
    }
}

/// Where the lines of a report go on: the way, by its place, and its own word.
fn place(after: Option<&str>) -> (usize, Option<&str>) {
    let Some((way, word)) = after.and_then(|after| after.split_once(' ')) else { return (0, None) };
    (way.parse().unwrap_or(0), Some(word).filter(|word| !word.is_empty()))
}

#[async_trait]
impl BalanceReport for Switch {
    /// The sandbox's lines first, then those of each connection that reports.
    async fn lines(&self, tenant: TenantId, span: (Timestamp, Timestamp), after: Option<&str>) -> Result<Lines, Trouble> {
        let (way, word) = place(after);
        let remotes = self.all(tenant).await?;
        let report = |way: usize| match way.checked_sub(1) {
            None => self.sandbox().balance_report(),
            Some(way) => remotes.get(way).and_then(|remote| remote.balance_report()),
        };
        let mut told = match report(way) {
            Some(report) => report.lines(tenant, span, word).await?,
            None => Lines { provider: self.sandbox().name(), lines: Vec::new(), next: None },
        };
        let then = (way + 1..=remotes.len()).find(|way| report(*way).is_some());
        told.next = told.next.map(|word| format!("{way} {word}")).or_else(|| then.map(|way| format!("{way} ")));
        Ok(told)
    }

    async fn plant(&self, tenant: TenantId, plant: Plant) -> Result<(), Trouble> {
        let report = self.sandbox().balance_report();
        report.ok_or_else(|| Trouble::Refused("no_report".into(), "The sandbox tells nothing.".into()))?.plant(tenant, plant).await
    }
}
