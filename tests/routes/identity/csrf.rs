//! Whoever is known by a cookie alone has to come from a page of our own; pages of other sites call only where they are listed.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use purser_http::Options;
use purser_testkit::{TestApp, both, json};
use tower::ServiceExt;

const PAGE: &str = "https://shop.example";

async fn cookie(app: &TestApp) -> String {
    app.tenant().await;
    let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass" });
    let reply = app.nobody().post("/auth/login", body).await.ok();
    reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

/// A call with these headers to a server that lists [`PAGE`].
async fn call(app: &TestApp, method: Method, headers: &[(&str, &str)]) -> axum::response::Response {
    let options = Options { origins: vec![PAGE.into()], ..Options::default() };
    let mut request = Request::builder().method(method).uri("/api/v1/setup").header(header::HOST, "purser.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    purser_http::router(app.app.clone(), options).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

fn allowed(response: &axum::response::Response) -> Option<&str> {
    response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|value| value.to_str().unwrap())
}

both! {
    async fn a_cookie_alone_is_refused(app) {
        let kept = cookie(&app).await;
        let by = app.nobody().with("cookie", &kept);
        let refresh = async |name: &str, value: &str| by.with(name, value).call(Method::POST, "/auth/refresh", None).await;
        let _ = by.call(Method::POST, "/auth/refresh", None).await.problem(403, "csrf");
        for site in ["cross-site", "same-site", "anything"] {
            let _ = refresh("sec-fetch-site", site).await.problem(403, "csrf");
        }
        let _ = refresh("x-csrf-token", "").await.problem(403, "csrf");
        // None of these used the token up.
        let reply = refresh("x-csrf-token", "1").await.ok();
        let next = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let page = app.nobody().with("cookie", &next).with("host", "purser.example");
        let _ = page.with("origin", "https://evil.example").call(Method::POST, "/auth/refresh", None).await.problem(403, "foreign_origin");
        let _ = page.with("origin", "https://purser.example").call(Method::POST, "/auth/refresh", None).await.ok();
    }

    async fn only_listed_pages_of_other_sites_may_call(app) {
        app.tenant().await;
        let response = call(&app, Method::GET, &[("origin", PAGE)]).await;
        assert_eq!((response.status(), allowed(&response)), (StatusCode::OK, Some(PAGE)));
        assert!(response.headers().get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS).is_none());
        assert!(response.headers().get_all(header::VARY).iter().any(|value| value == "Origin"));
        for other in ["https://evil.example", "http://shop.example", "https://shop.example.evil.example", "https://shop.example:444", "null"] {
            let response = call(&app, Method::GET, &[("origin", other)]).await;
            assert_eq!((response.status(), allowed(&response)), (StatusCode::FORBIDDEN, None), "{other}");
        }
        let own = call(&app, Method::GET, &[]).await;
        assert_eq!((own.status(), allowed(&own)), (StatusCode::OK, None));
    }

    async fn a_browser_that_asks_first_is_told_what_is_allowed(app) {
        app.tenant().await;
        let asked = [("origin", PAGE), ("access-control-request-method", "PATCH"), ("access-control-request-headers", "authorization")];
        let response = call(&app, Method::OPTIONS, &asked).await;
        assert_eq!((response.status(), allowed(&response)), (StatusCode::NO_CONTENT, Some(PAGE)));
        let methods = response.headers()[header::ACCESS_CONTROL_ALLOW_METHODS].to_str().unwrap();
        assert!(methods.contains("PATCH") && !methods.contains('*'));
        assert!(response.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap().contains("Authorization"));
        let asked = [("origin", "https://evil.example"), ("access-control-request-method", "PATCH")];
        let response = call(&app, Method::OPTIONS, &asked).await;
        assert_eq!((response.status(), allowed(&response)), (StatusCode::FORBIDDEN, None));
    }
}
