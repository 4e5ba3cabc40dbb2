//! Everything a tenant has, as text: two dumps that are equal prove that nothing changed in between.

use std::collections::BTreeMap;

use purser_core::ids::TenantId;
use purser_store::{Tx, sql};

use crate::TestApp;

#[derive(sqlx::FromRow)]
struct Column {
    table_name: String,
    column_name: String,
}

#[derive(sqlx::FromRow)]
struct Line {
    line: String,
}

const SQLITE: &str = "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '_sqlx%' ORDER BY m.name, c.cid";
const POSTGRES: &str = "SELECT table_name::text, column_name::text FROM information_schema.columns \
     WHERE table_schema = 'public' AND table_name NOT LIKE '_sqlx%' ORDER BY table_name, ordinal_position";

/// Rows of one tenant by table.
pub type Dump = BTreeMap<String, Vec<String>>;

impl TestApp {
    /// Every row of `tenant`, by table.
    pub async fn db_dump(&self, tenant: TenantId) -> Dump {
        let dump = self.app.db.read(tenant, async |tx| {
            let columns = tx.all::<Column>(sql(tx.pick(SQLITE, POSTGRES))).await?;
            let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for column in columns {
                tables.entry(column.table_name).or_default().push(column.column_name);
            }
            let mut dump = Dump::new();
            for (table, columns) in tables {
                let Some(statement) = statement(tx, &table, &columns) else { continue };
                // Statements are static text by rule; a test may leak a few.
                let lines = tx.all::<Line>(sql(Box::leak(statement.into_boxed_str())).bind(tenant)).await?;
                dump.insert(table, lines.into_iter().map(|line| line.line).collect());
            }
            Ok::<_, purser_store::Error>(dump)
        });
        dump.await.expect("the rows can be read")
    }
}

fn statement(tx: &Tx, table: &str, columns: &[String]) -> Option<String> {
    let owner = if table == "tenants" { "id" } else { "tenant_id" };
    // What is noted of reading, some seconds later.
    let noted = ["permission_uses", "refusals"].contains(&table);
    if noted || !columns.iter().any(|column| column == owner) {
        return None;
    }
    let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
    let line = match tx.pick("sqlite", "postgres") {
        "sqlite" => quoted.join(" || ',' || "),
        _ => "row_to_json(t)::text".to_owned(),
    };
    Some(format!("SELECT {line} AS line FROM {table} t WHERE {owner} = $1 ORDER BY 1"))
}
