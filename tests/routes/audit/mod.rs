//! The audit log.

mod export;
mod list;
mod looked;
mod verify;
