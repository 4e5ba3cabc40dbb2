//! The keys private values are sealed with: which there are, a new one, and sealing everything anew with it while work goes on.
//!
//! What is sealed, and how, is the store's ([`purser_store::seal`], [`purser_store::private`]); where keys are kept is behind [`Keyring`].

use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::TenantId;
use purser_core::jobs::{JobState, Wait};
use purser_core::time::{Clock, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::{Db, Scope, Tx, factors, jobs as stored_jobs, private, seals, tenants};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use purser_store::seal::{KEY_LEN, Seal, new_key, read_keys};

use crate::audit::{self, Line};
use crate::identity::step_up;
use crate::jobs::{Failure, Plan, Turn, When, Work, enqueue};
use crate::{App, events};

/// A key as it is kept; overwritten when it is let go of.
pub type SealKey = Zeroizing<[u8; KEY_LEN]>;

/// Where this installation keeps its keys, if Purser keeps them itself.
pub trait Keyring: Send + Sync {
    /// Make a key and put it before the others, durably.
    fn add(&self) -> Result<SealKey>;
}

/// Refuse to work on a database whose values were sealed with keys that are not here; note the key new values will be sealed with.
/// Answers whether that key is new here.
pub(crate) async fn register(seal: &Seal, db: &Db, clock: &Clock) -> Result<bool> {
    let ours = seal.ids();
    let known = db.read(Scope::System, async |tx| seals::list(tx).await.map_err(Error::from)).await?;
    if !known.is_empty() && !known.iter().any(|key| ours.contains(&key.id)) {
        let ids: Vec<&str> = known.iter().map(|key| key.id.as_str()).collect();
        let message = format!(
            "Values in this database were sealed with another key ({}). Give that key with PURSER_SEAL_KEY or --seal-key-file.",
            ids.join(", ")
        );
        return Err(Error::Unavailable("seal_key_missing", message.into()));
    }
    let Some(leads) = ours.into_iter().next() else { return Err(Error::internal("there is no key to seal with")) };
    if known.iter().any(|key| key.id == leads) {
        return Ok(false);
    }
    db.transact(Scope::System, async |tx| seals::note(tx, &leads, clock.now()).await.map_err(Error::from)).await?;
    Ok(!known.is_empty())
}

/// A key, and whether this process has it.
#[derive(Clone, Debug)]
pub struct KeyState {
    /// Its id: not the key, nor any way to it.
    pub id: String,
    /// Since when values are sealed with it.
    pub since: Timestamp,
    /// Whether new values take it.
    pub leads: bool,
    /// Whether this process could open a value sealed with it.
    pub held: bool,
}

/// Sealing everything anew: how far it is.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The job.
    pub job: purser_core::ids::JobId,
    /// Where it stands.
    pub state: JobState,
    /// Of 100.
    pub progress: i64,
    /// Put in.
    pub created_at: Timestamp,
    /// Over.
    pub finished_at: Option<Timestamp>,
}

/// The keys, and what is being done with them.
#[derive(Clone, Debug)]
pub struct State {
    /// Keys this database was ever sealed with, the newest first.
    pub keys: Vec<KeyState>,
    /// Whether a new key can be made from here; otherwise whoever runs the server gives one.
    pub can_rotate: bool,
    /// The last time everything was sealed anew, or the present one.
    pub renewal: Option<Renewal>,
}

/// The keys, and what is being done with them.
pub async fn state(app: &App, by: &Grant<can::ReadSetting>) -> Result<State> {
    let known = app.db.read(Scope::System, async |tx| seals::list(tx).await.map_err(Error::from)).await?;
    let renewal = app.db.read(by, async |tx| stored_jobs::latest(tx, Renew::KIND).await.map_err(Error::from)).await?;
    let ours = app.seal.ids();
    let one = |key: seals::Key| KeyState { leads: ours.first() == Some(&key.id), held: ours.contains(&key.id), since: key.created_at, id: key.id };
    let mut keys: Vec<KeyState> = known.into_iter().map(one).collect();
    keys.sort_by_key(|key| (!key.leads, std::cmp::Reverse(key.since)));
    let renewal = renewal.map(|job| Renewal {
        job: job.id,
        state: job.state,
        progress: job.progress,
        created_at: job.created_at,
        finished_at: job.finished_at,
    });
    Ok(State { keys, can_rotate: app.keyring.is_some(), renewal })
}

