//! Messages of Stripe: `Stripe-Signature: t=…,v1=…` over the time and the body as it came.

use purser_core::Timestamp;
use purser_service::payments::remote::{NotTaken, RawMessage, Told};

use super::wire::{Event, IdOrWhole};
use crate::signed;

pub(super) fn read(message: &RawMessage, signing: &str, now: Timestamp) -> Result<Told, NotTaken> {
    signed::check(message.header("stripe-signature"), &message.body, (signing, now))?;
    let event: Event = serde_json::from_str(&message.body).map_err(|_| NotTaken::Forged("This is no event."))?;
    let object = event.data.object;
    let payment = match object.object.as_deref() {
        Some("payment_intent") => object.id,
        _ => object.payment_intent.map(IdOrWhole::id),
    };
    Ok(Told { proved: true, id: event.id, kind: event.kind, payment })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::hmac;

    use super::*;

    const SECRET: &str = "whsec_test_secret";

    fn signed(body: &str, at: i64, secret: &str) -> RawMessage {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hex::encode(hmac::sign(&key, format!("{at}.{body}").as_bytes()).as_ref());
        RawMessage { headers: vec![("stripe-signature".into(), format!("t={at},v1=00,v1={tag},v0=abc"))], body: body.into() }
    }

    #[test]
    fn only_what_is_signed_just_now_is_taken() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let body = r#"{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1","object":"payment_intent"}}}"#;
        let good = signed(body, now.seconds(), SECRET);
        let told = read(&good, SECRET, now).unwrap();
        assert_eq!((told.id.as_str(), told.kind.as_str(), told.payment.as_deref()), ("evt_1", "payment_intent.succeeded", Some("pi_1")));
        for age in [299, -299] {
            assert!(read(&signed(body, now.seconds() - age, SECRET), SECRET, now).is_ok());
        }
        for bad in [
            signed(body, now.seconds() - 301, SECRET),
            signed(body, now.seconds() + 301, SECRET),
            signed(body, now.seconds(), "another"),
            RawMessage { body: body.replace("pi_1", "pi_2"), ..good.clone() },
            RawMessage { headers: vec![], ..good.clone() },
            RawMessage { headers: vec![("stripe-signature".into(), "v1=00".into())], ..good.clone() },
            RawMessage { headers: vec![("stripe-signature".into(), format!("t={},v0=00", now.seconds()))], ..good.clone() },
            signed("[]", now.seconds(), SECRET),
        ] {
            assert!(matches!(read(&bad, SECRET, now), Err(NotTaken::Forged(_))), "{bad:?}");
        }
        let charge = r#"{"id":"evt_2","type":"charge.refunded","data":{"object":{"id":"ch_1","object":"charge","payment_intent":"pi_9"}}}"#;
        assert_eq!(read(&signed(charge, now.seconds(), SECRET), SECRET, now).unwrap().payment.as_deref(), Some("pi_9"));
    }
}
