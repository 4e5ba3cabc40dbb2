//! What somebody who takes mail has to be able to do.

use super::Letter;

/// Why a mail was not taken. The reason is shown to people: it never holds the address or the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It may be taken later.
    Later(String),
    /// It never will be.
    Never(String),
    /// It never will be, because there is nobody at the address.
    Nobody(String),
    /// It may have been taken: whoever takes mail went silent in the middle.
    Unknown(String),
}

impl Refusal {
    /// The reason.
    pub fn why(&self) -> &str {
        let (Self::Later(why) | Self::Never(why) | Self::Nobody(why) | Self::Unknown(why)) = self;
        why
    }
}

/// Somebody who takes mail.
#[async_trait::async_trait]
pub trait Mailer: Send + Sync {
    /// What the provider is called: `smtp`, `mailbox`.
    fn name(&self) -> &'static str;

    /// Whether mail stays here to be looked at, links included, because it goes to nobody.
    fn keeps(&self) -> bool {
        false
    }

    /// Hand `letter` over.
    async fn deliver(&self, letter: &Letter) -> Result<(), Refusal>;
}

/// A text message, ready to be handed over.
#[derive(Clone)]
pub struct TextMessage {
    /// Id of the message; a second copy has the same.
    pub id: uuid::Uuid,
    /// The number, with its country.
    pub to: String,
    /// The text.
    pub text: String,
}

impl std::fmt::Debug for TextMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The rest is personal, and a code in it may work.
        f.debug_struct("TextMessage").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Somebody who takes text messages.
#[async_trait::async_trait]
pub trait Texter: Send + Sync {
    /// What the provider is called: `twilio`.
    fn name(&self) -> &'static str;

    /// Hand `message` over.
    async fn send(&self, message: &TextMessage) -> Result<(), Refusal>;
}
