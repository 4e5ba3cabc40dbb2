//! Whose account somebody's sign-in elsewhere leads to: one they are known by, one with their proved address, or a new one.

use std::sync::Arc;

use purser_core::access::{Grant, Origin, Role};
use purser_core::events::Topic;
use purser_core::mail::{Notice, Template};
use purser_core::people::{Status, check_email, email_key};
use purser_core::providers::{Known, Said, Terms, Verdict, judge};
use purser_core::{Error, Result};
use purser_store::identities::{self, Identity};
use purser_store::people;
use purser_store::providers::Provider;
use purser_store::users::User;
use purser_store::{Tx, users};

use crate::access::Ranks;
use crate::audit::{self, Line};
use crate::identity::recover;
use crate::mail::{self, Draft, News};
use crate::{App, events};

/// Somebody who came from a provider, and from where.
pub(super) struct Comer<'a> {
    pub(super) app: &'a App,
    pub(super) provider: &'a Provider,
    pub(super) terms: &'a Terms,
    pub(super) said: &'a Said,
    pub(super) origin: &'a Arc<Origin>,
}

/// What came of them.
pub(super) enum Found {
    /// The account is theirs.
    Person(User),
    /// They do not come in; whose account it was about, if anybody's.
    Refused(Error, Option<User>),
}

fn not_active(user: User) -> Found {
    Found::Refused(Error::Refused("account_not_active", "This account can not be used just now. Ask whoever manages people.".into()), Some(user))
}

