//! One piece of work.

use purser_core::access::Role;
use purser_testkit::both;

both! {
    async fn it_tells_what_is_to_be_done_and_how_it_stands(app) {
        let id = app.db_job(app.tenant().await, true).await;
        let developer = app.caller(Role::Developer).await;
        let job = developer.get(&format!("/jobs/{id}")).await.ok().data();
        assert_eq!((&job["kind"], &job["state"], &job["priority"]), (&"test.nothing".into(), &"dead".into(), &"critical".into()), "{job}");
        assert_eq!((&job["data"], &job["attempts"], &job["maxAttempts"]), (&serde_json::json!({}), &1.into(), &3.into()), "{job}");
        assert_eq!(job["lastError"], "Nobody does this.");
        let _ = app.caller(Role::Support).await.get(&format!("/jobs/{id}")).await.problem(403, "forbidden");
        let _ = developer.get("/jobs/00000000-0000-7000-8000-000000000000").await.problem(404, "not_found");
    }
}
