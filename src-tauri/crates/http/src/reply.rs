//! Replies: `{data, meta}` for one thing, the same with page facts for a list, nothing for "done".

use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, Response as Documented, SchemaObject};
use aide::operation::OperationOutput;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use purser_core::Timestamp;
use purser_store::{Listing, Page};
use schemars::JsonSchema;
use serde::Serialize;

use crate::context;
use crate::extract::encode_cursor;

/// A view that knows which version of the thing it shows; replies carry it as `ETag`.
pub(crate) trait Versioned {
    /// The version, or `None` for a thing without.
    fn version(&self) -> Option<i64> {
        None
    }
}

/// Facts about the reply itself.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meta {
    /// Id of the request.
    request_id: String,
    /// When it was answered.
    timestamp: Timestamp,
}

fn meta() -> Meta {
    let context = context::current();
    Meta {
        request_id: context.as_ref().map_or_else(String::new, |context| context.id.to_string()),
        timestamp: context.as_ref().map_or_else(Timestamp::default, |context| context.now),
    }
}

/// The envelope of one thing.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Envelope<T> {
    data: T,
    meta: Meta,
}

impl<T> Envelope<T> {
    pub(crate) fn of(data: T) -> Self {
        Self { data, meta: meta() }
    }
}

/// 200 with one thing.
pub(crate) struct Data<T>(pub(crate) T);

/// 201 with the new thing and its address.
pub(crate) struct Created<T> {
    /// Where it can be read.
    pub(crate) location: String,
    /// The thing.
    pub(crate) data: T,
}

/// 204.
pub(crate) struct NoContent;

/// Facts about a page of a list.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageMeta {
    /// Id of the request.
    request_id: String,
    /// When it was answered.
    timestamp: Timestamp,
    /// Rows asked for.
    limit: u32,
    /// Whether more rows follow.
    has_more: bool,
    /// Where they start: send it as `cursor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Number of this page, from 1; absent with a cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u64>,
    /// Rows in the whole list; absent with a cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    /// Whether `total` is exact; if not, there are at least so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_exact: Option<bool>,
    /// Pages in the whole list; absent with a cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_pages: Option<i64>,
    /// Whether there is a page after this one; absent with a cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    has_next: Option<bool>,
    /// Whether there is a page before this one; absent with a cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    has_prev: Option<bool>,
}

/// 200 with a page of a list.
pub(crate) struct Rows<T> {
    rows: Vec<T>,
    meta: PageMeta,
}

impl<T> Rows<T> {
    /// The page `listing`, asked for by `page`; `total` is the count and whether it is exact, needed only without a cursor.
    pub(crate) fn page(listing: Listing<T>, page: &Page, total: Option<(i64, bool)>) -> Self {
        let limit = i64::from(page.limit.max(1));
        let numbered = page.after.is_none();
        let number = page.offset / u64::from(page.limit.max(1)) + 1;
        let total = total.filter(|_| numbered);
        let meta = PageMeta {
            limit: page.limit,
            has_more: listing.next.is_some(),
            next_cursor: listing.next.as_ref().map(encode_cursor),
            page: numbered.then_some(number),
            total: total.map(|(count, _)| count),
            total_exact: total.map(|(_, exact)| exact),
            total_pages: total.map(|(count, _)| count.saturating_add(limit - 1) / limit),
            has_next: numbered.then_some(listing.next.is_some()),
            has_prev: numbered.then_some(number > 1),
            ..PageMeta::default()
        };
        Self { rows: listing.rows, meta }
    }

    /// A short list that is always whole.
    pub(crate) fn whole(rows: Vec<T>) -> Self {
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let meta =
            PageMeta { total: Some(count), total_exact: Some(true), limit: u32::try_from(rows.len()).unwrap_or(u32::MAX), ..PageMeta::default() };
        Self { rows, meta }
    }
}

#[derive(Serialize, JsonSchema)]
struct ListEnvelope<T> {
    data: Vec<T>,
    meta: PageMeta,
}

/// A body as JSON with `status`.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response(),
        Err(error) => crate::Problem(purser_core::Error::Internal(Box::new(error))).into_response(),
    }
}

