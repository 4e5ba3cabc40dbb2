//! Writing down who gets a newsletter, a hundred at a time: nobody is forgotten, nobody is in twice, and at no time are all of them in
//! memory. Whoever agrees after it began to go out gets the next one.

use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::NewsletterId;
use purser_core::jobs::Wait;
use purser_core::newsletters::{BATCH, LetterState, NewsletterState, Why};
use purser_core::time::{MINUTE, SECOND};
use purser_core::{Result, Timestamp};
use purser_store::Tx;
use purser_store::newsletters::{self as store, Letter, Newsletter};
use serde::{Deserialize, Serialize};

use super::{batch, countries};
use crate::jobs::{Failure, Plan, Turn, Work};
use crate::{App, events};

/// Write down who gets a newsletter, or gets it again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Gather {
    pub(super) newsletter: NewsletterId,
    /// Of which round.
    pub(super) round: i64,
    /// The time it was to be sent at: one that was called back and put in anew has another.
    pub(super) at: Timestamp,
    /// Batches there were before.
    pub(super) after: i64,
}

impl Work for Gather {
    const KIND: &'static str = "newsletter.gather";
    const QUEUE: &'static str = "newsletters";
    const PLAN: Plan = Plan { tries: 6, wait: Wait::Doubling(SECOND, MINUTE), longest: Duration::from_mins(30) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        loop {
            let by = Grant::<can::ManageJob>::system(turn.tenant, app.clock.now(), &app.ids);
            if app.db.transact(&by, async |tx| self.some(tx, &by).await).await? {
                return Ok(());
            }
        }
    }
}

impl Gather {
    /// Write down the next hundred; whether that was all of them.
    async fn some(&self, tx: &mut Tx, by: &Grant<can::ManageJob>) -> Result<bool> {
        let Some(mut newsletter) = store::hold(tx, self.newsletter).await? else { return Ok(true) };
        let open = matches!(newsletter.state, NewsletterState::Scheduled | NewsletterState::Sending);
        if !open || newsletter.round != self.round || newsletter.send_at != Some(self.at) || newsletter.gathered {
            return Ok(true);
        }
        newsletter.state = NewsletterState::Sending;
        let began = *newsletter.started_at.get_or_insert(by.now());
        let found = if newsletter.round == 0 {
            first(tx, by, (&mut newsletter, began)).await?
        } else {
            let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
            let whose = store::again(tx, newsletter.id, (newsletter.gathered_to, newsletter.batches + 1), most).await?;
            newsletter.failed -= i64::try_from(whose.len()).unwrap_or(0);
            newsletter.gathered_to = whose.last().copied().or(newsletter.gathered_to);
            whose.len()
        };
        newsletter.batches += i64::from(found > 0);
        newsletter.gathered = found < BATCH;
        newsletter.updated_at = by.now();
        store::set(tx, &newsletter).await?;
        if newsletter.gathered {
            batch::next(tx, by, &newsletter, self.after + 1).await?;
        }
        events::emit(tx, by, Topic::Mail, "newsletter_progress", newsletter.id.uuid());
        Ok(newsletter.gathered)
    }
}

/// Those who agreed before it began; how many there were.
async fn first(tx: &mut Tx, by: &Grant<can::ManageJob>, (newsletter, began): (&mut Newsletter, Timestamp)) -> Result<usize> {
    let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let readers = store::readers(tx, &countries(newsletter), (newsletter.gathered_to, began), most).await?;
    let letter = |reader: &store::Reader| Letter {
        id: by.id(),
        tenant_id: by.tenant(),
        newsletter_id: newsletter.id,
        user_id: reader.user_id,
        address: String::new(),
        batch: newsletter.batches + 1,
        state: if reader.suppressed { LetterState::Skipped } else { LetterState::Waiting },
        why: reader.suppressed.then(|| Why::Suppressed.as_str().to_owned()),
        error: None,
        attempts: 0,
        created_at: by.now(),
        sent_at: None,
    };
    let letters: Vec<Letter> = readers.iter().map(letter).collect();
    let written = store::add_letters(tx, &letters).await?;
    newsletter.total += i64::try_from(written).unwrap_or(0);
    newsletter.skipped += i64::try_from(readers.iter().filter(|reader| reader.suppressed).count()).unwrap_or(0);
    newsletter.gathered_to = readers.last().map(|reader| reader.user_id.uuid()).or(newsletter.gathered_to);
    Ok(readers.len())
}
