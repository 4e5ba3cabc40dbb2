//! Shapes of roles on the wire.

use purser_core::access::{Power, Role, RoleKey};
use purser_core::ids::UserId;
use purser_core::{Patch, Permission};
use purser_service::access::{Affected, Change, Effect, NewRole, Overview};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Versioned;

/// One permission, in words.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PermissionWords")]
pub(crate) struct PermissionView {
    permission: Permission,
    /// `read` of `read:order`.
    action: &'static str,
    /// `order` of `read:order`.
    resource: &'static str,
    /// What it allows.
    description: &'static str,
    /// Whether it can be given for what is one's own alone: `read:order:own`.
    own: bool,
}

impl From<Permission> for PermissionView {
    fn from(permission: Permission) -> Self {
        Self {
            action: permission.action(),
            resource: permission.resource(),
            description: permission.words(),
            own: permission.knows_own(),
            permission,
        }
    }
}

/// A role.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RoleDefinition")]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own on the wire")]
pub(crate) struct RoleView {
    pub(crate) key: RoleKey,
    name: String,
    description: String,
    /// Whether it belongs to staff rather than to customers.
    staff: bool,
    /// Whether it comes with Purser: only its permissions can be changed.
    preset: bool,
    /// Whether its permissions differ from those it came with.
    changed: bool,
    /// Whether it can be changed at all; an owner's can not.
    editable: bool,
    /// Roles whose permissions it has as well.
    inherits: Vec<RoleKey>,
    /// Its own permissions.
    permissions: Vec<Power>,
    /// Everything it may do, inherited or not.
    effective: Vec<Power>,
    /// The permissions a preset came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    defaults: Option<Vec<Power>>,
    /// Accounts that have it, deleted ones included.
    holders: i64,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl From<Overview> for RoleView {
    fn from(overview: Overview) -> Self {
        let Overview { role, held, holders } = overview;
        let preset = role.as_preset();
        Self {
            staff: role.staff,
            preset: preset.is_some(),
            changed: preset.is_some_and(|preset| role.own() != preset.held()),
            editable: preset != Some(Role::Owner),
            permissions: role.own().powers(),
            effective: held.powers(),
            defaults: preset.map(|preset| preset.held().powers()),
            key: role.key,
            name: role.name,
            description: role.description,
            inherits: role.inherits,
            holders,
            version: role.version,
        }
    }
}

impl Versioned for RoleView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A role to make.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewRole")]
pub(crate) struct NewRoleBody {
    /// Key; made from the name when it is absent.
    #[serde(default)]
    key: Option<RoleKey>,
    name: String,
    #[serde(default)]
    description: String,
    /// Whether it belongs to staff; it does unless said otherwise.
    #[serde(default = "yes")]
    staff: bool,
    /// Roles whose permissions it has as well, at most 5.
    #[serde(default)]
    inherits: Vec<RoleKey>,
    /// Its own permissions.
    #[serde(default)]
    permissions: Vec<Power>,
}

const fn yes() -> bool {
    true
}

impl From<NewRoleBody> for NewRole {
    fn from(body: NewRoleBody) -> Self {
        let NewRoleBody { key, name, description, staff, inherits, permissions } = body;
        Self { key, name, description, staff, inherits, powers: permissions }
    }
}

/// A change of a role: only what is mentioned changes. Of a preset only the permissions can.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RoleChange")]
pub(crate) struct RoleChangeBody {
    #[serde(default)]
    name: Patch<String>,
    #[serde(default)]
    description: Patch<String>,
    #[serde(default)]
    inherits: Patch<Vec<RoleKey>>,
    /// All permissions of its own, not only those that change.
    #[serde(default)]
    permissions: Patch<Vec<Power>>,
}

impl From<RoleChangeBody> for Change {
    fn from(body: RoleChangeBody) -> Self {
        let RoleChangeBody { name, description, inherits, permissions } = body;
        Self { name, description, inherits, powers: permissions }
    }
}

/// What a change of a role would mean.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RoleEffect")]
pub(crate) struct EffectView {
    /// The role and those that inherit from it, as far as their permissions change.
    roles: Vec<AffectedView>,
    /// Accounts whose permissions change.
    people: i64,
    /// The first of them by name, at most 10.
    named: Vec<NamedView>,
}

/// One role that a change reaches.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AffectedRole")]
struct AffectedView {
    role: RoleKey,
    gained: Vec<Power>,
    lost: Vec<Power>,
    people: i64,
}

/// Somebody whose permissions change.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AffectedPerson")]
struct NamedView {
    id: UserId,
    name: String,
    role: RoleKey,
}

impl From<Effect> for EffectView {
    fn from(effect: Effect) -> Self {
        let role = |affected: Affected| {
            let Affected { role, gained, lost, people } = affected;
            AffectedView { role, gained, lost, people }
        };
        let named = effect.named.into_iter().map(|(person, name)| NamedView { id: person.id, role: person.role, name });
        Self { roles: effect.roles.into_iter().map(role).collect(), people: effect.people, named: named.collect() }
    }
}

impl Versioned for EffectView {}
