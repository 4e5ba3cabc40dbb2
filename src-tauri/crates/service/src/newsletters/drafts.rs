//! Newsletters as whoever writes them sees and changes them.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::NewsletterId;
use purser_core::newsletters::NewsletterState;
use purser_core::people::PersonChecks;
use purser_core::{Error, Patch, Result};
use purser_store::newsletters::{self as store, Filter, Letter, LetterFilter, Newsletter};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page};

use super::{Facts, countries, find, hold, label};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::{App, events};

/// Letters of a subject.
pub(super) const SUBJECT: usize = 150;
/// Letters of a text.
pub(super) const TEXT: usize = 20_000;
/// Countries a newsletter may be narrowed to.
const COUNTRIES: usize = 50;

/// What is said in a draft.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Its subject in English; emptied: it is not written in English.
    pub subject_en: Patch<String>,
    /// Its text in English.
    pub text_en: Patch<String>,
    /// Its subject in German.
    pub subject_de: Patch<String>,
    /// Its text in German.
    pub text_de: Patch<String>,
    /// Countries it is for; emptied: all.
    pub countries: Patch<Vec<String>>,
}

fn put(change: Patch<String>, place: &mut String) {
    match change {
        Patch::Keep => {}
        Patch::Clear => place.clear(),
        Patch::Set(text) => text.trim().clone_into(place),
    }
}

impl Change {
    fn apply(self, newsletter: &mut Newsletter) -> Result<()> {
        let mut checks = Checks::new();
        let each = [("subjectEn", &self.subject_en, SUBJECT), ("subjectDe", &self.subject_de, SUBJECT)];
        for (field, change, most) in each.into_iter().chain([("textEn", &self.text_en, TEXT), ("textDe", &self.text_de, TEXT)]) {
            if let Patch::Set(text) = change {
                checks.length(field, text, most);
            }
        }
        if let Patch::Set(all) = &self.countries {
            checks.that(all.len() <= COUNTRIES, "countries", "too_many", format!("At most {COUNTRIES}."));
            for (place, country) in all.iter().enumerate().take(COUNTRIES) {
                checks.country(&format!("countries[{place}]"), country);
            }
        }
        checks.done()?;
        put(self.subject_en, &mut newsletter.subject_en);
        put(self.subject_de, &mut newsletter.subject_de);
        put(self.text_en, &mut newsletter.text_en);
        put(self.text_de, &mut newsletter.text_de);
        match self.countries {
            Patch::Keep => {}
            Patch::Clear => newsletter.countries.clear(),
            Patch::Set(mut all) => {
                all.sort_unstable();
                all.dedup();
                newsletter.countries = all.join(" ");
            }
        }
        Ok(())
    }
}

/// A page of newsletters and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::SendNewsletter>, filter: &Filter, page: &Page) -> Result<(Listing<Newsletter>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::list(tx, filter, page).await?, total))
        })
        .await
}

/// One newsletter.
pub async fn read(app: &App, by: &Grant<can::SendNewsletter>, id: NewsletterId) -> Result<Newsletter> {
    app.db.read(by, async |tx| find(tx, id).await).await
}

/// What became of a newsletter for each person.
pub async fn letters(
    app: &App,
    by: &Grant<can::SendNewsletter>,
    filter: &LetterFilter,
    page: &Page,
) -> Result<(Listing<Letter>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            find(tx, filter.newsletter).await?;
            let total = if page.after.is_none() { Some(store::count_letters(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::letters(tx, filter, page).await?, total))
        })
        .await
}

/// Whom a newsletter would reach if it were sent now.
#[derive(Clone, Copy, Debug)]
pub struct Audience {
    /// People who agreed.
    pub people: i64,
    /// Of those, whose address gets none all the same.
    pub suppressed: i64,
}

/// Whom a newsletter would reach if it were sent now.
pub async fn audience(app: &App, by: &Grant<can::SendNewsletter>, id: NewsletterId) -> Result<Audience> {
    app.db
        .read(by, async |tx| {
            let newsletter = find(tx, id).await?;
            let (people, suppressed) = store::audience(tx, &countries(&newsletter)).await?;
            Ok(Audience { people, suppressed })
        })
        .await
}

/// Begin a newsletter, once for each key.
pub async fn create(app: &App, by: &Grant<can::SendNewsletter>, change: Change, once: Option<Once<Newsletter>>) -> Result<Outcome<Newsletter>> {
    let mut newsletter = Newsletter {
        id: by.id(),
        tenant_id: by.tenant(),
        subject_en: String::new(),
        text_en: String::new(),
        subject_de: String::new(),
        text_de: String::new(),
        countries: String::new(),
        state: NewsletterState::Draft,
        send_at: None,
        round: 0,
        gathered_to: None,
        gathered: false,
        batches: 0,
        total: 0,
        sent: 0,
        failed: 0,
        skipped: 0,
        version: 1,
        created_by: by.user().map(purser_core::ids::UserId::uuid),
        created_by_name: by.actor().name.clone(),
        sent_by: None,
        sent_by_name: None,
        created_at: by.now(),
        updated_at: by.now(),
        started_at: None,
        finished_at: None,
    };
    change.apply(&mut newsletter)?;
    if label(&newsletter).is_empty() {
        return Err(Error::invalid("subjectEn", "required", "Give it a subject, in English or in German."));
    }
    idempotency::at_once(app, by, (newsletter.id.uuid(), once), async |tx| {
        store::insert(tx, &newsletter).await?;
        let line = Line::new("newsletter.create", "newsletter", newsletter.id.uuid(), label(&newsletter));
        audit::record(tx, by, line.after(&Facts::from(&newsletter)));
        events::emit(tx, by, Topic::Mail, "newsletter_created", newsletter.id.uuid());
        Ok(newsletter)
    })
    .await
}

pub(super) fn not_a_draft() -> Error {
    Error::conflict("not_draft", "It is on its way. Only a draft can be changed, sent or thrown away.")
}

/// Change the draft whose `version` the caller has read.
pub async fn update(app: &App, by: &Grant<can::SendNewsletter>, (id, version): (NewsletterId, i64), change: Change) -> Result<Newsletter> {
    app.db
        .transact(by, async |tx| {
            let before = hold(tx, id).await?;
            if before.version != version {
                return Err(Error::Stale);
            }
            if before.state != NewsletterState::Draft {
                return Err(not_a_draft());
            }
            let mut after = Newsletter { updated_at: by.now(), ..before.clone() };
            change.apply(&mut after)?;
            if label(&after).is_empty() {
                return Err(Error::invalid("subjectEn", "required", "Give it a subject, in English or in German."));
            }
            if !store::update(tx, &after).await? {
                return Err(Error::Stale);
            }
            let (was, is) = audit::changes(&Facts::from(&before), &Facts::from(&after));
            audit::record(tx, by, Line::new("newsletter.update", "newsletter", id.uuid(), label(&after)).before(&was).after(&is));
            events::emit(tx, by, Topic::Mail, "newsletter_updated", id.uuid());
            find(tx, id).await
        })
        .await
}

/// Throw a draft away.
pub async fn delete(app: &App, by: &Grant<can::SendNewsletter>, id: NewsletterId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let newsletter = hold(tx, id).await?;
            if !store::delete(tx, id).await? {
                return Err(not_a_draft());
            }
            audit::record(tx, by, Line::new("newsletter.delete", "newsletter", id.uuid(), label(&newsletter)).before(&Facts::from(&newsletter)));
            events::emit(tx, by, Topic::Mail, "newsletter_deleted", id.uuid());
            Ok(())
        })
        .await
}
