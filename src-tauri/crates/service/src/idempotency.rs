//! Repeats that do no harm: a caller's key for one request, and the answer every repeat of it gets, byte for byte, less what is told once.
//!
//! The key is claimed in the transaction that accepts the work and answered in the one that finishes it, so a crash leaves either nothing
//! or a claim that says what was begun. A repeat of that looks what became of it instead of doing it again.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;
use purser_core::access::{Grant, can};
use purser_core::ids::{Ids, TenantId};
use purser_core::repeats::{self, ABANDONED, RepeatState};
use purser_core::time::DAY;
use purser_core::{Error, Result, Timestamp};
use purser_store::page::COUNT_LIMIT;
use purser_store::repeats::{self as seen, Filter, Repeat};
use purser_store::{Engine, Listing, Page, Scope, Tx, idempotency as store};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::App;

/// How long a key is remembered.
pub(crate) const REMEMBERED: i64 = DAY;

/// A request as its key names it.
#[derive(Clone, Debug)]
pub struct Key {
    caller: String,
    text: String,
    operation: String,
    hash: Vec<u8>,
}

impl Key {
    /// The key `text` for the operation `route` with `body`, by whoever `by` is.
    pub fn new<P>(by: &Grant<P>, text: String, route: &str, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(|error| Error::Internal(Box::new(error)))?;
        let mut hasher = Sha256::new();
        hasher.update(route.as_bytes());
        hasher.update([0]);
        hasher.update(body);
        let caller = by.user().map_or_else(|| by.actor().name.clone(), |user| user.to_string());
        Ok(Self { caller, text, operation: repeats::operation(route), hash: hasher.finalize().to_vec() })
    }

    /// The row that says this key was answered with `reply`.
    pub(crate) fn answer(&self, reply: &Reply) -> store::Answer {
        store::Answer {
            caller: self.caller.clone(),
            key: self.text.clone(),
            status: reply.status,
            body: reply.again.as_ref().unwrap_or(&reply.body).clone(),
        }
    }
}

/// What a request was answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
    /// What repeats are answered and is kept until then, where that is less: a secret is told once.
    pub again: Option<Vec<u8>>,
    /// Id of what it made or changed.
    pub subject: Uuid,
    /// Whether it was given before, to the request this one repeats.
    pub replayed: bool,
}

/// A key with the way its answer is written.
#[derive(Clone)]
pub struct Once<T> {
    /// The key.
    pub key: Key,
    /// Writes the answer, before the transaction that finishes the work is committed.
    pub render: Arc<dyn Fn(&T) -> Reply + Send + Sync>,
}

/// How a use case ended: with its result, or, when a key was sent, with the answer as every repeat will get it.
pub enum Outcome<T> {
    /// The result; no key was sent.
    Plain(T),
    /// The answer to send as it is.
    Reply(Reply),
}

impl<T> Outcome<T> {
    /// The result of work that was begun without a key.
    pub fn plain(self) -> Result<T> {
        match self {
            Self::Plain(result) => Ok(result),
            Self::Reply(_) => Err(Error::internal("an answer to a key that was not sent")),
        }
    }
}

/// Requests with a key that this process is working on.
pub struct Running {
    /// This process.
    instance: Uuid,
    ids: Ids,
    keys: Arc<Mutex<HashSet<(TenantId, String, String)>>>,
}

/// A request with a key, being worked on until this is dropped.
pub struct Turn {
    keys: Arc<Mutex<HashSet<(TenantId, String, String)>>>,
    mine: (TenantId, String, String),
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.keys.lock().remove(&self.mine);
    }
}

/// What a claim found.
pub(crate) enum Claim {
    /// The key is new: make the thing with this id.
    New(Uuid),
    /// It was answered before.
    Answered(Reply),
    /// It was begun before and left behind: this id is what it set out to make.
    Left(Uuid),
}

impl Running {
    /// The keys of the process `instance`.
    pub fn new(instance: Uuid, ids: Ids) -> Self {
        Self { instance, ids, keys: Arc::default() }
    }

    /// Begin a request; refused while the same is being worked on.
    pub(crate) fn enter(&self, tenant: TenantId, key: &Key) -> Result<Turn> {
        let mine = (tenant, key.caller.clone(), key.text.clone());
        if self.keys.lock().insert(mine.clone()) { Ok(Turn { keys: self.keys.clone(), mine }) } else { Err(still_running()) }
    }

    /// Claim the key in `tx`, to make what has the id `subject`.
    pub(crate) async fn claim(&self, tx: &mut Tx, key: &Key, now: Timestamp, subject: Uuid) -> Result<Claim> {
        if store::claim(tx, &self.row(key, now, subject)).await? {
            return Ok(Claim::New(subject));
        }
        let known = store::find(tx, &key.caller, &key.text).await?.ok_or_else(still_running)?;
        self.met(tx, key, known, now).await
    }

