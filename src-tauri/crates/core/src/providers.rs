//! Signing in elsewhere: the parties that can say who somebody is, what a connection to one is made of, and what follows from what it says.
//!
//! Pure rules. The protocols are in `purser_service::providers`, where what they say is checked before it comes here.

use crate::access::{Role, RoleKey};
use crate::error::Checks;
use crate::people::check_email;
use crate::time::MINUTE;
use crate::{Error, Result};

/// How long somebody may take to sign in elsewhere.
pub const LIFE: i64 = 10 * MINUTE;
/// How long what came of it waits to be collected.
pub const COLLECT: i64 = 2 * MINUTE;

crate::text_enum! {
    /// What a connection leads to.
    Kind {
        /// Any provider of `OpenID` Connect, found by its issuer.
        Oidc = "oidc",
        /// Google.
        Google = "google",
        /// Apple.
        Apple = "apple",
        /// Facebook: OAuth 2 and a call of its own for who it is.
        Facebook = "facebook",
        /// GitHub: OAuth 2 and calls of its own for who it is.
        Github = "github",
        /// A SAML 2.0 identity provider.
        Saml = "saml",
    }
}

crate::text_enum! {
    /// What was begun.
    Aim {
        /// Signing in.
        SignIn = "sign_in",
        /// Adding a way in to one's own account.
        Link = "link",
    }
}

/// How a party is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `OpenID` Connect: a signed token says who it is.
    OpenId,
    /// OAuth 2 alone: a call with the access token says who it is.
    OAuth,
    /// SAML 2.0: a signed assertion says who it is.
    Saml,
}

impl Kind {
    /// How it is spoken to.
    pub const fn protocol(self) -> Protocol {
        match self {
            Self::Oidc | Self::Google | Self::Apple => Protocol::OpenId,
            Self::Facebook | Self::Github => Protocol::OAuth,
            Self::Saml => Protocol::Saml,
        }
    }

    /// The issuer of a party there is only one of.
    pub const fn issuer(self) -> Option<&'static str> {
        match self {
            Self::Google => Some("https://accounts.google.com"),
            Self::Apple => Some("https://appleid.apple.com"),
            Self::Facebook => Some("https://www.facebook.com"),
            Self::Github => Some("https://github.com"),
            Self::Oidc | Self::Saml => None,
        }
    }

    /// What is asked for where nothing else is said.
    pub fn scopes(self) -> Vec<String> {
        let scopes: &[&str] = match self {
            Self::Oidc | Self::Google => &["openid", "email", "profile"],
            Self::Apple => &["openid", "email", "name"],
            Self::Facebook => &["email", "public_profile"],
            Self::Github => &["read:user", "user:email"],
            Self::Saml => &[],
        };
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }
}

/// Members of this group of the provider get this role.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GroupRole")]
pub struct GroupRole {
    /// The group as the provider writes it.
    pub group: String,
    /// The role here.
    pub role: RoleKey,
}

/// What Apple wants instead of a secret: the names under which a key signs one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "AppleKey")]
pub struct AppleKey {
    /// Team id.
    pub team_id: String,
    /// Key id.
    pub key_id: String,
}

/// What is known of a SAML identity provider, and the names it gives things.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SamlParty {
    /// Where requests go, by redirect.
    pub sso_url: String,
    /// The certificates whose keys may have signed, PEM.
    pub certificates: Vec<String>,
    /// The attribute with the e-mail address; else the name id.
    pub email_attribute: Option<String>,
    /// The attribute with the given name.
    pub first_name_attribute: Option<String>,
    /// The attribute with the family name.
    pub last_name_attribute: Option<String>,
    /// Our own certificate for signed requests, PEM.
    pub own_certificate: String,
}

/// Everything about a connection that is not looked up by.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terms {
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Domains of addresses that may sign in; empty: any.
    pub domains: Vec<String>,
    /// Whether what the provider says of an address in these domains counts as proved.
    pub proves_addresses: bool,
    /// The claim or attribute with the groups somebody is in.
    pub group_claim: Option<String>,
    /// Roles by group; the first that fits.
    pub roles: Vec<GroupRole>,
    /// Whether somebody nobody knows here gets an account.
    pub create_people: bool,
    /// For Apple.
    pub apple: Option<AppleKey>,
    /// For SAML.
    pub saml: Option<SamlParty>,
}

