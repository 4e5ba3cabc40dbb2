//! The two cookies there are, the refresh token and the one a browser is known again by: over TLS bound to this host, everywhere kept from
//! scripts and other sites.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::Body;
use axum::http::{Request, Response, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use purser_http::Peer;
use purser_testkit::{TestApp, both, json};
use serde_json::Value;
use tower::ServiceExt;

async fn send(app: &TestApp, secure: bool, path: &str, cookie: Option<&str>, body: Value) -> Response<Body> {
    let mut request = Request::post(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "application/json");
    if let Some(cookie) = cookie {
        // As a page of our own sends it.
        request = request.header(header::COOKIE, cookie).header("sec-fetch-site", "same-origin");
    }
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    request.extensions_mut().insert(Peer { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), secure });
    app.router.clone().oneshot(request).await.unwrap()
}

fn cookie(response: &Response<Body>) -> String {
    let all: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().collect();
    assert!((1..=2).contains(&all.len()), "{all:?}");
    if let Some(device) = all.get(1) {
        let parts: Vec<&str> = device.to_str().unwrap().split("; ").collect();
        let place: &[&str] = if parts[0].starts_with("__Host-") { &["Path=/", "Secure"] } else { &["Path=/api/v1/auth"] };
        assert!(parts[0].contains("purser_device=") && place.iter().all(|part| parts.contains(part)), "{device:?}");
        assert!(["HttpOnly", "SameSite=Strict"].iter().all(|part| parts.contains(part)) && !parts.contains(&"Domain"), "{device:?}");
    }
    all[0].to_str().unwrap().to_owned()
}

async fn json_of(response: Response<Body>) -> Value {
    serde_json::from_slice(&axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap()
}

both! {
    async fn over_tls_it_belongs_to_this_host_alone(app) {
        app.tenant().await;
        let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass" });
        let reply = send(&app, true, "/auth/login", None, body).await;
        let line = cookie(&reply);
        let parts: Vec<&str> = line.split("; ").collect();
        assert!(parts[0].starts_with("__Host-purser_refresh="), "{line}");
        for wanted in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(parts.contains(&wanted), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
        assert_eq!(reply.headers()["strict-transport-security"], "max-age=31536000; includeSubDomains");
        let token = parts[0].split_once('=').unwrap().1.to_owned();
        assert_eq!(URL_SAFE_NO_PAD.decode(&token).unwrap().len() * 8, 256, "nobody guesses it");
        let shown = json_of(reply).await;
        assert!(shown["data"].get("refreshToken").is_none() && !shown.to_string().contains(&token), "a page is never shown it");
        // Set by somebody else under the plain name, it counts for nothing here.
        let planted = send(&app, true, "/auth/refresh", Some(&format!("purser_refresh={token}")), json!({})).await;
        assert_eq!(planted.status().as_u16(), 401);
        let good = send(&app, true, "/auth/refresh", Some(&format!("a=b; {}", parts[0])), json!({})).await;
        assert_eq!(good.status().as_u16(), 200);
        assert_ne!(cookie(&good).split(';').next(), Some(parts[0]), "the token is another one each time");
    }

    async fn signing_out_takes_it_back(app) {
        app.tenant().await;
        let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass" });
        for secure in [true, false] {
            let reply = send(&app, secure, "/auth/login", None, body.clone()).await;
            let (name, path) = if secure { ("__Host-purser_refresh", "Path=/;") } else { ("purser_refresh", "Path=/api/v1/auth;") };
            assert!(cookie(&reply).starts_with(&format!("{name}=")), "{}", cookie(&reply));
            let access = json_of(reply).await["data"]["accessToken"].as_str().unwrap().to_owned();
            let mut out = Request::post("/api/v1/auth/logout").header(header::AUTHORIZATION, format!("Bearer {access}")).body(Body::empty()).unwrap();
            out.extensions_mut().insert(Peer { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), secure });
            let gone = cookie(&app.router.clone().oneshot(out).await.unwrap());
            assert!(gone.starts_with(&format!("{name}=;")) && gone.contains("Max-Age=0") && gone.contains(path), "{gone}");
        }
    }
}
