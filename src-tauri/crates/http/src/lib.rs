//! HTTP: routes, extractors, problem+json, OpenAPI and streams. One router for every door: a socket, the desktop window, a test.
//!
//! A handler unpacks, calls one use case and maps the answer. No rule and no SQL may enter; a handler that decides something is in the
//! wrong room. Each area is one folder with its routes and its views.

mod access;
mod approvals;
mod audit;
mod bus;
mod carts;
mod catalog;
mod context;
mod cors;
mod coupons;
mod credit;
mod disputes;
mod documents;
mod events;
mod extract;
mod files;
mod gateways;
mod identity;
mod imports;
mod jobs;
mod ledger;
mod mail;
mod newsletters;
mod once;
mod openapi;
mod orders;
mod party;
mod payments;
mod people;
mod problem;
mod providers;
mod receivables;
mod reconciliation;
mod reply;
mod router;
mod sagas;
mod sandbox;
mod search;
mod settings;
mod stats;
mod system;
mod tenants;
mod timeline;
mod views;
mod webhooks;

pub use context::Peer;
pub use openapi::document;
pub use problem::{Problem, Result};
pub use router::{Options, router};