/// What a provider said of somebody, once it was checked that it did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Said {
    /// The provider's own name for the person, which never changes hands.
    pub subject: String,
    /// Address.
    pub email: Option<String>,
    /// Whether the provider says that the address is theirs.
    pub email_verified: bool,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Groups.
    pub groups: Vec<String>,
}

/// Most groups that are looked at.
pub const GROUPS: usize = 1_000;

/// The domain of an address as it is compared.
pub fn domain(email: &str) -> Option<String> {
    email.trim().rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).filter(|domain| !domain.is_empty())
}

impl Terms {
    /// Complain about what can not be.
    pub fn check(&self, kind: Kind) -> Result<()> {
        let mut checks = Checks::new();
        checks.that(self.scopes.len() <= 20, "scopes", "too_many", "At most 20 scopes.");
        let token = |scope: &String| (1..=200).contains(&scope.len()) && scope.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\');
        checks.that(self.scopes.iter().all(token), "scopes", "not_valid", "A scope is one word.");
        let openid = kind.protocol() != Protocol::OpenId || self.scopes.iter().any(|scope| scope == "openid");
        checks.that(openid, "scopes", "openid_missing", "OpenID Connect needs the scope openid.");
        checks.that(self.domains.len() <= 100, "domains", "too_many", "At most 100 domains.");
        let whole = |domain: &String| check_email("domains", &format!("a@{domain}")).is_none();
        checks.that(self.domains.iter().all(whole), "domains", "not_a_domain", "A domain such as example.com.");
        let message = "Say for which domains: nobody can vouch for addresses everywhere.";
        checks.that(!self.proves_addresses || !self.domains.is_empty(), "provesAddresses", "domains_needed", message);
        if let Some(claim) = &self.group_claim {
            checks.text("groupClaim", claim, 200);
        }
        checks.that(self.roles.len() <= 200, "roles", "too_many", "At most 200 groups.");
        checks.that(self.roles.is_empty() || self.group_claim.is_some(), "groupClaim", "required", "Say where the provider writes the groups.");
        for (place, rule) in self.roles.iter().enumerate() {
            checks.text(&format!("roles[{place}].group"), &rule.group, 300);
            let message = "An owner is made by an owner, not by a group.";
            checks.that(rule.role != Role::Owner, &format!("roles[{place}].role"), "owner", message);
        }
        checks.that((kind == Kind::Apple) == self.apple.is_some(), "apple", "required", "For Apple, and only there: team id and key id.");
        if let Some(apple) = &self.apple {
            let id = |text: &str| (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
            checks.that(id(&apple.team_id), "apple.teamId", "not_valid", "Ten letters and digits.");
            checks.that(id(&apple.key_id), "apple.keyId", "not_valid", "Ten letters and digits.");
        }
        checks.that(
            (kind == Kind::Saml) == self.saml.is_some(),
            "saml",
            "required",
            "For SAML, and only there: address and certificate of the provider.",
        );
        checks.done()
    }

    /// Whether somebody with this address may come in.
    pub fn admits(&self, email: Option<&str>) -> bool {
        self.domains.is_empty() || email.and_then(domain).is_some_and(|domain| self.domains.contains(&domain))
    }

    /// Whether what was said proves the address.
    pub fn proves(&self, said: &Said) -> bool {
        let Some(email) = said.email.as_deref() else { return false };
        let listed = !self.domains.is_empty() && self.admits(Some(email));
        said.email_verified || (self.proves_addresses && listed)
    }

    /// The role these groups give, if groups give any.
    pub fn role(&self, groups: &[String], otherwise: RoleKey) -> Option<RoleKey> {
        if self.roles.is_empty() {
            return None;
        }
        Some(self.roles.iter().find(|rule| groups.contains(&rule.group)).map_or(otherwise, |rule| rule.role))
    }
}

/// What is known here of the address somebody came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nobody has it.
    Nobody,
    /// Somebody has it and has proved it, or was asked in under it.
    Proved,
    /// Somebody has it who never proved it.
    Unproved,
}

