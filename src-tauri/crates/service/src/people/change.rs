//! Invite somebody, change their particulars, give them another role.

use purser_core::access::{Cleared, Facts, Grant, Role, RoleKey, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::mail::Notice;
use purser_core::people::{PersonChecks, Status, email_key};
use purser_core::{Error, Patch, Permission, Result};
use purser_store::people::Person;
use purser_store::private::Column;
use purser_store::users::User;
use purser_store::{Tx, people as store, registrations, sessions, users};

use super::standing::check_reason;
use super::{Facts as PersonFacts, find, hold, label, last_owner, told};
use crate::access::Ranks;
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::identity::passwords::keep;
use crate::identity::{self, step_up};
use crate::mail::{self, News};
use crate::{App, events};

/// Somebody to invite.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Role.
    pub role: RoleKey,
    /// Telephone.
    pub phone: Option<String>,
    /// Country, two letters.
    pub country: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// What staff wrote down.
    pub notes: Option<String>,
    /// A first password; without one the person is invited and chooses it.
    pub password: Option<String>,
    /// Whether they have to choose another password before anything else: whoever set the first one knows it.
    pub must_change_password: bool,
}

fn trimmed(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn taken() -> Error {
    Error::Taken("email", "Somebody with this e-mail address is here already.".into())
}

impl Invite {
    fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.email("email", &self.email).name("firstName", &self.first_name).name("lastName", &self.last_name);
        optional(&mut checks, [self.phone.as_deref(), self.country.as_deref(), self.language.as_deref(), self.notes.as_deref()]);
        checks.that(self.password.is_some() || !self.must_change_password, "mustChangePassword", "no_password", "There is no password to change.");
        checks.done()
    }
}

/// Check phone, country, language and notes where given.
fn optional(checks: &mut Checks, [phone, country, language, notes]: [Option<&str>; 4]) {
    if let Some(phone) = phone {
        checks.phone("phone", phone);
    }
    if let Some(country) = country {
        checks.country("country", country);
    }
    if let Some(language) = language {
        checks.language("language", language);
    }
    if let Some(notes) = notes {
        checks.length("notes", notes, 5_000);
    }
}

/// Invite somebody; with a password they can sign in at once.
pub async fn invite(app: &App, by: &Grant<can::CreateUser>, invite: Invite) -> Result<Person> {
    invite_once(app, by, invite, None).await?.plain()
}

/// The same, once for each key.
pub async fn invite_once(app: &App, by: &Grant<can::CreateUser>, invite: Invite, once: Option<Once<Person>>) -> Result<Outcome<Person>> {
    let invite = Invite {
        phone: trimmed(invite.phone),
        country: trimmed(invite.country),
        language: trimmed(invite.language),
        notes: trimmed(invite.notes),
        ..invite
    };
    invite.check()?;
    let by = &*by.under(Permission::CreateUser, giving(invite.role))?;
    let proof = step_up::later(app, by).await?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let about = [invite.email.as_str(), &invite.first_name, &invite.last_name];
    let fresh = match invite.password.clone() {
        Some(password) => Some(keep::first(app, by.tenant(), ("password", password), &about).await?),
        None => None,
    };
    let must_change = invite.must_change_password;
    let user = row(by, invite, fresh.as_ref().map(|fresh| fresh.hash.clone()));
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), user.id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            let ranks = Ranks::alone(tx).await?;
            ranks.check_assign(by, user.role)?;
            // A new account with rights is as much as another role for an old one.
            if ranks.is_more_than_customer(user.role) {
                proof.ask(by)?;
            }
            match users::insert(tx, std::slice::from_ref(&user)).await {
                Err(error) if error.is_taken() => return Err(taken()),
                other => other?,
            }
            match &fresh {
                Some(fresh) => keep::note(tx, by, user.id, fresh, must_change).await?,
                None => identity::invite::send(app, tx, by, &user).await?,
            }
            let person = find(tx, user.id).await?;
            audit::record(tx, by, Line::new("user.create", "user", user.id.uuid(), label(&person)).after(&told(PersonFacts::from(&person))));
            events::emit(tx, by, Topic::User, "created", user.id.uuid());
            idempotency::finish(tx, once.as_ref(), person).await
        })
        .await
}

fn row(by: &Grant<can::CreateUser>, invite: Invite, password_hash: Option<String>) -> User {
    let names = (invite.first_name.as_str(), invite.last_name.as_str());
    User {
        role: invite.role,
        status: if password_hash.is_some() { Status::Active } else { Status::Invited },
        password_hash,
        phone: invite.phone,
        country: invite.country,
        language: invite.language,
        notes: invite.notes,
        ..User::new((by.id(), by.tenant()), &invite.email, names, by.now())
    }
}

