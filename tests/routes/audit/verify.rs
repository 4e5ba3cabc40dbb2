//! GET /audit/verify: whatever is done to the rows behind our back is found, and the first bad row is named.

use purser_core::Error;
use purser_core::ids::TenantId;
use purser_store::{Query, Scope, sql};
use purser_testkit::{Caller, TestApp, both, json};

use crate::routes::people::invited;

/// Take the guards of the table away, as somebody with the file in their hands would.
async fn unguard(app: &TestApp) {
    app.app
        .db
        .transact(Scope::System, async |tx| {
            for (sqlite, postgres) in [
                ("DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_update ON audit_log"),
                ("DROP TRIGGER audit_log_no_delete", "DROP TRIGGER audit_log_no_delete ON audit_log"),
            ] {
                tx.run(sql(tx.pick(sqlite, postgres))).await?;
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
}

async fn tamper(app: &TestApp, query: Query) {
    let changed = app.app.db.transact(Scope::System, async |tx| tx.run(query).await.map_err(Error::from)).await.unwrap();
    assert!(changed > 0);
}

async fn filled(app: &TestApp) -> (Caller, TenantId) {
    let owner = app.owner().await;
    for name in ["Ada", "Ben", "Cleo", "Dan", "Eve"] {
        let _ = invited(&owner, name, "user").await;
    }
    let verdict = owner.get("/audit/verify").await.ok().data();
    assert_eq!(verdict["intact"], true);
    assert!(verdict["checked"].as_i64() >= Some(7));
    assert_eq!(verdict["head"], owner.get("/audit").await.ok().data()[0]["hash"]);
    unguard(app).await;
    (owner, app.tenant().await)
}

async fn first_bad(owner: &Caller) -> (i64, String) {
    let verdict = owner.get("/audit/verify").await.ok().data();
    assert_eq!(verdict["intact"], false, "{verdict}");
    (verdict["firstBad"]["seq"].as_i64().unwrap(), verdict["firstBad"]["reason"].as_str().unwrap().to_owned())
}

both! {
    async fn every_changed_field_is_found(app) {
        let (owner, tenant) = filled(&app).await;
        for (change, back) in [
            ("UPDATE audit_log SET actor_name = actor_name || 'x' WHERE tenant_id = $1 AND seq = 4", "UPDATE audit_log SET actor_name = 'Olive Owner' WHERE tenant_id = $1 AND seq = 4"),
            ("UPDATE audit_log SET action = 'user.delete' WHERE tenant_id = $1 AND seq = 4", "UPDATE audit_log SET action = 'user.create' WHERE tenant_id = $1 AND seq = 4"),
            ("UPDATE audit_log SET reason = '' WHERE tenant_id = $1 AND seq = 4", "UPDATE audit_log SET reason = NULL WHERE tenant_id = $1 AND seq = 4"),
            ("UPDATE audit_log SET actor_kind = 'system' WHERE tenant_id = $1 AND seq = 4", "UPDATE audit_log SET actor_kind = 'user' WHERE tenant_id = $1 AND seq = 4"),
            ("UPDATE audit_log SET subject_type = 'order' WHERE tenant_id = $1 AND seq = 4", "UPDATE audit_log SET subject_type = 'user' WHERE tenant_id = $1 AND seq = 4"),
            ("UPDATE audit_log SET ip = '10.0.0.1' WHERE tenant_id = $1 AND seq = 4", "UPDATE audit_log SET ip = NULL WHERE tenant_id = $1 AND seq = 4"),
            ("UPDATE audit_log SET user_agent = 'x' WHERE tenant_id = $1 AND seq = 4", "UPDATE audit_log SET user_agent = NULL WHERE tenant_id = $1 AND seq = 4"),
        ] {
            tamper(&app, sql(change).bind(tenant)).await;
            let (seq, reason) = first_bad(&owner).await;
            assert_eq!(seq, 4, "{change}");
            assert!(reason.contains("changed"), "{reason}");
            tamper(&app, sql(back).bind(tenant)).await;
            assert_eq!(owner.get("/audit/verify").await.ok().data()["intact"], true, "{back}");
        }
    }

    async fn ids_times_and_links_too(app) {
        let (owner, tenant) = filled(&app).await;
        let nil = uuid::Uuid::nil();
        tamper(&app, sql("UPDATE audit_log SET subject_id = $2 WHERE tenant_id = $1 AND seq = 6").bind(tenant).bind(nil)).await;
        assert_eq!(first_bad(&owner).await.0, 6);
        tamper(&app, sql("UPDATE audit_log SET actor_id = $2 WHERE tenant_id = $1 AND seq = 5").bind(tenant).bind(nil)).await;
        assert_eq!(first_bad(&owner).await.0, 5);
        tamper(&app, sql("UPDATE audit_log SET at = $2 WHERE tenant_id = $1 AND seq = 4").bind(tenant).bind(purser_core::Timestamp::from_micros(1))).await;
        assert_eq!(first_bad(&owner).await.0, 4);
        tamper(&app, sql("UPDATE audit_log SET after = $2 WHERE tenant_id = $1 AND seq = 3").bind(tenant).bind("{}")).await;
        assert_eq!(first_bad(&owner).await.0, 3);
        tamper(&app, sql("UPDATE audit_log SET prev_hash = $2 WHERE tenant_id = $1 AND seq = 2").bind(tenant).bind(vec![7_u8; 32])).await;
        assert_eq!(first_bad(&owner).await.0, 2);
        tamper(&app, sql("UPDATE audit_log SET hash = $2 WHERE tenant_id = $1 AND seq = 1").bind(tenant).bind(vec![7_u8; 32])).await;
        assert_eq!(first_bad(&owner).await.0, 1);
    }

    async fn a_line_taken_out_is_missed(app) {
        let (owner, tenant) = filled(&app).await;
        tamper(&app, sql("DELETE FROM audit_log WHERE tenant_id = $1 AND seq = 4").bind(tenant)).await;
        let (seq, reason) = first_bad(&owner).await;
        assert_eq!(seq, 4);
        assert!(reason.contains("missing"), "{reason}");
    }

    async fn closing_the_gap_does_not_hide_it(app) {
        let (owner, tenant) = filled(&app).await;
        tamper(&app, sql("DELETE FROM audit_log WHERE tenant_id = $1 AND seq = 4").bind(tenant)).await;
        tamper(&app, sql("UPDATE audit_log SET seq = 4 WHERE tenant_id = $1 AND seq = 5").bind(tenant)).await;
        assert_eq!(first_bad(&owner).await.0, 4);
    }

    async fn the_last_line_taken_off_is_missed(app) {
        let (owner, tenant) = filled(&app).await;
        let last = owner.get("/audit").await.ok().data()[0]["seq"].as_i64().unwrap();
        tamper(&app, sql("DELETE FROM audit_log WHERE tenant_id = $1 AND seq = $2").bind(tenant).bind(last)).await;
        let (seq, reason) = first_bad(&owner).await;
        assert_eq!(seq, last);
        assert!(reason.contains("ends"), "{reason}");
    }

    async fn two_lines_that_changed_places(app) {
        let (owner, tenant) = filled(&app).await;
        for (from, to) in [(4_i64, -1_i64), (5, 4), (-1, 5)] {
            tamper(&app, sql("UPDATE audit_log SET seq = $2 WHERE tenant_id = $1 AND seq = $3").bind(tenant).bind(to).bind(from)).await;
        }
        assert_eq!(first_bad(&owner).await.0, 4);
    }

    async fn the_table_itself_refuses(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        for text in ["UPDATE audit_log SET reason = 'x' WHERE tenant_id = $1", "DELETE FROM audit_log WHERE tenant_id = $1"] {
            let refused = app.app.db.transact(tenant, async |tx| tx.run(sql(text).bind(tenant)).await.map_err(Error::from)).await;
            assert!(refused.is_err());
        }
        assert_eq!(owner.get("/audit/verify").await.ok().data()["intact"], true);
        let _ = owner.post("/audit/verify", json!({})).await.is(405);
    }
}
