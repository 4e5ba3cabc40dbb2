//! `store::tenancy`: every table of a tenant is deleted with it, and taken out or left out by name.

use std::collections::BTreeSet;

use purser_store::{Scope, sql, tenancy};
use purser_testkit::both;

#[derive(sqlx::FromRow)]
struct Named {
    name: String,
}

const SQLITE: &str = "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND c.name = 'tenant_id' ORDER BY m.name";
const POSTGRES: &str = "SELECT table_name::text AS name FROM information_schema.columns \
     WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1";

both! {
    async fn no_table_of_a_tenant_is_forgotten(app) {
        let found = app.app.db.read(Scope::System, async |tx| tx.all::<Named>(sql(tx.pick(SQLITE, POSTGRES))).await).await.unwrap();
        let schema: BTreeSet<String> = found.into_iter().map(|row| row.name).collect();
        let deleted: BTreeSet<String> = tenancy::tables().into_iter().map(str::to_owned).collect();
        assert_eq!(deleted, schema, "tables a deletion empties (store/src/tenancy/erase.rs), and those with a tenant_id");
        let taken = tenancy::TABLES.iter().map(|table| table.name).filter(|name| *name != "tenants");
        let told: BTreeSet<String> = taken.chain(tenancy::LEFT_OUT.iter().copied()).map(str::to_owned).collect();
        assert_eq!(told, schema, "tables an archive holds or leaves out (store/src/tenancy/take_out.rs), and those with a tenant_id");
        assert_eq!(tenancy::TABLES.len() - 1 + tenancy::LEFT_OUT.len(), schema.len(), "a table is named twice");
    }
}
