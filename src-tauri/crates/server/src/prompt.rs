//! Connections of which nothing comes: whoever connects has to begin to speak within a bounded time.
//!
//! The server's own bound on the head of a request begins to run once it knows which version of HTTP is spoken. Until then this one does.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How a connection of HTTP/2 begins; everything else is HTTP/1.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Accepts as the acceptor inside does, and closes what stays silent.
#[derive(Clone, Debug)]
pub(crate) struct Prompt<A> {
    inner: A,
    patience: Duration,
}

impl<A> Prompt<A> {
    pub(crate) fn new(inner: A, patience: Duration) -> Self {
        Self { inner, patience }
    }
}

impl<I, S, A> Accept<I, S> for Prompt<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
{
    type Stream = Begun<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let (accepting, patience) = (self.inner.accept(stream, service), self.patience);
        Box::pin(async move {
            let (inner, service) = accepting.await?;
            Ok((Begun { inner, said: 0, waiting: Some(Box::pin(sleep(patience))) }, service))
        })
    }
}

/// A connection that has to say which HTTP it speaks before the time is up.
pub(crate) struct Begun<I> {
    inner: I,
    /// How much of the preface came.
    said: usize,
    /// Until it is known what is spoken.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<I> Begun<I> {
    /// Take note of what came; once it is known what is spoken, nobody waits here any more.
    fn heard(&mut self, bytes: &[u8]) {
        let rest = &PREFACE[self.said..];
        let alike = bytes.iter().zip(rest).take_while(|(came, wanted)| came == wanted).count();
        self.said += alike;
        if self.said == PREFACE.len() || alike < bytes.len() {
            self.waiting = None;
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Begun<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let Some(waiting) = self.waiting.as_mut() else { return Pin::new(&mut self.inner).poll_read(context, buffer) };
        if waiting.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let came = &buffer.filled()[before..];
        self.heard(came);
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Begun<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
