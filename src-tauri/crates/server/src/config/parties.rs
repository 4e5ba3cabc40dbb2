//! Settings of outside parties a sign-in may need.

use purser_adapters::counters::Redis;
use purser_adapters::puzzles;
use purser_adapters::texts::{self, TWILIO};
use purser_service::identity::captcha::Kind;

use super::{Layer, Problem, word};

/// An address secrets may be sent to: over TLS, or on this machine.
fn safe(setting: &str, text: &str, problems: &mut Vec<Problem>) {
    let this = |start: &&str| text.strip_prefix(*start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']));
    let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(this) && !text.contains('@');
    if !text.starts_with("https://") && !here {
        problems.push(Problem::new(setting, format!("{text:?} is not an address that begins with https://.")));
    }
}

/// The provider of text messages, if one is named.
pub(super) fn sms(layer: &Layer, problems: &mut Vec<Problem>) -> Option<texts::Settings> {
    let base = layer.sms_url.clone().unwrap_or_else(|| TWILIO.into());
    safe("sms_url", &base, problems);
    match (layer.sms_account.clone(), layer.sms_token.clone(), layer.sms_from.clone()) {
        (None, None, None) if layer.sms_url.is_none() => None,
        (Some(account), Some(token), Some(from)) => Some(texts::Settings { base, account, token, from }),
        _ => {
            problems.push(Problem::new("sms_account", "Text messages need all three: sms_account, sms_token and sms_from."));
            None
        }
    }
}

/// Where Stripe is, if a stand-in is named.
pub(super) fn stripe(layer: &Layer, problems: &mut Vec<Problem>) -> Option<String> {
    let url = layer.stripe_url.clone()?;
    safe("stripe_url", &url, problems);
    Some(url)
}

/// The puzzle, if one is named.
pub(super) fn captcha(layer: &Layer, problems: &mut Vec<Problem>) -> Option<puzzles::Settings> {
    let kinds: Vec<(&str, Kind)> = Kind::ALL.iter().map(|kind| (kind.as_str(), *kind)).collect();
    let kind = word("captcha", layer.captcha.as_deref(), &kinds, problems);
    if let Some(url) = &layer.captcha_url {
        safe("captcha_url", url, problems);
    }
    match (kind, layer.captcha_site_key.clone(), layer.captcha_secret.clone()) {
        (Some(kind), Some(site_key), Some(secret)) => Some(puzzles::Settings { kind, site_key, secret, verify: layer.captcha_url.clone() }),
        (None, None, None) => None,
        // What is wrong with the kind was told.
        (None, ..) if layer.captcha.is_some() => None,
        _ => {
            problems.push(Problem::new("captcha", "A puzzle needs all three: captcha, captcha_site_key and captcha_secret."));
            None
        }
    }
}

/// The Redis several servers count in, if one is named.
pub(super) fn redis(layer: &Layer, problems: &mut Vec<Problem>) -> Option<String> {
    let url = layer.redis.clone()?;
    if let Err(message) = Redis::check(&url) {
        problems.push(Problem::new("redis", message));
    }
    Some(url)
}

/// The bus events are carried over, if one is named.
pub(super) fn bus(layer: &Layer, problems: &mut Vec<Problem>) -> Option<String> {
    let url = layer.bus.clone()?;
    if let Err(message) = purser_adapters::bus::check(&url) {
        problems.push(Problem::new("bus", message));
    }
    Some(url)
}
