//! The built-in payment provider, used while no other is set up: test cards with known behaviour, books of its own.
//!
//! It plays the other party honestly: it keeps its own state in its own transactions, honours keys, and refuses by its own rules what it
//! should refuse, so that a mistake of the engine shows here as it would with a real provider.

mod books;

use std::time::Duration;

use async_trait::async_trait;
use purser_core::Money;
use purser_core::ids::TenantId;
use purser_core::time::{Clock, SECOND};
use purser_service::payments::port::{Answer, Charge, Gateway, Handle, RefundAnswer, RefundCall, Standing, Trouble};
use purser_store::Db;
use purser_store::sandbox::Charge as Row;

/// How long something that takes its time takes.
const TAKES: i64 = 2 * SECOND;

/// The test cards: what the caller names, what people read.
const METHODS: &[(&str, &str)] = &[
    ("pm_card_visa", "Visa •••• 4242"),
    ("pm_card_mastercard", "Mastercard •••• 4444"),
    ("pm_card_declined", "Visa •••• 0002"),
    ("pm_card_authentication_required", "Visa •••• 3155"),
    ("pm_card_processing", "Visa •••• 0077"),
    ("pm_card_timeout", "Visa •••• 9995"),
];

/// The sandbox provider.
pub struct Sandbox {
    db: Db,
    clock: Clock,
    /// How long a call that gets no answer keeps its caller waiting.
    hang: Duration,
}

impl Sandbox {
    /// The provider with its books in `db`.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, hang: Duration::from_secs(1) }
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
            let message = if code == "authentication_failed" {
                "The customer could not prove who they are."
            } else {
                "The card was declined. Ask the customer for another means of payment."
            };
            Standing::Failed(code, message.into())
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
        METHODS.iter().find(|(name, _)| *name == method).map(|(_, label)| *label)
    }

    async fn authorise(&self, charge: &Charge) -> Answer {
        if self.method_label(&charge.method).is_none() {
            return Err(refused("unknown_method", "There is no such means of payment."));
        }
        let row = self.begin(charge).await.map_err(|error| away(&error))?;
        if row.method == "pm_card_timeout" {
            // The money was taken, but the answer gets lost.
            tokio::time::sleep(self.hang).await;
            return Err(Trouble::Unknown);
        }
        Ok(standing(&row))
    }

    async fn confirm(&self, handle: Handle, proved: bool) -> Answer {
        self.change(handle, |row| {
            if row.state == "requires_action" {
                if proved {
                    books::succeed(row);
                } else {
                    (row.state, row.failure_code) = ("failed".into(), Some("authentication_failed".into()));
                }
            }
            Ok(())
        })
        .await
    }

    async fn capture(&self, handle: Handle, amount: Money) -> Answer {
        self.change(handle, |row| match row.state.as_str() {
            "captured" if row.captured == amount.amount => Ok(()),
            "authorised" if amount.currency == row.currency && (1..=row.amount).contains(&amount.amount) => {
                (row.state, row.captured) = ("captured".into(), amount.amount);
                Ok(())
            }
            "authorised" => Err(refused("amount_too_large", "More than was promised.")),
            _ => Err(refused("not_authorised", "There is nothing promised that could be taken.")),
        })
        .await
    }

    async fn void(&self, handle: Handle) -> Answer {
        self.change(handle, |row| match row.state.as_str() {
            "authorised" | "requires_action" => {
                row.state = "voided".into();
                Ok(())
            }
            "voided" => Ok(()),
            _ => Err(refused("not_voidable", "It is too late to let this payment go; refund it instead.")),
        })
        .await
    }

    async fn lookup(&self, handle: Handle) -> Result<Option<Standing>, Trouble> {
        let row = self.find(handle).await.map_err(|error| away(&error))?;
        Ok(row.as_ref().map(standing))
    }

    async fn refund(&self, tenant: TenantId, refunds: &[RefundCall]) -> Vec<RefundAnswer> {
        match self.give_back(tenant, refunds).await {
            Ok(answers) => answers,
            Err(error) => {
                tracing::warn!(%error, "the sandbox provider could not keep its books");
                vec![RefundAnswer::Unknown; refunds.len()]
            }
        }
    }
}

/// A provider whose books are away gives no answer.
fn away(error: &purser_core::Error) -> Trouble {
    tracing::warn!(%error, "the sandbox provider could not keep its books");
    Trouble::Unknown
}
