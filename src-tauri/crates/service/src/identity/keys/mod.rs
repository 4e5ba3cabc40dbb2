//! API keys: for scripts, in the name of a person, with less than the person's rights and never more.

mod all;
mod authority;
mod warn;

pub use all::list_all;
pub use authority::{Keys, actor, flush};
pub(crate) use warn::Warn;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use purser_core::access::{Grant, Power, Right, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{KeyId, UserId};
use purser_core::mail::Notice;
use purser_core::network::Network;
use purser_core::time::{DAY, HOUR};
use purser_core::{Error, FieldError, Permission, Result};
use purser_store::keys::{self as store, ApiKey};
use purser_store::{Tx, users};

use super::sessions::own;
use super::{step_up, tokens};
use crate::audit::{self, Line};
use crate::mail::{self, News};
use crate::{App, events};

/// Keys in force a person may have.
const MOST: i64 = 50;
/// Networks a key may be used from.
const MOST_NETWORKS: usize = 20;
/// How every key begins.
pub const MARK: &str = "pk_";

/// A key to be made.
#[derive(Clone, Debug)]
pub struct New {
    /// What its owner calls it.
    pub name: String,
    /// What it may do at most.
    pub scopes: Vec<Permission>,
    /// Days it works.
    pub days: i64,
    /// Calls a minute.
    pub rate: i64,
    /// Networks it may be used from; none: from anywhere.
    pub networks: Vec<String>,
}

/// A key that was made, with its secret, which is shown this once.
#[derive(Clone, Debug)]
pub struct Made {
    /// The key.
    pub key: ApiKey,
    /// The whole of it.
    pub secret: String,
}

/// What a key was given, as the audit log keeps it.
fn facts(key: &ApiKey) -> serde_json::Value {
    serde_json::json!({ "name": key.name, "prefix": key.prefix, "scopes": key.scopes, "expiresAt": key.expires_at, "rate": key.rate, "networks": key.networks })
}

fn line(action: &'static str, owner: UserId, key: &ApiKey) -> Line {
    Line::new(action, "user", owner.uuid(), key.name.clone())
}

fn check<P>(by: &Grant<P>, new: &New) -> Result<Vec<Network>> {
    let mut checks = Checks::new();
    checks.text("name", &new.name, 60);
    checks.that(!new.scopes.is_empty(), "scopes", "required", "Name at least one permission.");
    checks.that(new.scopes.len() <= Permission::ALL.len(), "scopes", "too_many", "Name each permission once.");
    checks.that((1..=365).contains(&new.days), "expiresInDays", "out_of_range", "From 1 to 365 days.");
    checks.that((1..=10_000).contains(&new.rate), "ratePerMinute", "out_of_range", "From 1 to 10,000 calls a minute.");
    let missing = new.scopes.iter().enumerate().filter(|(_, scope)| !by.actor().held.has(Power::own(**scope)));
    let complaint =
        |(place, scope): (usize, &Permission)| FieldError::new(format!("scopes[{place}]"), "not_yours", format!("You do not hold {scope} yourself."));
    checks.extend(missing.take(10).map(complaint));
    checks.that(new.networks.len() <= MOST_NETWORKS, "allowedNetworks", "too_many", format!("At most {MOST_NETWORKS} networks."));
    let mut networks: Vec<Network> = Vec::new();
    for (place, text) in new.networks.iter().enumerate().take(MOST_NETWORKS) {
        if let Ok(network) = text.parse() {
            networks.push(network);
        } else {
            let message = "Write an address such as 203.0.113.7, or a network such as 203.0.113.0/24 or 2001:db8::/32.";
            checks.that(false, &format!("allowedNetworks[{place}]"), "not_a_network", message);
        }
    }
    checks.done()?;
    networks.sort_unstable();
    networks.dedup();
    Ok(networks)
}

/// Make a key of one's own.
pub async fn create(app: &App, by: &Grant<can::CreateKey>, new: New) -> Result<Made> {
    let (owner, _) = own(by)?;
    step_up::demand(app, by).await?;
    let networks: Vec<String> = check(by, &new)?.iter().map(ToString::to_string).collect();
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    app.db
        .transact(by, async |tx| {
            if store::in_force(tx, owner, by.now()).await? >= MOST {
                return Err(too_many());
            }
            let key = ApiKey {
                id: by.id(),
                tenant_id: by.tenant(),
                user_id: owner,
                name: new.name.trim().to_owned(),
                prefix: String::new(),
                scopes: scopes.join(" "),
                rate: new.rate,
                networks: networks.join(" "),
                created_at: by.now(),
                expires_at: by.now().plus(new.days * DAY),
                last_used_at: None,
                last_used_ip: None,
                revoked_at: None,
            };
            let made = write(tx, key, None).await?;
            audit::record(tx, by, line("key.create", owner, &made.key).after(&facts(&made.key)));
            events::emit(tx, by, Topic::Session, "key_created", made.key.id.uuid());
            told(tx, by, &made.key).await?;
            Ok(made)
        })
        .await
}

fn too_many() -> Error {
    Error::conflict("too_many_keys", format!("At most {MOST} keys in force. Revoke one first."))
}

/// Whoever's it is hears of it.
async fn told(tx: &mut Tx, by: &Grant<can::CreateKey>, key: &ApiKey) -> Result<()> {
    let user = users::find(tx, key.user_id).await?.ok_or(Error::NotFound("user"))?;
    mail::tell(tx, by, &user, News::of(Notice::KeyMade, key.name.clone())).await
}

/// Give a key its secret and store it.
async fn write(tx: &mut Tx, key: ApiKey, replaces: Option<KeyId>) -> Result<Made> {
    let (mark, secret): ([u8; 4], [u8; 32]) = (rand::random(), rand::random());
    let prefix = format!("{MARK}{}", hex::encode(mark));
    let secret = format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(secret));
    let key = ApiKey { prefix, ..key };
    store::insert(tx, &key, tokens::hash(&secret), replaces).await?;
    Ok(Made { key, secret })
}

