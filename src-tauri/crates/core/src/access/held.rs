//! What somebody holds: permissions over everything, and permissions over what is their own.

use super::permission::{Permission, Permissions};
use crate::text::UnknownWord;

crate::text_enum! {
    /// How far a permission reaches.
    Reach {
        /// Over everything of the tenant.
        Any = "any",
        /// Over what is the holder's own.
        Own = "own",
    }
}

/// One permission and how far it reaches: `read:order`, or `read:order:own`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Power {
    /// What.
    pub permission: Permission,
    /// How far.
    pub reach: Reach,
}

impl Power {
    /// Over everything.
    pub const fn any(permission: Permission) -> Self {
        Self { permission, reach: Reach::Any }
    }

    /// Over what is one's own.
    pub const fn own(permission: Permission) -> Self {
        Self { permission, reach: Reach::Own }
    }
}

impl std::fmt::Display for Power {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.reach {
            Reach::Any => f.write_str(self.permission.as_str()),
            Reach::Own => write!(f, "{}:own", self.permission),
        }
    }
}

impl std::str::FromStr for Power {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, reach) = text.strip_suffix(":own").map_or((text, Reach::Any), |word| (word, Reach::Own));
        let permission: Permission = word.parse().map_err(|_| UnknownWord(text.to_owned()))?;
        // A permission that knows nothing of owners can not be narrowed to them.
        if reach == Reach::Own && !permission.knows_own() {
            return Err(UnknownWord(text.to_owned()));
        }
        Ok(Self { permission, reach })
    }
}

impl TryFrom<String> for Power {
    type Error = UnknownWord;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl serde::Serialize for Power {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Power {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is no permission; GET /permissions lists them")))
    }
}

impl schemars::JsonSchema for Power {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Power".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "A permission such as `read:order`, or `read:order:own` for what is one's own."})
    }
}

/// A set of powers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Over everything.
    pub any: Permissions,
    /// Over what is one's own. What is held over everything need not be here.
    pub own: Permissions,
}

impl Held {
    /// Nothing.
    pub const NONE: Self = Self { any: Permissions::NONE, own: Permissions::NONE };

    /// Everything there is.
    pub fn all() -> Self {
        Self { any: Permissions::all(), own: Permissions::NONE }
    }

    /// Whether `power` is held; what is held over everything is held over what is one's own.
    pub fn has(self, power: Power) -> bool {
        self.any.has(power.permission) || (power.reach == Reach::Own && self.own.has(power.permission))
    }

    /// With everything of `other` as well.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self { any: self.any.union(other.any), own: self.own.union(other.own) }
    }

    /// Without `power`: denied over everything it is gone whole, denied over one's own only that part is.
    #[must_use]
    pub fn without(self, power: Power) -> Self {
        let own = self.own.without(power.permission);
        match power.reach {
            Reach::Any => Self { any: self.any.without(power.permission), own },
            Reach::Own => Self { any: self.any, own },
        }
    }

    /// Only what is in both.
    #[must_use]
    pub const fn meet(self, other: Self) -> Self {
        let own = self.own.union(self.any).intersection(other.own.union(other.any));
        Self { any: self.any.intersection(other.any), own }
    }

    /// Only the powers that change nothing.
    #[must_use]
    pub fn reading(self) -> Self {
        let reads: Permissions = Permission::ALL.iter().copied().filter(|permission| permission.only_reads()).collect();
        Self { any: self.any.intersection(reads), own: self.own.intersection(reads) }
    }

    /// Whether `other` holds everything of this: whoever does may hand it out.
    pub fn within(self, other: Self) -> bool {
        // Whoever may change any order may call it off as well.
        let any = if other.any.has(Permission::UpdateOrder) { other.any.union([Permission::CancelOrder].into_iter().collect()) } else { other.any };
        self.any.within(any) && self.own.within(any.union(other.own))
    }

    /// Whether somebody who holds this may look after whoever holds `other`: they hold as much, but for what a customer orders and pays for
    /// themselves, and sees of that. That is no power over the business, so whoever looks after customers need not hold it; it is no leave to hand it out.
    pub fn reaches(self, other: Self) -> bool {
        let own = other.own.without(Permission::CreateOrder).without(Permission::CapturePayment).without(Permission::ReadPayment);
        Self { any: other.any, own }.within(self)
    }

    /// The powers, in the order of the vocabulary.
    pub fn powers(self) -> Vec<Power> {
        let own = self.own.iter().filter(|permission| !self.any.has(*permission)).map(Power::own);
        let mut all: Vec<Power> = self.any.iter().map(Power::any).chain(own).collect();
        all.sort_unstable();
        all
    }
}

impl FromIterator<Power> for Held {
    fn from_iter<I: IntoIterator<Item = Power>>(powers: I) -> Self {
        let mut held = Self::NONE;
        for power in powers {
            let one: Permissions = [power.permission].into_iter().collect();
            match power.reach {
                Reach::Any => held.any = held.any.union(one),
                Reach::Own => held.own = held.own.union(one),
            }
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, Power};
    use crate::Permission as P;
    use crate::access::Role;

    #[test]
    fn own_is_less_than_any() {
        let own: Held = [Power::own(P::ReadOrder)].into_iter().collect();
        let any: Held = [Power::any(P::ReadOrder)].into_iter().collect();
        assert!(own.within(any) && !any.within(own));
        assert!(any.has(Power::own(P::ReadOrder)) && !own.has(Power::any(P::ReadOrder)));
        assert_eq!(any.union(own).powers(), [Power::any(P::ReadOrder)]);
        assert_eq!(any.union(own).without(Power::any(P::ReadOrder)), Held::NONE);
    }

    #[test]
    fn customers_are_within_reach_of_whoever_looks_after_them() {
        let customer = Role::User.held();
        assert!(customer.has(Power::own(P::CapturePayment)) && !Role::Support.held().any.has(P::CapturePayment));
        assert!(Role::Support.held().reaches(customer) && Role::Admin.held().reaches(customer));
        let pays_any: Held = [Power::any(P::CapturePayment)].into_iter().collect();
        let sees_own: Held = [Power::own(P::ReadOrder)].into_iter().collect();
        assert!(!customer.reaches(pays_any) && !Held::NONE.reaches(sees_own));
    }

    #[test]
    fn what_customers_do_for_themselves_is_handed_out_by_whoever_holds_it() {
        let pays_own: Held = [Power::own(P::CapturePayment)].into_iter().collect();
        assert!(Held::NONE.reaches(pays_own) && !pays_own.within(Held::NONE) && !pays_own.within(Role::Support.held()));
        assert!(pays_own.within(Role::User.held()) && pays_own.within(Role::Finance.held()));
        // The presets that may change roles can change that of customers.
        for role in [Role::Owner, Role::Admin] {
            assert!(Role::User.held().within(role.held()), "{role}");
        }
    }

    #[test]
    fn powers_have_one_text() {
        for text in
            ["read:order", "read:order:own", "create:order:own", "capture:payment:own", "cancel:order:own", "read:payment:own", "refund:order"]
        {
            assert_eq!(text.parse::<Power>().unwrap().to_string(), text);
        }
        for bad in ["refund:order:own", "read:order:any", "own", ""] {
            assert!(bad.parse::<Power>().is_err(), "{bad}");
        }
    }
}
