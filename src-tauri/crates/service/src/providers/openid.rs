//! `OpenID` Connect with the code flow and PKCE: where to send somebody, and what to make of what they bring back.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use purser_core::Result;
use purser_core::providers::{GROUPS, Kind, Said, Terms};
use purser_store::providers::Provider;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use url::Url;

use super::parties::{self, Metadata};
use super::token::{self, Wanted};
use super::{Ask, Kept, apple, misconfigured, secret, unreachable, untrusted};
use crate::App;

/// A connection with everything that is needed to speak.
pub(super) struct Party<'a> {
    pub(super) app: &'a App,
    pub(super) provider: &'a Provider,
    pub(super) terms: &'a Terms,
}

/// What a provider answers to a code.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: Option<String>,
    id_token: Option<String>,
    error: Option<String>,
}

/// The S256 challenge of a verifier (RFC 7636).
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// A page somebody is sent to: over TLS, or on this machine.
pub(super) fn page(address: &str) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    let here = match url.host()? {
        url::Host::Domain(name) => name == "localhost",
        url::Host::Ipv4(ip) => ip.is_loopback(),
        url::Host::Ipv6(ip) => ip.is_loopback(),
    };
    let plain = url.username().is_empty() && url.password().is_none();
    (plain && (url.scheme() == "https" || (here && url.scheme() == "http"))).then_some(url)
}