impl Comer<'_> {
    /// The account that is theirs, made or linked where the connection's terms say so.
    pub(super) async fn account(&self, tx: &mut Tx) -> Result<Found> {
        if let Some(identity) = identities::find(tx, self.provider.id, &self.said.subject).await? {
            return self.known(tx, identity).await;
        }
        // Two first times at once make one account.
        tx.alone("identities").await?;
        if let Some(identity) = identities::find(tx, self.provider.id, &self.said.subject).await? {
            return self.known(tx, identity).await;
        }
        let user = self.by_address(tx).await?;
        let known = match &user {
            None => Known::Nobody,
            Some(user) if user.email_verified || user.status == Status::Invited => Known::Proved,
            Some(_) => Known::Unproved,
        };
        match (judge(self.terms, self.said, known), user) {
            (Err(error), user) => Ok(Found::Refused(error, user)),
            // Whoever sets up a provider decides what it says; an owner does not fall to that, so an owner links it with their own hands.
            (Ok(Verdict::Link), Some(user)) if user.role == Role::Owner => {
                let message = "This is an owner's account. Sign in to it, and add the provider there.";
                Ok(Found::Refused(Error::conflict("account_exists", message), Some(user)))
            }
            (Ok(Verdict::Link), Some(user)) if !matches!(user.status, Status::Active | Status::Invited) => Ok(not_active(user)),
            (Ok(Verdict::Link), Some(user)) => {
                self.link(tx, &recover::on_behalf(self.app, &user, self.origin)?, &user, false).await?;
                self.open(tx, user).await
            }
            (Ok(_), _) => self.create(tx).await,
        }
    }

    async fn by_address(&self, tx: &mut Tx) -> Result<Option<User>> {
        let Some(email) = self.said.email.as_deref().filter(|email| check_email("email", email).is_none()) else { return Ok(None) };
        let found = users::find_by_email(tx, email).await?;
        Ok(found.into_iter().find(|user| user.tenant_id == self.provider.tenant_id))
    }

    /// Somebody who was here before.
    async fn known(&self, tx: &mut Tx, identity: Identity) -> Result<Found> {
        let user = users::find(tx, identity.user_id).await?.ok_or_else(|| Error::internal("an identity of nobody"))?;
        if !matches!(user.status, Status::Active | Status::Invited) {
            return Ok(not_active(user));
        }
        if !self.terms.admits(self.said.email.as_deref()) {
            let message = "Addresses of this domain can not sign in here this way.";
            return Ok(Found::Refused(Error::Refused("domain_not_allowed", message.into()), Some(user)));
        }
        identities::used(tx, identity.id, self.said.email.clone(), self.app.clock.now()).await?;
        let user = if identity.made_account { self.follow_groups(tx, user).await? } else { user };
        self.open(tx, user).await
    }

    /// An account that was asked in, or put back without a password, is open from now on.
    async fn open(&self, tx: &mut Tx, user: User) -> Result<Found> {
        if user.status == Status::Active {
            return Ok(Found::Person(user));
        }
        let by = recover::on_behalf(self.app, &user, self.origin)?;
        let same = self.said.email.as_deref().is_some_and(|email| email_key(email) == email_key(&user.email));
        users::activate(tx, user.id, by.now()).await?;
        if same && self.terms.proves(self.said) {
            users::verified(tx, user.id, by.now()).await?;
        }
        events::emit(tx, &by, Topic::User, "activated", user.id.uuid());
        audit::record(tx, &by, Line::new("user.accept", "user", user.id.uuid(), user.name()));
        users::find(tx, user.id).await?.map(Found::Person).ok_or(Error::NotFound("user"))
    }

    /// Note that this account is theirs.
    pub(super) async fn link<P>(&self, tx: &mut Tx, by: &Grant<P>, user: &User, made_account: bool) -> Result<Identity> {
        let identity = Identity {
            id: by.id(),
            tenant_id: user.tenant_id,
            provider_id: self.provider.id,
            user_id: user.id,
            subject: self.said.subject.clone(),
            email: self.said.email.clone(),
            made_account,
            linked_at: by.now(),
            last_used_at: Some(by.now()),
        };
        if let Err(error) = identities::insert(tx, &identity).await {
            if error.is_taken() {
                return Err(Error::conflict("identity_taken", "This account already has another identity at this provider."));
            }
            return Err(error.into());
        }
        let after = serde_json::json!({ "provider": self.provider.name, "identity": identity.id });
        audit::record(tx, by, Line::new("user.identity_link", "user", user.id.uuid(), user.name()).after(&after));
        events::emit(tx, by, Topic::User, "identity_linked", user.id.uuid());
        // Whoever came in this way for the first time is welcomed instead.
        if !made_account {
            mail::tell(tx, by, user, News::of(Notice::ProviderLinked, self.provider.name.clone())).await?;
        }
        Ok(identity)
    }

    /// An account for somebody nobody knew.
    async fn create(&self, tx: &mut Tx) -> Result<Found> {
        let now = self.app.clock.now();
        let Some(email) = self.said.email.as_deref().map(str::trim).filter(|email| check_email("email", email).is_none()) else {
            let message = "The provider gives no address that could be used.";
            return Ok(Found::Refused(Error::Refused("no_account", message.into()), None));
        };
        let local = email.split('@').next().unwrap_or_default();
        let role = self.terms.role(&self.said.groups, self.provider.default_role).unwrap_or(self.provider.default_role);
        let first_name = clean(self.said.first_name.as_deref()).unwrap_or_else(|| local.to_owned());
        let last_name = clean(self.said.last_name.as_deref()).unwrap_or_default();
        let ids = (self.app.ids.next(now), self.provider.tenant_id);
        let user = User { role, status: Status::Active, email_verified: true, ..User::new(ids, email, (&first_name, &last_name), now) };
        let by = recover::on_behalf(self.app, &user, self.origin)?;
        users::insert(tx, std::slice::from_ref(&user)).await?;
        let after = serde_json::json!({ "email": user.email, "role": user.role, "provider": self.provider.name });
        audit::record(tx, &by, Line::new("user.create", "user", user.id.uuid(), user.name()).after(&after));
        events::emit(tx, &by, Topic::User, "created", user.id.uuid());
        self.link(tx, &by, &user, true).await?;
        mail::write(tx, &by, Draft { to: &user, template: Template::Welcome, link: None }).await?;
        Ok(Found::Person(user))
    }

    /// The role the groups give now. An owner was made one here, and stays one.
    async fn follow_groups(&self, tx: &mut Tx, user: User) -> Result<User> {
        let Some(role) = self.terms.role(&self.said.groups, self.provider.default_role).filter(|role| *role != user.role) else { return Ok(user) };
        if user.role == Role::Owner {
            return Ok(user);
        }
        let by = recover::on_behalf(self.app, &user, self.origin)?;
        let Some(person) = people::hold(tx, &[user.id]).await?.pop() else { return Ok(user) };
        let next = people::Person { role, updated_at: by.now(), ..person.clone() };
        if !people::update(tx, &next, false).await? {
            return Err(Error::Stale);
        }
        let line = Line::new("user.role", "user", user.id.uuid(), user.name()).before(&serde_json::json!({ "role": person.role }));
        audit::record(tx, &by, line.after(&serde_json::json!({ "role": role, "provider": self.provider.name })));
        events::emit(tx, &by, Topic::User, "role_changed", user.id.uuid());
        let name = Ranks::read(tx).await?.name(role);
        mail::tell(tx, &by, &user, News::of(Notice::RoleChanged, name)).await?;
        Ok(User { role, ..user })
    }
}

/// A name from elsewhere as it can be written here.
fn clean(name: Option<&str>) -> Option<String> {
    let name: String = name?.trim().chars().filter(|c| !c.is_control()).take(100).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
