//! Shapes of people on the wire.

use purser_core::access::RoleKey;
use purser_core::ids::UserId;
use purser_core::people::{Move, Status, full_name};
use purser_core::{Patch, Timestamp};
use purser_service::people::{Outcome, Particulars};
use purser_store::people::Person;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reply::Versioned;

/// A person.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "User")]
pub(crate) struct UserView {
    id: UserId,
    email: String,
    first_name: String,
    last_name: String,
    /// First and last name.
    name: String,
    role: RoleKey,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// Two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// What staff wrote down.
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    /// Fields that are there but sealed with a key this server does not have.
    unreadable: Vec<&'static str>,
    /// Whether the address was proved.
    email_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Timestamp>,
    /// Since when nothing is known of the person any more; it is final.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl From<Person> for UserView {
    fn from(person: Person) -> Self {
        Self {
            id: person.id,
            name: full_name(&person.first_name, &person.last_name),
            email: person.email,
            first_name: person.first_name,
            last_name: person.last_name,
            role: person.role,
            status: person.status,
            phone: person.phone,
            country: person.country,
            language: person.language,
            notes: person.notes,
            unreadable: person.unreadable.iter().map(|column| column.field()).collect(),
            email_verified: person.email_verified,
            last_login_at: person.last_login_at,
            locked_at: person.locked_at,
            lock_reason: person.lock_reason,
            deleted_at: person.deleted_at,
            erased_at: person.erased_at,
            created_at: person.created_at,
            updated_at: person.updated_at,
            version: person.version,
        }
    }
}

impl Versioned for UserView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// Somebody to invite.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewUser")]
pub(crate) struct InviteBody {
    /// E-mail; nobody else here may have it.
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) role: RoleKey,
    #[serde(default)]
    pub(crate) phone: Option<String>,
    /// Two letters.
    #[serde(default)]
    pub(crate) country: Option<String>,
    #[serde(default)]
    pub(crate) language: Option<String>,
    #[serde(default)]
    pub(crate) notes: Option<String>,
    /// A first password. Without one the person is invited and chooses it.
    #[serde(default)]
    pub(crate) password: Option<String>,
    /// Whether that first password has to be changed before anything else.
    #[serde(default)]
    pub(crate) must_change_password: bool,
}

/// A change of particulars: only what is mentioned changes; `null` empties what may be empty.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "UserChange")]
pub(crate) struct ChangeBody {
    #[serde(default)]
    email: Patch<String>,
    #[serde(default)]
    first_name: Patch<String>,
    #[serde(default)]
    last_name: Patch<String>,
    #[serde(default)]
    phone: Patch<String>,
    #[serde(default)]
    country: Patch<String>,
    #[serde(default)]
    language: Patch<String>,
    #[serde(default)]
    notes: Patch<String>,
}

impl From<ChangeBody> for Particulars {
    fn from(body: ChangeBody) -> Self {
        let ChangeBody { email, first_name, last_name, phone, country, language, notes } = body;
        Self { email, first_name, last_name, phone, country, language, notes }
    }
}

/// Another role.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleBody {
    pub(crate) role: RoleKey,
    /// Why; kept in the audit log.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LockBody {
    /// Why; kept with the account and in the audit log.
    pub(crate) reason: String,
}

/// Many people at once.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BulkBody {
    pub(crate) action: Move,
    /// At most 500.
    pub(crate) ids: Vec<UserId>,
    /// Why; needed for a lock.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// Only tell what would happen.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// What became of many people.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BulkOutcome")]
pub(crate) struct BulkView {
    /// One answer per person, in the order asked.
    results: Vec<BulkRow>,
    /// How many changed (or would).
    changed: usize,
    /// How many already were so.
    unchanged: usize,
    /// How many were refused.
    failed: usize,
}

/// What became of one of them.
#[derive(Serialize, JsonSchema)]
struct BulkRow {
    id: UserId,
    /// Whether it was allowed.
    ok: bool,
    /// Whether it changed anything.
    changed: bool,
    /// Why it was refused, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Why it was refused, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl From<Outcome> for BulkView {
    fn from(outcome: Outcome) -> Self {
        let [changed, unchanged, failed] = outcome.counts();
        let row = |row: purser_service::people::BulkRow| match row.outcome {
            Ok(changed) => BulkRow { id: row.id, ok: true, changed, code: None, message: None },
            Err((code, message)) => BulkRow { id: row.id, ok: false, changed: false, code: Some(code), message: Some(message) },
        };
        Self { results: outcome.rows.into_iter().map(row).collect(), changed, unchanged, failed }
    }
}

impl Versioned for BulkView {}

/// Why somebody is erased.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EraseBody {
    /// Goes into the audit log and stays there: nothing personal belongs in it.
    pub(crate) reason: String,
}
