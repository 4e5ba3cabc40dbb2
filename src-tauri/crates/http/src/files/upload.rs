//! Uploads: the parts of the form are taken as they come; the file's bytes go straight to where they are kept.

use std::sync::Arc;

use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, ReferenceOr, RequestBody, SchemaObject};
use aide::operation::OperationInput;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::header;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use purser_core::Error;
use purser_core::access::{Grant, can};
use purser_service::App;
use purser_service::files::{self, Received, Subject};
use purser_store::files::FileRow;
use uuid::Uuid;

use super::views::FileView;
use crate::Problem;
use crate::Result;
use crate::extract::{Allowed, IdempotencyKey, part_by_part};
use crate::once::{Made, Shape};

/// Longest text part of the form.
const LONGEST_TEXT: usize = 200;

/// Bytes of a refused upload that are read and thrown away so that the caller, still sending, gets to hear the answer.
const DRAINED: u64 = 256 * 1024 * 1024;

/// Bytes a form adds to its file: names, boundaries.
const FORM: u64 = 64 * 1024;

/// A form with a file in it, being read.
pub(crate) struct Form(Multipart);

impl FromRequest<App> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
        let waits = request.headers().contains_key(header::EXPECT);
        if declared.is_some_and(|bytes| bytes > app.largest_file + FORM) {
            if !waits {
                drain(request.into_body().into_data_stream()).await;
            }
            return Err(Problem(Error::TooLarge(app.largest_file)));
        }
        Multipart::from_request(part_by_part(request), app)
            .await
            .map(Self)
            .map_err(|_| Problem(Error::UnsupportedMedia("Send multipart/form-data with the parts file, subjectType and subjectId.".into())))
    }
}

impl OperationInput for Form {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let json_schema = schemars::json_schema!({
            "type": "object",
            "required": ["file", "subjectType", "subjectId"],
            "properties": {
                "file": {"type": "string", "format": "binary"},
                "subjectType": {"type": "string", "enum": ["order", "user", "product"]},
                "subjectId": {"type": "string", "format": "uuid"}
            }
        });
        let schema = Some(SchemaObject { json_schema, example: None, external_docs: None });
        let content = [("multipart/form-data".to_owned(), MediaType { schema, ..MediaType::default() })];
        let body = RequestBody { content: content.into_iter().collect(), required: true, ..RequestBody::default() };
        operation.request_body = Some(ReferenceOr::Item(body));
    }
}

/// Read what still comes and forget it.
async fn drain<E>(mut body: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin) {
    let mut read = 0_u64;
    while let Some(Ok(part)) = body.next().await {
        read = read.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        if read > DRAINED {
            return;
        }
    }
}

fn broken(error: &MultipartError) -> Error {
    Error::invalid("body", "malformed", format!("The form can not be read: {}.", error.body_text().trim_end_matches('.')))
}

/// What the text parts said so far.
#[derive(Default)]
struct Said {
    kind: Option<String>,
    id: Option<String>,
}

impl Said {
    fn subject(&self) -> purser_core::Result<Subject> {
        let missing = |field: &'static str| Error::invalid(field, "required", "This is needed.");
        let kind = self.kind.as_deref().ok_or_else(|| missing("subjectType"))?;
        let id = self.id.as_deref().ok_or_else(|| missing("subjectId"))?;
        let id = Uuid::parse_str(id).map_err(|_| Error::invalid("subjectId", "not_an_id", "This is not an id."))?;
        Subject::new(kind, id)
    }
}

async fn text(mut field: Field<'_>, name: &str) -> purser_core::Result<String> {
    let mut bytes = Vec::new();
    while let Some(part) = field.chunk().await.map_err(|error| broken(&error))? {
        bytes.extend_from_slice(&part);
        if bytes.len() > LONGEST_TEXT {
            return Err(Error::invalid(name, "too_long", format!("At most {LONGEST_TEXT} bytes.")));
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| Error::invalid(name, "not_text", "This is not text."))?;
    Ok(text.trim().to_owned())
}

async fn file(app: &App, by: &Grant<can::CreateFile>, field: Field<'_>) -> purser_core::Result<Received> {
    let Some(name) = field.file_name().map(str::to_owned) else {
        return Err(Error::invalid("file", "required", "Send a file with its name."));
    };
    let mut body = field.map(|part| part.map_err(|error| broken(&error)));
    let received = files::receive(app, by, &name, &mut body).await;
    if matches!(received, Err(Error::TooLarge(_))) {
        drain(body).await;
    }
    received
}

/// The parts of the form in the order they come. A subject named before the file is looked at before the bytes are taken.
async fn parts(app: &App, by: &Grant<can::CreateFile>, form: &mut Multipart) -> purser_core::Result<(Received, Subject)> {
    let (mut said, mut received) = (Said::default(), None);
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let repeated = |taken: bool| if taken { Err(Error::invalid(&name, "duplicate_field", "This was given more than once.")) } else { Ok(()) };
        match name.as_str() {
            "subjectType" => {
                repeated(said.kind.is_some())?;
                said.kind = Some(text(field, "subjectType").await?);
            }
            "subjectId" => {
                repeated(said.id.is_some())?;
                said.id = Some(text(field, "subjectId").await?);
            }
            "file" => {
                repeated(received.is_some())?;
                if said.kind.is_some() && said.id.is_some() {
                    files::check(app, by, said.subject()?).await?;
                }
                received = Some(file(app, by, field).await?);
            }
            _ => return Err(Error::invalid(name, "unknown_field", "There is no such field here.")),
        }
    }
    let received = received.ok_or_else(|| Error::invalid("file", "required", "Send a file with its name."))?;
    Ok((received, said.subject()?))
}

pub(crate) async fn upload_file(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateFile>,
    key: IdempotencyKey,
    Form(mut form): Form,
) -> Result<Made<FileView>> {
    let (received, subject) = parts(&app, &by, &mut form).await?;
    let shape = Shape { view: Arc::new(FileView::from), subject: |row: &FileRow| row.id.uuid(), home: Some("/files") };
    // What the request is can be told only now that all of it has come: the bytes were hashed as they passed.
    let once = shape.once::<_, 201>(&by, key, ("upload file", &(&received.name, &received.sha256, subject.parts())))?;
    shape.made(files::attach(&app, &by, (received, subject), once).await?)
}
