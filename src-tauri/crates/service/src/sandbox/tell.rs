//! The sandbox tells: its messages are signed, and go through the same door as those of every other provider.

use purser_core::access::{Grant, can};
use purser_core::ids::{ConnectionId, MessageId, TenantId};
use purser_core::sandbox::MessageState;
use purser_core::time::SECOND;
use purser_core::{Error, Result, Timestamp};
use purser_store::sandbox_log::{self as log, Message};
use purser_store::sandbox_play::{self as store, Door};
use purser_store::{Scope, Tx};
use zeroize::Zeroizing;

use super::{demand_test, line, note, playground};
use crate::App;
use crate::payments::notices;
use crate::payments::remote::{NotTaken, RawMessage, Told};

/// Whoever takes a message up has so long for it.
const LEASE: i64 = 30 * SECOND;
/// How often a message is tried.
const TRIES: i64 = 6;

fn place(id: ConnectionId) -> String {
    format!("payment_connection:{id}")
}

/// What the tenant's sandbox signs with, made where there is none yet.
pub(super) async fn open_door<P>(app: &App, by: &Grant<P>, tx: &mut Tx) -> Result<()> {
    if store::door(tx).await?.is_some() {
        return Ok(());
    }
    let id: ConnectionId = by.id();
    let random: [u8; 32] = rand::random();
    let signing = random.iter().fold(Zeroizing::new(String::from("sandbox_")), |text, byte| Zeroizing::new(format!("{}{byte:02x}", *text)));
    let secret = app.seal.seal(&place(id), &Zeroizing::new(signing.as_bytes().to_vec()))?;
    store::open_door(tx, &Door { id, tenant_id: by.tenant(), secret }, by.now()).await?;
    Ok(())
}

fn signing(app: &App, door: &Door) -> Result<Zeroizing<String>> {
    let plain = Zeroizing::new(app.seal.open(&place(door.id), &door.secret)?);
    let text = std::str::from_utf8(&plain).map_err(|_| Error::internal("what the sandbox signs with can not be read"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// What came through the sandbox's door, if this connection is one.
pub(crate) async fn hear(
    app: &App,
    id: ConnectionId,
    (message, now): (&RawMessage, Timestamp),
) -> Result<Option<(TenantId, Result<Told, NotTaken>)>> {
    let found = app.db.read(Scope::System, async |tx| store::door_anywhere(tx, id).await.map_err(Error::from)).await?;
    let Some(door) = found else { return Ok(None) };
    let signing = signing(app, &door)?;
    Ok(Some((door.tenant_id, playground(app)?.read(message, &signing, now))))
}

/// Send what is due, of every tenant.
pub async fn deliver_due(app: &App) -> Result<()> {
    let now = app.clock.now();
    for message in app.db.read(Scope::System, async |tx| log::due(tx, now).await.map_err(Error::from)).await? {
        if let Err(error) = deliver(app, &message).await {
            tracing::warn!(%error, message = %message.id, "a message of the sandbox could not be sent; it is tried again");
        }
    }
    Ok(())
}

/// Send one message as often as it is to be sent, unless somebody else is at it.
async fn deliver(app: &App, message: &Message) -> Result<()> {
    let (tenant, now) = (message.tenant_id, app.clock.now());
    let taken = app.db.transact(tenant, async |tx| {
        let mine = log::take(tx, message, now.plus(LEASE)).await?;
        let door = if mine { store::door(tx).await? } else { None };
        Ok::<_, Error>(door)
    });
    let Some(door) = taken.await? else { return Ok(()) };
    let raw = playground(app)?.sign(&message.body, &signing(app, &door)?, now);
    let mut outcome = Ok(());
    for _ in 0..message.copies {
        outcome = outcome.and(notices::receive(app, door.id, raw.clone(), None).await.map(drop));
    }
    let tries = message.tries + 1;
    let after = match outcome {
        Ok(()) => (MessageState::Delivered, now, None),
        Err(error) if tries >= TRIES => (MessageState::Failed, now, Some(error.to_string())),
        Err(error) => (MessageState::Waiting, now.plus(tries * tries * SECOND), Some(error.to_string())),
    };
    app.db.transact(tenant, async |tx| log::done(tx, message.id, after, now).await.map_err(Error::from)).await
}

/// Send a message now, again or after all.
pub async fn send(app: &App, by: &Grant<can::PlaySandbox>, id: MessageId) -> Result<Message> {
    let find = async |tx: &mut Tx| log::message(tx, id).await?.ok_or(Error::NotFound("message"));
    let message = app
        .db
        .transact(by, async |tx| {
            demand_test(tx).await?;
            if !log::again(tx, id, by.now()).await? {
                return Err(Error::NotFound("message"));
            }
            let message = find(tx).await?;
            note(by, tx, line(by, "sandbox.send").after(&serde_json::json!({ "id": id, "kind": message.kind })));
            Ok(message)
        })
        .await?;
    deliver(app, &message).await?;
    app.db.read(by, find).await
}

/// Seal what a tenant's sandbox signs with anew, with the key that leads now.
pub(crate) async fn reseal(app: &App, tenant: TenantId) -> Result<()> {
    let door = app.db.read(tenant, async |tx| store::door(tx).await.map_err(Error::from)).await?;
    let Some(door) = door.filter(|door| !app.seal.is_current(&door.secret)) else { return Ok(()) };
    let new = app.seal.seal(&place(door.id), &Zeroizing::new(app.seal.open(&place(door.id), &door.secret)?))?;
    app.db.transact(tenant, async |tx| purser_store::gateways::reseal(tx, door.id, (door.secret, new)).await.map_err(Error::from)).await
}
