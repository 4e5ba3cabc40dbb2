//! Find people: the list and its CSV export.

use axum::extract::State;
use purser_core::access::{RoleKey, can};
use purser_core::people::{Status, is_like_phone};
use purser_core::text::terms;
use purser_service::{App, people};
use purser_store::people::Filter;

use super::views::UserView;
use crate::Result;
use crate::extract::{Allowed, Any, Query, When};
use crate::list_query;
use crate::reply::{Csv, Rows};

list_query! {
    /// Which people.
    UsersQuery {
        /// Any of these roles.
        role: Any<RoleKey>,
        /// Any of these standings; left out: all but deleted.
        status: Any<Status>,
        /// Any of these countries, two letters each.
        country: Any<String>,
        /// Made at or after this instant.
        from: Option<When>,
        /// Made before this instant.
        to: Option<When>,
    }
}

impl UsersQuery {
    fn filter(&self) -> Filter {
        let phone = self.search().filter(|text| is_like_phone(text)).map(str::to_owned);
        Filter {
            roles: self.role.0.clone(),
            statuses: self.status.0.clone(),
            countries: self.country.0.iter().map(|country| country.to_ascii_uppercase()).collect(),
            from: self.from.map(When::instant),
            to: self.to.map(When::instant),
            words: if phone.is_some() { Vec::new() } else { self.search().map(terms).unwrap_or_default() },
            phone,
        }
    }
}

pub(crate) async fn list_users(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadUser>,
    Query(query): Query<UsersQuery>,
) -> Result<Rows<UserView>> {
    let page = query.page()?;
    let (listing, total) = people::list(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(UserView::from), &page, total))
}

pub(crate) async fn export_users(State(app): State<App>, Allowed(by): Allowed<can::ExportUser>, Query(query): Query<UsersQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "people.csv", body: people::export(&app, &by, query.filter(), sort).await? })
}
