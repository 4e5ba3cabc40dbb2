//! Tests beside a policy: a situation and the answer it should get.

use purser_core::access::{Assurance, Device, Facts, RoleBook, RoleKey};
use purser_core::error::Checks;
use purser_core::time::MINUTE;
use purser_core::{Money, Permission, Result, Timestamp};
use purser_store::tenants::Tenant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::court::{self, Case, TenantFacts};
use super::language::Statement;

purser_core::text_enum! {
    /// What becomes of a request.
    Verdict {
        /// It may happen, if the rights allow it.
        Allow = "allow",
        /// It may not.
        Deny = "deny",
    }
}

/// A situation and the answer it should get. Everything but name, permission and answer may be left out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PolicyTest")]
pub struct Test {
    /// What it is about.
    pub name: String,
    /// What is asked for.
    pub permission: Permission,
    /// Role of whoever asks; support unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleKey>,
    /// When; now unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// From which address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The money that would move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The role that would be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_role: Option<RoleKey>,
    /// Whether the person asked to be remembered on this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<bool>,
    /// Whether they had signed in on this device before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_device: Option<bool>,
    /// How many minutes ago the session proved a second factor; it proved none unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved_minutes_ago: Option<u32>,
    /// For how many minutes they have been signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in_minutes: Option<u32>,
    /// What environment the tenant stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The answer it should get.
    pub expect: Verdict,
}

/// Most money a test can speak of, in minor units.
const MOST_MONEY: i64 = 1_000_000_000_000;

impl Test {
    /// What is wrong with it, found at `at`.
    pub(super) fn check(&self, checks: &mut Checks, at: &str) {
        checks.text(&format!("{at}.name"), &self.name, 200);
        let ip = self.ip.as_ref().is_none_or(|ip| ip.parse::<std::net::IpAddr>().is_ok());
        checks.that(ip, &format!("{at}.ip"), "not_an_address", "Write an address such as 10.1.2.3 or 2001:db8::1.");
        let amount = self.amount.is_none_or(|amount| (0..=MOST_MONEY).contains(&amount.amount));
        checks.that(amount, &format!("{at}.amount.amount"), "out_of_range", format!("An amount from 0 to {MOST_MONEY}."));
        let known = self.environment.as_deref().is_none_or(|word| ["local", "staging", "production"].contains(&word));
        checks.that(known, &format!("{at}.environment"), "unknown_choice", "Choose one of: local, staging, production.");
    }
}

/// How a test went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it is about.
    pub name: String,
    /// The answer it should have got.
    pub expected: Verdict,
    /// The answer it got.
    pub got: Verdict,
    /// The line that said no.
    pub line: Option<usize>,
    /// Whether they are the same.
    pub passed: bool,
}

pub(super) fn run(statements: Vec<Statement>, tests: &[Test], book: &RoleBook, tenant: &Tenant, now: Timestamp) -> Result<Vec<Outcome>> {
    let court = court::of_one(statements)?;
    tests
        .iter()
        .map(|test| {
            let at = test.at.unwrap_or(now);
            let ago = |minutes: u32| at.plus(-i64::from(minutes) * MINUTE);
            let role = test.role.unwrap_or(purser_core::Role::Support.key());
            let line: Vec<RoleKey> = book.line(role).into_iter().map(|role| role.key).collect();
            let facts = TenantFacts {
                name: tenant.name.clone(),
                slug: tenant.slug.clone(),
                environment: test.environment.clone().unwrap_or_else(|| tenant.environment.clone()),
                currency: tenant.currency.as_str().to_owned(),
            };
            let case = Case {
                role,
                line: &line,
                staff: book.get(role).is_some_and(|role| role.staff),
                tenant: &facts,
                permission: test.permission,
                ip: test.ip.as_deref(),
                device: Device {
                    remembered: test.remembered.unwrap_or(false),
                    known: test.known_device.unwrap_or(false),
                    since: Some(ago(test.signed_in_minutes.unwrap_or(0))),
                },
                assurance: Assurance {
                    enrolled: test.proved_minutes_ago.is_some(),
                    proved_at: test.proved_minutes_ago.map(ago),
                    first: None,
                    unproved: false,
                },
                now: at,
                facts: Facts { amount: test.amount, role: test.new_role },
            };
            let said_no = court.ask(&case)?.0;
            let got = if said_no.is_empty() { Verdict::Allow } else { Verdict::Deny };
            let line = said_no.first().map(|rule| rule.line);
            Ok(Outcome { name: test.name.clone(), expected: test.expect, got, line, passed: got == test.expect })
        })
        .collect()
}
