//! How columns become Rust values on both engines.

use chrono::{DateTime, Utc};
use purser_core::Timestamp;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgRow, PgTypeInfo, PgValueRef};
use sqlx::sqlite::{SqliteRow, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, FromRow, Postgres, Sqlite, Type};

/// A row that can be read from either engine: derive `sqlx::FromRow` and it is one.
///
/// Ids are read with `#[sqlx(try_from = "Uuid")]`, instants with `#[sqlx(try_from = "Instant")]`, words with `#[sqlx(try_from = "String")]`.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// An instant as the engines hold it: `INTEGER` microseconds in SQLite, `TIMESTAMPTZ` in PostgreSQL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl From<Instant> for Timestamp {
    fn from(value: Instant) -> Self {
        value.0
    }
}

/// An instant that may be missing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaybeInstant(pub(crate) Option<Timestamp>);

impl From<MaybeInstant> for Option<Timestamp> {
    fn from(value: MaybeInstant) -> Self {
        value.0
    }
}

impl Type<Sqlite> for Instant {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
    fn compatible(ty: &SqliteTypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(ty)
    }
}

impl Type<Postgres> for Instant {
    fn type_info() -> PgTypeInfo {
        <DateTime<Utc> as Type<Postgres>>::type_info()
    }
}

impl<'r> Decode<'r, Sqlite> for Instant {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(Timestamp::from_micros(<i64 as Decode<Sqlite>>::decode(value)?)))
    }
}

impl<'r> Decode<'r, Postgres> for Instant {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(<DateTime<Utc> as Decode<Postgres>>::decode(value)?.into()))
    }
}

impl<'q> Encode<'q, Sqlite> for Instant {
    fn encode_by_ref(&self, buf: &mut sqlx::sqlite::SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<'q, Sqlite>>::encode(self.0.micros(), buf)
    }
}

impl<'q> Encode<'q, Postgres> for Instant {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <DateTime<Utc> as Encode<'q, Postgres>>::encode(self.0.to_utc(), buf)
    }
}

impl<DB: sqlx::Database> Type<DB> for MaybeInstant
where
    Instant: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <Instant as Type<DB>>::type_info()
    }
    fn compatible(ty: &DB::TypeInfo) -> bool {
        <Instant as Type<DB>>::compatible(ty)
    }
}

impl<'r, DB: sqlx::Database> Decode<'r, DB> for MaybeInstant
where
    Option<Instant>: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(<Option<Instant> as Decode<'r, DB>>::decode(value)?.map(Into::into)))
    }
}
