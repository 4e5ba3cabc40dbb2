//! How much work there is.

use purser_service::jobs::When;
use purser_testkit::both;

use super::{Trial, put};

both! {
    async fn it_counts_by_queue_and_state(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        app.db_job(tenant, true).await;
        put(&app, &Trial { fails: 0, never: false }, When::default()).await.unwrap();
        app.advance(90_000_000);
        let stats = owner.get("/jobs/stats").await.ok().data();
        assert_eq!((&stats["pending"], &stats["running"], &stats["dead"]), (&1.into(), &0.into(), &1.into()), "{stats}");
        assert_eq!(stats["behindS"], 90, "{stats}");
        assert_eq!(stats["queues"][0]["queue"], "test");
        assert_eq!(app.stranger(purser_core::Role::Owner).await.get("/jobs/stats").await.ok().data()["dead"], 0);
    }
}
