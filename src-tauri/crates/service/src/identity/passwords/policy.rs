//! What a tenant asks of passwords, and what is wrong with one. The floor is the same everywhere: 8 characters, hard to guess, not known from
//! a breach, none of the last 5. A tenant can ask for more, never for less.

use purser_core::access::{Grant, Role, RoleDef, can};
use purser_core::error::Checks;
use purser_core::time::DAY;
use purser_core::{Error, FieldError, Patch, Result, Timestamp};
use purser_store::tenants::{self, Tenant};
use serde::{Deserialize, Serialize};

use super::LONGEST;
use crate::App;
use crate::identity::step_up;
use crate::tenants::part;

/// Where the policy lies among the settings of the tenant.
const KEY: &str = "passwords";

/// What a tenant asks of passwords.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Policy {
    /// Shortest, in characters.
    pub min_length: i64,
    /// Least zxcvbn score.
    pub min_score: i64,
    /// Whether lower case, upper case, a digit and a sign each have to be in it.
    pub require_classes: bool,
    /// How many of the last ones can not be used again.
    pub history: i64,
    /// Days after which owners and administrators have to choose another; never if absent.
    pub admin_expiry_days: Option<i64>,
    /// The same for other staff.
    pub staff_expiry_days: Option<i64>,
    /// Whether people who have not proved their address may do nothing but prove it.
    pub require_verified_email: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            min_length: 8,
            min_score: 3,
            require_classes: false,
            history: 5,
            admin_expiry_days: Some(90),
            staff_expiry_days: None,
            require_verified_email: false,
        }
    }
}

impl Policy {
    /// The policy of a tenant; what it does not say is as usual.
    pub fn of(tenant: &Tenant) -> Self {
        Self::read(&tenant.settings.0)
    }

    /// The policy among a tenant's settings.
    pub(crate) fn read(settings: &serde_json::Map<String, serde_json::Value>) -> Self {
        settings.get(KEY).and_then(|value| serde_json::from_value(value.clone()).ok()).unwrap_or_default()
    }

    /// When a password of a person of this role, in force since `changed`, runs out.
    pub fn expires(&self, role: &RoleDef, changed: Timestamp) -> Option<Timestamp> {
        let days = match role.as_preset() {
            Some(Role::Owner | Role::Admin) => self.admin_expiry_days,
            _ if role.staff => self.staff_expiry_days,
            _ => None,
        };
        days.map(|days| changed.plus(days.saturating_mul(DAY)))
    }
}

/// How good a password is, and what would make it better.
#[derive(Clone, Debug)]
pub struct Advice {
    /// From 0, guessed at once, to 4.
    pub score: i64,
    /// What makes it easy to guess.
    pub warning: Option<Hint>,
    /// What would help.
    pub suggestions: Vec<Hint>,
    /// Why it can not be taken.
    pub problems: Vec<Hint>,
}

/// A sentence with a stable word for it, by which a page finds its own language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The word.
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl Hint {
    fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }

    /// A hint of zxcvbn; its name there is the word.
    fn named(name: &dyn std::fmt::Debug, message: &dyn std::fmt::Display) -> Self {
        let mut code = String::new();
        for c in format!("{name:?}").chars() {
            if c.is_ascii_uppercase() && !code.is_empty() {
                code.push('_');
            }
            code.push(c.to_ascii_lowercase());
        }
        Self { code, message: message.to_string() }
    }
}

