//! As little HTTP/1.1 as a load needs: one kept connection, one request at a time. A full client would take the processor from the server.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Result;

/// A request, ready to be sent any number of times.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    /// Sent as `Idempotency-Key`.
    pub(crate) key: Option<String>,
}

impl Request {
    /// A `GET`.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), body: None, key: None }
    }

    /// A `POST` of JSON, with a key of its own as the console sends one.
    pub(crate) fn post(path: impl Into<String>, body: &Value) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let key = format!("bench-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self { method: "POST", path: path.into(), body: Some(body.to_string()), key: Some(key) }
    }

    fn bytes(&self, host: &str, token: Option<&str>) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", self.method, self.path);
        if let Some(token) = token {
            text.push_str("authorization: Bearer ");
            text.push_str(token);
            text.push_str("\r\n");
        }
        if let Some(key) = &self.key {
            text.push_str("idempotency-key: ");
            text.push_str(key);
            text.push_str("\r\n");
        }
        if let Some(body) = &self.body {
            text.push_str("content-type: application/json\r\ncontent-length: ");
            text.push_str(&body.len().to_string());
            text.push_str("\r\n\r\n");
            text.push_str(body);
        } else {
            text.push_str("\r\n");
        }
        text.into_bytes()
    }
}

/// One connection to one host.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    host: String,
    token: Option<String>,
    body: Vec<u8>,
}

impl Client {
    /// Connect to `127.0.0.1:7420`.
    pub(crate) async fn connect(host: &str, token: Option<&str>) -> Result<Self> {
        let stream = TcpStream::connect(host).await.map_err(|error| format!("{host}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| format!("{host}: {error}"))?;
        Ok(Self { stream: BufReader::with_capacity(65_536, stream), host: host.into(), token: token.map(Into::into), body: Vec::new() })
    }

    /// Send and read the whole answer; the body stays until the next one.
    pub(crate) async fn send(&mut self, request: &Request) -> Result<u16> {
        let bytes = request.bytes(&self.host, self.token.as_deref());
        let fault = |error: std::io::Error| format!("{} {}: {error}", request.method, request.path);
        self.stream.get_mut().write_all(&bytes).await.map_err(fault)?;
        let mut line = String::new();
        self.stream.read_line(&mut line).await.map_err(fault)?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| format!("not HTTP: {line:?}"))?;
        let (mut length, mut chunked) = (0, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line).await.map_err(fault)?;
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            } else if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| format!("not a length: {value}"))?;
            } else if header.starts_with("transfer-encoding:") {
                chunked = header.contains("chunked");
            }
        }
        self.body.clear();
        if chunked {
            self.chunks().await.map_err(fault)?;
        } else {
            self.part(length).await.map_err(fault)?;
        }
        Ok(status)
    }

    /// Send, insist on success, and read the answer as JSON.
    pub(crate) async fn json(&mut self, request: &Request) -> Result<Value> {
        let status = self.send(request).await?;
        if !(200..300).contains(&status) {
            return Err(format!("{} {} answered {status}: {}", request.method, request.path, String::from_utf8_lossy(&self.body)));
        }
        serde_json::from_slice(&self.body).map_err(|error| format!("{} {}: {error}", request.method, request.path))
    }

    /// The last body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    async fn part(&mut self, length: usize) -> std::io::Result<()> {
        let from = self.body.len();
        self.body.resize(from + length, 0);
        self.stream.read_exact(&mut self.body[from..]).await.map(drop)
    }

    async fn chunks(&mut self) -> std::io::Result<()> {
        let mut line = String::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let length = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
            self.part(length).await?;
            line.clear();
            self.stream.read_line(&mut line).await?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}
