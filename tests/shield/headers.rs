//! Every reply there is tells a browser to be careful: the API's, the console's, refusals, failures.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::IntoResponse;
use purser_core::Error;
use purser_testkit::{Reply, TestApp, both};
use tower::ServiceExt;

use crate::api::{Operation, World, operations, samples};

/// What is missing in a reply's head, if anything.
fn faults(what: &str, reply: &Reply) -> Vec<String> {
    let mut faults = Vec::new();
    let mut wants = |name: &str, good: &dyn Fn(&str) -> bool| {
        let value = reply.header(name).unwrap_or_default();
        if !good(value) {
            faults.push(format!("{what}: {name} is {value:?}"));
        }
    };
    let policy = |value: &str, part: &str| value.split(';').any(|one| one.trim() == part);
    wants("x-content-type-options", &|value| value == "nosniff");
    wants("referrer-policy", &|value| value == "no-referrer");
    wants("cross-origin-resource-policy", &|value| value == "same-origin");
    wants("content-security-policy", &|value| policy(value, "frame-ancestors 'none'"));
    wants("content-security-policy", &|value| !value.contains("unsafe") && !value.contains('*'));
    wants("content-security-policy", &|value| {
        policy(value, "default-src 'none'") || (policy(value, "object-src 'none'") && policy(value, "base-uri 'none'"))
    });
    wants("access-control-allow-origin", &str::is_empty);
    let text = |value: &str| !value.starts_with("text/") || value.starts_with("text/event-stream") || value.ends_with("charset=utf-8");
    wants("content-type", &text);
    if !reply.body.is_empty() {
        wants("content-type", &|value| !value.is_empty());
    }
    faults
}

both! {
    async fn every_operation_says_so_and_keeps_out_of_caches(app) {
        let world = World::new(app).await;
        let mut known: BTreeMap<String, Operation> = operations().1.into_iter().map(|operation| (operation.id.clone(), operation)).collect();
        let mut found = Vec::new();
        for sample in samples() {
            let Some(operation) = known.remove(sample.operation) else { continue };
            for by in [world.app.nobody(), world.owner.clone()] {
                // What ends the owner's session is tried by nobody only.
                if by.id.is_some() && ["logout", "changePassword"].contains(&sample.operation) { continue; }
                let reply = world.call(&by, &sample, &operation.method).await;
                found.extend(faults(sample.operation, &reply));
                if reply.header("cache-control") != Some("no-store") && sample.operation != "followEvents" {
                    found.push(format!("{}: cache-control is {:?}", sample.operation, reply.header("cache-control")));
                }
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    async fn reading_changes_nothing(app) {
        let world = World::new(app).await;
        let mut known: BTreeMap<String, Operation> = operations().1.into_iter().map(|operation| (operation.id.clone(), operation)).collect();
        let before = world.app.db_dump(world.tenant).await;
        let mut read = 0;
        for sample in samples() {
            let Some(operation) = known.remove(sample.operation).filter(|operation| operation.method == Method::GET) else { continue };
            let _ = world.call(&world.owner, &sample, &operation.method).await.ok();
            read += 1;
        }
        assert!(read > 25, "{read} operations read");
        let after = world.app.db_dump(world.tenant).await;
        for (table, rows) in &before {
            // Taking data out is noted.
            if table.starts_with("audit") || table == "tenants" { continue; }
            assert_eq!(&after[table], rows, "{table} changed");
        }
    }

    async fn another_sites_page_is_told_nothing(app) {
        let owner = app.owner().await.with("host", "purser.example").with("origin", "https://evil.example");
        for method in [Method::OPTIONS, Method::GET, Method::POST, Method::DELETE] {
            let reply = owner.with("access-control-request-method", "DELETE").call(method.clone(), "/users", None).await;
            let reply = reply.problem(403, "foreign_origin");
            let allowed: Vec<_> = reply.headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
            assert!(allowed.is_empty(), "{method}: {allowed:?}");
        }
        let own = app.owner().await.with("host", "purser.example").with("origin", "https://purser.example");
        let _ = own.get("/users").await.ok();
        // A page without a name of its own, and one that hides which server it means.
        let nameless = app.owner().await.with("host", "purser.example").with("origin", "null");
        let _ = nameless.get("/users").await.problem(403, "foreign_origin");
        let _ = app.owner().await.with("origin", "https://purser.example").get("/users").await.problem(403, "unknown_host");
    }
}

#[tokio::test]
async fn what_is_no_operation_says_so_too() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let mut found = Vec::new();
    for path in [
        "//",
        "//docs",
        "//users/1",
        "//assets/",
        "//assets/none.js",
        "//mark.svg",
        "//api/v2/x",
        "//api/openapi.json",
        "//health",
        "//.well-known/jwks.json",
        "//.git/config",
        "//api/docs",
    ] {
        let reply = owner.get(path).await;
        found.extend(faults(path, &reply));
        assert!(reply.status.as_u16() < 500, "{path}");
    }
    // Folders list nothing, and what lies beside the console is not there.
    for path in ["//assets/", "//assets/..%2f..%2fCargo.toml"] {
        let _ = owner.get(path).await.problem(404, "not_found");
    }
    assert!(!owner.get("//.git/config").await.text().contains("[core]"));
    for (method, path) in [("PUT", "/users"), ("TRACE", "/users"), ("POST", "//health")] {
        found.extend(faults(path, &owner.call(Method::from_bytes(method.as_bytes()).unwrap(), path, None).await));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn a_defect_is_told_without_its_cause() {
    let response = purser_http::Problem(Error::internal("postgres://purser:hunter2@db/purser: relation \"users\" does not exist")).into_response();
    assert_eq!(response.status().as_u16(), 500);
    let body = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    for secret in ["hunter2", "postgres", "users"] {
        assert!(!body.contains(secret), "{body}");
    }
    assert!(body.contains("\"code\":\"internal\""), "{body}");
}

#[tokio::test]
async fn secrets_in_an_address_open_nothing() {
    let app = TestApp::sqlite().await;
    let body = purser_testkit::json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass", "tokenDelivery": "body" });
    app.tenant().await;
    let signed_in = app.nobody().post("/auth/login", body).await.ok().data();
    let token = signed_in["accessToken"].as_str().unwrap();
    for name in ["access_token", "accessToken", "token", "authorization", "bearer"] {
        let _ = app.nobody().get(&format!("/auth/me?{name}={token}")).await.problem(401, "not_signed_in");
        let _ = app.nobody().with("cookie", &format!("{name}={token}")).get("/auth/me").await.problem(401, "not_signed_in");
    }
    let refresh = format!("/api/v1/auth/refresh?refreshToken={}", signed_in["refreshToken"].as_str().unwrap());
    let request = Request::post(refresh).body(Body::empty()).unwrap();
    assert_eq!(app.router.clone().oneshot(request).await.unwrap().status().as_u16(), 401);
}
