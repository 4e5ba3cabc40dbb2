//! Work for later that does nothing.

use purser_service::{App, jobs};

/// Work that is put in to be looked at.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Nothing {}

impl jobs::Work for Nothing {
    const KIND: &'static str = "test.nothing";
    const QUEUE: &'static str = "test";
    const EDITABLE: bool = true;

    async fn run(self, _: App, _: jobs::Turn) -> Result<(), jobs::Failure> {
        Ok(())
    }
}
