//! GitHub and Facebook. Neither speaks `OpenID` Connect here: an access token is all a code gives, so who somebody is has to be asked for with it.
//!
//! The token came over TLS from the party itself in exchange for a code, a PKCE verifier and the client secret, so nobody can hand in a token
//! that was made for somebody else.

use aws_lc_rs::hmac;
use purser_core::Result;
use purser_core::providers::{Kind, Said};
use serde::Deserialize;

use super::openid::Party;
use super::parties::document;
use super::{Ask, Kept, misconfigured, secret, untrusted};

const GRAPH: &str = "https://graph.facebook.com/v23.0";

/// Where a party is spoken to.
pub(super) struct Places {
    pub(super) authorize: String,
    pub(super) token: String,
    api: String,
}

#[derive(Deserialize)]
struct GithubUser {
    id: u64,
    name: Option<String>,
}

#[derive(Deserialize)]
struct GithubEmail {
    email: String,
    primary: bool,
    verified: bool,
}

#[derive(Deserialize)]
struct FacebookUser {
    id: String,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

impl Party<'_> {
    pub(super) fn places(&self) -> Result<Places> {
        let issuer = self.issuer()?.trim_end_matches('/');
        Ok(match self.provider.kind {
            Kind::Facebook => {
                Places { authorize: format!("{issuer}/v23.0/dialog/oauth"), token: format!("{GRAPH}/oauth/access_token"), api: GRAPH.into() }
            }
            _ => Places {
                authorize: format!("{issuer}/login/oauth/authorize"),
                token: format!("{issuer}/login/oauth/access_token"),
                // GitHub itself has a machine of its own for it, an Enterprise Server does not.
                api: if Some(issuer) == Kind::Github.issuer() { "https://api.github.com".into() } else { format!("{issuer}/api/v3") },
            },
        })
    }

    /// Where to send somebody.
    pub(super) fn begin_oauth(&self, state: &str, kept: &Kept) -> Result<String> {
        Ok(self.authorization(&self.places()?.authorize, state, kept)?.into())
    }

    /// What somebody brought back.
    pub(super) async fn finish_oauth(&self, code: &str, kept: &Kept) -> Result<Said> {
        let places = self.places()?;
        let tokens = self.redeem(&places.token, code, kept, None).await?;
        let access = tokens.access_token.ok_or_else(|| untrusted("an answer without an access token"))?;
        if self.provider.kind == Kind::Facebook { self.facebook(&places.api, &access).await } else { self.github(&places.api, &access).await }
    }

    /// GitHub: the person, and the address they chose, which GitHub says whether it was proved.
    async fn github(&self, api: &str, access: &str) -> Result<Said> {
        let user: GithubUser = document(self.app, Ask::get(format!("{api}/user")).bearer(access)).await?;
        let emails: Vec<GithubEmail> = document(self.app, Ask::get(format!("{api}/user/emails")).bearer(access)).await?;
        let email = emails.into_iter().find(|email| email.primary);
        let (first_name, last_name) = user.name.map_or((None, None), |name| match name.trim().split_once(' ') {
            Some((first, last)) => (Some(first.to_owned()), Some(last.trim().to_owned())),
            None => (Some(name), None),
        });
        Ok(Said {
            subject: user.id.to_string(),
            email_verified: email.as_ref().is_some_and(|email| email.verified),
            email: email.map(|email| email.email),
            first_name,
            last_name,
            groups: Vec::new(),
        })
    }

    /// Facebook: the person. It does not say whether it proved the address, so nothing follows from it.
    async fn facebook(&self, api: &str, access: &str) -> Result<Said> {
        let secret = secret(self.app, self.provider)?.ok_or_else(|| misconfigured("it has no client secret"))?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let proof = hex::encode(hmac::sign(&key, access.as_bytes()).as_ref());
        let url = format!("{api}/me?fields=id,first_name,last_name,email&appsecret_proof={proof}");
        let user: FacebookUser = document(self.app, Ask::get(url).bearer(access)).await?;
        if user.id.is_empty() || user.id.len() > 255 {
            return Err(untrusted("somebody without a name"));
        }
        Ok(Said {
            subject: user.id,
            email: user.email,
            email_verified: false,
            first_name: user.first_name,
            last_name: user.last_name,
            groups: Vec::new(),
        })
    }
}
