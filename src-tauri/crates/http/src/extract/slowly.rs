//! Bodies that are taken part by part.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use bytes::Bytes;
use futures::Stream;

/// Gives one part of the body, then lets the reader look at it. The parser of forms takes whatever is ready into memory; on a fast line that
/// would be the whole file.
struct OneAtATime {
    inner: BodyDataStream,
    gave: bool,
}

impl Stream for OneAtATime {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.gave) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = Pin::new(&mut self.inner).poll_next(cx);
        self.gave = matches!(polled, Poll::Ready(Some(_)));
        polled
    }
}

/// The same request with its body taken part by part: what a form with a file in it has to be read from.
pub(crate) fn part_by_part(request: Request) -> Request {
    request.map(|body| Body::from_stream(OneAtATime { inner: body.into_data_stream(), gave: false }))
}
