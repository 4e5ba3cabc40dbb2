//! Who tried to sign in, and which accounts are locked for it.

use purser_core::access::{Grant, can};
use purser_core::ids::UserId;
use purser_core::{Error, Result, Timestamp};
use purser_store::lockouts::{self, Lockout};
use purser_store::page::COUNT_LIMIT;
use purser_store::sign_ins::{self as store, Filter, SignIn};
use purser_store::{Listing, Page, users};

use super::lockout::{Account, factor_account};
use crate::App;

/// A page, and how many there are and whether that is exact, unless a cursor was given.
type Counted = (Listing<SignIn>, Option<(i64, bool)>);

/// A page of attempts, newest first, and how many there are unless a cursor was given.
pub async fn list(app: &App, by: &Grant<can::ReadSignIn>, filter: &Filter, page: &Page) -> Result<Counted> {
    app.db
        .read(by, async |tx| {
            let listing = store::list(tx, filter, page).await?;
            let total = if page.after.is_none() { Some(store::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((listing, total))
        })
        .await
}

/// A page of the attempts on one account.
pub async fn list_of(app: &App, by: &Grant<can::ReadSignIn>, (id, search): (UserId, Option<&str>), page: &Page) -> Result<Counted> {
    app.db.read(by, async |tx| users::find(tx, id).await?.ok_or(Error::NotFound("user"))).await?;
    let search = search.map(str::to_owned);
    list(app, by, &Filter { users: vec![id], search, ..Filter::default() }, page).await
}

/// What too many failures have locked of one account.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Until when somebody is kept out, from somewhere at least.
    pub locked_until: Option<Timestamp>,
    /// Until when its second factors are locked.
    pub factors_locked_until: Option<Timestamp>,
    /// From where it was tried; an empty address is everywhere.
    pub entries: Vec<Lockout>,
}

/// Whether an account is locked for failures; unlocking is `unlock` of people.
pub async fn standing(app: &App, by: &Grant<can::ReadSignIn>, id: UserId) -> Result<Standing> {
    let now = by.now();
    app.db
        .read(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            let entries = lockouts::of_own(tx, Account::of(&user).names()).await?;
            let factors = lockouts::of(tx, &factor_account(id)).await?;
            let until = |rows: &[Lockout]| rows.iter().filter_map(|row| row.locked_until).filter(|until| *until > now).max();
            Ok(Standing { locked_until: until(&entries), factors_locked_until: until(&factors), entries })
        })
        .await
}
