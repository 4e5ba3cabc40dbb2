//! A person's account: its standing, the moves between standings, and what a name or an address may look like.
//!
//! Pure rules. Who may make a move is decided in the service, where it is kept in the store.

use crate::error::{Checks, Error, Result};
use crate::text::{fold, terms};
use crate::time::{DAY, HOUR};

crate::text_enum! {
    /// The standing of an account.
    Status {
        /// Was asked in and has not chosen a password yet.
        Invited = "invited",
        /// May sign in.
        Active = "active",
        /// May not sign in until somebody unlocks it.
        Locked = "locked",
        /// Taken away; can be brought back.
        Deleted = "deleted",
    }
}

crate::text_enum! {
    /// What can be done to the standing of an account.
    Move {
        /// Refuse every use of it for now.
        Lock = "lock",
        /// Allow it again.
        Unlock = "unlock",
        /// Take it away.
        Delete = "delete",
        /// Bring it back as it was.
        Restore = "restore",
    }
}

crate::text_enum! {
    /// What a link in a mail is good for.
    Purpose {
        /// Choose the first password.
        Invitation = "invitation",
        /// Prove an address.
        Verification = "verification",
        /// Prove another address, which is the account's from then on.
        NewAddress = "new_address",
        /// Choose a new password without the old one.
        Reset = "reset",
        /// Say that a sign-in was somebody else's.
        Disown = "disown",
    }
}

impl Purpose {
    /// How long such a link works.
    pub const fn life(self) -> i64 {
        match self {
            Self::Invitation | Self::Disown => 7 * DAY,
            Self::Verification | Self::NewAddress => DAY,
            Self::Reset => HOUR,
        }
    }
}

/// What the next standing depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The present one.
    pub status: Status,
    /// Whether a password was ever chosen: what an account goes back to.
    pub has_password: bool,
    /// Whether a lock is in force, also under a deletion.
    pub locked: bool,
    /// Whether the person was erased: nothing brings them back.
    pub erased: bool,
}

impl Standing {
    /// The standing after `step`, or `None` where it already is so.
    pub fn apply(self, step: Move) -> Result<Option<Status>> {
        let open = if self.has_password { Status::Active } else { Status::Invited };
        match (self.status, step) {
            (Status::Deleted, Move::Restore) if self.erased => Err(Error::conflict("erased", "This person was erased. Nobody can bring them back.")),
            (Status::Deleted, Move::Lock | Move::Unlock) => Err(Error::conflict("deleted", "This account is deleted. Restore it first.")),
            (Status::Invited | Status::Active, Move::Lock) => Ok(Some(Status::Locked)),
            (Status::Invited | Status::Active | Status::Locked, Move::Delete) => Ok(Some(Status::Deleted)),
            (Status::Deleted, Move::Restore) if self.locked => Ok(Some(Status::Locked)),
            (Status::Locked, Move::Unlock) | (Status::Deleted, Move::Restore) => Ok(Some(open)),
            (Status::Locked, Move::Lock)
            | (Status::Invited | Status::Active, Move::Unlock)
            | (Status::Deleted, Move::Delete)
            | (Status::Invited | Status::Active | Status::Locked, Move::Restore) => Ok(None),
        }
    }
}

/// A telephone number as it is compared: its digits, international ones with a plus in front.
pub fn phone_key(phone: &str) -> String {
    let signs = phone.trim().chars().enumerate().filter(|(place, sign)| sign.is_ascii_digit() || (*place == 0 && *sign == '+'));
    let kept: String = signs.map(|(_, sign)| sign).collect();
    kept.strip_prefix("00").map_or_else(|| kept.clone(), |rest| format!("+{rest}"))
}

/// Whether somebody who typed this most likely means a telephone number: digits enough, and nothing a name or a number of an order has.
pub fn is_like_phone(text: &str) -> bool {
    let plain = text.trim().chars().all(|sign| sign.is_ascii_digit() || matches!(sign, '+' | ' ' | '-' | '(' | ')' | '/' | '.'));
    plain && text.chars().filter(char::is_ascii_digit).count() >= 6
}

/// An e-mail address as it is compared: lower-case, without spaces around it.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The whole name as a page shows it.
pub fn full_name(first: &str, last: &str) -> String {
    format!("{} {}", first.trim(), last.trim()).trim().to_owned()
}

/// The whole name as lists sort it.
pub fn name_key(first: &str, last: &str) -> String {
    fold(&full_name(first, last))
}

/// The words a person is found by.
pub fn person_terms(first: &str, last: &str, email: &str) -> Vec<String> {
    let mut words = terms(&full_name(first, last));
    words.extend(terms(email));
    words.sort_unstable();
    words.dedup();
    words
}

