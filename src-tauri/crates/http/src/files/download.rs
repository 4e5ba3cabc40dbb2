//! Downloads: always to be saved, never to be shown; the bytes are sent as they are read.

use std::fmt::Write;
use std::ops::Range;

use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use aide::operation::OperationOutput;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use purser_core::Error;
use purser_core::access::{Grant, can};
use purser_core::files::is_active;
use purser_core::ids::FileId;
use purser_service::{App, files};
use purser_store::files::FileRow;

use crate::extract::{Allowed, Path};
use crate::reply::{logged, streamed};
use crate::{Problem, Result};

/// The reply to a download.
pub(crate) struct Download(Response);

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        self.0
    }
}

impl OperationOutput for Download {
    type Inner = ();
    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        streamed("*/*", "The bytes of the file")
    }
}

/// `attachment` with a name for every client: plain for old ones, RFC 5987 for the others.
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%;".contains(c) || c == ' ' { c } else { '_' }).collect();
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into memory does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// The one part asked for. `Err`: a part that is not there. Anything but one plain range of bytes is answered with the whole, as RFC 9110 allows.
fn part(headers: &HeaderMap, size: u64, etag: &str) -> std::result::Result<Option<Range<u64>>, ()> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some((first, last)) = text(header::RANGE).and_then(|range| range.strip_prefix("bytes=")).and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    if text(header::IF_RANGE).is_some_and(|known| known != etag) {
        return Ok(None);
    }
    let range = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..size,
        (Err(_), Ok(last)) if first.trim().is_empty() => size.saturating_sub(last)..size,
        _ => return Ok(None),
    };
    if range.start >= range.end { Err(()) } else { Ok(Some(range)) }
}

fn head(file: &FileRow, etag: &str, length: u64) -> HeaderMap {
    let kind = match file.content_type.as_str() {
        kind if is_active(kind) => "application/octet-stream".to_owned(),
        // Only what reads as UTF-8 is taken for text.
        kind if kind.starts_with("text/") => format!("{kind}; charset=utf-8"),
        kind => kind.to_owned(),
    };
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, &kind);
    set(header::CONTENT_LENGTH, &length.to_string());
    set(header::CONTENT_DISPOSITION, &disposition(&file.name));
    set(header::ETAG, etag);
    set(header::ACCEPT_RANGES, "bytes");
    set(header::CACHE_CONTROL, "no-store");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'");
    headers
}

pub(crate) async fn download_file(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadFile>,
    Path(id): Path<FileId>,
    headers: HeaderMap,
) -> Result<Download> {
    let file = files::read(&app, &by, id).await?;
    send(&app, &by, &file, &headers).await
}

/// The bytes of a file that was found by whoever may see it.
pub(crate) async fn send<P>(app: &App, by: &Grant<P>, file: &FileRow, headers: &HeaderMap) -> Result<Download> {
    let etag = format!("\"{}\"", file.sha256);
    let size = u64::try_from(file.size).unwrap_or(0);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known == "*" || known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)) {
        return Ok(Download((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response()));
    }
    let Ok(range) = part(headers, size, &etag) else {
        let mut response = Problem(Error::invalid("Range", "out_of_range", format!("The file has {size} bytes."))).into_response();
        *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
        if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
            response.headers_mut().insert(header::CONTENT_RANGE, value);
        }
        return Ok(Download(response));
    };
    let body = Body::from_stream(logged(files::open(app, by, file, range.clone()).await?));
    let length = range.as_ref().map_or(size, |range| range.end - range.start);
    let mut response = (head(file, &etag, length), body).into_response();
    if let Some(range) = range {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        if let Ok(value) = HeaderValue::from_str(&format!("bytes {}-{}/{size}", range.start, range.end - 1)) {
            response.headers_mut().insert(header::CONTENT_RANGE, value);
        }
    }
    Ok(Download(response))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_every_client() {
        assert_eq!(disposition("a.pdf"), "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf");
        assert_eq!(disposition("März \"1\".pdf"), "attachment; filename=\"M_rz _1_.pdf\"; filename*=UTF-8''M%C3%A4rz%20%221%22.pdf");
    }

    #[test]
    fn ranges() {
        let ask = |range: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_str(range).unwrap());
            part(&headers, 100, "\"x\"")
        };
        assert_eq!(ask("bytes=0-9"), Ok(Some(0..10)));
        assert_eq!(ask("bytes=90-"), Ok(Some(90..100)));
        assert_eq!(ask("bytes=-5"), Ok(Some(95..100)));
        assert_eq!(ask("bytes=95-500"), Ok(Some(95..100)));
        assert_eq!(ask("bytes=100-"), Err(()));
        assert_eq!(ask("bytes=0-1,5-6"), Ok(None));
        assert_eq!(ask("lines=1-2"), Ok(None));
    }
}
