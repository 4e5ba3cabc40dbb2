//! Helpers of the tests of second factors: an authenticator app, and people who have one.

use purser_service::identity::totp;
use purser_testkit::{Caller, Reply, TestApp, json};
use serde_json::Value;

pub(super) const PASSWORD: &str = "harbour lantern 42 brass";
pub(super) const OWNER: &str = "owner@harbour.example";

/// Somebody's authenticator app.
#[derive(Clone)]
pub(in crate::routes) struct Authenticator {
    secret: Vec<u8>,
}

impl Authenticator {
    /// Scan an enrolment.
    pub(super) fn scan(enrolment: &Value) -> Self {
        let text = enrolment["secret"].as_str().unwrap();
        let mut bits = 0_u64;
        let (mut held, mut secret) = (0, Vec::new());
        for sign in text.bytes() {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == sign).unwrap();
            bits = (bits << 5) | u64::try_from(value).unwrap();
            held += 5;
            if held >= 8 {
                held -= 8;
                secret.push(u8::try_from((bits >> held) & 0xFF).unwrap());
            }
        }
        Self { secret }
    }

    /// What it shows now, `steps` steps from now.
    pub(super) fn code(&self, app: &TestApp, steps: i64) -> String {
        totp::code(&self.secret, app.app.clock.now().seconds() / 30 + steps)
    }
}

/// Add an app to the caller's account; the app and the backup codes.
pub(in crate::routes) async fn enrol(app: &TestApp, by: &Caller) -> (Authenticator, Vec<String>) {
    let enrolment = by.post("/auth/factors/totp", json!({ "name": "Telephone" })).await.ok().data();
    let device = Authenticator::scan(&enrolment);
    let reply = by.post("/auth/factors/totp/confirm", json!({ "code": device.code(app, 0) })).await.ok().data();
    let codes = reply["backupCodes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    // The next code is of a step that was not used.
    app.advance(60_000_000);
    (device, codes)
}

/// The first step with the right password.
pub(super) async fn first_step(app: &TestApp, email: &str) -> Value {
    app.nobody().post("/auth/login", json!({ "email": email, "password": PASSWORD, "tokenDelivery": "body" })).await.ok().data()
}

/// The token of the first step's challenge.
pub(super) async fn challenge(app: &TestApp, email: &str) -> String {
    let data = first_step(app, email).await;
    data["challenge"].as_str().unwrap_or_else(|| panic!("no challenge in {data}")).to_owned()
}

pub(super) async fn answer(app: &TestApp, way: &str, challenge: &str, code: &str) -> Reply {
    let body = json!({ "challenge": challenge, "code": code, "tokenDelivery": "body" });
    app.nobody().post(&format!("/auth/challenge/{way}"), body).await
}

/// Who came in with this reply.
pub(super) fn inside(app: &TestApp, reply: &Reply) -> Caller {
    app.nobody().with_token(reply.data()["accessToken"].as_str().unwrap())
}

/// The actions of the audit log, newest first.
pub(super) async fn actions(app: &TestApp) -> Vec<String> {
    let rows = app.owner_unasked().await.get("/audit?limit=100").await.ok().data();
    rows.as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect()
}
