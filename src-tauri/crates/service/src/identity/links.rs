//! Links in mails that work once.
//!
//! The secret of a link is random. Its row has the hash, by which it is found, and the secret sealed under a key that is not in the database;
//! the job that sends the mail has the id of the mail, and the mail the id of the link. Used, replaced or forgotten, the sealed secret is gone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use purser_core::access::{Grant, Origin};
use purser_core::error::Checks;
use purser_core::ids::LinkId;
use purser_core::people::{Purpose, Status, email_key};
use purser_core::{Error, Result};
use purser_store::links::{self as store, Link};
use purser_store::users::User;
use purser_store::{Scope, Tx, users};

use super::tokens;
use crate::App;

/// Longest secret taken; ours have 43 characters.
pub(crate) const LONGEST: usize = 100;

fn place(id: LinkId) -> String {
    format!("link:{id}")
}

/// The secret of a link that still works.
pub(crate) fn secret(app: &App, link: &Link) -> Result<Option<String>> {
    let Some(sealed) = &link.sealed else { return Ok(None) };
    Ok(Some(URL_SAFE_NO_PAD.encode(app.seal.open(&place(link.id), sealed)?)))
}

/// How a secret is looked up.
fn hash(secret: &str) -> Vec<u8> {
    tokens::hash(secret)
}

/// Make a link for a person; those made before for the same purpose stop working.
pub(crate) async fn make<P>(app: &App, tx: &mut Tx, by: &Grant<P>, (user, purpose): (&User, Purpose)) -> Result<LinkId> {
    make_for(app, tx, by, (user, purpose, &user.email)).await
}

/// The same for an address that is not the one of their account.
pub(crate) async fn make_for<P>(app: &App, tx: &mut Tx, by: &Grant<P>, (user, purpose, email): (&User, Purpose, &str)) -> Result<LinkId> {
    let id: LinkId = by.id();
    let secret: [u8; 32] = rand::random();
    let link = Link {
        id,
        tenant_id: user.tenant_id,
        user_id: user.id,
        purpose,
        email_key: email_key(email),
        token_hash: hash(&URL_SAFE_NO_PAD.encode(secret)),
        sealed: Some(app.seal.seal(&place(id), &secret)?),
        created_at: by.now(),
        expires_at: by.now().plus(purpose.life()),
        used_at: None,
        replaced_at: None,
    };
    store::replace(tx, user.id, purpose, by.now()).await?;
    store::insert(tx, &link).await?;
    Ok(id)
}

/// One answer for every reason: unknown, used, replaced, run out, or for another address than the person has now.
pub(crate) fn bad() -> Error {
    Error::invalid("token", "bad_link", "This link does not work any more. Ask for a new one.")
}

/// The link with this secret and the person it was sent to, whether or not it still works.
pub(crate) async fn known(app: &App, token: &str, purpose: Option<Purpose>) -> Result<Option<(Link, User)>> {
    if token.is_empty() || token.len() > LONGEST {
        return Ok(None);
    }
    let hash = hash(token);
    let link = app.db.read(Scope::System, async |tx| store::find_by_hash(tx, &hash).await.map_err(Error::from)).await?;
    let Some(link) = link.filter(|link| purpose.is_none_or(|purpose| purpose == link.purpose)) else { return Ok(None) };
    let user = app.db.read(link.tenant_id, async |tx| users::find(tx, link.user_id).await.map_err(Error::from)).await?;
    // Whoever came in may have changed the address at once: the one that was told may still say so.
    // And one to another address is for an address that is not theirs yet.
    let elsewhere = matches!(link.purpose, Purpose::Disown | Purpose::NewAddress);
    let theirs = |user: &User| elsewhere || email_key(&user.email) == link.email_key;
    Ok(user.filter(theirs).map(|user| (link, user)))
}

/// The same, if it works and the account may use it.
pub(crate) async fn working(app: &App, token: &str, purpose: Purpose) -> Result<(Link, User)> {
    let now = app.clock.now();
    let found = known(app, token, Some(purpose)).await?;
    let found = found.filter(|(link, user)| link.works(now) && fits(purpose, user.status)).ok_or_else(bad)?;
    match app.db.read(found.1.tenant_id, async |tx| crate::tenants::shut(tx, found.1.tenant_id).await).await? {
        Some(refusal) => Err(refusal),
        None => Ok(found),
    }
}

/// Whether an account of this standing may use a link of this purpose.
fn fits(purpose: Purpose, status: Status) -> bool {
    match purpose {
        Purpose::Invitation => status == Status::Invited,
        Purpose::Reset | Purpose::Disown | Purpose::NewAddress => status == Status::Active,
        Purpose::Verification => matches!(status, Status::Active | Status::Invited),
    }
}

/// What a page may know of a link before anything is done with it.
#[derive(Clone, Debug)]
pub struct About {
    /// What it is good for.
    pub purpose: Purpose,
    /// The address it was sent to.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Name of the business.
    pub business: String,
    /// When it stops working.
    pub expires_at: purser_core::Timestamp,
}

/// What a link is good for, if it works. Nothing is used up by asking.
pub async fn about(app: &App, token: &str, origin: &Origin) -> Result<Option<About>> {
    Checks::new().length("token", token, LONGEST).done()?;
    super::recover::count_try(app, origin).await?;
    let now = app.clock.now();
    let Some((link, user)) = known(app, token, None).await? else { return Ok(None) };
    if !link.works(now) || !fits(link.purpose, user.status) {
        return Ok(None);
    }
    let tenant = app.db.read(link.tenant_id, async |tx| purser_store::tenants::find(tx, link.tenant_id).await.map_err(Error::from)).await?;
    let business = tenant.map(|tenant| tenant.name).unwrap_or_default();
    let email = if link.purpose == Purpose::NewAddress { link.email_key } else { user.email };
    Ok(Some(About { purpose: link.purpose, email, first_name: user.first_name, business, expires_at: link.expires_at }))
}
