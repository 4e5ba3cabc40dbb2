//! Who may do what. The vocabulary of permissions, the roles, and the proof a use case asks for.
//!
//! A [`Grant`] can only be made from an [`Actor`] that holds the permission, and every use case takes one: no door, job or command can
//! reach a use case without the check. Nothing here knows of HTTP or the database.

mod book;
mod grant;
mod held;
mod law;
mod permission;
mod right;
mod role;
mod role_key;

pub use book::{RoleBook, RoleDef};
pub use grant::{Acting, Actor, Assurance, Caller, Device, Duty, Grant, Narrow, Origin, Scoped};
pub use held::{Held, Power, Reach};
pub use law::{Ask, Cleared, Facts, Law, Under};
pub use permission::{Permission, Permissions, Right, can};
pub use right::{Right as PersonalRight, Source, effective, sources};
pub use role::Role;
pub use role_key::RoleKey;

crate::text_enum! {
    /// How far a policy has come.
    PolicyState {
        /// Being written; nobody asks it.
        Draft = "draft",
        /// Asked, and noted what it would refuse; refuses nothing.
        Shadow = "shadow",
        /// Asked, and what it refuses is refused.
        Enforced = "enforced",
        /// Put away; nobody asks it.
        Off = "off",
    }
}
