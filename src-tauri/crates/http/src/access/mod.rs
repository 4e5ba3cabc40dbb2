//! Rights as data: the vocabulary, the roles. Use cases are in `purser_service::access`.

mod explain;
mod impersonation;
mod policies;
mod review;
mod rights;
mod roles;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{delete_with, get_with, post_with};
use purser_service::App;

use crate::openapi::about;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/permissions", get_with(roles::list_permissions, about("listPermissions", "access", "Every permission there is, in words")))
        .api_route(
            "/roles",
            get_with(roles::list_roles, about("listRoles", "access", "Roles, what they may do, how many have them"))
                .post_with(roles::create_role, about("createRole", "access", "Make a role")),
        )
        .api_route(
            "/roles/{key}",
            get_with(roles::read_role, about("getRole", "access", "One role"))
                .patch_with(roles::update_role, about("updateRole", "access", "Change what a role may do"))
                .delete_with(roles::delete_role, about("deleteRole", "access", "Forget a role nobody has")),
        )
        .api_route(
            "/users/{id}/rights",
            get_with(rights::read_rights, about("getUserRights", "access", "What a person may do, and why"))
                .post_with(rights::give_right, about("giveRight", "access", "Give one person a right, or deny it")),
        )
        .api_route("/users/{id}/rights/{right}", delete_with(rights::end_right, about("endRight", "access", "End a right or a denial of one person")))
        .api_route(
            "/auth/impersonation",
            post_with(impersonation::impersonate, about("impersonate", "access", "See Purser as another person does, for a while"))
                .delete_with(impersonation::stop, about("stopImpersonation", "access", "Be oneself again"))
                .get_with(impersonation::of_oneself, about("listImpersonations", "access", "Who acted as oneself")),
        )
        .merge(policy_routes())
        .api_route("/roles/{key}/preview", post_with(roles::preview_role, about("previewRole", "access", "What a change would mean, and for whom")))
}

fn policy_routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/policies",
            get_with(policies::list_policies, about("listPolicies", "access", "Policies, and what they refused of late"))
                .post_with(policies::create_policy, about("createPolicy", "access", "Write a policy")),
        )
        .api_route("/policies/schema", get_with(policies::policy_schema, about("getPolicySchema", "access", "The words policies are written in")))
        .api_route(
            "/policies/check",
            post_with(policies::check_policy, about("checkPolicy", "access", "Read a text and run its tests; keeps nothing")),
        )
        .api_route(
            "/policies/{id}",
            get_with(policies::read_policy, about("getPolicy", "access", "One policy"))
                .patch_with(policies::update_policy, about("updatePolicy", "access", "Change a policy or put it in force"))
                .delete_with(policies::delete_policy, about("deletePolicy", "access", "Forget a policy that is not in force")),
        )
        .api_route("/policies/{id}/history", get_with(policies::policy_history, about("listPolicyHistory", "access", "What a policy was")))
        .api_route("/policies/{id}/revert", post_with(policies::revert_policy, about("revertPolicy", "access", "Go back to what a policy was")))
        .api_route("/policies/{id}/shadow", get_with(policies::policy_shadow, about("listPolicyShadow", "access", "What it would have refused")))
        .api_route("/access/review", get_with(review::review, about("reviewAccess", "access", "Who of the staff holds what they do not use")))
        .api_route("/access/explain", get_with(explain::explain, about("explainAccess", "access", "Why somebody may do something, or may not")))
        .api_route("/access/refusals", get_with(policies::list_refusals, about("listRefusals", "access", "Who was refused what, and why")))
}
