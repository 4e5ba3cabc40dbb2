//! Stripe, over its REST API: payment intents, refunds, customers, and its messages.
//!
//! What Stripe calls a payment is written down before anything is asked that moves money, so that an answer that was lost can always be asked
//! for: an intent is made first, which moves nothing, and confirmed then. Every call that changes something carries a key made of our id.

mod api;
mod disputes;
mod messages;
mod reports;
mod settled;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use purser_core::gateways::Health;
use purser_core::ids::TenantId;
use purser_core::time::MINUTE;
use purser_core::{Money, Timestamp};
use purser_service::disputes::port::Disputes;
use purser_service::payments::port::{Answer, Charge, Gateway, Handle, ProviderRefund, RefundAnswer, RefundCall, Standing, Trouble};
use purser_service::payments::remote::{Access, NotTaken, ProbeStep, RawMessage, Remote, Told};
use purser_service::reconciliation::port::BalanceReport;
use purser_store::gateways::{self as store, Payment};
use purser_store::{Db, payments, refunds};

use crate::breaker::Breakers;
use crate::calls;
use api::{Api, Fault};
use wire::{Complaint, Intent, Named, Page, RefundMade};

/// Where Stripe is.
pub const STRIPE: &str = "https://api.stripe.com";
/// Where it takes files.
pub const FILES: &str = "https://files.stripe.com";

/// A refund asked for so long ago is looked for before it is made.
const MAY_BE_THERE: i64 = 10 * MINUTE;

/// Refunds under way at once.
const AT_ONCE: usize = 8;

/// Stripe as one tenant's connection.
pub struct Stripe {
    api: Api,
    db: Db,
    access: Access,
    /// Where customers come back to from their bank.
    home: Option<String>,
    now: purser_core::time::Clock,
}

/// What every connection to Stripe shares.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) base: String,
    pub(crate) files: String,
    pub(crate) home: Option<String>,
    pub(crate) db: Db,
    pub(crate) clock: purser_core::time::Clock,
}

impl Stripe {
    pub(crate) fn new(place: Place, access: Access, breakers: Breakers) -> Result<Self, String> {
        let client = calls::client()?;
        let api = Api { client, base: place.base, files: place.files, key: access.key.clone(), breakers };
        Ok(Self { api, db: place.db, access, home: place.home, now: place.clock })
    }

    async fn known(&self, handle: Handle) -> Result<Option<String>, Trouble> {
        let found = self.db.read(handle.tenant, async |tx| store::payment(tx, handle.payment).await).await.map_err(|error| away(&error))?;
        Ok(found.and_then(|Payment { reference, .. }| reference))
    }

    /// The intent of a payment Stripe knows.
    async fn intent(&self, handle: Handle) -> Result<Option<Intent>, Trouble> {
        let Some(reference) = self.known(handle).await? else { return Ok(None) };
        match self.api.get::<Intent>(&format!("/v1/payment_intents/{reference}")).await {
            Ok(intent) => Ok(Some(intent)),
            Err(Fault::No(404, _)) => Ok(None),
            Err(fault) => Err(trouble(fault)),
        }
    }

    /// Make the intent; it moves nothing yet.
    async fn make(&self, charge: &Charge) -> Result<String, Trouble> {
        let Handle { tenant, payment } = charge.handle;
        let customer = self.customer(charge.handle).await?;
        let mut form = vec![
            ("amount", charge.amount.amount.to_string()),
            ("currency", charge.amount.currency.as_str().to_ascii_lowercase()),
            ("payment_method", charge.method.clone()),
            ("payment_method_types[0]", "card".into()),
            ("capture_method", if charge.capture { "automatic" } else { "manual" }.into()),
            ("metadata[purser_payment]", payment.to_string()),
        ];
        if let Some(customer) = customer {
            form.push(("customer", customer));
        }
        let made: Named = self.api.post("/v1/payment_intents", &form, &format!("{payment}-create")).await.map_err(trouble)?;
        let kept = self.db.transact(tenant, async |tx| store::refer(tx, payment, &made.id).await).await;
        kept.map_err(|error| away(&error))?;
        Ok(made.id)
    }

