//! A sealed way in, for the day nobody else gets in: a code on paper opens an owner's account once and for an hour. It rings: a line in the
//! log, a mail to every owner, a notice to open pages, a banner for as long as it lasts. Used, it has to be sealed anew.

use std::sync::Arc;

use purser_core::access::{Grant, Origin, Role, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{SessionId, TenantId, UserId};
use purser_core::mail::Template;
use purser_core::people::Status;
use purser_core::time::HOUR;
use purser_core::{Error, Result};
use purser_store::break_glass::{self as store, Envelope, Opening};
use purser_store::users::{self, User};
use purser_store::{Scope, Tx, people, sessions};

use super::sign_in::{self, Entry, SignedIn};
use super::{policy, recover, step_up, tokens, totp};
use crate::audit::{self, Line};
use crate::mail::{self, Draft};
use crate::{App, events};

/// How long it stays open.
pub const OPEN_FOR: i64 = HOUR;

/// Longest code taken, dashes included.
const LONGEST: usize = 100;

/// A code that was sealed, shown this once.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// What is known of it.
    pub envelope: Envelope,
    /// To be written down and locked away.
    pub code: String,
}

/// One answer for every reason: unknown, used, void.
fn refused() -> Error {
    Error::Unauthenticated("bad_code", "This code opens nothing.".into())
}

/// The code without what people put between its signs.
fn hash(code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    tokens::hash(&plain.to_ascii_uppercase())
}

/// Seal a code; one sealed before and not used is void.
pub async fn seal(app: &App, by: &Grant<can::ManageBreakGlass>) -> Result<Sealed> {
    step_up::demand(app, by).await?;
    let secret: [u8; 20] = rand::random();
    let code: Vec<String> = totp::base32(&secret).as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    let code = code.join("-");
    let hashed = hash(&code);
    let envelope = app
        .db
        .transact(by, async |tx| {
            tx.alone("break_glass").await?;
            let user = account(tx, by).await?;
            store::void(tx, by.now()).await?;
            let envelope = Envelope {
                id: by.id(),
                tenant_id: by.tenant(),
                user_id: user,
                sealed_at: by.now(),
                sealed_by: by.user().map(UserId::uuid),
                sealed_by_name: by.actor().name.clone(),
                void_at: None,
                opened_at: None,
                reason: None,
                ip: None,
                session_id: None,
                until: None,
                closed_at: None,
            };
            store::insert(tx, &envelope, hashed).await?;
            audit::record(tx, by, Line::new("break_glass.seal", "user", user.uuid(), NAME.join(" ")));
            events::emit(tx, by, Topic::User, "break_glass_sealed", user.uuid());
            Ok::<_, Error>(envelope)
        })
        .await?;
    Ok(Sealed { envelope, code })
}

/// What the account is called.
const NAME: [&str; 2] = ["Sealed", "Access"];

/// The account a code opens: made with the first one, without a password, locked while it is not in use.
async fn account(tx: &mut Tx, by: &Grant<can::ManageBreakGlass>) -> Result<UserId> {
    if let Some(known) = store::account(tx).await? {
        return Ok(known);
    }
    let (id, now): (UserId, _) = (by.id(), by.now());
    let user = User {
        role: Role::Owner.key(),
        status: Status::Locked,
        email_verified: true,
        locked_at: Some(now),
        lock_reason: Some("sealed".into()),
        ..User::new((id, by.tenant()), &format!("sealed-{id}@break-glass.invalid"), (NAME[0], NAME[1]), now)
    };
    users::insert(tx, std::slice::from_ref(&user)).await?;
    store::set_in_use(tx, id, false, now).await?;
    audit::record(tx, by, Line::new("user.create", "user", id.uuid(), NAME.join(" ")));
    events::emit(tx, by, Topic::User, "created", id.uuid());
    Ok(id)
}

/// Sealed codes of the tenant, newest first.
pub async fn list(app: &App, by: &Grant<can::ManageBreakGlass>) -> Result<Vec<Envelope>> {
    app.db.read(by, async |tx| store::list(tx).await.map_err(Error::from)).await
}

