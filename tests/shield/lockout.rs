//! Somebody with many network addresses guesses: the account is locked towards all of them, and its owner still comes in.

use std::net::IpAddr;

use axum::body::Body;
use axum::http::{Request, header};
use purser_http::Peer;
use purser_testkit::{TestApp, both, json};
use tower::ServiceExt;

async fn sign_in(app: &TestApp, from: &str, password: &str) -> u16 {
    let body = json!({ "email": "owner@harbour.example", "password": password });
    let request = Request::post("/api/v1/auth/login").header(header::CONTENT_TYPE, "application/json");
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    let ip: IpAddr = from.parse().unwrap();
    request.extensions_mut().insert(Peer { ip, secure: true });
    app.router.clone().oneshot(request).await.unwrap().status().as_u16()
}

both! {
    async fn a_stranger_with_many_addresses_does_not_keep_the_owner_out(app) {
        app.tenant().await;
        let right = "harbour lantern 42 brass";
        assert_eq!(sign_in(&app, "192.0.2.1", right).await, 200);
        let mut answers = Vec::new();
        for place in 0..32 {
            answers.push(sign_in(&app, &format!("198.51.100.{place}"), "a guess").await);
        }
        assert_eq!(answers[..30], [401; 30]);
        assert_eq!(answers[30..], [429, 429], "locked towards addresses that never failed before");
        assert_eq!(sign_in(&app, "203.0.113.9", right).await, 429, "the right password too, from an address nobody knows");
        assert_eq!(sign_in(&app, "192.0.2.1", right).await, 200, "from where the owner was before");
        app.advance(15 * 60 * 1_000_000);
        assert_eq!(sign_in(&app, "203.0.113.9", right).await, 200);
    }
}
