//! Newsletters, who wants them, and the page behind their last link. Use cases are in `purser_service::newsletters`.

mod consents;
mod door;
mod drafts;
mod suppressions;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::Router;
use axum::routing::get;
use purser_service::App;

use crate::openapi::about;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "newsletters", summary);
    ApiRouter::new()
        .api_route(
            "/newsletters",
            get_with(drafts::list, item("listNewsletters", "Newsletters, newest first"))
                .post_with(drafts::create, item("createNewsletter", "Begin a newsletter")),
        )
        .api_route("/newsletters/preview", post_with(drafts::preview, item("previewNewsletter", "What a text will look like to whoever gets it")))
        .api_route(
            "/newsletters/suppressions",
            get_with(suppressions::list, item("listSuppressions", "Addresses no newsletter goes to, newest first")),
        )
        .api_route(
            "/newsletters/suppressions/{id}/remove",
            post_with(suppressions::remove, item("removeSuppression", "Take an address off that list, for a reason")),
        )
        .api_route(
            "/newsletters/{id}",
            get_with(drafts::read, item("getNewsletter", "One newsletter"))
                .patch_with(drafts::update, item("updateNewsletter", "Change a draft"))
                .delete_with(drafts::delete, item("deleteNewsletter", "Throw a draft away")),
        )
        .api_route("/newsletters/{id}/audience", get_with(drafts::audience, item("getNewsletterAudience", "Whom it would reach if it were sent now")))
        .api_route("/newsletters/{id}/letters", get_with(drafts::letters, item("listNewsletterLetters", "What became of it for each person")))
        .api_route("/newsletters/{id}/test", post_with(drafts::test, item("testNewsletter", "Send it to oneself")))
        .api_route("/newsletters/{id}/send", post_with(drafts::send, item("sendNewsletter", "Send a draft to everybody it is for, now or at a time")))
        .api_route("/newsletters/{id}/cancel", post_with(drafts::cancel, item("cancelNewsletter", "Call back one that waits for its time")))
        .api_route(
            "/newsletters/{id}/stop",
            post_with(drafts::stop, item("stopNewsletter", "Stop one that goes out: whose turn has not come gets none")),
        )
        .api_route(
            "/newsletters/{id}/again",
            post_with(drafts::again, item("resendNewsletter", "Send it again to those it failed for, and nobody else")),
        )
        .api_route(
            "/users/{id}/newsletters",
            get_with(consents::read, item("getNewsletterConsent", "Whether a person wants newsletters, since when and how they said so"))
                .put_with(consents::choose, item("setNewsletterConsent", "Write down whether a person wants newsletters")),
        )
        .api_route(
            "/auth/newsletters",
            get_with(consents::own, item("getOwnNewsletterConsent", "Whether one gets newsletters"))
                .put_with(consents::choose_own, item("setOwnNewsletterConsent", "Choose whether one gets newsletters")),
        )
}

/// Where whoever reads a newsletter says that they want no more: for browsers and programs that read mail, so it is no part of the document.
pub(crate) fn plain() -> Router<App> {
    Router::new().route("/unsubscribe/{token}", get(door::look).post(door::leave))
}

/// Whether a form may come from a page that does not say where it is: ours does not, so that the address with its seal stays with it, and
/// neither does a program that presses the button for its person. What it does is in the address alone.
pub(crate) fn takes_forms(path: &str) -> bool {
    path.starts_with("/unsubscribe/")
}