    /// What became of a request with this key, if one was begun: for a repeat that could not begin anew.
    pub(crate) async fn again(&self, tx: &mut Tx, key: &Key, now: Timestamp) -> Result<Option<Claim>> {
        match store::find(tx, &key.caller, &key.text).await?.filter(|known| known.expires_at > now) {
            Some(known) => self.met(tx, key, known, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// The answer a request with this key got before, if it did: for a repeat that could not begin anew.
    pub(crate) async fn kept<T, P>(&self, app: &App, by: &Grant<P>, once: Option<&Once<T>>) -> Result<Option<Reply>> {
        let Some(once) = once else { return Ok(None) };
        let found = app.db.transact(by, async |tx| self.again(tx, &once.key, by.now()).await).await?;
        Ok(found.and_then(|claim| match claim {
            Claim::Answered(reply) => Some(reply),
            Claim::New(_) | Claim::Left(_) => None,
        }))
    }

    fn row(&self, key: &Key, now: Timestamp, subject: Uuid) -> store::Key {
        store::Key {
            id: self.ids.next(now),
            operation: key.operation.clone(),
            caller: key.caller.clone(),
            key: key.text.clone(),
            request_hash: key.hash.clone(),
            owner: self.instance,
            subject,
            at: now,
            expires_at: now.plus(REMEMBERED),
        }
    }

    /// A key that is known already.
    async fn met(&self, tx: &mut Tx, key: &Key, known: store::Known, now: Timestamp) -> Result<Claim> {
        if known.request_hash != key.hash {
            let message = "This key was used for another request. Use a new key for a new request.";
            return Err(Error::unprocessable("Idempotency-Key", "used_for_another_request", message));
        }
        let begun = known.subject_id.unwrap_or(Uuid::nil());
        if let (Some(status), Some(body)) = (known.status, known.body) {
            store::repeated(tx, &key.caller, &key.text, now).await?;
            return Ok(Claim::Answered(Reply { status: u16::try_from(status).unwrap_or(200), body, again: None, subject: begun, replayed: true }));
        }
        // Our own, and nobody here works on it any more; or left by a process that is gone.
        let since = now.since(known.expires_at.plus(-REMEMBERED));
        let alone = tx.engine() == Engine::Sqlite;
        if known.owner == self.instance || ((alone || since > ABANDONED) && store::take_over(tx, &self.row(key, now, begun), known.owner).await?) {
            return Ok(Claim::Left(begun));
        }
        Err(still_running())
    }

    /// What a request with this key set out to make, if there was one and it is still remembered.
    pub(crate) async fn begun(tx: &mut Tx, key: &Key) -> Result<Option<Uuid>> {
        Ok(store::find(tx, &key.caller, &key.text).await?.and_then(|known| known.subject_id))
    }

    /// For work that begins and ends in `tx`: the answer, if this request was answered before.
    pub(crate) async fn answered<T>(&self, tx: &mut Tx, once: Option<&Once<T>>, (now, subject): (Timestamp, Uuid)) -> Result<Option<Reply>> {
        let Some(once) = once else { return Ok(None) };
        match self.claim(tx, &once.key, now, subject).await? {
            Claim::Answered(reply) => Ok(Some(reply)),
            Claim::New(_) | Claim::Left(_) => Ok(None),
        }
    }
}

/// The end of work that began with [`Running::answered`].
pub(crate) async fn finish<T>(tx: &mut Tx, once: Option<&Once<T>>, result: T) -> Result<Outcome<T>> {
    Ok(match once {
        Some(once) => Outcome::Reply(answer(tx, once, &result).await?),
        None => Outcome::Plain(result),
    })
}

/// Work on `subject` that begins and ends in one transaction, done once for each key.
pub(crate) async fn at_once<T, P>(
    app: &App,
    by: &Grant<P>,
    (subject, once): (Uuid, Option<Once<T>>),
    work: impl AsyncFnOnce(&mut Tx) -> Result<T>,
) -> Result<Outcome<T>> {
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), subject)).await? {
                return Ok(Outcome::Reply(reply));
            }
            let result = work(tx).await?;
            finish(tx, once.as_ref(), result).await
        })
        .await
}

/// Write the answer down in `tx` and give it back.
pub(crate) async fn answer<T>(tx: &mut Tx, once: &Once<T>, result: &T) -> Result<Reply> {
    let reply = (once.render)(result);
    store::answer(tx, &[once.key.answer(&reply)]).await?;
    Ok(reply)
}

/// A page of requests with a key and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadJob>, filter: &Filter, page: &Page) -> Result<(Listing<Repeat>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(seen::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((seen::list(tx, filter, page).await?, total))
        })
        .await
}

/// Where a request stands at `now`.
pub fn state(repeat: &Repeat, now: Timestamp) -> RepeatState {
    match repeat.status {
        Some(_) => RepeatState::Answered,
        None if repeat.created_at < now.plus(-ABANDONED) => RepeatState::Left,
        None => RepeatState::Running,
    }
}

/// Forget the keys of all tenants that have run out. One that was never answered stays: it says that something was begun, and a repeat of it
/// after its time begins anew.
pub async fn forget(app: &App) -> Result<u64> {
    let now = app.clock.now();
    let forgotten = app.db.transact(Scope::System, async |tx| store::forget(tx, now).await.map_err(Error::from)).await?;
    if forgotten > 0 {
        tracing::info!(forgotten, "idempotency keys that had run out were forgotten");
    }
    Ok(forgotten)
}

fn still_running() -> Error {
    Error::conflict("still_running", "The first request with this key is still being worked on. Ask again in a moment.")
}
