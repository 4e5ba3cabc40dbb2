//! People as staff lead them. Use cases are in `purser_service::people`; a person's sessions are in `identity`.

mod change;
mod erase;
mod list;
mod overview;
mod standing;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, patch_with, post_with};
use purser_service::App;

use crate::openapi::about;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/users",
            get_with(list::list_users, about("listUsers", "people", "Find people"))
                .post_with(change::create_user, about("createUser", "people", "Invite somebody")),
        )
        .api_route("/users/export", get_with(list::export_users, about("exportUsers", "people", "People as a CSV file")))
        .api_route("/users/bulk", post_with(standing::bulk_users, about("bulkUsers", "people", "Lock, unlock, delete or restore many people")))
        .api_route(
            "/users/{id}",
            get_with(change::read_user, about("getUser", "people", "One person"))
                .patch_with(change::update_user, about("updateUser", "people", "Change a person's particulars"))
                .delete_with(standing::delete_user, about("deleteUser", "people", "Take an account away; it can be brought back")),
        )
        .api_route("/users/{id}/overview", get_with(overview::user_overview, about("getUserOverview", "people", "A person in figures")))
        .api_route("/users/{id}/role", patch_with(change::set_role, about("setUserRole", "people", "Give a person another role")))
        .api_route("/users/{id}/lock", post_with(standing::lock_user, about("lockUser", "people", "Lock an account")))
        .api_route("/users/{id}/unlock", post_with(standing::unlock_user, about("unlockUser", "people", "Unlock an account")))
        .api_route("/users/{id}/erase", post_with(erase::erase_user, about("eraseUser", "people", "Erase a deleted person for good")))
        .api_route(
            "/users/{id}/personal-data",
            get_with(erase::personal_data, about("getPersonalData", "people", "Everything that is held about a person, as a file")),
        )
        .api_route(
            "/auth/personal-data",
            get_with(erase::own_personal_data, about("getOwnPersonalData", "people", "Everything that is held about oneself, as a file")),
        )
        .api_route("/users/{id}/restore", post_with(standing::restore_user, about("restoreUser", "people", "Bring a deleted account back")))
}
