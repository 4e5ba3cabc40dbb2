//! Shapes of mail on the wire.

use purser_core::Timestamp;
use purser_core::ids::{MailId, UserId};
use purser_core::mail::{Channel, MailState, Template};
use purser_service::mail::Shown;
use purser_store::mails::Mail;
use schemars::JsonSchema;
use serde::Serialize;

use crate::reply::Versioned;

/// A mail.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Mail")]
pub(crate) struct MailView {
    id: MailId,
    /// The person, if it is to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    /// A mail or a text message.
    channel: Channel,
    /// Address, or the number of a telephone.
    address: String,
    /// Name that goes with it.
    name: String,
    subject: String,
    template: Template,
    /// `en` or `de`.
    language: String,
    state: MailState,
    /// Who took it, or was to: `mailbox` is built in and sends nothing on.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<Timestamp>,
}

impl From<Mail> for MailView {
    fn from(mail: Mail) -> Self {
        Self {
            id: mail.id,
            user_id: mail.user_id.map(UserId),
            channel: mail.channel,
            address: mail.address,
            name: mail.name,
            subject: mail.subject,
            template: mail.template,
            language: mail.language,
            state: mail.state,
            provider: mail.provider,
            error: mail.error,
            created_at: mail.created_at,
            sent_at: mail.sent_at,
        }
    }
}

/// A mail with its text.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "MailDetail")]
pub(crate) struct MailDetailView {
    #[serde(flatten)]
    mail: MailView,
    /// The text.
    text: String,
    /// The same as HTML: a whole document, to be shown in a frame of its own without scripts.
    html: String,
    /// What came with it, by name.
    attached: Vec<String>,
    /// Whether a link in it works and is shown: in the built-in mailbox, to whoever may act on that account anyway.
    link_shown: bool,
    /// Whether a code in it works and is shown, as with links.
    code_shown: bool,
}

impl From<Shown> for MailDetailView {
    fn from(shown: Shown) -> Self {
        Self {
            mail: shown.mail.into(),
            text: shown.letter.text,
            html: shown.letter.html,
            attached: shown.attached,
            link_shown: shown.link_shown,
            code_shown: shown.code_shown,
        }
    }
}

impl Versioned for MailDetailView {}
