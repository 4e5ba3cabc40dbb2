//! An engine on a bus of the test's own.

use std::sync::Arc;

use purser_service::bus::port::Bus;

use crate::app::{Outside, Start, TestApp};
use crate::database::Database;

impl TestApp {
    /// On a database and a bus of the test's own, beginning as `start` says.
    pub async fn with_bus(database: Database, bus: Arc<dyn Bus>, start: Start) -> Self {
        Self::engine(database, |sandbox| Arc::new(sandbox), (Outside { bus, ..Outside::default() }, start)).await
    }
}
