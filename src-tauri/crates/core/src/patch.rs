//! A field of a partial change: left out, emptied, or given a value. JSON tells the three apart; `Option` alone would not.

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::FieldError;

/// One field of a partial change. Fields of this type need `#[serde(default)]`. Written down, each of the three is told from the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Patch<T> {
    /// Not mentioned: stays as it is.
    #[default]
    Keep,
    /// `null`: emptied.
    Clear,
    /// The new value.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the field was not mentioned.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new value, if there is one.
    pub const fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// A complaint if the field was emptied though it is needed.
    pub fn never_clear(&self, field: &str) -> Option<FieldError> {
        matches!(self, Self::Clear).then(|| FieldError::new(field, "required", "This is needed; it can be changed but not emptied."))
    }

    /// Change a needed field; emptying it changes nothing and is refused by [`Patch::never_clear`].
    pub fn apply(self, to: &mut T) {
        if let Self::Set(value) = self {
            *to = value;
        }
    }

    /// Change a field that may be empty.
    pub fn apply_optional(self, to: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *to = None,
            Self::Set(value) => *to = Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Patch_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Patch;

    #[derive(serde::Deserialize)]
    struct Body {
        #[serde(default)]
        phone: Patch<String>,
    }

    #[test]
    fn left_out_emptied_and_given_differ() {
        let read = |text: &str| serde_json::from_str::<Body>(text).unwrap().phone;
        assert_eq!(read("{}"), Patch::Keep);
        assert_eq!(read(r#"{"phone":null}"#), Patch::Clear);
        assert_eq!(read(r#"{"phone":"1"}"#), Patch::Set("1".into()));
    }
}
