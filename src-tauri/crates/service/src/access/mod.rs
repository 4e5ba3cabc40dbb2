//! Rights as data: the roles of a tenant and what its people hold beyond them.
//!
//! Rules only. What a role may hold and how powers add up is `purser_core::access`; statements live in `purser_store::roles`.

mod beyond;
pub mod explain;
pub mod impersonation;
pub mod policies;
mod ranks;
pub mod review;
pub mod rights;
mod roles;
pub mod watch;

pub(crate) use ranks::Ranks;
pub use roles::{Affected, Change, Effect, NewRole, Overview, create, delete, list, preview, read, update};

use std::sync::Arc;

use moka::sync::Cache;
use purser_core::access::{Held, RoleBook, RoleKey, Under};
use purser_core::events::Topic;
use purser_core::ids::{TenantId, UserId};
use purser_core::{Error, Result, Timestamp};
use purser_store::roles as store;

use crate::App;

/// Tenants whose roles are remembered at once.
const REMEMBERED: u64 = 1_000;

/// The roles of each tenant, remembered until one changes.
pub struct Books {
    cache: Cache<TenantId, (u64, Arc<RoleBook>)>,
}

impl Default for Books {
    fn default() -> Self {
        Self { cache: Cache::new(REMEMBERED) }
    }
}

/// The roles of `tenant` as they are now.
pub async fn book(app: &App, tenant: TenantId) -> Result<Arc<RoleBook>> {
    // Read before the database is asked: a change that comes in between makes the answer stale, never wrong.
    let as_of = app.db.version(Topic::Role);
    if let Some((known, book)) = app.books.cache.get(&tenant)
        && known == as_of
    {
        return Ok(book);
    }
    let book = Arc::new(app.db.read(tenant, async |tx| store::book(tx).await.map_err(Error::from)).await?);
    app.books.cache.insert(tenant, (as_of, book.clone()));
    Ok(book)
}

/// What somebody may do at this moment. Whoever acts for a person, a session of theirs or a key, has it from here and nowhere else.
pub(crate) struct Stand {
    /// What they hold.
    pub(crate) held: Held,
    /// Until when that stands if nobody changes anything.
    pub(crate) until: Option<Timestamp>,
    /// The policies they stand under.
    pub(crate) under: Under,
    /// The roles of their tenant.
    pub(crate) book: Arc<RoleBook>,
}

/// What can change where somebody stands.
pub(crate) const TOPICS: [Topic; 6] = [Topic::User, Topic::Session, Topic::Role, Topic::Policy, Topic::Setting, Topic::Tenant];

/// Where a person of `role` stands; nowhere while their tenant is shut.
pub(crate) async fn stand(app: &App, who: (TenantId, UserId), role: RoleKey, now: Timestamp) -> Result<Stand> {
    if let Some(refusal) = policies::hall(app, who.0).await?.state.refusal() {
        return Err(refusal);
    }
    let (held, until) = rights::held(app, who, role, now).await?;
    Ok(Stand { held, until, under: under(app, who, role).await?, book: book(app, who.0).await? })
}

/// The policies a person stands under who acts in `role`.
pub(crate) async fn under(app: &App, who: (TenantId, UserId), role: RoleKey) -> Result<Under> {
    let (book, hall) = (book(app, who.0).await?, policies::hall(app, who.0).await?);
    Ok(Under::law(Arc::new(policies::Session::new(who, (role, &book), hall, app.watch.clone()))))
}

/// Everything `user` holds at this moment.
pub async fn held(app: &App, user: &purser_store::users::User) -> Result<Held> {
    Ok(rights::held(app, (user.tenant_id, user.id), user.role, app.clock.now()).await?.0)
}
