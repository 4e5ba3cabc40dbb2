//! What one person holds beyond their role, and why they hold what they hold.

use super::book::RoleBook;
use super::held::{Held, Power};
use super::role::Role;
use super::role_key::RoleKey;
use crate::ids::RightId;
use crate::time::Timestamp;

/// A right given to one person, or denied to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// Id.
    pub id: RightId,
    /// What.
    pub power: Power,
    /// Whether it takes away rather than gives.
    pub denied: bool,
    /// When it stops by itself.
    pub expires_at: Option<Timestamp>,
    /// When somebody ended it.
    pub ended_at: Option<Timestamp>,
}

impl Right {
    /// Whether it is in force.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.expires_at.is_none_or(|until| until > now)
    }
}

/// What a power comes from, or why it does not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The role itself has it.
    Role(RoleKey),
    /// The role has it from another.
    Inherited {
        /// The person's role.
        role: RoleKey,
        /// The role that has it.
        from: RoleKey,
    },
    /// It was given to this person.
    Grant(RightId),
    /// It was denied to this person.
    Denial(RightId),
}

/// Everything a person of `role` with `rights` holds: what the role holds and what was given, less what was denied. Nothing is denied an owner.
pub fn effective(book: &RoleBook, role: RoleKey, rights: &[Right], now: Timestamp) -> Held {
    let live = || rights.iter().filter(|right| right.is_live(now));
    let given: Held = live().filter(|right| !right.denied).map(|right| right.power).collect();
    let held = book.held(role).union(book.here(given));
    if role == Role::Owner {
        return held;
    }
    live().filter(|right| right.denied).fold(held, |held, right| held.without(right.power))
}

/// What `power` comes from, and what stands against it.
pub fn sources(book: &RoleBook, role: RoleKey, rights: &[Right], power: Power, now: Timestamp) -> Vec<Source> {
    if book.is_beyond(power.permission) {
        return Vec::new();
    }
    let line = book.line(role).into_iter().filter(|one| one.own().has(power));
    let roles = line.map(|one| if one.key == role { Source::Role(role) } else { Source::Inherited { role, from: one.key } });
    let mut found: Vec<Source> = roles.collect();
    for right in rights.iter().filter(|right| right.is_live(now)) {
        let one: Held = [right.power].into_iter().collect();
        if !right.denied && one.has(power) {
            found.push(Source::Grant(right.id));
        }
        let gone = !Held::all().union([power].into_iter().collect()).without(right.power).has(power);
        if right.denied && role != Role::Owner && gone {
            found.push(Source::Denial(right.id));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Right, Source, effective, sources};
    use crate::access::{Power, Role, RoleBook};
    use crate::ids::RightId;
    use crate::{Permission as P, Timestamp};

    fn right(n: u128, power: Power, denied: bool) -> Right {
        Right { id: RightId(uuid::Uuid::from_u128(n)), power, denied, expires_at: None, ended_at: None }
    }

    #[test]
    fn a_denial_wins_but_not_over_an_owner() {
        let (book, now) = (RoleBook::default(), Timestamp::from_micros(10));
        let rights =
            [right(1, Power::any(P::ReadAudit), false), right(2, Power::any(P::ReadAudit), true), right(3, Power::any(P::ReadLedger), false)];
        let held = effective(&book, Role::Support.key(), &rights, now);
        assert!(!held.any.has(P::ReadAudit) && held.any.has(P::ReadLedger) && held.any.has(P::RefundOrder));
        assert!(effective(&book, Role::Owner.key(), &rights, now).any.has(P::ReadAudit));
        let why = sources(&book, Role::Auditor.key(), &rights, Power::any(P::ReadAudit), now);
        assert_eq!(why, [Source::Role(Role::Auditor.key()), Source::Grant(rights[0].id), Source::Denial(rights[1].id)]);
    }

    #[test]
    fn what_is_over_is_over() {
        let (book, now) = (RoleBook::default(), Timestamp::from_micros(10));
        let over = Right { expires_at: Some(now), ..right(1, Power::any(P::ReadAudit), false) };
        let ended = Right { ended_at: Some(now), ..right(2, Power::any(P::RefundOrder), true) };
        let held = effective(&book, Role::Support.key(), &[over, ended], now);
        assert_eq!(held, Role::Support.held());
    }

    #[test]
    fn denied_over_everything_is_denied_over_ones_own() {
        let (book, now) = (RoleBook::default(), Timestamp::from_micros(10));
        let all = [right(1, Power::any(P::ReadOrder), true)];
        assert!(!effective(&book, Role::User.key(), &all, now).has(Power::own(P::ReadOrder)));
        assert_eq!(
            sources(&book, Role::User.key(), &all, Power::own(P::ReadOrder), now),
            [Source::Role(Role::User.key()), Source::Denial(all[0].id)]
        );
    }
}
