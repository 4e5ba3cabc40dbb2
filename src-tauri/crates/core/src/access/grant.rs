//! The proof that somebody may do something.

use std::marker::PhantomData;
use std::sync::Arc;

use super::held::Held;
use super::law::{Ask, Cleared, Facts, Under};
use super::permission::{Permission, Right};
use super::role::Role;
use super::role_key::RoleKey;
use crate::error::{Error, Result};
use crate::ids::{Ids, ImpersonationId, KeyId, RequestId, SessionId, TenantId, UserId};
use crate::time::Timestamp;

/// What kind of party acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in person with this session.
    User(UserId, SessionId),
    /// A script with an API key of this person.
    Key(UserId, KeyId),
    /// Purser itself: a job, a scheduled task.
    System,
    /// Somebody with a shell on the machine.
    Command,
}

/// Where a call came from, for the audit log.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Address of the peer, if there is one.
    pub ip: Option<String>,
    /// The client program as it names itself, cut to 200 characters.
    pub user_agent: Option<String>,
    /// Hash of the cookie by which a browser is known again; only where somebody signs in.
    pub device: Option<Vec<u8>>,
    /// The request this belongs to.
    pub request_id: Option<RequestId>,
}

/// How surely a party is who it says it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assurance {
    /// Whether the person has a second factor.
    pub enrolled: bool,
    /// When this session last proved one.
    pub proved_at: Option<Timestamp>,
    /// What the person has to do before anything else.
    pub first: Option<Duty>,
    /// Whether their address was not proved yet.
    pub unproved: bool,
}

/// Something a person has to do before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Choose another password: somebody else knows it, or it has run out.
    ChangePassword,
    /// Prove their address.
    ProveEmail,
}

impl Duty {
    /// The word for it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ChangePassword => "password_change_required",
            Self::ProveEmail => "email_unverified",
        }
    }

    /// The refusal of everything else.
    pub fn refusal(self) -> Error {
        let message = match self {
            Self::ChangePassword => "Choose another password first. Everything else waits for that.",
            Self::ProveEmail => "Prove your e-mail address first: open the link in the mail, or ask for another.",
        };
        Error::Refused(self.code(), message.into())
    }
}

/// The device somebody signed in on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// Whether the person asked to be remembered on it.
    pub remembered: bool,
    /// Whether they had signed in on it before.
    pub known: bool,
    /// Since when they have been signed in.
    pub since: Option<Timestamp>,
}

/// Somebody who acts as another person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// The impersonation.
    pub id: ImpersonationId,
    /// Who really acts.
    pub by: UserId,
    /// Their name.
    pub by_name: String,
    /// Why.
    pub reason: String,
    /// Whether they may change things, not only look.
    pub writes: bool,
    /// When it ends by itself.
    pub until: Timestamp,
}

/// A known party and what it may do at this moment.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The tenant the party acts in. Comes from the session, never from a header or a body.
    pub tenant: TenantId,
    /// Which kind of party.
    pub caller: Caller,
    /// Name for the audit log: it stays readable when the account is gone.
    pub name: String,
    /// The role, if the party is a person.
    pub role: RoleKey,
    /// Everything the party may do.
    pub held: Held,
    /// How surely it is who it says it is.
    pub assurance: Assurance,
    /// The device it uses.
    pub device: Device,
    /// The policies it stands under.
    pub under: Under,
    /// Who really acts, if it is somebody else than the caller is told to be.
    pub acting: Option<Acting>,
}

impl Actor {
    /// Purser itself, acting in `tenant` with every permission.
    pub fn system(tenant: TenantId) -> Self {
        Self {
            tenant,
            caller: Caller::System,
            name: "Purser".into(),
            role: Role::Owner.key(),
            held: Held::all(),
            assurance: Assurance::default(),
            device: Device::default(),
            under: Under::default(),
            acting: None,
        }
    }

    /// Somebody with a shell on the machine, acting in `tenant`.
    pub fn command(tenant: TenantId) -> Self {
        Self { caller: Caller::Command, name: "Command line".into(), ..Self::system(tenant) }
    }

    /// Whether the party may do this to anything of the tenant.
    pub fn may(&self, permission: Permission) -> bool {
        self.held.any.has(permission)
    }

