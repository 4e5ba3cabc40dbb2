//! What somebody who takes mail has to be able to do.

use super::Letter;

/// Why a mail was not taken. The reason is shown to people: it never holds the address or the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It may be taken later.
    Later(String),
    /// It never will be.
    Never(String),
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
