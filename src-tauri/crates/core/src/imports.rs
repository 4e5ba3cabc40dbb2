//! The life of an import.

crate::text_enum! {
    /// What a file holds.
    Kind {
        /// People.
        People = "people",
        /// Products.
        Products = "products",
        /// Orders of the past.
        Orders = "orders",
    }
}

crate::text_enum! {
    /// Where an import stands.
    State {
        /// The file is here.
        Uploaded = "uploaded",
        /// Its rows are being looked at; nothing is changed.
        Checking = "checking",
        /// Its rows were looked at.
        Checked = "checked",
        /// Its rows are being brought in.
        Running = "running",
        /// Its rows are in.
        Done = "done",
        /// It ended badly; the message says why.
        Failed = "failed",
        /// Somebody stopped it.
        Cancelled = "cancelled",
    }
}

crate::text_enum! {
    /// What becomes of the good rows when there are bad ones.
    Mode {
        /// Nothing is brought in.
        AllOrNothing = "all_or_nothing",
        /// The good ones are brought in.
        SkipBad = "skip_bad",
    }
}

/// What a check found or a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[schemars(rename = "ImportResult")]
pub struct Outcome {
    /// Rows without a complaint.
    pub valid: i64,
    /// Rows with one.
    pub invalid: i64,
    /// Things that are new.
    pub inserted: i64,
    /// Things that were here and changed.
    pub updated: i64,
    /// Things that were here and stayed.
    pub skipped: i64,
}

impl State {
    /// Whether something is going on.
    pub const fn is_busy(self) -> bool {
        matches!(self, Self::Checking | Self::Running)
    }

    /// Whether the file may be looked at or brought in from here.
    pub const fn may_start(self) -> bool {
        matches!(self, Self::Uploaded | Self::Checked | Self::Failed)
    }
}
