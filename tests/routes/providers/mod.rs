//! Signing in elsewhere: at parties of the suite's own that can be made to misbehave, and at parties nobody here wrote.

mod abuse;
mod connections;
mod fake;
mod forged;
mod linking;
mod parties;
mod people;
mod saml;
mod social;
mod trip;
