//! The rules of a tenant that say what needs a second pair of eyes.

use purser_core::access::{Grant, RoleKey, can};
use purser_core::approvals::{ApprovalKind, RuleEffect};
use purser_core::checkout::LARGEST;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::RuleId;
use purser_core::payments::RefundKind;
use purser_core::{Error, Money, Patch, Result};
use purser_store::Tx;
use purser_store::approvals::{self as store, Rule};

use crate::audit::{self, Line};
use crate::identity::step_up;
use crate::{App, events};

/// Most rules of a tenant.
const MOST: usize = 100;

/// A rule to make.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// What people call it.
    pub name: String,
    /// What kind of act.
    pub kind: ApprovalKind,
    /// What it does.
    pub effect: RuleEffect,
    /// At least this amount.
    pub min_amount: Option<Money>,
    /// This often in 24 hours, or more.
    pub per_day: Option<i64>,
    /// Any of these roles; empty for every role.
    pub roles: Vec<RoleKey>,
    /// Only refunds of this kind.
    pub refund_kind: Option<RefundKind>,
    /// How long somebody can decide, in hours.
    pub expires_hours: i64,
    /// Whether it is in force.
    pub active: bool,
}

/// A change of a rule: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct RuleChange {
    /// What people call it.
    pub name: Patch<String>,
    /// What it does.
    pub effect: Patch<RuleEffect>,
    /// At least this amount.
    pub min_amount: Patch<Money>,
    /// This often in 24 hours, or more.
    pub per_day: Patch<i64>,
    /// Any of these roles; empty for every role.
    pub roles: Patch<Vec<RoleKey>>,
    /// Only refunds of this kind.
    pub refund_kind: Patch<RefundKind>,
    /// How long somebody can decide, in hours.
    pub expires_hours: Patch<i64>,
    /// Whether it is in force.
    pub active: Patch<bool>,
}

fn check(rule: &Rule) -> Result<()> {
    let mut checks = Checks::new();
    checks.text("name", &rule.name, 100);
    let fits = rule.min_amount.is_none_or(|amount| (1..=LARGEST).contains(&amount));
    checks.that(fits, "minAmount.amount", "out_of_range", "More than nothing, and no more than the largest order.");
    checks.that(rule.per_day.is_none_or(|times| (1..=1_000).contains(&times)), "perDay", "out_of_range", "Between 1 and 1,000.");
    checks.that(rule.roles.len() <= 50, "roles", "too_many", "At most 50 roles.");
    checks.that((1..=24 * 90).contains(&rule.expires_hours), "expiresHours", "out_of_range", "Between one hour and 90 days.");
    checks.done()
}

/// Roles as a rule's row keeps them.
fn words(roles: &[RoleKey]) -> Vec<String> {
    roles.iter().map(|role| role.as_str().to_owned()).collect()
}

/// The rules, oldest first.
pub async fn rules(app: &App, by: &Grant<can::ReadPayment>) -> Result<Vec<Rule>> {
    app.db.read(by, async |tx| store::rules(tx).await.map_err(Error::from)).await
}

/// One rule.
pub async fn read_rule(app: &App, by: &Grant<can::ReadPayment>, id: RuleId) -> Result<Rule> {
    app.db.read(by, async |tx| store::rule(tx, id).await?.ok_or(Error::NotFound("rule"))).await
}

/// Make a rule.
pub async fn add_rule(app: &App, by: &Grant<can::ManageApproval>, new: NewRule) -> Result<Rule> {
    let rule = Rule {
        id: by.id(),
        name: new.name.trim().to_owned(),
        kind: new.kind,
        effect: new.effect,
        min_amount: new.min_amount.map(|amount| amount.amount),
        currency: new.min_amount.map(|amount| amount.currency.as_str().to_owned()),
        per_day: new.per_day,
        roles: words(&new.roles).into(),
        refund_kind: new.refund_kind.map(|kind| kind.as_str().to_owned()),
        expires_hours: new.expires_hours,
        active: new.active,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    };
    check(&rule)?;
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            if store::rules(tx).await?.len() >= MOST {
                return Err(Error::conflict("too_many", "A tenant has at most 100 rules."));
            }
            store::insert_rule(tx, &rule).await?;
            note(by, tx, "approval_rule.create", (None, Some(&rule)));
            Ok(())
        })
        .await?;
    Ok(rule)
}

