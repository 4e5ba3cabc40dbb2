//! Whether a connection works, step by step, as far as that can be told without a person who signs in.

use std::collections::BTreeMap;

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
    /// What was found, as a stable word.
    pub code: &'static str,
    /// What the word is about: addresses, numbers.
    pub facts: Facts,
    /// In words.
    pub detail: String,
}

/// What a finding is about, by name.
pub type Facts = BTreeMap<&'static str, String>;

/// What was found: a stable word, what it is about, and the same in words.
struct Finding(&'static str, Facts, String);

fn found(code: &'static str, detail: impl Into<String>) -> Finding {
    Finding(code, Facts::new(), detail.into())
}

impl Finding {
    fn about(mut self, name: &'static str, what: impl Into<String>) -> Self {
        self.1.insert(name, what.into());
        self
    }
}

impl From<Refusal> for Finding {
    fn from(why: Refusal) -> Self {
        let code = match why {
            Refusal::Address(_) => "address_refused",
            Refusal::Away(_) => "away",
            Refusal::Certificate(_) => "certificate_refused",
            Refusal::TooLarge => "too_large",
        };
        found(code, why.to_string())
    }
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
    fn note(&mut self, name: &'static str, state: State, Finding(code, facts, detail): Finding) {
        self.0.push(Step { name, state, code, facts, detail });
    }

    fn ok(&mut self, name: &'static str, finding: Finding) {
        self.note(name, State::Ok, finding);
    }

    fn fail<T>(&mut self, name: &'static str, finding: Finding) -> Next<T> {
        self.note(name, State::Failed, finding);
        Err(())
    }

    fn demand(&mut self, good: bool, name: &'static str, (right, wrong): (Finding, Finding)) -> Next<()> {
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
            Err(why) => self.fail(name, why.into()),
            Ok(answer) if answer.status != 200 => {
                let said = found("answers_status", format!("{url} answers {}.", answer.status));
                self.fail(name, said.about("url", url).about("status", answer.status.to_string()))
            }
            Ok(answer) => match serde_json::from_slice(&answer.body) {
                Ok(value) => Ok(value),
                Err(_) => self.fail(name, found("not_json", format!("{url} answers something else than is needed.")).about("url", url)),
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
        run.note(name, State::Skipped, found("skipped", "A step before it failed."));
    }
    Ok(Test { ok: run.0.iter().all(|step| matches!(step.state, State::Ok | State::Unknown)), steps: run.0 })
}

async fn reach(run: &mut Run, app: &App, url: &str) -> Next<()> {
    match app.web.reach(url).await {
        Ok(words) => {
            run.ok("address", found("known", words));
            Ok(())
        }
        Err(why) => run.fail("address", why.into()),
    }
}

async fn openid(run: &mut Run, party: &Party<'_>) -> Next<()> {
    let Ok(issuer) = party.issuer() else { return run.fail("address", found("no_issuer", "There is no issuer.")) };
    reach(run, party.app, issuer).await?;
    let at = well_known(issuer);
    let told: Metadata = run.json(party.app, "discovery", Ask::get(&at)).await?;
    run.ok("discovery", found("described", format!("{at} describes the provider.")).about("url", at));
    let wrong = found("issuer_differs", format!("The provider calls itself {}. Write exactly that as the issuer.", told.issuer));
    let right = found("issuer_fits", format!("The provider calls itself {issuer}, as it should."));
    run.demand(told.issuer == issuer, "issuer", (right.about("issuer", issuer), wrong.about("issuer", &told.issuer)))?;
    let pages = page(&told.authorization_endpoint).is_some() && page(&told.token_endpoint).is_some();
    run.demand(pages, "methods", (methods(&told), found("pages_without_tls", "Its pages have addresses without TLS.")))?;
    let set: serde_json::Value = run.json(party.app, "keys", Ask::get(&told.jwks_uri)).await?;
    let known = |key: &&serde_json::Value| serde_json::from_value::<jsonwebtoken::jwk::Jwk>((*key).clone()).is_ok();
    let keys = set["keys"].as_array().map_or(0, |keys| keys.iter().filter(known).count());
    let right = found("keys", format!("It publishes {keys} keys that can be used.")).about("n", keys.to_string());
    run.demand(keys > 0, "keys", (right, found("no_keys", "It publishes no key that can be used.")))?;
    credentials(run, party, &told.token_endpoint, told.token_endpoint_auth_methods_supported.as_deref()).await
}

fn methods(told: &Metadata) -> Finding {
    let pkce = told.code_challenge_methods_supported.as_ref().is_some_and(|methods| methods.iter().any(|method| method == "S256"));
    if pkce {
        found("pkce", "It checks that whoever brings a code asked for it (PKCE).")
    } else {
        found("pkce_unsaid", "It does not say that it checks PKCE; it is sent all the same.")
    }
}

async fn oauth(run: &mut Run, party: &Party<'_>) -> Next<()> {
    let Ok(places) = party.places() else { return run.fail("address", found("no_address", "There is no address.")) };
    reach(run, party.app, &places.authorize).await?;
    credentials(run, party, &places.token, None).await
}

/// A SAML provider says nothing until somebody signs in; what it was told and what it has to be told can be looked at.
async fn assertions(run: &mut Run, party: &Party<'_>) -> Next<()> {
    let Some(known) = &party.terms.saml else { return run.fail("address", found("no_metadata", "Nothing is known of the provider.")) };
    reach(run, party.app, &known.sso_url).await?;
    let now = party.app.clock.now();
    let all = saml::shown(known);
    let over = all.iter().filter(|certificate| certificate.not_after <= now).count();
    let (good, count) = (all.len() - over, all.len());
    let right = found("certificates", format!("{good} of {count} certificates are within their dates."))
        .about("good", good.to_string())
        .about("n", count.to_string());
    run.demand(good > 0, "certificates", (right, found("certificates_over", "Every certificate of the provider has run out.")))?;
    let kept = Kept { nonce: String::new(), verifier: String::new(), redirect_uri: String::new(), request: saml::request_id() };
    if saml::begin(party.app, (party.provider, party.terms), "test", &kept).is_err() {
        return run.fail("request", found("no_request", "A signed request can not be made. Set the connection up anew."));
    }
    run.ok("request", found("request_signed", "Requests can be signed. The provider finds the key in our metadata."));
    let shows = found("signature_later", "Whether the provider signs its assertions shows when somebody signs in.");
    run.note("signature", State::Unknown, shows);
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
    let Ok(authorization) = party.prove(&mut form, methods) else {
        return run.fail(name, found("client_unusable", "The client id or the secret can not be used."));
    };
    let answer = match party.app.web.ask(Ask { url: endpoint.to_owned(), authorization, form: Some(form) }).await {
        Ok(answer) => answer,
        Err(why) => return run.fail(name, why.into()),
    };
    let error = serde_json::from_slice::<Complaint>(&answer.body).ok().and_then(|body| body.error);
    let code = error.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    match code {
        "invalid_client" | "unauthorized_client" | "incorrect_client_credentials" => {
            return run.fail(name, found("client_refused", "The provider does not take this client id with this secret."));
        }
        "redirect_uri_mismatch" => {
            let back = begin::callback(party.app);
            let said = found("callback_unknown", format!("Tell the provider this address to send people back to: {back}"));
            return run.fail(name, said.about("url", back));
        }
        "invalid_grant" | "bad_verification_code" => run.ok(name, found("client_taken", "The provider takes the client id and the secret.")),
        _ => {
            let said = found("client_later", format!("The provider answers {}; it takes somebody who signs in to be sure.", answer.status));
            run.note(name, State::Unknown, said.about("status", answer.status.to_string()));
        }
    }
    Ok(())
}
