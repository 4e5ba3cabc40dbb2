//! Ways to prove who one is: the kinds of second factors, and what a tenant asks of whoever signs in. Plain data and pure rules.

use crate::Result;
use crate::access::RoleKey;
use crate::error::Checks;
use crate::time::{DAY, MINUTE};

crate::text_enum! {
    /// Something a person has besides a password.
    FactorKind {
        /// An authenticator app.
        Totp = "totp",
        /// A code by e-mail.
        Email = "email",
        /// A code by text message.
        Sms = "sms",
        /// A passkey or security key.
        Passkey = "passkey",
    }
}

crate::text_enum! {
    /// How a second step can be answered.
    Method {
        /// The code an authenticator app shows.
        Totp = "totp",
        /// A code that was sent by e-mail.
        Email = "email",
        /// A code that was sent as a text message.
        Sms = "sms",
        /// A passkey.
        Passkey = "passkey",
        /// One of the backup codes.
        Backup = "backup",
    }
}

impl From<FactorKind> for Method {
    fn from(kind: FactorKind) -> Self {
        match kind {
            FactorKind::Totp => Self::Totp,
            FactorKind::Email => Self::Email,
            FactorKind::Sms => Self::Sms,
            FactorKind::Passkey => Self::Passkey,
        }
    }
}

crate::text_enum! {
    /// Where an API key stands.
    KeyStand {
        /// It works.
        Active = "active",
        /// Its time is over.
        Expired = "expired",
        /// Somebody revoked it.
        Revoked = "revoked",
    }
}

crate::text_enum! {
    /// How an attempt to sign in ended.
    Outcome {
        /// In.
        SignedIn = "signed_in",
        /// Not in.
        Refused = "refused",
    }
}

crate::text_enum! {
    /// What is worth knowing of a sign-in that worked.
    Risk {
        /// The person was never seen with this browser, or with this program from this address.
        NewDevice = "new_device",
        /// Never before from this country.
        NewCountry = "new_country",
        /// From further away than anybody could have come since the last sign-in.
        ImpossibleTravel = "impossible_travel",
        /// After several failures.
        AfterFailures = "after_failures",
        /// Never before from this network.
        NewNetwork = "new_network",
        /// Somebody else said who it is.
        FromProvider = "from_provider",
        /// Without a second factor.
        NoSecondFactor = "no_second_factor",
    }
}

/// Any of the [`Risk`]s, as a number: what is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Risks(i64);

impl Risks {
    const fn bit(risk: Risk) -> i64 {
        match risk {
            Risk::NewDevice => 1,
            Risk::NewCountry => 2,
            Risk::ImpossibleTravel => 4,
            Risk::AfterFailures => 8,
            Risk::NewNetwork => 16,
            Risk::FromProvider => 32,
            Risk::NoSecondFactor => 64,
        }
    }

    /// The same with `risk`, if `is`.
    #[must_use]
    pub const fn with(self, risk: Risk, is: bool) -> Self {
        if is { Self(self.0 | Self::bit(risk)) } else { self }
    }

    /// As it is stored.
    pub const fn bits(self) -> i64 {
        self.0
    }

    /// Each of them.
    pub fn list(self) -> Vec<Risk> {
        Risk::ALL.iter().copied().filter(|risk| self.0 & Self::bit(*risk) != 0).collect()
    }
}

impl From<i64> for Risks {
    fn from(bits: i64) -> Self {
        Self(bits)
    }
}

impl FromIterator<Risk> for Risks {
    fn from_iter<I: IntoIterator<Item = Risk>>(risks: I) -> Self {
        risks.into_iter().fold(Self::default(), |all, risk| all.with(risk, true))
    }
}

crate::text_enum! {
    /// Of whom a fresh second factor is asked before an action that needs one.
    StepUp {
        /// Of nobody.
        Off = "off",
        /// Of whoever has one.
        Enrolled = "enrolled",
        /// Of everybody; whoever has none has to enrol first.
        Always = "always",
    }
}

