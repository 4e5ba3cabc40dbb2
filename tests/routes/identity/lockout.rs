//! Too many failures at `POST /auth/login`.

use purser_testkit::{Reply, TestApp, both, json};

use super::factors::{OWNER, PASSWORD, actions};

const MINUTE: i64 = 60_000_000;

async fn attempt(app: &TestApp, email: &str, password: &str) -> Reply {
    app.nobody().post("/auth/login", json!({ "email": email, "password": password })).await
}

both! {
    async fn the_sixth_attempt_is_refused_even_with_the_right_password(app) {
        app.tenant().await;
        for _ in 0..5 { let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials"); }
        let refused = attempt(&app, OWNER, PASSWORD).await.problem(429, "rate_limited");
        assert_eq!(refused.header("retry-after"), Some("900"));
        app.advance(15 * MINUTE - 1);
        assert_eq!(attempt(&app, OWNER, PASSWORD).await.problem(429, "rate_limited").header("retry-after"), Some("1"));
        app.advance(1);
        let _ = attempt(&app, OWNER, PASSWORD).await.ok();
    }

    async fn an_account_nobody_has_is_locked_the_same_way(app) {
        app.tenant().await;
        let mut answers = Vec::new();
        for email in [OWNER, "nobody@harbour.example"] {
            let mut seen = Vec::new();
            for _ in 0..8 { seen.push(attempt(&app, email, "no").await.status.as_u16()); }
            answers.push(seen);
        }
        assert_eq!(answers[0], [401, 401, 401, 401, 401, 429, 429, 429]);
        assert_eq!(answers[0], answers[1]);
    }

    async fn fifty_at_once_are_counted_exactly(app) {
        app.tenant().await;
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let nobody = app.nobody();
                tokio::spawn(async move { nobody.post("/auth/login", json!({ "email": OWNER, "password": "no" })).await.status.as_u16() })
            })
            .collect();
        let (mut counted, mut late) = (0, 0);
        for call in calls {
            match call.await.unwrap() {
                401 => counted += 1,
                429 => late += 1,
                other => panic!("{other}"),
            }
        }
        assert_eq!((counted, late), (5, 45));
    }

    async fn each_lock_lasts_twice_as_long_as_the_one_before(app) {
        app.tenant().await;
        for minutes in [15, 30, 60] {
            for _ in 0..5 { let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials"); }
            let seconds = (minutes * 60).to_string();
            assert_eq!(attempt(&app, OWNER, "no").await.problem(429, "rate_limited").header("retry-after"), Some(seconds.as_str()));
            app.advance(minutes * MINUTE);
        }
    }

    async fn good_sign_ins_are_not_counted_and_forgive(app) {
        app.tenant().await;
        for _ in 0..3 {
            for _ in 0..4 { let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials"); }
            let _ = attempt(&app, OWNER, PASSWORD).await.ok();
        }
        // Slow failures are forgotten too.
        for _ in 0..8 {
            let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials");
            app.advance(4 * MINUTE);
        }
    }

    async fn an_administrator_unlocks_and_both_are_in_the_log(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        let person = app.db_user(tenant, purser_core::access::Role::Support, "Sam").await;
        for _ in 0..5 { let _ = attempt(&app, &person.email, "no").await.problem(401, "bad_credentials"); }
        let _ = attempt(&app, &person.email, PASSWORD).await.problem(429, "rate_limited");
        let _ = owner.post(&format!("/users/{}/unlock", person.id), json!({})).await.ok();
        let _ = attempt(&app, &person.email, PASSWORD).await.ok();
        let log = actions(&app).await;
        assert!(log.iter().any(|action| action == "sign_in.lock") && log.iter().any(|action| action == "sign_in.unlock"), "{log:?}");
    }

    async fn one_business_lifts_no_lock_of_another(app) {
        let (owner, stranger) = (app.owner().await, app.stranger(purser_core::access::Role::Owner).await);
        let theirs = json!({ "email": OWNER, "firstName": "Olive", "lastName": "Elsewhere", "role": "user", "password": PASSWORD });
        let theirs = stranger.post("/users", theirs).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let ours = owner.id.clone().unwrap();
        let locked = async || {
            let of = async |by: &purser_testkit::Caller, id: &str| by.get(&format!("/users/{id}/lockout")).await.ok().data()["locked"] == true;
            (of(&owner, &ours).await, of(&stranger, &theirs).await)
        };
        for _ in 0..5 { let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials"); }
        let _ = attempt(&app, OWNER, PASSWORD).await.problem(429, "rate_limited");
        assert_eq!(locked().await, (true, true));
        let _ = stranger.post(&format!("/users/{theirs}/unlock"), json!({})).await.ok();
        assert_eq!(locked().await, (true, false));
        let listed = async |by: &purser_testkit::Caller| by.get("/lockouts").await.ok().data().as_array().unwrap().len();
        assert_eq!((listed(&owner).await, listed(&stranger).await), (1, 0));
        // The right password leads where nothing is locked, and a wrong one counts there alone.
        assert_eq!(attempt(&app, OWNER, PASSWORD).await.ok().data()["user"]["id"], theirs.as_str());
        for _ in 0..5 { let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials"); }
        let _ = attempt(&app, OWNER, PASSWORD).await.problem(429, "rate_limited");
        assert_eq!(locked().await, (true, true));
        let _ = owner.post(&format!("/users/{ours}/unlock"), json!({})).await.ok();
        assert_eq!(locked().await, (false, true));
        assert_eq!(attempt(&app, OWNER, PASSWORD).await.ok().data()["user"]["id"], ours.as_str());
        assert_eq!(locked().await, (false, true), "who got in here is still locked there");
    }

    async fn what_is_too_long_for_an_address_is_counted_as_well(app) {
        app.tenant().await;
        // Nothing a database could press together.
        let long = (0..1_000_u64).fold(String::new(), |long, n| long + &format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        for _ in 0..5 { let _ = attempt(&app, &long, "no").await.problem(401, "bad_credentials"); }
        let _ = attempt(&app, &long, "no").await.problem(429, "rate_limited");
        let _ = attempt(&app, &format!("{long}x"), "no").await.problem(401, "bad_credentials");
    }

    async fn nobody_counts_elsewhere_by_typing_its_name(app) {
        let (owner, tenant) = (app.owner().await, app.tenant().await);
        let id = owner.id.clone().unwrap();
        for email in [format!("factor:{id}"), format!("{tenant}:{OWNER}")] {
            for _ in 0..5 { let _ = attempt(&app, &email, "no").await.problem(401, "bad_credentials"); }
            let _ = attempt(&app, &email, "no").await.problem(429, "rate_limited");
        }
        let shown = owner.get(&format!("/users/{id}/lockout")).await.ok().data();
        assert_eq!(shown, json!({ "locked": false, "addresses": [] }));
        let _ = attempt(&app, OWNER, PASSWORD).await.ok();
    }

    async fn an_account_made_under_a_lock_begins_with_it(app) {
        let owner = app.owner().await;
        let email = "late@harbour.example";
        for _ in 0..5 { let _ = attempt(&app, email, "no").await.problem(401, "bad_credentials"); }
        let _ = attempt(&app, email, "no").await.problem(429, "rate_limited");
        let body = json!({ "email": email, "firstName": "Lena", "lastName": "Late", "role": "user", "password": PASSWORD });
        let id = owner.post("/users", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        // Nobody can tell that there is an account now, and the next lock lasts as long as it would have.
        let _ = attempt(&app, email, PASSWORD).await.problem(429, "rate_limited");
        app.advance(15 * MINUTE);
        for _ in 0..5 { let _ = attempt(&app, email, "no").await.problem(401, "bad_credentials"); }
        assert_eq!(attempt(&app, email, "no").await.problem(429, "rate_limited").header("retry-after"), Some("1800"));
        let owner = app.owner().await;
        let _ = owner.post(&format!("/users/{id}/unlock"), json!({})).await.ok();
        let _ = attempt(&app, email, PASSWORD).await.ok();
    }
}
