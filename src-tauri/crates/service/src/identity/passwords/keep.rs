//! A new password on its way into an account: looked over, compared with the last ones, hashed, put in force.

use purser_core::access::Grant;
use purser_core::ids::{TenantId, UserId};
use purser_core::{Error, Result};
use purser_store::passwords::{self as store, Standing};
use purser_store::users::User;
use purser_store::{Tx, tenants, users};
use uuid::Uuid;

use super::Policy;
use crate::App;

/// A password that may be put in force.
pub(crate) struct Fresh {
    pub(crate) hash: String,
    history: i64,
}

impl Fresh {
    /// A hash of a password that was looked over elsewhere, under the usual policy.
    pub(crate) fn of(hash: String) -> Self {
        Self { hash, history: Policy::default().history }
    }
}

/// Look over a new password of `user`, whose tenant's policy counts, and hash it. Compares with the present and the last ones.
pub(crate) async fn prepare(app: &App, user: &User, field: &str, password: String) -> Result<Fresh> {
    let (tenant, before) = app
        .db
        .read(user.tenant_id, async |tx| {
            let tenant = tenants::find(tx, user.tenant_id).await?.ok_or(Error::NotFound("tenant"))?;
            let history = Policy::of(&tenant).history;
            Ok::<_, Error>((tenant, store::history(tx, user.id, history).await?))
        })
        .await?;
    let policy = Policy::of(&tenant);
    let about = [user.email.as_str(), &user.first_name, &user.last_name, &tenant.name];
    super::check((&policy, &app.passwords.breached), field, &password, &about)?;
    let mut hashes: Vec<String> = user.password_hash.iter().cloned().collect();
    hashes.extend(before.into_iter().filter(|hash| Some(hash) != user.password_hash.as_ref()));
    hashes.truncate(usize::try_from(policy.history).unwrap_or(5));
    for hash in hashes {
        if app.passwords.verify(password.clone(), Some(hash)).await? {
            let message = format!("This is one of the last {} passwords. Choose one that was not used before.", policy.history);
            return Err(Error::invalid(field, "reused", message));
        }
    }
    Ok(Fresh { hash: app.passwords.hash(password).await?, history: policy.history })
}

/// Look over the first password of somebody who is not here yet, and hash it.
pub(crate) async fn first(app: &App, tenant: TenantId, (field, password): (&str, String), about: &[&str]) -> Result<Fresh> {
    let found = app.db.read(tenant, async |tx| tenants::find(tx, tenant).await.map_err(Error::from)).await?;
    let found = found.ok_or(Error::NotFound("tenant"))?;
    let policy = Policy::of(&found);
    let about: Vec<&str> = about.iter().copied().chain([found.name.as_str()]).collect();
    super::check((&policy, &app.passwords.breached), field, &password, &about)?;
    Ok(Fresh { hash: app.passwords.hash(password).await?, history: policy.history })
}

/// Put a password in force. `must_change`: somebody else knows it, so its person has to choose another before anything else.
pub(crate) async fn put<P>(tx: &mut Tx, by: &Grant<P>, user: UserId, fresh: &Fresh, must_change: bool) -> Result<()> {
    users::set_password(tx, user, fresh.hash.clone(), by.now()).await?;
    note(tx, by, user, fresh, must_change).await
}

/// The same for an account that was just made with it.
pub(crate) async fn note<P>(tx: &mut Tx, by: &Grant<P>, user: UserId, fresh: &Fresh, must_change: bool) -> Result<()> {
    let who = (by.tenant(), user);
    store::changed(tx, who, Standing { changed_at: by.now(), must_change }).await?;
    store::keep(tx, by.id::<Uuid>(), who, (&fresh.hash, by.now()), fresh.history).await?;
    Ok(())
}
