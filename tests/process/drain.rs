//! SIGTERM: what is being worked on is finished, streams end, nothing new begins, exit code 0, and the file is closed in order.

use purser_testkit::json;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{LIMIT, Place, order, shop};

#[tokio::test]
async fn a_request_under_way_is_finished() {
    let place = Place::new();
    let server = place.serve().await;
    let owner = server.set_up().await;
    let body = json!({ "email": "late@world.example", "firstName": "Late", "lastName": "Comer", "role": "user" }).to_string();
    let token = owner.request(Method::GET, "/").build().unwrap().headers()["authorization"].to_str().unwrap().to_owned();
    let port = server.port();
    // The head is there and the server waits for the rest: a request under way.
    let mut line = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let head = format!(
        "POST /api/v1/users HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0_u8; 25];
    tokio::time::timeout(LIMIT, line.read_exact(&mut go_on)).await.expect("the server asks for the body").unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&go_on));
    server.terminate().await;
    // The door is closed when nobody can connect any more; only then is the rest sent.
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    line.write_all(body.as_bytes()).await.unwrap();
    let mut reply = String::new();
    tokio::time::timeout(LIMIT, line.read_to_string(&mut reply)).await.expect("the request is answered").unwrap();
    assert!(reply.starts_with("HTTP/1.1 201"), "{reply}");
    let status = server.ended().await;
    assert_eq!(status.code(), Some(0), "{status}");
    let server = place.serve().await;
    let (_, found) = owner.at(&server.url).get("/users?search=late").await.unwrap();
    assert_eq!(found["meta"]["total"], 1, "{found}");
    server.stop().await;
}

#[tokio::test]
async fn an_open_stream_does_not_hold_it_up() {
    let place = Place::new();
    let server = place.serve().await;
    let owner = server.set_up().await;
    let mut stream = owner.request(Method::GET, "/events").send().await.unwrap();
    assert_eq!(stream.status().as_u16(), 200);
    let first = stream.chunk().await.unwrap();
    assert!(first.is_some(), "the stream has begun");
    let asked = std::time::Instant::now();
    server.terminate().await;
    // The stream ends by itself and in order.
    while stream.chunk().await.expect("the stream ends in order").is_some() {}
    assert_eq!(server.ended().await.code(), Some(0));
    assert!(asked.elapsed() < std::time::Duration::from_secs(8), "it waited for the grace to run out");
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_main_file() {
    let place = Place::new();
    let server = place.serve().await;
    let owner = server.set_up().await;
    let things = shop(&owner, 5_000).await;
    for _ in 0..5 {
        let _ = super::made(owner.post("/orders", order(&things)).await.unwrap());
    }
    server.stop().await;
    let left = std::fs::metadata(place.data().join("purser.db-wal")).map_or(0, |file| file.len());
    assert_eq!(left, 0, "the write-ahead log was written back");
    let server = place.serve().await;
    let (_, found) = owner.at(&server.url).get("/orders").await.unwrap();
    assert_eq!(found["meta"]["total"], 5, "{found}");
    server.stop().await;
}
