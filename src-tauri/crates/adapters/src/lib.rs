//! Outside parties behind the ports of the service: one folder each, and nothing of the business.

mod breaker;
pub mod bus;
mod calls;
pub mod counters;
pub mod folder;
mod forms;
pub mod mailbox;
pub mod paper;
pub mod paypal;
pub mod puzzles;
pub mod remotes;
pub mod sandbox;
mod signed;
pub mod smtp;
pub mod stripe;
pub mod texts;
pub mod web;
