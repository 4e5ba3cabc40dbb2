//! PayPal, over its REST API: orders (version 2), captures, refunds, and its messages, which PayPal itself checks.
//!
//! A customer agrees at PayPal first, so a payment begins by waiting for them; what they agreed to is taken when they come back, or when
//! PayPal tells. Every call that changes something carries a key made of our id.

mod amounts;
mod messages;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use parking_lot::Mutex;
use purser_core::gateways::Health;
use purser_core::ids::TenantId;
use purser_core::time::{Clock, MINUTE, SECOND};
use purser_core::{Money, Timestamp};
use purser_service::payments::port::{Answer, Charge, Gateway, Handle, RefundAnswer, RefundCall, Standing, Trouble};
use purser_service::payments::remote::{Access, NotTaken, ProbeStep, RawMessage, Remote, Told};
use purser_store::gateways as store;
use purser_store::{Db, payments};
use reqwest::{Client, Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::breaker::{Breaker, Breakers};
use crate::calls::{self, Fault};
use amounts::{amount, taken};
use wire::{Complaint, Moved, Order, Token, Verified};

/// Where PayPal moves money.
pub const LIVE: &str = "https://api-m.paypal.com";
/// Where it plays.
pub const PLAY: &str = "https://api-m.sandbox.paypal.com";

/// Refunds under way at once.
const AT_ONCE: usize = 8;

/// PayPal as one tenant's connection.
pub struct Paypal {
    client: Client,
    base: String,
    home: String,
    db: Db,
    clock: Clock,
    access: Access,
    breakers: Breakers,
    token: Mutex<Option<(Zeroizing<String>, Timestamp)>>,
}

/// What every connection to PayPal shares.
pub(crate) struct Place<'a> {
    pub(crate) base: &'a str,
    pub(crate) home: Option<&'a str>,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
}

/// The way to PayPal.
pub(crate) fn open(place: Place<'_>, access: Access, breakers: Breakers) -> Option<Arc<dyn Remote>> {
    let client = calls::client().inspect_err(|error| tracing::error!(error, "the way to PayPal could not be made")).ok()?;
    let Place { base, home, db, clock } = place;
    let (base, home) = (base.trim_end_matches('/').to_owned(), home.unwrap_or("http://127.0.0.1:7420").to_owned());
    Some(Arc::new(Paypal { client, base, home, db, clock, access, breakers, token: Mutex::new(None) }))
}

impl Paypal {
    /// An access token, from the last time or a new one.
    async fn token(&self, breaker: &Breaker) -> Result<Zeroizing<String>, Fault> {
        let now = self.clock.now();
        if let Some((token, until)) = self.token.lock().as_ref()
            && *until > now
        {
            return Ok(token.clone());
        }
        let (name, url) = (self.access.account.as_deref().unwrap_or_default(), format!("{}/v1/oauth2/token", self.base));
        let request = || {
            self.client
                .post(&url)
                .basic_auth(name, Some(self.access.key.as_str()))
                .header("content-type", "application/x-www-form-urlencoded")
                .body("grant_type=client_credentials")
        };
        let made: Token = calls::call(breaker, request).await?;
        let token = Zeroizing::new(made.access_token);
        *self.token.lock() = Some((token.clone(), now.plus(made.expires_in.saturating_mul(SECOND) - MINUTE)));
        Ok(token)
    }

    async fn send<T: DeserializeOwned>(&self, wanted: (Method, &str), body: Option<&str>, key: Option<&str>) -> Result<T, Fault> {
        self.send_past(&self.breakers.payments, wanted, (body, key)).await
    }

