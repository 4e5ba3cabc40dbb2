//! By what the far end of a profile is believed: certificates of its own, and the keys it may have. Plain data and its rules.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize};

use crate::pins::Pin;
use crate::problem::Problem;

/// By what a far end is believed to be who it says, besides the public authorities.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Trust {
    /// Certificates to trust for this profile alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The key it has to have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pin: Option<Pin>,
    /// Or this one, kept in reserve for the day the first is changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) backup_pin: Option<Pin>,
}

/// Said, even if what was said is "none".
#[derive(Debug)]
pub(crate) struct Given<T>(pub(crate) Option<T>);

pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Given<T>>, D::Error> {
    Option::deserialize(deserializer).map(|value| Some(Given(value)))
}

/// What was said about it; what is left out stays, "none" takes it away.
#[derive(Debug, Default)]
pub(crate) struct TrustChange {
    pub(crate) ca_file: Option<Given<PathBuf>>,
    pub(crate) pin: Option<Given<String>>,
    pub(crate) backup_pin: Option<Given<String>>,
}

fn pin(field: &'static str, text: Option<String>) -> Result<Option<Pin>, Problem> {
    let text = text.filter(|text| !text.trim().is_empty());
    text.map(|text| text.parse().map_err(|told: String| Problem::field(field, told))).transpose()
}

impl Trust {
    pub(crate) fn new(ca_file: Option<PathBuf>, first: Option<String>, backup: Option<String>) -> Result<Self, Problem> {
        Self { ca_file, pin: pin("pin", first)?, backup_pin: pin("backupPin", backup)? }.checked()
    }

    /// The same after that.
    pub(crate) fn changed(mut self, change: TrustChange) -> Result<Self, Problem> {
        if let Some(Given(path)) = change.ca_file {
            self.ca_file = path;
        }
        if let Some(Given(text)) = change.pin {
            self.pin = pin("pin", text)?;
        }
        if let Some(Given(text)) = change.backup_pin {
            self.backup_pin = pin("backupPin", text)?;
        }
        self.checked()
    }

    fn checked(self) -> Result<Self, Problem> {
        if self.backup_pin.is_some() && self.pin.is_none() {
            return Err(Problem::field("pin", "A key in reserve needs one in use: without it any key would be taken."));
        }
        if self.backup_pin.is_some() && self.backup_pin == self.pin {
            return Err(Problem::field("backupPin", "This is the same key. The one in reserve is for the day the first is changed."));
        }
        Ok(self)
    }
}
