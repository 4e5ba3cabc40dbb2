//! Shapes of newsletters on the wire.

use purser_core::ids::{NewsletterId, NewsletterLetterId, SuppressionId, UserId};
use purser_core::newsletters::{ConsentHow, LetterState, NewsletterState, SuppressionReason, Why};
use purser_core::{Patch, Timestamp};
use purser_service::newsletters::{Audience, Shown, Standing, Tried};
use purser_store::newsletters::{Letter, Newsletter, Suppression};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Versioned;

/// A newsletter.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Newsletter")]
pub(super) struct NewsletterView {
    id: NewsletterId,
    /// Its subject in English; empty where it is not written in English.
    subject_en: String,
    text_en: String,
    /// Its subject in German.
    subject_de: String,
    text_de: String,
    /// Countries it is for; empty: all.
    countries: Vec<String>,
    state: NewsletterState,
    /// When it is sent, or was.
    #[serde(skip_serializing_if = "Option::is_none")]
    send_at: Option<Timestamp>,
    /// How often it was sent again to those it failed for.
    round: i64,
    /// People it is for.
    total: i64,
    /// Of those, whom it reached.
    sent: i64,
    /// Whom it did not reach.
    failed: i64,
    /// Who was left out: their address gets none, they want no more, or nobody knows whether it went out.
    skipped: i64,
    /// Whose turn is still to come.
    waiting: i64,
    created_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_by: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// When it began to go out.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Timestamp>,
    /// When everybody had been tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl From<Newsletter> for NewsletterView {
    fn from(n: Newsletter) -> Self {
        Self {
            id: n.id,
            subject_en: n.subject_en,
            text_en: n.text_en,
            subject_de: n.subject_de,
            text_de: n.text_de,
            countries: n.countries.split(' ').filter(|country| !country.is_empty()).map(str::to_owned).collect(),
            state: n.state,
            send_at: n.send_at,
            round: n.round,
            total: n.total,
            sent: n.sent,
            failed: n.failed,
            skipped: n.skipped,
            waiting: (n.total - n.sent - n.failed - n.skipped).max(0),
            created_by: n.created_by_name,
            sent_by: n.sent_by_name,
            created_at: n.created_at,
            updated_at: n.updated_at,
            started_at: n.started_at,
            finished_at: n.finished_at,
            version: n.version,
        }
    }
}

impl Versioned for NewsletterView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// What is written: only what is mentioned changes.
#[derive(Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "NewsletterDraft")]
pub(super) struct DraftBody {
    /// Up to 150 letters.
    pub(super) subject_en: Patch<String>,
    /// Up to 20,000 letters: paragraphs with a blank line between, `## ` before a heading, `- ` before an item of a list, `**strong**`,
    /// `*emphasis*`, `[words](https://…)`; `{name}` is the given name of whoever gets it.
    pub(super) text_en: Patch<String>,
    pub(super) subject_de: Patch<String>,
    pub(super) text_de: Patch<String>,
    /// Two letters each; emptied: all.
    pub(super) countries: Patch<Vec<String>>,
}

/// A language newsletters are written in.
#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "NewsletterLanguage")]
pub(super) enum Language {
    En,
    De,
}

impl Language {
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }
}

/// A text to look at.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewsletterText")]
pub(super) struct PreviewBody {
    pub(super) language: Language,
    pub(super) subject: String,
    pub(super) text: String,
}

/// What a text looks like to whoever gets it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewsletterPreview")]
pub(super) struct PreviewView {
    subject: String,
    /// As text.
    text: String,
    /// As HTML: a whole document, to be shown in a frame of its own without scripts.
    html: String,
}

impl From<Shown> for PreviewView {
    fn from(Shown { subject, text, html }: Shown) -> Self {
        Self { subject, text, html }
    }
}

impl Versioned for PreviewView {}

/// Whom a newsletter would reach.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewsletterAudience")]
pub(super) struct AudienceView {
    /// People who agreed.
    people: i64,
    /// Of those, whose address gets none all the same.
    suppressed: i64,
}

