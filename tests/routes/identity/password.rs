//! POST /auth/password: policy, history, expiry, hashes from elsewhere.

use purser_core::time::DAY;
use purser_testkit::{Caller, TestApp, both, json};

const FIRST: &str = "harbour lantern 42 brass";

async fn change(by: &Caller, from: &str, to: &str) -> purser_testkit::Reply {
    by.post("/auth/password", json!({ "currentPassword": from, "newPassword": to })).await
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> purser_testkit::Reply {
    app.nobody().post("/auth/login", json!({ "email": email, "password": password })).await
}

both! {
    async fn each_fault_is_named_and_the_last_five_are_refused(app) {
        let owner = app.owner().await;
        for (password, code) in [("short", "too_short"), ("password1234", "too_weak"), ("iloveyou12", "breached"), (FIRST, "reused")] {
            let reply = change(&owner, FIRST, password).await.problem(400, "invalid").complains("newPassword", code);
            assert!(code != "reused" || reply.text().contains("last 5"), "{}", reply.text());
        }
        let _ = change(&owner, "wrong password entirely", "violet anchor 77 copper").await.problem(400, "invalid").complains("currentPassword", "wrong");
        let names = ["violet anchor 77 copper", "yellow compass 91 hemp", "crimson pulley 13 teak", "silver bollard 64 wool", "amber capstan 28 silk"];
        let mut before = FIRST;
        for name in names {
            app.advance(1_000_000);
            let _ = change(&owner, before, name).await.is(204);
            before = name;
        }
        for name in names { let _ = change(&owner, before, name).await.problem(400, "invalid").complains("newPassword", "reused"); }
        let _ = change(&owner, before, FIRST).await.is(204);
        app.settle().await;
        assert_eq!(owner.get("/mailbox?template=password_changed").await.ok().meta()["total"], 6);
    }

    async fn an_administrators_password_runs_out_after_ninety_days(app) {
        let owner = app.owner().await;
        app.advance(80 * DAY);
        let signed_in = sign_in(&app, "owner@harbour.example", FIRST).await.ok().data();
        assert!(signed_in["user"]["first"].is_null());
        drop(owner);
        app.advance(11 * DAY);
        let signed_in = sign_in(&app, "owner@harbour.example", FIRST).await.ok().data();
        assert_eq!(signed_in["user"]["first"], "password_change_required", "{signed_in}");
        let owner = app.nobody().with_token(signed_in["accessToken"].as_str().unwrap());
        let _ = owner.get("/users").await.problem(403, "password_change_required");
        let _ = change(&owner, FIRST, "violet anchor 77 copper").await.is(204);
        let _ = owner.get("/users").await.ok();
    }

    async fn it_runs_out_in_the_middle_of_a_session(app) {
        let owner = app.owner().await;
        let version = owner.get("/settings/passwords").await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &version).patch("/settings/passwords", json!({ "adminExpiryDays": 7 })).await.ok();
        app.advance(7 * DAY - 60_000_000);
        let owner = app.owner_unasked().await;
        let _ = owner.get("/users").await.ok();
        app.advance(120_000_000);
        let _ = owner.get("/users").await.problem(403, "password_change_required");
    }

    async fn a_bcrypt_hash_from_elsewhere_signs_in_and_is_replaced(app) {
        let owner = app.owner().await;
        let hash = bcrypt::hash("old harbour 19 rope", 8).unwrap();
        let file = format!("email,first name,last name,password hash\nada@example.com,Ada,L,{hash}\nbad@example.com,B,B,plain text\n");
        let import = crate::routes::imports::brought(&app, &owner, "people", &file, "skip_bad").await;
        assert_eq!((import["result"]["inserted"].as_i64(), import["errorCount"].as_i64()), (Some(1), Some(1)), "{import}");
        assert!(!import.to_string().contains(&hash), "a hash is shown to nobody: {import}");
        let errors = owner.get(&format!("/imports/{}/errors", import["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((errors[0]["code"].as_str(), errors[0]["value"].is_null()), (Some("not_a_hash"), true), "{errors}");
        let _ = sign_in(&app, "ada@example.com", "old harbour 19 tar").await.problem(401, "bad_credentials");
        let _ = sign_in(&app, "ada@example.com", "old harbour 19 rope").await.ok();
        let dump = app.db_dump(app.tenant().await).await;
        let users = dump["users"].join("\n");
        assert!(!users.contains(&hash) && users.matches("$argon2id$").count() >= 2, "the old hash is gone");
        let _ = sign_in(&app, "ada@example.com", "old harbour 19 rope").await.ok();
    }

    async fn the_present_one_is_guessed_no_more_often_than_anything_else(app) {
        let owner = app.owner().await;
        for _ in 0..10 {
            let _ = change(&owner, "a guess", "violet anchor 77 copper").await.problem(400, "invalid").complains("currentPassword", "wrong");
        }
        let _ = change(&owner, FIRST, "violet anchor 77 copper").await.problem(429, "rate_limited");
        let told = owner.get("/sign-ins?outcome=refused&limit=100").await.ok().data();
        assert_eq!(told.as_array().unwrap().iter().filter(|row| row["reason"] == "wrong_password").count(), 10, "{told}");
        app.advance(15 * 60_000_000);
        let owner = app.owner().await;
        let _ = change(&owner, FIRST, "violet anchor 77 copper").await.is(204);
    }
}
