//! What a key may do, re-read whenever an account or a key changed; how often it was used, written down from time to time.

use std::collections::HashMap;
use std::sync::Arc;

use moka::sync::Cache;
use parking_lot::Mutex;
use purser_core::access::{Actor, Assurance, Caller, Device, Held, Origin, Permission, Permissions};
use purser_core::ids::{KeyId, TenantId};
use purser_core::people::Status;
use purser_core::{Error, Result, Timestamp};
use purser_store::{Scope, keys as store};

use crate::App;
use crate::access;
use crate::identity::tokens;
use crate::limits::{self, Limit};

/// Keys remembered at once.
const REMEMBERED: u64 = 10_000;

/// What is known of keys.
pub struct Keys {
    cache: Cache<Vec<u8>, Known>,
    used: Mutex<HashMap<KeyId, Use>>,
}

struct Use {
    tenant: TenantId,
    at: Timestamp,
    ip: Option<String>,
}

#[derive(Clone)]
struct Known {
    actor: Arc<Actor>,
    id: KeyId,
    rate: i64,
    expires_at: Timestamp,
    /// Until when this stands if nobody changes anything.
    stands_until: Option<Timestamp>,
    as_of: [u64; 6],
}

impl Default for Keys {
    fn default() -> Self {
        Self { cache: Cache::new(REMEMBERED), used: Mutex::default() }
    }
}

fn refused(code: &'static str, message: &'static str) -> Error {
    Error::Unauthenticated(code, message.into())
}

/// The party behind an API key, with what it may do now; counts the call.
pub async fn actor(app: &App, key: &str, origin: &Origin, now: Timestamp) -> Result<Arc<Actor>> {
    let hash = tokens::hash(key);
    let known = known(app, hash, now).await?;
    limits::take(&*app.counters, &format!("key:{}", known.id), Limit { calls: known.rate, span_s: 60 }, now).await?;
    let last = Use { tenant: known.actor.tenant, at: now, ip: origin.ip.clone() };
    app.keys.used.lock().insert(known.id, last);
    Ok(known.actor)
}

async fn known(app: &App, hash: Vec<u8>, now: Timestamp) -> Result<Known> {
    // Read before the database is asked: a change that comes in between makes the answer stale, never wrong.
    let as_of = access::TOPICS.map(|topic| app.db.version(topic));
    let stands = |known: &Known| known.as_of == as_of && known.stands_until.is_none_or(|until| until > now);
    let found = if let Some(known) = app.keys.cache.get(&hash).filter(stands) {
        known
    } else {
        let known = read(app, &hash, as_of, now).await?;
        app.keys.cache.insert(hash, known.clone());
        known
    };
    if found.expires_at <= now {
        return Err(refused("key_expired", "This API key has run out. Make a new one."));
    }
    Ok(found)
}

async fn read(app: &App, hash: &[u8], as_of: [u64; 6], now: Timestamp) -> Result<Known> {
    let row = app.db.read(Scope::System, async |tx| store::authority(tx, hash).await.map_err(Error::from)).await?;
    let row = row.ok_or_else(|| refused("bad_key", "There is no such API key."))?;
    if row.revoked_at.is_some() {
        return Err(refused("key_revoked", "This API key was revoked."));
    }
    if row.status != Status::Active {
        return Err(refused("key_owner_gone", "The account this API key belongs to can not be used."));
    }
    let scopes: Permissions = row.scopes.split(' ').filter_map(|scope| scope.parse::<Permission>().ok()).collect();
    let stand = access::stand(app, (row.tenant_id, row.user_id), row.role, now).await?;
    let actor = Actor {
        tenant: row.tenant_id,
        caller: Caller::Key(row.user_id, row.id),
        name: format!("{} {} (key {})", row.first_name, row.last_name, row.name),
        role: row.role,
        // What the owner lost, the key lost with it.
        held: stand.held.meet(Held { any: scopes, own: scopes }),
        assurance: Assurance::default(),
        device: Device::default(),
        under: stand.under,
        acting: None,
    };
    Ok(Known { actor: Arc::new(actor), id: row.id, rate: row.rate, expires_at: row.expires_at, stands_until: stand.until, as_of })
}

/// Write down when keys were last used.
pub async fn flush(app: &App) -> Result<()> {
    let used = std::mem::take(&mut *app.keys.used.lock());
    let mut tenants: HashMap<TenantId, Vec<(KeyId, Use)>> = HashMap::new();
    for (id, last) in used {
        tenants.entry(last.tenant).or_default().push((id, last));
    }
    for (tenant, keys) in tenants {
        app.db
            .transact(tenant, async |tx| {
                for (id, last) in keys {
                    store::used(tx, id, last.at, last.ip).await?;
                }
                Ok::<_, Error>(())
            })
            .await?;
    }
    Ok(())
}
