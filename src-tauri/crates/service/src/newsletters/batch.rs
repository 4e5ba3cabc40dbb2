//! Handing over the letters of one batch, five at once. A letter is marked before it is handed over and settled after, each durably: what
//! broke in between is known to be unknown, and is not sent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use purser_core::access::{Grant, can};
use purser_core::events::{Event, Topic};
use purser_core::ids::{NewsletterId, TenantId};
use purser_core::jobs::Wait;
use purser_core::newsletters::{AT_ONCE, ConsentHow, LetterState, NewsletterState, SuppressionReason, Why};
use purser_core::people::Status;
use purser_core::time::{HOUR, MINUTE};
use purser_core::{Error, Result};
use purser_store::newsletters::{self as store, Before, Counted, Letter, Newsletter, Settled, Suppression};
use purser_store::users::User;
use purser_store::{Tx, users};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Semaphore;

use super::letter::{self, For};
use super::{label, leave};
use crate::audit::{self, Line};
use crate::jobs::{self, Failure, Plan, Turn, When, Work};
use crate::mail::Refusal;
use crate::{App, events};

/// Letters this process hands over at once, of all newsletters.
static SLOTS: Semaphore = Semaphore::const_new(AT_ONCE);
/// After so many one after another of which the server said nothing that settles them, it is given a rest.
const UNANSWERED: usize = 5;
/// The same where it refuses: a list may hold a few addresses that are gone, and a server that blocks us refuses everybody's.
const REFUSED: usize = 10;
/// Open pages hear of so many.
const TOLD: usize = 10;

/// Hand over the letters of one batch.
#[derive(Serialize, Deserialize)]
pub(crate) struct Batch {
    newsletter: NewsletterId,
    batch: i64,
}

/// What a try needs to know.
struct Run {
    app: App,
    tenant: TenantId,
    newsletter: Newsletter,
    business: String,
    /// Letters in a row it did not take, or fell silent over.
    unanswered: AtomicUsize,
    /// Letters in a row it refused.
    refused: AtomicUsize,
}

/// How the turn of a letter ended.
enum End {
    /// It is settled, one way or the other.
    Over,
    /// Its turn comes again.
    Later,
}

impl Work for Batch {
    const KIND: &'static str = "newsletter.batch";
    const QUEUE: &'static str = "newsletters";
    const PLAN: Plan = Plan { tries: 5, wait: Wait::Ladder(&[MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR]), longest: Duration::from_mins(15) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let Some((run, letters)) = self.begin(&app, turn.tenant).await? else { return Ok(()) };
        let (run, all) = (Arc::new(run), letters.len());
        // Each in a task of its own, which an orderly end waits for: a letter that is being handed over is settled whatever becomes of this.
        let tasks = letters.into_iter().map(|letter| (run.clone(), letter));
        let mut ends = futures::stream::iter(tasks)
            .map(|(run, letter)| async move { run.app.background.spawn(one(run.clone(), letter)).await })
            .buffer_unordered(AT_ONCE);
        let (mut done, mut later, mut broken) = (0_usize, 0_usize, None);
        while let Some(end) = ends.next().await {
            match end {
                Ok(Ok(End::Over)) => {}
                Ok(Ok(End::Later)) => later += 1,
                Ok(Err(error)) => broken = Some(Failure::from(error)),
                Err(_) => broken = Some(Failure::Later("It broke down; the log of the server says where.".into())),
            }
            done += 1;
            if done.is_multiple_of(TOLD) {
                turn.progress(i64::try_from(done * 100 / all.max(1)).unwrap_or(0)).await?;
                self.tell(&app, turn.tenant).await?;
            }
        }
        if let (Some(broken), false) = (broken, turn.last) {
            return Err(broken);
        }
        // A rest is one for the batches to come as well: they would try as many each before they stop.
        if run.rests() && !turn.last {
            return Err(Failure::Later(format!("The mail server takes nothing now; {later} of {all} letters wait.")));
        }
        self.end(&app, &turn).await?;
        if later > 0 && !turn.last {
            return Err(Failure::Later(format!("The mail server does not take {later} of {all} letters now.")));
        }
        Ok(())
    }
}

