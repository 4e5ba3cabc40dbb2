//! Statements: static text and bound values. User input can become a [`Value`], never text, so there is nothing to inject into.

use std::borrow::Cow;

use purser_core::{Currency, RoleKey, Timestamp, ids};
use sqlx::{Database, Postgres, QueryBuilder, Sqlite};
use uuid::Uuid;

use crate::rows::Instant;

/// A value bound to a placeholder. `None` is SQL `NULL` of that type.
#[derive(Clone, Debug)]
pub enum Value {
    /// An id.
    Uuid(Option<Uuid>),
    /// A whole number: counts, minor units, basis points.
    Int(Option<i64>),
    /// Text.
    Text(Option<Cow<'static, str>>),
    /// An instant.
    Time(Option<Timestamp>),
    /// Yes or no.
    Bool(Option<bool>),
    /// A JSON document: `JSONB` in PostgreSQL, `TEXT` in SQLite.
    Json(Option<serde_json::Value>),
    /// Bytes: hashes.
    Bytes(Option<Vec<u8>>),
}

macro_rules! from {
    ($($type:ty => $variant:ident, |$v:ident| $make:expr);+ $(;)?) => {$(
        impl From<$type> for Value {
            fn from($v: $type) -> Self { Self::$variant(Some($make)) }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self { Self::$variant(value.map(|$v| $make)) }
        }
    )+};
}

from! {
    Uuid => Uuid, |v| v;
    i64 => Int, |v| v;
    i32 => Int, |v| i64::from(v);
    u32 => Int, |v| i64::from(v);
    bool => Bool, |v| v;
    String => Text, |v| Cow::Owned(v);
    &'static str => Text, |v| Cow::Borrowed(v);
    Timestamp => Time, |v| v;
    serde_json::Value => Json, |v| v;
    Vec<u8> => Bytes, |v| v;
    Currency => Text, |v| Cow::Owned(v.as_str().to_owned());
    RoleKey => Text, |v| Cow::Owned(v.as_str().to_owned());
    ids::TenantId => Uuid, |v| v.0;
    ids::UserId => Uuid, |v| v.0;
    ids::SessionId => Uuid, |v| v.0;
    ids::NewsletterId => Uuid, |v| v.0;
    ids::NewsletterLetterId => Uuid, |v| v.0;
    ids::SuppressionId => Uuid, |v| v.0;
    ids::TokenId => Uuid, |v| v.0;
    ids::ProductId => Uuid, |v| v.0;
    ids::CategoryId => Uuid, |v| v.0;
    ids::MovementId => Uuid, |v| v.0;
    ids::FulfilmentId => Uuid, |v| v.0;
    ids::ReturnId => Uuid, |v| v.0;
    ids::CouponId => Uuid, |v| v.0;
    ids::CartId => Uuid, |v| v.0;
    ids::CreditId => Uuid, |v| v.0;
    ids::CreditMoveId => Uuid, |v| v.0;
    ids::OrderId => Uuid, |v| v.0;
    ids::LineId => Uuid, |v| v.0;
    ids::PaymentId => Uuid, |v| v.0;
    ids::RefundId => Uuid, |v| v.0;
    ids::ApprovalId => Uuid, |v| v.0;
    ids::RuleId => Uuid, |v| v.0;
    ids::DisputeId => Uuid, |v| v.0;
    ids::AccountId => Uuid, |v| v.0;
    ids::PostingId => Uuid, |v| v.0;
    ids::FileId => Uuid, |v| v.0;
    ids::AuditId => Uuid, |v| v.0;
    ids::ImportId => Uuid, |v| v.0;
    ids::ViewId => Uuid, |v| v.0;
    ids::FactorId => Uuid, |v| v.0;
    ids::ChallengeId => Uuid, |v| v.0;
    ids::KeyId => Uuid, |v| v.0;
    ids::JobId => Uuid, |v| v.0;
    ids::SagaId => Uuid, |v| v.0;
    ids::MailId => Uuid, |v| v.0;
    ids::LinkId => Uuid, |v| v.0;
    ids::ImpersonationId => Uuid, |v| v.0;
    ids::PolicyId => Uuid, |v| v.0;
    ids::RefusalId => Uuid, |v| v.0;
    ids::EnvelopeId => Uuid, |v| v.0;
    ids::RightId => Uuid, |v| v.0;
    ids::CodeId => Uuid, |v| v.0;
    ids::ProviderId => Uuid, |v| v.0;
    ids::IdentityId => Uuid, |v| v.0;
    ids::PendingId => Uuid, |v| v.0;
    ids::EndpointId => Uuid, |v| v.0;
    ids::DeliveryId => Uuid, |v| v.0;
    ids::ConnectionId => Uuid, |v| v.0;
    ids::NoticeId => Uuid, |v| v.0;
    ids::FaultId => Uuid, |v| v.0;
    ids::CallId => Uuid, |v| v.0;
    ids::MessageId => Uuid, |v| v.0;
    ids::StuckId => Uuid, |v| v.0;
    ids::RequestId => Uuid, |v| v.0;
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(Some(Cow::Owned(value.clone())))
    }
}

/// A statement and its values.
#[derive(Clone, Debug)]
pub struct Query {
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    /// The whole text is known when Purser is compiled; placeholders are `$1`, `$2`, …
    Fixed(&'static str, Vec<Value>),
    /// Put together from pieces; placeholders are numbered as they come.
    Pieces(Vec<Piece>),
}

#[derive(Clone, Debug)]
enum Piece {
    Text(&'static str),
    Value(Value),
}

/// A statement whose whole text is fixed, with `$1`, `$2`, … for what [`Query::bind`] adds in that order.
pub fn sql(text: &'static str) -> Query {
    Query { body: Body::Fixed(text, Vec::new()) }
}

impl Query {
    /// A statement put together with [`Query::push`] and [`Query::arg`].
    pub fn start(text: &'static str) -> Self {
        Self { body: Body::Pieces(vec![Piece::Text(text)]) }
    }

