//! What a browser is told, what a forger meets, what never leaves: checks that run over every operation or against a token of the test's making.

mod cookies;
mod forged;
mod headers;
mod lockout;
mod passwords;
mod secrets;
mod source;
mod vectors;
