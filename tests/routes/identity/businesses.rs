//! `POST /auth/login` with an address that several businesses know, and the work a failure takes.

use purser_core::access::Role;
use purser_core::ids::TenantId;
use purser_store::sql;
use purser_testkit::{TestApp, both, json};

use super::factors::PASSWORD;

const SHARED: &str = "una@both.example";

/// Somebody of this tenant under the address two businesses know.
async fn known(app: &TestApp, tenant: TenantId, email: &str) -> String {
    let user = app.db_user(tenant, Role::User, "Una").await;
    let moved = app.app.db.transact(tenant, async |tx| {
        tx.run(sql("UPDATE users SET email = $3, email_key = $3 WHERE tenant_id = $1 AND id = $2").bind(tenant).bind(user.id).bind(email.to_owned()))
            .await
    });
    assert_eq!(moved.await.unwrap(), 1);
    user.id.to_string()
}

both! {
    async fn whoever_fits_in_two_businesses_chooses_one(app) {
        let (home, elsewhere) = (app.tenant().await, app.db_tenant("Elsewhere").await);
        let (first, second) = (known(&app, home, SHARED).await, known(&app, elsewhere, SHARED).await);
        let login = async |more: serde_json::Value| {
            let mut body = json!({ "email": SHARED, "password": PASSWORD });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            app.nobody().post("/auth/login", body).await
        };
        let asked = login(json!({})).await.ok().data();
        assert!(asked.get("accessToken").is_none(), "{asked}");
        let names: Vec<_> = asked["businesses"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Elsewhere", "Harbour Supplies"]);
        for (business, person) in [(home, &first), (elsewhere, &second)] {
            let chosen = login(json!({ "business": business })).await.ok().data();
            assert_eq!(chosen["user"]["id"].as_str(), Some(person.as_str()));
        }
        let _ = login(json!({ "business": uuid::Uuid::nil() })).await.problem(401, "bad_credentials");
        // With a wrong password nobody hears where the address is known.
        let wrong = app.nobody().post("/auth/login", json!({ "email": SHARED, "password": "no" })).await.problem(401, "bad_credentials");
        assert!(wrong.json().get("businesses").is_none());
        // Where one of them is locked by staff, the other is meant.
        let owner = app.owner().await;
        let _ = owner.post(&format!("/users/{first}/lock"), json!({ "reason": "left" })).await.ok();
        assert_eq!(login(json!({})).await.ok().data()["user"]["id"].as_str(), Some(second.as_str()));
    }

    async fn a_failure_takes_the_same_work_whoever_it_was_meant_for(app) {
        let (home, elsewhere) = (app.tenant().await, app.db_tenant("Elsewhere").await);
        let _ = (known(&app, home, SHARED).await, known(&app, elsewhere, SHARED).await);
        let imported = known(&app, home, "imported@both.example").await;
        let plain = known(&app, home, "plain@both.example").await;
        let work = async |email: &str| {
            let before = app.app.passwords.held_against();
            let _ = app.nobody().post("/auth/login", json!({ "email": email, "password": "no such password" })).await.problem(401, "bad_credentials");
            let after = app.app.passwords.held_against();
            (after.0 - before.0, after.1 - before.1)
        };
        for email in [SHARED, "plain@both.example", "nobody@both.example"] {
            assert_eq!(work(email).await, (2, 0), "{email}");
        }
        let set = app.app.db.transact(home, async |tx| {
            let old = "$2b$08$abcdefghijklmnopqrstuuzJ0vCRxvWVvYQFQ5qQKZpZL2mV3JxyO";
            tx.run(sql("UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2").bind(home).bind(imported.parse::<purser_core::ids::UserId>().unwrap()).bind(old.to_owned())).await
        });
        assert_eq!(set.await.unwrap(), 1);
        for email in [SHARED, "plain@both.example", "nobody@both.example", "imported@both.example"] {
            assert_eq!(work(email).await, (2, 2), "{email}");
        }
        assert!(!plain.is_empty());
    }
}
