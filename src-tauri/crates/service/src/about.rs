//! What runs here: version, database, folder.

use purser_core::Timestamp;
use purser_core::access::{Grant, can};
use purser_store::Engine;

use crate::App;

/// What runs here.
#[derive(Clone, Debug)]
pub struct About {
    /// Version of Purser.
    pub version: &'static str,
    /// `sqlite` or `postgresql`.
    pub database: &'static str,
    /// Where the data lies.
    pub data_folder: Option<String>,
    /// When the engine was put together.
    pub started_at: Timestamp,
    /// `standalone`: one process owns the data. `fleet`: several may share it.
    pub mode: &'static str,
    /// Who takes mail.
    pub mail: &'static str,
    /// Who takes text messages, if anybody does.
    pub texts: Option<&'static str>,
    /// Where calls are counted.
    pub counters: &'static str,
    /// Whether that can not be reached, so that each process counts alone.
    pub counters_away: bool,
    /// Keys that values were met under and that this server does not have.
    pub seal_keys_missing: Vec<String>,
}

/// What runs here.
pub fn read(app: &App, _: &Grant<can::ReadSystem>) -> About {
    let (database, mode) = match app.db.engine() {
        Engine::Sqlite => ("sqlite", "standalone"),
        Engine::Postgres => ("postgresql", "fleet"),
    };
    About {
        version: env!("CARGO_PKG_VERSION"),
        database,
        data_folder: app.data_folder.clone(),
        started_at: app.started_at,
        mode,
        mail: app.mail.mailer.name(),
        texts: app.mail.taker_of_texts(),
        counters: app.counters.name(),
        counters_away: app.counters.away(),
        seal_keys_missing: app.seal.missing(),
    }
}
