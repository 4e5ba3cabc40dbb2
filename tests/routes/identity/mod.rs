//! First run, signing in and out, sessions.

mod accept;
mod advice;
mod backup;
mod csrf;
mod demand;
mod enrol;
mod factors;
mod forgot;
mod invite_again;
mod keys;
mod limits;
mod link;
mod lockout;
mod login;
mod password;
mod password_policy;
mod refresh;
mod remove_factor;
mod reset;
mod sessions;
mod setup;
mod sign_ins;
mod step_up;
mod tokens;
mod totp;
mod verify;
