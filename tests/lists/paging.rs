//! Pages by number and pages by cursor hold the same rows in the same order, and nobody who was there is lost or met twice while others come.

use std::collections::HashSet;

use axum::http::StatusCode;
use purser_testkit::both;
use serde_json::Value;

use super::{join, readable};
use crate::api::{Operation, World};

/// Every sort any list knows; a list refuses those it does not.
const SORTS: [&str; 26] = [
    "createdAt",
    "name",
    "email",
    "lastLoginAt",
    "sku",
    "price",
    "stock",
    "number",
    "total",
    "amount",
    "at",
    "runAt",
    "receivedAt",
    "code",
    "requestedAt",
    "openedAt",
    "endsAt",
    "madeAt",
    "foundAt",
    "expiresAt",
    "lastFailureAt",
    "lockedUntil",
    "updatedAt",
    "seq",
    "balance",
    "dueAt",
];

fn paged() -> Vec<(Operation, &'static str)> {
    readable().into_iter().filter(|(operation, _)| operation.is_paged()).collect()
}

fn has(operation: &Operation, name: &str) -> bool {
    operation.query.iter().any(|(known, _)| known == name)
}

/// What tells rows apart: their id, or, for lines of a file, all of them.
fn ids(data: &Value) -> Vec<String> {
    data.as_array().unwrap().iter().map(|row| row["id"].as_str().map_or_else(|| row.to_string(), str::to_owned)).collect()
}

/// Ways to sort `operation`, as queries.
async fn sorts(world: &World, operation: &Operation, path: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    if !has(operation, "sort") {
        return found;
    }
    for sort in SORTS {
        let status = world.owner.get(&join(path, &format!("limit=1&sort={sort}"))).await.status;
        assert!([StatusCode::OK, StatusCode::BAD_REQUEST].contains(&status), "{} sort={sort}: {status}", operation.id);
        if status == StatusCode::OK {
            found.extend([format!("&sort={sort}"), format!("&sort=-{sort}")]);
        }
    }
    assert!(found.len() > 1, "{} can not be sorted by anything", operation.id);
    found
}

async fn by_cursor(world: &World, path: &str, query: &str, mut between: impl AsyncFnMut()) -> Vec<String> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let reply = world.owner.get(&join(path, &format!("{query}{cursor}"))).await.ok();
        rows.extend(ids(&reply.data()));
        let meta = reply.meta();
        assert_eq!(meta["hasMore"], meta["nextCursor"].is_string(), "{path} {query}: {meta}");
        assert!(rows.len() < 5_000, "{path} {query} does not end");
        let Some(next) = meta["nextCursor"].as_str() else { return rows };
        cursor = format!("&cursor={next}");
        between().await;
    }
}

async fn by_number(world: &World, path: &str, query: &str) -> Vec<String> {
    let mut rows = Vec::new();
    for page in 1.. {
        let reply = world.owner.get(&join(path, &format!("{query}&page={page}"))).await.ok();
        let (part, meta) = (ids(&reply.data()), reply.meta());
        rows.extend(part);
        assert_eq!(meta["page"], page, "{path} {query}: {meta}");
        assert_eq!(meta["hasPrev"], page > 1, "{path} {query}: {meta}");
        if meta["hasNext"] == false {
            let total = meta["total"].as_u64();
            assert!(meta["totalExact"] != true || total == Some(rows.len() as u64), "{path} {query}: {} rows, {meta}", rows.len());
            return rows;
        }
    }
    unreachable!("pages have an end")
}

fn once(rows: &[String], what: &str) -> HashSet<String> {
    let set: HashSet<String> = rows.iter().cloned().collect();
    assert_eq!(set.len(), rows.len(), "{what}: a row was met twice");
    set
}

both! {
    async fn numbers_and_cursors_give_the_same_rows(app) {
        let world = World::new(app).await;
        world.grow(25).await;
        for (operation, path) in paged() {
            let path = world.fill(path);
            for sort in sorts(&world, &operation, &path).await {
                let what = format!("{} {sort}", operation.id);
                let whole = by_cursor(&world, &path, &format!("limit=100{sort}"), async || ()).await;
                once(&whole, &what);
                for limit in [1, 7, 19] {
                    // A list of all things one by one only needs to be walked in its own order.
                    if limit == 1 && !sort.is_empty() { continue; }
                    assert_eq!(by_cursor(&world, &path, &format!("limit={limit}{sort}"), async || ()).await, whole, "{what} limit={limit} by cursor");
                }
                if has(&operation, "page") {
                    assert_eq!(by_number(&world, &path, &format!("limit=19{sort}")).await, whole, "{what} by number");
                }
                if let Some(other) = sort.strip_prefix("&sort=-") {
                    let mut turned = by_cursor(&world, &path, &format!("limit=100&sort={other}"), async || ()).await;
                    turned.reverse();
                    assert_eq!(turned, whole, "{what}: the other way round");
                }
            }
        }
    }

    async fn nobody_is_lost_while_others_come(app) {
        let world = World::new(app).await;
        world.grow(25).await;
        for (operation, path) in paged() {
            let path = world.fill(path);
            for sort in sorts(&world, &operation, &path).await {
                let what = format!("{} {sort}", operation.id);
                let before = once(&by_cursor(&world, &path, &format!("limit=100{sort}"), async || ()).await, &what);
                let mut left = 2;
                // In steps of a few rows; something of everything comes in between twice, before and behind the reader.
                let during = by_cursor(&world, &path, &format!("limit=17{sort}"), async || {
                    if left > 0 { left -= 1; world.grow(1).await; }
                }).await;
                let lost: Vec<_> = before.difference(&once(&during, &what)).cloned().collect();
                assert!(lost.is_empty(), "{what}: {} rows were lost", lost.len());
            }
        }
    }
}
