//! POST /users

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn somebody_without_a_password_is_invited(app) {
        let owner = app.owner().await;
        let body = json!({ "email": " Ada@Example.com ", "firstName": "Ada", "lastName": "Lovelace", "role": "support", "country": "GB", "phone": "+44 20 7946 0000" });
        let reply = owner.post("/users", body).await.is(201);
        let view = reply.data();
        assert_eq!((view["status"].as_str(), view["email"].as_str(), view["name"].as_str()), (Some("invited"), Some("Ada@Example.com"), Some("Ada Lovelace")));
        assert_eq!(view["version"], 1);
        assert_eq!(view["emailVerified"], false);
        assert_eq!(reply.header("etag"), Some("\"1\""));
        let location = reply.header("location").unwrap().trim_start_matches("/api/v1").to_owned();
        assert_eq!(owner.get(&location).await.ok().data(), view);
        let line = owner.get("/audit?action=user.create&limit=1").await.ok().data()[0].clone();
        assert_eq!(line["subject"]["id"], view["id"]);
        assert_eq!(line["after"]["email"], "Ada@Example.com");
        assert!(!line.to_string().contains("password"));
    }

    async fn somebody_with_a_password_can_sign_in(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "grace@example.com", "firstName": "Grace", "lastName": "Hopper", "role": "finance", "password": "harbour lantern 42 brass" });
        assert_eq!(owner.post("/users", body).await.is(201).data()["status"], "active");
        let grace = app.sign_in("grace@example.com").await;
        assert_eq!(grace.get("/auth/me").await.ok().data()["role"], "finance");
    }

    async fn a_taken_address_is_named(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "role": "user" });
        let _ = owner.post("/users", body.clone()).await.is(201);
        let again = json!({ "email": "ADA@example.com", "firstName": "Other", "lastName": "L", "role": "user" });
        let _ = owner.post("/users", again).await.problem(409, "taken").complains("email", "taken");
        assert_eq!(owner.get("/users?search=ada").await.ok().meta()["total"], 1);
    }

    async fn every_wrong_field_is_named_at_once(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "nonsense", "firstName": "", "lastName": "x".repeat(101), "role": "user", "country": "Germany", "phone": "call me" });
        let reply = owner.post("/users", body).await.problem(400, "invalid");
        let reply = reply.complains("email", "not_an_email").complains("firstName", "required").complains("lastName", "too_long");
        let _ = reply.complains("country", "country").complains("phone", "phone");
        let weak = json!({ "email": "a@example.com", "firstName": "A", "lastName": "B", "role": "user", "password": "password" });
        let reply = owner.post("/users", weak).await.problem(400, "invalid");
        assert_eq!(reply.json()["errors"][0]["field"], "password");
        let _ = owner.post("/users", json!({ "email": "a@example.com", "firstName": "A", "lastName": "B" })).await.problem(400, "invalid").complains("role", "required");
        let _ = owner.post("/users", json!({ "email": "a@example.com", "firstName": "A", "lastName": "B", "role": "emperor" })).await.problem(400, "invalid").complains("role", "unknown_choice");
        let extra = json!({ "email": "a@example.com", "firstName": "A", "lastName": "B", "role": "user", "id": "x" });
        let _ = owner.post("/users", extra).await.problem(400, "invalid").complains("id", "unknown_field");
        assert_eq!(owner.get("/users").await.ok().meta()["total"], 1);
    }

    async fn nobody_makes_somebody_above_themselves(app) {
        let (admin, support) = (app.caller(Role::Admin).await, app.caller(Role::Support).await);
        let body = |role: &str| json!({ "email": format!("{role}@new.example"), "firstName": "N", "lastName": "N", "role": role });
        let _ = admin.post("/users", body("owner")).await.problem(403, "role_above_yours");
        let _ = support.post("/users", body("admin")).await.problem(403, "role_above_yours");
        let _ = support.post("/users", body("user")).await.is(201);
        let _ = app.caller(Role::Auditor).await.post("/users", body("guest")).await.problem(403, "forbidden");
        let _ = app.nobody().post("/users", body("guest")).await.problem(401, "not_signed_in");
    }

    async fn a_repeat_with_the_key_makes_one(app) {
        let owner = app.owner().await.with("idempotency-key", "invite-1");
        let body = json!({ "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "role": "user", "password": "harbour lantern 42 brass" });
        let first = owner.post("/users", body.clone()).await.is(201);
        let again = owner.post("/users", body).await.is(201);
        assert_eq!((first.body.clone(), first.header("location")), (again.body.clone(), again.header("location")));
        let other = json!({ "email": "ben@example.com", "firstName": "Ben", "lastName": "L", "role": "user" });
        let _ = owner.post("/users", other).await.problem(422, "unprocessable");
        assert_eq!(owner.get("/users?role=user").await.ok().meta()["total"], 1);
        let _ = app.sign_in("ada@example.com").await;
    }

    async fn two_at_once_make_one(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "race@example.com", "firstName": "R", "lastName": "R", "role": "user" });
        let calls = (0..8).map(|_| { let (owner, body) = (owner.clone(), body.clone()); tokio::spawn(async move { owner.post("/users", body).await.status.as_u16() }) });
        let mut statuses = Vec::new();
        for call in calls.collect::<Vec<_>>() { statuses.push(call.await.unwrap()); }
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    }
}
