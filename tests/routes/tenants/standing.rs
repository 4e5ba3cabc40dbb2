//! POST /tenants/{id}/suspend, /resume, /close, /restore

use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::DAY;
use purser_service::jobs;
use purser_testkit::{both, json};

use super::{another, close, slug};

const WHY: &str = "unpaid since spring";

both! {
    async fn a_suspended_tenant_keeps_everybody_out_until_it_is_resumed(app) {
        let owner = app.owner().await;
        let (tenant, email, elsa) = another(&app).await;
        let key = elsa.post("/keys", json!({ "name": "Nightly", "scopes": ["read:user"] })).await.is(201).data();
        let script = app.nobody().with_token(key["secret"].as_str().unwrap());
        let login = json!({ "email": email, "password": "harbour lantern 42 brass", "tokenDelivery": "body" });
        let signed_in = app.nobody().post("/auth/login", login.clone()).await.ok().data();
        let _ = script.get("/users").await.ok();
        let job = app.db_job(tenant, false).await;
        let path = format!("/tenants/{tenant}");
        let suspended = owner.post(&format!("{path}/suspend"), json!({ "reason": WHY })).await.ok().data();
        assert_eq!((&suspended["state"], &suspended["reason"]), (&json!("suspended"), &json!(WHY)));
        for (by, path) in [(&elsa, "/auth/me"), (&elsa, "/orders"), (&elsa, "/events"), (&script, "/users")] {
            let _ = by.call(Method::GET, path, None).await.problem(403, "tenant_suspended");
        }
        let _ = app.nobody().post("/auth/login", login.clone()).await.problem(403, "tenant_suspended");
        let wrong = json!({ "email": email, "password": "not this one" });
        let _ = app.nobody().post("/auth/login", wrong).await.problem(401, "bad_credentials");
        let refresh = json!({ "refreshToken": signed_in["refreshToken"], "tokenDelivery": "body" });
        let _ = app.nobody().post("/auth/refresh", refresh.clone()).await.problem(403, "tenant_suspended");
        // Its work waits, and nobody else's does.
        app.advance(31 * DAY);
        jobs::run_due(&app.app).await.unwrap();
        let tries = async || -> i64 {
            let found = app.app.db.read(tenant, async |tx| purser_store::jobs::find(tx, job).await).await.unwrap();
            found.unwrap().attempts
        };
        assert_eq!(tries().await, 0);
        let owner = app.owner().await;
        let _ = owner.post(&format!("{path}/suspend"), json!({ "reason": WHY })).await.problem(409, "already_suspended");
        let _ = owner.post(&format!("{path}/resume"), json!({ "reason": "paid" })).await.ok();
        let again = app.sign_in(&email).await;
        let _ = again.get("/orders").await.ok();
        jobs::run_due(&app.app).await.unwrap();
        assert_eq!(tries().await, 1);
        let _ = owner.post(&format!("{path}/resume"), json!({ "reason": "paid" })).await.problem(409, "not_suspended");
        // Both logs say who and why.
        for log in [&owner, &again] {
            let line = log.get("/audit?action=tenant.suspend").await.ok().data()[0].clone();
            assert_eq!((&line["reason"], &line["actor"]["name"], &line["after"]["state"]), (&json!(WHY), &json!("Olive Owner"), &json!("suspended")));
        }
        assert_eq!(again.get("/sign-ins?outcome=refused").await.ok().data().as_array().unwrap().iter().filter(|row| row["reason"] == "tenant_shut").count(), 1);
    }

    async fn a_deletion_can_be_taken_back_within_its_grace(app) {
        let owner = app.owner().await;
        let (tenant, email, elsa) = another(&app).await;
        let path = format!("/tenants/{tenant}");
        let body = json!({ "reason": "the contract ended", "confirm": "something else" });
        let _ = owner.post(&format!("{path}/close"), body).await.problem(400, "invalid").complains("confirm", "not_the_same");
        let body = json!({ "reason": "x", "confirm": slug(&owner, tenant).await, "graceDays": 91 });
        let _ = owner.post(&format!("{path}/close"), body).await.problem(400, "invalid").complains("graceDays", "out_of_range");
        close(&owner, tenant).await;
        let closing = owner.get(&path).await.ok().data();
        assert_eq!(closing["state"], "closing");
        assert!(closing["purgeAt"].as_str().unwrap() > app.app.clock.now().plus(29 * DAY).to_string().as_str());
        let _ = elsa.get("/auth/me").await.problem(403, "tenant_closing");
        for step in ["suspend", "resume"] {
            let _ = owner.post(&format!("{path}/{step}"), json!({ "reason": "x" })).await.problem(409, "closing");
        }
        app.advance(29 * DAY);
        jobs::tick(&app.app).await.unwrap();
        jobs::run_due(&app.app).await.unwrap();
        let owner = app.owner().await;
        let back = owner.post(&format!("{path}/restore"), json!({ "reason": "they stay" })).await.ok().data();
        assert_eq!((&back["state"], back.get("purgeAt")), (&json!("suspended"), None));
        let _ = owner.post(&format!("{path}/restore"), json!({ "reason": "x" })).await.problem(409, "not_closing");
        let _ = owner.post(&format!("{path}/resume"), json!({ "reason": "they stay" })).await.ok();
        app.advance(60 * DAY);
        jobs::tick(&app.app).await.unwrap();
        jobs::run_due(&app.app).await.unwrap();
        let _ = app.sign_in(&email).await.get("/auth/me").await.ok();
    }

    async fn the_home_stays_and_nobody_else_moves_a_tenant(app) {
        let owner = app.owner().await;
        let (tenant, _, elsa) = another(&app).await;
        let home = app.tenant().await;
        let _ = owner.post(&format!("/tenants/{home}/suspend"), json!({ "reason": "x" })).await.problem(409, "home_tenant");
        let body = json!({ "reason": "x", "confirm": slug(&owner, home).await });
        let _ = owner.post(&format!("/tenants/{home}/close"), body).await.problem(409, "home_tenant");
        for by in [&elsa, &app.caller(Role::Admin).await] {
            for id in [tenant, home] {
                let _ = by.post(&format!("/tenants/{id}/suspend"), json!({ "reason": "x" })).await.problem(403, "forbidden");
            }
        }
        let _ = owner.post(&format!("/tenants/{tenant}/suspend"), json!({ "reason": "" })).await.problem(400, "invalid").complains("reason", "required");
        let unknown = purser_core::ids::TenantId(uuid::Uuid::from_u128(7));
        let _ = owner.post(&format!("/tenants/{unknown}/suspend"), json!({ "reason": "x" })).await.problem(404, "not_found");
    }

    async fn a_person_of_two_tenants_gets_into_the_open_one(app) {
        let owner = app.owner().await;
        let tenant = app.db_tenant("Elsewhere").await;
        let other = app.db_tenant("Third").await;
        let ada = app.db_user(tenant, Role::Support, "Ada").await;
        let twin = purser_store::users::User { id: app.app.ids.next(app.app.clock.now()), tenant_id: other, ..ada.clone() };
        let insert = async |tx: &mut purser_store::Tx| purser_store::users::insert(tx, std::slice::from_ref(&twin)).await;
        app.app.db.transact(other, insert).await.unwrap();
        let _ = owner.post(&format!("/tenants/{tenant}/suspend"), json!({ "reason": "x" })).await.ok();
        let me = app.sign_in(&ada.email).await.get("/auth/me").await.ok().data();
        assert_eq!(me["tenant"]["name"], "Third");
    }
}
