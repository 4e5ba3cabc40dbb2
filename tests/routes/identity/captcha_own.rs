//! `GET` and `PATCH /settings/captcha`, `POST /settings/captcha/test`, and whose puzzle counts for an address.

use purser_core::access::Role;
use purser_testkit::{Caller, Database, Reply, TestApp, json, puzzles};
use serde_json::Value;

use super::captcha::maker;
use super::factors::{OWNER, PASSWORD};

const UNKNOWN: &str = "nobody@harbour.example";

async fn apps() -> Vec<TestApp> {
    let url = maker().await;
    let mut all = Vec::new();
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        all.push(TestApp::with_puzzles(database, puzzles(&url)).await);
    }
    all
}

async fn set(by: &Caller, body: Value) -> Reply {
    let tag = by.get("/settings/captcha").await.ok().header("etag").unwrap().to_owned();
    by.with("if-match", &tag).patch("/settings/captcha", body).await
}

async fn try_in(by: &Caller, email: &str, password: &str, token: Option<&str>) -> Reply {
    by.post("/auth/login", json!({ "email": email, "password": password, "captchaToken": token })).await
}

/// What is asked of somebody who has failed three times from an address of their own.
async fn asked(app: &TestApp, email: &str, ip: &str) -> Value {
    let by = app.nobody().from(ip);
    for _ in 0..3 {
        let _ = try_in(&by, email, "no", None).await.problem(401, "bad_credentials");
    }
    try_in(&by, email, "no", None).await.json()["captcha"].clone()
}

