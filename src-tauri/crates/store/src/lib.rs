//! The database. One body for two engines, SQLite and PostgreSQL; the only crate that knows sqlx.
//!
//! `Db` opens an engine, `Tx` is one transaction (or one reading connection) of one tenant, and each table has one file with the
//! statements that touch it. Rules, permissions and HTTP words may not enter: a function here finds, lists, inserts, updates or deletes.
//!
//! Statements are static text with `$1` placeholders, or pieces of static text put together by [`sql::Query`]; a value can only be
//! bound. What the two engines word differently is written side by side with [`Tx::pick`].

pub mod audit;
pub mod break_glass;
pub mod bulk;
pub mod challenges;
pub mod codes;
pub mod db;
pub mod devices;
pub mod doctor;
pub mod erasure;
mod error;
pub mod events;
pub mod factors;
pub mod files;
pub mod found;
pub mod idempotency;
pub mod identities;
pub mod impersonations;
pub mod imports;
pub mod jobs;
pub mod keys;
pub mod ledger;
pub mod links;
pub mod lockouts;
pub mod mails;
mod migrate;
pub mod orders;
mod orders_new;
mod orders_private;
pub mod overview;
pub mod page;
pub mod passkeys;
pub mod passwords;
pub mod payments;
pub mod people;
pub mod policies;
mod postgres;
pub mod private;
pub mod products;
pub mod provider_sign_ins;
pub mod providers;
pub mod refunds;
pub mod refusals;
pub mod retention;
pub mod rights;
pub mod roles;
mod rows;
pub mod sandbox;
pub mod seal;
pub mod seals;
pub mod search;
pub mod sessions;
pub mod sign_ins;
pub mod sql;
mod sqlite;
pub mod stats;
pub mod tenancy;
pub mod tenants;
pub mod timeline;
mod tx;
pub mod users;
pub mod views;

pub use db::{Config, Db, Engine, Scope};
pub use error::{Error, Result};
pub use page::{Cursor, Listing, Page, SortKey};
pub use rows::Row;
pub use sql::{Query, Value, sql};
pub use tx::Tx;