/// The one that is open now, for the banner.
pub async fn alarm(app: &App, tenant: TenantId) -> Result<Option<Envelope>> {
    let now = app.clock.now();
    let open = app.db.read(tenant, async |tx| store::open(tx).await.map_err(Error::from)).await?;
    Ok(open.filter(|envelope| envelope.until.is_some_and(|until| until > now)))
}

/// Open it.
pub async fn open(app: &App, code: &str, reason: &str, origin: Arc<Origin>) -> Result<SignedIn> {
    Checks::new().length("code", code, LONGEST).text("reason", reason, 500).done()?;
    recover::count_try(app, &origin).await?;
    let hashed = hash(code);
    let found = app.db.read(Scope::System, async |tx| store::find_by_hash(tx, &hashed).await.map_err(Error::from)).await?;
    let envelope = found.filter(|found| found.opened_at.is_none() && found.void_at.is_none()).ok_or_else(refused)?;
    let (now, tenant) = (app.clock.now(), envelope.tenant_id);
    let (until, policy) = (now.plus(OPEN_FOR), policy::of(app, tenant).await?);
    let begun = app
        .db
        .transact(tenant, async |tx| {
            tx.alone("break_glass").await?;
            store::set_in_use(tx, envelope.user_id, true, now).await?;
            let user = users::find(tx, envelope.user_id).await?.ok_or_else(refused)?;
            let by = sign_in::as_themselves(app, &user, &origin)?;
            let entry = Entry { user: user.clone(), remembered: false, method: "break_glass", proved: true, origin: origin.clone() };
            let begun = sign_in::enter_until(tx, app, entry, (&policy, until)).await?;
            let opening = Opening { at: now, reason: reason.trim().to_owned(), ip: origin.ip.clone(), session: begun.session(), until };
            if !store::mark_opened(tx, envelope.id, &opening).await? {
                return Err(refused());
            }
            audit::record(tx, &by, Line::new("break_glass.open", "user", user.id.uuid(), user.name()).reason(opening.reason));
            events::emit(tx, &by, Topic::User, "break_glass_opened", user.id.uuid());
            ring(tx, &by, user.id).await?;
            Ok::<_, Error>(begun)
        })
        .await?;
    tracing::error!(tenant = %tenant, "break_glass_opened");
    sign_in::finish(app, begun)
}

/// A mail to every owner.
async fn ring<P>(tx: &mut Tx, by: &Grant<P>, sealed: UserId) -> Result<()> {
    for id in people::owners_alone(tx).await?.into_iter().filter(|id| *id != sealed) {
        if let Some(owner) = users::find(tx, id).await? {
            mail::write(tx, by, Draft { to: &owner, template: Template::BreakGlass, link: None }).await?;
        }
    }
    Ok(())
}

/// Close it before its time.
pub async fn close(app: &App, by: &Grant<can::ManageBreakGlass>) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let open = store::open(tx).await?.ok_or_else(|| Error::conflict("not_open", "Nothing is open."))?;
            end(tx, by, &open, "break_glass.close").await
        })
        .await
}

async fn end<P>(tx: &mut Tx, by: &Grant<P>, envelope: &Envelope, action: &'static str) -> Result<()> {
    if !store::close(tx, envelope.id, by.now()).await? {
        return Ok(());
    }
    sessions::end_all(tx, envelope.user_id, None, by.now(), "break_glass").await?;
    store::set_in_use(tx, envelope.user_id, false, by.now()).await?;
    audit::record(tx, by, Line::new(action, "user", envelope.user_id.uuid(), NAME.join(" ")));
    events::emit(tx, by, Topic::User, "break_glass_closed", envelope.user_id.uuid());
    if let Some(session) = envelope.session_id {
        events::emit(tx, by, Topic::Session, "ended", SessionId(session).uuid());
    }
    Ok(())
}

/// Close what has been open for its time; the session itself ended by then.
pub(crate) async fn lapse(app: &App) -> Result<()> {
    let now = app.clock.now();
    let over = app.db.read(Scope::System, async |tx| store::lapsed(tx, now).await.map_err(Error::from)).await?;
    for envelope in over {
        let by = Grant::<can::ManageBreakGlass>::system(envelope.tenant_id, now, &app.ids);
        app.db.transact(&by, async |tx| end(tx, &by, &envelope, "break_glass.lapse").await).await?;
    }
    Ok(())
}