/// A change of particulars: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Particulars {
    /// Address; a new one has to be proved again.
    pub email: Patch<String>,
    /// First name.
    pub first_name: Patch<String>,
    /// Last name.
    pub last_name: Patch<String>,
    /// Telephone.
    pub phone: Patch<String>,
    /// Country, two letters.
    pub country: Patch<String>,
    /// Language tag.
    pub language: Patch<String>,
    /// What staff wrote down.
    pub notes: Patch<String>,
}

impl Particulars {
    pub(crate) fn check(&self) -> Result<()> {
        let all = [&self.email, &self.first_name, &self.last_name, &self.phone, &self.country, &self.language, &self.notes];
        if all.iter().all(|field| field.is_keep()) {
            return Err(Error::invalid("body", "empty", "Name at least one field to change."));
        }
        let mut checks = Checks::new();
        for (field, value) in [("email", &self.email), ("firstName", &self.first_name), ("lastName", &self.last_name)] {
            checks.extend(value.never_clear(field));
        }
        if let Some(email) = self.email.set() {
            checks.email("email", email);
        }
        for (field, value) in [("firstName", &self.first_name), ("lastName", &self.last_name)] {
            if let Some(name) = value.set() {
                checks.name(field, name);
            }
        }
        let given = [&self.phone, &self.country, &self.language, &self.notes].map(|field| field.set().map(String::as_str));
        optional(&mut checks, given);
        checks.done()
    }

    /// What nobody here can read is not written over: it would be lost for good.
    pub(crate) fn readable(&self, person: &Person) -> Result<()> {
        let mut checks = Checks::new();
        for (column, field) in [(Column::UserPhone, &self.phone), (Column::UserNotes, &self.notes)] {
            let message = "It is sealed with a key this server does not have. Give the server that key first.";
            checks.that(field.is_keep() || !person.unreadable.contains(&column), column.field(), "unreadable", message);
        }
        checks.done()
    }

    /// `person` with the changes; whether name or address differ.
    pub(crate) fn applied(self, person: &Person) -> (Person, bool) {
        let mut next = person.clone();
        self.email.apply(&mut next.email);
        self.first_name.apply(&mut next.first_name);
        self.last_name.apply(&mut next.last_name);
        self.phone.apply_optional(&mut next.phone);
        self.country.apply_optional(&mut next.country);
        self.language.apply_optional(&mut next.language);
        self.notes.apply_optional(&mut next.notes);
        for text in [&mut next.email, &mut next.first_name, &mut next.last_name] {
            *text = text.trim().to_owned();
        }
        next.email_key = email_key(&next.email);
        if next.email_key != person.email_key {
            next.email_verified = false;
        }
        let renamed = next.email != person.email || next.first_name != person.first_name || next.last_name != person.last_name;
        (next, renamed)
    }
}

/// Change the particulars of a person whose `version` the caller has read.
pub async fn update(app: &App, by: &Grant<can::UpdateUser>, id: UserId, version: i64, change: Particulars) -> Result<Person> {
    change.check()?;
    let proof = step_up::later(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let ranks = Ranks::read(tx).await?.with(tx, &[id], by.now()).await?;
            let person = hold(tx, id).await?;
            ranks.within_reach(by, &person)?;
            if person.version != version {
                return Err(Error::Stale);
            }
            if person.status == Status::Deleted {
                return Err(Error::conflict("deleted", "This account is deleted. Restore it first."));
            }
            change.readable(&person)?;
            let (next, renamed) = change.applied(&person);
            // Where one is reached is what one's own account is recovered by.
            if by.user() == Some(id) && (next.email_key != person.email_key || next.phone != person.phone) {
                step_up::check_self(by)?;
            }
            // Whoever chooses where a link for a new password goes has the account.
            if by.user() != Some(id) && next.email_key != person.email_key {
                proof.ask_unless_key(by)?;
            }
            let next = save(tx, by, (&person, next), renamed).await?;
            let (before, after) = audit::changes(&PersonFacts::from(&person), &PersonFacts::from(&next));
            audit::record(tx, by, Line::new("user.update", "user", id.uuid(), label(&next)).before(&told(before)).after(&told(after)));
            if next.email_key != person.email_key {
                readdress(app, tx, by, (&person, id)).await?;
            }
            events::emit(tx, by, Topic::User, "updated", id.uuid());
            Ok(next)
        })
        .await
}

