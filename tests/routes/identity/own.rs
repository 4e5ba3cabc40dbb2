//! `PATCH /auth/me`: one's own particulars, whatever one's role.

use purser_core::access::Role;
use purser_core::time::MINUTE;
use purser_testkit::{both, json};

use super::factors::enrol;

both! {
    async fn everybody_changes_their_own_name_telephone_and_language(app) {
        let owner = app.owner().await;
        for role in [Role::User, Role::Guest, Role::Auditor] {
            let me = app.caller(role).await;
            let body = json!({ "firstName": "Wanda", "lastName": "Holmqvist", "phone": "+47 55 51 23 45", "language": "de" });
            let changed = me.patch("/auth/me", body).await.ok().data();
            assert_eq!((changed["name"].as_str(), changed["phone"].as_str(), changed["language"].as_str()), (Some("Wanda Holmqvist"), Some("+47 55 51 23 45"), Some("de")));
            assert_eq!(me.patch("/auth/me", json!({ "phone": null })).await.ok().data().get("phone"), None);
            assert_eq!(me.get("/auth/me").await.ok().data()["lastName"], "Holmqvist");
        }
        let user = app.caller(Role::User).await;
        for (body, field, code) in [
            (json!({}), "body", "empty"),
            (json!({ "firstName": null }), "firstName", "required"),
            (json!({ "lastName": "x".repeat(300) }), "lastName", "too_long"),
            (json!({ "email": "nonsense" }), "email", "not_an_email"),
            (json!({ "role": "owner" }), "role", "unknown_field"),
            (json!({ "notes": "x" }), "notes", "unknown_field"),
        ] {
            let _ = user.patch("/auth/me", body).await.problem(400, "invalid").complains(field, code);
        }
        let line = owner.get(&format!("/audit?action=user.update&subjectId={}", user.id.clone().unwrap())).await.ok();
        assert_eq!(line.meta()["total"], 0);
        let _ = user.patch("/auth/me", json!({ "firstName": "Una", "phone": "+47 55 51 99 99" })).await.ok();
        let line = owner.get(&format!("/audit?action=user.update&subjectId={}", user.id.clone().unwrap())).await.ok().data()[0].clone();
        assert_eq!((line["actor"]["id"].as_str(), line["after"]["phone"].as_str()), (user.id.as_deref(), Some("…99")));
        let _ = app.nobody().patch("/auth/me", json!({ "firstName": "x" })).await.problem(401, "not_signed_in");
    }

    async fn another_address_is_theirs_once_it_was_proved(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        let una = app.db_user(tenant, Role::User, "Una").await;
        let me = app.signed_in(una.clone()).await;
        let asked = me.patch("/auth/me", json!({ "email": "Una.New@example.com" })).await.ok().data();
        assert_eq!((asked["email"].as_str(), asked["newEmail"].as_str()), (Some(una.email.as_str()), Some("una.new@example.com")));
        let _ = me.patch("/auth/me", json!({ "email": "una.again@example.com" })).await.problem(429, "rate_limited");
        let token = app.mailed_token("una.new@example.com").await;
        let about = app.nobody().post("/auth/link", json!({ "token": token })).await.ok().data();
        assert_eq!((about["purpose"].as_str(), about["email"].as_str()), (Some("new_address"), Some("una.new@example.com")));
        let verify = async |token: &str| app.nobody().post("/auth/email/verify", json!({ "token": token })).await;
        assert_eq!(verify(&token).await.ok().data()["already"], false);
        assert_eq!(verify(&token).await.ok().data()["already"], true);
        let now = me.get("/auth/me").await.ok().data();
        assert_eq!((now["email"].as_str(), now["emailVerified"].as_bool(), now.get("newEmail")), (Some("una.new@example.com"), Some(true), None));
        app.settle().await;
        let told = owner.get(&format!("/mailbox?template=account_notice&search={}", una.email)).await.ok().data();
        assert_eq!((told.as_array().map(Vec::len), told[0]["address"].as_str()), (Some(1), Some(una.email.as_str())), "the old address hears of it");
        let _ = app.sign_in("una.new@example.com").await.get("/auth/me").await.ok();
        let line = owner.get("/audit?action=user.update").await.ok().data()[0].clone();
        assert_eq!((line["before"]["email"].as_str(), line["after"]["email"].as_str()), (Some(una.email.as_str()), Some("una.new@example.com")));
    }

    async fn an_address_somebody_has_is_not_told_of_before_it_is_proved(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        let (una, ben) = (app.db_user(tenant, Role::User, "Una").await, app.db_user(tenant, Role::User, "Ben").await);
        let me = app.signed_in(una.clone()).await;
        let _ = me.patch("/auth/me", json!({ "email": ben.email })).await.ok();
        let token = app.mailed_token(&ben.email).await;
        let _ = app.nobody().post("/auth/email/verify", json!({ "token": token })).await.problem(409, "taken").complains("email", "taken");
        assert_eq!(me.get("/auth/me").await.ok().data()["email"], una.email.as_str());
        // A link that was asked for before the password changed moves nothing.
        app.advance(2 * MINUTE);
        let _ = me.patch("/auth/me", json!({ "email": "una.new@example.com" })).await.ok();
        let token = app.mailed_token("una.new@example.com").await;
        let body = json!({ "currentPassword": "harbour lantern 42 brass", "newPassword": "violet anchor 77 copper" });
        let _ = me.post("/auth/password", body).await.is(204);
        let _ = app.nobody().post("/auth/email/verify", json!({ "token": token })).await.problem(400, "invalid").complains("token", "bad_link");
        let _ = owner.get("/users").await.ok();
    }

    async fn where_one_is_reached_changes_after_a_fresh_proof_and_only_by_oneself(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner).await;
        app.advance(11 * MINUTE);
        let _ = owner.patch("/auth/me", json!({ "email": "other@harbour.example" })).await.problem(403, "step_up_required");
        let _ = owner.patch("/auth/me", json!({ "phone": "+47 55 51 23 45" })).await.problem(403, "step_up_required");
        let _ = owner.patch("/auth/me", json!({ "firstName": "Olivia" })).await.ok();
        let owner = app.caller(Role::Owner).await;
        let user = app.caller(Role::User).await;
        let body = json!({ "userId": user.id, "reason": "they asked", "readOnly": false });
        let _ = owner.post("/auth/impersonation", body).await.is(201);
        let _ = owner.patch("/auth/me", json!({ "firstName": "Eve" })).await.problem(403, "not_while_impersonating");
    }
}
