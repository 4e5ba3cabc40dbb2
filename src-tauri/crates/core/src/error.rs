//! The one error type. Every failure a person can meet is one of these few kinds; the door turns it into problem+json in one place.

use std::borrow::Cow;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing wrong with one field of what was sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct FieldError {
    /// Path of the field as the caller wrote it: `items[0].quantity`.
    pub field: String,
    /// Stable word a program can branch on: `required`, `too_long`.
    pub code: Cow<'static, str>,
    /// A sentence a person can act on.
    pub message: String,
}

impl FieldError {
    /// A field error from its three parts.
    pub fn new(field: impl Into<String>, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// A policy that said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What was asked for.
    pub permission: &'static str,
    /// The policy.
    pub policy: uuid::Uuid,
    /// Its name.
    pub name: String,
    /// The line of its text.
    pub line: usize,
    /// What was known of the thing that was about to happen.
    pub facts: crate::access::Facts,
}

/// What went wrong, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the proof has run out. 401.
    #[error("{1}")]
    Unauthenticated(&'static str, Cow<'static, str>),
    /// The caller lacks this permission. 403.
    #[error("the permission {0} is missing")]
    Forbidden(&'static str),
    /// A policy forbids it, although the caller holds the permission. 403.
    #[error("the policy \u{201c}{}\u{201d} does not allow this here and now", .0.name)]
    Barred(Box<Bar>),
    /// A rule, not a missing permission, forbids it. 403.
    #[error("{1}")]
    Refused(&'static str, Cow<'static, str>),
    /// A puzzle has to be solved first: which one, and the key its page shows. 400.
    #[error("Show that you are no program and try again.")]
    Puzzle(&'static str, String),
    /// There is no such thing, or the caller may not see it. 404.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Malformed or failed validation. 400.
    #[error("{} field(s) are not valid", .0.len())]
    Invalid(Vec<FieldError>),
    /// Well-formed, but it can not be done with these values. 422.
    #[error("{} value(s) can not be used", .0.len())]
    Unprocessable(Vec<FieldError>),
    /// The present state does not allow it. 409.
    #[error("{1}")]
    Conflict(&'static str, Cow<'static, str>),
    /// The present state does not allow it for so many. 409.
    #[error("{1}")]
    Several(&'static str, Cow<'static, str>, i64),
    /// Something else already has this value of this field. 409.
    #[error("{1}")]
    Taken(&'static str, Cow<'static, str>),
    /// The caller's copy is out of date. 412.
    #[error("changed by someone else since it was read")]
    Stale,
    /// The caller has to say which version it changes. 428.
    #[error("If-Match is needed")]
    PreconditionRequired,
    /// More bytes than are taken. 413; the limit in bytes.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    /// The content type is not one that is understood here. 415.
    #[error("{0}")]
    UnsupportedMedia(Cow<'static, str>),
    /// Too many calls. 429.
    #[error("too many calls")]
    RateLimited {
        /// Seconds until a call may succeed.
        retry_after_s: u32,
    },
    /// Something Purser needs is away for now. 503.
    #[error("{1}")]
    Unavailable(&'static str, Cow<'static, str>),
    /// A defect or a broken machine; logged at the door with its cause, told without it. 500.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// One field that is not valid.
    pub fn invalid(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, message)])
    }

    /// One value that is well-formed but can not be used.
    pub fn unprocessable(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Unprocessable(vec![FieldError::new(field, code, message)])
    }

    /// The present state forbids it; `code` is for programs, `message` for people.
    pub fn conflict(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict(code, message.into())
    }

    /// What is wrong with which field, as the door tells it.
    pub fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid(errors) | Self::Unprocessable(errors) => errors.clone(),
            Self::Taken(field, message) => vec![FieldError::new(*field, "taken", message.as_ref())],
            _ => Vec::new(),
        }
    }

    /// A defect, told in words.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into().into())
    }

    /// The stable code a program can branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(code, _)
            | Self::Refused(code, _)
            | Self::Conflict(code, _)
            | Self::Several(code, ..)
            | Self::Unavailable(code, _) => code,
            Self::Puzzle(..) => "captcha_required",
            Self::Forbidden(_) => "forbidden",
            Self::Barred(_) => "policy_denied",
            Self::NotFound(_) => "not_found",
            Self::Invalid(_) => "invalid",
            Self::Unprocessable(_) => "unprocessable",
            Self::Taken(..) => "taken",
            Self::Stale => "stale",
            Self::PreconditionRequired => "precondition_required",
            Self::TooLarge(_) => "too_large",
            Self::UnsupportedMedia(_) => "unsupported_media",
            Self::RateLimited { .. } => "rate_limited",
            Self::Internal(_) => "internal",
        }
    }
}

/// Collects field errors so that a caller hears of all of them at once.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// No complaint yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Complain about `field` unless `ok`.
    pub fn that(&mut self, ok: bool, field: &str, code: &'static str, message: impl Into<String>) -> &mut Self {
        if !ok {
            self.0.push(FieldError::new(field, code, message));
        }
        self
    }

    /// Text that must be there and be at most `max` characters.
    pub fn text(&mut self, field: &str, value: &str, max: usize) -> &mut Self {
        self.that(!value.trim().is_empty(), field, "required", "This is needed.");
        self.length(field, value, max)
    }

    /// Text that may be empty but is at most `max` characters and holds no control signs.
    pub fn length(&mut self, field: &str, value: &str, max: usize) -> &mut Self {
        self.that(value.chars().count() <= max, field, "too_long", format!("At most {max} characters."));
        self.that(!value.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), field, "control_character", "Control characters are not allowed.")
    }

    /// Carry complaints found elsewhere.
    pub fn extend(&mut self, errors: impl IntoIterator<Item = FieldError>) -> &mut Self {
        self.0.extend(errors);
        self
    }

    /// Nothing to complain of, or [`Error::Invalid`] with everything found.
    pub fn done(&mut self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(std::mem::take(&mut self.0))) }
    }
}
