//! Sending a newsletter: now or at its time, once more to whom it did not reach, and to oneself to see what it looks like.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{NewsletterId, UserId};
use purser_core::newsletters::NewsletterState;
use purser_core::time::DAY;
use purser_core::{Error, Result, Timestamp};
use purser_store::newsletters::{self as store, Newsletter};
use purser_store::{Tx, tenants, users};
use serde_json::json;
use uuid::Uuid;

use super::drafts::not_a_draft;
use super::letter::{self, For};
use super::{Gather, countries, find, hold, label, leave};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::jobs::{self, When};
use crate::{App, events};

/// So far ahead a newsletter may be put off.
const AHEAD: i64 = 366 * DAY;

/// Whether there is something to send: in each language both or neither of subject and text, and one language at least.
fn check(newsletter: &Newsletter) -> Result<()> {
    let n = newsletter;
    let languages = [("subjectEn", &n.subject_en, "textEn", &n.text_en), ("subjectDe", &n.subject_de, "textDe", &n.text_de)];
    let mut whole = false;
    for (subject_field, subject, text_field, text) in languages {
        match (subject.is_empty(), text.is_empty()) {
            (false, false) => whole = true,
            (true, true) => {}
            (true, false) => return Err(Error::unprocessable(subject_field, "required", "The text has no subject in this language.")),
            (false, true) => return Err(Error::unprocessable(text_field, "required", "There is a subject and no text in this language.")),
        }
    }
    if whole { Ok(()) } else { Err(Error::unprocessable("textEn", "required", "There is nothing to send yet.")) }
}

async fn put_in(tx: &mut Tx, by: &Grant<can::SendNewsletter>, newsletter: &Newsletter, at: Timestamp) -> Result<()> {
    let gather = Gather { newsletter: newsletter.id, round: newsletter.round, at, after: newsletter.batches };
    let unique = format!("{}:{}:{}", newsletter.id, newsletter.round, at.micros());
    jobs::enqueue(tx, by, &gather, When { run_at: Some(at), unique: Some(unique), priority: None }).await.map(drop)
}

/// Send a draft, now or at `at`, once for each key. Who gets it is settled when it begins to go out.
pub async fn send(
    app: &App,
    by: &Grant<can::SendNewsletter>,
    (id, at): (NewsletterId, Option<Timestamp>),
    once: Option<Once<Newsletter>>,
) -> Result<Outcome<Newsletter>> {
    if at.is_some_and(|at| at <= by.now() || at > by.now().plus(AHEAD)) {
        return Err(Error::invalid("sendAt", "out_of_range", "A time to come, within a year."));
    }
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        let mut newsletter = hold(tx, id).await?;
        if newsletter.state != NewsletterState::Draft {
            return Err(not_a_draft());
        }
        check(&newsletter)?;
        let (people, suppressed) = store::audience(tx, &countries(&newsletter)).await?;
        if at.is_none() && people == suppressed {
            return Err(Error::conflict("nobody", "Nobody would get it: it goes to people who agreed to newsletters alone."));
        }
        let when = at.unwrap_or_else(|| by.now());
        newsletter.state = if at.is_some() { NewsletterState::Scheduled } else { NewsletterState::Sending };
        newsletter.send_at = Some(when);
        newsletter.sent_by = by.user().map(UserId::uuid);
        newsletter.sent_by_name = Some(by.actor().name.clone());
        newsletter.updated_at = by.now();
        store::set(tx, &newsletter).await?;
        put_in(tx, by, &newsletter, when).await?;
        let (action, told) = if at.is_some() { ("newsletter.schedule", "newsletter_scheduled") } else { ("newsletter.send", "newsletter_sending") };
        let after = json!({ "sendAt": when, "people": people, "suppressed": suppressed, "countries": newsletter.countries });
        audit::record(tx, by, Line::new(action, "newsletter", id.uuid(), label(&newsletter)).after(&after));
        events::emit(tx, by, Topic::Mail, told, id.uuid());
        find(tx, id).await
    })
    .await
}

