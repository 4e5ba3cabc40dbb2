//! Who comes in, as whom.

use purser_core::access::Role;
use purser_testkit::{both, json};
use serde_json::Value;

use super::fake::{Fake, basic};
use super::trip::{Trip, collected, connect, open};

fn ada() -> Value {
    json!({ "sub": "ada-1", "email": "ada@home.example", "email_verified": true, "given_name": "Ada", "family_name": "Home" })
}

both! {
    async fn somebody_new_gets_an_account_and_comes_back_to_it(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let trip = Trip::begin(&app, &provider).await;
        assert!(trip.url.starts_with("https://id.example/authorize?"), "{}", trip.url);
        assert!(trip.url.contains("redirect_uri=https%3A%2F%2Fconsole.example%2Fapi%2Fv1%2Fauth%2Fproviders%2Fcallback"), "{}", trip.url);
        let reply = trip.whole(&app, &fake.code(&app, &trip, ada())).await.ok();
        assert_eq!(reply.data()["user"]["email"], "ada@home.example");
        assert_eq!(reply.data()["user"]["role"], "user");
        assert_eq!(reply.data()["user"]["emailVerified"], true);
        assert!(reply.header("set-cookie").unwrap().contains("refresh"));
        assert!(fake.asked.lock().unwrap().iter().any(|asked| asked.starts_with("proof Basic ") && basic(asked) == "purser:a+shared+secret"));
        let id = reply.data()["user"]["id"].as_str().unwrap().to_owned();
        // The same person again, under another address: the provider's name for them counts.
        let trip = Trip::begin(&app, &provider).await;
        let moved = json!({ "sub": "ada-1", "email": "ada@new.example", "email_verified": true });
        let again = trip.whole(&app, &fake.code(&app, &trip, moved)).await.ok();
        assert_eq!(again.data()["user"]["id"], id.as_str());
        let ways = owner.get(&format!("/users/{id}/identities")).await.ok().data();
        assert_eq!(ways["hasPassword"], false);
        assert_eq!(ways["identities"][0]["email"], "ada@new.example");
        let attempts = owner.get(&format!("/users/{id}/sign-ins")).await.ok().data();
        assert_eq!((attempts[0]["outcome"].as_str(), attempts[0]["method"].as_str()), (Some("signed_in"), Some("oidc")));
        let actions: Vec<Value> = owner.get("/audit?limit=50").await.ok().data().as_array().unwrap().iter().map(|line| line["action"].clone()).collect();
        for action in ["provider.create", "user.create", "user.identity_link", "session.begin"] { assert!(actions.contains(&json!(action)), "{action}"); }
    }

    async fn what_the_token_leaves_out_is_asked_for(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let trip = Trip::begin(&app, &provider).await;
        fake.facts.lock().unwrap().insert("https://id.example/userinfo".into(), ada());
        let reply = trip.whole(&app, &fake.code(&app, &trip, json!({ "sub": "ada-1" }))).await.ok();
        assert_eq!(reply.data()["user"]["name"], "Ada Home");
        // Facts about somebody else are no facts about this person.
        let trip = Trip::begin(&app, &provider).await;
        let landed = trip.back(&app, &fake.code(&app, &trip, json!({ "sub": "eve-1" }))).await;
        assert_eq!(crate::routes::providers::trip::refused(&landed), "provider_token");
    }

    async fn without_new_people_nobody_unknown_comes_in(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let mut body = open();
        body["createPeople"] = json!(false);
        let provider = connect(&owner, body).await;
        let trip = Trip::begin(&app, &provider).await;
        let _ = trip.whole(&app, &fake.code(&app, &trip, ada())).await.problem(403, "no_account");
        let refused = owner.get("/sign-ins?outcome=refused").await.ok().data();
        assert_eq!(refused[0]["reason"], "no_account");
    }

    async fn only_listed_domains_come_in(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let mut body = open();
        body["domains"] = json!(["@Home.example"]);
        let provider = connect(&owner, body).await;
        for (email, in_) in [("ada@home.example", true), ("eve@evil.example", false), ("eve@x.home.example", false), ("eve@home.example.evil.example", false)] {
            let trip = Trip::begin(&app, &provider).await;
            let reply = trip.whole(&app, &fake.code(&app, &trip, json!({ "sub": email, "email": email, "email_verified": true }))).await;
            let _ = if in_ { reply.ok() } else { reply.problem(403, "domain_not_allowed") };
        }
    }

    async fn groups_give_roles_and_take_them(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let mut body = open();
        body["groupClaim"] = json!("groups");
        body["roles"] = json!([{ "group": "money", "role": "finance" }, { "group": "help", "role": "support" }]);
        let provider = connect(&owner, body).await;
        let role = async |groups: Value| {
            let mut claims = ada();
            claims["groups"] = groups;
            let trip = Trip::begin(&app, &provider).await;
            trip.whole(&app, &fake.code(&app, &trip, claims)).await.ok().data()["user"]["role"].as_str().unwrap().to_owned()
        };
        assert_eq!(role(json!(["help", "money"])).await, "finance");
        assert_eq!(role(json!("help")).await, "support");
        assert_eq!(role(json!([])).await, "user");
    }

    async fn a_second_factor_is_asked_for_here_as_well(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let policy = owner.get("/settings/sign-in").await.ok();
        let demanding = owner.with("if-match", policy.header("etag").unwrap());
        let _ = demanding.patch("/settings/sign-in", json!({ "requireFactorFor": ["user"] })).await.ok();
        let trip = Trip::begin(&app, &provider).await;
        let reply = trip.whole(&app, &fake.code(&app, &trip, ada())).await.ok();
        assert!(reply.data()["challenge"].is_string() && reply.data().get("accessToken").is_none(), "{}", reply.text());
        assert_eq!(reply.data()["enrol"], true);
    }

    async fn a_locked_account_stays_locked(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let trip = Trip::begin(&app, &provider).await;
        let id = trip.whole(&app, &fake.code(&app, &trip, ada())).await.ok().data()["user"]["id"].as_str().unwrap().to_owned();
        let _ = owner.post(&format!("/users/{id}/lock"), json!({ "reason": "lost badge" })).await.ok();
        let trip = Trip::begin(&app, &provider).await;
        let _ = trip.whole(&app, &fake.code(&app, &trip, ada())).await.problem(403, "account_not_active");
        let _ = owner.post(&format!("/users/{id}/unlock"), json!({})).await;
        let trip = Trip::begin(&app, &provider).await;
        let _ = trip.whole(&app, &fake.code(&app, &trip, ada())).await;
        // Unlocked without a body as the operation wants it.
        let _ = owner.call(axum::http::Method::POST, &format!("/users/{id}/unlock"), None).await;
        let trip = Trip::begin(&app, &provider).await;
        let back = trip.whole(&app, &fake.code(&app, &trip, ada())).await.ok();
        assert_eq!(back.data()["user"]["id"], id.as_str());
    }

    async fn somebody_asked_in_takes_it_up_by_signing_in(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let mut body = open();
        body["createPeople"] = json!(false);
        let provider = connect(&owner, body).await;
        let invited = json!({ "email": "ada@home.example", "firstName": "Ada", "lastName": "Asked", "role": "support" });
        let id = owner.post("/users", invited).await.ok().data()["id"].as_str().unwrap().to_owned();
        let trip = Trip::begin(&app, &provider).await;
        let reply = trip.whole(&app, &fake.code(&app, &trip, ada())).await.ok();
        assert_eq!((reply.data()["user"]["id"].as_str(), reply.data()["user"]["role"].as_str()), (Some(id.as_str()), Some("support")));
        assert_eq!(owner.get(&format!("/users/{id}")).await.ok().data()["status"], "active");
    }

    async fn a_program_collects_with_what_only_it_knows(plain) {
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let verifier = "what only the program knows";
        let challenge = URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes()));
        let start = json!({ "native": { "port": 43_210, "challenge": challenge } });
        let begun = app.nobody().post(&format!("/auth/providers/{provider}/start"), start).await.ok();
        assert!(begun.header("set-cookie").is_none());
        let trip = Trip { url: begun.data()["url"].as_str().unwrap().to_owned(), cookie: String::new() };
        // The engine in the window has no address: what comes back goes through the program's port.
        assert!(trip.url.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A43210%2F"), "{}", trip.url);
        let landed = trip.back(&app, &fake.code(&app, &trip, ada())).await;
        let to = landed.header("location").unwrap().to_owned();
        assert!(to.starts_with("http://127.0.0.1:43210/signed-in?code="), "{to}");
        let code = crate::routes::providers::trip::facts(&to)["code"].clone();
        let _ = app.nobody().post("/auth/providers/finish", json!({ "code": code, "verifier": "a guess" })).await.problem(401, "sign_in_over");
        let reply = app.nobody().post("/auth/providers/finish", json!({ "code": code, "verifier": verifier, "tokenDelivery": "body" })).await.ok();
        assert!(reply.data()["refreshToken"].is_string());
        let bad = json!({ "native": { "port": 43_210, "challenge": "short" } });
        let _ = app.nobody().post(&format!("/auth/providers/{provider}/start"), bad).await.problem(400, "invalid").complains("native.challenge", "not_valid");
    }

    async fn buttons_are_those_of_the_only_business_or_of_a_named_one(plain) {
        let (app, _) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let mut body = open();
        body["domains"] = json!(["home.example"]);
        let provider = connect(&owner, body).await;
        let names = async |query: &str| app.nobody().get(&format!("/auth/providers{query}")).await.ok().data().as_array().unwrap().len();
        assert_eq!(names("").await, 1);
        assert_eq!(names("?email=eve@evil.example").await, 0);
        app.db_tenant("Elsewhere").await;
        assert_eq!(names("").await, 0, "which businesses there are is nobody's concern");
        assert_eq!(names("?email=ada@home.example").await, 1);
        assert_eq!(names("?tenant=harbour-supplies").await, 1);
        assert_eq!(names("?tenant=nobody").await, 0);
        let one = owner.get(&format!("/providers/{provider}")).await.ok();
        let _ = owner.with("if-match", one.header("etag").unwrap()).patch(&format!("/providers/{provider}"), json!({ "enabled": false })).await.ok();
        assert_eq!(names("?tenant=harbour-supplies").await, 0);
        let _ = app.nobody().post(&format!("/auth/providers/{provider}/start"), json!({})).await.problem(404, "not_found");
    }

    async fn nobody_of_another_business_comes_in(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let stranger = app.stranger(Role::Owner).await;
        let theirs = connect(&stranger, open()).await;
        // Their provider says it is our owner; it is believed in their business alone.
        let trip = Trip::begin(&app, &theirs).await;
        let claims = json!({ "sub": "1", "email": "owner@harbour.example", "email_verified": true });
        let reply = trip.whole(&app, &fake.code(&app, &trip, claims)).await.ok();
        assert_ne!(reply.data()["user"]["id"], owner.get("/auth/me").await.ok().data()["id"]);
        assert_ne!(reply.data()["user"]["tenant"]["id"], owner.get("/auth/me").await.ok().data()["tenant"]["id"]);
        let landed = Trip::begin(&app, &theirs).await;
        let code = collected(&landed.back(&app, &fake.code(&app, &landed, ada())).await);
        let _ = app.nobody().post("/auth/providers/finish", json!({ "code": code })).await.problem(401, "sign_in_over");
    }
}
