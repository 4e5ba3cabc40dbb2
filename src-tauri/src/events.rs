//! What changes, told to one window through its Channel: the engine's event stream (read with the window's own session, so that
//! nobody hears what they may not see) and the shell's own words. Local and remote profiles are followed the same way.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::connection::Connection;
use crate::shell::Shell;
use crate::wire::Call;

const WAIT_MIN: Duration = Duration::from_millis(500);
const WAIT_MAX: Duration = Duration::from_secs(15);
/// The engine says something every 15 seconds; three times that is a dead line.
const SILENCE_MAX: Duration = Duration::from_secs(45);
const FRAME_BYTES_MAX: usize = 1024 * 1024;

/// Where a window's events go. `false`: the page is gone.
pub(crate) type Teller = Arc<dyn Fn(Value) -> bool + Send + Sync>;

/// Follow until the page is gone.
pub(crate) async fn follow(shell: Arc<Shell>, window: String, teller: Teller) {
    tokio::select! {
        () = follow_shell(&shell, &window, &teller) => {}
        () = follow_engine(&shell, &window, &teller) => {}
    }
}

async fn follow_shell(shell: &Shell, window: &str, teller: &Teller) {
    let mut told = shell.listen();
    loop {
        match told.recv().await {
            Ok(told) if told.window.as_deref().is_none_or(|meant| meant == window) => {
                if !teller(told.event) {
                    return;
                }
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn follow_engine(shell: &Shell, window: &str, teller: &Teller) {
    let mut moved = shell.watch_moves();
    let mut stream = Stream::default();
    loop {
        let connection = shell.connection_of(window).ok();
        stream.of(connection.as_ref());
        let Some(connection) = connection else {
            if moved.changed().await.is_err() {
                return;
            }
            continue;
        };
        let mut signed = connection.signed.subscribe();
        tokio::select! {
            biased;
            gone = moved.changed() => if gone.is_err() { return },
            // Somebody else may see other things: begin anew.
            _ = signed.changed() => stream.forget(),
            ended = listen(&connection, &mut stream, teller) => match ended {
                Ended::PageGone => return,
                Ended::SignedOut => {
                    tokio::select! { _ = moved.changed() => {}, _ = signed.changed() => stream.forget() }
                }
                Ended::Lost => {
                    if !teller(json!({"topic": "live", "state": "lost"})) { return }
                    let wait = stream.next_wait();
                    tokio::select! { _ = moved.changed() => {}, _ = signed.changed() => stream.forget(), () = tokio::time::sleep(wait) => {} }
                }
            },
        }
    }
}

enum Ended {
    PageGone,
    SignedOut,
    Lost,
}

/// How far a stream was read.
#[derive(Default)]
struct Stream {
    profile: Option<String>,
    last: Option<String>,
    wait: Option<Duration>,
}

impl Stream {
    /// A number of one profile's stream means nothing to another's.
    fn of(&mut self, connection: Option<&Arc<Connection>>) {
        let profile = connection.map(|connection| connection.profile.clone());
        if self.profile != profile {
            *self = Self { profile, ..Self::default() };
        }
    }

    fn forget(&mut self) {
        self.last = None;
        self.wait = None;
    }

    fn next_wait(&mut self) -> Duration {
        let wait = self.wait.map_or(WAIT_MIN, |wait| (wait * 2).min(WAIT_MAX));
        self.wait = Some(wait);
        wait
    }
}

async fn listen(connection: &Connection, stream: &mut Stream, teller: &Teller) -> Ended {
    let mut call = Call::get("/api/v1/events");
    call.headers.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
    if let Some(last) = stream.last.as_deref().and_then(|last| HeaderValue::from_str(last).ok()) {
        call.headers.insert("last-event-id", last);
    }
    let reply = match connection.with_session(&call).await {
        Ok(reply) if reply.status() == StatusCode::OK => reply,
        Ok(reply) if matches!(reply.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => return Ended::SignedOut,
        _ => return Ended::Lost,
    };
    if !teller(json!({"topic": "live", "state": "live"})) {
        return Ended::PageGone;
    }
    stream.wait = None;
    read(reply.into_body(), stream, teller).await
}

async fn read(body: Body, stream: &mut Stream, teller: &Teller) -> Ended {
    let mut chunks = body.into_data_stream();
    let mut frames = Frames::default();
    while let Ok(Some(Ok(chunk))) = tokio::time::timeout(SILENCE_MAX, chunks.next()).await {
        for frame in frames.feed(&chunk) {
            if frame.id.is_some() {
                stream.last = frame.id;
            }
            let told = match frame.event.as_str() {
                "gap" => Some(json!({"topic": "gap"})),
                "change" => serde_json::from_str(&frame.data).ok(),
                _ => None,
            };
            if told.is_some_and(|event| !teller(event)) {
                return Ended::PageGone;
            }
        }
        if frames.rest.len() > FRAME_BYTES_MAX {
            return Ended::Lost;
        }
    }
    Ended::Lost
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Frame {
    id: Option<String>,
    event: String,
    data: String,
}

/// Cuts a stream of server-sent events into frames, wherever its chunks happen to end.
#[derive(Default)]
struct Frames {
    rest: Vec<u8>,
}

impl Frames {
    fn feed(&mut self, chunk: &[u8]) -> Vec<Frame> {
        self.rest.extend(chunk.iter().filter(|byte| **byte != b'\r'));
        let mut found = Vec::new();
        while let Some(end) = self.rest.windows(2).position(|pair| pair == b"\n\n") {
            let text: Vec<u8> = self.rest.drain(..end + 2).collect();
            found.extend(frame(&String::from_utf8_lossy(&text)));
        }
        found
    }
}

fn frame(text: &str) -> Option<Frame> {
    let mut frame = Frame::default();
    let mut data: Vec<&str> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with(':')) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" => frame.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut frame.event),
            "data" => data.push(value),
            _ => {}
        }
    }
    frame.data = data.join("\n");
    (frame != Frame::default()).then_some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_wherever_the_chunks_end() {
        let text = ": beat\n\nid: 7\nevent: change\ndata: {\"seq\":7,\ndata: \"topic\":\"order\"}\r\n\r\nevent: gap\ndata:\n\nid: 8\nev";
        let mut whole = Frames::default();
        let at_once = whole.feed(text.as_bytes());
        let mut slow = Frames::default();
        let by_byte: Vec<Frame> = text.bytes().flat_map(|byte| slow.feed(&[byte])).collect();
        assert_eq!(at_once, by_byte);
        assert_eq!(at_once.len(), 2);
        assert_eq!(at_once[0], Frame { id: Some("7".into()), event: "change".into(), data: "{\"seq\":7,\n\"topic\":\"order\"}".into() });
        assert_eq!(whole.rest, b"id: 8\nev");
    }
}
