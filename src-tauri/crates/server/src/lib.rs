//! The composition root: settings, the data folder and its lock, the engine put together, doors opened and closed again.
//!
//! Both programs start here: the headless `purser` and the desktop shell. Nothing the business does may enter; that is the service's.

pub mod config;
pub mod demo;
pub mod engine;
mod error;
mod listen;
mod lock;
mod logs;
mod plain;
mod prompt;
mod proxies;
mod seal;
mod tls;

pub mod cli;

pub use config::{Config, DemoSize, Layer, LogFormat, Problem, Tls};
pub use engine::Engine;
pub use error::StartError;
pub use listen::{Listener, Reach};
pub use lock::{Owner, owner};
pub use proxies::Proxies;
pub use seal::{Keychain, copy as seal_keys, in_keychain as seal_keys_in_keychain};
pub use tls::own_address;
