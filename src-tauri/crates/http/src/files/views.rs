//! Shapes of files on the wire.

use purser_core::Timestamp;
use purser_core::ids::FileId;
use purser_store::files::FileRow;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::audit::SubjectView;
use crate::reply::Versioned;

/// A file.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "File")]
pub(crate) struct FileView {
    id: FileId,
    name: String,
    /// What its bytes say it is.
    content_type: String,
    /// Bytes.
    size: i64,
    /// SHA-256 of the bytes, in hex.
    sha256: String,
    /// What it is attached to.
    subject: SubjectView,
    #[serde(skip_serializing_if = "Option::is_none")]
    uploaded_by: Option<UploaderView>,
    created_at: Timestamp,
}

/// Who brought it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Uploader")]
struct UploaderView {
    id: Uuid,
    name: String,
}

impl From<FileRow> for FileView {
    fn from(file: FileRow) -> Self {
        Self {
            id: file.id,
            name: file.name,
            content_type: file.content_type,
            size: file.size,
            sha256: file.sha256,
            subject: SubjectView { kind: file.subject_type, id: Some(file.subject_id), label: file.subject_label },
            uploaded_by: file.uploaded_by.map(|id| UploaderView { id, name: file.uploader.unwrap_or_default() }),
            created_at: file.created_at,
        }
    }
}

impl Versioned for FileView {}