    /// What Stripe calls whoever pays, made at their first payment.
    async fn customer(&self, handle: Handle) -> Result<Option<String>, Trouble> {
        let connection = self.access.connection;
        let found = self.db.read(handle.tenant, async |tx| {
            let Some(payment) = payments::find(tx, handle.payment).await? else { return Ok(None) };
            let known = store::customer(tx, connection, payment.customer_id).await?;
            Ok::<_, purser_store::Error>(Some((payment, known)))
        });
        let Some((payment, known)) = found.await.map_err(|error| away(&error))? else { return Ok(None) };
        if known.is_some() {
            return Ok(known);
        }
        let user = payment.customer_id;
        let form = [("email", payment.email), ("metadata[purser_user]", user.to_string())];
        let made: Named = self.api.post("/v1/customers", &form, &format!("{connection}-{user}")).await.map_err(trouble)?;
        let now = self.now.now();
        let kept = self.db.transact(handle.tenant, async |tx| store::keep_customer(tx, connection, user, (&made.id, now)).await).await;
        kept.map(Some).map_err(|error| away(&error))
    }

    fn standing(&self, intent: &Intent) -> Option<Standing> {
        let taken = intent.amount_received.filter(|taken| *taken > 0).unwrap_or(intent.amount);
        Some(match (intent.status.as_str(), &intent.last_payment_error) {
            ("requires_action" | "requires_source_action", _) => {
                let to = intent.next_action.as_ref().and_then(|action| action.redirect_to_url.as_ref()).and_then(|to| to.url.clone());
                Standing::RequiresAction(to.or_else(|| self.home.clone()).unwrap_or_default())
            }
            ("processing", _) => Standing::Processing,
            ("requires_capture", _) => Standing::Authorised,
            ("succeeded", _) => Standing::Captured(taken),
            ("canceled", _) => Standing::Voided,
            ("requires_payment_method" | "requires_source", Some(complaint)) => failed(complaint),
            // It was made and never confirmed.
            _ => return None,
        })
    }

    /// Have a refund made. Stripe forgets keys after a day: one that was asked for some time ago may be there, and its answer lost.
    async fn make_refund(&self, intent: &str, call: RefundCall, asked: Option<Timestamp>) -> Result<RefundMade, Fault> {
        if asked.is_some_and(|asked| self.now.now().since(asked) > MAY_BE_THERE) {
            let ours = call.id.to_string();
            let made = self.made_of(intent).await?;
            let same = |made: &RefundMade| made.metadata.as_ref().and_then(|notes| notes.purser_refund.as_ref()) == Some(&ours);
            if let Some(found) = made.into_iter().find(same) {
                return Ok(found);
            }
        }
        let form =
            [("payment_intent", intent.to_owned()), ("amount", call.amount.amount.to_string()), ("metadata[purser_refund]", call.id.to_string())];
        self.api.post("/v1/refunds", &form, &call.id.to_string()).await
    }

    /// Every refund of an intent.
    async fn made_of(&self, intent: &str) -> Result<Vec<RefundMade>, Fault> {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page: Page<RefundMade> = self.api.get(&format!("/v1/refunds?limit=100&payment_intent={intent}{after}")).await?;
            let next = page.data.last().filter(|_| page.has_more).map(|last| format!("&starting_after={}", last.id));
            all.extend(page.data);
            let Some(next) = next else { return Ok(all) };
            after = next;
        }
    }

    async fn refund_one(&self, tenant: TenantId, call: RefundCall) -> RefundAnswer {
        let known = self.db.read(tenant, async |tx| {
            let refund = store::refund(tx, call.id).await?;
            let payment = store::payment(tx, call.payment).await?;
            let asked = refunds::find(tx, call.id).await?.map(|refund| refund.created_at);
            Ok::<_, purser_store::Error>((refund, payment.and_then(|payment| payment.reference), asked))
        });
        let (known, intent, asked) = match known.await {
            Ok(known) => known,
            Err(error) => {
                away(&error);
                return RefundAnswer::Unknown;
            }
        };
        let made: Result<RefundMade, Fault> = match (known, intent) {
            (Some(known), _) => self.api.get(&format!("/v1/refunds/{known}")).await,
            (None, Some(intent)) => self.make_refund(&intent, call, asked).await,
            (None, None) => return RefundAnswer::Refused("Stripe does not know this payment.".into()),
        };
        match made {
            Ok(made) => {
                let now = self.now.now();
                if let Err(error) = self.db.transact(tenant, async |tx| store::keep_refund(tx, call.id, (&made.id, now)).await).await {
                    away(&error);
                }
                match made.status.as_deref() {
                    Some("succeeded") => RefundAnswer::Done,
                    Some("failed" | "canceled") => RefundAnswer::Refused(made.failure_reason.map_or_else(
                        || "Stripe could not give the money back.".to_owned(),
                        |why| format!("Stripe could not give the money back: {}.", why.replace('_', " ")),
                    )),
                    _ => RefundAnswer::Unknown,
                }
            }
            Err(Fault::No(status, complaint)) if status != 401 && status != 403 => RefundAnswer::Refused(sentence(&complaint)),
            Err(_) => RefundAnswer::Unknown,
        }
    }
}