    async fn send_past<T: DeserializeOwned>(
        &self,
        breaker: &Breaker,
        (method, path): (Method, &str),
        (body, key): (Option<&str>, Option<&str>),
    ) -> Result<T, Fault> {
        let token = self.token(breaker).await?;
        let url = format!("{}{path}", self.base);
        let request = || {
            let mut request: RequestBuilder =
                self.client.request(method.clone(), &url).bearer_auth(token.as_str()).header("prefer", "return=representation");
            if let Some(key) = key {
                request = request.header("paypal-request-id", key);
            }
            let request = request.header("content-type", "application/json");
            match body {
                Some(body) => request.body(body.to_owned()),
                None => request,
            }
        };
        let answer = calls::call(breaker, request).await;
        if let Err(Fault::No(401, _)) = &answer {
            *self.token.lock() = None;
        }
        answer
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value, key: &str) -> Result<T, Fault> {
        self.send((Method::POST, path), Some(&body.to_string()), Some(key)).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        self.send((Method::GET, path), None, None).await
    }

    /// What PayPal calls the place it tells us at.
    fn webhook(&self) -> Result<&str, NotTaken> {
        self.access.webhook_ref.as_deref().ok_or(NotTaken::Forged("This connection has no webhook id."))
    }

    async fn known(&self, handle: Handle) -> Result<Option<String>, Trouble> {
        let found = self.db.read(handle.tenant, async |tx| store::payment(tx, handle.payment).await).await.map_err(|error| away(&error))?;
        Ok(found.and_then(|payment| payment.reference))
    }

    async fn order(&self, handle: Handle) -> Result<Option<Order>, Trouble> {
        let Some(reference) = self.known(handle).await? else { return Ok(None) };
        match self.get::<Order>(&format!("/v2/checkout/orders/{reference}")).await {
            Ok(order) => Ok(Some(order)),
            Err(Fault::No(404, _)) => Ok(None),
            Err(fault) => Err(trouble(fault)),
        }
    }

    /// Whether the money is to be taken at once, and its currency.
    async fn wanted(&self, handle: Handle) -> Result<(bool, Money), Trouble> {
        let found = self.db.read(handle.tenant, async |tx| payments::find(tx, handle.payment).await).await.map_err(|error| away(&error))?;
        let payment = found.ok_or(Trouble::Unknown)?;
        Ok((payment.capture_mode == "automatic", payment.money(payment.amount)))
    }

    /// Where an order stands. What was captured is read in `amount`'s currency.
    fn standing(order: &Order, amount: Money) -> Standing {
        if let Some(capture) = order.capture() {
            return match capture.status.as_str() {
                "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => Standing::Captured(taken(capture, amount)),
                "PENDING" => Standing::Processing,
                _ => Standing::Failed("capture_declined".into(), "PayPal could not take the money.".into()),
            };
        }
        if let Some(authorization) = order.authorization() {
            return match authorization.status.as_str() {
                "CREATED" | "PARTIALLY_CAPTURED" | "CAPTURED" => Standing::Authorised,
                "PENDING" => Standing::Processing,
                "VOIDED" => Standing::Voided,
                _ => Standing::Failed("authorization_denied".into(), "PayPal could not promise the money.".into()),
            };
        }
        match order.status.as_str() {
            "VOIDED" => Standing::Voided,
            _ => Standing::RequiresAction(order.approval().unwrap_or_default()),
        }
    }

    async fn refund_one(&self, tenant: TenantId, call: RefundCall) -> RefundAnswer {
        let known = match self.db.read(tenant, async |tx| store::refund(tx, call.id).await).await {
            Ok(known) => known,
            Err(error) => {
                away(&error);
                return RefundAnswer::Unknown;
            }
        };
        let made: Result<Moved, Fault> = if let Some(known) = known {
            self.get(&format!("/v2/payments/refunds/{known}")).await
        } else {
            let Ok(order) = self.order(Handle { tenant, payment: call.payment }).await else { return RefundAnswer::Unknown };
            let Some(capture) = order.as_ref().and_then(Order::capture) else {
                return RefundAnswer::Refused("PayPal has taken nothing for this payment.".into());
            };
            let body = json!({ "amount": amount(call.amount), "custom_id": call.id.to_string() });
            self.post(&format!("/v2/payments/captures/{}/refund", capture.id), &body, &call.id.to_string()).await
        };
        match made {
            Ok(made) => {
                let now = self.clock.now();
                if let Err(error) = self.db.transact(tenant, async |tx| store::keep_refund(tx, call.id, (&made.id, now)).await).await {
                    away(&error);
                }
                match made.status.as_str() {
                    "COMPLETED" => RefundAnswer::Done,
                    "FAILED" | "CANCELLED" => RefundAnswer::Refused("PayPal could not give the money back.".into()),
                    _ => RefundAnswer::Unknown,
                }
            }
            Err(Fault::No(status, body)) if status != 401 && status != 403 => RefundAnswer::Refused(said(&body).1),
            Err(_) => RefundAnswer::Unknown,
        }
    }

