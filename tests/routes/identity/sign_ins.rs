//! `GET /sign-ins`, `GET /users/{id}/sign-ins` and `GET /users/{id}/lockout`.

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::factors::{OWNER, PASSWORD};

both! {
    async fn every_attempt_is_listed_with_what_became_of_it(app) {
        let owner = app.owner().await;
        let tries = [(OWNER, "no"), ("nobody@harbour.example", "no"), ("my password by mistake", "no"), (OWNER, PASSWORD)];
        for (email, password) in tries {
            app.advance(1_000_000);
            let body = json!({ "email": email, "password": password });
            let _ = app.nobody().with("user-agent", "Mozilla/5.0 (X11; Linux) Firefox/140.0").post("/auth/login", body).await;
        }
        let rows = owner.get("/sign-ins?limit=4").await.ok().data();
        let of = |field: &str| rows.as_array().unwrap().iter().map(|row| row[field].clone()).collect::<Vec<_>>();
        assert_eq!(of("outcome"), ["signed_in", "refused", "refused", "refused"]);
        assert_eq!(of("reason"), [json!(null), json!("unknown_account"), json!("unknown_account"), json!("wrong_password")]);
        assert_eq!(of("email"), [json!(OWNER), json!(null), json!("nobody@harbour.example"), json!(OWNER)]);
        assert_eq!(rows[0]["user"]["name"], "Olive Owner");
        assert_eq!((rows[0]["method"].clone(), rows[0]["device"].clone()), (json!("password"), json!("Firefox on Linux")));
        // She had never been seen with that program.
        assert_eq!(rows[0]["newDevice"], true);
        let refused = owner.get("/sign-ins?outcome=refused&search=NOBODY").await.ok().data();
        assert_eq!(refused.as_array().unwrap().len(), 1);
        assert_eq!(owner.get("/sign-ins?from=2027-01-01").await.ok().data(), json!([]));
        let _ = owner.get("/sign-ins?outcome=maybe").await.problem(400, "invalid");
    }

    async fn one_account_alone_and_only_for_who_may(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let own = owner.id.clone().unwrap();
        let rows = support.get(&format!("/users/{own}/sign-ins")).await.ok().data();
        assert!(rows.as_array().unwrap().iter().all(|row| row["user"]["id"] == own.as_str()) && !rows.as_array().unwrap().is_empty());
        let _ = app.caller(Role::User).await.get("/sign-ins").await.problem(403, "forbidden");
        let stranger = app.stranger(Role::Owner).await;
        let _ = stranger.get(&format!("/users/{own}/sign-ins")).await.problem(404, "not_found");
        assert_eq!(stranger.get(&format!("/sign-ins?userId={own}")).await.ok().data(), json!([]));
    }

    async fn a_lock_shows_until_it_is_over(app) {
        let owner = app.owner().await;
        let path = format!("/users/{}/lockout", owner.id.clone().unwrap());
        assert_eq!(owner.get(&path).await.ok().data(), json!({ "locked": false, "addresses": [] }));
        for _ in 0..5 { let _ = app.nobody().post("/auth/login", json!({ "email": OWNER, "password": "no" })).await.is(401); }
        let shown = owner.get(&path).await.ok().data();
        assert_eq!((shown["locked"].clone(), shown["lockedUntil"].clone()), (json!(true), json!("2026-11-21T09:15:00.000000Z")));
        assert_eq!(shown["addresses"].as_array().unwrap().len(), 2);
        let _ = owner.post(&path.replace("lockout", "unlock"), json!({})).await.ok();
        assert_eq!(owner.get(&path).await.ok().data()["locked"], false);
    }
}
