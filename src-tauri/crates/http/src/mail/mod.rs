//! What was mailed to whom: the mailbox. Use cases are in `purser_service::mail`.

mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{MailId, UserId};
use purser_core::mail::{MailState, Template};
use purser_service::{App, mail};
use purser_store::mails::Filter;

use crate::Result;
use crate::extract::{Allowed, Any, Path, Query, When};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Data, Rows};
use views::{MailDetailView, MailView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/mailbox", get_with(list_mails, about("listMails", "mail", "What was mailed to whom, newest first")))
        .api_route("/mailbox/{id}", get_with(read_mail, about("getMail", "mail", "A mail with its text")))
}

list_query! {
    /// Which mails.
    MailQuery {
        /// In any of these states.
        state: Any<MailState>,
        /// Of any of these kinds.
        template: Any<Template>,
        /// To this person.
        user_id: Option<UserId>,
        /// Wanted at or after this instant.
        from: Option<When>,
        /// Wanted before this instant.
        to: Option<When>,
    }
}

async fn list_mails(State(app): State<App>, Allowed(by): Allowed<can::ReadMail>, Query(query): Query<MailQuery>) -> Result<Rows<MailView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = Filter {
        states: query.state.0,
        templates: query.template.0,
        user: query.user_id,
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
        search,
    };
    let (listing, total) = mail::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(MailView::from), &page, total))
}

async fn read_mail(State(app): State<App>, Allowed(by): Allowed<can::ReadMail>, Path(id): Path<MailId>) -> Result<Data<MailDetailView>> {
    Ok(Data(mail::read(&app, &by, id).await?.into()))
}
