//! POST /auth/invitation/accept

use purser_core::time::DAY;
use purser_testkit::{both, json};

both! {
    async fn whoever_was_asked_in_chooses_a_password_and_signs_in(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "ada@example.com", "firstName": "A", "lastName": "L", "role": "support" });
        let id = owner.post("/users", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let token = app.mailed_token("ada@example.com").await;
        let _ = app.nobody().post("/auth/password/forgot", json!({ "email": "ada@example.com" })).await.is(204);
        app.settle().await;
        assert_eq!(owner.get("/mailbox?template=password_reset").await.ok().meta()["total"], 0, "there is no password to forget yet");
        let weak = json!({ "token": token, "password": "lovelace1" });
        let _ = app.nobody().post("/auth/invitation/accept", weak).await.problem(400, "invalid").complains("password", "too_weak");
        let body = json!({ "token": token, "password": "violet anchor 77 copper", "firstName": " Ada ", "lastName": "Lovelace", "language": "de" });
        let _ = app.nobody().post("/auth/invitation/accept", body.clone()).await.is(204);
        let _ = app.nobody().post("/auth/invitation/accept", body).await.problem(400, "invalid").complains("token", "bad_link");
        let person = owner.get(&format!("/users/{id}")).await.ok().data();
        assert_eq!((person["status"].as_str(), person["name"].as_str(), person["language"].as_str()), (Some("active"), Some("Ada Lovelace"), Some("de")));
        assert_eq!(person["emailVerified"], true);
        assert_eq!(owner.get("/users?search=lovelace").await.ok().meta()["total"], 1);
        let login = app.nobody().post("/auth/login", json!({ "email": "ada@example.com", "password": "violet anchor 77 copper" })).await.ok().data();
        assert_eq!((login["user"]["emailVerified"].as_bool(), login["user"]["first"].is_null()), (Some(true), true), "{login}");
        app.settle().await;
        let mails = owner.get("/mailbox?template=welcome").await.ok().data();
        assert_eq!(mails[0]["subject"], "Willkommen bei Harbour Supplies");
        assert_eq!(owner.get("/audit?action=user.accept").await.ok().data()[0]["subject"]["id"], id.as_str());
    }

    async fn names_are_checked_and_old_links_refused(app) {
        let owner = app.owner().await;
        let _ = owner.post("/users", json!({ "email": "ada@example.com", "firstName": "A", "lastName": "L", "role": "user" })).await.is(201);
        let token = app.mailed_token("ada@example.com").await;
        let accept = async |more: serde_json::Value| {
            let mut body = json!({ "token": token, "password": "violet anchor 77 copper" });
            body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            app.nobody().post("/auth/invitation/accept", body).await
        };
        let _ = accept(json!({ "firstName": "" })).await.problem(400, "invalid").complains("firstName", "required");
        let _ = accept(json!({ "language": "german please" })).await.problem(400, "invalid").complains("language", "language");
        let _ = accept(json!({ "role": "owner" })).await.problem(400, "invalid").complains("role", "unknown_field");
        app.advance(7 * DAY + 1);
        let _ = accept(json!({})).await.problem(400, "invalid").complains("token", "bad_link");
    }
}
