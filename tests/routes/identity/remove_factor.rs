//! `POST /auth/factors/{id}/remove`, `PATCH /auth/factors/{id}` and `POST /users/{id}/factors/reset`.

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::factors::{OWNER, PASSWORD, actions, enrol, first_step};

both! {
    async fn taking_a_factor_away_needs_the_password_and_a_factor(app) {
        let owner = app.owner().await;
        let (device, codes) = enrol(&app, &owner).await;
        let id = owner.get("/auth/factors").await.ok().data()["factors"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/auth/factors/{id}/remove");
        let _ = owner.post(&path, json!({ "password": "no", "code": device.code(&app, 0) })).await.problem(400, "invalid").complains("password", "wrong");
        let _ = owner.post(&path, json!({ "password": PASSWORD, "code": "000000" })).await.problem(400, "invalid").complains("code", "wrong");
        app.advance(11 * 60_000_000);
        let _ = owner.post(&path, json!({ "password": PASSWORD })).await.problem(403, "step_up_required");
        // Whoever lost the telephone still has the paper.
        let _ = owner.post(&path, json!({ "password": PASSWORD, "code": codes[3] })).await.is(204);
        assert!(first_step(&app, OWNER).await["accessToken"].is_string());
        let left = owner.get("/auth/factors").await.ok().data();
        assert_eq!((left["factors"].clone(), left["backupCodesLeft"].clone()), (json!([]), json!(0)));
        let _ = owner.post(&path, json!({ "password": PASSWORD })).await.problem(404, "not_found");
        assert!(actions(&app).await.iter().any(|action| action == "factor.remove"));
    }

    async fn a_factor_can_be_named(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner).await;
        let id = owner.get("/auth/factors").await.ok().data()["factors"][0]["id"].as_str().unwrap().to_owned();
        let _ = owner.patch(&format!("/auth/factors/{id}"), json!({ "name": " Work phone " })).await.is(204);
        assert_eq!(owner.get("/auth/factors").await.ok().data()["factors"][0]["name"], "Work phone");
        let stranger = app.caller(Role::Support).await;
        let _ = stranger.patch(&format!("/auth/factors/{id}"), json!({ "name": "Mine" })).await.problem(404, "not_found");
        let _ = stranger.post(&format!("/auth/factors/{id}/remove"), json!({ "password": PASSWORD })).await.problem(404, "not_found");
    }

    async fn an_administrator_resets_with_a_reason_and_the_sessions_end(app) {
        let (owner, person) = (app.owner().await, app.caller(Role::Finance).await);
        let _ = enrol(&app, &person).await;
        let id = person.id.clone().unwrap();
        assert_eq!(owner.get(&format!("/users/{id}/factors")).await.ok().data()["factors"].as_array().unwrap().len(), 1);
        let path = format!("/users/{id}/factors/reset");
        let sure = "came to the office with a passport";
        let _ = owner.post(&path, json!({ "reason": " ", "identifiedBy": sure })).await.problem(400, "invalid").complains("reason", "required");
        let unsure = owner.post(&path, json!({ "reason": "lost", "identifiedBy": " " })).await.problem(400, "invalid");
        let _ = unsure.complains("identifiedBy", "required");
        let body = json!({ "reason": "lost the telephone", "identifiedBy": sure });
        let _ = app.caller(Role::Support).await.post(&path, body.clone()).await.problem(403, "forbidden");
        let _ = owner.post(&path, body.clone()).await.is(204);
        let _ = person.get("/auth/me").await.problem(401, "session_ended");
        assert_eq!(owner.get(&format!("/users/{id}/factors")).await.ok().data()["factors"], json!([]));
        let line = owner.get("/audit?action=factor.reset").await.ok().data()[0].clone();
        assert_eq!((&line["reason"], &line["after"]["identifiedBy"]), (&json!("lost the telephone"), &json!(sure)), "{line}");
        let own = owner.id.clone().unwrap();
        let _ = owner.post(&format!("/users/{own}/factors/reset"), body).await.problem(409, "own_account");
    }
}