/// What becomes of somebody who came from a provider for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The account with their address is theirs.
    Link,
    /// They get an account.
    Create,
}

/// What becomes of somebody a provider vouches for and no identity is known of.
pub fn judge(terms: &Terms, said: &Said, known: Known) -> Result<Verdict> {
    let refused = |code, message: &'static str| Err(Error::Refused(code, message.into()));
    if !terms.admits(said.email.as_deref()) {
        return refused("domain_not_allowed", "Addresses of this domain can not sign in here this way.");
    }
    if !terms.proves(said) {
        let message = "The provider does not say that this address is yours. Sign in another way, and add the provider to your account.";
        return refused("email_unverified_there", message);
    }
    match known {
        Known::Proved => Ok(Verdict::Link),
        // Whoever wrote an address that is not theirs on an account would otherwise get its owner into that account.
        Known::Unproved => Err(Error::conflict(
            "account_exists",
            "There is an account with this address, which was never proved. Sign in to it, and add the provider there.",
        )),
        Known::Nobody if terms.create_people => Ok(Verdict::Create),
        Known::Nobody => refused("no_account", "Nobody with this address has an account here. Ask to be invited."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(email: &str, verified: bool) -> Said {
        Said { subject: "1".into(), email: Some(email.into()), email_verified: verified, ..Said::default() }
    }

    #[test]
    fn only_proved_addresses_lead_anywhere() {
        let open = Terms { create_people: true, ..Terms::default() };
        assert_eq!(judge(&open, &said("a@x.example", true), Known::Proved).unwrap(), Verdict::Link);
        assert_eq!(judge(&open, &said("a@x.example", true), Known::Nobody).unwrap(), Verdict::Create);
        assert_eq!(judge(&open, &said("a@x.example", true), Known::Unproved).unwrap_err().code(), "account_exists");
        for known in [Known::Nobody, Known::Proved, Known::Unproved] {
            assert_eq!(judge(&open, &said("a@x.example", false), known).unwrap_err().code(), "email_unverified_there");
        }
        let closed = Terms::default();
        assert_eq!(judge(&closed, &said("a@x.example", true), Known::Nobody).unwrap_err().code(), "no_account");
        let none = Said { subject: "1".into(), email_verified: true, ..Said::default() };
        assert_eq!(judge(&open, &none, Known::Nobody).unwrap_err().code(), "email_unverified_there");
    }

    #[test]
    fn a_provider_vouches_for_its_own_domains_alone() {
        let terms = Terms { domains: vec!["x.example".into()], proves_addresses: true, create_people: true, ..Terms::default() };
        assert!(judge(&terms, &said("a@X.example", false), Known::Nobody).is_ok());
        assert_eq!(judge(&terms, &said("a@y.example", true), Known::Nobody).unwrap_err().code(), "domain_not_allowed");
        assert_eq!(judge(&terms, &said("a@evil.x.example", true), Known::Nobody).unwrap_err().code(), "domain_not_allowed");
        assert!(Terms { domains: Vec::new(), ..terms }.check(Kind::Saml).is_err());
    }

    #[test]
    fn the_first_group_that_fits_gives_the_role() {
        let rule = |group: &str, role: Role| GroupRole { group: group.into(), role: role.key() };
        let terms = Terms { roles: vec![rule("money", Role::Finance), rule("help", Role::Support)], ..Terms::default() };
        let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(terms.role(&groups(&["help", "money"]), Role::User.key()), Some(Role::Finance.key()));
        assert_eq!(terms.role(&groups(&["other"]), Role::User.key()), Some(Role::User.key()));
        assert_eq!(Terms::default().role(&groups(&["money"]), Role::User.key()), None);
        let owner = Terms { group_claim: Some("groups".into()), roles: vec![rule("x", Role::Owner)], ..Terms::default() };
        assert!(owner.check(Kind::Github).is_err());
    }
}
