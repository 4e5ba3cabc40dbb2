//! Looking at what was mailed. Where mail goes out, a link is never shown. In the built-in mailbox it is, because nobody else gets the mail,
//! but only to somebody who may act on that account anyway: nobody takes over an account above their own by reading its mail.

use purser_core::access::{Grant, Role, can};
use purser_core::ids::{CodeId, LinkId, MailId, UserId};
use purser_core::mail::MailState;
use purser_core::{Error, Result};
use purser_store::mails::{self as store, Filter, Mail};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, codes, links, users};

use super::Letter;
use super::send::{Inside, delivery, letter, names_of_papers};
use crate::App;
use crate::access::Ranks;
use crate::audit::{self, Line};
use crate::identity::{codes as sent, links as secrets};

/// A page of mails and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadMail>, filter: &Filter, page: &Page) -> Result<(Listing<Mail>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::list(tx, filter, page).await?, total))
        })
        .await
}

/// A mail with its text.
pub struct Shown {
    /// What is known of it.
    pub mail: Mail,
    /// The text.
    pub letter: Letter,
    /// What came with it, by name.
    pub attached: Vec<String>,
    /// Whether a link in it works and is shown.
    pub link_shown: bool,
    /// Whether a code in it works and is shown.
    pub code_shown: bool,
}

/// Stands where a link, or where an order goes, is not shown.
const HIDDEN: &str = "hidden";

/// One mail with its text. Whoever is shown a link that works leaves a line in the log.
pub async fn read(app: &App, by: &Grant<can::ReadMail>, id: MailId) -> Result<Shown> {
    let (mail, (link, code, address), within_reach) = app
        .db
        .read(by, async |tx| {
            let mail = store::find(tx, id).await?.ok_or(Error::NotFound("mail"))?;
            let link = match mail.link_id {
                Some(link) => links::find(tx, LinkId(link)).await?,
                None => None,
            };
            let code = match mail.code_id {
                Some(code) => codes::find(tx, CodeId(code)).await?,
                None => None,
            };
            let user = match mail.user_id {
                Some(user) => users::find(tx, UserId(user)).await?,
                None => None,
            };
            let within_reach = match user {
                Some(user) => Ranks::read(tx).await?.with(tx, &[user.id], by.now()).await?.covers(by, (user.id, user.role)).is_ok(),
                None => by.actor().role == Role::Owner,
            };
            let mut address = delivery(tx, &mail).await?;
            if !address.is_empty() && by.and::<can::ReadOrder>().is_err() {
                address = vec![HIDDEN.into()];
            }
            Ok::<_, Error>((mail, (link, code, address), within_reach))
        })
        .await?;
    let kept = mail.state == MailState::Sent && app.mail.kept(mail.provider.as_deref());
    let live = link.filter(|link| kept && within_reach && link.works(by.now()));
    let secret = match &live {
        Some(link) => secrets::secret(app, link)?,
        None => None,
    };
    let plain = match code.filter(|code| kept && within_reach && code.works(by.now())) {
        Some(code) => sent::plain(app, &code)?,
        None => None,
    };
    if secret.is_some() || plain.is_some() {
        app.db
            .transact(by, async |tx| {
                audit::record(tx, by, Line::new("mail.read", "mail", id.uuid(), mail.subject.clone()));
                Ok::<_, Error>(())
            })
            .await?;
    }
    let (link_shown, code_shown) = (secret.is_some(), plain.is_some());
    let inside = Inside { secret: Some(secret.as_deref().unwrap_or(HIDDEN)), code: plain, address, papers: true };
    let letter = letter(app, &mail, inside);
    let attached = names_of_papers(&mail);
    Ok(Shown { mail, letter, attached, link_shown, code_shown })
}