    /// Take, or have promised, what the customer agreed to.
    async fn agreed(&self, handle: Handle, order: &Order) -> Answer {
        let (at_once, money) = self.wanted(handle).await?;
        let what = if at_once { "capture" } else { "authorize" };
        let path = format!("/v2/checkout/orders/{}/{what}", order.id);
        match self.post::<Order>(&path, &json!({}), &format!("{}-{what}", handle.payment)).await {
            Ok(order) => Ok(Self::standing(&order, money)),
            Err(Fault::No(422, body)) => {
                let (code, sentence) = said(&body);
                Ok(Standing::Failed(code.to_ascii_lowercase(), sentence))
            }
            Err(fault) => Err(trouble(fault)),
        }
    }
}

fn away(error: &purser_store::Error) -> Trouble {
    tracing::warn!(%error, "what PayPal calls a payment could not be read or written");
    Trouble::Unknown
}

/// A code and a sentence of what PayPal complains of.
fn said(body: &[u8]) -> (String, String) {
    let complaint: Complaint = serde_json::from_slice(body).unwrap_or_default();
    let detail = complaint.details.into_iter().next().unwrap_or_default();
    let code = detail.issue.or(complaint.name).unwrap_or_else(|| "provider_refused".into());
    let sentence = detail.description.or(complaint.message).unwrap_or_else(|| "PayPal refused without saying why.".into());
    (code.chars().take(60).collect(), sentence.chars().take(300).collect())
}

fn trouble(fault: Fault) -> Trouble {
    match fault {
        Fault::Unknown => Trouble::Unknown,
        Fault::No(401 | 403, _) => Trouble::Refused("provider_key".into(), "PayPal does not take the key of this connection.".into()),
        Fault::No(_, body) => {
            let (code, sentence) = said(&body);
            Trouble::Refused(code.to_ascii_lowercase(), sentence)
        }
    }
}

