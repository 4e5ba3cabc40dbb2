//! One way to a provider and back, as a browser makes it.

use std::collections::BTreeMap;

use purser_testkit::{Caller, Reply, TestApp, json};
use serde_json::Value;

/// A sign-in under way: where the browser was sent, and the cookie it keeps.
pub(super) struct Trip {
    pub(super) url: String,
    pub(super) cookie: String,
}

/// What stands behind `?` or `#` of an address.
pub(super) fn facts(url: &str) -> BTreeMap<String, String> {
    let text = url.split_once(['?', '#']).map_or("", |(_, text)| text);
    let url = reqwest::Url::parse(&format!("https://x.example/?{text}")).unwrap();
    url.query_pairs().into_owned().collect()
}

impl Trip {
    /// Begin to sign in.
    pub(super) async fn begin(app: &TestApp, provider: &str) -> Self {
        Self::of(&app.nobody().post(&format!("/auth/providers/{provider}/start"), json!({})).await.ok())
    }

    /// Begin to add a way in to the account of `by`.
    pub(super) async fn begin_link(by: &Caller, provider: &str) -> Self {
        Self::of(&by.post(&format!("/auth/providers/{provider}/link"), json!({})).await.ok())
    }

    fn of(reply: &Reply) -> Self {
        let cookie = reply.header("set-cookie").expect("a cookie that only this browser has").to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { url: reply.data()["url"].as_str().unwrap().to_owned(), cookie }
    }

    pub(super) fn state(&self) -> String {
        facts(&self.url)["state"].clone()
    }

    /// The same in a SAML request.
    pub(super) fn state_of_saml(&self) -> String {
        facts(&self.url)["RelayState"].clone()
    }

    /// The browser comes back with `code`; where it is sent on.
    pub(super) async fn back(&self, app: &TestApp, code: &str) -> Reply {
        self.back_with(app, &format!("code={code}&state={}", self.state())).await
    }

    pub(super) async fn back_with(&self, app: &TestApp, query: &str) -> Reply {
        app.nobody().with("accept", "text/html").get(&format!("//api/v1/auth/providers/callback?{query}")).await
    }

    /// Collect the outcome as the browser that began.
    pub(super) async fn finish(&self, app: &TestApp, code: &str) -> Reply {
        app.nobody().with("cookie", &self.cookie).post("/auth/providers/finish", json!({ "code": code })).await
    }

    /// All the way.
    pub(super) async fn whole(&self, app: &TestApp, code: &str) -> Reply {
        let landed = self.back(app, code).await;
        self.finish(app, &collected(&landed)).await
    }
}

/// The code behind `#code=` of the page the browser is sent to.
pub(super) fn collected(reply: &Reply) -> String {
    let to = reply.header("location").unwrap_or_else(|| panic!("sent nowhere: {} {}", reply.status, reply.text()));
    assert!(to.starts_with("https://console.example/sign-in/provider#"), "{to}");
    facts(to).get("code").unwrap_or_else(|| panic!("nothing to collect: {to}")).clone()
}

/// Why there is nothing to collect.
pub(super) fn refused(reply: &Reply) -> String {
    let to = reply.header("location").unwrap_or_else(|| panic!("sent nowhere: {} {}", reply.status, reply.text()));
    facts(to).get("error").unwrap_or_else(|| panic!("no refusal: {to}")).clone()
}

/// Add a connection; its id.
pub(super) async fn connect(owner: &Caller, body: Value) -> String {
    owner.post("/providers", body).await.ok().data()["id"].as_str().unwrap().to_owned()
}

/// A connection to the fake provider that takes anybody in.
pub(super) fn open() -> Value {
    json!({ "kind": "oidc", "name": "Fake", "issuer": "https://id.example", "clientId": "purser", "secret": "a shared secret", "createPeople": true })
}