/// A new address has to be proved, and an invitation goes where the person is now.
async fn readdress(app: &App, tx: &mut Tx, by: &Grant<can::UpdateUser>, (before, id): (&Person, UserId)) -> Result<()> {
    let Some(user) = users::find(tx, id).await? else { return Ok(()) };
    registrations::proved(tx, id).await?;
    // Whoever reads the old address hears that it is no longer this account's.
    if matches!(user.status, Status::Active | Status::Locked) {
        let news = News { address: Some(&before.email), ..News::plain(Notice::EmailChanged) };
        mail::tell(tx, by, &user, news).await?;
    }
    match user.status {
        Status::Invited => identity::invite::send(app, tx, by, &user).await,
        Status::Active => identity::verify::send(app, tx, by, &user).await,
        Status::Locked | Status::Deleted => Ok(()),
    }
}

/// Write `next` in place of `person`.
async fn save<P>(tx: &mut Tx, by: &Grant<P>, (person, next): (&Person, Person), renamed: bool) -> Result<Person> {
    let next = Person { updated_at: by.now(), ..next };
    if next.email_key != person.email_key && store::email_taken(tx, &next.email_key, Some(next.id)).await? {
        return Err(taken());
    }
    match store::update(tx, &next, renamed).await {
        // Between the question and the answer another process took it.
        Err(error) if error.is_taken() => Err(taken()),
        Err(error) => Err(error.into()),
        Ok(false) => Err(Error::Stale),
        Ok(true) => Ok(Person { version: next.version + 1, ..next }),
    }
}

/// What the policies hear of a role that is given.
fn giving(role: RoleKey) -> Facts {
    Facts { role: Some(role), ..Facts::default() }
}

/// Write the new role once the policies have heard which it is.
async fn give_role(tx: &mut Tx, by: &Cleared<can::UpdateRole>, (person, role): (&Person, RoleKey)) -> Result<Person> {
    save(tx, by, (person, Person { role, ..person.clone() }), false).await
}

/// Give a person another role, and say why where there is something to say. Their open pages and sessions follow it from their next request
/// on. Nobody gives themselves another one.
pub async fn set_role(app: &App, by: &Grant<can::UpdateRole>, id: UserId, (role, reason): (RoleKey, Option<String>)) -> Result<Person> {
    let reason = trimmed(reason);
    if let Some(reason) = &reason {
        check_reason(reason)?;
    }
    if by.user() == Some(id) {
        return Err(Error::invalid("role", "own_account", "This is your own account. Ask somebody else to give you another role."));
    }
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let owners = store::owners_alone(tx).await?;
            let ranks = Ranks::alone(tx).await?.with(tx, &[id], by.now()).await?;
            let person = hold(tx, id).await?;
            ranks.within_reach(by, &person)?;
            ranks.check_assign(by, role)?;
            if person.status == Status::Deleted {
                return Err(Error::conflict("deleted", "This account is deleted. Restore it first."));
            }
            if person.role == role {
                return Ok(person);
            }
            if person.role == Role::Owner && owners.iter().all(|owner| *owner == id) {
                return Err(last_owner());
            }
            let by = &by.under(Permission::UpdateRole, giving(role))?;
            registrations::proved(tx, id).await?;
            let next = give_role(tx, by, (&person, role)).await?;
            if !ranks.is_staff(role) {
                // A customer has no business with a staff page that is still open.
                sessions::end_all(tx, id, None, by.now(), "role_changed").await?;
            }
            let (before, after) = audit::changes(&PersonFacts::from(&person), &PersonFacts::from(&next));
            let line = Line::new("user.role", "user", id.uuid(), label(&next)).before(&before).after(&after);
            audit::record(tx, by, reason.iter().fold(line, Line::reason));
            events::emit(tx, by, Topic::User, "role_changed", id.uuid());
            tell_role(tx, by, (id, ranks.name(role))).await?;
            Ok(next)
        })
        .await
}

/// Whoever uses the account hears which role it has now.
async fn tell_role<P>(tx: &mut Tx, by: &Grant<P>, (id, role): (UserId, String)) -> Result<()> {
    match users::find(tx, id).await? {
        Some(user) if matches!(user.status, Status::Active | Status::Locked) => mail::tell(tx, by, &user, News::of(Notice::RoleChanged, role)).await,
        _ => Ok(()),
    }
}
