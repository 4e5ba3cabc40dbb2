//! `POST /auth/login`.

use axum::body::Body;
use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn answers_the_same_for_a_wrong_password_and_an_unknown_account(app) {
        let _ = app.owner().await;
        let wrong = app.nobody().post("/auth/login", json!({ "email": "owner@harbour.example", "password": "no" })).await.problem(401, "bad_credentials");
        let unknown = app.nobody().post("/auth/login", json!({ "email": "nobody@harbour.example", "password": "no" })).await.problem(401, "bad_credentials");
        assert_eq!(wrong.json()["detail"], unknown.json()["detail"]);
    }

    async fn ignores_case_and_blanks_of_the_address(app) {
        let _ = app.owner().await;
        let body = json!({ "email": " Owner@Harbour.EXAMPLE ", "password": "harbour lantern 42 brass" });
        let _ = app.nobody().post("/auth/login", body).await.ok();
    }

    async fn gives_the_refresh_token_in_the_body_only_when_asked(app) {
        let _ = app.owner().await;
        let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass", "tokenDelivery": "body" });
        let reply = app.nobody().post("/auth/login", body).await.ok();
        assert!(reply.data()["refreshToken"].is_string());
        assert!(reply.header("set-cookie").is_none());
        assert_eq!(reply.data()["expiresIn"], 900);
    }

    async fn malformed_bodies_are_explained(app) {
        let nobody = app.nobody();
        let send = async |body: &'static str| nobody.send(Method::POST, "/auth/login", Some("application/json"), Body::from(body)).await;
        let _ = send("{").await.problem(400, "invalid").complains("body", "malformed");
        let _ = send("{} {}").await.problem(400, "invalid");
        let _ = send(r#"{"email":"a@b.example"}"#).await.problem(400, "invalid").complains("password", "required");
        let _ = send(r#"{"email":1,"password":"x"}"#).await.problem(400, "invalid").complains("email", "wrong_type");
        let _ = send(r#"{"email":"a","password":"x","admin":true}"#).await.problem(400, "invalid").complains("admin", "unknown_field");
        let _ = nobody.send(Method::POST, "/auth/login", Some("text/plain"), Body::from("x")).await.problem(415, "unsupported_media");
        let long = format!(r#"{{"email":"{}","password":"x"}}"#, "x".repeat(2_000_000));
        let _ = nobody.send(Method::POST, "/auth/login", Some("application/json"), Body::from(long)).await.problem(413, "too_large");
    }

    async fn forged_tokens_open_nothing(app) {
        let owner = app.owner().await;
        let good = app.caller(Role::Support).await;
        let _ = good.get("/auth/me").await.ok();
        let _ = owner.with_token("abc").get("/auth/me").await.problem(401, "bad_token");
        let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.";
        let _ = owner.with_token(none).get("/auth/me").await.problem(401, "bad_token");
        let _ = app.nobody().get("/auth/me").await.problem(401, "not_signed_in");
    }

    async fn an_access_token_runs_out(app) {
        let owner = app.owner().await;
        app.advance(15 * 60 * 1_000_000);
        let _ = owner.get("/auth/me").await.problem(401, "token_expired");
    }
}
