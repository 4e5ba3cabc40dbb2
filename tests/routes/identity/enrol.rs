//! `POST /auth/challenge/enrol` and `…/confirm`: a role that needs a second factor gets one while signing in.

use purser_core::access::Role;
use purser_testkit::{TestApp, both, json};

use super::factors::{Authenticator, PASSWORD, answer, challenge, inside};

async fn require(app: &TestApp, roles: &[&str]) {
    let owner = app.owner().await;
    let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
    let _ = owner.with("if-match", &tag).patch("/settings/sign-in", json!({ "requireFactorFor": roles })).await.ok();
}

both! {
    async fn a_role_that_needs_a_factor_enrols_on_the_way_in(app) {
        require(&app, &["finance"]).await;
        let tenant = app.tenant().await;
        let person = app.db_user(tenant, Role::Finance, "Fin").await;
        let body = json!({ "email": person.email, "password": PASSWORD });
        let asked = app.nobody().post("/auth/login", body).await.ok().data();
        assert_eq!((asked["enrol"].clone(), asked["methods"].clone()), (json!(true), json!([])));
        let token = asked["challenge"].as_str().unwrap();
        // Not a factor's challenge: no code answers it before there is a factor.
        let _ = answer(&app, "totp", token, "000000").await.problem(401, "challenge_over");
        let enrolment = app.nobody().post("/auth/challenge/enrol", json!({ "challenge": token })).await.ok().data();
        let device = Authenticator::scan(&enrolment);
        let _ = answer(&app, "enrol/confirm", token, "000000").await.problem(401, "bad_code");
        let reply = answer(&app, "enrol/confirm", token, &device.code(&app, 0)).await.ok();
        assert_eq!(reply.data()["backupCodes"].as_array().unwrap().len(), 10);
        let me = inside(&app, &reply).get("/auth/me").await.ok().data();
        assert_eq!(me["email"], person.email);
        app.advance(60_000_000);
        let token = challenge(&app, &person.email).await;
        let _ = answer(&app, "totp", &token, &device.code(&app, 0)).await.ok();
    }

    async fn a_made_up_token_enrols_nobody(app) {
        app.tenant().await;
        let _ = app.nobody().post("/auth/challenge/enrol", json!({ "challenge": "made up" })).await.problem(401, "challenge_over");
        let _ = answer(&app, "enrol/confirm", "made up", "000000").await.problem(401, "challenge_over");
    }

    async fn who_was_asked_for_a_first_factor_adds_no_second(app) {
        require(&app, &["finance"]).await;
        let tenant = app.tenant().await;
        let person = app.db_user(tenant, Role::Finance, "Fin").await;
        // Two sign-ins wait at once; somebody who only knows the password holds one of them.
        let (theirs, ours) = (challenge(&app, &person.email).await, challenge(&app, &person.email).await);
        let enrolment = app.nobody().post("/auth/challenge/enrol", json!({ "challenge": ours })).await.ok().data();
        let device = Authenticator::scan(&enrolment);
        let _ = answer(&app, "enrol/confirm", &ours, &device.code(&app, 0)).await.ok();
        let _ = app.nobody().post("/auth/challenge/enrol", json!({ "challenge": theirs })).await.problem(401, "challenge_over");
        let _ = answer(&app, "enrol/confirm", &theirs, "000000").await.problem(401, "challenge_over");
    }

    async fn the_first_factor_is_added_by_whoever_showed_the_password_lately(app) {
        let owner = app.owner().await;
        app.advance(10 * 60_000_000);
        let begin = async |by: &purser_testkit::Caller| by.post("/auth/factors/totp", json!({ "name": "Telephone" })).await;
        let _ = begin(&owner).await.problem(403, "step_up_required");
        let _ = owner.post("/auth/factors/email", json!({})).await.problem(403, "step_up_required");
        let _ = owner.post("/auth/step-up/password", json!({ "password": PASSWORD })).await.ok();
        let _ = begin(&owner).await.ok();
    }
}
