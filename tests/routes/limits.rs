//! Costly things: how often one person may ask for them.

use purser_core::access::Role;
use purser_testkit::both;

both! {
    async fn costly_things_are_counted_by_person(app) {
        let (owner, admin) = (app.owner().await, app.caller(Role::Admin).await);
        for _ in 0..30 {
            let _ = owner.get("/users/export").await.ok();
        }
        for path in ["/users/export", "/orders/export", "/audit/export"] {
            let refused = owner.get(path).await.problem(429, "rate_limited");
            assert!(refused.header("retry-after").is_some());
        }
        let _ = admin.get("/users/export").await.ok();
        for _ in 0..300 {
            let _ = admin.get("/search?q=a").await.ok();
        }
        let _ = admin.get("/search?q=a").await.problem(429, "rate_limited");
        app.advance(60_000_000);
        let _ = owner.get("/users/export").await.ok();
        let _ = admin.get("/search?q=a").await.ok();
    }
}
