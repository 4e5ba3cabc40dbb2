//! One folder an area, one file an operation.

mod audit;
mod events;
mod files;
mod identity;
mod people;
mod search;
mod settings;
mod timeline;
mod views;