fn own(kind: &str, domains: &[&str]) -> Value {
    json!({ "kind": kind, "siteKey": format!("site of {kind}"), "secret": "shh whispers the brass", "domains": domains })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_only_business_has_its_own_and_nobody_learns_who_has_an_account() {
    for app in apps().await {
        let owner = app.owner().await;
        let before = owner.get("/settings/captcha").await.ok().data();
        assert_eq!((before["kind"].clone(), before["hasSecret"].clone(), before["several"].clone()), (json!(null), json!(false), json!(false)));
        assert_eq!(asked(&app, OWNER, "203.0.113.1").await, json!(null));
        app.advance(16 * 60_000_000);
        let owner = app.owner().await;
        let mut body = own("recaptcha_v3", &[]);
        body["leastScore"] = json!(700);
        let after = set(&owner, body).await.ok();
        assert!(!after.json().to_string().contains("whispers"), "the secret is shown to nobody");
        let wanted = json!({ "kind": "recaptcha_v3", "siteKey": "site of recaptcha_v3" });
        assert_eq!(app.nobody().get("/auth/ways").await.ok().data()["captcha"], wanted);
        for (email, ip) in [(OWNER, "203.0.113.2"), (UNKNOWN, "203.0.113.3")] {
            assert_eq!(app.nobody().get(&format!("/auth/ways?email={email}")).await.ok().data()["captcha"], wanted);
            assert_eq!(asked(&app, email, ip).await, wanted, "{email}");
        }
        let by = app.nobody().from("203.0.113.2");
        let at = app.database.folder.path().display().to_string();
        let _ = try_in(&by, OWNER, PASSWORD, Some(&format!("program {at}"))).await.problem(403, "captcha_failed");
        let _ = try_in(&by, OWNER, PASSWORD, Some(&format!("person {at}"))).await.ok();
        // A page may load the maker's parts, and only these.
        let page = app.nobody().get("//").await.header("content-security-policy").unwrap().to_owned();
        assert!(page.contains("https://www.google.com/recaptcha/") && !page.contains("hcaptcha"), "{page}");
        // Sealed where it lies, and not taken out with the rest.
        let dump = format!("{:?}", app.db_dump(app.tenant().await).await);
        assert!(dump.contains("site of recaptcha_v3") && !dump.contains("whispers"));
        let log = owner.get("/audit?limit=1&action=setting.captcha").await.ok().json().to_string();
        assert!(log.contains("recaptcha_v3") && !log.contains("whispers"), "{log}");
        let none = set(&owner, json!({ "kind": null })).await.ok().data();
        assert_eq!((none["kind"].clone(), none["hasSecret"].clone()), (json!(null), json!(false)));
        assert_eq!(app.nobody().get("/auth/ways").await.ok().data()["captcha"], json!(null));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_businesses_the_domain_of_the_address_decides() {
    for app in apps().await {
        let owner = app.owner().await;
        let _ = set(&owner, own("hcaptcha", &["harbour.example"])).await.ok();
        let stranger = app.stranger(Role::Owner).await;
        assert_eq!(owner.get("/settings/captcha").await.ok().data()["several"], true);
        let _ = set(&stranger, own("turnstile", &["@Elsewhere.example ", "elsewhere.example"])).await.ok();
        assert_eq!(stranger.get("/settings/captcha").await.ok().data()["domains"], json!(["elsewhere.example"]));
        let kind = async |email: &str| app.nobody().get(&format!("/auth/ways?email={email}")).await.ok().data()["captcha"]["kind"].clone();
        assert_eq!((kind(OWNER).await, kind(UNKNOWN).await), (json!("hcaptcha"), json!("hcaptcha")));
        assert_eq!(kind("a@ELSEWHERE.example").await, json!("turnstile"));
        assert_eq!((kind("a@other.example").await, kind("no%20address").await), (json!(null), json!(null)));
        assert_eq!(app.nobody().get("/auth/ways").await.ok().data()["captcha"], json!(null));
        assert_eq!(asked(&app, OWNER, "203.0.113.1").await["kind"], "hcaptcha");
        assert_eq!(asked(&app, UNKNOWN, "203.0.113.2").await["kind"], "hcaptcha");
        assert_eq!(asked(&app, "a@other.example", "203.0.113.3").await, json!(null));
        // Nobody puts a puzzle before another business's people by naming their domain.
        let refused = set(&stranger, json!({ "domains": ["elsewhere.example", " @Harbour.example"] })).await.problem(400, "invalid");
        let _ = refused.complains("domains", "used_elsewhere");
        // Where two have come to name the same one, neither is asked.
        for by in [&owner, &stranger] {
            let _ = set(by, json!({ "domains": ["nobodys.example"] })).await.ok();
        }
        assert_eq!(kind("a@nobodys.example").await, json!(null));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_sense_is_refused_and_a_secret_goes_to_its_own_maker() {
    for app in apps().await {
        let owner = app.owner().await;
        let refused =
            set(&owner, json!({ "kind": "hcaptcha", "domains": ["nonsense", "a b.example"], "leastScore": 2_000 })).await.problem(400, "invalid");
        let refused = refused.complains("siteKey", "required").complains("secret", "required");
        let _ = refused.complains("domains", "not_a_domain").complains("leastScore", "out_of_range");
        let _ = owner.patch("/settings/captcha", own("hcaptcha", &[])).await.problem(428, "precondition_required");
        let tag = owner.get("/settings/captcha").await.ok().header("etag").unwrap().to_owned();
        assert_eq!(owner.post("/settings/captcha/test", json!({})).await.ok().data()["code"], "none");
        let _ = set(&owner, own("hcaptcha", &[])).await.ok();
        let _ = owner.with("if-match", &tag).patch("/settings/captcha", own("turnstile", &[])).await.problem(412, "stale");
        let other = set(&owner, json!({ "kind": "turnstile", "siteKey": "another" })).await.problem(400, "invalid");
        let _ = other.complains("secret", "required");
        assert_eq!(set(&owner, json!({ "siteKey": "another" })).await.ok().data()["siteKey"], "another");
        let tried = owner.post("/settings/captcha/test", json!({})).await.ok().data();
        assert_eq!((tried["ok"].clone(), tried["code"].clone()), (json!(true), json!("secret_taken")));
        let _ = set(&owner, json!({ "secret": "wrong" })).await.ok();
        let tried = owner.post("/settings/captcha/test", json!({})).await.ok().data();
        assert_eq!((tried["ok"].clone(), tried["code"].clone()), (json!(false), json!("not_answered")));
        // Sealed anew with the next key, it is still the same.
        let _ = owner.post("/settings/seal/rotate", json!({})).await.is(204);
        assert!(purser_service::jobs::run_due(&app.app).await.unwrap() >= 1);
        assert_eq!(owner.post("/settings/captcha/test", json!({})).await.ok().data()["code"], "not_answered");
        assert_eq!(app.nobody().get("/auth/ways").await.ok().data()["captcha"]["siteKey"], "another");
        let auditor = app.caller(Role::Auditor).await;
        let _ = auditor.get("/settings/captcha").await.ok();
        let _ = auditor.with("if-match", "\"9\"").patch("/settings/captcha", own("hcaptcha", &[])).await.problem(403, "forbidden");
        let _ = auditor.post("/settings/captcha/test", json!({})).await.problem(403, "forbidden");
    }
}
