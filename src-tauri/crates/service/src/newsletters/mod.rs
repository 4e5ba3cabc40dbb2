//! Newsletters: written by staff, sent to people who agreed, one letter for each.
//!
//! What is promised: nobody gets one who did not agree, or who said that they want no more; nobody gets the same one twice, whatever breaks
//! in the middle; and of everybody it can be said what became of theirs. Where a process ended while a letter was being handed over nobody
//! can know whether it went out: that letter counts as such, and is not sent again. Rules only; mail is handed over behind
//! [`crate::mail::Mailer`].

mod batch;
mod consents;
mod drafts;
mod gather;
mod leave;
mod letter;
mod resume;
mod send;
mod stop;
mod suppressions;

pub(crate) use batch::Batch;
pub use consents::{Choice, Standing, choose, choose_own, of, own};
pub use drafts::{Audience, Change, audience, create, delete, letters, list, read, update};
pub(crate) use gather::Gather;
pub use leave::{Leaving, leave, look};
pub use letter::{Shown, Text, preview};
pub(crate) use resume::Resume;
pub use send::{Tried, again, cancel, send, test};
pub use stop::stop;
pub use suppressions::{remove, suppressions};

use purser_core::ids::NewsletterId;
use purser_core::{Error, Result};
use purser_store::Tx;
use purser_store::newsletters::{self as store, Newsletter};
use serde::Serialize;

/// A newsletter as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    state: &'a str,
    subject_en: &'a str,
    subject_de: &'a str,
    text_en: &'a str,
    text_de: &'a str,
    countries: &'a str,
    send_at: Option<purser_core::Timestamp>,
}

impl<'a> From<&'a Newsletter> for Facts<'a> {
    fn from(n: &'a Newsletter) -> Self {
        Self {
            state: n.state.as_str(),
            subject_en: &n.subject_en,
            subject_de: &n.subject_de,
            text_en: &n.text_en,
            text_de: &n.text_de,
            countries: &n.countries,
            send_at: n.send_at,
        }
    }
}

/// What a newsletter is called: its subject, whichever it has.
fn label(newsletter: &Newsletter) -> String {
    let subject = if newsletter.subject_en.is_empty() { &newsletter.subject_de } else { &newsletter.subject_en };
    subject.clone()
}

async fn find(tx: &mut Tx, id: NewsletterId) -> Result<Newsletter> {
    store::find(tx, id).await?.ok_or(Error::NotFound("newsletter"))
}

async fn hold(tx: &mut Tx, id: NewsletterId) -> Result<Newsletter> {
    store::hold(tx, id).await?.ok_or(Error::NotFound("newsletter"))
}

/// Countries a newsletter is for; empty: all.
fn countries(newsletter: &Newsletter) -> Vec<String> {
    newsletter.countries.split(' ').filter(|country| !country.is_empty()).map(str::to_owned).collect()
}
