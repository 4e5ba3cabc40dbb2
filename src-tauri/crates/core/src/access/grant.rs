//! The proof that somebody may do something.

use std::marker::PhantomData;
use std::sync::Arc;

use super::permission::{Permissions, Right};
use super::role::Role;
use crate::error::{Error, Result};
use crate::ids::{Ids, KeyId, RequestId, SessionId, TenantId, UserId};
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
    pub role: Role,
    /// Everything the party may do.
    pub permissions: Permissions,
    /// How surely it is who it says it is.
    pub assurance: Assurance,
}

impl Actor {
    /// Purser itself, acting in `tenant` with every permission.
    pub fn system(tenant: TenantId) -> Self {
        Self {
            tenant,
            caller: Caller::System,
            name: "Purser".into(),
            role: Role::Owner,
            permissions: Permissions::all(),
            assurance: Assurance::default(),
        }
    }

    /// Somebody with a shell on the machine, acting in `tenant`.
    pub fn command(tenant: TenantId) -> Self {
        Self { caller: Caller::Command, name: "Command line".into(), ..Self::system(tenant) }
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
        if actor.permissions.has(P::PERMISSION) {
            Ok(Self { actor, origin, now, ids: ids.clone(), right: PhantomData })
        } else {
            Err(Error::Forbidden(P::PERMISSION.as_str()))
        }
    }

    /// The proof Purser itself carries when it works in `tenant`.
    pub fn system(tenant: TenantId, now: Timestamp, ids: &Ids) -> Self {
        let (actor, origin) = (Arc::new(Actor::system(tenant)), Arc::default());
        Self { actor, origin, now, ids: ids.clone(), right: PhantomData }
    }
}

impl<P> Grant<P> {
    /// A proof of another right, if the same actor holds it.
    pub fn and<Q: Right>(&self) -> Result<Grant<Q>> {
        Grant::of(self.actor.clone(), self.origin.clone(), self.now, &self.ids)
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Permission, can};

    #[test]
    fn a_grant_needs_the_permission() {
        let ids = Ids::seeded(1);
        let now = Timestamp::from_micros(0);
        let tenant = ids.next(now);
        let support = Actor { permissions: Role::Support.permissions(), role: Role::Support, ..Actor::system(tenant) };
        let support = Arc::new(support);
        assert!(Grant::<can::RefundOrder>::of(support.clone(), Arc::default(), now, &ids).is_ok());
        let refused = Grant::<can::UpdateRole>::of(support, Arc::default(), now, &ids);
        assert!(matches!(refused, Err(Error::Forbidden("update:role"))));
    }

    #[test]
    fn only_an_owner_makes_an_owner() {
        assert!(Role::Owner.may_assign(Role::Owner));
        assert!(!Role::Admin.may_assign(Role::Owner));
        assert!(!Role::Support.may_assign(Role::Admin));
        assert!(!Role::Guest.permissions().has(Permission::ReadUser));
    }
}
