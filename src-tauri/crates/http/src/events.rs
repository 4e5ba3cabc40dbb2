//! What happens, as it happens: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use aide::operation::OperationOutput;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use purser_core::Error;
use purser_core::access::can;
use purser_service::App;
use purser_service::events::{Feed, Notice};

use crate::Result;
use crate::extract::Allowed;
use crate::openapi::about;
use crate::reply::streamed;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new().api_route("/events", get_with(follow, about("followEvents", "events", "What happens, as it happens; `Last-Event-ID` resumes")))
}

/// A comment is sent when nothing happened for so long, so that everybody on the way knows the line is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

struct Stream(Feed);

fn frame(notice: &Notice) -> Event {
    match notice {
        Notice::Ready(seq) => Event::default().id(seq.to_string()).event("ready").data("{}"),
        Notice::Gap(seq) => Event::default().id(seq.to_string()).event("gap").data("{}"),
        Notice::Change(event) => {
            let data = serde_json::to_string(event.as_ref()).unwrap_or_default();
            Event::default().id(event.seq.to_string()).event("change").data(data)
        }
    }
}

impl IntoResponse for Stream {
    fn into_response(self) -> Response {
        let frames = futures::stream::unfold(self.0, async |mut feed| {
            let notice = feed.next().await?;
            Some((Ok::<_, Infallible>(frame(&notice)), feed))
        })
        .fuse();
        let mut response = Sse::new(frames).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
        // Proxies that collect replies would hold every notice back.
        response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
        response
    }
}

impl OperationOutput for Stream {
    type Inner = ();
    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        streamed("text/event-stream", "`change` with what changed, `gap` when everything has to be read anew")
    }
}

async fn follow(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, headers: HeaderMap) -> Result<Stream> {
    let last = match headers.get("last-event-id").map(|value| value.to_str().unwrap_or_default().trim()) {
        None | Some("") => None,
        Some(text) => {
            let number = text.parse().ok().filter(|number: &i64| *number >= 0);
            Some(number.ok_or_else(|| Error::invalid("Last-Event-ID", "not_valid", "The id of an event is a number."))?)
        }
    };
    Ok(Stream(Feed::open(&app, &by, last).await?))
}
