//! What nobody waits for: requests whose time is up, and approved ones whose end a crash kept from being written down.

use purser_core::access::{Grant, can};
use purser_core::approvals::{ApprovalEvent, ApprovalState};
use purser_core::{Error, Result};
use purser_store::Scope;
use purser_store::approvals as store;

use super::decide;
use crate::App;

/// Look at those of all tenants.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.clock.now();
    let open = app.db.read(Scope::System, async |tx| store::open(tx, now).await.map_err(Error::from)).await?;
    for one in open {
        let by = Grant::<can::DecideApproval>::system(one.tenant_id, now, &app.ids);
        let outcome = app.db.transact(&by, async |tx| {
            let Some(approval) = store::hold(tx, one.id).await? else { return Ok(()) };
            match approval.state {
                ApprovalState::Waiting if approval.expires_at <= now => decide::end(&by, tx, approval, (ApprovalEvent::Expire, None)).await.map(drop),
                ApprovalState::Approved => decide::conclude(&by, tx, one.id).await,
                _ => Ok(()),
            }
        });
        if let Err(error) = outcome.await {
            tracing::warn!(%error, approval = %one.id, "a request could not be looked after; it is tried again");
        }
    }
    Ok(())
}