impl Batch {
    /// The letters whose turn it is. What an earlier try left in the middle may have gone out.
    async fn begin(&self, app: &App, tenant: TenantId) -> Result<Option<(Run, Vec<Letter>)>> {
        app.db
            .transact(tenant, async |tx| {
                let found = store::find(tx, self.newsletter).await?;
                let open = |newsletter: &Newsletter| matches!(newsletter.state, NewsletterState::Sending | NewsletterState::Stopped);
                let Some(newsletter) = found.filter(open) else { return Ok(None) };
                let unknown = store::interrupted(tx, newsletter.id, self.batch).await?;
                if unknown > 0 {
                    store::add(tx, newsletter.id, Counted { skipped: i64::try_from(unknown).unwrap_or(0), ..Counted::default() }).await?;
                }
                if newsletter.state == NewsletterState::Stopped {
                    return Ok(None);
                }
                let letters = store::waiting_in(tx, newsletter.id, self.batch).await?;
                let business = letter::business(tx, tenant).await?;
                let (app, unanswered, refused) = (app.clone(), AtomicUsize::new(0), AtomicUsize::new(0));
                Ok(Some((Run { app, tenant, newsletter, business, unanswered, refused }, letters)))
            })
            .await
    }

    /// Let open pages see how far it is.
    async fn tell(&self, app: &App, tenant: TenantId) -> Result<()> {
        let at = app.clock.now();
        app.db
            .transact(tenant, async |tx| {
                let (topic, action, subject_id) = (Topic::Mail, "newsletter_progress".to_owned(), self.newsletter.uuid());
                tx.emit(Event { seq: 0, tenant, topic, action, subject_id, actor_id: None, at });
                Ok(())
            })
            .await
    }

    /// Put the next batch in; after the last try, what still waits has failed.
    async fn end(&self, app: &App, turn: &Turn) -> Result<()> {
        let by = Grant::<can::ManageJob>::system(turn.tenant, app.clock.now(), &app.ids);
        app.db
            .transact(&by, async |tx| {
                if turn.last {
                    let left = store::leave(tx, self.newsletter, self.batch).await?;
                    store::add(tx, self.newsletter, left).await?;
                }
                let Some(newsletter) = store::hold(tx, self.newsletter).await? else { return Ok(()) };
                events::emit(tx, &by, Topic::Mail, "newsletter_progress", newsletter.id.uuid());
                next(tx, &by, &newsletter, self.batch + 1).await
            })
            .await
    }
}

/// Put in the first batch from `number` on in which somebody's turn is to come, or end the newsletter where there is nobody's left.
pub(super) async fn next(tx: &mut Tx, by: &Grant<can::ManageJob>, newsletter: &Newsletter, number: i64) -> Result<()> {
    if newsletter.state == NewsletterState::Stopped {
        return Ok(());
    }
    if let Some(number) = store::first_open(tx, newsletter.id, number).await? {
        let batch = Batch { newsletter: newsletter.id, batch: number };
        let when = When { unique: Some(format!("{}:{number}", newsletter.id)), ..When::default() };
        return jobs::enqueue(tx, by, &batch, when).await.map(drop);
    }
    if newsletter.state != NewsletterState::Sending || store::open(tx, newsletter.id).await? {
        return Ok(());
    }
    let mut over = newsletter.clone();
    (over.state, over.finished_at, over.updated_at) = (NewsletterState::Sent, Some(by.now()), by.now());
    store::set(tx, &over).await?;
    let outcome = json!({ "total": over.total, "sent": over.sent, "failed": over.failed, "skipped": over.skipped });
    audit::record(tx, by, Line::new("newsletter.sent", "newsletter", over.id.uuid(), label(&over)).after(&outcome));
    events::emit(tx, by, Topic::Mail, "newsletter_sent", over.id.uuid());
    Ok(())
}

/// The turn of one letter.
async fn one(run: Arc<Run>, letter: Letter) -> Result<End> {
    let Ok(_slot) = SLOTS.acquire().await else { return Ok(End::Later) };
    if run.rests() {
        return Ok(End::Later);
    }
    let Some(user) = run.app.db.transact(run.tenant, async |tx| run.claim(tx, &letter).await).await? else { return Ok(End::Over) };
    let way_out = leave::address(&run.app, (run.tenant, user.id, run.newsletter.id))?;
    let to = For::of(&user, (run.business.clone(), way_out));
    let whole = letter::whole(&run.newsletter, &to, letter.id.uuid());
    let handed = run.app.mail.mailer.deliver(&whole).await;
    run.count(&handed);
    let later = matches!(handed, Err(Refusal::Later(_)));
    run.app.db.transact(run.tenant, async |tx| run.settle(tx, (&letter, &user), &handed).await).await?;
    Ok(if later { End::Later } else { End::Over })
}

