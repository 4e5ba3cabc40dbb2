//! The feed of one open page: what happened since it last heard, then what happens.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use purser_core::access::{Caller, Grant, Permission, Permissions, can};
use purser_core::events::{Event, Topic};
use purser_core::ids::{TenantId, UserId};
use purser_core::{Error, Result};
use purser_store::{Engine, events as store};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use uuid::Uuid;

use crate::App;

/// Notices read again for a page that was away; one that missed more is told to read everything anew.
const CAUGHT_UP: i64 = 1_000;

/// On PostgreSQL a transaction may take a number and commit after a later one. A page that comes back hears so many of the last ones again;
/// hearing twice does no harm.
const OVERLAP: i64 = 200;

/// A feed ends after this and its page comes back for the next, so that no line stays open for ever.
const LONGEST: Duration = Duration::from_hours(1);

/// What a page hears.
#[derive(Clone, Debug)]
pub enum Notice {
    /// It is connected; what it knows is as of this number.
    Ready(i64),
    /// Something changed.
    Change(Arc<Event>),
    /// Something was missed: read everything anew. What follows is after this number.
    Gap(i64),
}

/// The feed of one page.
pub struct Feed {
    live: Receiver<Arc<Event>>,
    waiting: VecDeque<Notice>,
    /// Numbers already told while catching up, which the live feed may bring again.
    told: HashSet<i64>,
    newest: i64,
    tenant: TenantId,
    caller: Option<(UserId, Uuid)>,
    permissions: Permissions,
    until: Instant,
    over: bool,
}

/// What somebody has to be allowed to see to hear of a change in an area.
pub(crate) fn needed(topic: Topic) -> Permission {
    match topic {
        Topic::User => Permission::ReadUser,
        Topic::Product => Permission::ReadProduct,
        Topic::Order | Topic::Cart => Permission::ReadOrder,
        Topic::Approval | Topic::Dispute | Topic::Payment | Topic::Refund => Permission::ReadPayment,
        Topic::Ledger => Permission::ReadLedger,
        Topic::File => Permission::ReadFile,
        Topic::Import => Permission::RunImport,
        Topic::Setting => Permission::ReadSelf,
        Topic::Session => Permission::ManageSession,
        Topic::Job => Permission::ReadJob,
        Topic::Mail => Permission::ReadMail,
        Topic::Role | Topic::Policy => Permission::ReadRole,
        Topic::Tenant => Permission::ManageTenant,
    }
}

impl Feed {
    /// Begin a feed; `last` is the number the page heard last.
    pub async fn open(app: &App, by: &Grant<can::ReadSelf>, last: Option<i64>) -> Result<Self> {
        // Follow first, read then: nothing falls between.
        let live = app.db.follow();
        let overlap = if app.db.engine() == Engine::Sqlite { 0 } else { OVERLAP };
        let (newest, missed) = app
            .db
            .read(by, async |tx| {
                let newest = store::last(tx).await?;
                let Some(last) = last.filter(|last| *last < newest || overlap > 0) else { return Ok((newest, Some(Vec::new()))) };
                if last > 0 && !store::is_kept(tx, last).await? {
                    return Ok((newest, None));
                }
                let missed = store::after(tx, last.saturating_sub(overlap).max(0), CAUGHT_UP + overlap + 1).await?;
                let whole = i64::try_from(missed.len()).is_ok_and(|count| count <= CAUGHT_UP + overlap);
                Ok::<_, Error>((newest, whole.then_some(missed)))
            })
            .await?;
        // A number we never gave out comes from another database.
        let missed = missed.filter(|_| last.is_none_or(|last| last <= newest));
        let mut feed = Self {
            live,
            waiting: VecDeque::new(),
            told: HashSet::new(),
            newest,
            tenant: by.tenant(),
            caller: match by.actor().caller {
                Caller::User(user, session) => Some((user, session.uuid())),
                Caller::Key(user, key) => Some((user, key.uuid())),
                Caller::System | Caller::Command => None,
            },
            permissions: by.actor().held.any,
            until: Instant::now() + LONGEST,
            over: false,
        };
        feed.waiting.push_back(if missed.is_some() { Notice::Ready(last.unwrap_or(newest)) } else { Notice::Gap(newest) });
        for event in missed.unwrap_or_default() {
            feed.told.insert(event.seq);
            if feed.permissions.has(needed(event.topic)) {
                feed.waiting.push_back(Notice::Change(Arc::new(event)));
            }
        }
        Ok(feed)
    }

    /// The next notice; `None` when the feed is over and the page has to ask anew.
    pub async fn next(&mut self) -> Option<Notice> {
        loop {
            if let Some(notice) = self.waiting.pop_front() {
                return Some(notice);
            }
            if self.over {
                return None;
            }
            match tokio::time::timeout_at(self.until, self.live.recv()).await {
                Err(_) | Ok(Err(RecvError::Closed)) => return None,
                Ok(Err(RecvError::Lagged(_))) => return Some(Notice::Gap(self.newest)),
                Ok(Ok(event)) => self.hear(event),
            }
        }
    }

    fn hear(&mut self, event: Arc<Event>) {
        if event.tenant != self.tenant || self.told.remove(&event.seq) {
            return;
        }
        self.newest = self.newest.max(event.seq);
        // Whoever listens may have lost the right to: they have to prove themselves anew.
        self.over = self.caller.is_some_and(|(user, session)| match event.topic {
            Topic::User => event.subject_id == user.uuid(),
            Topic::Session => event.subject_id == session || event.subject_id == user.uuid(),
            // A role of the tenant, or the rights of this person.
            Topic::Role => event.subject_id == event.tenant.uuid() || event.subject_id == user.uuid(),
            // Their own tenant was shut.
            Topic::Tenant => event.subject_id == event.tenant.uuid() && event.action != "resumed",
            _ => false,
        });
        if self.permissions.has(needed(event.topic)) {
            self.waiting.push_back(Notice::Change(event));
        }
    }
}
