//! First run, signing in and out, sessions.

mod backup;
mod enrol;
mod factors;
mod lockout;
mod login;
mod refresh;
mod remove_factor;
mod sessions;
mod setup;
mod step_up;
mod totp;
