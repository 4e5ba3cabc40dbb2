//! Requests as bytes: what a proper client never sends. The boundary of a message is never in doubt, and nobody names their own address.

use purser_testkit::json;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::Client;
use super::{LIMIT, Place, Server};

/// Everything the server says to these bytes until it closes the line.
async fn say(server: &Server, bytes: &str) -> String {
    let mut line = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    line.write_all(bytes.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    // A line that is reset has said what it had to say.
    drop(tokio::time::timeout(LIMIT, line.read_to_end(&mut said)).await.expect("it answers and closes"));
    String::from_utf8_lossy(&said).into_owned()
}

fn statuses(said: &str) -> Vec<&str> {
    said.match_indices("HTTP/1.1 ").map(|(at, mark)| &said[at + mark.len()..at + mark.len() + 3]).collect()
}

#[tokio::test]
async fn where_a_message_ends_is_never_in_doubt() {
    let place = Place::new();
    let server = place.serve().await;
    let host = format!("host: 127.0.0.1:{}\r\ncontent-type: application/json\r\n", server.port());
    let hidden = format!("GET /api/v1/setup HTTP/1.1\r\n{host}\r\n");
    // Two lengths, and a length that is none: refused before anything is read.
    for lengths in ["content-length: 2\r\ncontent-length: 3\r\n", "content-length: 2, 3\r\n", "content-length: +2\r\n", "content-length: -1\r\n"] {
        let said = say(&server, &format!("POST /api/v1/auth/login HTTP/1.1\r\n{host}{lengths}connection: close\r\n\r\n{{}}")).await;
        assert_eq!(statuses(&said), ["400"], "{lengths:?}: {said}");
    }
    // Chunks win over a length, so that what follows the last chunk can not hide in the length; with anything unclear the line is closed.
    let length = 5 + hidden.len();
    let said = say(&server, &format!("POST /api/v1/auth/login HTTP/1.1\r\n{host}content-length: {length}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n{hidden}")).await;
    assert_eq!(statuses(&said), ["400"], "{said}");
    for coding in ["transfer-encoding: chunked, identity\r\n", "transfer-encoding: xchunked\r\n", "transfer-encoding : chunked\r\n"] {
        let said = say(&server, &format!("POST /api/v1/auth/login HTTP/1.1\r\n{host}{coding}connection: close\r\n\r\n0\r\n\r\n{hidden}")).await;
        assert!(statuses(&said).len() == 1 && !said.contains("\"needed\""), "{coding:?}: {said}");
    }
    // A name in a header can not begin a header of its own.
    let said = say(&server, &format!("GET /api/v1/setup HTTP/1.1\r\n{host}x-request-id: a\u{0}b\r\nconnection: close\r\n\r\n")).await;
    assert_eq!(statuses(&said), ["400"], "{said}");
    server.stop().await;
}

#[tokio::test]
async fn a_request_without_a_name_is_refused_on_this_machines_door() {
    let place = Place::new();
    let server = place.serve().await;
    for head in [
        "GET /api/v1/setup HTTP/1.1\r\nconnection: close\r\n\r\n",
        "GET /api/v1/setup HTTP/1.0\r\n\r\n",
        "GET /api/v1/setup HTTP/1.1\r\nhost: \r\nconnection: close\r\n\r\n",
    ] {
        let said = say(&server, head).await;
        assert!(!said.contains("\"needed\""), "{head:?}: {said}");
    }
    server.stop().await;
}

#[tokio::test]
async fn an_address_one_gives_oneself_counts_for_nothing() {
    let place = Place::new();
    let server = place.serve().await;
    let owner = server.set_up().await;
    let mut request = server.nobody().request(Method::POST, "/auth/login");
    for name in ["x-forwarded-for", "x-real-ip", "forwarded", "true-client-ip", "x-forwarded-host", "x-forwarded-proto", "x-user-id"] {
        request = request.header(name, if name == "forwarded" { "for=203.0.113.9;proto=https" } else { "203.0.113.9" });
    }
    let request = request.json(&json!({ "email": "owner@harbour.example", "password": super::PASSWORD }));
    let reply = request.send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 200);
    assert!(!reply.headers().contains_key("strict-transport-security"), "a line is not encrypted because its sender says so");
    let (_, sessions) = owner.get("/auth/sessions").await.unwrap();
    let addresses: Vec<_> = sessions["data"].as_array().unwrap().iter().map(|session| session["ip"].as_str().unwrap_or_default()).collect();
    assert_eq!(addresses, ["127.0.0.1", "127.0.0.1"]);
    server.stop().await;
}

#[tokio::test]
async fn a_proxy_that_is_vouched_for_says_who_is_calling() {
    let place = Place::new();
    let server = place.serve_with(&["--trusted-proxies", "127.0.0.1, 10.0.0.0/8"]).await;
    let owner = server.set_up().await;
    let request = server.nobody().request(Method::POST, "/auth/login").header("x-forwarded-for", "198.51.100.1, 203.0.113.9, 10.0.0.7");
    let request = request.json(&json!({ "email": "owner@harbour.example", "password": super::PASSWORD }));
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
    let (_, sessions) = owner.get("/auth/sessions").await.unwrap();
    let mut addresses: Vec<_> = sessions["data"].as_array().unwrap().iter().map(|session| session["ip"].as_str().unwrap_or_default()).collect();
    addresses.sort_unstable();
    assert_eq!(addresses, ["127.0.0.1", "203.0.113.9"]);
    server.stop().await;
    let wrong = super::run(["serve", "--data", place.data().to_str().unwrap(), "--listen", "127.0.0.1:0", "--trusted-proxies", "0.0.0.0/0"]).await;
    assert_eq!(wrong.code, Some(2), "{}", wrong.err);
    assert!(wrong.err.contains("trusted_proxies"), "{}", wrong.err);
}

#[tokio::test]
async fn behind_a_proxy_that_adds_tls_the_cookie_is_as_safe() {
    let place = Place::new();
    let mut command = super::purser(["serve", "--listen", "0.0.0.0:0", "--plain-http", "--data"]);
    let mut child = command.arg(place.data()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut out = tokio::io::BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    tokio::io::AsyncBufReadExt::read_line(&mut out, &mut first).await.unwrap();
    let port = first.trim().rsplit_once(':').unwrap().1.to_owned();
    let client = Client::new(&format!("http://127.0.0.1:{port}"));
    let body =
        json!({ "tenantName": "Harbour", "firstName": "Olive", "lastName": "Owner", "email": "owner@harbour.example", "password": super::PASSWORD });
    let reply = client.request(Method::POST, "/setup").json(&body).send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 201);
    let cookie = reply.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-purser_refresh=") && cookie.contains("; Secure"), "{cookie}");
    assert!(reply.headers().contains_key("strict-transport-security"));
    child.kill().await.unwrap();
}
