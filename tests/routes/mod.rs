//! One folder an area, one file an operation.

mod access;
mod audit;
mod catalog;
mod events;
mod files;
mod identity;
mod imports;
mod jobs;
mod ledger;
mod limits;
mod mail;
mod orders;
mod payments;
mod people;
mod private;
mod providers;
mod search;
mod settings;
mod settings_retention;
mod settings_sign_in;
pub(crate) mod shop;
mod stats;
mod tenants;
mod timeline;
mod views;
