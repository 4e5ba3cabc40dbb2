//! Both migration folders hold the same files and end in the same tables, columns, nullability and keys.

use std::collections::BTreeMap;
use std::path::Path;

use purser_store::{Config, Db, Scope, sql};
use purser_testkit::Database;

fn names(engine: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(engine);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

#[test]
fn both_folders_hold_the_same_files() {
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(clippy::struct_field_names, reason = "the engines' own catalogues name it so")]
struct Column {
    table_name: String,
    column_name: String,
    kind: String,
    required: bool,
}

pub(super) type Schema = BTreeMap<(String, String), (String, bool)>;

/// What a column holds, in words both engines share.
fn family(kind: &str) -> &'static str {
    match kind.to_lowercase().as_str() {
        "blob" | "uuid" | "bytea" => "bytes",
        "integer" | "bigint" | "boolean" | "timestamp with time zone" => "number",
        "text" | "jsonb" => "text",
        other => panic!("a column type nobody agreed on: {other}"),
    }
}

async fn schema(db: &Db, query: &'static str) -> Schema {
    let columns = db.read(Scope::System, async |tx| tx.all::<Column>(sql(query)).await).await.unwrap();
    let described = |column: Column| ((column.table_name, column.column_name), (family(&column.kind).to_owned(), column.required));
    columns.into_iter().map(described).collect()
}

/// Without the full text of products and its shadow tables: on PostgreSQL that is an index.
const SQLITE: &str = "SELECT m.name AS table_name, c.name AS column_name, c.type AS kind, (c.\"notnull\" = 1 OR c.pk > 0) AS required \
     FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '_sqlx%' AND m.name NOT LIKE 'product_search%'";
const POSTGRES: &str = "SELECT table_name::text, column_name::text, data_type::text AS kind, is_nullable = 'NO' AS required \
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '_sqlx%'";

/// Tables and columns of a database.
pub(super) async fn schema_of(db: &Db, config: &Config) -> Schema {
    schema(db, if matches!(config, Config::Sqlite(_)) { SQLITE } else { POSTGRES }).await
}

/// Tables of a tenant on PostgreSQL that row-level security does not guard.
pub(super) async fn open_tables(db: &Db) -> Vec<String> {
    const OPEN: &str = "SELECT c.table_name::text AS name FROM information_schema.columns c JOIN pg_class p ON p.relname = c.table_name \
         WHERE c.table_schema = 'public' AND c.column_name = 'tenant_id' AND NOT (p.relrowsecurity AND p.relforcerowsecurity)";
    let open = db.read(Scope::System, async |tx| tx.all::<Name>(sql(OPEN)).await).await.unwrap();
    open.into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn both_engines_end_in_the_same_tables() {
    let sqlite = Database::sqlite();
    let Some(postgres) = Database::postgres().await else { return };
    let one = schema(&Db::open(&sqlite.config).await.unwrap(), SQLITE).await;
    let other = schema(&Db::open(&postgres.config).await.unwrap(), POSTGRES).await;
    let missing: Vec<_> = one.iter().filter(|(key, value)| other.get(key) != Some(value)).collect();
    let extra: Vec<_> = other.iter().filter(|(key, value)| one.get(key) != Some(value)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "only on SQLite: {missing:#?}\nonly on PostgreSQL: {extra:#?}");
}

#[derive(sqlx::FromRow)]
struct Name {
    name: String,
}

#[tokio::test]
async fn every_sqlite_table_is_strict() {
    let database = Database::sqlite();
    let db = Db::open(&database.config).await.unwrap();
    const LAX: &str = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 \
         AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx%'";
    let lax = db.read(Scope::System, async |tx| tx.all::<Name>(sql(LAX)).await).await.unwrap();
    assert!(lax.is_empty(), "{:?}", lax.into_iter().map(|row| row.name).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_tenant_table_is_guarded_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    let db = Db::open(&database.config).await.unwrap();
    assert_eq!(open_tables(&db).await, Vec::<String>::new());
}
