//! First run, signing in and out, sessions. Use cases are in `purser_service::identity`.

mod break_glass;
mod codes;
mod entrance;
mod factors;
mod handlers;
mod history;
mod keys;
mod locked;
mod mails;
mod own;
mod passkeys;
mod proof;
mod register;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with, post_with};
use purser_service::App;

use crate::openapi::about;

pub(crate) use entrance::Entrance;
pub(crate) use handlers::{Encrypted, FirstStep, keys};
pub(crate) use views::Delivery;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    factors::routes()
        .merge(proof::routes())
        .merge(keys::routes())
        .merge(register::routes())
        .merge(history::routes())
        .merge(locked::routes())
        .merge(passkeys::routes())
        .merge(codes::routes())
        .merge(break_glass::routes())
        .api_route(
            "/setup",
            get_with(handlers::setup_needed, about("getSetup", "identity", "Whether the first run is still to come"))
                .post_with(handlers::set_up, about("runSetup", "identity", "Make the tenant and its owner; works once")),
        )
        .api_route("/auth/login", post_with(handlers::login, about("login", "identity", "Sign in with e-mail and password")))
        .api_route("/auth/refresh", post_with(handlers::refresh, about("refresh", "identity", "Exchange the refresh token for the next one")))
        .api_route("/auth/logout", post_with(handlers::logout, about("logout", "identity", "End this session")))
        .api_route(
            "/auth/me",
            get_with(handlers::me, about("getMe", "identity", "Who is signed in, and what they may do"))
                .patch_with(own::change_me, about("updateMe", "identity", "Change one's own particulars; another address once it is proved")),
        )
        .api_route(
            "/auth/mails",
            get_with(mails::read, about("getOwnMails", "identity", "Which mails about the work one gets, of those one may"))
                .put_with(mails::choose, about("chooseOwnMails", "identity", "Choose which mails about the work one gets")),
        )
        .api_route("/auth/password", post_with(handlers::change_password, about("changePassword", "identity", "Change one's own password")))
        .api_route(
            "/auth/sessions",
            get_with(handlers::own_sessions, about("listOwnSessions", "identity", "One's own open sessions"))
                .delete_with(handlers::end_other_sessions, about("endOtherSessions", "identity", "End every session of one's own but this one")),
        )
        .api_route("/auth/sessions/{id}", delete_with(handlers::end_own_session, about("endOwnSession", "identity", "End one of one's own sessions")))
        .api_route(
            "/users/{id}/sessions",
            get_with(handlers::sessions_of, about("listSessions", "identity", "Open sessions of a person"))
                .delete_with(handlers::end_sessions_of, about("endSessions", "identity", "End every session of a person")),
        )
        .api_route("/users/{id}/sessions/{sid}", delete_with(handlers::end_session_of, about("endSession", "identity", "End a session of a person")))
}
