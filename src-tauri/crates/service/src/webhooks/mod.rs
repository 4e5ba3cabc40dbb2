//! Telling other systems what happened, by the Standard Webhooks specification.
//!
//! What is told comes out of the notices every change writes with itself, so nothing is told that was not committed, and nothing that was is
//! forgotten: [`Telling`] acts on them and writes one delivery for each endpoint that asked. A job sends it. What is promised: each event at
//! least once, within three days or not at all; events about one thing in the order they happened; the same id and the same bytes at every
//! try. Rules only; addresses are judged, and gone to, behind [`crate::providers::Web`].

mod endpoints;
mod send;
mod shapes;
mod tell;

pub use endpoints::{Change, Made, Shown, create, delete, list, read, rotate, update};
pub(crate) use send::Deliver;
pub use send::{Sent, resend, test};
pub use shapes::{EventKind, kinds};
pub(crate) use tell::take_up;
pub use tell::{Telling, tell};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use purser_core::access::{Grant, can};
use purser_core::ids::{DeliveryId, EndpointId, TenantId};
use purser_core::{Error, Result, Timestamp};
use purser_store::page::COUNT_LIMIT;
use purser_store::webhooks::{self as store, Attempt, Delivery, Endpoint, Filter};
use purser_store::{Listing, Page};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::App;

/// The secrets of an endpoint, as they lie sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Secrets {
    current: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
}

/// How every secret begins.
const MARK: &str = "whsec_";

/// Where the secrets of an endpoint are sealed for.
fn place(id: EndpointId) -> String {
    format!("webhook:{id}")
}

fn new_secret() -> String {
    let bytes: [u8; 32] = rand::random();
    format!("{MARK}{}", STANDARD.encode(bytes))
}

fn open(app: &App, endpoint: &Endpoint) -> Result<Secrets> {
    let plain = Zeroizing::new(app.seal.open(&place(endpoint.id), &endpoint.secret)?);
    serde_json::from_slice(&plain).map_err(|_| Error::internal("the secrets of an endpoint can not be read"))
}

fn seal(app: &App, id: EndpointId, secrets: &Secrets) -> Result<String> {
    let plain = Zeroizing::new(serde_json::to_vec(secrets).map_err(|error| Error::Internal(Box::new(error)))?);
    app.seal.seal(&place(id), &plain)
}

/// The signatures of a message: one for each secret that counts at `now`.
fn sign(secrets: &Secrets, endpoint: &Endpoint, (id, now, body): (&str, Timestamp, &str)) -> Result<String> {
    let previous = secrets.previous.as_ref().filter(|_| endpoint.old_secret_ends_at.is_some_and(|ends| ends > now));
    let signed = format!("{id}.{}.{body}", now.seconds());
    let one = |secret: &String| {
        let key = STANDARD.decode(secret.trim_start_matches(MARK)).map_err(|_| Error::internal("a secret is no base64"))?;
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
        Ok(format!("v1,{}", STANDARD.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes()).as_ref())))
    };
    let all: Result<Vec<String>> = [Some(&secrets.current), previous].into_iter().flatten().map(one).collect();
    Ok(all?.join(" "))
}

/// Seal the secrets of a tenant anew with the key that leads now.
pub(crate) async fn reseal(app: &App, tenant: TenantId) -> Result<()> {
    let all = app.db.read(tenant, async |tx| store::list(tx).await.map_err(Error::from)).await?;
    for endpoint in all.into_iter().filter(|endpoint| !app.seal.is_current(&endpoint.secret)) {
        let new = seal(app, endpoint.id, &open(app, &endpoint)?)?;
        app.db.transact(tenant, async |tx| store::reseal(tx, endpoint.id, (endpoint.secret, new)).await.map_err(Error::from)).await?;
    }
    Ok(())
}

/// A page of what was told and, without a cursor, how much there is.
pub async fn deliveries(app: &App, by: &Grant<can::ReadWebhook>, filter: &Filter, page: &Page) -> Result<(Listing<Delivery>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::list_deliveries(tx, filter, page).await?, total))
        })
        .await
}

/// One delivery, with its tries.
pub async fn delivery(app: &App, by: &Grant<can::ReadWebhook>, id: DeliveryId) -> Result<(Delivery, Vec<Attempt>)> {
    app.db
        .read(by, async |tx| {
            let delivery = store::find_delivery(tx, id).await?.ok_or(Error::NotFound("delivery"))?;
            let attempts = store::attempts(tx, id).await?;
            Ok((delivery, attempts))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_specification_shows() {
        // The example of the reference implementations.
        let secrets = Secrets { current: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(), previous: None };
        let endpoint = Endpoint {
            id: EndpointId(uuid::Uuid::nil()),
            tenant_id: TenantId(uuid::Uuid::nil()),
            url: String::new(),
            description: String::new(),
            topics: String::new(),
            enabled: true,
            secret: String::new(),
            secret_prefix: String::new(),
            old_secret_ends_at: None,
            since_seq: 0,
            failing_since_at: None,
            disabled_at: None,
            disabled_reason: None,
            version: 1,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        };
        let now = Timestamp::from_micros(1_614_265_330_000_000);
        let signed = sign(&secrets, &endpoint, ("msg_p5jXN8AQM9LWM0D4loKWxJek", now, "{\"test\": 2432232314}")).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let secrets = Secrets { previous: Some(new_secret()), ..secrets };
        let during = Endpoint { old_secret_ends_at: Some(now.plus(1)), ..endpoint };
        assert_eq!(sign(&secrets, &during, ("a", now, "")).unwrap().split(' ').count(), 2);
        assert_eq!(sign(&secrets, &during, ("a", now.plus(1), "")).unwrap().split(' ').count(), 1);
    }
}
