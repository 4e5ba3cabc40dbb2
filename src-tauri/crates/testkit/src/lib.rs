//! What the suite stands on: an engine in a throw-away database, callers with a role, replies that assert.
//!
//! Helpers that act go through the public door; those that reach behind it say `db` in their name. No sleeps, no shared state.

#![allow(clippy::missing_panics_doc, reason = "a helper of the suite panics to fail the test")]

mod app;
mod bus;
mod caller;
mod database;
mod dump;
mod keys;
mod mailed;
mod night;
mod passkey;
mod puzzles;
mod signing;
mod work;

pub use app::{LARGEST_FILE, Start, TestApp};
pub use caller::{Caller, Reply};
pub use database::Database;
pub use dump::Dump;
pub use night::times;
pub use passkey::Passkey;
pub use puzzles::puzzles;
pub use serde_json::json;

/// Write a test once and run it on SQLite and on PostgreSQL: `both! { async fn name(app) { … } }`.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a test need not use everything its file imports")]
            use super::*;

            $(#[$meta])*
            async fn run($app: $crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                run($crate::TestApp::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(app) = $crate::TestApp::postgres().await {
                    run(app).await;
                }
            }
        }
    )+};
}
