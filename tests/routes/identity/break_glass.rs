//! GET, POST /break-glass; POST /break-glass/close; POST /auth/break-glass

use purser_core::access::Role;
use purser_core::time::{HOUR, MINUTE};
use purser_service::jobs;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

const WHY: &str = "nobody has their telephone";

async fn seal(owner: &Caller) -> String {
    owner.call(axum::http::Method::POST, "/break-glass", None).await.is(201).data()["code"].as_str().unwrap().to_owned()
}

fn asked(code: &str) -> Value {
    json!({ "code": code, "reason": WHY, "tokenDelivery": "body" })
}

async fn open(app: &TestApp, code: &str) -> (Caller, Value) {
    let reply = app.nobody().from("203.0.113.9").post("/auth/break-glass", asked(code)).await.ok().data();
    (app.nobody().with_token(reply["accessToken"].as_str().unwrap()), reply)
}

both! {
    async fn it_opens_once_rings_and_ends_by_itself(app) {
        let owner = app.owner().await;
        let other = app.caller(Role::Owner).await;
        let code = seal(&owner).await;
        assert_eq!(code.len(), 39, "160 bits in groups of four");
        assert!(!format!("{:?}", app.db_dump(app.tenant().await).await).contains(&code), "the code is kept nowhere");
        let before = owner.get("/auth/me").await.ok().data();
        assert!(before.get("breakGlass").is_none());
        // Blanks and small letters do not count.
        let (sealed, reply) = open(&app, &code.replace('-', " ").to_lowercase()).await;
        let me = sealed.get("/auth/me").await.ok().data();
        assert_eq!((&me["role"], &me["breakGlass"]["mine"], &me["breakGlass"]["reason"]), (&json!("owner"), &json!(true), &json!(WHY)));
        let _ = sealed.get("/users").await.ok();
        let told = owner.get("/auth/me").await.ok().data();
        assert_eq!((&told["breakGlass"]["mine"], &told["breakGlass"]["ip"]), (&json!(false), &json!("203.0.113.9")));
        assert!(app.caller(Role::User).await.get("/auth/me").await.ok().data().get("breakGlass").is_none(), "customers are not told");
        let line = owner.get("/audit?action=break_glass.open").await.ok().data()[0].clone();
        assert_eq!((&line["reason"], &line["actor"]["name"]), (&json!(WHY), &json!("Sealed Access")));
        app.settle().await;
        let mails = owner.get("/mailbox?template=break_glass").await.ok();
        assert_eq!(mails.meta()["total"], 2, "every owner gets a mail, the account itself none");
        let _ = app.nobody().post("/auth/break-glass", asked(&code)).await.problem(401, "bad_code");
        assert_eq!(owner.get("/break-glass").await.ok().data()["codes"][0]["state"], "open");
        app.advance(HOUR);
        let _ = sealed.get("/auth/me").await.is(401);
        let refresh = json!({ "refreshToken": reply["refreshToken"], "tokenDelivery": "body" });
        let again = app.nobody().post("/auth/refresh", refresh).await;
        if again.status.is_success() {
            let _ = app.nobody().with_token(again.data()["accessToken"].as_str().unwrap()).get("/auth/me").await.is(401);
        }
        jobs::tick(&app.app).await.unwrap();
        let owner = app.owner_unasked().await;
        let codes = owner.get("/break-glass").await.ok().data();
        assert_eq!((&codes["codes"][0]["state"], &codes["codes"][0]["ip"]), (&json!("used"), &json!("203.0.113.9")));
        let account = owner.get(&format!("/users/{}", codes["codes"][0]["userId"].as_str().unwrap())).await.ok().data();
        assert_eq!((&account["status"], &account["role"]), (&json!("locked"), &json!("owner")));
        assert_eq!(owner.get("/audit?action=break_glass.lapse").await.ok().meta()["total"], 1);
        drop(other);
    }

    async fn it_counts_as_a_second_factor_and_can_be_closed(app) {
        let owner = app.owner().await;
        let code = seal(&owner).await;
        let (sealed, _) = open(&app, &code).await;
        // Ten minutes on it still gives somebody back what they lost.
        app.advance(12 * MINUTE);
        let support = app.caller(Role::Support).await;
        let role = format!("/users/{}/role", support.id.clone().unwrap());
        let _ = sealed.patch(&role, json!({ "role": "finance" })).await.ok();
        let _ = crate::routes::identity::factors::enrol(&app, &app.owner_unasked().await).await;
        let owner = app.owner_unasked().await;
        let _ = owner.call(axum::http::Method::POST, "/break-glass/close", None).await.is(204);
        let _ = sealed.get("/auth/me").await.problem(401, "session_ended");
        let _ = owner.call(axum::http::Method::POST, "/break-glass/close", None).await.problem(409, "not_open");
        assert_eq!(owner.get("/audit?action=break_glass.close").await.ok().meta()["total"], 1);
    }

    async fn another_code_voids_the_one_before(app) {
        let owner = app.owner().await;
        let (first, second) = (seal(&owner).await, seal(&owner).await);
        assert_ne!(first, second);
        let _ = app.nobody().post("/auth/break-glass", asked(&first)).await.problem(401, "bad_code");
        let states = owner.get("/break-glass").await.ok().data();
        assert_eq!((&states["codes"][0]["state"], &states["codes"][1]["state"]), (&json!("sealed"), &json!("void")));
        assert_eq!(states["codes"][0]["userId"], states["codes"][1]["userId"], "one account for all of them");
        let _ = app.nobody().post("/auth/break-glass", json!({ "code": second, "reason": "" })).await.problem(400, "invalid").complains("reason", "required");
        let (_, _) = open(&app, &second).await;
        let admin = app.caller(Role::Admin).await;
        let _ = admin.get("/break-glass").await.problem(403, "forbidden");
        let _ = admin.call(axum::http::Method::POST, "/break-glass", None).await.problem(403, "forbidden");
    }

    async fn twenty_at_once_open_it_once(app) {
        let owner = app.owner().await;
        let code = seal(&owner).await;
        let tries = futures::future::join_all((0..20).map(|n| {
            let nobody = app.nobody().from(&format!("198.51.100.{n}"));
            let body = asked(&code);
            async move { nobody.post("/auth/break-glass", body).await.status.as_u16() }
        })).await;
        assert_eq!(tries.iter().filter(|status| **status == 200).count(), 1, "{tries:?}");
        assert!(tries.iter().all(|status| [200, 401].contains(status)), "{tries:?}");
        let sealed = owner.get("/break-glass").await.ok().data()["codes"][0]["userId"].as_str().unwrap().to_owned();
        assert_eq!(owner.get(&format!("/users/{sealed}/sessions")).await.ok().data().as_array().unwrap().len(), 1);
    }

    async fn the_account_is_no_other_way_in_and_no_owner_to_fall_back_on(app) {
        let owner = app.owner().await;
        let code = seal(&owner).await;
        let (sealed, _) = open(&app, &code).await;
        let me = owner.id.clone().unwrap();
        let _ = sealed.patch(&format!("/users/{me}/role"), json!({ "role": "support" })).await.problem(409, "last_owner");
        let account = sealed.get("/auth/me").await.ok().data();
        let login = json!({ "email": account["email"], "password": "harbour lantern 42 brass" });
        let _ = app.nobody().post("/auth/login", login).await.problem(401, "bad_credentials");
    }
}