/// Look a password over. `about` are words somebody who guesses would try first.
pub fn advise(policy: &Policy, breached: &super::Breached, password: &str, about: &[&str]) -> Advice {
    let mut problems = Vec::new();
    let length = password.chars().count();
    if length < usize::try_from(policy.min_length).unwrap_or(8) {
        problems.push(Hint::new("too_short", format!("At least {} characters.", policy.min_length)));
    }
    if length > LONGEST {
        problems.push(Hint::new("too_long", format!("At most {LONGEST} characters.")));
        return Advice { score: 0, warning: None, suggestions: Vec::new(), problems };
    }
    let classes: [fn(char) -> bool; 4] = [char::is_lowercase, char::is_uppercase, char::is_numeric, |c| !c.is_alphanumeric()];
    if policy.require_classes && !classes.iter().all(|class| password.chars().any(class)) {
        problems.push(Hint::new("class_missing", "It needs a small letter, a capital letter, a digit and a sign such as ! or -."));
    }
    if breached.holds(password) {
        problems.push(Hint::new("breached", "This password is known from a breach and is tried first by whoever guesses. Choose another."));
    }
    let strength = zxcvbn::zxcvbn(password, &words(about));
    let score = i64::from(u8::from(strength.score()));
    let feedback = strength.feedback();
    let warning = feedback.and_then(zxcvbn::feedback::Feedback::warning).map(|warning| Hint::named(&warning, &warning));
    let suggestions: Vec<Hint> =
        feedback.map(|feedback| feedback.suggestions().iter().map(|hint| Hint::named(hint, hint)).collect()).unwrap_or_default();
    if score < policy.min_score && !password.is_empty() {
        let mut advice: Vec<&str> = warning.iter().chain(&suggestions).map(|hint| hint.message.as_str()).collect();
        if advice.is_empty() {
            advice.push("Use a few words that do not belong together.");
        }
        problems.push(Hint::new("too_weak", format!("This password is easy to guess. {}", advice.join(" "))));
    }
    Advice { score, warning, suggestions, problems }
}

/// Names and addresses, whole and in their parts: `ada@harbour.example` is guessed by `harbour` as well.
fn words<'a>(about: &[&'a str]) -> Vec<&'a str> {
    let parts = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() >= 3));
    about.iter().copied().filter(|text| !text.is_empty()).chain(parts).take(40).collect()
}

/// The same as complaints about `field`.
pub fn check((policy, breached): (&Policy, &super::Breached), field: &str, password: &str, about: &[&str]) -> Result<()> {
    let mut checks = Checks::new();
    checks.that(!password.chars().any(char::is_control), field, "control_character", "Control characters are not allowed.");
    let problems = advise(policy, breached, password, about).problems;
    checks.extend(problems.into_iter().map(|hint| FieldError::new(field, hint.code, hint.message)));
    checks.done()
}

/// A change of the policy: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Shortest, in characters.
    pub min_length: Patch<i64>,
    /// Least zxcvbn score.
    pub min_score: Patch<i64>,
    /// Whether each class of characters has to be in it.
    pub require_classes: Patch<bool>,
    /// How many of the last ones can not be used again.
    pub history: Patch<i64>,
    /// Days for owners and administrators.
    pub admin_expiry_days: Patch<i64>,
    /// Days for other staff.
    pub staff_expiry_days: Patch<i64>,
    /// Whether an address has to be proved first.
    pub require_verified_email: Patch<bool>,
}

impl Change {
    fn applied(self, policy: &Policy) -> Result<Policy> {
        let mut checks = Checks::new();
        checks.extend(self.min_length.never_clear("minLength")).extend(self.min_score.never_clear("minScore"));
        checks.extend(self.require_classes.never_clear("requireClasses")).extend(self.history.never_clear("history"));
        checks.extend(self.require_verified_email.never_clear("requireVerifiedEmail"));
        let mut next = policy.clone();
        self.min_length.apply(&mut next.min_length);
        self.min_score.apply(&mut next.min_score);
        self.require_classes.apply(&mut next.require_classes);
        self.history.apply(&mut next.history);
        self.admin_expiry_days.apply_optional(&mut next.admin_expiry_days);
        self.staff_expiry_days.apply_optional(&mut next.staff_expiry_days);
        self.require_verified_email.apply(&mut next.require_verified_email);
        checks.that((8..=64).contains(&next.min_length), "minLength", "out_of_range", "From 8 to 64 characters.");
        checks.that((3..=4).contains(&next.min_score), "minScore", "out_of_range", "3 or 4.");
        checks.that((5..=24).contains(&next.history), "history", "out_of_range", "From 5 to 24.");
        for (field, days) in [("adminExpiryDays", next.admin_expiry_days), ("staffExpiryDays", next.staff_expiry_days)] {
            checks.that(days.is_none_or(|days| (7..=730).contains(&days)), field, "out_of_range", "From 7 to 730 days, or never.");
        }
        checks.done()?;
        if next == *policy {
            return Err(Error::invalid("body", "empty", "Name at least one setting to change."));
        }
        Ok(next)
    }
}

