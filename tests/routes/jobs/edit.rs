//! POST /jobs/{id}/edit: what can never be done as it was put in.

use purser_core::access::Role;
use purser_service::jobs::{self, When};
use purser_testkit::{both, json};

use super::{Trial, job, put, trials};

both! {
    async fn it_is_changed_tried_again_and_written_down(app) {
        let owner = app.owner().await;
        let id = put(&app, &Trial { fails: 0, never: true }, When::default()).await.unwrap();
        let path = format!("/jobs/{id}/edit");
        let good = json!({ "data": { "fails": 0, "never": false }, "reason": "it was put in wrong", "retry": true });
        let _ = owner.post(&path, good.clone()).await.problem(409, "already_queued");
        jobs::run_due(&app.app).await.unwrap();
        for (data, field) in [(json!({}), "data"), (json!({ "fails": "x", "never": false }), "data"), (json!({ "fails": 0, "never": false, "more": 1 }), "data")] {
            let _ = owner.post(&path, json!({ "data": data, "reason": "x" })).await.problem(400, "invalid").complains(field, "not_valid");
        }
        let _ = owner.post(&path, json!({ "data": { "fails": 0, "never": false }, "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
        assert_eq!(job(&app, id).await["data"]["never"], true);
        let kept = owner.post(&path, json!({ "data": { "fails": 7, "never": true }, "reason": "not yet" })).await.ok().data();
        assert_eq!((kept["state"].as_str(), kept["data"]["fails"].as_i64()), (Some("dead"), Some(7)));
        assert_eq!(owner.get("/jobs?search=7").await.ok().meta()["total"], 1, "it is found by its new words");
        let again = owner.post(&path, good).await.ok().data();
        assert_eq!((again["state"].as_str(), again["retries"].as_i64(), again["retriedBy"].as_str()), (Some("pending"), Some(1), owner.id.as_deref()));
        jobs::run_due(&app.app).await.unwrap();
        assert_eq!(job(&app, id).await["state"], "done");
        assert_eq!(trials(&app).await, 1);
        let lines = owner.get("/audit?action=job.edit").await.ok().data();
        assert_eq!(lines.as_array().map(Vec::len), Some(2));
        assert_eq!((lines[0]["reason"].as_str(), lines[0]["before"]["fails"].as_i64(), lines[0]["after"]["never"].as_bool()), (Some("it was put in wrong"), Some(7), Some(false)));
        let _ = owner.post(&path, json!({ "data": {}, "reason": "x" })).await.problem(409, "already_done");
        let _ = app.caller(Role::Auditor).await.post(&path, json!({ "data": {}, "reason": "x" })).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&path, json!({ "data": {}, "reason": "x" })).await.problem(404, "not_found");
    }
}
