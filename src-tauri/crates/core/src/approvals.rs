//! Four eyes: what needs a second person, by which rule, and the life of such a request.
//!
//! Pure rules. What an approved request then does is the business of its kind; nothing of that may enter here.

use crate::access::RoleKey;
use crate::error::{Error, Result};
use crate::money::Money;
use crate::payments::RefundKind;

crate::text_enum! {
    /// What kind of act needs a second person.
    ApprovalKind {
        /// Money given back.
        Refund = "refund",
        /// Stored credit given to a customer.
        Credit = "credit",
    }
}

crate::text_enum! {
    /// What asks for a second person.
    ApprovalCause {
        /// A rule of the tenant.
        Rule = "rule",
        /// Whoever may grant it may not send it.
        Grant = "grant",
    }
}

crate::text_enum! {
    /// Where a request stands.
    ApprovalState {
        /// Nobody has decided yet.
        Waiting = "waiting",
        /// Somebody else said yes; it is being done.
        Approved = "approved",
        /// Somebody else said no. The end.
        Rejected = "rejected",
        /// Whoever asked took it back. The end.
        Cancelled = "cancelled",
        /// Nobody decided in time. The end.
        Expired = "expired",
        /// Done. The end.
        Succeeded = "succeeded",
        /// It was approved and did not work. The end.
        Failed = "failed",
    }
}

crate::text_enum! {
    /// What can happen to a request.
    ApprovalEvent {
        /// Somebody else says yes.
        Approve = "approve",
        /// Somebody else says no.
        Reject = "reject",
        /// Whoever asked takes it back.
        Cancel = "cancel",
        /// Its time runs out.
        Expire = "expire",
        /// It was done.
        Succeed = "succeed",
        /// It did not work.
        Fail = "fail",
    }
}

impl ApprovalState {
    /// The state after `event`, or a conflict that says why not.
    pub fn apply(self, event: ApprovalEvent) -> Result<Self> {
        use ApprovalEvent as E;
        match (self, event) {
            (Self::Waiting, E::Approve) => Ok(Self::Approved),
            (Self::Waiting, E::Reject) => Ok(Self::Rejected),
            (Self::Waiting, E::Cancel) => Ok(Self::Cancelled),
            (Self::Waiting, E::Expire) => Ok(Self::Expired),
            (Self::Approved, E::Succeed) => Ok(Self::Succeeded),
            (Self::Approved, E::Fail) => Ok(Self::Failed),
            (Self::Waiting, _) => Err(Error::conflict("not_decided", "Nobody has decided this yet.")),
            _ => Err(Error::conflict("already_decided", format!("This has been decided: it is {self}."))),
        }
    }

    /// Whether nothing more will happen.
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Approved)
    }
}

crate::text_enum! {
    /// What a rule does to an act it meets.
    RuleEffect {
        /// Somebody else has to approve it.
        Approve = "approve",
        /// It is not allowed at all.
        Block = "block",
    }
}

/// When a rule meets an act. What is not said meets everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// At least this amount, of this currency.
    pub min_amount: Option<Money>,
    /// Whoever acts has done so this often in the last 24 hours, or more.
    pub per_day: Option<i64>,
    /// Whoever acts has one of these roles; empty for every role.
    pub roles: Vec<RoleKey>,
    /// Only refunds of this kind.
    pub refund_kind: Option<RefundKind>,
}

/// Something somebody is about to do.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// The money it moves.
    pub amount: Money,
    /// How often they have done so in the last 24 hours.
    pub today: i64,
    /// Their role.
    pub role: &'a RoleKey,
    /// For what kind of reason, if it is a refund.
    pub refund_kind: Option<RefundKind>,
}

impl Conditions {
    /// Whether the rule meets `act`. An amount in another currency is met: it can not be compared, and caution is right.
    pub fn meets(&self, act: &Act<'_>) -> bool {
        self.min_amount.is_none_or(|least| act.amount.currency != least.currency || act.amount.amount >= least.amount)
            && self.per_day.is_none_or(|most| act.today >= most)
            && (self.roles.is_empty() || self.roles.contains(act.role))
            && self.refund_kind.is_none_or(|kind| act.refund_kind == Some(kind))
    }
}

/// A rule as acts are judged by it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it meets.
    pub conditions: Conditions,
    /// What it does to that.
    pub effect: RuleEffect,
    /// How long somebody can decide.
    pub expires_hours: i64,
}

/// What all rules together say to an act; rules are named by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go ahead.
    Free,
    /// Somebody else has to approve it, because of this rule, or because whoever acts may not do it alone.
    Approve(Option<usize>),
    /// This rule does not allow it.
    Block(usize),
}

/// Judge `act` by `rules`; `alone`: whoever acts may do so without asking. What blocks weighs more than what asks for a second person, and of
/// those the one that leaves the least time.
pub fn judge(rules: &[Rule], act: &Act<'_>, alone: bool) -> Verdict {
    let met = || rules.iter().enumerate().filter(|(_, rule)| rule.conditions.meets(act));
    if let Some((place, _)) = met().find(|(_, rule)| rule.effect == RuleEffect::Block) {
        return Verdict::Block(place);
    }
    match met().min_by_key(|(_, rule)| rule.expires_hours) {
        Some((place, _)) => Verdict::Approve(Some(place)),
        None if alone => Verdict::Free,
        None => Verdict::Approve(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use crate::money::Currency;

    #[test]
    fn every_pair_of_state_and_event() {
        use ApprovalEvent as E;
        use ApprovalState as S;
        for state in S::ALL {
            for event in E::ALL {
                let legal = match state {
                    S::Waiting => matches!(event, E::Approve | E::Reject | E::Cancel | E::Expire),
                    S::Approved => matches!(event, E::Succeed | E::Fail),
                    _ => false,
                };
                assert_eq!(state.apply(*event).is_ok(), legal, "{state} by {event}");
            }
            assert_eq!(state.is_over(), E::ALL.iter().all(|event| state.apply(*event).is_err()));
        }
    }

    #[test]
    fn a_rule_meets_what_all_its_conditions_meet() {
        let (support, eur) = (Role::Support.key(), |amount| Money::new(amount, Currency::EUR));
        let act = |amount, today| Act { amount, today, role: &support, refund_kind: Some(RefundKind::Standard) };
        let rule = Conditions { min_amount: Some(eur(10_000)), ..Conditions::default() };
        assert!(!rule.meets(&act(eur(9_999), 0)) && rule.meets(&act(eur(10_000), 0)));
        assert!(rule.meets(&act(Money::new(1, "USD".parse().unwrap()), 0)), "another currency can not be compared");
        let rule = Conditions { per_day: Some(3), roles: vec![Role::Support.key()], ..Conditions::default() };
        assert!(!rule.meets(&act(eur(1), 2)) && rule.meets(&act(eur(1), 3)));
        let rule = Conditions { roles: vec![Role::Finance.key()], ..Conditions::default() };
        assert!(!rule.meets(&act(eur(1), 0)));
        let rule = Conditions { refund_kind: Some(RefundKind::Goodwill), ..Conditions::default() };
        assert!(!rule.meets(&act(eur(1), 0)));
        assert!(Conditions::default().meets(&act(eur(1), 0)));
    }
}