/// A database that is away gives no answer.
fn away(error: &purser_store::Error) -> Trouble {
    tracing::warn!(%error, "what Stripe calls a payment could not be read or written");
    Trouble::Unknown
}

fn trouble(fault: Fault) -> Trouble {
    match fault {
        Fault::Unknown => Trouble::Unknown,
        // Our key is not taken: nothing was done, and nothing is wrong with the payment.
        Fault::No(401 | 403, _) => Trouble::Refused("provider_key".into(), "Stripe does not take the key of this connection.".into()),
        Fault::No(_, complaint) => Trouble::Refused(code(&complaint), sentence(&complaint)),
    }
}

fn code(complaint: &Complaint) -> String {
    let code = complaint.decline_code.as_ref().or(complaint.code.as_ref()).or(complaint.kind.as_ref());
    code.map_or_else(|| "provider_refused".to_owned(), |code| code.chars().take(60).collect())
}

/// What Stripe says is for people, and bounded here.
fn sentence(complaint: &Complaint) -> String {
    complaint.message.as_ref().map_or_else(|| "Stripe refused without saying why.".to_owned(), |text| text.chars().take(300).collect())
}

fn failed(complaint: &Complaint) -> Standing {
    Standing::Failed(code(complaint), sentence(complaint))
}

#[async_trait]
impl Gateway for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn method_label(&self, _: &str) -> Option<&'static str> {
        None
    }

    async fn authorise(&self, charge: &Charge) -> Answer {
        let reference = match self.known(charge.handle).await? {
            Some(known) => known,
            None => self.make(charge).await?,
        };
        let mut form = Vec::new();
        if let Some(home) = &self.home {
            form.push(("return_url", format!("{home}/pay/return")));
        }
        let path = format!("/v1/payment_intents/{reference}/confirm");
        match self.api.post::<Intent>(&path, &form, &format!("{}-confirm", charge.handle.payment)).await {
            Ok(intent) => self.standing(&intent).ok_or(Trouble::Unknown),
            Err(Fault::No(402, complaint)) => Ok(failed(&complaint)),
            // Somebody was there before: what became of it is what counts.
            Err(Fault::No(_, complaint)) if complaint.code.as_deref() == Some("payment_intent_unexpected_state") => {
                self.lookup(charge.handle).await?.ok_or(Trouble::Unknown)
            }
            Err(fault) => Err(trouble(fault)),
        }
    }

    async fn confirm(&self, handle: Handle, _: bool) -> Answer {
        // The customer's bank tells Stripe; all there is to do is ask.
        self.lookup(handle).await?.ok_or(Trouble::Unknown)
    }

    async fn capture(&self, handle: Handle, amount: Money) -> Answer {
        let Some(reference) = self.known(handle).await? else { return Err(Trouble::Unknown) };
        let form = [("amount_to_capture", amount.amount.to_string())];
        let (path, key) = (format!("/v1/payment_intents/{reference}/capture"), format!("{}-capture-{}", handle.payment, amount.amount));
        match self.api.post::<Intent>(&path, &form, &key).await {
            Ok(Intent { status, amount_received, .. }) if status == "succeeded" => {
                Ok(Standing::Captured(amount_received.filter(|taken| *taken > 0).unwrap_or(amount.amount)))
            }
            Ok(intent) => self.standing(&intent).ok_or(Trouble::Unknown),
            Err(fault) => match self.lookup(handle).await {
                Ok(Some(done @ Standing::Captured(_))) => Ok(done),
                _ => Err(trouble(fault)),
            },
        }
    }

    async fn void(&self, handle: Handle) -> Answer {
        let Some(reference) = self.known(handle).await? else { return Ok(Standing::Voided) };
        let path = format!("/v1/payment_intents/{reference}/cancel");
        match self.api.post::<Intent>(&path, &[], &format!("{}-cancel", handle.payment)).await {
            Ok(intent) => self.standing(&intent).ok_or(Trouble::Unknown),
            Err(fault) => match self.lookup(handle).await {
                Ok(Some(done @ (Standing::Voided | Standing::Captured(_)))) => Ok(done),
                _ => Err(trouble(fault)),
            },
        }
    }

    async fn lookup(&self, handle: Handle) -> Result<Option<Standing>, Trouble> {
        Ok(self.intent(handle).await?.and_then(|intent| self.standing(&intent)))
    }

    async fn abandon(&self, handle: Handle) -> Answer {
        self.void(handle).await
    }

    async fn refunds_of(&self, handle: Handle) -> Result<Vec<ProviderRefund>, Trouble> {
        let Some(intent) = self.known(handle).await? else { return Ok(Vec::new()) };
        let told = self.made_of(&intent).await.map_err(trouble)?.into_iter().map(|made| {
            let done = match made.status.as_deref() {
                Some("succeeded") => Some(true),
                Some("failed" | "canceled") => Some(false),
                _ => None,
            };
            let currency = made.currency.to_uppercase().parse().map_err(|_| Trouble::Unknown)?;
            let ours = made.metadata.and_then(|notes| notes.purser_refund).and_then(|id| id.parse().ok());
            Ok(ProviderRefund { reference: made.id, ours, amount: Money::new(made.amount, currency), done })
        });
        told.collect()
    }

    fn disputes(&self) -> Option<&dyn Disputes> {
        Some(self)
    }

    fn balance_report(&self) -> Option<&dyn BalanceReport> {
        Some(self)
    }

    async fn refund(&self, tenant: TenantId, refunds: &[RefundCall]) -> Vec<RefundAnswer> {
        futures::stream::iter(refunds.to_vec()).map(|call| self.refund_one(tenant, call)).buffered(AT_ONCE).collect().await
    }
}

