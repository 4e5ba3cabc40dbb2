//! Who may do what. The vocabulary of permissions, the preset roles, and the proof a use case asks for.
//!
//! A [`Grant`] can only be made from an [`Actor`] that holds the permission, and every use case takes one: no door, job or command can
//! reach a use case without the check. Nothing here knows of HTTP or the database.

mod grant;
mod permission;
mod role;

pub use grant::{Actor, Assurance, Caller, Duty, Grant, Origin};
pub use permission::{Permission, Permissions, Right, can};
pub use role::Role;
