//! The way to other parties on the network: what is asked of them, what they answer, why they can not be asked.

use async_trait::async_trait;

/// One question.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Where.
    pub url: String,
    /// `Authorization`, whole.
    pub authorization: Option<String>,
    /// Sent as a form; without one it is a `GET`.
    pub form: Option<Vec<(&'static str, String)>>,
}

impl Ask {
    /// Read what is at `url`.
    pub fn get(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// Read it with an access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        Self { authorization: Some(format!("Bearer {token}")), ..self }
    }
}

/// One answer. An answer that leads elsewhere is one like any other: nothing is followed.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The whole body, which is bounded.
    pub body: Vec<u8>,
}

/// Why there is no answer; the sentence is for people and holds nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// This address is not gone to: no TLS, or a place that is nobody's to see.
    Address(String),
    /// Nobody answers there.
    Away(String),
    /// Whoever answers can not prove to be who was asked.
    Certificate(String),
    /// The answer is larger than any that makes sense.
    TooLarge,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(why) | Self::Away(why) | Self::Certificate(why) => f.write_str(why),
            Self::TooLarge => f.write_str("The answer is larger than 1 MiB."),
        }
    }
}

/// The way to other parties.
///
/// Whoever implements it keeps to this: `https` only, but for this machine where that is allowed; no redirects; bounded time and bounded size;
/// no address that belongs to a link or to a cloud's own machinery, whatever name it goes by.
#[async_trait]
pub trait Web: Send + Sync {
    /// Ask.
    async fn ask(&self, ask: Ask) -> Result<Answer, Refusal>;

    /// Whether `url` may be asked at all, and whether its name is known: for whoever looks for a fault.
    async fn reach(&self, url: &str) -> Result<String, Refusal>;

    /// Whether something may be handed over at `url`, as far as its text tells.
    fn delivers_to(&self, url: &str) -> Result<(), Refusal> {
        if url.starts_with("https://") { Ok(()) } else { Err(Refusal::Address("The address has to begin with https.".into())) }
    }

    /// Hand something over at an address a tenant chose: nowhere in a private network unless the installation allows it.
    async fn deliver(&self, _: Parcel) -> Result<Receipt, Refusal> {
        Err(Refusal::Away(NOWHERE.into()))
    }
}

/// Something to be handed over byte for byte.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Where.
    pub url: String,
    /// Headers beside the usual ones.
    pub headers: Vec<(&'static str, String)>,
    /// A JSON document.
    pub body: String,
}

/// What was answered to it.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// HTTP status.
    pub status: u16,
    /// The beginning of the answer.
    pub excerpt: String,
}

/// Said by what has no way out.
const NOWHERE: &str = "This process does not go out to the network.";

/// No way anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nowhere;

#[async_trait]
impl Web for Nowhere {
    async fn ask(&self, _: Ask) -> Result<Answer, Refusal> {
        Err(Refusal::Away(NOWHERE.into()))
    }

    async fn reach(&self, _: &str) -> Result<String, Refusal> {
        Err(Refusal::Away(NOWHERE.into()))
    }
}
