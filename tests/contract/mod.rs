//! What the store promises, on both engines.

mod bus;
mod counters;
mod db;
mod faults;
mod keys;
mod ledger;
mod migrations;
mod people;
mod provider;
mod rights;
mod rooms;
mod tenancy;
mod texts;
mod upgrade;