fn with_etag(mut response: Response, version: Option<i64>) -> Response {
    if let Some(value) = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

impl<T: Serialize + Versioned> IntoResponse for Data<T> {
    fn into_response(self) -> Response {
        let version = self.0.version();
        with_etag(json(StatusCode::OK, &Envelope::of(self.0)), version)
    }
}

impl<T: Serialize + Versioned> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let version = self.data.version();
        let mut response = with_etag(json(StatusCode::CREATED, &Envelope::of(self.data)), version);
        if let Ok(value) = HeaderValue::from_str(&self.location) {
            response.headers_mut().insert(header::LOCATION, value);
        }
        response
    }
}

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<T: Serialize> IntoResponse for Rows<T> {
    fn into_response(self) -> Response {
        let Meta { request_id, timestamp } = meta();
        json(StatusCode::OK, &ListEnvelope { data: self.rows, meta: PageMeta { request_id, timestamp, ..self.meta } })
    }
}

pub(crate) fn documented<T: JsonSchema>(ctx: &mut GenContext, status: u16, description: &str) -> Vec<(Option<u16>, Documented)> {
    let json_schema = ctx.schema.subschema_for::<T>();
    let schema = Some(SchemaObject { json_schema, example: None, external_docs: None });
    let content = [("application/json".to_owned(), MediaType { schema, ..MediaType::default() })];
    vec![(Some(status), Documented { description: description.into(), content: content.into_iter().collect(), ..Documented::default() })]
}

impl<T: JsonSchema> OperationOutput for Data<T> {
    type Inner = T;
    fn inferred_responses(ctx: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        documented::<Envelope<T>>(ctx, 200, "Done")
    }
}

impl<T: JsonSchema> OperationOutput for Created<T> {
    type Inner = T;
    fn inferred_responses(ctx: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        documented::<Envelope<T>>(ctx, 201, "Made")
    }
}

impl<T: JsonSchema> OperationOutput for Rows<T> {
    type Inner = T;
    fn inferred_responses(ctx: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        documented::<ListEnvelope<T>>(ctx, 200, "A page of the list")
    }
}

impl OperationOutput for NoContent {
    type Inner = ();
    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        vec![(Some(204), Documented { description: "Done".into(), ..Documented::default() })]
    }
}

/// A CSV file, sent while it is read.
pub(crate) struct Csv {
    /// Name offered to whoever saves it.
    pub(crate) name: &'static str,
    /// The bytes.
    pub(crate) body: purser_service::csv::Export,
}

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        attachment(self.name, "text/csv; charset=utf-8", self.body)
    }
}

impl OperationOutput for Csv {
    type Inner = ();
    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        streamed("text/csv", "The file")
    }
}

/// A JSON file.
pub(crate) struct JsonFile {
    /// Name offered to whoever saves it.
    pub(crate) name: &'static str,
    /// The bytes.
    pub(crate) body: Vec<u8>,
}

impl IntoResponse for JsonFile {
    fn into_response(self) -> Response {
        attachment(self.name, "application/json", Box::pin(futures::stream::iter([Ok(self.body.into())])))
    }
}

impl OperationOutput for JsonFile {
    type Inner = ();
    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        streamed("application/json", "The file")
    }
}

/// A stream that the caller saves under `name`.
pub(crate) fn attachment(name: &str, kind: &'static str, body: purser_service::csv::Export) -> Response {
    let mut response = axum::body::Body::from_stream(logged(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// A failure in the middle can only cut the stream; the log says why.
pub(crate) fn logged(body: purser_service::csv::Export) -> impl futures::Stream<Item = purser_core::Result<bytes::Bytes>> {
    futures::StreamExt::inspect(body, |part| {
        if let Err(error) = part {
            tracing::error!(%error, "a stream was cut short");
        }
    })
}

/// How a streamed reply is documented.
pub(crate) fn streamed(kind: &str, description: &str) -> Vec<(Option<u16>, Documented)> {
    let content = [(kind.to_owned(), MediaType::default())];
    vec![(Some(200), Documented { description: description.into(), content: content.into_iter().collect(), ..Documented::default() })]
}
