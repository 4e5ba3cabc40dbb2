//! Who stands above whom: nobody hands out more than they hold, and nobody changes an account that holds more than they do.

use std::collections::HashMap;
use std::sync::Arc;

use purser_core::access::{Grant, Held, Role, RoleBook, RoleKey};
use purser_core::ids::UserId;
use purser_core::{Error, Result, Timestamp};
use purser_store::people::Person;
use purser_store::{Tx, rights, roles};

/// What the people of a tenant hold, read within a transaction.
#[derive(Default)]
pub(crate) struct Ranks {
    book: Arc<RoleBook>,
    /// What people were given beyond their role.
    given: HashMap<UserId, Held>,
}

impl Ranks {
    /// As of now.
    pub(crate) async fn read(tx: &mut Tx) -> Result<Self> {
        Ok(Self::of(roles::book(tx).await?.into()))
    }

    /// As of now, and until the transaction ends.
    pub(crate) async fn alone(tx: &mut Tx) -> Result<Self> {
        Ok(Self::of(roles::book_alone(tx).await?.into()))
    }

    /// From a book that was read already.
    pub(crate) fn of(book: Arc<RoleBook>) -> Self {
        Self { book, given: HashMap::new() }
    }

    /// With what these people were given beyond their role.
    pub(crate) async fn with(mut self, tx: &mut Tx, people: &[UserId], now: Timestamp) -> Result<Self> {
        for right in rights::given(tx, people, now).await? {
            let given = self.given.entry(right.user_id).or_default();
            *given = given.union([right.power].into_iter().collect());
        }
        Ok(self)
    }

    /// Whether the role belongs to staff.
    pub(crate) fn is_staff(&self, role: RoleKey) -> bool {
        self.book.get(role).is_some_and(|role| role.staff)
    }

    /// What people call the role.
    pub(crate) fn name(&self, role: RoleKey) -> String {
        self.book.get(role).map_or_else(|| role.to_string(), |role| role.name.clone())
    }

    /// Whether whoever has the role may do more than a customer.
    pub(crate) fn is_more_than_customer(&self, role: RoleKey) -> bool {
        !self.held(Role::User.key()).reaches(self.held(role))
    }

    fn held(&self, role: RoleKey) -> Held {
        self.book.held(role)
    }

    /// Every key there is.
    pub(crate) fn keys(&self) -> Vec<&str> {
        self.book.all().into_iter().map(|role| role.key.as_str()).collect()
    }

    /// Refuse a role nobody knows.
    pub(crate) fn known(&self, field: &str, role: RoleKey) -> Result<()> {
        if self.book.get(role).is_some() {
            return Ok(());
        }
        Err(Error::invalid(field, "unknown_choice", format!("There is no such role. Choose one of: {}.", self.keys().join(", "))))
    }

    /// Whether the caller may give or take `role`: only an owner makes an owner, and nobody hands out more than they hold.
    pub(crate) fn may_assign<P>(&self, by: &Grant<P>, role: RoleKey) -> bool {
        let actor = by.actor();
        if role == Role::Owner { actor.role == Role::Owner } else { actor.held.reaches(self.held(role)) }
    }

    /// Refuse to give a role that is unknown, or above the caller.
    pub(crate) fn check_assign<P>(&self, by: &Grant<P>, role: RoleKey) -> Result<()> {
        self.known("role", role)?;
        if self.may_assign(by, role) {
            return Ok(());
        }
        Err(Error::Refused("role_above_yours", format!("Your rights do not allow you to make somebody {role}.").into()))
    }

    /// Refuse unless the caller holds everything the person holds: nobody takes over an account above their own.
    pub(crate) fn within_reach<P>(&self, by: &Grant<P>, person: &Person) -> Result<()> {
        self.covers(by, (person.id, person.role))
    }

    /// The same of a person known by id and role.
    pub(crate) fn covers<P>(&self, by: &Grant<P>, (id, role): (UserId, RoleKey)) -> Result<()> {
        let given = self.given.get(&id).copied().unwrap_or_default();
        if self.may_assign(by, role) && by.actor().held.reaches(given) {
            return Ok(());
        }
        let message = format!("An account with the role {role} can only be changed by somebody whose rights allow as much.");
        Err(Error::Refused("role_above_yours", message.into()))
    }
}