impl Run {
    /// Whether the server is given a rest.
    fn rests(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) >= UNANSWERED || self.refused.load(Ordering::Relaxed) >= REFUSED
    }

    /// Count what says something of the server: one that refuses one letter still answers.
    fn count(&self, handed: &Result<(), Refusal>) {
        match handed {
            Ok(()) => {
                self.unanswered.store(0, Ordering::Relaxed);
                self.refused.store(0, Ordering::Relaxed);
            }
            Err(Refusal::Later(_) | Refusal::Unknown(_)) => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
            }
            Err(Refusal::Never(_) | Refusal::Nobody(_)) => {
                self.unanswered.store(0, Ordering::Relaxed);
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Mark a letter as being handed over, if whoever it is for still wants it; nothing if it is left out, or not to be had any more.
    async fn claim(&self, tx: &mut Tx, letter: &Letter) -> Result<Option<User>> {
        let user = users::find(tx, letter.user_id).await?.filter(|user| matches!(user.status, Status::Invited | Status::Active));
        let Some(user) = user else { return self.skip(tx, letter, Why::Away).await };
        let Some(consent) = store::consent(tx, user.id).await?.filter(|consent| consent.agreed) else {
            return self.skip(tx, letter, Why::Withdrawn).await;
        };
        // The address may have changed since.
        if !user.email_verified && consent.how != ConsentHow::Staff {
            return self.skip(tx, letter, Why::Unproved).await;
        }
        let kept = store::suppressed(tx, &user.email).await?;
        // Sending again to whom it failed for is asking that very address again.
        if kept.is_some_and(|kept| self.newsletter.round == 0 || !kept.came_of(self.newsletter.id)) {
            return self.skip(tx, letter, Why::Suppressed).await;
        }
        Ok(store::claim(tx, letter.id, &user.email).await?.then_some(user))
    }

    async fn skip(&self, tx: &mut Tx, letter: &Letter, why: Why) -> Result<Option<User>> {
        let settled = Settled { state: LetterState::Skipped, why: Some(why), error: None, sent_at: None };
        if store::settle(tx, letter.id, &settled).await? == Before::Open {
            store::add(tx, self.newsletter.id, Counted { skipped: 1, ..Counted::default() }).await?;
        }
        Ok(None)
    }

    /// Write down what came of a letter that was handed over.
    async fn settle(&self, tx: &mut Tx, (letter, user): (&Letter, &User), handed: &Result<(), Refusal>) -> Result<()> {
        let now = self.app.clock.now();
        let error = handed.as_ref().err().map(|refusal| refusal.why().to_owned());
        let (state, why) = match handed {
            Ok(()) => (LetterState::Sent, None),
            Err(Refusal::Later(_)) => (LetterState::Waiting, None),
            Err(Refusal::Never(_)) => (LetterState::Failed, Some(Why::Refused)),
            Err(Refusal::Nobody(_)) => (LetterState::Failed, Some(Why::Nobody)),
            Err(Refusal::Unknown(_)) => (LetterState::Skipped, Some(Why::Unknown)),
        };
        // Nobody comes back for what waits once the newsletter was stopped.
        let waits =
            state != LetterState::Waiting || store::hold(tx, self.newsletter.id).await?.is_some_and(|now| now.state == NewsletterState::Sending);
        let (state, why) = if waits { (state, why) } else { (LetterState::Skipped, Some(Why::Stopped)) };
        let sent_at = (state == LetterState::Sent).then_some(now);
        let before = store::settle(tx, letter.id, &Settled { state, why, error: error.clone(), sent_at }).await?;
        if before == Before::Settled {
            return Ok(());
        }
        let count = |of| i64::from(state == of);
        let skipped = count(LetterState::Skipped) - i64::from(before == Before::Unknown);
        let more = Counted { sent: count(LetterState::Sent), failed: count(LetterState::Failed), skipped };
        if more != Counted::default() {
            store::add(tx, self.newsletter.id, more).await?;
        }
        if why == Some(Why::Nobody) {
            let suppression = Suppression {
                id: self.app.ids.next(now),
                tenant_id: self.tenant,
                email: user.email.clone(),
                reason: SuppressionReason::Bounced,
                error,
                newsletter_id: Some(self.newsletter.id.uuid()),
                created_at: now,
            };
            store::suppress(tx, &suppression).await?;
        } else if state == LetterState::Sent && self.newsletter.round > 0 {
            store::lift(tx, &user.email, SuppressionReason::Bounced).await?;
        }
        Ok::<_, Error>(())
    }
}
