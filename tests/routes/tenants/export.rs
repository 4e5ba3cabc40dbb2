//! GET /tenants/{id}/export

use std::collections::BTreeMap;

use purser_core::access::Role;
use purser_testkit::{both, json};
use serde_json::Value;

use super::another;
use crate::api::World;

/// Files of a tar archive by name, its end checked.
fn read(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.iter().copied().take_while(|byte| *byte != 0).collect()).unwrap();
    let (mut files, mut rest) = (BTreeMap::new(), archive);
    while rest[..512].iter().any(|byte| *byte != 0) {
        let size = usize::from_str_radix(text(&rest[124..136]).trim(), 8).unwrap();
        let sum = u32::from_str_radix(text(&rest[148..155]).trim(), 8).unwrap();
        let summed: u32 = rest[..512].iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
        assert_eq!(sum, summed);
        assert!(files.insert(text(&rest[..100]), rest[512..512 + size].to_vec()).is_none());
        rest = &rest[512 + size.div_ceil(512) * 512..];
    }
    assert_eq!(rest.len(), 1_024, "two blocks of nothing end it");
    files
}

fn lines(files: &BTreeMap<String, Vec<u8>>, table: &str) -> Vec<Value> {
    let bytes = &files[&format!("tables/{table}/000001.ndjson")];
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_slice(line).unwrap()).collect()
}

both! {
    async fn everything_of_the_tenant_is_in_it_and_no_secret(app) {
        let world = World::new(app).await;
        let reply = world.owner.get(&format!("/tenants/{}/export", world.tenant)).await.is(200);
        assert_eq!(reply.header("content-type"), Some("application/x-tar"));
        assert!(reply.header("content-disposition").unwrap().contains("harbour-supplies-"));
        let files = read(&reply.body);
        let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        assert_eq!((&manifest["format"], &manifest["tenant"]["slug"]), (&json!("purser-tenant"), &json!("harbour-supplies")));
        let complete: Value = serde_json::from_slice(&files["complete.json"]).unwrap();
        let dump = world.app.db_dump(world.tenant).await;
        for table in manifest["tables"].as_array().unwrap().iter().filter_map(Value::as_str) {
            let rows = lines(&files, table);
            assert_eq!(complete["rows"][table], rows.len(), "{table}");
            let owner = if table == "tenants" { "id" } else { "tenant_id" };
            assert!(rows.iter().all(|row| row[owner] == world.tenant.to_string()), "{table} holds rows of somebody else");
            // The log took two lines of its own meanwhile.
            if let Some(stored) = dump.get(table).filter(|_| !["audit_log", "events"].contains(&table)) {
                assert_eq!(rows.len(), stored.len(), "{table}");
            }
        }
        let user = lines(&files, "users").into_iter().find(|user| user["id"] == world.ids["user"].as_str()).unwrap();
        assert_eq!((&user["email"], &user["email_verified"], user.get("password_hash")), (&json!("user@world.example"), &json!(false), None));
        assert!(purser_core::Timestamp::parse(user["created_at"].as_str().unwrap()).is_some(), "{user}");
        assert!(lines(&files, "tenants")[0]["settings"].is_object());
        assert!(lines(&files, "orders")[0]["total"].is_i64());
        // What is stored sealed is readable in it: it is the tenant's own.
        assert_eq!(lines(&files, "orders")[0]["address"]["city"], "Bergen");
        assert_eq!(lines(&files, "audit_log")[0]["hash"].as_str().unwrap().len(), 64);
        assert_eq!(files[&format!("files/{}", world.ids["file"])], b"%PDF-1.4 brass");
        assert_eq!(complete["files"], files.keys().filter(|name| name.starts_with("files/")).count());
        let whole = String::from_utf8_lossy(&reply.body);
        assert!(!whole.contains("$argon2id$"), "a hash of a password is in it");
        assert_eq!(world.owner.get("/audit?action=tenant.export").await.ok().meta()["total"], 1);
    }

    async fn whoever_may(app) {
        let owner = app.owner().await;
        let (tenant, _, elsa) = another(&app).await;
        let home = app.tenant().await;
        let _ = elsa.get(&format!("/tenants/{tenant}/export")).await.is(200);
        let _ = elsa.get(&format!("/tenants/{home}/export")).await.problem(404, "not_found");
        let _ = app.caller(Role::Admin).await.get(&format!("/tenants/{home}/export")).await.problem(403, "forbidden");
        // A browser asks for it compressed.
        let small = owner.with("accept-encoding", "gzip").get(&format!("/tenants/{tenant}/export")).await.is(200);
        assert_eq!((small.header("content-encoding"), &small.body[..2]), (Some("gzip"), &[0x1f, 0x8b][..]));
        assert_eq!(elsa.get("/audit?action=tenant.export").await.ok().meta()["total"], 2, "what the home took out stands in their log");
        // It takes a second factor, proved lately, of whoever has one.
        let _ = crate::routes::identity::factors::enrol(&app, &owner).await;
        app.advance(11 * 60 * 1_000_000);
        let _ = owner.get(&format!("/tenants/{tenant}/export")).await.problem(403, "step_up_required");
    }
}
