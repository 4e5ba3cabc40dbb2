//! The roles of a tenant: the presets, as far as it changed them, and its own. Who inherits what is worked out here, once.

use std::collections::BTreeMap;

use super::held::{Held, Power};
use super::permission::{Permission, Permissions};
use super::role::Role;
use super::role_key::RoleKey;

/// A role as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleDef {
    /// Key.
    pub key: RoleKey,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it belongs to staff rather than to customers.
    pub staff: bool,
    /// Roles whose powers it has as well. A preset inherits nothing.
    pub inherits: Vec<RoleKey>,
    /// Powers of its own; of a preset, those beyond its definition.
    pub granted: Vec<Power>,
    /// Of a preset, the powers of its definition it shall not have.
    pub withheld: Vec<Power>,
    /// Raised by every change; 0 for a preset nobody changed.
    pub version: i64,
}

impl RoleDef {
    /// A preset as Purser defines it.
    pub fn preset(role: Role) -> Self {
        Self {
            key: role.key(),
            name: role.name().into(),
            description: role.description().into(),
            staff: role.is_staff(),
            inherits: Vec::new(),
            granted: Vec::new(),
            withheld: Vec::new(),
            version: 0,
        }
    }

    /// The preset it is, if it is one.
    pub fn as_preset(&self) -> Option<Role> {
        self.key.as_str().parse().ok()
    }

    /// Its own powers, without what it inherits.
    pub fn own(&self) -> Held {
        let base = self.as_preset().map_or(Held::NONE, Role::held);
        // Nothing narrows an owner.
        if self.as_preset() == Some(Role::Owner) {
            return base;
        }
        let kept = self.withheld.iter().fold(base, |held, power| held.without(*power));
        kept.union(self.granted.iter().copied().collect())
    }

    /// The same role with exactly these powers of its own.
    #[must_use]
    pub fn with_own(mut self, wanted: Held) -> Self {
        let base = self.as_preset().map_or(Held::NONE, Role::held);
        self.withheld = base.powers().into_iter().filter(|power| !wanted.has(*power)).collect();
        let kept = self.withheld.iter().fold(base, |held, power| held.without(*power));
        self.granted = wanted.powers().into_iter().filter(|power| !kept.has(*power)).collect();
        self
    }
}

/// Every role of a tenant.
#[derive(Clone, Debug)]
pub struct RoleBook {
    roles: BTreeMap<RoleKey, RoleDef>,
    /// What nobody of this tenant can hold, whatever a role or a right says.
    beyond: Permissions,
}

impl Default for RoleBook {
    fn default() -> Self {
        Self::new([])
    }
}

impl RoleBook {
    /// The presets with what is `stored` over them, and the tenant's own roles.
    pub fn new(stored: impl IntoIterator<Item = RoleDef>) -> Self {
        let presets = Role::ALL.iter().map(|role| RoleDef::preset(*role));
        Self { roles: presets.chain(stored).map(|role| (role.key, role)).collect(), beyond: Permissions::NONE }
    }

    /// The same roles in a tenant that is not the home of the installation: nobody there looks after tenants.
    #[must_use]
    pub fn away_from_home(mut self) -> Self {
        self.beyond = [Permission::ManageTenant].into_iter().collect();
        self
    }

    /// Whether nobody of this tenant can hold it, whatever a role or a right says.
    pub fn is_beyond(&self, permission: Permission) -> bool {
        self.beyond.has(permission)
    }

    /// What of `held` can be held here.
    pub fn here(&self, held: Held) -> Held {
        self.beyond.iter().fold(held, |held, permission| held.without(Power::any(permission)))
    }

    /// A role.
    pub fn get(&self, key: RoleKey) -> Option<&RoleDef> {
        self.roles.get(&key)
    }

    /// Presets in the order of their definition, then the tenant's own by name.
    pub fn all(&self) -> Vec<&RoleDef> {
        let mut own: Vec<&RoleDef> = self.roles.values().filter(|role| role.as_preset().is_none()).collect();
        own.sort_by(|a, b| (&a.name, a.key).cmp(&(&b.name, b.key)));
        Role::ALL.iter().filter_map(|role| self.get(role.key())).chain(own).collect()
    }

