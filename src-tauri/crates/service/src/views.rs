//! Saved views: a filter of a list with a name. One's own, and those the team shares.

use purser_core::access::{Grant, Permission, can};
use purser_core::error::Checks;
use purser_core::ids::{UserId, ViewId};
use purser_core::{Error, Patch, Result};
use purser_store::Tx;
use purser_store::views::{self as store, View};

use crate::App;
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};

/// Views one person may keep.
const MOST: i64 = 200;

/// A view about to be kept.
#[derive(Clone, Debug)]
pub struct NewView {
    /// The list it belongs to: `orders`.
    pub area: String,
    /// What people call it.
    pub name: String,
    /// The query string of the list.
    pub query: String,
    /// Whether the whole team sees it.
    pub shared: bool,
}

/// A change of a view: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What people call it.
    pub name: Patch<String>,
    /// The query string of the list.
    pub query: Patch<String>,
    /// Whether the whole team sees it.
    pub shared: Patch<bool>,
}

fn person(by: &Grant<can::ReadSelf>) -> Result<UserId> {
    by.user().ok_or(Error::Refused("not_a_person", "Views belong to people.".into()))
}

fn may_share(by: &Grant<can::ReadSelf>) -> Result<()> {
    if by.actor().may(Permission::ShareView) { Ok(()) } else { Err(Error::Forbidden(Permission::ShareView.as_str())) }
}

fn check(area: &str, name: &str, query: &str) -> Result<()> {
    let mut checks = Checks::new();
    let plain = (1..=40).contains(&area.len()) && area.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    checks.that(plain, "area", "not_valid", "The name of a list, such as orders.");
    checks.text("name", name, 100).length("query", query, 2_000);
    checks.done()
}

/// The views the caller sees in `area`, or everywhere.
pub async fn list(app: &App, by: &Grant<can::ReadSelf>, area: Option<&str>) -> Result<Vec<View>> {
    let user = person(by)?;
    app.db.read(by, async |tx| store::list(tx, user, area.unwrap_or_default()).await.map_err(Error::from)).await
}

/// Keep a view, once for each key.
pub async fn create(app: &App, by: &Grant<can::ReadSelf>, view: NewView, once: Option<Once<View>>) -> Result<Outcome<View>> {
    let owner_id = person(by)?;
    let name = view.name.trim().to_owned();
    check(&view.area, &name, &view.query)?;
    if view.shared {
        may_share(by)?;
    }
    let NewView { area, query, shared, .. } = view;
    let view = View { id: by.id(), owner_id, owner: by.actor().name.clone(), area, name, query, shared, created_at: by.now() };
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), view.id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            if store::count(tx, owner_id).await? >= MOST {
                return Err(Error::conflict("too_many", format!("You have {MOST} views already. Remove one first.")));
            }
            store::insert(tx, &view).await?;
            if view.shared {
                audit::record(tx, by, Line::new("view.share", "view", view.id.uuid(), view.name.clone()));
            }
            idempotency::finish(tx, once.as_ref(), view).await
        })
        .await
}

/// The view, if the caller may change it: their own, or a shared one if they may share.
async fn held(tx: &mut Tx, by: &Grant<can::ReadSelf>, id: ViewId) -> Result<View> {
    let view = store::find(tx, id).await?.ok_or(Error::NotFound("view"))?;
    if by.user() != Some(view.owner_id) {
        if !view.shared {
            return Err(Error::NotFound("view"));
        }
        may_share(by)?;
    }
    Ok(view)
}

/// Change a view.
pub async fn update(app: &App, by: &Grant<can::ReadSelf>, id: ViewId, change: Change) -> Result<View> {
    if change.name.is_keep() && change.query.is_keep() && change.shared.is_keep() {
        return Err(Error::invalid("body", "empty", "Name at least one field to change."));
    }
    let mut checks = Checks::new();
    checks.extend(change.name.never_clear("name")).extend(change.query.never_clear("query")).extend(change.shared.never_clear("shared")).done()?;
    app.db
        .transact(by, async |tx| {
            let before = held(tx, by, id).await?;
            let mut view = before.clone();
            change.name.apply(&mut view.name);
            change.query.apply(&mut view.query);
            change.shared.apply(&mut view.shared);
            view.name = view.name.trim().to_owned();
            check(&view.area, &view.name, &view.query)?;
            if view.shared && !before.shared {
                may_share(by)?;
                audit::record(tx, by, Line::new("view.share", "view", id.uuid(), view.name.clone()));
            }
            if store::update(tx, &view).await? { Ok(view) } else { Err(Error::NotFound("view")) }
        })
        .await
}

/// Forget a view.
pub async fn delete(app: &App, by: &Grant<can::ReadSelf>, id: ViewId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let view = held(tx, by, id).await?;
            store::delete(tx, id).await?;
            if view.shared {
                audit::record(tx, by, Line::new("view.delete", "view", id.uuid(), view.name));
            }
            Ok(())
        })
        .await
}
