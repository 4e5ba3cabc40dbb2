//! Messages signed as `t=…,v1=…`: the time, and an HMAC over the time and the body as it came.

use aws_lc_rs::hmac;
use purser_core::Timestamp;
use purser_service::payments::remote::NotTaken;

/// A message may be so old, in seconds.
const TOLERANCE: i64 = 300;

fn tag(body: &str, signing: &str, at: i64) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, signing.as_bytes()), format!("{at}.{body}").as_bytes())
}

/// The signature of a message sent at `now`.
pub(crate) fn sign(body: &str, signing: &str, now: Timestamp) -> String {
    format!("t={},v1={}", now.seconds(), hex::encode(tag(body, signing, now.seconds()).as_ref()))
}

/// Whether `header` is the signature of `body`, made just now.
pub(crate) fn check(header: Option<&str>, body: &str, (signing, now): (&str, Timestamp)) -> Result<(), NotTaken> {
    let header = header.ok_or(NotTaken::Forged("The signature is missing."))?;
    let mut at = None;
    let mut signatures = Vec::new();
    for part in header.split(',').take(20) {
        match part.trim().split_once('=') {
            Some(("t", seconds)) => at = seconds.parse::<i64>().ok(),
            Some(("v1", signature)) => signatures.extend(hex::decode(signature).ok()),
            _ => {}
        }
    }
    let at = at.ok_or(NotTaken::Forged("The signature says no time."))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, signing.as_bytes());
    let signed = format!("{at}.{body}");
    if !signatures.iter().any(|signature| hmac::verify(&key, signed.as_bytes(), signature).is_ok()) {
        return Err(NotTaken::Forged("The signature does not fit."));
    }
    if now.seconds().saturating_sub(at).abs() > TOLERANCE {
        return Err(NotTaken::Forged("The message is too old."));
    }
    Ok(())
}
