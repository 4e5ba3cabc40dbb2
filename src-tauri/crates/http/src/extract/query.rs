//! Parameters after the `?`: known names only, every complaint with its name.
//!
//! [`list_query!`](crate::list_query) declares the parameters of a list: the filters one by one, the paging ones by themselves.

use aide::generate::GenContext;
use aide::openapi::Operation;
use aide::operation::{OperationInput, ParamLocation, add_parameters, parameters_from_schema};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use purser_core::{Error, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::complaint;
use super::cursor::decode_cursor;
use crate::Problem;

/// The parameters of the query.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(text.as_bytes());
        // No text holds one, and PostgreSQL can not be asked for it.
        if let Some((name, _)) = pairs.clone().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(Problem(Error::invalid(name.replace('\0', ""), "not_text", "A text can not hold the character NUL.")));
        }
        let deserializer = serde_html_form::Deserializer::new(pairs);
        match serde_path_to_error::deserialize(deserializer) {
            Ok(value) => Ok(Self(value)),
            Err(error) => {
                let path = error.path().to_string();
                Err(Problem(Error::Invalid(vec![complaint(&path, &error.into_inner().to_string())])))
            }
        }
    }
}

impl<T: schemars::JsonSchema> OperationInput for Query<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        let schema = ctx.schema.subschema_for::<T>();
        let schema = ctx.resolve_schema(&schema).clone();
        let parameters = parameters_from_schema(ctx, schema, ParamLocation::Query);
        add_parameters(ctx, operation, parameters);
    }
}

/// Any of several values, separated by commas or given again: `state=paid,shipped`.
#[derive(Clone, Debug)]
pub(crate) struct Any<T>(pub(crate) Vec<T>);

impl<T> Default for Any<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: std::str::FromStr> Deserialize<'de> for Any<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The same name given more than once adds up.
        let texts = Vec::<String>::deserialize(deserializer)?;
        let parse =
            |word: &str| word.parse().map_err(|_| serde::de::Error::custom(format!("{word:?} is not one of the values that can be asked for")));
        let values = texts
            .iter()
            .flat_map(|text| text.split(','))
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .take(50)
            .map(parse)
            .collect::<Result<_, _>>()?;
        Ok(Self(values))
    }
}

impl<T> schemars::JsonSchema for Any<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Any".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "One value, or several separated by commas: any of them."})
    }
}

/// An instant in a query: RFC 3339, or a date for its midnight in UTC.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct When(Timestamp);

impl When {
    /// The instant.
    pub(crate) const fn instant(self) -> Timestamp {
        self.0
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // A plus that was not escaped arrives as a space.
        let read = Timestamp::parse(&text.replace(' ', "+"));
        read.map(Self).ok_or_else(|| serde::de::Error::custom("write a time such as 2026-11-21T09:30:00Z or a date such as 2026-11-21"))
    }
}

impl schemars::JsonSchema for When {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "When".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "RFC 3339, or a date for its midnight in UTC."})
    }
}

/// The page a caller asked for, from the parameters every list has.
pub(crate) fn page(number: Option<u64>, limit: Option<u32>, cursor: Option<&str>, sort: Option<&str>) -> Result<purser_store::Page, Problem> {
    let mut checks = purser_core::error::Checks::new();
    checks.that(number.is_none_or(|n| (1..=1_000_000).contains(&n)), "page", "out_of_range", "A page is a number from 1 to 1000000.");
    checks.that(limit.is_none_or(|n| (1..=100).contains(&n)), "limit", "out_of_range", "A page holds 1 to 100 rows.");
    checks.that(cursor.is_none() || number.is_none(), "page", "with_cursor", "Use either page or cursor, not both.");
    checks.done()?;
    let limit = limit.unwrap_or(20);
    Ok(purser_store::Page {
        limit,
        offset: (number.unwrap_or(1) - 1) * u64::from(limit),
        after: cursor.map(decode_cursor).transpose()?,
        sort: sort.unwrap_or_default().to_owned(),
    })
}

/// Declare the parameters of a list.
#[macro_export]
macro_rules! list_query {
    // The same words and marks without pages as `$sums`, for what is said of everything that is found.
    ($(#[$doc:meta])* $name:ident, sums $sums:ident { $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)? }) => {
        $crate::list_query! { $(#[$doc])* $name { $($(#[$fdoc])* $field: $type),* } }
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub(crate) struct $sums {
            /// Words to look for.
            #[serde(default)]
            search: Option<String>,
            $($(#[$fdoc])* #[serde(default)] $field: $type,)*
        }
        impl From<$sums> for $name {
            fn from($sums { search, $($field),* }: $sums) -> Self {
                Self { page: None, limit: None, cursor: None, sort: None, search, $($field),* }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub(crate) struct $name {
            /// Number of the page, from 1.
            #[serde(default)]
            page: Option<u64>,
            /// Rows a page, 1 to 100; 20 unless said otherwise.
            #[serde(default)]
            limit: Option<u32>,
            /// Go on from here: `nextCursor` of the page before.
            #[serde(default)]
            cursor: Option<String>,
            /// Field to sort by; a minus in front for the largest first.
            #[serde(default)]
            sort: Option<String>,
            /// Words to look for.
            #[serde(default)]
            search: Option<String>,
            $($(#[$fdoc])* #[serde(default)] pub(crate) $field: $type,)*
        }
        impl $name {
            /// The page asked for.
            pub(crate) fn page(&self) -> $crate::Result<purser_store::Page> {
                $crate::extract::page(self.page, self.limit, self.cursor.as_deref(), self.sort.as_deref())
            }
            /// The words to look for; `None` if there are none.
            pub(crate) fn search(&self) -> Option<&str> {
                self.search.as_deref().map(str::trim).filter(|text| !text.is_empty())
            }
        }
    };
}