impl From<Audience> for AudienceView {
    fn from(Audience { people, suppressed }: Audience) -> Self {
        Self { people, suppressed }
    }
}

impl Versioned for AudienceView {}

/// When to send.
#[derive(Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "NewsletterSending")]
pub(super) struct SendBody {
    /// Not before; at once if left out.
    pub(super) send_at: Option<Timestamp>,
}

/// In which language to send it to oneself.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "NewsletterTest")]
pub(super) struct TestBody {
    /// One's own if left out.
    pub(super) language: Option<Language>,
}

/// What came of a letter to oneself.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewsletterTested")]
pub(super) struct TestedView {
    /// Whether it was taken.
    ok: bool,
    address: String,
    /// Who took it, or was to: `mailbox` is built in and sends nothing on.
    provider: &'static str,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Tried> for TestedView {
    fn from(Tried { address, provider, error }: Tried) -> Self {
        Self { ok: error.is_none(), address, provider, error }
    }
}

impl Versioned for TestedView {}

/// A newsletter for one person.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NewsletterLetter")]
pub(super) struct LetterView {
    id: NewsletterLetterId,
    user_id: UserId,
    /// Where it went; empty as long as it did not, and once the person was erased.
    address: String,
    state: LetterState,
    /// Why it did not reach them.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Why>,
    /// What the mail server said to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    attempts: i64,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<Timestamp>,
}

impl From<Letter> for LetterView {
    fn from(letter: Letter) -> Self {
        Self {
            id: letter.id,
            user_id: letter.user_id,
            address: letter.address,
            state: letter.state,
            why: letter.why.and_then(|why| why.parse().ok()),
            error: letter.error,
            attempts: letter.attempts,
            created_at: letter.created_at,
            sent_at: letter.sent_at,
        }
    }
}

impl Versioned for LetterView {}

/// An address no newsletter goes to.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Suppression")]
pub(super) struct SuppressionView {
    id: SuppressionId,
    email: String,
    reason: SuppressionReason,
    /// What its server said.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The newsletter it came of.
    #[serde(skip_serializing_if = "Option::is_none")]
    newsletter_id: Option<NewsletterId>,
    created_at: Timestamp,
}

impl From<Suppression> for SuppressionView {
    fn from(s: Suppression) -> Self {
        let newsletter_id = s.newsletter_id.map(NewsletterId);
        Self { id: s.id, email: s.email, reason: s.reason, error: s.error, newsletter_id, created_at: s.created_at }
    }
}

impl Versioned for SuppressionView {}

/// Why an address is taken off the list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SuppressionRemoval")]
pub(super) struct RemovalBody {
    /// Up to 500 letters; the audit log keeps it.
    pub(super) reason: String,
}

/// Whether somebody wants newsletters.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewsletterConsent")]
pub(super) struct ConsentView {
    /// No, unless they said yes.
    agreed: bool,
    /// How they said so last; absent if they were never asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<ConsentHow>,
    /// What staff wrote down about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Who wrote it down.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// Why their address gets none all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<SuppressionReason>,
}

impl From<Standing> for ConsentView {
    fn from(Standing { consent, suppression }: Standing) -> Self {
        let suppressed = suppression.map(|suppression| suppression.reason);
        match consent {
            Some(c) => Self { agreed: c.agreed, how: Some(c.how), note: c.note, by: Some(c.by_name), at: Some(c.at), suppressed },
            None => Self { agreed: false, how: None, note: None, by: None, at: None, suppressed },
        }
    }
}

impl Versioned for ConsentView {}

/// What somebody told staff.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewsletterConsentChoice")]
pub(super) struct ChoiceBody {
    pub(super) agreed: bool,
    /// How they said so; needed where they agreed.
    #[serde(default)]
    pub(super) note: Option<String>,
}

/// What one wants.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OwnNewsletterConsentChoice")]
pub(super) struct OwnChoiceBody {
    pub(super) agreed: bool,
}
