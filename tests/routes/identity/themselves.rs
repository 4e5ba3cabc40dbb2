//! What one's own account depends on changes only for whoever showed within ten minutes that it is still them: `POST /auth/step-up`,
//! `POST /auth/step-up/password`, and signing in.

use purser_core::access::Role;
use purser_testkit::{Caller, Reply, both, json};

use super::factors::{OWNER, PASSWORD, enrol};

const MINUTE: i64 = 60_000_000;

/// Change particulars of one's own.
async fn change(by: &Caller, what: serde_json::Value) -> Reply {
    let path = format!("/users/{}", by.id.as_deref().unwrap());
    let tag = by.get(&path).await.ok().header("etag").unwrap().to_owned();
    by.with("if-match", &tag).patch(&path, what).await
}

async fn give(by: &Caller, password: &str) -> Reply {
    by.post("/auth/step-up/password", json!({ "password": password })).await
}

both! {
    async fn ones_own_address_and_telephone_change_after_a_fresh_proof(app) {
        let owner = app.owner().await;
        let _ = change(&owner, json!({ "phone": "+47 555 12 345" })).await.ok();
        app.advance(10 * MINUTE);
        for what in [json!({ "email": "thief@evil.test" }), json!({ "phone": "+47 555 00 000" }), json!({ "phone": null })] {
            let _ = change(&owner, what).await.problem(403, "step_up_required");
        }
        // What nothing depends on needs none, nor what belongs to somebody else.
        let _ = change(&owner, json!({ "firstName": "Olivia", "phone": "+47 555 12 345" })).await.ok();
        let other = app.caller(Role::Support).await;
        let path = format!("/users/{}", other.id.clone().unwrap());
        let _ = owner.with("if-match", "\"1\"").patch(&path, json!({ "email": "sam@harbour.example" })).await.ok();
        let _ = give(&owner, "not it").await.problem(400, "invalid").complains("password", "wrong");
        let _ = change(&owner, json!({ "email": "olive@harbour.example" })).await.problem(403, "step_up_required");
        let reply = give(&owner, PASSWORD).await.ok();
        assert!(reply.data()["freshUntil"].is_string());
        app.advance(4 * MINUTE);
        let _ = change(&owner, json!({ "email": "olive@harbour.example" })).await.ok();
        let lines = owner.get("/audit?action=session.prove_by_password").await.ok().data();
        assert_eq!(lines.as_array().map(Vec::len), Some(1), "{lines}");
    }

    async fn other_sessions_of_ones_own_end_after_a_fresh_proof(app) {
        let (here, there, leaving) = (app.owner().await, app.owner().await, app.owner().await);
        let one = |list: &serde_json::Value, current: bool| {
            let found = list.as_array().unwrap().iter().find(|session| session["current"] == current).unwrap();
            format!("/auth/sessions/{}", found["id"].as_str().unwrap())
        };
        let other = one(&there.get("/auth/sessions").await.ok().data(), true);
        let mine = one(&leaving.get("/auth/sessions").await.ok().data(), true);
        app.advance(10 * MINUTE);
        let _ = here.delete(&other).await.problem(403, "step_up_required");
        let _ = here.delete("/auth/sessions").await.problem(403, "step_up_required");
        let _ = there.get("/auth/me").await.ok();
        // Leaving needs no proof.
        let _ = leaving.delete(&mine).await.is(204);
        let _ = leaving.get("/auth/me").await.problem(401, "session_ended");
        let _ = give(&here, PASSWORD).await.ok();
        let _ = here.delete(&other).await.is(204);
        let _ = there.get("/auth/me").await.problem(401, "session_ended");
        assert_eq!(here.delete("/auth/sessions").await.ok().data()["ended"], 0);
    }

    async fn whoever_has_a_factor_proves_that_whatever_the_policy(app) {
        let owner = app.owner().await;
        let (device, codes) = enrol(&app, &owner).await;
        let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &tag).patch("/settings/sign-in", json!({ "stepUp": "off" })).await.ok();
        let _ = change(&owner, json!({ "phone": "+47 555 12 345" })).await.ok();
        app.advance(10 * MINUTE);
        let _ = give(&owner, PASSWORD).await.problem(409, "has_factor");
        let _ = change(&owner, json!({ "phone": null })).await.problem(403, "step_up_required");
        let _ = owner.delete("/auth/sessions").await.problem(403, "step_up_required");
        let _ = owner.post("/auth/step-up", json!({ "method": "totp", "code": device.code(&app, 0) })).await.ok();
        let _ = change(&owner, json!({ "phone": null })).await.ok();
        assert_eq!(codes.len(), 10);
    }

    async fn a_password_is_no_second_factor_and_is_not_guessed_here(app) {
        let owner = app.owner().await;
        let somebody = app.db_user(app.tenant().await, Role::User, "Una").await.id;
        let role = format!("/users/{somebody}/role");
        let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &tag).patch("/settings/sign-in", json!({ "stepUp": "always" })).await.ok();
        let _ = give(&owner, PASSWORD).await.ok();
        let _ = owner.patch(&role, json!({ "role": "support" })).await.problem(403, "factor_required");
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let owner = owner.clone();
                tokio::spawn(async move { give(&owner, "a guess").await.status.as_u16() })
            })
            .collect();
        let mut wrong = 0;
        for call in calls {
            match call.await.unwrap() {
                400 => wrong += 1,
                other => assert_eq!(other, 429),
            }
        }
        assert_eq!(wrong, 10, "as many as codes may be wrong");
        let _ = give(&owner, PASSWORD).await.problem(429, "rate_limited");
        app.advance(15 * MINUTE);
        let _ = give(&app.sign_in(OWNER).await, PASSWORD).await.ok();
    }
}
