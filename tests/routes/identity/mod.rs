//! First run, signing in and out, sessions.

mod login;
mod refresh;
mod sessions;
mod setup;