/// Call a newsletter back that waits for its time: it is a draft again.
pub async fn cancel(app: &App, by: &Grant<can::SendNewsletter>, id: NewsletterId) -> Result<Newsletter> {
    app.db
        .transact(by, async |tx| {
            let mut newsletter = hold(tx, id).await?;
            if newsletter.state != NewsletterState::Scheduled {
                return Err(Error::conflict("not_waiting", "It does not wait for its time: it is a draft, or on its way."));
            }
            let was = json!({ "sendAt": newsletter.send_at });
            newsletter.state = NewsletterState::Draft;
            (newsletter.send_at, newsletter.sent_by, newsletter.sent_by_name) = (None, None, None);
            newsletter.updated_at = by.now();
            store::set(tx, &newsletter).await?;
            audit::record(tx, by, Line::new("newsletter.cancel", "newsletter", id.uuid(), label(&newsletter)).before(&was));
            events::emit(tx, by, Topic::Mail, "newsletter_cancelled", id.uuid());
            find(tx, id).await
        })
        .await
}

/// Send a newsletter again to those it failed for, and to nobody else, once for each key.
pub async fn again(app: &App, by: &Grant<can::SendNewsletter>, id: NewsletterId, once: Option<Once<Newsletter>>) -> Result<Outcome<Newsletter>> {
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        let mut newsletter = hold(tx, id).await?;
        if newsletter.state != NewsletterState::Sent {
            return Err(Error::conflict("not_sent", "It is not out yet. What fails can be sent again once everybody was tried."));
        }
        if newsletter.failed == 0 {
            return Err(Error::conflict("nothing_failed", "It reached everybody it was for."));
        }
        // What became of each letter is kept for a while; how many failed is counted for good.
        let failed = store::failed(tx, id).await?;
        if failed == 0 {
            let message = "What became of each letter is forgotten by now, so nobody knows any more whom it did not reach.";
            return Err(Error::conflict("letters_forgotten", message));
        }
        newsletter.state = NewsletterState::Sending;
        newsletter.round += 1;
        (newsletter.gathered, newsletter.gathered_to) = (false, None);
        (newsletter.send_at, newsletter.finished_at, newsletter.updated_at) = (Some(by.now()), None, by.now());
        store::set(tx, &newsletter).await?;
        put_in(tx, by, &newsletter, by.now()).await?;
        audit::record(tx, by, Line::new("newsletter.again", "newsletter", id.uuid(), label(&newsletter)).after(&json!({ "people": failed })));
        events::emit(tx, by, Topic::Mail, "newsletter_sending", id.uuid());
        find(tx, id).await
    })
    .await
}

/// What came of a letter to oneself.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Where it went.
    pub address: String,
    /// Who took it, or was to.
    pub provider: &'static str,
    /// Why it was not taken.
    pub error: Option<String>,
}

/// Send a newsletter to oneself, as it stands.
pub async fn test(app: &App, by: &Grant<can::SendNewsletter>, id: NewsletterId, language: Option<&str>) -> Result<Tried> {
    let me = by.user().ok_or(Error::Refused("needs_session", "Sign in as a person to get a letter.".into()))?;
    let (newsletter, user, business) = app
        .db
        .read(by, async |tx| {
            let user = users::find(tx, me).await?.ok_or(Error::NotFound("user"))?;
            let business = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?.name;
            Ok::<_, Error>((find(tx, id).await?, user, business))
        })
        .await?;
    let way_out = leave::address(app, (by.tenant(), user.id, id))?;
    let mut to = For::of(&user, (business, way_out));
    to.language = language.or(user.language.as_deref()).map_or(to.language, |tag| crate::mail::catalog(Some(tag)));
    let letter = letter::whole(&newsletter, &to, by.id::<Uuid>());
    let refused = app.mail.mailer.deliver(&letter).await.err().map(|refusal| refusal.why().to_owned());
    app.db
        .transact(by, async |tx| {
            let after = json!({ "taken": refused.is_none() });
            audit::record(tx, by, Line::new("newsletter.test", "newsletter", id.uuid(), label(&newsletter)).after(&after));
            Ok::<_, Error>(())
        })
        .await?;
    Ok(Tried { address: user.email, provider: app.mail.mailer.name(), error: refused })
}