    /// The next value of a fixed statement.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        match &mut self.body {
            Body::Fixed(_, values) => values.push(value.into()),
            Body::Pieces(pieces) => pieces.push(Piece::Value(value.into())),
        }
        self
    }

    /// The next values of a fixed statement.
    #[must_use]
    pub(crate) fn bind_all(mut self, more: Vec<Value>) -> Self {
        match &mut self.body {
            Body::Fixed(_, values) if values.is_empty() => *values = more,
            Body::Fixed(_, values) => values.extend(more),
            Body::Pieces(pieces) => pieces.extend(more.into_iter().map(Piece::Value)),
        }
        self
    }

    /// More text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.pieces().push(Piece::Text(text));
        self
    }

    /// A placeholder here, and its value.
    pub fn arg(&mut self, value: impl Into<Value>) -> &mut Self {
        self.pieces().push(Piece::Value(value.into()));
        self
    }

    /// `(a, b, …)`; an empty list becomes `(NULL)`, which matches nothing.
    pub fn list(&mut self, values: impl IntoIterator<Item = Value>) -> &mut Self {
        self.push("(");
        let mut any = false;
        for value in values {
            if any {
                self.push(", ");
            }
            any = true;
            self.arg(value);
        }
        self.push(if any { ")" } else { "NULL)" })
    }

    /// ` (a, b), (c, d), …` for the rows of a multi-row insert. There must be at least one row.
    pub fn rows<const N: usize>(&mut self, rows: impl IntoIterator<Item = [Value; N]>) -> &mut Self {
        let mut first = true;
        for row in rows {
            self.push(if first { " (" } else { ", (" });
            first = false;
            for (place, value) in row.into_iter().enumerate() {
                if place > 0 {
                    self.push(", ");
                }
                self.arg(value);
            }
            self.push(")");
        }
        self
    }

    /// Everything of `other` after what is here.
    pub fn append(&mut self, other: Query) -> &mut Self {
        let more = match other.body {
            Body::Pieces(pieces) => pieces,
            Body::Fixed(text, _) => vec![Piece::Text(text)],
        };
        self.pieces().extend(more);
        self
    }

    fn pieces(&mut self) -> &mut Vec<Piece> {
        if let Body::Fixed(text, values) = &mut self.body {
            debug_assert!(values.is_empty(), "a fixed statement with values can not be continued");
            self.body = Body::Pieces(vec![Piece::Text(text)]);
        }
        match &mut self.body {
            Body::Pieces(pieces) => pieces,
            Body::Fixed(..) => unreachable!("made into pieces just above"),
        }
    }

    /// The statement for one engine, ready to run.
    pub(crate) fn render<DB: Dialect>(self) -> Rendered<DB> {
        match self.body {
            Body::Fixed(text, values) => Rendered::Fixed(text, values),
            Body::Pieces(pieces) => {
                let mut builder = QueryBuilder::<DB>::new("");
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => {
                            builder.push(text);
                        }
                        Piece::Value(value) => DB::push(&mut builder, value),
                    }
                }
                Rendered::Built(builder)
            }
        }
    }
}

/// `text` inside a `LIKE` pattern that ends in `ESCAPE '\'`.
pub(crate) fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// A statement for one engine.
pub(crate) enum Rendered<DB: Database> {
    Fixed(&'static str, Vec<Value>),
    Built(QueryBuilder<DB>),
}

/// What a driver has to be able to bind.
pub(crate) trait Dialect: Database {
    fn push(builder: &mut QueryBuilder<Self>, value: Value);
    fn arguments(values: Vec<Value>) -> Result<Self::Arguments, sqlx::Error>;
}

macro_rules! dialect {
    ($db:ty) => {
        impl Dialect for $db {
            fn push(builder: &mut QueryBuilder<Self>, value: Value) {
                match value {
                    Value::Uuid(v) => builder.push_bind(v),
                    Value::Int(v) => builder.push_bind(v),
                    Value::Text(v) => builder.push_bind(v.map(Cow::into_owned)),
                    Value::Time(v) => builder.push_bind(v.map(Instant)),
                    Value::Bool(v) => builder.push_bind(v),
                    Value::Json(v) => builder.push_bind(v.map(sqlx::types::Json)),
                    Value::Bytes(v) => builder.push_bind(v),
                };
            }
            fn arguments(values: Vec<Value>) -> Result<Self::Arguments, sqlx::Error> {
                use sqlx::Arguments;
                let mut arguments = Self::Arguments::default();
                for value in values {
                    match value {
                        Value::Uuid(v) => arguments.add(v),
                        Value::Int(v) => arguments.add(v),
                        Value::Text(v) => arguments.add(v.map(Cow::into_owned)),
                        Value::Time(v) => arguments.add(v.map(Instant)),
                        Value::Bool(v) => arguments.add(v),
                        Value::Json(v) => arguments.add(v.map(sqlx::types::Json)),
                        Value::Bytes(v) => arguments.add(v),
                    }
                    .map_err(sqlx::Error::Encode)?;
                }
                Ok(arguments)
            }
        }
    };
}

dialect!(Sqlite);
dialect!(Postgres);