/// Change a rule whose version is `version`.
pub async fn change_rule(app: &App, by: &Grant<can::ManageApproval>, id: RuleId, version: i64, change: RuleChange) -> Result<Rule> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let before = store::rule(tx, id).await?.ok_or(Error::NotFound("rule"))?;
            if before.version != version {
                return Err(Error::Stale);
            }
            let mut rule = before.clone();
            let needed = [change.name.never_clear("name"), change.effect.never_clear("effect"), change.active.never_clear("active")];
            Checks::new().extend(needed.into_iter().flatten().chain(change.expires_hours.never_clear("expiresHours"))).done()?;
            apply(&mut rule, change);
            rule.updated_at = by.now();
            check(&rule)?;
            if !store::update_rule(tx, &rule).await? {
                return Err(Error::Stale);
            }
            rule.version += 1;
            note(by, tx, "approval_rule.update", (Some(&before), Some(&rule)));
            Ok(rule)
        })
        .await
}

fn apply(rule: &mut Rule, change: RuleChange) {
    let RuleChange { name, effect, min_amount, per_day, roles, refund_kind, expires_hours, active } = change;
    name.apply(&mut rule.name);
    rule.name = rule.name.trim().to_owned();
    effect.apply(&mut rule.effect);
    let mut least = None;
    if !min_amount.is_keep() {
        min_amount.apply_optional(&mut least);
        rule.min_amount = least.map(|amount: Money| amount.amount);
        rule.currency = least.map(|amount| amount.currency.as_str().to_owned());
    }
    per_day.apply_optional(&mut rule.per_day);
    match roles {
        Patch::Keep => {}
        Patch::Clear => rule.roles = Vec::new().into(),
        Patch::Set(roles) => rule.roles = words(&roles).into(),
    }
    match refund_kind {
        Patch::Keep => {}
        Patch::Clear => rule.refund_kind = None,
        Patch::Set(kind) => rule.refund_kind = Some(kind.as_str().to_owned()),
    }
    expires_hours.apply(&mut rule.expires_hours);
    active.apply(&mut rule.active);
}

/// Remove a rule. What waits because of it goes on waiting.
pub async fn remove_rule(app: &App, by: &Grant<can::ManageApproval>, id: RuleId) -> Result<()> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let rule = store::rule(tx, id).await?.ok_or(Error::NotFound("rule"))?;
            store::delete_rule(tx, id).await?;
            note(by, tx, "approval_rule.delete", (Some(&rule), None));
            Ok(())
        })
        .await
}

fn note(by: &Grant<can::ManageApproval>, tx: &mut Tx, action: &'static str, (before, after): (Option<&Rule>, Option<&Rule>)) {
    let Some(rule) = after.or(before) else { return };
    let facts = |rule: &Rule| {
        serde_json::json!({
            "name": rule.name, "effect": rule.effect, "minAmount": rule.min_amount, "currency": rule.currency, "perDay": rule.per_day,
            "roles": rule.roles.0, "refundKind": rule.refund_kind, "expiresHours": rule.expires_hours, "active": rule.active,
        })
    };
    let mut line = Line::new(action, "approval_rule", rule.id.uuid(), rule.name.clone());
    if let Some(before) = before {
        line = line.before(&facts(before));
    }
    if let Some(after) = after {
        line = line.after(&facts(after));
    }
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::Setting, "approval_rules", rule.id.uuid());
}
