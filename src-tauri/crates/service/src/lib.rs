//! What Purser does: one use case a function, each taking the proof that its caller may.
//!
//! Rules live here. SQL lives in the store, HTTP words in http, outside parties in the adapters behind the ports declared here. Nothing
//! that waits for an outside party may happen inside a transaction.

pub mod about;
pub mod access;
pub mod app;
pub mod approvals;
pub mod audit;
pub mod bus;
pub mod carts;
pub mod catalog;
pub mod coupons;
pub mod credit;
pub mod csv;
pub mod disputes;
pub mod documents;
pub mod events;
pub mod exports;
pub mod files;
pub mod idempotency;
pub mod identity;
pub mod imports;
pub mod jobs;
pub mod ledger;
pub mod limits;
pub mod mail;
pub mod newsletters;
pub mod orders;
pub mod payments;
pub mod people;
pub mod providers;
pub mod receivables;
pub mod reconciliation;
pub mod retention;
pub mod sagas;
pub mod sandbox;
pub mod seal;
pub mod search;
pub mod settings;
pub mod stats;
pub mod tenants;
pub mod timeline;
pub mod totals;
pub mod trade;
pub mod views;
pub mod webhooks;

pub use app::{App, Parts};
