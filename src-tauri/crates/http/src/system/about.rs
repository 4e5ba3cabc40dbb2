//! What runs here.

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_service::App;
use purser_service::about::{self, About};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Result;
use crate::extract::Allowed;
use crate::reply::{Data, Versioned};

/// What runs here.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "System")]
pub(crate) struct SystemView {
    version: &'static str,
    /// `sqlite` or `postgresql`.
    database: &'static str,
    /// Where the data lies, on the machine that runs this.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_folder: Option<String>,
    started_at: Timestamp,
    /// `standalone`: one process owns the data. `fleet`: several may share it.
    mode: &'static str,
    /// Who stands behind each outside party.
    /// Keys that values were met under and that this server does not have.
    seal_keys_missing: Vec<String>,
    providers: Providers,
}

/// Who stands behind each outside party; `sandbox` is built in and moves no money.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Providers {
    payments: &'static str,
    files: &'static str,
    /// `smtp`, or `mailbox`: built in, sends nothing on.
    mail: &'static str,
    /// `twilio`, or `mailbox`; missing where nobody takes text messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<&'static str>,
    /// `redis`, shared by several servers, or `local`.
    counters: &'static str,
    /// Whether the shared one is away, so that each process counts alone for now.
    counters_away: bool,
}

impl From<About> for SystemView {
    fn from(about: About) -> Self {
        Self {
            version: about.version,
            database: about.database,
            data_folder: about.data_folder,
            started_at: about.started_at,
            mode: about.mode,
            seal_keys_missing: about.seal_keys_missing,
            providers: Providers {
                payments: "sandbox",
                files: "folder",
                mail: about.mail,
                texts: about.texts,
                counters: about.counters,
                counters_away: about.counters_away,
            },
        }
    }
}

impl Versioned for SystemView {}

pub(crate) async fn read_system(State(app): State<App>, Allowed(by): Allowed<can::ReadSystem>) -> Result<Data<SystemView>> {
    Ok(Data(about::read(&app, &by).into()))
}