    /// The same book with `role` in place of what it was.
    #[must_use]
    pub fn with(mut self, role: RoleDef) -> Self {
        self.roles.insert(role.key, role);
        self
    }

    /// The role itself and every role it inherits from, nearest first. A circle is walked once.
    pub fn line(&self, key: RoleKey) -> Vec<&RoleDef> {
        let mut found: Vec<&RoleDef> = Vec::new();
        let mut waiting = vec![key];
        while !waiting.is_empty() {
            let mut next = Vec::new();
            for key in waiting {
                if let Some(role) = self.get(key).filter(|role| found.iter().all(|known| known.key != role.key)) {
                    found.push(role);
                    next.extend(role.inherits.iter().copied());
                }
            }
            waiting = next;
        }
        found
    }

    /// Everything a person of this role holds; a role nobody knows holds nothing.
    pub fn held(&self, key: RoleKey) -> Held {
        self.here(self.line(key).into_iter().map(RoleDef::own).fold(Held::NONE, Held::union))
    }

    /// The role and every role that has its powers from it.
    pub fn heirs(&self, key: RoleKey) -> Vec<RoleKey> {
        self.roles.keys().copied().filter(|heir| self.line(*heir).iter().any(|role| role.key == key)).collect()
    }

    /// Whether `key` would inherit from itself if it inherited from these.
    pub fn circle(&self, key: RoleKey, inherits: &[RoleKey]) -> bool {
        inherits.iter().any(|parent| *parent == key || self.line(*parent).iter().any(|role| role.key == key))
    }
}

#[cfg(test)]
mod tests {
    use super::{RoleBook, RoleDef};
    use crate::Permission as P;
    use crate::access::{Held, Power, Role, RoleKey};

    fn role(key: &str, inherits: &[&str], powers: &[Power]) -> RoleDef {
        let preset = RoleDef::preset(Role::Guest);
        let inherits = inherits.iter().map(|key| key.parse().unwrap()).collect();
        RoleDef { key: key.parse().unwrap(), inherits, ..preset }.with_own(powers.iter().copied().collect())
    }

    fn key(text: &str) -> RoleKey {
        text.parse().unwrap()
    }

    #[test]
    fn roles_inherit_and_stop_when_the_parent_goes() {
        let refunds = role("desk", &["support"], &[Power::any(P::ReadLedger)]);
        let lead = role("desk-lead", &["desk"], &[Power::any(P::ExportOrder)]);
        let book = RoleBook::new([refunds.clone(), lead]);
        let held = book.held(key("desk-lead"));
        for permission in [P::ExportOrder, P::ReadLedger, P::RefundOrder] {
            assert!(held.any.has(permission), "{permission}");
        }
        assert_eq!(book.heirs(key("support")), [key("desk"), key("desk-lead"), key("support")]);
        let alone = book.with(RoleDef { inherits: Vec::new(), ..refunds });
        assert!(!alone.held(key("desk-lead")).any.has(P::RefundOrder));
        assert_eq!(alone.held(key("nobody-knows")), Held::NONE);
    }

    #[test]
    fn circles_are_seen_and_do_no_harm() {
        let book = RoleBook::new([role("one", &["two"], &[]), role("two", &[], &[])]);
        assert!(book.circle(key("two"), &[key("one")]) && book.circle(key("one"), &[key("one")]));
        assert!(!book.circle(key("one"), &[key("two")]));
        let broken = RoleBook::new([role("one", &["two"], &[Power::any(P::ReadOrder)]), role("two", &["one"], &[])]);
        assert!(broken.held(key("two")).any.has(P::ReadOrder));
    }

    #[test]
    fn a_changed_preset_is_kept_as_the_difference() {
        let support = RoleDef::preset(Role::Support);
        let wanted = support.own().without(Power::any(P::RefundOrder)).union([Power::any(P::ReadLedger)].into_iter().collect());
        let changed = support.with_own(wanted);
        assert_eq!(
            (changed.granted.as_slice(), changed.withheld.as_slice()),
            ([Power::any(P::ReadLedger)].as_slice(), [Power::any(P::RefundOrder)].as_slice())
        );
        assert_eq!(changed.own(), wanted);
        let owner = RoleDef::preset(Role::Owner).with_own(Held::NONE);
        assert_eq!(owner.own(), Held::all(), "nothing narrows an owner");
    }
}
