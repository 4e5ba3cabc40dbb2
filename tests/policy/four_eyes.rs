//! Four eyes, as a pure rule: whatever rules there are and whoever does whatever, what blocks blocks, nothing gets easier by a rule more or by
//! a greater amount, and a request is decided once.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use purser_core::access::{Role, RoleKey};
use purser_core::approvals::{Act, ApprovalEvent, ApprovalState, Conditions, Rule, RuleEffect, Verdict, judge};
use purser_core::payments::RefundKind;
use purser_core::{Currency, Money};
use purser_testkit::times;

fn usd() -> Currency {
    "USD".parse().unwrap()
}

fn money() -> impl Strategy<Value = Money> {
    (1..20_000_i64, prop::bool::weighted(0.9)).prop_map(|(amount, euro)| Money::new(amount, if euro { Currency::EUR } else { usd() }))
}

fn role() -> impl Strategy<Value = RoleKey> {
    prop::sample::select(vec![Role::Support.key(), Role::Finance.key(), Role::Admin.key()])
}

fn kind() -> impl Strategy<Value = Option<RefundKind>> {
    prop::option::of(prop::sample::select(RefundKind::ALL.to_vec()))
}

fn rule() -> impl Strategy<Value = Rule> {
    let conditions =
        (prop::option::of(money()), prop::option::of(1..6_i64), prop::collection::vec(role(), 0..3), prop::option::weighted(0.2, kind()));
    (conditions, prop::bool::weighted(0.15), 1..100_i64).prop_map(|((min_amount, per_day, roles, refund_kind), blocks, expires_hours)| Rule {
        conditions: Conditions { min_amount, per_day, roles, refund_kind: refund_kind.flatten() },
        effect: if blocks { RuleEffect::Block } else { RuleEffect::Approve },
        expires_hours,
    })
}

/// How hard a verdict makes it: free, a second person, not at all.
fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Free => 0,
        Verdict::Approve(_) => 1,
        Verdict::Block(_) => 2,
    }
}

/// So many cases: a night has the time.
fn runner() -> TestRunner {
    let cases = u32::try_from(times(2_000, 100_000)).unwrap();
    TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() })
}

#[test]
fn any_rules_hold_for_any_act() {
    let cases = (prop::collection::vec(rule(), 0..6), (money(), 0..8_i64, role(), kind()), any::<bool>(), rule(), (0..20_000_i64, 0..8_i64));
    let outcome = runner().run(&cases, |(rules, (amount, today, role, refund_kind), alone, one_more, (more, again))| {
        let act = Act { amount, today, role: &role, refund_kind };
        let said = judge(&rules, &act, alone);
        let met = |rule: &&Rule| rule.conditions.meets(&act);
        match said {
            Verdict::Free => prop_assert!(alone && !rules.iter().any(|rule| met(&rule))),
            Verdict::Approve(None) => prop_assert!(!alone && !rules.iter().any(|rule| met(&rule))),
            Verdict::Block(place) => prop_assert!(met(&&rules[place]) && rules[place].effect == RuleEffect::Block),
            Verdict::Approve(Some(place)) => {
                prop_assert!(met(&&rules[place]) && !rules.iter().any(|rule| met(&rule) && rule.effect == RuleEffect::Block));
                // It lapses as soon as the strictest of them says.
                prop_assert!(rules.iter().filter(met).all(|rule| rule.expires_hours >= rules[place].expires_hours));
            }
        }
        // The order of the rules decides nothing but which of several is named.
        let backwards: Vec<Rule> = rules.iter().rev().cloned().collect();
        prop_assert_eq!(weight(judge(&backwards, &act, alone)), weight(said));
        // One rule more, a greater amount, once more today, fewer rights: nothing of it makes it easier.
        let longer: Vec<Rule> = rules.iter().cloned().chain([one_more]).collect();
        prop_assert!(weight(judge(&longer, &act, alone)) >= weight(said));
        let larger = Act { amount: Money::new(amount.amount + more, amount.currency), ..act.clone() };
        prop_assert!(weight(judge(&rules, &larger, alone)) >= weight(said));
        let oftener = Act { today: today + again, ..act.clone() };
        prop_assert!(weight(judge(&rules, &oftener, alone)) >= weight(said));
        prop_assert!(weight(judge(&rules, &act, false)) >= weight(said));
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn whatever_happens_to_a_request_it_is_decided_once() {
    let events = prop::collection::vec(prop::sample::select(ApprovalEvent::ALL.to_vec()), 0..20);
    let outcome = runner().run(&events, |events| {
        let (mut state, mut decisions, mut ends) = (ApprovalState::Waiting, 0, 0);
        for event in events {
            let Ok(next) = state.apply(event) else { continue };
            prop_assert!(!state.is_over(), "{} by {} after its end", state, event);
            decisions += u8::from(state == ApprovalState::Waiting);
            ends += u8::from(next.is_over());
            // Nothing is done that nobody approved.
            prop_assert!(!matches!(next, ApprovalState::Succeeded | ApprovalState::Failed) || state == ApprovalState::Approved);
            state = next;
        }
        prop_assert!(decisions <= 1 && ends <= 1);
        prop_assert_eq!(decisions == 0, state == ApprovalState::Waiting);
        Ok(())
    });
    outcome.unwrap();
}
