//! What is said of a dispute, in words and in files, and whether its provider takes it.

use std::borrow::Cow;

use purser_core::disputes::EvidenceKind;
use purser_core::ids::FileId;
use purser_core::{Error, Result};
use purser_store::disputes::{self as store, Dispute, EvidenceFile};
use purser_store::files::FileRow;
use purser_store::{Tx, dispute_uploads};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::port::{Takes, Texts};

/// A file of the evidence, and what it shows. An id alone, as it was written before, is a file that shows anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Exhibit {
    /// The file.
    pub id: FileId,
    /// What it shows.
    pub kind: EvidenceKind,
}

/// How a file of the evidence may be written.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "EvidenceExhibit")]
enum Written {
    /// The file alone.
    Id(FileId),
    /// With what it shows.
    Whole {
        /// The file.
        id: FileId,
        /// What it shows.
        kind: EvidenceKind,
    },
}

/// As it may be written.
impl JsonSchema for Exhibit {
    fn schema_name() -> Cow<'static, str> {
        Written::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

impl From<Written> for Exhibit {
    fn from(written: Written) -> Self {
        match written {
            Written::Id(id) => Self { id, kind: EvidenceKind::Other },
            Written::Whole { id, kind } => Self { id, kind },
        }
    }
}

/// What is said of a dispute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// In words.
    pub texts: Texts,
    /// In files.
    pub files: Vec<Exhibit>,
}

/// A file of the evidence as it is here, and what the provider calls it if it lies there.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The file.
    pub file: EvidenceFile,
    /// What it shows.
    pub kind: EvidenceKind,
    /// What the provider calls it.
    pub sent: Option<String>,
}

impl Evidence {
    /// What is staged for `dispute`.
    pub fn of(dispute: &Dispute) -> Self {
        serde_json::from_value(dispute.evidence.0.clone()).unwrap_or_default()
    }

    /// Each file once, in a fixed order.
    pub(super) fn ordered(mut self) -> Self {
        self.files.sort_unstable_by_key(|exhibit| exhibit.id);
        self.files.dedup_by_key(|exhibit| exhibit.id);
        self
    }

    fn ids(&self) -> Vec<FileId> {
        self.files.iter().map(|exhibit| exhibit.id).collect()
    }

    /// Its files that are still there.
    pub(super) async fn shown(&self, tx: &mut Tx, dispute: &Dispute) -> Result<Vec<Shown>> {
        let files = store::evidence_files(tx, &self.ids()).await?;
        self.named(tx, dispute, files).await
    }

    /// What each of these files shows, and what the provider calls it.
    async fn named(&self, tx: &mut Tx, dispute: &Dispute, files: Vec<EvidenceFile>) -> Result<Vec<Shown>> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let sent = dispute_uploads::of(tx, dispute.id).await?;
        let shown = files.into_iter().map(|file| {
            let kind = self.files.iter().find(|exhibit| exhibit.id == file.id).map_or(EvidenceKind::Other, |exhibit| exhibit.kind);
            let name = sent.iter().find(|(id, _)| *id == file.id).map(|(_, name)| name.clone());
            Shown { file, kind, sent: name }
        });
        Ok(shown.collect())
    }

    /// Refuse files that are not there, that are not about this, or that the provider does not take. They are held, so that nobody deletes one
    /// before it is written down that they are evidence.
    pub(super) async fn sendable(&self, tx: &mut Tx, dispute: &Dispute, takes: Option<Takes>) -> Result<()> {
        let files = store::hold_files(tx, &self.ids()).await?;
        // What was attached to anybody or anything else was never meant for this bank.
        let about = [dispute.order_id.uuid(), dispute.customer_id.uuid()];
        if files.len() != self.files.len() || files.iter().any(|file| !about.contains(&file.subject_id)) {
            return Err(refuse("unknown_file", "One of these files does not exist, or belongs neither to the order nor to its customer."));
        }
        check(&self.named(tx, dispute, files).await?, takes)
    }
}

/// Refuse to lose a file that is evidence yet to be handed in. The file is held by then, so nobody makes it evidence meanwhile.
pub(crate) async fn unused(tx: &mut Tx, file: &FileRow) -> Result<()> {
    let open = store::unanswered(tx, file.subject_id).await?;
    let Some(dispute) = open.iter().find(|dispute| Evidence::of(dispute).ids().contains(&file.id)) else { return Ok(()) };
    let message = format!("“{}” is evidence in the dispute of order #{}. Take it out of the evidence there first.", file.name, dispute.order_number);
    Err(Error::conflict("is_evidence", message))
}

