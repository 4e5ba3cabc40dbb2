//! Outside parties behind the ports of the service: one folder each, and nothing of the business.

pub mod folder;
pub mod mailbox;
pub mod sandbox;
pub mod smtp;
pub mod texts;
