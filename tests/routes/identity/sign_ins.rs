//! `GET /sign-ins`, `GET /users/{id}/sign-ins` and `GET /users/{id}/lockout`.

use purser_core::access::Role;
use purser_core::time::HOUR;
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

    async fn where_it_came_from_and_what_is_worth_knowing_are_kept(app) {
        let own = app.owner().await.id.unwrap();
        // Whoever looks is signed in for a quarter of an hour.
        let rows = async |query: String| app.caller(Role::Support).await.get(&format!("/sign-ins?userId={own}&{query}")).await.ok().data();
        let login = async |ip: &str, program: &str, password: &str| {
            let body = json!({ "email": OWNER, "password": password });
            let _ = app.nobody().with("user-agent", program).from(ip).post("/auth/login", body).await;
        };
        let newest = async || {
            let row = rows("limit=1".into()).await[0].clone();
            (row["place"].clone(), row["risks"].clone())
        };
        // Nothing to compare with.
        assert_eq!(newest().await, (json!(null), json!(["no_second_factor"])));
        app.advance(HOUR);
        login("129.240.2.3", "Firefox", PASSWORD).await;
        assert_eq!(newest().await, (json!("NO"), json!(["new_device", "no_second_factor"])));
        app.advance(HOUR);
        login("129.240.2.77", "Firefox", PASSWORD).await;
        assert_eq!(newest().await, (json!("NO"), json!(["new_device", "no_second_factor"])), "the same network");
        // Tokyo an hour later, after three tries.
        app.advance(1);
        for _ in 0..3 { login("130.69.1.1", "curl", "no").await; }
        assert_eq!(newest().await, (json!("JP"), json!([])), "what was refused has a place and no more");
        app.advance(HOUR);
        login("130.69.1.1", "curl", PASSWORD).await;
        let all = ["new_device", "new_country", "impossible_travel", "after_failures", "new_network", "no_second_factor"];
        assert_eq!(newest().await, (json!("JP"), json!(all)));
        // Home again a day later: known.
        app.advance(24 * HOUR);
        login("129.240.2.3", "Firefox", PASSWORD).await;
        assert_eq!(newest().await, (json!("NO"), json!(["no_second_factor"])));
        for (ip, place) in [("127.0.0.1", json!("here")), ("10.0.0.7", json!("private")), ("192.0.2.9", json!(null))] {
            login(ip, "Firefox", "no").await;
            assert_eq!(newest().await.0, place);
        }
        let count = async |query: &str| rows(query.to_owned()).await.as_array().unwrap().len();
        assert_eq!((count("risk=impossible_travel").await, count("risk=new_country,after_failures").await), (1, 1));
        assert_eq!((count("risk=no_second_factor").await, count("risk=from_provider").await), (5, 0));
        assert_eq!((count("place=JP").await, count("place=here,private").await), (4, 2));
        let _ = app.caller(Role::Support).await.get("/sign-ins?risk=bad_weather").await.problem(400, "invalid");
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
