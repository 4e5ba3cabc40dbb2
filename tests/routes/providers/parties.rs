//! Parties nobody here wrote, in processes of their own: the certified `oidc-provider`, and `samlp`.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use purser_adapters::web::Outside;
use purser_core::time::Clock;
use purser_testkit::{Database, TestApp, both, json};
use reqwest::{Client, header, redirect};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::trip::{Trip, collected, connect, facts, refused};

/// Nothing here takes this long.
const LIMIT: Duration = Duration::from_mins(1);
const HOME: &str = "https://console.example/";
const SECRET: &str = "a secret shared with the provider alone";

/// A party in a process of its own, which ends with the test.
pub(super) struct Party {
    pub(super) url: String,
    _child: Child,
}

impl Party {
    /// Start the script `name` of `tests/parties`.
    pub(super) async fn start(name: &str, settings: &Value) -> Self {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("parties");
        assert!(folder.join("node_modules").exists(), "the parties are not there: `cargo xtask test rust` installs them");
        let mut command = Command::new("node");
        command.arg(name).arg(settings.to_string()).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().expect("node starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(LIMIT, lines.next_line()).await.expect("it is ready in time").unwrap();
        let url = first.as_deref().and_then(|line| line.strip_prefix("listening ")).unwrap_or_else(|| panic!("{name} said {first:?}")).to_owned();
        Self { url, _child: child }
    }
}

/// An engine that goes out to this machine, and whose clock shows the parties' time.
pub(super) async fn engine(database: Database) -> TestApp {
    let app = TestApp::with_web(database, Arc::new(Outside::new(true).unwrap())).await;
    app.advance(Clock::System.now().since(app.app.clock.now()));
    app
}

/// Go where a browser would go from `url`, with its cookies, until the way leads home.
async fn browse(url: &str) -> String {
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let (mut at, mut jar) = (reqwest::Url::parse(url).unwrap(), std::collections::BTreeMap::new());
    for _ in 0..20 {
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let reply = client.get(at.clone()).header(header::COOKIE, cookies.join("; ")).send().await.unwrap();
        for cookie in reply.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            let (name, value) = pair.split_once('=').unwrap();
            jar.insert(name.to_owned(), value.to_owned());
        }
        let status = reply.status();
        let Some(to) = reply.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned()) else {
            panic!("{at} answered {status} and led nowhere: {}", reply.text().await.unwrap())
        };
        at = at.join(&to).unwrap();
        if at.as_str().starts_with(HOME) {
            return at.into();
        }
    }
    panic!("no end at {at}")
}

async fn provider() -> Party {
    let client = json!({ "client_id": "purser", "client_secret": SECRET, "redirect_uris": [format!("{HOME}api/v1/auth/providers/callback")] });
    let people =
        json!({ "ada": { "email": "ada@home.example", "email_verified": true, "given_name": "Ada", "family_name": "Home", "groups": ["help"] } });
    Party::start("oidc.mjs", &json!({ "clients": [client], "people": people })).await
}

both! {
    async fn a_certified_provider_lets_somebody_in(plain) {
        let (party, app) = (provider().await, engine(plain.database).await);
        let owner = app.owner().await;
        let body = json!({
            "kind": "oidc", "name": "Certified", "issuer": party.url, "clientId": "purser", "secret": SECRET, "createPeople": true,
            "scopes": ["openid", "email", "profile", "groups"], "groupClaim": "groups", "roles": [{ "group": "help", "role": "support" }],
        });
        let id = connect(&owner, body).await;
        let test = owner.call(axum::http::Method::POST, &format!("/providers/{id}/test"), None).await.ok().data();
        assert_eq!(test["ok"], true, "{test}");
        assert!(test["steps"].as_array().unwrap().iter().all(|step| step["state"] == "ok"), "{test}");
        let trip = Trip::begin(&app, &id).await;
        let home = browse(&format!("{}&login_hint=ada", trip.url)).await;
        assert_eq!(facts(&home)["iss"], party.url);
        let query = home.split_once('?').unwrap().1.to_owned();
        let landed = trip.back_with(&app, &query).await;
        let reply = trip.finish(&app, &collected(&landed)).await.ok();
        let user = reply.data()["user"].clone();
        assert_eq!((user["email"].as_str(), user["name"].as_str(), user["role"].as_str()), (Some("ada@home.example"), Some("Ada Home"), Some("support")));
        // The same way back a second time.
        assert_eq!(refused(&trip.back_with(&app, &query).await), "sign_in_over");
        // The provider itself says no.
        let trip = Trip::begin(&app, &id).await;
        let home = browse(&format!("{}&login_hint=nobody", trip.url)).await;
        assert_eq!(refused(&trip.back_with(&app, home.split_once('?').unwrap().1).await), "cancelled");
        // Somebody else's code brought back in a sign-in of one's own: the verifier does not fit, and the provider says so.
        let (one, other) = (Trip::begin(&app, &id).await, Trip::begin(&app, &id).await);
        let home = browse(&format!("{}&login_hint=ada", one.url)).await;
        let query = format!("code={}&state={}&iss={}", facts(&home)["code"], other.state(), party.url);
        assert_eq!(refused(&other.back_with(&app, &query).await), "provider_token");
        // With a wrong secret the test names the step.
        let path = format!("/providers/{id}");
        let etag = owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &etag).patch(&path, json!({ "secret": "not the secret of this client" })).await.ok();
        let test = owner.call(axum::http::Method::POST, &format!("{path}/test"), None).await.ok().data();
        assert_eq!((test["ok"].as_bool(), test["steps"][5]["state"].as_str()), (Some(false), Some("failed")), "{test}");
    }
}
