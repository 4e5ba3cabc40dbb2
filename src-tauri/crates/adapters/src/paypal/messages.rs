//! Messages of PayPal. Only PayPal can tell whether one is its own; what can be told here is whether it could be.

use purser_core::Timestamp;
use purser_core::time::MINUTE;
use purser_service::payments::remote::{NotTaken, RawMessage, Told};
use serde_json::json;
use serde_json::value::RawValue;
use url::Url;

use super::wire::Event;

/// A message may be so old, or so early. PayPal tries again for three days, each time with the time of that try.
const TOLERANCE: i64 = 5 * MINUTE;

/// Longest of the headers that prove a message.
const LONGEST: usize = 2_000;

fn header<'a>(message: &'a RawMessage, name: &str) -> Result<&'a str, NotTaken> {
    let value = message.header(name).filter(|value| !value.is_empty() && value.len() <= LONGEST);
    value.ok_or(NotTaken::Forged("The signature is missing."))
}

/// Whether a certificate lies with PayPal.
fn is_paypals(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let named = url.username().is_empty() && url.password().is_none();
    let host = url.host_str().is_some_and(|host| host == "paypal.com" || host.ends_with(".paypal.com"));
    url.scheme() == "https" && named && url.port().is_none() && host
}

/// What a message says that could be PayPal's.
pub(super) fn read(message: &RawMessage, webhook: &str, now: Timestamp) -> Result<Told, NotTaken> {
    question(message, webhook)?;
    let sent = Timestamp::parse(header(message, "paypal-transmission-time")?).ok_or(NotTaken::Forged("The signature says no time."))?;
    if now.since(sent).abs() > TOLERANCE {
        return Err(NotTaken::Forged("The message is too old."));
    }
    let event: Event = serde_json::from_str(&message.body).map_err(|_| NotTaken::Forged("This is no event."))?;
    let (id, kind, payment) = event.order();
    Ok(Told { proved: false, id, kind, payment })
}

/// What PayPal is asked about a message. What it told goes back byte for byte: it was signed so.
pub(super) fn question(message: &RawMessage, webhook: &str) -> Result<String, NotTaken> {
    let certificate = header(message, "paypal-cert-url")?;
    if !is_paypals(certificate) {
        return Err(NotTaken::Forged("The certificate is not PayPal's."));
    }
    let event: &RawValue = serde_json::from_str(&message.body).map_err(|_| NotTaken::Forged("This is no event."))?;
    let proof = json!({
        "auth_algo": header(message, "paypal-auth-algo")?,
        "cert_url": certificate,
        "transmission_id": header(message, "paypal-transmission-id")?,
        "transmission_sig": header(message, "paypal-transmission-sig")?,
        "transmission_time": header(message, "paypal-transmission-time")?,
        "webhook_id": webhook,
    });
    let proof = proof.to_string();
    Ok(format!("{},\"webhook_event\":{}}}", proof.strip_suffix('}').unwrap_or(&proof), event.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_251_600_000_000;

    fn message(change: (&str, &str)) -> RawMessage {
        let at = Timestamp::from_micros(NOW).to_string();
        let headers = [
            ("paypal-auth-algo", "SHA256withRSA"),
            ("paypal-cert-url", "https://api.paypal.com/v1/notifications/certs/CERT-1"),
            ("paypal-transmission-id", "t-1"),
            ("paypal-transmission-sig", "sig}"),
            ("paypal-transmission-time", at.as_str()),
        ];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), if name == change.0 { change.1 } else { value }.to_owned()));
        let body = r#"{"z":1.10, "id":"WH-1","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"id":"ORDER1"}}"#;
        RawMessage { headers: headers.collect(), body: if change.0 == "body" { change.1 } else { body }.to_owned() }
    }

    #[test]
    fn only_what_could_be_paypals_is_taken_and_asked_about_byte_for_byte() {
        let now = Timestamp::from_micros(NOW);
        let good = message(("", ""));
        let told = read(&good, "WH-ID", now).unwrap();
        assert_eq!(
            (told.proved, told.id.as_str(), told.kind.as_str(), told.payment.as_deref()),
            (false, "WH-1", "CHECKOUT.ORDER.APPROVED", Some("ORDER1"))
        );
        let asked = question(&good, "WH-ID").unwrap();
        assert!(asked.ends_with(&format!(",\"webhook_event\":{}}}", good.body)), "{asked}");
        let whole: serde_json::Value = serde_json::from_str(&asked).unwrap();
        assert_eq!((&whole["webhook_id"], &whole["transmission_sig"]), (&json!("WH-ID"), &json!("sig}")));
        for bad in [
            ("paypal-auth-algo", ""),
            ("paypal-transmission-id", ""),
            ("paypal-transmission-sig", ""),
            ("paypal-transmission-time", "yesterday"),
            ("paypal-transmission-time", "2020-01-01T00:00:00Z"),
            ("paypal-cert-url", "http://api.paypal.com/cert"),
            ("paypal-cert-url", "https://api.paypal.com.evil.example/cert"),
            ("paypal-cert-url", "https://evilpaypal.com/cert"),
            ("paypal-cert-url", "https://api.paypal.com:8443/cert"),
            ("paypal-cert-url", "https://api.paypal.com@evil.example/cert"),
            ("paypal-cert-url", "cert"),
            ("body", "{"),
            ("body", "[]"),
            ("body", "{} {}"),
        ] {
            assert!(matches!(read(&message(bad), "WH-ID", now), Err(NotTaken::Forged(_))), "{bad:?}");
        }
    }
}