/// The policy of the caller's tenant, and the version of its settings.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>) -> Result<(Policy, i64)> {
    let tenant = app.db.read(by, async |tx| tenants::find(tx, by.tenant()).await.map_err(Error::from)).await?;
    let tenant = tenant.ok_or(Error::NotFound("tenant"))?;
    Ok((Policy::of(&tenant), tenant.version))
}

/// Change the policy of a tenant whose settings the caller read at `version`. It counts for passwords chosen from now on, expiry for all.
pub async fn update(app: &App, by: &Grant<can::UpdateSetting>, version: i64, change: Change) -> Result<(Policy, i64)> {
    step_up::demand_unless_key(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let mut tenant = part::hold(tx, by, version).await?;
            let before = Policy::of(&tenant);
            let after = change.applied(&before)?;
            part::put(&mut tenant, KEY, &after)?;
            let version = part::save(tx, by, ("setting.passwords", tenant), (&before, &after)).await?;
            Ok((after, version))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::passwords::Breached;

    fn codes(policy: &Policy, password: &str, about: &[&str]) -> Vec<String> {
        advise(policy, &Breached::shipped(), password, about).problems.into_iter().map(|hint| hint.code).collect()
    }

    #[test]
    fn each_fault_has_a_word_of_its_own() {
        let usual = Policy::default();
        assert!(codes(&usual, "harbour lantern 42 brass", &[]).is_empty());
        assert_eq!(codes(&usual, "x7#Qp!", &[]), ["too_short", "too_weak"]);
        assert!(codes(&usual, "iloveyou1", &[]).contains(&"breached".to_owned()));
        assert_eq!(codes(&usual, &"x".repeat(257), &[]), ["too_long"]);
        let strict = Policy { require_classes: true, min_length: 12, ..Policy::default() };
        assert_eq!(codes(&strict, "harbour lantern 42 brass", &[]), ["class_missing"]);
        assert!(codes(&strict, "Harbour lantern 42 brass", &[]).is_empty());
        assert_eq!(codes(&strict, "Qz7-Lm2+Xw", &[]), ["too_short"]);
    }

    #[test]
    fn words_of_the_person_are_known() {
        let usual = Policy::default();
        let about = ["wilhelmina.quoxelbrandt@harbour.example", "Wilhelmina", "Quoxelbrandt"];
        assert!(codes(&usual, "quoxelbrandt", &[]).is_empty());
        assert_eq!(codes(&usual, "quoxelbrandt", &about), ["too_weak"]);
    }

    #[test]
    fn passwords_of_some_roles_run_out() {
        let (policy, changed) = (Policy::default(), Timestamp::from_micros(0));
        assert_eq!(policy.expires(&RoleDef::preset(Role::Admin), changed), Some(changed.plus(90 * DAY)));
        assert_eq!(policy.expires(&RoleDef::preset(Role::Support), changed), None);
        let strict = Policy { staff_expiry_days: Some(30), admin_expiry_days: None, ..policy };
        assert_eq!(
            (strict.expires(&RoleDef::preset(Role::Owner), changed), strict.expires(&RoleDef::preset(Role::Support), changed)),
            (None, Some(changed.plus(30 * DAY)))
        );
        assert_eq!(strict.expires(&RoleDef::preset(Role::User), changed), None, "customers are left in peace");
    }
}
