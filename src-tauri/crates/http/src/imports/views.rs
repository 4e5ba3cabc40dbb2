//! What imports look like from outside.

use purser_core::Timestamp;
use purser_core::ids::ImportId;
use purser_core::imports::{Kind, Mode, Outcome, State};
use purser_service::imports::{Standing, fields};
use purser_store::imports::Complaint;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::reply::Versioned;

/// An import.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Import")]
pub(super) struct ImportView {
    id: ImportId,
    kind: Kind,
    file_name: String,
    state: State,
    /// How the file is written: `UTF-8`, `windows-1252`, …
    encoding: String,
    /// What stands between its cells.
    delimiter: String,
    /// Rows below the header.
    rows: i64,
    /// The header.
    columns: Vec<String>,
    /// The first rows.
    sample: Vec<Vec<String>>,
    /// Which column each field comes from; `null` for none. A guess until somebody chose.
    mapping: Map<String, Value>,
    /// The fields that can be filled.
    fields: Vec<FieldView>,
    progress: ProgressView,
    /// What a check found or a run did.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Outcome>,
    /// Complaints found; at most 10,000 of them are kept.
    error_count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
}

/// A field that can be filled.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportField")]
struct FieldView {
    name: &'static str,
    label: &'static str,
    required: bool,
}

/// How far the work is, in rows.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportProgress")]
struct ProgressView {
    done: i64,
    total: i64,
}

impl From<Standing> for ImportView {
    fn from(standing: Standing) -> Self {
        let Standing { import, done, total } = standing;
        let field = |field: &purser_service::imports::Field| FieldView { name: field.name, label: field.label, required: field.required };
        Self {
            id: import.id,
            kind: import.kind,
            file_name: import.file_name,
            state: import.state,
            encoding: import.encoding,
            delimiter: import.delimiter,
            rows: import.row_count,
            columns: import.header.0,
            sample: import.sample.0,
            mapping: import.mapping.0,
            fields: fields(import.kind).iter().map(field).collect(),
            progress: ProgressView { done, total },
            result: import.result.map(|result| result.0),
            error_count: import.error_count,
            mode: import.mode.and_then(|mode| mode.parse().ok()),
            message: import.message,
            created_at: import.created_at,
            finished_at: import.finished_at,
        }
    }
}

impl Versioned for ImportView {}

/// What is wrong with a cell.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ImportError")]
pub(super) struct ComplaintView {
    /// Line of the file.
    line: i64,
    field: String,
    code: String,
    message: String,
    /// What stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl From<Complaint> for ComplaintView {
    fn from(c: Complaint) -> Self {
        Self { line: c.line, field: c.field, code: c.code, message: c.message, value: c.value }
    }
}

/// Which column each field comes from; left out or empty, as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ImportCheck")]
pub(super) struct CheckBody {
    #[serde(default)]
    pub(super) mapping: Map<String, Value>,
}

/// A run.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ImportRun")]
pub(super) struct RunBody {
    /// Which column each field comes from; left out or empty, as it is.
    #[serde(default)]
    pub(super) mapping: Map<String, Value>,
    /// What becomes of the good rows when there are bad ones.
    pub(super) mode: Mode,
}
