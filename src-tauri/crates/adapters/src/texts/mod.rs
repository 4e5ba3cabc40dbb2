//! Text messages through a provider that speaks Twilio's REST interface.

use std::time::Duration;

use async_trait::async_trait;
use purser_service::mail::{Refusal, TextMessage, Texter};
use reqwest::{Client, StatusCode, redirect};
use serde::Deserialize;

/// How long one message may take.
const LONGEST: Duration = Duration::from_secs(15);
/// Most that is read of an answer.
const ANSWER: usize = 64 * 1024;

/// Which account, and who sends.
#[derive(Clone)]
pub struct Settings {
    /// Where the interface is; Twilio's own unless said.
    pub base: String,
    /// Id of the account.
    pub account: String,
    /// Its token, or the secret of a key.
    pub token: String,
    /// A number with its country, or the id of a messaging service.
    pub from: String,
}

/// Where Twilio's interface is.
pub const TWILIO: &str = "https://api.twilio.com";

/// A provider of text messages.
pub struct Twilio {
    settings: Settings,
    client: Client,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    code: Option<i64>,
}

impl Twilio {
    /// Messages through this account. Nothing is connected yet.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let client = Client::builder().timeout(LONGEST).redirect(redirect::Policy::none()).build();
        let client = client.map_err(|_| "No HTTP client can be made here.".to_owned())?;
        Ok(Self { settings, client })
    }
}

#[async_trait]
impl Texter for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    async fn send(&self, message: &TextMessage) -> Result<(), Refusal> {
        let Settings { base, account, token, from } = &self.settings;
        let url = format!("{}/2010-04-01/Accounts/{account}/Messages.json", base.trim_end_matches('/'));
        let sender = if from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let form = [("To", message.to.as_str()), (sender, from), ("Body", &message.text)];
        let sent = self.client.post(url).basic_auth(account, Some(token)).form(&form).send().await;
        // Neither the number nor the text goes into a reason.
        let reply = sent.map_err(|_| Refusal::Later("The provider of text messages could not be reached.".into()))?;
        let status = reply.status();
        if status.is_success() {
            return Ok(());
        }
        let body = reply.bytes().await.unwrap_or_default();
        let code = serde_json::from_slice::<Answer>(&body[..body.len().min(ANSWER)]).ok().and_then(|answer| answer.code);
        let code = code.map_or_else(String::new, |code| format!(", code {code}"));
        let why = format!("The provider of text messages answered {}{code}.", status.as_u16());
        let later = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        Err(if later { Refusal::Later(why) } else { Refusal::Never(why) })
    }
}
