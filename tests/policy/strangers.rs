//! The owner of another tenant, holding every permission there, tries this tenant's ids in every operation: nothing is seen, nothing changes.

use std::collections::BTreeMap;

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::both;

use super::whole::PUBLIC;
use crate::api::{World, operations, samples};

both! {
    async fn another_tenants_owner_sees_and_changes_nothing(app) {
        let world = World::new(app).await;
        let stranger = world.app.stranger(Role::Owner).await;
        let before = world.app.db_dump(world.tenant).await;
        for (table, rows) in &before {
            let filled = ["users", "products", "orders", "payments", "refunds", "ledger_entries", "files", "saved_views", "audit_log", "sessions"];
            assert!(!filled.contains(&table.as_str()) || !rows.is_empty(), "the world holds no {table}");
        }
        let operations: BTreeMap<String, _> = operations().1.into_iter().map(|operation| (operation.id.clone(), operation)).collect();
        for sample in samples() {
            let Some(operation) = operations.get(sample.operation) else { continue };
            // Their own session and password: no id of ours is in it, and the first ends their session.
            if PUBLIC.contains(&sample.operation) || sample.endless || ["logout", "changePassword"].contains(&sample.operation) { continue; }
            let reply = world.call(&stranger, &sample, &operation.method).await;
            let status = reply.status.as_u16();
            if operation.names_a_thing() {
                assert_eq!(status, 404, "{} on another tenant's thing: {}", operation.id, reply.text());
            } else {
                // The keys of the installation are its first business's to change.
                let theirs = status == 403 && operation.id == "rotateSealKey";
                assert!(status < 500 && status != 401 && (status != 403 || theirs), "{}: {status} {}", operation.id, reply.text());
            }
            let sent = world.fill(&format!("{}{:?}", sample.path, sample.body));
            for (name, id) in &world.ids {
                let shown = reply.text().contains(id.as_str());
                assert!(!shown || sent.contains(id.as_str()), "{} shows another tenant's {name}: {}", operation.id, reply.text());
            }
        }
        assert_same(&before, &world.app.db_dump(world.tenant).await);
    }

    async fn filters_with_another_tenants_ids_find_nothing(app) {
        let world = World::new(app).await;
        let stranger = world.app.stranger(Role::Owner).await;
        for operation in operations().1.iter().filter(|operation| operation.method == Method::GET && !operation.names_a_thing()) {
            for (name, _) in operation.query.iter().filter(|(name, _)| name.ends_with("Id")) {
                for (thing, id) in &world.ids {
                    let reply = stranger.get(&format!("{}?{name}={id}", operation.path)).await;
                    assert!(reply.status.as_u16() < 500, "{} {name}={thing}: {}", operation.id, reply.text());
                    if reply.status.is_success() && operation.is_paged() {
                        assert_eq!(reply.data().as_array().map(Vec::len), Some(0), "{} {name}={thing}: {}", operation.id, reply.text());
                    }
                }
            }
        }
    }
}

fn assert_same(before: &purser_testkit::Dump, after: &purser_testkit::Dump) {
    for (table, rows) in before {
        let now = &after[table];
        let gone: Vec<_> = rows.iter().filter(|row| !now.contains(row)).collect();
        let come: Vec<_> = now.iter().filter(|row| !rows.contains(row)).collect();
        assert!(gone.is_empty() && come.is_empty(), "{table} changed\nbefore: {gone:#?}\nafter: {come:#?}");
    }
}
