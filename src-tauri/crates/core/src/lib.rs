//! The words of Purser: ids, money, time, permissions, errors and the state machines.
//!
//! Everything here is plain data and pure functions. Nothing that waits (async), reads a file, a socket or a database may enter; the one
//! exception is [`time::Clock`] and [`ids::Ids`], which are handed in so that everything else stays repeatable.

pub mod access;
pub mod approvals;
pub mod audit;
pub mod bus;
pub mod carts;
pub mod catalog;
pub mod checkout;
pub mod coupons;
pub mod credit;
pub mod cron;
pub mod device;
pub mod disputes;
pub mod documents;
pub mod error;
pub mod events;
pub mod files;
pub mod gateways;
pub mod handling;
pub mod history;
pub mod identity;
pub mod ids;
pub mod imports;
pub mod jobs;
pub mod ledger;
pub mod mail;
pub mod money;
pub mod network;
pub mod newsletters;
pub mod orders;
pub mod patch;
pub mod payments;
pub mod people;
pub mod pricing;
pub mod providers;
pub mod reconciliation;
pub mod repeats;
pub mod sagas;
pub mod sandbox;
pub mod seller;
pub mod shares;
pub mod tenants;
pub mod text;
pub mod time;
pub mod trade;
pub mod webhooks;
pub mod weeks;
pub mod weight;

pub use access::{Actor, Grant, Permission, Role, RoleKey};
pub use error::{Error, FieldError, Result};
pub use money::{Currency, Money};
pub use patch::Patch;
pub use time::{Clock, Timestamp};
pub use weight::Weight;
