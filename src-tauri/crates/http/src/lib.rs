//! HTTP: routes, extractors, problem+json, OpenAPI and streams. One router for every door: a socket, the desktop window, a test.
//!
//! A handler unpacks, calls one use case and maps the answer. No rule and no SQL may enter; a handler that decides something is in the
//! wrong room. Each area is one folder with its routes and its views.

mod access;
mod audit;
mod catalog;
mod context;
mod cors;
mod events;
mod extract;
mod files;
mod identity;
mod imports;
mod jobs;
mod ledger;
mod mail;
mod once;
mod openapi;
mod orders;
mod party;
mod payments;
mod people;
mod problem;
mod providers;
mod reply;
mod router;
mod search;
mod settings;
mod stats;
mod system;
mod tenants;
mod timeline;
mod views;

pub use context::Peer;
pub use openapi::document;
pub use problem::{Problem, Result};
pub use router::{Options, router};
