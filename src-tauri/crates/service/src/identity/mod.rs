//! Who somebody is: first-run set-up, signing in, the life of a session.
//!
//! What somebody may do is decided in `purser_core::access`; this room only finds out who is asking.

pub mod authority;
pub mod passwords;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod tokens;
