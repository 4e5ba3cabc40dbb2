//! What a key may do, re-read whenever an account or a key changed; how often it was used, written down from time to time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use moka::sync::Cache;
use parking_lot::Mutex;
use purser_core::access::{Actor, Assurance, Caller, Device, Grant, Held, Origin, Permission, Permissions};
use purser_core::ids::{KeyId, TenantId, UserId};
use purser_core::network::Network;
use purser_core::people::Status;
use purser_core::{Error, Result, Timestamp};
use purser_store::{Scope, Tx, keys as store};

use crate::App;
use crate::access;
use crate::audit::{self, Line};
use crate::identity::tokens;
use crate::limits::{self, Limit};

/// Keys remembered at once.
const REMEMBERED: u64 = 10_000;

/// What is known of keys.
pub struct Keys {
    cache: Cache<Vec<u8>, Known>,
    /// By key and address.
    used: Mutex<HashMap<(KeyId, Option<String>), Use>>,
}

struct Use {
    actor: Arc<Actor>,
    user_agent: Option<String>,
    at: Timestamp,
}

#[derive(Clone)]
struct Known {
    actor: Arc<Actor>,
    id: KeyId,
    rate: i64,
    networks: Vec<Network>,
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
    let from = origin.ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok());
    if !known.networks.is_empty() && !from.is_some_and(|ip| known.networks.iter().any(|network| network.holds(ip))) {
        return Err(Error::Refused("key_not_from_here", "This API key may not be used from this address.".into()));
    }
    limits::take(&*app.counters, &format!("key:{}", known.id), Limit { calls: known.rate, span_s: 60 }, now).await?;
    let last = Use { actor: known.actor.clone(), user_agent: origin.user_agent.clone(), at: now };
    app.keys.used.lock().insert((known.id, origin.ip.clone()), last);
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
    // What can not be read any more is no network: such a key works from nowhere rather than from anywhere.
    let networks = row.networks.split_whitespace().map(|text| text.parse().unwrap_or(Network::NOWHERE)).collect();
    Ok(Known { actor: Arc::new(actor), id: row.id, rate: row.rate, networks, expires_at: row.expires_at, stands_until: stand.until, as_of })
}

/// Write down when keys were last used, and the first use of a day from an address into the log.
pub async fn flush(app: &App) -> Result<()> {
    let used = std::mem::take(&mut *app.keys.used.lock());
    let mut tenants: HashMap<TenantId, Vec<_>> = HashMap::new();
    for (of, last) in used {
        tenants.entry(last.actor.tenant).or_default().push((of, last));
    }
    for (tenant, mut keys) in tenants {
        // In one order, so that two processes never wait for each other.
        keys.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        app.db
            .transact(tenant, async |tx| {
                for ((id, ip), last) in &keys {
                    store::used(tx, *id, last.at, ip.clone()).await?;
                    let day = last.at.to_utc().date_naive().to_string();
                    if store::used_from(tx, *id, ip.clone().unwrap_or_default(), day).await? {
                        first_of_day(tx, app, (*id, ip.clone()), last);
                    }
                }
                Ok::<_, Error>(())
            })
            .await?;
    }
    Ok(())
}

/// A line in the log, in the name of the key itself.
fn first_of_day(tx: &mut Tx, app: &App, (id, ip): (KeyId, Option<String>), last: &Use) {
    let origin = Origin { ip, user_agent: last.user_agent.clone(), ..Origin::default() };
    let by = Grant::noted(last.actor.clone(), Arc::new(origin), last.at, &app.ids);
    let owner = last.actor.user().map_or_else(|| id.uuid(), UserId::uuid);
    audit::record(tx, &by, Line::new("key.use", "user", owner, last.actor.name.clone()).after(&serde_json::json!({ "keyId": id })));
}
