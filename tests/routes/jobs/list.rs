//! Seeing work.

use purser_core::access::Role;
use purser_testkit::both;

both! {
    async fn it_is_found_by_state_kind_and_words(app) {
        let (owner, tenant) = (app.owner().await, app.tenant().await);
        let (waiting, dead) = (app.db_job(tenant, false).await, app.db_job(tenant, true).await);
        let ids = async |query: &str| -> Vec<String> {
            let reply = owner.get(&format!("/jobs{query}")).await.ok();
            reply.data().as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids("").await, [dead.to_string(), waiting.to_string()]);
        assert_eq!(ids("?state=dead").await, [dead.to_string()]);
        assert_eq!(ids("?state=dead,pending&queue=test&kind=test.nothing").await.len(), 2);
        assert_eq!(ids("?search=NOBODY").await, [dead.to_string()]);
        assert!(ids("?search=%25").await.is_empty() && ids("?kind=other").await.is_empty());
        let _ = owner.get("/jobs?state=lost").await.problem(400, "invalid").complains("state", "not_valid");
    }

    async fn another_tenants_work_is_not_there(app) {
        let id = app.db_job(app.tenant().await, false).await;
        let stranger = app.stranger(Role::Owner).await;
        assert_eq!(stranger.get("/jobs").await.ok().meta()["total"], 0);
        for path in [format!("/jobs/{id}/retry"), format!("/jobs/{id}/cancel")] {
            let _ = stranger.post(&path, serde_json::json!({})).await.problem(404, "not_found");
        }
    }
}
