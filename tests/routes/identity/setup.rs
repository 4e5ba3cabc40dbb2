//! `GET` and `POST /setup`.

use purser_testkit::{both, json};

both! {
    async fn works_once(app) {
        let nobody = app.nobody();
        assert_eq!(nobody.get("/setup").await.ok().data()["needed"], true);
        let body = json!({ "tenantName": "Harbour", "firstName": "Ada", "lastName": "Bell", "email": "ada@harbour.example", "password": "harbour lantern 42 brass" });
        let reply = nobody.post("/setup", body.clone()).await.is(201);
        assert_eq!(reply.data()["user"]["role"], "owner");
        assert_eq!(reply.data()["user"]["tenant"]["name"], "Harbour");
        assert!(reply.header("set-cookie").is_some_and(|cookie| cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict")));
        let me = nobody.with_token(reply.data()["accessToken"].as_str().unwrap()).get("/auth/me").await.ok();
        assert_eq!(me.data()["email"], "ada@harbour.example");
        let _ = nobody.post("/setup", body).await.problem(409, "already_set_up");
        assert_eq!(nobody.get("/setup").await.ok().data()["needed"], false);
    }

    async fn names_every_bad_field_at_once(app) {
        let body = json!({ "tenantName": " ", "firstName": "", "lastName": "x".repeat(101), "email": "ada", "password": "harbour lantern 42 brass" });
        let reply = app.nobody().post("/setup", body).await.problem(400, "invalid");
        let reply = reply.complains("tenantName", "required").complains("firstName", "required");
        let _ = reply.complains("lastName", "too_long").complains("email", "not_an_email");
        assert_eq!(app.nobody().get("/setup").await.ok().data()["needed"], true);
    }

    async fn refuses_a_weak_password_with_advice(app) {
        let body = json!({ "tenantName": "H", "firstName": "Ada", "lastName": "Bell", "email": "ada@harbour.example", "password": "password1" });
        let _ = app.nobody().post("/setup", body).await.problem(400, "invalid").complains("password", "too_weak");
    }
}
