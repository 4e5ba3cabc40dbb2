//! Sessions: list, end, sign out, change the password.

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::factors::{OWNER, PASSWORD, enrol, first_step};

both! {
    async fn ending_a_session_bites_on_the_next_request(app) {
        let (here, there) = (app.owner().await, app.owner().await);
        let list = here.get("/auth/sessions").await.ok().data();
        let other = list.as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
        let _ = there.get("/auth/me").await.ok();
        let _ = here.delete(&format!("/auth/sessions/{}", other["id"].as_str().unwrap())).await.is(204);
        let _ = there.get("/auth/me").await.problem(401, "session_ended");
        let _ = here.get("/auth/me").await.ok();
    }

    async fn another_persons_session_is_not_there(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let id = owner.get("/auth/sessions").await.ok().data()[0]["id"].as_str().unwrap().to_owned();
        let _ = support.delete(&format!("/auth/sessions/{id}")).await.problem(404, "not_found");
        let _ = owner.get("/auth/me").await.ok();
    }

    async fn signing_out_ends_it(app) {
        let owner = app.owner().await;
        let _ = owner.call(axum::http::Method::POST, "/auth/logout", None).await.is(204);
        let _ = owner.get("/auth/me").await.problem(401, "session_ended");
    }

    async fn a_new_password_ends_the_other_sessions(app) {
        let (here, there) = (app.owner().await, app.owner().await);
        let wrong = json!({ "currentPassword": "no", "newPassword": "another lantern 17 copper" });
        let _ = here.post("/auth/password", wrong).await.problem(400, "invalid").complains("currentPassword", "wrong");
        let right = json!({ "currentPassword": "harbour lantern 42 brass", "newPassword": "another lantern 17 copper" });
        let _ = here.post("/auth/password", right).await.is(204);
        let _ = here.get("/auth/me").await.ok();
        let _ = there.get("/auth/me").await.problem(401, "session_ended");
    }

    async fn staff_see_and_end_sessions_of_their_own_tenant_only(app) {
        let (owner, stranger) = (app.owner().await, app.stranger(Role::Owner).await);
        let theirs = format!("/users/{}/sessions", owner.id.clone().unwrap());
        let _ = stranger.get(&theirs).await.problem(404, "not_found");
        let id = owner.get(&theirs).await.ok().data()[0]["id"].as_str().unwrap().to_owned();
        let _ = stranger.delete(&format!("{theirs}/{id}")).await.problem(404, "not_found");
        let _ = owner.delete(&format!("{theirs}/{id}")).await.is(204);
    }

    async fn a_browser_that_signs_in_anew_ends_the_session_it_had(app) {
        let owner = app.owner().await;
        let login = async |cookie: &str| {
            let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass" });
            let reply = app.nobody().with("cookie", cookie).post("/auth/login", body).await.ok();
            let kept = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
            (app.nobody().with_token(reply.data()["accessToken"].as_str().unwrap()), kept)
        };
        let (first, kept) = login("purser_refresh=nonsense").await;
        let (second, _) = login(&kept).await;
        let _ = first.get("/auth/me").await.problem(401, "session_ended");
        let _ = second.get("/auth/me").await.ok();
        let _ = owner.get("/auth/me").await.ok();
        let lines = owner.get("/audit?action=session.end").await.ok().data();
        assert_eq!(lines[0]["reason"], "signed in anew");
    }

    async fn a_second_step_ends_the_session_the_browser_had_as_well(app) {
        let owner = app.owner().await;
        let reply = app.nobody().post("/auth/login", json!({ "email": OWNER, "password": PASSWORD })).await.ok();
        let kept = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let before = app.nobody().with_token(reply.data()["accessToken"].as_str().unwrap());
        let (_, codes) = enrol(&app, &before).await;
        let _ = owner.get("/auth/me").await.problem(401, "session_ended");
        let asked = first_step(&app, OWNER).await;
        let body = json!({ "challenge": asked["challenge"], "code": codes[0] });
        let reply = app.nobody().with("cookie", &kept).post("/auth/challenge/backup", body).await.ok();
        let _ = before.get("/auth/me").await.problem(401, "session_ended");
        let _ = app.nobody().with_token(reply.data()["accessToken"].as_str().unwrap()).get("/auth/me").await.ok();
    }
}
