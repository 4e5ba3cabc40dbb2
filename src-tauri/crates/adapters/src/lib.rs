//! Outside parties behind the ports of the service: one folder each, and nothing of the business.

pub mod counters;
pub mod folder;
pub mod mailbox;
pub mod puzzles;
pub mod sandbox;
pub mod smtp;
pub mod texts;
pub mod web;
