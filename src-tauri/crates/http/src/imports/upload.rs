//! The form a file to import comes in.

use std::sync::Arc;

use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, ReferenceOr, RequestBody, SchemaObject};
use aide::operation::OperationInput;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use bytes::{Bytes, BytesMut};
use purser_core::Error;
use purser_core::access::can;
use purser_service::App;
use purser_service::imports::{self, LARGEST, Standing};

use super::views::ImportView;
use crate::Problem;
use crate::Result;
use crate::extract::{Allowed, IdempotencyKey, part_by_part};
use crate::once::{Made, Shape};

/// A form with a file in it.
pub(super) struct Form(Multipart);

impl FromRequest<App> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let refused = |_| Problem(Error::UnsupportedMedia("Send multipart/form-data with the parts file and kind.".into()));
        Multipart::from_request(part_by_part(request), app).await.map(Self).map_err(refused)
    }
}

impl OperationInput for Form {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let json_schema = schemars::json_schema!({
            "type": "object",
            "required": ["file", "kind"],
            "properties": {
                "file": {"type": "string", "format": "binary"},
                "kind": {"type": "string", "enum": ["people", "products", "orders"]}
            }
        });
        let schema = Some(SchemaObject { json_schema, example: None, external_docs: None });
        let content = [("multipart/form-data".to_owned(), MediaType { schema, ..MediaType::default() })];
        let body = RequestBody { content: content.into_iter().collect(), required: true, ..RequestBody::default() };
        operation.request_body = Some(ReferenceOr::Item(body));
    }
}

fn broken(error: &MultipartError) -> Error {
    Error::invalid("body", "malformed", format!("The form can not be read: {}.", error.body_text().trim_end_matches('.')))
}

/// All bytes of a part, as long as they are at most `most`; what is past that is read and thrown away, so that the caller hears the answer.
async fn whole(mut field: Field<'_>, most: u64) -> purser_core::Result<Bytes> {
    let (mut bytes, mut size) = (BytesMut::new(), 0_u64);
    while let Some(part) = field.chunk().await.map_err(|error| broken(&error))? {
        size = size.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
        if size <= most {
            bytes.extend_from_slice(&part);
        } else if size > most.saturating_mul(4) {
            break;
        }
    }
    if size > most { Err(Error::TooLarge(most)) } else { Ok(bytes.freeze()) }
}

pub(super) async fn create_import(
    State(app): State<App>,
    Allowed(by): Allowed<can::RunImport>,
    key: IdempotencyKey,
    Form(mut form): Form,
) -> Result<Made<ImportView>> {
    let (mut kind, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name().unwrap_or_default() {
            "kind" => {
                let bytes = whole(field, 40).await.map_err(|_| Error::invalid("kind", "too_long", "At most 40 bytes."))?;
                kind = Some(imports::kind(String::from_utf8_lossy(&bytes).trim())?);
            }
            "file" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                file = Some((name, whole(field, LARGEST).await?));
            }
            other => return Err(Error::invalid(other, "unknown_field", "There is no such field here.").into()),
        }
    }
    let missing = |field| Error::invalid(field, "required", "This is needed.");
    let kind = kind.ok_or_else(|| missing("kind"))?;
    let (name, bytes) = file.ok_or_else(|| missing("file"))?;
    let shape = Shape { view: Arc::new(ImportView::from), subject: |standing: &Standing| standing.import.id.uuid(), home: Some("/imports") };
    let once = shape.once::<_, 201>(&by, key, ("upload import", &(kind, &name, imports::fingerprint(&bytes))))?;
    shape.made(imports::upload(&app, &by, (kind, &name, bytes), once).await?)
}
