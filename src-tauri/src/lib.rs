//! The desktop shell: a window around the console, and a door between its page and the engine.
//!
//! What belongs here: windows, menu, dialogs, profiles, sessions and where their secrets rest. What may not enter: anything the
//! business does. A request of the page is handed to the engine's router (or to another Purser) as it came; the shell adds the
//! session and takes tokens out of the reply, and that is all it knows of either.

mod backend;
mod check;
mod connection;
mod desk;
mod elsewhere;
mod engine;
mod events;
mod files;
mod ipc;
mod keys;
mod local;
mod menu;
mod pins;
mod problem;
mod profiles;
mod routes;
mod session;
mod shell;
mod start;
#[cfg(test)]
mod tests;
mod trust;
mod vault;
mod watchdog;
mod window;
mod wire;

pub use start::{Flags, run};
