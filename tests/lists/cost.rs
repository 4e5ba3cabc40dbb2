//! No N+1: reading costs the same number of statements whether there is one row or fifty.

use std::collections::BTreeMap;

use purser_testkit::both;

use super::{join, readable};
use crate::api::World;

/// Statements each reading takes, once everything that is remembered is remembered.
async fn costs(world: &World) -> BTreeMap<String, (u64, usize)> {
    let mut costs = BTreeMap::new();
    for (operation, path) in readable() {
        let whole = operation.query.iter().any(|(name, _)| name == "limit");
        let limit = if operation.id == "search" { 20 } else { 100 };
        let path = if whole { join(&world.fill(path), &format!("limit={limit}")) } else { world.fill(path) };
        // The least of a few readings: what is remembered has to be read once, and on PostgreSQL the news of a change may come a moment later
        // and have it read again.
        let (mut least, mut rows) = (u64::MAX, 0);
        for _ in 0..5 {
            let before = world.app.app.db.statements();
            let reply = world.owner.get(&path).await.ok();
            least = least.min(world.app.app.db.statements() - before);
            rows = reply.data().as_array().map_or(1, Vec::len);
        }
        costs.insert(operation.id, (least, rows));
    }
    costs
}

both! {
    async fn reading_costs_the_same_for_one_row_and_for_fifty(app) {
        let world = World::new(app).await;
        let before = costs(&world).await;
        world.grow(50).await;
        let after = costs(&world).await;
        let mut grown = 0;
        for (operation, (statements, rows)) in &after {
            let (few, had) = before[operation];
            assert_eq!(few, *statements, "{operation}: {few} statements for {had} rows, {statements} for {rows}");
            // What is held about somebody lies in as many tables.
            let most = if operation.ends_with("PersonalData") { 30 } else { 12 };
            assert!(*statements <= most, "{operation} takes {statements} statements");
            grown += usize::from(*rows >= had + 15);
        }
        assert!(grown >= 10, "only {grown} lists grew: {after:?}");
    }
}
