//! Mail. A use case writes a mail with its own transaction, and a job sends it. What is stored is what the mail is about; the text is made
//! from it when it is sent or looked at. The secret of a link lies sealed in the link's own row, under a key that is not in the database:
//! neither a job, nor a mail, nor the log ever holds a link that works.

mod customers;
mod facts;
pub mod kinds;
mod letter;
mod look;
mod notices;
mod port;
mod send;
pub mod staff;
pub(crate) mod weekly;
mod words;

pub(crate) use customers::confirm;
pub use customers::{Customers, tell_customers};
pub(crate) use facts::Offer;
pub use letter::Letter;
pub(crate) use letter::{escape, one_line, sheet};
pub use look::{Shown, list, read};
pub(crate) use notices::TellStaff;
pub use port::{Mailer, Refusal, TextMessage, Texter};
pub(crate) use send::{Draft, News, SendMail, address, tell, write, write_before, write_code, write_from, write_offer, write_to};
pub(crate) use words::catalog;

use std::sync::Arc;

use parking_lot::RwLock;

/// Who takes mail, and where its links lead.
pub struct Post {
    /// The provider.
    pub mailer: Arc<dyn Mailer>,
    /// Who takes text messages. Without one they stay in the built-in mailbox where that takes the mail as well; else there are none.
    pub texter: Option<Arc<dyn Texter>>,
    /// Address of the console, without a slash at its end.
    base: RwLock<String>,
    /// Whether the address was configured, so that a door that opens does not change it.
    fixed: bool,
}

impl Post {
    /// Mail through `mailer`, with links to `base` if that is configured.
    pub fn new(mailer: Arc<dyn Mailer>, base: Option<String>) -> Self {
        let fixed = base.is_some();
        let base = base.unwrap_or_else(|| "http://127.0.0.1:7420".into());
        Self { mailer, texter: None, base: RwLock::new(base.trim_end_matches('/').to_owned()), fixed }
    }

    /// Text messages through `texter`.
    #[must_use]
    pub fn texting(mut self, texter: Option<Arc<dyn Texter>>) -> Self {
        self.texter = texter;
        self
    }

    /// Whether text messages reach anybody: a telephone, or whoever looks into the built-in mailbox.
    pub fn texts(&self) -> bool {
        self.texter.is_some() || self.mailer.keeps()
    }

    /// Who takes text messages.
    pub fn taker_of_texts(&self) -> Option<&'static str> {
        self.texter.as_ref().map(|texter| texter.name()).or_else(|| self.texts().then(|| self.mailer.name()))
    }

    /// Whether what was handed to `provider` stays here to be looked at.
    pub(crate) fn kept(&self, provider: Option<&str>) -> bool {
        self.mailer.keeps() && provider == Some(self.mailer.name())
    }

    /// The host of the console, where an address is configured.
    pub fn host(&self) -> Option<String> {
        let base = self.fixed.then(|| url::Url::parse(&self.base()).ok()).flatten();
        base.and_then(|base| base.host_str().map(str::to_owned))
    }

    /// A door opened at `url`: where no address is configured, links lead there.
    pub fn opened(&self, url: &str) {
        if !self.fixed {
            url.trim_end_matches('/').clone_into(&mut self.base.write());
        }
    }

    /// Where links lead.
    pub fn base(&self) -> String {
        self.base.read().clone()
    }
}
