//! Whether a connection works, step by step, as far as that can be told without a person who signs in.

use purser_core::access::{Grant, can};
use purser_core::ids::ProviderId;
use purser_core::providers::Protocol;
use purser_core::{Error, Result};
use purser_store::providers as store;
use serde::Deserialize;

use super::openid::{Party, page};
use super::parties::{Metadata, well_known};
use super::{Ask, Kept, Refusal, begin, saml, terms};
use crate::App;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should.
    Ok,
    /// Not as it should.
    Failed,
    /// It was not its turn: one before it failed.
    Skipped,
    /// It can not be told without somebody who signs in.
    Unknown,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// How it ended.
    pub state: State,
    /// In words.
    pub detail: String,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Test {
    /// Whether nothing failed.
    pub ok: bool,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// The steps so far; one that fails ends the run.
struct Run(Vec<Step>);

type Next<T> = std::result::Result<T, ()>;

impl Run {
    fn note(&mut self, name: &'static str, state: State, detail: impl Into<String>) {
        self.0.push(Step { name, state, detail: detail.into() });
    }

    fn ok(&mut self, name: &'static str, detail: impl Into<String>) {
        self.note(name, State::Ok, detail);
    }

    fn fail<T>(&mut self, name: &'static str, detail: impl Into<String>) -> Next<T> {
        self.note(name, State::Failed, detail);
        Err(())
    }

    fn demand(&mut self, good: bool, name: &'static str, (right, wrong): (String, String)) -> Next<()> {
        if good {
            self.ok(name, right);
            Ok(())
        } else {
            self.fail(name, wrong)
        }
    }

    async fn json<T: for<'de> Deserialize<'de>>(&mut self, app: &App, name: &'static str, ask: Ask) -> Next<T> {
        let url = ask.url.clone();
        match app.web.ask(ask).await {
            Err(why) => self.fail(name, why.to_string()),
            Ok(answer) if answer.status != 200 => self.fail(name, format!("{url} answers {}.", answer.status)),
            Ok(answer) => match serde_json::from_slice(&answer.body) {
                Ok(value) => Ok(value),
                Err(_) => self.fail(name, format!("{url} answers something else than is needed.")),
            },
        }
    }
}

const OPENID: &[&str] = &["address", "discovery", "issuer", "methods", "keys", "credentials"];
const OAUTH: &[&str] = &["address", "credentials"];
const SAML: &[&str] = &["address", "certificates", "request", "signature"];

/// Try a connection.
pub async fn test(app: &App, by: &Grant<can::ManageProvider>, id: ProviderId) -> Result<Test> {
    super::count(app, by.origin()).await?;
    let provider = app.db.read(by, async |tx| store::find(tx, id).await.map_err(Error::from)).await?.ok_or(Error::NotFound("provider"))?;
    let terms = terms(&provider)?;
    let mut run = Run(Vec::new());
    let party = Party { app, provider: &provider, terms: &terms };
    let names = match provider.kind.protocol() {
        Protocol::OpenId => {
            // How far it came is in the run.
            let _ended: Next<()> = openid(&mut run, &party).await;
            OPENID
        }
        Protocol::OAuth => {
            let _ended: Next<()> = oauth(&mut run, &party).await;
            OAUTH
        }
        Protocol::Saml => {
            let _ended: Next<()> = assertions(&mut run, &party).await;
            SAML
        }
    };
    for name in &names[run.0.len().min(names.len())..] {
        run.note(name, State::Skipped, "A step before it failed.");
    }
    Ok(Test { ok: run.0.iter().all(|step| matches!(step.state, State::Ok | State::Unknown)), steps: run.0 })
}

async fn reach(run: &mut Run, app: &App, url: &str) -> Next<()> {
    match app.web.reach(url).await {
        Ok(found) => {
            run.ok("address", found);
            Ok(())
        }
        Err(why @ (Refusal::Address(_) | Refusal::Away(_) | Refusal::Certificate(_) | Refusal::TooLarge)) => run.fail("address", why.to_string()),
    }
}

async fn openid(run: &mut Run, party: &Party<'_>) -> Next<()> {
    let Ok(issuer) = party.issuer() else { return run.fail("address", "There is no issuer.") };
    reach(run, party.app, issuer).await?;
    let at = well_known(issuer);
    let found: Metadata = run.json(party.app, "discovery", Ask::get(&at)).await?;
    run.ok("discovery", format!("{at} describes the provider."));
    let wrong = format!("The provider calls itself {}. Write exactly that as the issuer.", found.issuer);
    run.demand(found.issuer == issuer, "issuer", (format!("The provider calls itself {issuer}, as it should."), wrong))?;
    let pages = page(&found.authorization_endpoint).is_some() && page(&found.token_endpoint).is_some();
    run.demand(pages, "methods", (methods(&found), "Its pages have addresses without TLS.".into()))?;
    let set: serde_json::Value = run.json(party.app, "keys", Ask::get(&found.jwks_uri)).await?;
    let known = |key: &&serde_json::Value| serde_json::from_value::<jsonwebtoken::jwk::Jwk>((*key).clone()).is_ok();
    let keys = set["keys"].as_array().map_or(0, |keys| keys.iter().filter(known).count());
    run.demand(keys > 0, "keys", (format!("It publishes {keys} keys that can be used."), "It publishes no key that can be used.".into()))?;
    credentials(run, party, &found.token_endpoint, found.token_endpoint_auth_methods_supported.as_deref()).await
}

fn methods(found: &Metadata) -> String {
    let pkce = found.code_challenge_methods_supported.as_ref().is_some_and(|methods| methods.iter().any(|method| method == "S256"));
    if pkce {
        "It checks that whoever brings a code asked for it (PKCE).".into()
    } else {
        "It does not say that it checks PKCE; it is sent all the same.".into()
    }
}

async fn oauth(run: &mut Run, party: &Party<'_>) -> Next<()> {
    let Ok(places) = party.places() else { return run.fail("address", "There is no address.") };
    reach(run, party.app, &places.authorize).await?;
    credentials(run, party, &places.token, None).await
}

/// A SAML provider says nothing until somebody signs in; what it was told and what it has to be told can be looked at.
async fn assertions(run: &mut Run, party: &Party<'_>) -> Next<()> {
    let Some(known) = &party.terms.saml else { return run.fail("address", "Nothing is known of the provider.") };
    reach(run, party.app, &known.sso_url).await?;
    let now = party.app.clock.now();
    let all = saml::shown(known);
    let over = all.iter().filter(|certificate| certificate.not_after <= now).count();
    let right = format!("{} of {} certificates are within their dates.", all.len() - over, all.len());
    run.demand(over < all.len(), "certificates", (right, "Every certificate of the provider has run out.".into()))?;
    let kept = Kept { nonce: String::new(), verifier: String::new(), redirect_uri: String::new(), request: saml::request_id() };
    if saml::begin(party.app, (party.provider, party.terms), "test", &kept).is_err() {
        return run.fail("request", "A signed request can not be made. Set the connection up anew.");
    }
    run.ok("request", "Requests can be signed. The provider finds the key in our metadata.");
    run.note("signature", State::Unknown, "Whether the provider signs its assertions shows when somebody signs in.");
    Ok(())
}

#[derive(Deserialize)]
struct Complaint {
    error: Option<serde_json::Value>,
}

/// Show the secret with a code that can not be right. A provider that knows the client complains of the code, one that does not of the client.
async fn credentials(run: &mut Run, party: &Party<'_>, endpoint: &str, methods: Option<&[String]>) -> Next<()> {
    let name = "credentials";
    let mut form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", "purser-test".to_owned()),
        ("redirect_uri", begin::callback(party.app)),
        ("code_verifier", super::random()),
    ];
    let Ok(authorization) = party.prove(&mut form, methods) else { return run.fail(name, "The client id or the secret can not be used.") };
    let answer = match party.app.web.ask(Ask { url: endpoint.to_owned(), authorization, form: Some(form) }).await {
        Ok(answer) => answer,
        Err(why) => return run.fail(name, why.to_string()),
    };
    let error = serde_json::from_slice::<Complaint>(&answer.body).ok().and_then(|body| body.error);
    let code = error.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    match code {
        "invalid_client" | "unauthorized_client" | "incorrect_client_credentials" => {
            return run.fail(name, "The provider does not take this client id with this secret.");
        }
        "redirect_uri_mismatch" => {
            return run.fail(name, format!("Tell the provider this address to send people back to: {}", begin::callback(party.app)));
        }
        "invalid_grant" | "bad_verification_code" => run.ok(name, "The provider takes the client id and the secret."),
        _ => run.note(name, State::Unknown, format!("The provider answers {}; it takes somebody who signs in to be sure.", answer.status)),
    }
    Ok(())
}
