//! Plain HTTP at a door that speaks TLS: whoever typed `http://` is told where to go, and nothing else is answered.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How every TLS connection begins.
const HANDSHAKE: u8 = 0x16;
/// Most of a request that is read: where to go stands at its beginning.
const HEAD: usize = 8 * 1024;

/// Hands TLS on to the acceptor inside.
#[derive(Clone, Debug)]
pub(crate) struct SendOn<A> {
    inner: A,
    patience: Duration,
}

impl<A> SendOn<A> {
    pub(crate) fn new(inner: A, patience: Duration) -> Self {
        Self { inner, patience }
    }
}

impl<S, A> Accept<TcpStream, S> for SendOn<A>
where
    A: Accept<TcpStream, S> + Clone + Send + 'static,
    A::Future: Send + 'static,
    S: Send + 'static,
{
    type Stream = A::Stream;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, mut stream: TcpStream, service: S) -> Self::Future {
        let (inner, patience) = (self.inner.clone(), self.patience);
        Box::pin(async move {
            let mut first = [0];
            let began = timeout(patience, stream.peek(&mut first)).await.map_err(|_| io::ErrorKind::TimedOut)??;
            if began == 0 || first[0] == HANDSHAKE {
                return inner.accept(stream, service).await;
            }
            timeout(patience, tell(&mut stream)).await.map_err(|_| io::ErrorKind::TimedOut)??;
            Err(io::Error::other("plain HTTP where TLS is spoken"))
        })
    }
}

/// Answer one plain request. Only what fetches is sent on: whatever a request of another kind carried went over the line in the clear, and a
/// program that does so should fail rather than go on doing it.
async fn tell(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = Vec::with_capacity(1_024);
    while head.len() < HEAD && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut part = [0; 1_024];
        let came = stream.read(&mut part).await?;
        if came == 0 {
            break;
        }
        head.extend_from_slice(part.get(..came).unwrap_or_default());
    }
    let answer = if let Some(place) = place(&String::from_utf8_lossy(&head)) {
        format!("HTTP/1.1 308 Permanent Redirect\r\nlocation: {place}\r\ncache-control: no-store\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    } else {
        let text = "This door speaks HTTPS only.\n";
        let length = text.len();
        format!("HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}")
    };
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// Where a plain `GET` or `HEAD` should have gone. What is no plain path at a plain name is sent nowhere.
fn place(head: &str) -> Option<String> {
    let mut lines = head.split("\r\n");
    let (method, rest) = lines.next()?.split_once(' ')?;
    let (path, version) = rest.split_once(' ')?;
    let host = lines.take_while(|line| !line.is_empty()).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    })?;
    let named = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    let plain = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
    (matches!(method, "GET" | "HEAD") && version.starts_with("HTTP/1.") && named && plain).then(|| format!("https://{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn only_what_fetches_is_sent_on() {
        let at = |head: &str| place(head);
        assert_eq!(at("GET /people?q=a HTTP/1.1\r\nHost: harbour.example:7420\r\n\r\n").as_deref(), Some("https://harbour.example:7420/people?q=a"));
        assert_eq!(at("HEAD / HTTP/1.0\r\nhost: [::1]:7420\r\n\r\n").as_deref(), Some("https://[::1]:7420/"));
        for none in [
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: harbour.example\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a/b@c\r\n\r\n",
            "GET http://elsewhere.example/ HTTP/1.1\r\nHost: harbour.example\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b\r\n\r\nHost: late.example",
            "\u{1}\u{2}",
            "",
        ] {
            assert_eq!(at(none), None, "{none:?}");
        }
    }
}
