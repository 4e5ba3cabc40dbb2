//! Settings of outside parties a sign-in may need.

use purser_adapters::texts::{self, TWILIO};

use super::{Layer, Problem};

/// An address secrets may be sent to: over TLS, or on this machine.
fn safe(setting: &str, text: &str, problems: &mut Vec<Problem>) {
    let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|start| text.starts_with(start));
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