/// One's own keys.
pub async fn list_own(app: &App, by: &Grant<can::CreateKey>) -> Result<Vec<ApiKey>> {
    let (owner, _) = own(by)?;
    authority::flush(app).await?;
    app.db.read(by, async |tx| store::of(tx, owner).await.map_err(Error::from)).await
}

/// The keys of another person.
pub async fn list_of(app: &App, by: &Grant<can::ManageKey>, owner: UserId) -> Result<Vec<ApiKey>> {
    authority::flush(app).await?;
    app.db
        .read(by, async |tx| {
            users::find(tx, owner).await?.ok_or(Error::NotFound("user"))?;
            Ok(store::of(tx, owner).await?)
        })
        .await
}

/// Revoke a key of one's own: it stops working with its next call.
pub async fn revoke_own(app: &App, by: &Grant<can::CreateKey>, id: KeyId) -> Result<()> {
    let (owner, _) = own(by)?;
    revoke(app, by, owner, id).await
}

/// Revoke a key of another person.
pub async fn revoke_of(app: &App, by: &Grant<can::ManageKey>, owner: UserId, id: KeyId) -> Result<()> {
    revoke(app, by, owner, id).await
}

async fn revoke<P: Right>(app: &App, by: &Grant<P>, owner: UserId, id: KeyId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let key = store::find(tx, owner, id).await?.ok_or(Error::NotFound("key"))?;
            if !store::revoke(tx, owner, id, by.now()).await? {
                return Ok(());
            }
            audit::record(tx, by, line("key.revoke", owner, &key).before(&facts(&key)));
            events::emit(tx, by, Topic::Session, "key_revoked", id.uuid());
            Ok(())
        })
        .await
}

/// Make a key anew: the next one takes over name, scopes, rate and lifetime, the old one works for `overlap_hours` more.
pub async fn rotate(app: &App, by: &Grant<can::CreateKey>, id: KeyId, overlap_hours: i64) -> Result<Made> {
    let (owner, _) = own(by)?;
    step_up::demand(app, by).await?;
    let overlap = (0..=168).contains(&overlap_hours);
    Checks::new().that(overlap, "overlapHours", "out_of_range", "From 0 to 168 hours.").done()?;
    app.db
        .transact(by, async |tx| {
            let old = store::find(tx, owner, id).await?.ok_or(Error::NotFound("key"))?;
            if old.revoked_at.is_some() || old.expires_at <= by.now() {
                return Err(Error::conflict("key_over", "This key works no more. Make a new one."));
            }
            // One more for the overlap; a key that is made anew again and again has no end.
            if store::in_force(tx, owner, by.now()).await? > MOST {
                return Err(too_many());
            }
            let lifetime = old.expires_at.since(old.created_at);
            let next = ApiKey {
                id: by.id(),
                created_at: by.now(),
                expires_at: by.now().plus(lifetime),
                last_used_at: None,
                last_used_ip: None,
                ..old.clone()
            };
            let made = write(tx, next, Some(id)).await?;
            store::shorten(tx, id, by.now().plus(overlap_hours * HOUR)).await?;
            audit::record(tx, by, line("key.rotate", owner, &made.key).before(&facts(&old)).after(&facts(&made.key)));
            events::emit(tx, by, Topic::Session, "key_rotated", id.uuid());
            told(tx, by, &made.key).await?;
            Ok(made)
        })
        .await
}
