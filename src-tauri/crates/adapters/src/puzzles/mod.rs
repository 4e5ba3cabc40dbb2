//! Telling people from programs: reCAPTCHA v3, hCaptcha and Turnstile, whose answers are checked by asking their maker.

use std::time::Duration;

use async_trait::async_trait;
use purser_service::identity::captcha::{Captcha, Found, Kind, Unknown};
use reqwest::{Client, redirect};
use serde::Deserialize;

/// How long the maker may take.
const LONGEST: Duration = Duration::from_secs(5);

/// Which one, and its two keys.
#[derive(Clone)]
pub struct Settings {
    /// Which one.
    pub kind: Kind,
    /// The key the page shows.
    pub site_key: String,
    /// The key answers are checked with.
    pub secret: String,
    /// Where answers are checked; the maker's own address unless said.
    pub verify: Option<String>,
}

/// One of the three.
pub struct Puzzle {
    settings: Settings,
    client: Client,
}

#[derive(Deserialize)]
struct Answer {
    success: bool,
    #[serde(default)]
    score: Option<serde_json::Number>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    hostname: Option<String>,
    #[serde(default, rename = "error-codes")]
    errors: Vec<String>,
}

const fn maker(kind: Kind) -> &'static str {
    match kind {
        Kind::RecaptchaV3 => "https://www.google.com/recaptcha/api/siteverify",
        Kind::Hcaptcha => "https://api.hcaptcha.com/siteverify",
        Kind::Turnstile => "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    }
}

/// A score from 0 to 1 as parts of a thousand, without floating point.
fn thousandths(score: &serde_json::Number) -> Option<i64> {
    let text = score.to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest: String = rest.chars().chain("000".chars()).take(3).collect();
    Some(whole.parse::<i64>().ok()?.checked_mul(1_000)? + rest.parse::<i64>().ok()?)
}

impl Puzzle {
    /// Nothing is connected yet.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let client = Client::builder().timeout(LONGEST).redirect(redirect::Policy::none()).build();
        let client = client.map_err(|_| "No HTTP client can be made here.".to_owned())?;
        Ok(Self { settings, client })
    }
}

#[async_trait]
impl Captcha for Puzzle {
    fn kind(&self) -> Kind {
        self.settings.kind
    }

    fn site_key(&self) -> &str {
        &self.settings.site_key
    }

    async fn check(&self, token: &str, ip: Option<&str>) -> Result<Found, Unknown> {
        let url = self.settings.verify.as_deref().unwrap_or(maker(self.settings.kind));
        let mut form = vec![("secret", self.settings.secret.as_str()), ("response", token)];
        form.extend(ip.map(|ip| ("remoteip", ip)));
        let reply = self.client.post(url).form(&form).send().await.map_err(|_| Unknown("its maker could not be reached"))?;
        if !reply.status().is_success() {
            return Err(Unknown("its maker did not answer as it should"));
        }
        let answer: Answer = reply.json().await.map_err(|_| Unknown("its maker did not answer as it should"))?;
        // Our own keys being wrong says nothing about whoever is asking.
        if answer.errors.iter().any(|error| matches!(error.as_str(), "invalid-input-secret" | "missing-input-secret" | "internal-error")) {
            return Err(Unknown("the secret is not taken, or its maker has trouble"));
        }
        Ok(Found {
            solved: answer.success,
            score: answer.score.as_ref().and_then(thousandths),
            action: answer.action.filter(|action| !action.is_empty()),
            host: answer.hostname.filter(|host| !host.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::thousandths;

    #[test]
    fn scores_are_read_exactly() {
        for (text, expected) in [("0", 0), ("1", 1_000), ("0.5", 500), ("0.49", 490), ("0.4999", 499), ("1.0", 1_000)] {
            let number: serde_json::Number = serde_json::from_str(text).expect("a number");
            assert_eq!(thousandths(&number), Some(expected), "{text}");
        }
    }
}