impl Party<'_> {
    pub(super) fn client_id(&self) -> Result<&str> {
        self.provider.client_id.as_deref().ok_or_else(|| misconfigured("it has no client id"))
    }

    /// The issuer of the connection.
    pub(super) fn issuer(&self) -> Result<&str> {
        self.provider.issuer.as_deref().or(self.provider.kind.issuer()).ok_or_else(|| misconfigured("it has no issuer"))
    }

    async fn metadata(&self) -> Result<std::sync::Arc<Metadata>> {
        parties::metadata(self.app, self.issuer()?).await
    }

    /// What every question of this kind says.
    pub(super) fn authorization(&self, at: &str, state: &str, kept: &Kept) -> Result<Url> {
        let mut url = page(at).ok_or_else(|| misconfigured("its page to sign in at has no address to go to"))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id()?)
            .append_pair("redirect_uri", &kept.redirect_uri)
            .append_pair("scope", &self.terms.scopes.join(" "))
            .append_pair("state", state)
            .append_pair("code_challenge", &challenge(&kept.verifier))
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Where to send somebody.
    pub(super) async fn begin(&self, state: &str, kept: &Kept) -> Result<String> {
        let metadata = self.metadata().await?;
        let mut url = self.authorization(&metadata.authorization_endpoint, state, kept)?;
        url.query_pairs_mut().append_pair("nonce", &kept.nonce);
        if self.provider.kind == Kind::Apple {
            url.query_pairs_mut().append_pair("response_mode", "form_post");
        }
        Ok(url.into())
    }

    /// Exchange a code at `endpoint`.
    pub(super) async fn redeem(&self, endpoint: &str, code: &str, kept: &Kept, methods: Option<&[String]>) -> Result<Tokens> {
        let mut form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", kept.redirect_uri.clone()),
            ("code_verifier", kept.verifier.clone()),
        ];
        let authorization = self.prove(&mut form, methods)?;
        let ask = Ask { url: endpoint.to_owned(), authorization, form: Some(form) };
        let answer = self.app.web.ask(ask).await.map_err(|why| unreachable(&why))?;
        let tokens: Option<Tokens> = serde_json::from_slice(&answer.body).ok();
        match tokens {
            // The provider's word for it is one of a few; it is still the provider's, so it only goes into the log.
            Some(Tokens { error: Some(error), .. }) if error == "invalid_client" || error == "unauthorized_client" => {
                Err(misconfigured("it does not take the client secret"))
            }
            Some(tokens) if answer.status == 200 && tokens.error.is_none() => Ok(tokens),
            _ if answer.status >= 500 => Err(misconfigured(&format!("it answers {} to a code", answer.status))),
            _ => Err(untrusted("a code the provider does not take back")),
        }
    }

    /// Say who we are: in the head where that is taken, else in the form. What goes into the head is returned.
    pub(super) fn prove(&self, form: &mut Vec<(&'static str, String)>, methods: Option<&[String]>) -> Result<Option<String>> {
        let client_id = self.client_id()?;
        let stored = secret(self.app, self.provider)?;
        let secret = match (&self.terms.apple, stored) {
            (Some(apple), Some(pem)) => Some(apple::client_secret((apple, client_id), &pem, self.app.clock.now())?),
            (_, stored) => stored,
        };
        let Some(secret) = secret else {
            form.push(("client_id", client_id.to_owned()));
            return Ok(None);
        };
        let takes = |name: &str| methods.is_some_and(|methods| methods.iter().any(|method| method == name));
        let basic = self.provider.kind == Kind::Oidc && (methods.is_none() || takes("client_secret_basic") || !takes("client_secret_post"));
        if basic {
            let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            return Ok(Some(format!("Basic {}", STANDARD.encode(format!("{}:{}", part(client_id), part(&secret))))));
        }
        form.push(("client_id", client_id.to_owned()));
        form.push(("client_secret", secret));
        Ok(None)
    }

    /// What somebody brought back: exchanged, checked and read.
    pub(super) async fn finish(&self, code: &str, kept: &Kept, issuer: Option<&str>) -> Result<Said> {
        let metadata = self.metadata().await?;
        // Who answers says so (RFC 9207): a code of another provider is not taken to this one.
        if issuer.is_some_and(|issuer| issuer != metadata.issuer) || (issuer.is_none() && metadata.authorization_response_iss_parameter_supported) {
            return Err(untrusted("an answer of another issuer"));
        }
        let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
        let tokens = self.redeem(&metadata.token_endpoint, code, kept, methods).await?;
        let id_token = tokens.id_token.ok_or_else(|| untrusted("an answer without an identity token"))?;
        let kid = token::key_of(&id_token)?;
        let keys = parties::keys(self.app, &metadata.jwks_uri, kid.as_deref()).await?;
        let wanted = Wanted { issuer: &metadata.issuer, client_id: self.client_id()?, nonce: &kept.nonce, now: self.app.clock.now() };
        let (subject, mut claims) = token::check(&id_token, &keys.set, &wanted)?;
        if let (Some(endpoint), Some(access)) = (&metadata.userinfo_endpoint, &tokens.access_token)
            && self.lacks(&claims)
        {
            self.more(endpoint, access, &subject, &mut claims).await?;
        }
        Ok(self.said(subject, &claims))
    }

    /// Whether the token leaves something out that the provider may say when asked.
    fn lacks(&self, claims: &Map<String, Value>) -> bool {
        !claims.contains_key("email") || self.terms.group_claim.as_ref().is_some_and(|claim| !claims.contains_key(claim))
    }

    /// Ask the provider for the rest. What the token says stays.
    async fn more(&self, endpoint: &str, access: &str, subject: &str, claims: &mut Map<String, Value>) -> Result<()> {
        let more: Map<String, Value> = parties::document(self.app, Ask::get(endpoint).bearer(access)).await?;
        if more.get("sub").and_then(Value::as_str) != Some(subject) {
            return Err(untrusted("facts about somebody else"));
        }
        // An address and whether it is proved belong together.
        if claims.contains_key("email") {
            claims.entry("email_verified").or_insert(Value::Bool(false));
        }
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
        Ok(())
    }

    fn said(&self, subject: String, claims: &Map<String, Value>) -> Said {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        // Apple writes it as text.
        let verified = claims.get("email_verified").is_some_and(|value| value == &Value::Bool(true) || value == "true");
        Said {
            subject,
            email: text("email"),
            email_verified: verified,
            first_name: text("given_name").or_else(|| text("name")),
            last_name: text("family_name"),
            groups: self.terms.group_claim.as_ref().map(|claim| groups(claims.get(claim))).unwrap_or_default(),
        }
    }
}

/// Groups as a list, or the only one as a text.
fn groups(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).take(GROUPS).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