    /// The person who really acts, if it is one.
    pub fn person(&self) -> Option<UserId> {
        self.acting.as_ref().map(|acting| acting.by).or(self.user())
    }

    /// The id of the person, if it is one.
    pub const fn user(&self) -> Option<UserId> {
        match self.caller {
            Caller::User(id, _) | Caller::Key(id, _) => Some(id),
            Caller::System | Caller::Command => None,
        }
    }
}

/// Proof that `actor` holds the permission `P`, with the instant and the id source of this one call.
pub struct Grant<P> {
    actor: Arc<Actor>,
    origin: Arc<Origin>,
    now: Timestamp,
    ids: Ids,
    right: PhantomData<fn() -> P>,
}

impl<P> Clone for Grant<P> {
    fn clone(&self) -> Self {
        Self { actor: self.actor.clone(), origin: self.origin.clone(), now: self.now, ids: self.ids.clone(), right: PhantomData }
    }
}

impl<P: Right> Grant<P> {
    /// The proof, or [`Error::Forbidden`] naming the permission that is missing.
    pub fn of(actor: Arc<Actor>, origin: Arc<Origin>, now: Timestamp, ids: &Ids) -> Result<Self> {
        let ask = Ask { actor: &actor, permission: P::PERMISSION, origin: &origin, now, facts: None };
        if actor.may(P::PERMISSION) {
            actor.under.judge(&ask)?;
            Ok(Self { actor, origin, now, ids: ids.clone(), right: PhantomData })
        } else {
            actor.under.lacked(&ask);
            Err(Error::Forbidden(P::PERMISSION.as_str()))
        }
    }

    /// The proof Purser itself carries when it works in `tenant`.
    pub fn system(tenant: TenantId, now: Timestamp, ids: &Ids) -> Self {
        let (actor, origin) = (Arc::new(Actor::system(tenant)), Arc::default());
        Self { actor, origin, now, ids: ids.clone(), right: PhantomData }
    }
}

impl Grant<Narrow<()>> {
    /// Who did something, for a line that is written afterwards. It proves no right.
    pub fn noted(actor: Arc<Actor>, origin: Arc<Origin>, now: Timestamp, ids: &Ids) -> Self {
        Self { actor, origin, now, ids: ids.clone(), right: PhantomData }
    }
}

impl<P> Grant<P> {
    /// Who did something, for a line that is written afterwards.
    pub fn for_later(&self, ids: &Ids) -> Grant<Narrow<()>> {
        Grant::noted(self.actor.clone(), self.origin.clone(), self.now, ids)
    }

    /// A proof of another right, if the same actor holds it.
    pub fn and<Q: Right>(&self) -> Result<Grant<Q>> {
        Grant::of(self.actor.clone(), self.origin.clone(), self.now, &self.ids)
    }

    /// A proof of another right over everything or over what is one's own, if the same actor holds it so.
    pub fn scoped<Q: Right>(&self) -> Result<Scoped<Q>> {
        Scoped::of(self.actor.clone(), self.origin.clone(), self.now, &self.ids)
    }

