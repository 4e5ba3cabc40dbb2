//! Repeats that do no harm: a caller's key for one request, and the answer every repeat of it gets, byte for byte.
//!
//! The key is claimed in the transaction that accepts the work and answered in the one that finishes it, so a crash leaves either nothing
//! or a claim that says what was begun. A repeat of that looks what became of it instead of doing it again.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;
use purser_core::access::Grant;
use purser_core::ids::TenantId;
use purser_core::time::{DAY, MINUTE};
use purser_core::{Error, Result, Timestamp};
use purser_store::{Engine, Scope, Tx, idempotency as store};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::App;

/// How long a key is remembered.
const REMEMBERED: i64 = DAY;

/// A request of another process that is older than this has been left behind by a crash; no request runs so long.
const ABANDONED: i64 = 2 * MINUTE;

/// A request as its key names it.
#[derive(Clone, Debug)]
pub struct Key {
    caller: String,
    text: String,
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
        Ok(Self { caller, text, hash: hasher.finalize().to_vec() })
    }

    /// The row that says this key was answered with `reply`.
    pub(crate) fn answer(&self, reply: &Reply) -> store::Answer {
        store::Answer { caller: self.caller.clone(), key: self.text.clone(), status: reply.status, body: reply.body.clone() }
    }
}

/// What a request was answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
    /// Id of what it made or changed.
    pub subject: Uuid,
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
    pub fn new(instance: Uuid) -> Self {
        Self { instance, keys: Arc::default() }
    }

    /// Begin a request; refused while the same is being worked on.
    pub(crate) fn enter(&self, tenant: TenantId, key: &Key) -> Result<Turn> {
        let mine = (tenant, key.caller.clone(), key.text.clone());
        if self.keys.lock().insert(mine.clone()) { Ok(Turn { keys: self.keys.clone(), mine }) } else { Err(still_running()) }
    }

    /// Claim the key in `tx`, to make what has the id `subject`.
    pub(crate) async fn claim(&self, tx: &mut Tx, key: &Key, now: Timestamp, subject: Uuid) -> Result<Claim> {
        let row = store::Key {
            caller: key.caller.clone(),
            key: key.text.clone(),
            request_hash: key.hash.clone(),
            owner: self.instance,
            subject,
            at: now,
            expires_at: now.plus(REMEMBERED),
        };
        if store::claim(tx, &row).await? {
            return Ok(Claim::New(subject));
        }
        let known = store::find(tx, &key.caller, &key.text).await?.ok_or_else(still_running)?;
        if known.request_hash != key.hash {
            let message = "This key was used for another request. Use a new key for a new request.";
            return Err(Error::unprocessable("Idempotency-Key", "used_for_another_request", message));
        }
        let begun = known.subject_id.unwrap_or(Uuid::nil());
        if let (Some(status), Some(body)) = (known.status, known.body) {
            return Ok(Claim::Answered(Reply { status: u16::try_from(status).unwrap_or(200), body, subject: begun }));
        }
        // Our own, and nobody here works on it any more; or left by a process that is gone.
        let since = now.since(known.expires_at.plus(-REMEMBERED));
        let alone = tx.engine() == Engine::Sqlite;
        if known.owner == self.instance || ((alone || since > ABANDONED) && store::take_over(tx, &row, known.owner).await?) {
            return Ok(Claim::Left(begun));
        }
        Err(still_running())
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

/// Write the answer down in `tx` and give it back.
pub(crate) async fn answer<T>(tx: &mut Tx, once: &Once<T>, result: &T) -> Result<Reply> {
    let reply = (once.render)(result);
    store::answer(tx, &[once.key.answer(&reply)]).await?;
    Ok(reply)
}

/// Forget the keys of all tenants that have run out.
pub(crate) async fn forget(app: &App) -> Result<()> {
    let now = app.clock.now();
    app.db.transact(Scope::System, async |tx| store::forget(tx, now).await.map(drop).map_err(Error::from)).await
}

fn still_running() -> Error {
    Error::conflict("still_running", "The first request with this key is still being worked on. Ask again in a moment.")
}
