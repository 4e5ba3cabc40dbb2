//! Small shapes that several areas share: a customer beside an order, a person behind an action.

use purser_core::ids::UserId;
use purser_core::people::full_name;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// A customer as lists show them.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "Party")]
pub(crate) struct PartyView {
    id: UserId,
    /// First and last name.
    name: String,
    email: String,
}

impl PartyView {
    /// From the parts of a row.
    pub(crate) fn new(id: UserId, first_name: &str, last_name: &str, email: String) -> Self {
        Self { id, name: full_name(first_name, last_name), email }
    }
}

/// Somebody who did something.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "Ref")]
pub(crate) struct RefView {
    pub(crate) id: Uuid,
    pub(crate) name: String,
}
