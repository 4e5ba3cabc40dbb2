//! The life of an account.

crate::text_enum! {
    /// Where an account stands.
    Status {
        /// Asked in, has no password yet.
        Invited = "invited",
        /// Can sign in.
        Active = "active",
        /// Kept out until it is unlocked.
        Locked = "locked",
        /// Removed; can be brought back.
        Deleted = "deleted",
    }
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

#[cfg(test)]
mod tests {
    use super::check_email;

    #[test]
    fn addresses() {
        for good in ["ada@example.com", "a.b+c@sub.example.co", " ada@example.com ", "åse@bjørn.example"] {
            assert!(check_email("email", good).is_none(), "{good}");
        }
        for bad in ["", "ada", "ada@", "@example.com", "a b@example.com", "a@b@example.com", "ada@example", "ada@-x.com", "a,b@example.com"] {
            assert!(check_email("email", bad).is_some(), "{bad}");
        }
    }
}
