//! The owner of another tenant, holding every permission there, tries this tenant's ids in every operation: nothing is seen, nothing changes.
//! The owner of the home, who looks after every tenant, sees no more of what is in them.

use std::collections::BTreeMap;

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{Caller, both};

use super::whole::PUBLIC;
use crate::api::{Operation, World, operations, samples};

/// What is done to a tenant as a whole.
fn is_of_tenants(operation: &Operation) -> bool {
    operation.permission.as_deref() == Some("manage:tenant")
}

/// Try every operation with the ids of the world; `keeper`: they may look after tenants.
async fn try_everything(world: &World, stranger: &Caller, keeper: bool) {
    let before = world.app.db_dump(world.tenant).await;
    for (table, rows) in &before {
        let filled = ["users", "products", "orders", "payments", "refunds", "ledger_entries", "files", "saved_views", "audit_log", "sessions"];
        assert!(!filled.contains(&table.as_str()) || !rows.is_empty(), "the world holds no {table}");
    }
    let operations: BTreeMap<String, _> = operations().1.into_iter().map(|operation| (operation.id.clone(), operation)).collect();
    for sample in samples() {
        let Some(operation) = operations.get(sample.operation) else { continue };
        // Their own session and password: no id of ours is in it, and the first ends their session.
        if PUBLIC.contains(&sample.operation) || sample.endless || ["logout", "changePassword"].contains(&sample.operation) {
            continue;
        }
        // Whole tenants and the keys of the installation are the keeper's business; what is in a tenant is not.
        if keeper && (is_of_tenants(operation) || ["exportTenant", "rotateSealKey"].contains(&sample.operation)) {
            continue;
        }
        let reply = world.call(stranger, &sample, &operation.method).await;
        let status = reply.status.as_u16();
        if is_of_tenants(operation) {
            let _ = reply.problem(403, "forbidden");
            continue;
        }
        if operation.names_a_thing() {
            assert_eq!(status, 404, "{} on another tenant's thing: {}", operation.id, reply.text());
        } else {
            // The keys of the installation are its home's to change.
            let theirs = status == 403 && operation.id == "rotateSealKey" && !keeper;
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

both! {
    async fn another_tenants_owner_sees_and_changes_nothing(app) {
        let world = World::new(app).await;
        let stranger = world.app.stranger(Role::Owner).await;
        try_everything(&world, &stranger, false).await;
    }

    async fn whoever_looks_after_tenants_sees_nothing_in_them(app) {
        let world = World::new(app).await;
        let home = world.app.db_tenant("Keeper").await;
        world.app.db_move_home(home).await;
        let kim = world.app.db_user(home, Role::Owner, "Kim").await;
        let keeper = world.app.sign_in(&kim.email).await;
        let _ = keeper.get(&format!("/tenants/{}", world.tenant)).await.ok();
        try_everything(&world, &keeper, true).await;
    }

    async fn words_counts_and_cursors_of_another_tenant_find_nothing(app) {
        let world = World::new(app).await;
        let stranger = world.app.stranger(Role::Owner).await;
        for operation in operations().1.iter().filter(|operation| operation.is_paged() && !operation.names_a_thing() && !is_of_tenants(operation)) {
            for word in ["Wilma", "World", "lantern", "WORLD-1", "world.example", "note.pdf", "people.csv"] {
                let reply = stranger.get(&format!("{}?search={word}", operation.path)).await;
                assert!(reply.status.as_u16() < 500, "{} {word}: {}", operation.id, reply.text());
                if reply.status.is_success() {
                    assert_eq!(reply.data().as_array().map(Vec::len), Some(0), "{} {word}: {}", operation.id, reply.text());
                    assert!(reply.meta()["total"].as_i64().unwrap_or(0) == 0, "{} counts another tenant's {word}: {}", operation.id, reply.text());
                }
            }
            let ours = world.owner.get(&format!("{}?limit=1", operation.path)).await.ok();
            let Some(cursor) = ours.meta()["nextCursor"].as_str().map(str::to_owned) else { continue };
            let reply = stranger.get(&format!("{}?limit=100&cursor={cursor}", operation.path)).await;
            assert!(reply.status.as_u16() < 500, "{}: {}", operation.id, reply.text());
            for (name, id) in &world.ids {
                assert!(!reply.text().contains(id.as_str()), "{} shows another tenant's {name} to a cursor: {}", operation.id, reply.text());
            }
        }
        for word in ["Wilma", "lantern", "WORLD-1"] {
            assert_eq!(stranger.get(&format!("/search?q={word}")).await.ok().data().as_array().map(Vec::len), Some(0), "{word}");
        }
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