#[async_trait]
impl Remote for Stripe {
    fn health(&self) -> Health {
        self.api.breakers.payments.health()
    }

    async fn probe(&self) -> Vec<ProbeStep> {
        let step = |name, ok, detail: String| ProbeStep { name, ok, detail };
        let key = match self.api.get::<serde_json::Value>("/v1/payment_intents?limit=1").await {
            Ok(_) => step("key", true, "Stripe takes the key.".into()),
            Err(Fault::No(_, complaint)) => step("key", false, sentence(&complaint)),
            Err(Fault::Unknown) => step("key", false, "Stripe does not answer.".into()),
        };
        let live = self.access.key.starts_with("sk_live_") || self.access.key.starts_with("rk_live_");
        let mode = if live == self.access.live { "as it is set up" } else { "the other one" };
        let mode = step("mode", live == self.access.live, format!("The key is for {}: {mode}.", if live { "real money" } else { "tests" }));
        let signed = self.access.signing.is_some();
        let signing = step(
            "webhook",
            signed,
            if signed { "Messages of Stripe are checked." } else { "Without the signing secret of its endpoint no message of Stripe is taken." }
                .into(),
        );
        vec![key, mode, signing]
    }

    async fn read(&self, message: &RawMessage, now: Timestamp) -> Result<Told, NotTaken> {
        let signing = self.access.signing.as_ref().ok_or(NotTaken::Forged("This connection has no signing secret."))?;
        messages::read(message, signing, now)
    }
}

/// The ways to Stripe share what they may.
pub(crate) fn open(place: &Place, access: Access, breakers: Breakers) -> Option<Arc<dyn Remote>> {
    match Stripe::new(place.clone(), access, breakers) {
        Ok(stripe) => Some(Arc::new(stripe)),
        Err(error) => {
            tracing::error!(error, "the way to Stripe could not be made");
            None
        }
    }
}