    /// The proof once the policies about `permission` have heard the `facts`.
    pub fn under(&self, permission: Permission, facts: Facts) -> Result<Cleared<P>> {
        let ask = Ask { actor: &self.actor, permission, origin: &self.origin, now: self.now, facts: Some(facts) };
        self.actor.under.judge(&ask)?;
        Ok(Cleared::new(self.clone()))
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// From where.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The tenant acted in.
    pub fn tenant(&self) -> TenantId {
        self.actor.tenant
    }

    /// The person who acts, if it is one.
    pub fn user(&self) -> Option<UserId> {
        self.actor.user()
    }

    /// The one "now" of this call.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A new id.
    pub fn id<T: From<uuid::Uuid>>(&self) -> T {
        self.ids.next(self.now)
    }

    /// Where new ids come from, for what makes many of them.
    pub const fn ids(&self) -> &Ids {
        &self.ids
    }
}

/// What a [`Scoped`] proof stands for towards those who ask only who acts, where and when. It is no right: it opens nothing.
pub struct Narrow<P>(PhantomData<P>);

/// Proof that `actor` holds the permission `P`: over everything, or over what is their own.
pub struct Scoped<P> {
    grant: Grant<Narrow<P>>,
    own: Option<UserId>,
}

impl<P: Right> Scoped<P> {
    /// The proof, or [`Error::Forbidden`] naming the permission that is missing.
    pub fn of(actor: Arc<Actor>, origin: Arc<Origin>, now: Timestamp, ids: &Ids) -> Result<Self> {
        let ask = Ask { actor: &actor, permission: P::PERMISSION, origin: &origin, now, facts: None };
        let own = match actor.user() {
            _ if actor.may(P::PERMISSION) => None,
            Some(user) if actor.held.own.has(P::PERMISSION) => Some(user),
            _ => {
                actor.under.lacked(&ask);
                return Err(Error::Forbidden(P::PERMISSION.as_str()));
            }
        };
        actor.under.judge(&ask)?;
        Ok(Self { grant: Grant { actor, origin, now, ids: ids.clone(), right: PhantomData }, own })
    }

    /// The same proof from either of two rights: `Q` over everything is enough as well.
    pub fn either<Q: Right>(actor: Arc<Actor>, origin: Arc<Origin>, now: Timestamp, ids: &Ids) -> Result<Self> {
        if actor.may(P::PERMISSION) || !actor.may(Q::PERMISSION) {
            return Self::of(actor, origin, now, ids);
        }
        let Grant { actor, origin, now, ids, .. } = Grant::<Q>::of(actor, origin, now, ids)?;
        Ok(Self { grant: Grant { actor, origin, now, ids, right: PhantomData }, own: None })
    }
}

impl<P> Scoped<P> {
    /// Whose things alone may be touched; `None` for everything.
    pub const fn own(&self) -> Option<UserId> {
        self.own
    }

    /// Whether what belongs to `owner` may be touched.
    pub fn reaches(&self, owner: UserId) -> bool {
        self.own.is_none_or(|own| own == owner)
    }

    /// Who acts, for logs and transactions: it proves no right.
    pub const fn narrow(&self) -> &Grant<Narrow<P>> {
        &self.grant
    }

    /// The tenant acted in.
    pub fn tenant(&self) -> TenantId {
        self.grant.tenant()
    }

    /// The one "now" of this call.
    pub const fn now(&self) -> Timestamp {
        self.grant.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Power, can};

    #[test]
    fn a_grant_needs_the_permission() {
        let ids = Ids::seeded(1);
        let now = Timestamp::from_micros(0);
        let tenant = ids.next(now);
        let support = Actor { held: Role::Support.held(), role: Role::Support.key(), ..Actor::system(tenant) };
        let support = Arc::new(support);
        assert!(Grant::<can::RefundOrder>::of(support.clone(), Arc::default(), now, &ids).is_ok());
        let refused = Grant::<can::UpdateRole>::of(support, Arc::default(), now, &ids);
        assert!(matches!(refused, Err(Error::Forbidden("update:role"))));
    }

    #[test]
    fn either_of_two_rights_is_enough() {
        let ids = Ids::seeded(1);
        let now = Timestamp::from_micros(0);
        let tenant = ids.next(now);
        let user: UserId = ids.next(now);
        let held = |powers: &[Power]| {
            let held = powers.iter().copied().collect();
            Arc::new(Actor { held, caller: Caller::Key(user, ids.next(now)), ..Actor::system(tenant) })
        };
        let ask = |powers: &[Power]| Scoped::<can::CancelOrder>::either::<can::UpdateOrder>(held(powers), Arc::default(), now, &ids);
        assert_eq!(ask(&[Power::any(Permission::UpdateOrder)]).unwrap().own(), None);
        assert_eq!(ask(&[Power::any(Permission::CancelOrder)]).unwrap().own(), None);
        let own = ask(&[Power::own(Permission::CancelOrder)]).unwrap();
        assert!(own.own() == Some(user) && own.reaches(user) && !own.reaches(ids.next(now)));
        assert!(matches!(ask(&[Power::any(Permission::ReadOrder)]), Err(Error::Forbidden("cancel:order"))));
    }
}