/// Make a new key, and seal everything anew with it. Reading goes on meanwhile: old values open with the keys before.
pub async fn rotate(app: &App, by: &Grant<can::UpdateSetting>) -> Result<()> {
    step_up::demand(app, by).await?;
    let home = app.db.read(Scope::System, async |tx| purser_store::tenancy::is_home(tx, by.tenant()).await.map_err(Error::from)).await?;
    if !home {
        return Err(Error::Refused(
            "keys_of_the_installation",
            "The keys are those of the whole installation; its first business changes them.".into(),
        ));
    }
    let Some(keyring) = app.keyring.clone() else {
        let message = "The keys of this server are given to it from outside. Put a new one in front of the others there and restart.";
        return Err(Error::conflict("keys_elsewhere", message));
    };
    let key = tokio::task::spawn_blocking(move || keyring.add()).await.map_err(|error| Error::Internal(Box::new(error)))??;
    app.seal.lead(&key)?;
    let Some(id) = app.seal.ids().into_iter().next() else { return Err(Error::internal("there is no key to seal with")) };
    app.db.transact(Scope::System, async |tx| seals::note(tx, &id, by.now()).await.map_err(Error::from)).await?;
    app.db
        .transact(by, async |tx| {
            audit::record(tx, by, Line::new("seal.rotate", "setting", by.tenant().uuid(), id.clone()));
            events::emit(tx, by, Topic::Setting, "seal_rotated", by.tenant().uuid());
            put_in(tx, by).await
        })
        .await?;
    renew_elsewhere(app, by.tenant()).await
}

/// Seal everything anew that is not sealed with the newest key.
pub async fn renew(app: &App, by: &Grant<can::UpdateSetting>) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            audit::record(tx, by, Line::new("seal.renew", "setting", by.tenant().uuid(), "Sealed values"));
            put_in(tx, by).await
        })
        .await
}

async fn put_in<P>(tx: &mut Tx, by: &Grant<P>) -> Result<()> {
    enqueue(tx, by, &Renew {}, When { unique: Some(Renew::KIND.into()), ..When::default() }).await.map(drop)
}

/// The keys are the installation's: every other tenant's values follow.
async fn renew_elsewhere(app: &App, except: TenantId) -> Result<()> {
    let all = app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?;
    for tenant in all.into_iter().filter(|tenant| tenant.id != except) {
        let by = Grant::<can::ManageJob>::system(tenant.id, app.clock.now(), &app.ids);
        app.db.transact(&by, async |tx| put_in(tx, &by).await).await?;
    }
    Ok(())
}

/// At the start: whatever is not sealed yet, or was sealed with another key than the one that leads now, is put in to be sealed.
pub(crate) async fn catch_up(app: &App, new_key: bool) -> Result<()> {
    let unsealed = app.db.read(Scope::System, async |tx| private::is_unsealed(tx).await.map_err(Error::from)).await?;
    if new_key || unsealed {
        renew_elsewhere(app, TenantId(uuid::Uuid::nil())).await?;
    }
    Ok(())
}

/// Seal the values of a tenant anew.
#[derive(Serialize, Deserialize)]
pub(crate) struct Renew {}

impl Work for Renew {
    const KIND: &'static str = "seal.renew";
    const QUEUE: &'static str = "upkeep";
    const PLAN: Plan = Plan { tries: 5, wait: Wait::Doubling(SECOND, 60 * SECOND), longest: Duration::from_hours(6) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let total = app.db.read(turn.tenant, async |tx| private::count(tx).await).await?.max(1);
        let mut done = 0;
        for table in private::Table::ALL {
            let mut after = uuid::Uuid::nil();
            loop {
                let step = app.db.transact(turn.tenant, async |tx| private::renew(tx, table, after).await).await?;
                done += step.seen;
                turn.progress((done * 100 / total).min(99)).await?;
                match step.last {
                    Some(last) => after = last,
                    None => break,
                }
            }
        }
        secrets(&app, turn.tenant).await?;
        crate::providers::reseal(&app, turn.tenant).await?;
        crate::webhooks::reseal(&app, turn.tenant).await?;
        crate::payments::connections::reseal(&app, turn.tenant).await?;
        crate::payments::notices::reseal(&app, turn.tenant).await?;
        crate::sandbox::reseal(&app, turn.tenant).await?;
        crate::identity::captcha::reseal(&app, turn.tenant).await?;
        Ok(())
    }
}

/// What authenticator apps share with us.
async fn secrets(app: &App, tenant: TenantId) -> Result<()> {
    let all = app.db.read(tenant, async |tx| factors::sealed(tx).await.map_err(Error::from)).await?;
    for (id, old) in all.into_iter().filter(|(_, secret)| !app.seal.is_current(secret) && app.seal.holds(secret)) {
        let about = crate::identity::factors::place(id);
        let new = app.seal.seal(&about, &Zeroizing::new(app.seal.open(&about, &old)?))?;
        app.db.transact(tenant, async |tx| factors::reseal(tx, id, (old, new)).await.map_err(Error::from)).await?;
    }
    Ok(())
}