#[async_trait]
impl Gateway for Paypal {
    fn name(&self) -> &'static str {
        "paypal"
    }

    fn method_label(&self, _: &str) -> Option<&'static str> {
        Some("PayPal")
    }

    async fn authorise(&self, charge: &Charge) -> Answer {
        let Handle { tenant, payment } = charge.handle;
        let back = format!("{}/pay/return", self.home);
        let body = json!({
            "intent": if charge.capture { "CAPTURE" } else { "AUTHORIZE" },
            "purchase_units": [{ "reference_id": payment.to_string(), "custom_id": payment.to_string(), "amount": amount(charge.amount) }],
            "payment_source": { "paypal": { "experience_context": { "user_action": "PAY_NOW", "return_url": back, "cancel_url": back } } },
        });
        let order: Order = self.post("/v2/checkout/orders", &body, &format!("{payment}-create")).await.map_err(trouble)?;
        let kept = self.db.transact(tenant, async |tx| store::refer(tx, payment, &order.id).await).await;
        kept.map_err(|error| away(&error))?;
        Ok(Self::standing(&order, charge.amount))
    }

    async fn confirm(&self, handle: Handle, _: bool) -> Answer {
        self.lookup(handle).await?.ok_or(Trouble::Unknown)
    }

    async fn capture(&self, handle: Handle, money: Money) -> Answer {
        let order = self.order(handle).await?.ok_or(Trouble::Unknown)?;
        if let Some(capture) = order.capture() {
            return Ok(Standing::Captured(taken(capture, money)));
        }
        let nothing = || Trouble::Refused("not_authorised".into(), "There is nothing promised that could be taken.".into());
        let authorization = order.authorization().ok_or_else(nothing)?;
        let body = json!({ "amount": amount(money), "final_capture": true });
        let key = format!("{}-take-{}", handle.payment, money.amount);
        let made: Moved = self.post(&format!("/v2/payments/authorizations/{}/capture", authorization.id), &body, &key).await.map_err(trouble)?;
        match made.status.as_str() {
            "COMPLETED" => Ok(Standing::Captured(taken(&made, money))),
            "PENDING" => Ok(Standing::Processing),
            _ => Err(Trouble::Refused("capture_declined".into(), "PayPal could not take the money.".into())),
        }
    }

    async fn void(&self, handle: Handle) -> Answer {
        let Some(order) = self.order(handle).await? else { return Ok(Standing::Voided) };
        let (_, money) = self.wanted(handle).await?;
        let standing = Self::standing(&order, money);
        match (&standing, order.authorization()) {
            (Standing::Authorised, Some(authorization)) => {
                let path = format!("/v2/payments/authorizations/{}/void", authorization.id);
                let _: Value = self.post(&path, &json!({}), &format!("{}-void", handle.payment)).await.map_err(trouble)?;
                Ok(Standing::Voided)
            }
            // What nobody takes runs out by itself, and only this connection could take it.
            (Standing::RequiresAction(_), _) => Ok(Standing::Voided),
            _ => Ok(standing),
        }
    }

    /// Where it stands. What its customer agreed to by now is taken, which is what they agreed to it for; under its key, so once.
    async fn lookup(&self, handle: Handle) -> Result<Option<Standing>, Trouble> {
        let Some(order) = self.order(handle).await? else { return Ok(None) };
        if order.status == "APPROVED" && order.capture().is_none() && order.authorization().is_none() {
            return self.agreed(handle, &order).await.map(Some);
        }
        let (_, money) = self.wanted(handle).await?;
        Ok(Some(Self::standing(&order, money)))
    }

    async fn refund(&self, tenant: TenantId, refunds: &[RefundCall]) -> Vec<RefundAnswer> {
        futures::stream::iter(refunds.to_vec()).map(|call| self.refund_one(tenant, call)).buffered(AT_ONCE).collect().await
    }
}

#[async_trait]
impl Remote for Paypal {
    fn health(&self) -> Health {
        self.breakers.payments.health()
    }

    async fn probe(&self) -> Vec<ProbeStep> {
        let step = |name, ok, detail: &str| ProbeStep { name, ok, detail: detail.to_owned() };
        *self.token.lock() = None;
        let key = match self.token(&self.breakers.payments).await {
            Ok(_) => step("key", true, "PayPal takes the client id and the secret."),
            Err(Fault::No(..)) => step("key", false, "PayPal does not take the client id with this secret."),
            Err(Fault::Unknown) => step("key", false, "PayPal does not answer."),
        };
        let told = self.access.webhook_ref.is_some();
        let words =
            if told { "PayPal is asked whether its messages are its own." } else { "Without the id of its webhook no message of PayPal is taken." };
        vec![key, step("webhook", told, words)]
    }

    async fn read(&self, message: &RawMessage, now: Timestamp) -> Result<Told, NotTaken> {
        messages::read(message, self.webhook()?, now)
    }

    async fn prove(&self, message: &RawMessage) -> Result<(), NotTaken> {
        let body = messages::question(message, self.webhook()?)?;
        // The same question has the same key; asked for another webhook it is another.
        let key = hex::encode(&Sha256::digest(&body)[..16]);
        let asked = (Method::POST, "/v1/notifications/verify-webhook-signature");
        match self.send_past::<Verified>(&self.breakers.aside, asked, (Some(&body), Some(&key))).await {
            Ok(verified) if verified.verification_status == "SUCCESS" => Ok(()),
            // It can not be read, or is not its own.
            Ok(_) | Err(Fault::No(400 | 422, _)) => Err(NotTaken::Forged("PayPal says that this is not its own.")),
            Err(Fault::No(401 | 403, _)) => Err(NotTaken::Later("PayPal does not take the key of this connection, so it could not be asked.")),
            Err(_) => Err(NotTaken::Later("PayPal could not be asked whether this is its own.")),
        }
    }
}
