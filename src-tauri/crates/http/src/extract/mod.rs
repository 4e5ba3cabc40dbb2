//! What a handler can ask of a request. Every refusal is a problem document that names the field and says what to do.

mod allowed;
mod body;
mod cursor;
mod form;
mod headers;
mod path;
mod query;
mod records;
mod slowly;

pub(crate) use allowed::{Allowed, AllowedEither, AllowedOwn, Behind, From, Public};
pub(crate) use body::{Json, OptionalJson};
pub(crate) use cursor::encode_cursor;
pub(crate) use form::Form;
pub(crate) use headers::{
    DeviceCookie, IdempotencyKey, IfMatch, NeededKey, OwnPage, RefreshCookie, TravelCookie, device_cookie, refresh_cookie, travel_cookie,
};
pub(crate) use path::Path;
pub(crate) use query::{Any, Query, When, page};
pub(crate) use slowly::part_by_part;

use purser_core::FieldError;

/// What serde complains of, as a field error. serde says it in words of its own, so the words are read here, once.
pub(crate) fn complaint(path: &str, message: &str) -> FieldError {
    let quoted = message.split('`').nth(1).unwrap_or_default();
    let inside = |name: &str| if path == "." || path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let whole = || if path == "." || path.is_empty() { "body".to_owned() } else { path.to_owned() };
    if message.starts_with("missing field") {
        return FieldError::new(inside(quoted), "required", "This is needed.");
    }
    if message.starts_with("unknown field") {
        // The path already ends in the unknown field when serde had read its name.
        let field = if path.rsplit('.').next() == Some(quoted) { path.to_owned() } else { inside(quoted) };
        return FieldError::new(field, "unknown_field", "There is no such field here.");
    }
    if message.starts_with("duplicate field") {
        return FieldError::new(inside(quoted), "duplicate_field", "This was given more than once.");
    }
    if message.starts_with("unknown variant") {
        let choices: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        return FieldError::new(whole(), "unknown_choice", format!("Choose one of: {}.", choices.join(", ")));
    }
    let text = message.split(" at line ").next().unwrap_or(message);
    if text.starts_with("invalid type") || text.starts_with("invalid value") || text.starts_with("invalid digit") || text.contains("expected") {
        let wanted = text.split("expected ").nth(1).unwrap_or("another kind of value");
        return FieldError::new(whole(), "wrong_type", format!("Expected {wanted}."));
    }
    let mut sentence: String = text.chars().take(200).collect();
    if let Some(first) = sentence.get(..1) {
        sentence = format!("{}{}", first.to_uppercase(), &sentence[1..]);
    }
    FieldError::new(whole(), "not_valid", format!("{}.", sentence.trim_end_matches('.')))
}
