//! What becomes of a tenant whose grace is over: nothing is left of it, and nothing else is touched.

use purser_core::access::Role;
use purser_core::time::DAY;
use purser_service::jobs;
use purser_store::{Scope, Tx, sql};
use purser_testkit::both;

use super::close;
use crate::api::World;

#[derive(sqlx::FromRow)]
struct Named {
    name: String,
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Every table with a column of this name, as the schema has it.
pub(super) async fn tables(tx: &mut Tx, column: &str) -> Vec<String> {
    let sqlite = "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = $1 ORDER BY m.name";
    let postgres = "SELECT table_name::text AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = $1 ORDER BY 1";
    let found: Vec<Named> = tx.all(sql(tx.pick(sqlite, postgres)).bind(column.to_owned())).await.unwrap();
    found.into_iter().map(|row| row.name).collect()
}

both! {
    async fn nothing_is_left_and_nobody_else_is_touched(app) {
        let world = World::new(app).await;
        let app = &world.app;
        purser_service::access::watch::settle(&app.app, None).await.unwrap();
        // The business goes; another tenant becomes the home and looks after it.
        let keeper = app.db_tenant("Keeper").await;
        app.db_move_home(keeper).await;
        let owner = app.db_user(keeper, Role::Owner, "Kim").await;
        let kim = app.sign_in(&owner.email).await;
        let _ = kim.get("/orders").await.ok();
        let bystander = app.db_tenant("Bystander").await;
        let _ = app.db_user(bystander, Role::Support, "Bea").await;
        close(&kim, world.tenant).await;
        let count = async || -> Vec<(String, i64)> {
            app.app.db.read(Scope::System, async |tx| {
                let mut counts = Vec::new();
                for table in tables(tx, "tenant_id").await {
                    let statement = format!("SELECT COUNT(*) AS n FROM {table} WHERE tenant_id = $1");
                    // Statements are static text by rule; a test may leak a few.
                    let found: Count = tx.one(sql(Box::leak(statement.into_boxed_str())).bind(world.tenant)).await?;
                    counts.push((table, found.n));
                }
                Ok::<_, purser_store::Error>(counts)
            }).await.unwrap()
        };
        let before = count().await;
        let full = before.iter().filter(|(_, n)| *n > 0).count();
        assert!(full >= 30, "the business has something in {full} of {} tables: {before:?}", before.len());
        app.advance(30 * DAY - 1);
        jobs::tick(&app.app).await.unwrap();
        jobs::run_due(&app.app).await.unwrap();
        // What is due falls due in a business that is shut as well, and is written down.
        let now = count().await;
        assert!(now.iter().zip(&before).all(|(now, before)| now.1 >= before.1), "before its grace is over nothing is deleted: {before:?} {now:?}");
        let others = app.db_dump(bystander).await;
        app.advance(2);
        jobs::tick(&app.app).await.unwrap();
        jobs::run_due(&app.app).await.unwrap();
        let left: Vec<_> = count().await.into_iter().filter(|(_, n)| *n > 0).collect();
        assert!(left.is_empty(), "rows are left: {left:?}");
        for area in ["files", "imports"] {
            for part in 0..=u8::MAX {
                let keys = app.app.vault.part(area, part).await.unwrap();
                assert!(keys.iter().all(|key| key.tenant != world.tenant), "files are left");
            }
        }
        let kim = app.sign_in(&owner.email).await;
        let _ = kim.get(&format!("/tenants/{}", world.tenant)).await.problem(404, "not_found");
        let lines = kim.get("/audit?action=tenant.").await.ok().data();
        let actions: Vec<_> = lines.as_array().unwrap().iter().filter_map(|line| line["action"].as_str()).collect();
        assert!(actions.contains(&"tenant.purge") && actions.contains(&"tenant.delete"), "{actions:?}");
        assert_eq!(kim.get("/audit/verify").await.ok().data()["intact"], true);
        let done = kim.get("/jobs?kind=tenant.purge").await.ok().data();
        let ours: Vec<_> = done.as_array().unwrap().iter().filter(|job| job["data"]["tenant"] == world.tenant.to_string()).collect();
        assert_eq!((ours.len(), &ours[0]["state"]), (1, &"done".into()), "{done}");
        assert_eq!(app.db_dump(bystander).await, others);
    }

    async fn the_log_of_a_tenant_that_stays_can_not_be_deleted(app) {
        let owner = app.owner().await;
        let _ = owner.get("/audit").await.ok();
        let tenant = app.tenant().await;
        let _ = crate::routes::shop::Shop::open(&app).await.paid().await;
        for table in ["audit_log", "ledger_entries", "ledger_postings"] {
            let statement: &'static str = Box::leak(format!("DELETE FROM {table} WHERE tenant_id = $1").into_boxed_str());
            let outcome = app.app.db.transact(tenant, async |tx| tx.run(sql(statement).bind(tenant)).await).await;
            assert!(outcome.is_err(), "{table} could be deleted");
        }
        let purging = "UPDATE tenants SET state = 'purging' WHERE id = $1";
        let other = app.db_tenant("Elsewhere").await;
        let outcome = app.app.db.transact(other, async |tx| tx.run(sql(purging).bind(other)).await).await;
        assert!(outcome.is_err(), "a tenant that is not closing can not be deleted");
    }
}