fn refuse(code: &'static str, message: impl Into<String>) -> Error {
    Error::unprocessable("files", code, message.into())
}

/// What people call a type of content.
fn called(content_type: &str) -> String {
    content_type.rsplit('/').next().unwrap_or(content_type).to_uppercase()
}

/// Bytes as people read them.
fn megabytes(bytes: i64) -> String {
    let tenths = bytes.saturating_mul(10) / 1_000_000;
    if tenths % 10 == 0 { format!("{} MB", tenths / 10) } else { format!("{}.{} MB", tenths / 10, tenths % 10) }
}

/// Whether the provider takes these files.
fn check(files: &[Shown], takes: Option<Takes>) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let Some(takes) = takes else {
        return Err(refuse("no_files", "This payment provider takes no files. Say what they show in the texts."));
    };
    for Shown { file, .. } in files {
        if !takes.types.contains(&file.content_type.as_str()) {
            let types: Vec<String> = takes.types.iter().map(|name| called(name)).collect();
            return Err(refuse("wrong_type", format!("“{}” can not be sent: the payment provider takes {}.", file.name, types.join(", "))));
        }
        if file.size > takes.largest {
            return Err(refuse("file_too_large", format!("“{}” is too large: the payment provider takes {}.", file.name, megabytes(takes.largest))));
        }
    }
    if files.iter().map(|shown| shown.file.size).sum::<i64>() > takes.together {
        let most = megabytes(takes.together);
        return Err(refuse("files_too_large", format!("Together the files are too large: the payment provider takes {most}.")));
    }
    let twice = |(place, one): (usize, &Shown)| files[..place].iter().any(|other| other.kind == one.kind);
    if takes.one_of_a_kind && files.iter().enumerate().any(twice) {
        return Err(refuse("two_of_a_kind", "The payment provider takes one file of each kind. Say of each what it shows, or make one file of two."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TAKES: Takes =
        Takes { types: &["application/pdf", "image/png"], largest: 5_000_000, together: 4_500_000, one_of_a_kind: true, ahead: true };

    fn file(id: u128, (content_type, size): (&str, i64), kind: EvidenceKind) -> Shown {
        let file = EvidenceFile {
            id: FileId(Uuid::from_u128(id)),
            name: format!("file {id}"),
            content_type: content_type.into(),
            size,
            subject_id: Uuid::nil(),
        };
        Shown { file, kind, sent: None }
    }

    #[test]
    fn files_a_provider_does_not_take_are_named() {
        let (pdf, other) = (("application/pdf", 2_000_000), EvidenceKind::Other);
        let complaint = |files: &[Shown], takes| match check(files, takes) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        };
        assert_eq!(complaint(&[file(1, pdf, other), file(2, pdf, EvidenceKind::Receipt)], Some(TAKES)), "");
        assert_eq!(complaint(&[], None), "");
        for (files, takes) in [
            (vec![file(1, pdf, other)], None),
            (vec![file(1, ("text/plain", 1), other)], Some(TAKES)),
            (vec![file(1, ("image/png", 5_000_001), other)], Some(TAKES)),
            (vec![file(1, pdf, other), file(2, ("image/png", 2_500_001), EvidenceKind::Receipt)], Some(TAKES)),
            (vec![file(1, pdf, other), file(2, pdf, other)], Some(TAKES)),
        ] {
            assert!(matches!(check(&files, takes), Err(Error::Unprocessable(_))), "{files:?}");
        }
        assert_eq!((megabytes(5_000_000).as_str(), megabytes(4_500_000).as_str()), ("5 MB", "4.5 MB"));
    }

    #[test]
    fn evidence_from_before_is_read() {
        let id = Uuid::from_u128(7);
        let read: Evidence = serde_json::from_value(serde_json::json!({ "files": [id, { "id": id, "kind": "receipt" }] })).unwrap();
        assert_eq!(read.files.iter().map(|exhibit| exhibit.kind).collect::<Vec<_>>(), [EvidenceKind::Other, EvidenceKind::Receipt]);
        let again: Evidence = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
        assert_eq!(again, read);
    }
}
