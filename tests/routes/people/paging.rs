//! GET /users: pages. Nobody is met twice, nobody is lost, also while others are being added.

use std::collections::HashSet;

use purser_core::access::Role;
use purser_testkit::{Caller, TestApp, both};

use super::invited;

async fn crowd(app: &TestApp, count: usize) {
    let tenant = app.tenant().await;
    for place in 0..count {
        // Many share an instant, so that ties are met.
        if place % 7 == 0 {
            app.advance(1);
        }
        let _ = app.db_user(tenant, Role::User, &format!("Person{:03}", place % 50)).await;
    }
}

async fn walk(by: &Caller, sort: &str, limit: u32, mut between: impl AsyncFnMut()) -> Vec<String> {
    let mut path = format!("/users?role=user&limit={limit}&sort={sort}");
    let mut seen = Vec::new();
    loop {
        let reply = by.get(&path).await.ok();
        seen.extend(reply.data().as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        let meta = reply.meta();
        let Some(cursor) = meta["nextCursor"].as_str() else {
            assert_eq!(meta["hasMore"], false);
            return seen;
        };
        assert_eq!(meta["hasMore"], true);
        path = format!("/users?role=user&limit={limit}&sort={sort}&cursor={cursor}");
        between().await;
    }
}

both! {
    async fn numbered_pages(app) {
        crowd(&app, 150).await;
        let owner = app.owner().await;
        let mut seen = HashSet::new();
        for page in 1..=8 {
            let reply = owner.get(&format!("/users?role=user&limit=20&page={page}")).await.ok();
            let meta = reply.meta();
            assert_eq!((meta["page"].as_u64(), meta["total"].as_u64(), meta["totalPages"].as_u64()), (Some(page), Some(150), Some(8)));
            assert_eq!((meta["hasNext"].as_bool(), meta["hasPrev"].as_bool()), (Some(page < 8), Some(page > 1)));
            for row in reply.data().as_array().unwrap() { assert!(seen.insert(row["id"].clone()), "met twice"); }
        }
        assert_eq!(seen.len(), 150);
        let beyond = owner.get("/users?role=user&limit=20&page=9").await.ok();
        assert_eq!(beyond.data().as_array().unwrap().len(), 0);
        assert_eq!(beyond.meta()["total"], 150);
    }

    async fn cursors_meet_everybody_once_in_every_order(app) {
        crowd(&app, 150).await;
        let owner = app.owner().await;
        for sort in ["-createdAt", "createdAt", "name", "-name", "email", "-email", "lastLoginAt", "-lastLoginAt"] {
            let seen = walk(&owner, sort, 13, async || ()).await;
            assert_eq!(seen.len(), 150, "{sort}");
            assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 150, "{sort}");
        }
    }

    async fn cursors_hold_while_others_are_added(app) {
        crowd(&app, 150).await;
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        let before: HashSet<String> = walk(&owner, "createdAt", 100, async || ()).await.into_iter().collect();
        for sort in ["-createdAt", "name"] {
            let seen = walk(&owner, sort, 20, async || { let _ = app.db_user(tenant, Role::User, "Newcomer").await; }).await;
            let set: HashSet<String> = seen.iter().cloned().collect();
            assert_eq!(set.len(), seen.len(), "{sort}: met twice");
            assert!(before.is_subset(&set), "{sort}: lost");
        }
    }

    async fn pages_that_make_no_sense(app) {
        let owner = app.owner().await;
        let _ = invited(&owner, "Ada", "user").await;
        for (query, field) in [("page=0", "page"), ("limit=0", "limit"), ("limit=101", "limit"), ("limit=-1", "limit"), ("limit=abc", "limit"), ("cursor=nonsense", "cursor"), ("page=99999999999999999999", "page")] {
            let reply = owner.get(&format!("/users?{query}")).await.problem(400, "invalid");
            assert_eq!(reply.json()["errors"][0]["field"], field, "{query}: {}", reply.text());
        }
        let cursor = owner.get("/users?limit=1&sort=name").await.ok().meta()["nextCursor"].as_str().unwrap().to_owned();
        let _ = owner.get(&format!("/users?limit=1&sort=email&cursor={cursor}")).await.problem(400, "invalid").complains("cursor", "other_sort");
        let _ = owner.get(&format!("/users?limit=1&sort=name&page=2&cursor={cursor}")).await.problem(400, "invalid").complains("page", "with_cursor");
    }
}
