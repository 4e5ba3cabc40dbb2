//! `GET /lockouts`.

use purser_core::access::Role;
use purser_core::time::MINUTE;
use purser_store::{Tx, lockouts};
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use super::factors::OWNER;

async fn fail(app: &TestApp, email: &str, ip: &str, times: usize) {
    for _ in 0..times {
        let _ = app.nobody().from(ip).post("/auth/login", json!({ "email": email, "password": "no" })).await.is(401);
    }
}

async fn names(by: &Caller, query: &str) -> Vec<Value> {
    by.get(&format!("/lockouts?{query}")).await.ok().data().as_array().unwrap().iter().map(|row| row["name"].clone()).collect()
}

both! {
    async fn whoever_is_kept_out_is_listed_once_until_it_is_over(app) {
        let (owner, tenant) = (app.owner().await, app.tenant().await);
        assert_eq!(owner.get("/lockouts").await.ok().data(), json!([]));
        let sam = app.db_user(tenant, Role::Support, "Sam").await;
        let finn = app.db_user(tenant, Role::Finance, "Finn").await;
        fail(&app, &sam.email, "203.0.113.7", 5).await;
        fail(&app, &sam.email, "203.0.113.8", 5).await;
        app.advance(MINUTE);
        // Four are not enough; neither accounts nobody has nor what only looks like a lock of ours stand here.
        fail(&app, OWNER, "203.0.113.9", 4).await;
        for email in ["nobody@harbour.example", "factor:nonsense", "factor:00000000-0000-0000-0000-00000000000z"] {
            fail(&app, email, "203.0.113.10", 5).await;
        }
        let account = format!("factor:{}", finn.id);
        let now = app.app.clock.now();
        let locked = async |tx: &mut Tx| {
            lockouts::fail(tx, (&account, ""), now, (now, now)).await?;
            lockouts::lock(tx, (&account, ""), now.plus(20 * MINUTE)).await
        };
        app.app.db.transact(tenant, locked).await.unwrap();

        let reply = owner.get("/lockouts").await.ok();
        assert_eq!((reply.meta()["total"].clone(), reply.data().as_array().unwrap().len()), (json!(2), 2), "{}", reply.text());
        let wanted = json!([
            { "id": finn.id, "name": "Finn Example", "email": finn.email, "status": "active", "failures": 1, "addresses": 0, "everywhere": false,
              "lockedUntil": "2026-11-21T09:21:00.000000Z", "factorsLockedUntil": "2026-11-21T09:21:00.000000Z",
              "lastFailureAt": "2026-11-21T09:01:00.000000Z" },
            { "id": sam.id, "name": "Sam Example", "email": sam.email, "status": "active", "failures": 5, "addresses": 2, "everywhere": false,
              "address": "203.0.113.7", "lockedUntil": "2026-11-21T09:15:00.000000Z", "passwordLockedUntil": "2026-11-21T09:15:00.000000Z",
              "lastFailureAt": "2026-11-21T09:00:00.000000Z" },
        ]);
        assert_eq!(reply.data(), wanted);
        assert_eq!(names(&owner, "sort=lockedUntil").await, ["Sam Example", "Finn Example"]);
        let first = owner.get("/lockouts?limit=1").await.ok();
        let cursor = first.meta()["nextCursor"].as_str().unwrap().to_owned();
        assert_eq!(names(&owner, &format!("limit=1&cursor={cursor}")).await, ["Sam Example"]);
        assert_eq!((names(&owner, "search=FINN").await.len(), names(&owner, "search=%25").await.len()), (1, 0));
        assert_eq!(names(&owner, &format!("search={}", sam.email)).await, ["Sam Example"]);

        // What the page of one of them says is the same.
        let one = owner.get(&format!("/users/{}/lockout", sam.id)).await.ok().data();
        assert_eq!((one["locked"].clone(), one["lockedUntil"].clone()), (json!(true), json!("2026-11-21T09:15:00.000000Z")));
        let _ = owner.post(&format!("/users/{}/unlock", finn.id), json!({})).await.ok();
        assert_eq!(names(&owner, "").await, ["Sam Example"]);
        app.advance(14 * MINUTE);
        assert_eq!(app.owner().await.get("/lockouts").await.ok().data(), json!([]));
    }

    async fn it_is_shown_to_those_who_see_attempts_and_to_no_other_business(app) {
        let tenant = app.tenant().await;
        let sam = app.db_user(tenant, Role::User, "Sam").await;
        fail(&app, &sam.email, "203.0.113.7", 5).await;
        assert_eq!(names(&app.caller(Role::Support).await, "").await, ["Sam Example"]);
        assert!(names(&app.stranger(Role::Owner).await, "").await.is_empty());
        let _ = app.caller(Role::User).await.get("/lockouts").await.problem(403, "forbidden");
        let _ = app.nobody().get("/lockouts").await.is(401);
        let _ = app.caller(Role::Support).await.get("/lockouts?sort=email").await.problem(400, "invalid");
    }
}
