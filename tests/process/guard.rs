//! A server on this machine answers to this machine's names only: a page that rebinds its own name to 127.0.0.1 gets nothing.

use reqwest::Method;

use super::Place;
use super::client::Client;

async fn ask(client: &Client, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = client.request(Method::GET, "/setup");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (status, reply) = client.send(request).await.unwrap();
    (status, reply["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn foreign_names_and_foreign_pages_are_refused() {
    let place = Place::new();
    let server = place.serve().await;
    let (client, port) = (server.nobody(), server.port());
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        assert_eq!(ask(&client, &[("host", &format!("{host}:{port}"))]).await.0, 200, "{host}");
    }
    for host in ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "purser", "0.0.0.0", "169.254.169.254"] {
        assert_eq!(ask(&client, &[("host", host)]).await, (403, "unknown_host".into()), "{host}");
    }
    let own = format!("http://127.0.0.1:{port}");
    assert_eq!(ask(&client, &[("origin", &own)]).await.0, 200);
    for origin in ["http://evil.example", "https://127.0.0.1", "null", "http://127.0.0.1:1", "http://localhost.evil.example"] {
        assert_eq!(ask(&client, &[("origin", origin)]).await, (403, "foreign_origin".into()), "{origin}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_guard_stands_before_every_door() {
    let place = Place::new();
    let server = place.serve().await;
    let owner = server.set_up().await;
    for path in ["/auth/me", "/users", "/orders/export", "/events", "/audit/export"] {
        let request = owner.request(Method::GET, path).header("host", "evil.example");
        let (status, reply) = owner.send(request).await.unwrap();
        assert_eq!((status, reply["code"].as_str()), (403, Some("unknown_host")), "{path}: {reply}");
    }
    for path in ["/", "/health", "/api/openapi.json", "/.well-known/jwks.json"] {
        let reply = owner.http.get(format!("{}{path}", server.url)).header("host", "evil.example").send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 403, "{path}");
    }
    server.stop().await;
}