/// A tenant has no more roles than that.
const MOST_ROLES: usize = 100;

/// How long a proof counts as fresh, in microseconds.
pub const FRESH: i64 = 10 * MINUTE;

/// What a tenant asks of whoever signs in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SignInPolicy {
    /// Roles that need a second factor; without one it is enrolled while signing in.
    pub require_factor_for: Vec<RoleKey>,
    /// Of whom a fresh factor is asked.
    pub step_up: StepUp,
    /// Refunds of this much or more, in minor units, ask for a fresh factor.
    pub step_up_refund_from: Option<i64>,
    /// Minutes after which an unused session ends.
    pub idle_minutes: i64,
    /// The same for sessions that were asked to last.
    pub remembered_idle_minutes: i64,
    /// Days after which every session ends, used or not.
    pub absolute_days: i64,
    /// Whether strangers may make themselves an account of a customer.
    pub self_registration: bool,
    /// Days after which whoever made themselves an account and never proved the address is forgotten; none: never.
    pub unproved_days: Option<i64>,
}

impl Default for SignInPolicy {
    fn default() -> Self {
        Self {
            require_factor_for: Vec::new(),
            step_up: StepUp::Enrolled,
            step_up_refund_from: None,
            idle_minutes: 7 * DAY / MINUTE,
            remembered_idle_minutes: 30 * DAY / MINUTE,
            absolute_days: 90,
            self_registration: false,
            unproved_days: Some(30),
        }
    }
}

impl SignInPolicy {
    /// Complain about values out of range.
    pub fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        let minutes = |checks: &mut Checks, field: &str, value: i64| {
            checks.that((15..=129_600).contains(&value), field, "out_of_range", "From 15 minutes to 90 days, in minutes.");
        };
        minutes(&mut checks, "idleMinutes", self.idle_minutes);
        minutes(&mut checks, "rememberedIdleMinutes", self.remembered_idle_minutes);
        checks.that((1..=365).contains(&self.absolute_days), "absoluteDays", "out_of_range", "From 1 to 365 days.");
        let unproved = self.unproved_days.is_none_or(|days| (2..=365).contains(&days));
        checks.that(unproved, "unprovedDays", "out_of_range", "From 2 to 365 days, or nothing.");
        let refund = self.step_up_refund_from.is_none_or(|amount| (0..=1_000_000_000_000).contains(&amount));
        checks.that(refund, "stepUpRefundFrom", "out_of_range", "An amount from nothing to ten thousand million.");
        checks.that(self.require_factor_for.len() <= MOST_ROLES, "requireFactorFor", "too_many", "Name each role once.");
        checks.done()
    }

    /// How long a session lasts without use, in microseconds.
    pub const fn idle(&self, remembered: bool) -> i64 {
        (if remembered { self.remembered_idle_minutes } else { self.idle_minutes }) * MINUTE
    }

    /// How long a session lasts at most, in microseconds.
    pub const fn longest(&self) -> i64 {
        self.absolute_days * DAY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn risks_are_kept_as_a_number_and_read_back() {
        let all: Risks = Risk::ALL.iter().copied().collect();
        assert_eq!((all.list(), Risks::from(all.bits()), all.bits()), (Risk::ALL.to_vec(), all, 127));
        assert_eq!(Risks::default().with(Risk::NewCountry, true).with(Risk::NewDevice, false).list(), [Risk::NewCountry]);
    }

    #[test]
    fn the_usual_policy_is_in_range_and_reads_back_from_nothing() {
        let usual: SignInPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!(usual, SignInPolicy::default());
        usual.check().unwrap();
        assert!(SignInPolicy { idle_minutes: 1, ..usual.clone() }.check().is_err());
        assert!(SignInPolicy { absolute_days: 0, ..usual }.check().is_err());
    }
}
