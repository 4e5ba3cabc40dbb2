//! The built-in mailbox: takes every mail and sends none on. What it took is looked at where all mails are.

use async_trait::async_trait;
use purser_service::mail::{Letter, Mailer, Refusal};

/// The built-in mailbox.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mailbox;

#[async_trait]
impl Mailer for Mailbox {
    fn name(&self) -> &'static str {
        "mailbox"
    }

    fn keeps(&self) -> bool {
        true
    }

    async fn deliver(&self, _: &Letter) -> Result<(), Refusal> {
        Ok(())
    }
}