/// What is wrong with an e-mail address, if anything. Only what every address has is asked for; a message proves the rest.
pub fn check_email(field: &str, email: &str) -> Option<crate::FieldError> {
    let email = email.trim();
    let complain = |code: &'static str, message: &str| Some(crate::FieldError::new(field, code, message));
    if email.is_empty() {
        return complain("required", "This is needed.");
    }
    if email.chars().count() > 254 {
        return complain("too_long", "At most 254 characters.");
    }
    let plain = email.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>(),;:\"[]\\".contains(c));
    let halves = email.rsplit_once('@');
    let well_formed = halves.is_some_and(|(local, domain)| {
        let labels = domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        !local.is_empty() && !local.contains('@') && local.len() <= 64 && domain.contains('.') && labels
    });
    if plain && well_formed { None } else { complain("not_an_email", "This is not an e-mail address such as ada@example.com.") }
}

/// Complaints about the fields of a person, under the names callers use.
pub trait PersonChecks {
    /// A needed e-mail address.
    fn email(&mut self, field: &str, value: &str) -> &mut Self;
    /// A telephone number, loosely: digits and the signs people put between them.
    fn phone(&mut self, field: &str, value: &str) -> &mut Self;
    /// A country by its two letters.
    fn country(&mut self, field: &str, value: &str) -> &mut Self;
    /// A language tag: `en`, `pt-BR`.
    fn language(&mut self, field: &str, value: &str) -> &mut Self;
    /// A first or last name.
    fn name(&mut self, field: &str, value: &str) -> &mut Self;
}

impl PersonChecks for Checks {
    fn email(&mut self, field: &str, value: &str) -> &mut Self {
        self.extend(check_email(field, value))
    }

    fn phone(&mut self, field: &str, value: &str) -> &mut Self {
        let digits = value.chars().filter(char::is_ascii_digit).count();
        let signs = value.chars().all(|c| c.is_ascii_digit() || "+-() ./".contains(c));
        let ok = signs && (3..=20).contains(&digits) && value.len() <= 40;
        self.that(ok, field, "phone", "Write the number with digits, such as +49 30 1234567.")
    }

    fn country(&mut self, field: &str, value: &str) -> &mut Self {
        let ok = value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase());
        self.that(ok, field, "country", "Use the two letters of the country, such as DE.")
    }

    fn language(&mut self, field: &str, value: &str) -> &mut Self {
        let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let first = value.split('-').next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
        let ok = value.len() <= 35 && first && value.split('-').all(part);
        self.that(ok, field, "language", "Use a language tag such as en or pt-BR.")
    }

    fn name(&mut self, field: &str, value: &str) -> &mut Self {
        self.text(field, value, 100);
        self.that(!value.contains(['\n', '\t']), field, "control_character", "A name is one line.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(status: Status, has_password: bool, locked: bool) -> Standing {
        Standing { status, has_password, locked, erased: false }
    }

    #[test]
    fn telephone_numbers_are_compared_by_their_digits() {
        for (one, other) in [("+47 55 51 23 45", "0047-5551 2345"), ("(040) 123 456", "040/123456")] {
            assert_eq!(phone_key(one), phone_key(other));
            assert!(is_like_phone(one) && is_like_phone(other));
        }
        assert!(!is_like_phone("12345") && !is_like_phone("ada 123456") && !is_like_phone("#1234567"));
    }

    #[test]
    fn every_pair_has_an_answer() {
        for status in Status::ALL {
            for step in Move::ALL {
                for (has_password, locked) in [(false, false), (false, true), (true, false), (true, true)] {
                    let from = standing(*status, has_password, locked);
                    let refused = *status == Status::Deleted && matches!(step, Move::Lock | Move::Unlock);
                    assert_eq!(from.apply(*step).is_err(), refused, "{status} {step}");
                    if let Ok(Some(next)) = from.apply(*step) {
                        assert_ne!(next, *status, "{status} {step}: a move that changes nothing is None");
                    }
                }
            }
        }
    }

    #[test]
    fn restoring_gives_back_what_was_there() {
        assert_eq!(standing(Status::Deleted, true, false).apply(Move::Restore).unwrap(), Some(Status::Active));
        assert_eq!(standing(Status::Deleted, false, false).apply(Move::Restore).unwrap(), Some(Status::Invited));
        assert_eq!(standing(Status::Deleted, true, true).apply(Move::Restore).unwrap(), Some(Status::Locked));
        assert_eq!(standing(Status::Locked, false, true).apply(Move::Unlock).unwrap(), Some(Status::Invited));
    }

    #[test]
    fn addresses() {
        for good in ["ada@example.com", "a.b+c@sub.example.co", " ada@example.com ", "åse@bjørn.example", "o'neil@example.ie"] {
            assert!(check_email("email", good).is_none(), "{good}");
        }
        for bad in ["", "ada", "ada@", "@example.com", "a b@example.com", "a@b@example.com", "ada@example", "ada@-x.com", "a,b@example.com"] {
            assert!(check_email("email", bad).is_some(), "{bad}");
        }
    }
}
