//! Who somebody is: first-run set-up, signing in, the life of a session.
//!
//! What somebody may do is decided in `purser_core::access`; this room only finds out who is asking.

pub mod advice;
pub(crate) mod attempts;
pub mod authority;
pub(crate) mod backup;
pub mod break_glass;

pub mod captcha;
pub mod challenge;
pub mod codes;
pub mod devices;
pub mod factors;
mod failed;
pub mod history;
pub mod invite;
pub mod keys;
pub mod links;
pub mod locked;
pub(crate) mod lockout;
pub mod own;
pub mod passkeys;
pub mod passwords;
pub mod places;
pub mod policy;
pub mod recover;
pub mod refresh;
pub mod register;
pub(crate) mod risks;
pub mod sent_factors;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod step_up;
pub mod supersede;
pub mod take_away;
pub mod tokens;
pub mod totp;
mod undo;
mod unproved;
pub mod upkeep;
pub mod verify;

pub(crate) use unproved::Unproved;
