//! The built-in payment provider, used while no other is set up: test cards with known behaviour, books of its own.
//!
//! It plays the other party honestly: it keeps its own state in its own transactions, honours keys, and refuses by its own rules what it
//! should refuse, so that a mistake of the engine shows here as it would with a real provider.

mod books;
mod cards;
mod disputes;
mod messages;
mod play;
mod report;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use parking_lot::Mutex;
use purser_core::Money;
use purser_core::ids::{Ids, TenantId};
use purser_core::sandbox::refusal;
use purser_core::time::Clock;
use purser_service::disputes::port::Disputes;
use purser_service::payments::port::{Answer, Charge, Gateway, Handle, RefundAnswer, RefundCall, Standing, Trouble};
use purser_service::reconciliation::port::BalanceReport;
use purser_service::sandbox::port::Playground;
use purser_store::Db;
use purser_store::sandbox::Charge as Row;

use cards::CARDS;
use play::{Deed, Play};

/// The sandbox provider. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    db: Db,
    clock: Clock,
    ids: Ids,
    /// How long a call that gets no answer keeps its caller waiting.
    hang: Duration,
    /// How it behaves for each tenant, as of a version of the settings.
    known: Arc<Mutex<Known>>,
}

/// How each tenant's sandbox behaves, and as of which version.
type Known = HashMap<TenantId, (u64, Arc<Play>)>;

impl Sandbox {
    /// The provider with its books in `db`.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, ids: Ids::random(), hang: Duration::from_secs(1), known: Arc::default() }
    }

    /// The same, giving no answer only so briefly: for tests.
    #[must_use]
    pub fn hanging(self, hang: Duration) -> Self {
        Self { hang, ..self }
    }
}

/// What this provider calls a payment.
fn key(handle: Handle) -> String {
    handle.payment.to_string()
}

/// Where a charge stands, in the words of the port.
fn standing(row: &Row) -> Standing {
    match row.state.as_str() {
        "requires_action" => Standing::RequiresAction(format!("/sandbox/confirm/{}", row.key)),
        "processing" => Standing::Processing,
        "authorised" => Standing::Authorised,
        "captured" => Standing::Captured(row.captured),
        "voided" => Standing::Voided,
        _ => {
            let code = row.failure_code.clone().unwrap_or_else(|| "failed".into());
            let message = refusal(&code).to_owned();
            Standing::Failed(code, message)
        }
    }
}

fn refused(code: &str, message: &str) -> Trouble {
    Trouble::Refused(code.into(), message.into())
}

#[async_trait]
impl Gateway for Sandbox {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn method_label(&self, method: &str) -> Option<&'static str> {
        CARDS.iter().find(|card| card.method == method).map(|card| card.label)
    }

    async fn authorise(&self, charge: &Charge) -> Answer {
        if self.method_label(&charge.method).is_none() {
            return Err(refused("unknown_method", "There is no such means of payment."));
        }
        if charge.method == "pm_card_lost" {
            // It is never heard of again.
            tokio::time::sleep(self.hang).await;
            return Err(Trouble::Unknown);
        }
        let answer = self.act(Deed::Authorise(charge.clone())).await.payment();
        if charge.method == "pm_card_timeout" {
            // The money was taken, but the answer gets lost.
            tokio::time::sleep(self.hang).await;
            return Err(Trouble::Unknown);
        }
        answer
    }

    async fn confirm(&self, handle: Handle, proved: bool) -> Answer {
        self.act(Deed::Confirm(handle, proved)).await.payment()
    }

    async fn capture(&self, handle: Handle, amount: Money) -> Answer {
        self.act(Deed::Capture(handle, amount)).await.payment()
    }

    async fn void(&self, handle: Handle) -> Answer {
        self.act(Deed::Void(handle)).await.payment()
    }

    async fn lookup(&self, handle: Handle) -> Result<Option<Standing>, Trouble> {
        if self.is_down(handle, "lookup").await {
            return Err(Trouble::Unknown);
        }
        let row = self.find(handle).await.map_err(|error| away(&error))?;
        let found = row.as_ref().map(standing);
        self.note(handle.tenant, ("lookup", key(handle), None), (None, play::word(Ok(found.as_ref())))).await;
        Ok(found)
    }

    async fn abandon(&self, handle: Handle) -> Answer {
        if self.is_down(handle, "abandon").await {
            return Err(Trouble::Unknown);
        }
        self.give_up(handle).await.map(|row| standing(&row)).map_err(|error| away(&error))
    }

    async fn refund(&self, tenant: TenantId, refunds: &[RefundCall]) -> Vec<RefundAnswer> {
        let plain = match self.play(tenant).await {
            Ok(play) => play.is_plain(),
            Err(error) => {
                away(&error);
                return vec![RefundAnswer::Unknown; refunds.len()];
            }
        };
        if !plain {
            let asked = refunds.iter().map(|call| self.act(Deed::Refund(tenant, *call)));
            return join_all(asked).await.into_iter().map(play::Heard::refund).collect();
        }
        match self.give_back(tenant, refunds, None).await {
            Ok(answers) => answers,
            Err(error) => {
                away(&error);
                vec![RefundAnswer::Unknown; refunds.len()]
            }
        }
    }

    fn balance_report(&self) -> Option<&dyn BalanceReport> {
        Some(self)
    }

    fn disputes(&self) -> Option<&dyn Disputes> {
        Some(self)
    }

    fn playground(&self) -> Option<&dyn Playground> {
        Some(self)
    }
}

/// A provider whose books are away gives no answer.
fn away(error: &purser_core::Error) -> Trouble {
    tracing::warn!(%error, "the sandbox provider could not keep its books");
    Trouble::Unknown
}
