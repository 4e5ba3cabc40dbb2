//! Addresses nothing is handed over at: this installation is one others reach, so nothing inside is gone to.

use std::sync::Arc;

use axum::http::Method;
use purser_adapters::web::Outside;
use purser_testkit::{TestApp, both, json};

both! {
    async fn nothing_inside_is_gone_to(plain) {
        let app = TestApp::with_web(plain.database, Arc::new(Outside::new(false).unwrap())).await;
        let owner = app.owner().await;
        for bad in [
            "http://hooks.example/", "ftp://hooks.example/", "nonsense", "https://a:b@hooks.example/", "https://127.0.0.1/", "http://127.0.0.1/", "http://localhost/",
            "https://10.0.0.8/hook", "https://192.168.4.4/", "https://172.20.1.1/", "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/",
            "https://[::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://2130706433/", "https://0x7f.1/", "https://0/",
        ] {
            let _ = owner.post("/webhooks/endpoints", json!({ "url": bad })).await.problem(400, "invalid").complains("url", "not_gone_to");
        }
        let _ = owner.post("/webhooks/endpoints", json!({ "url": " " })).await.problem(400, "invalid").complains("url", "required");
        let _ = owner.post("/webhooks/endpoints", json!({})).await.problem(400, "invalid").complains("url", "required");
        for topic in ["session.*", "job.done", "order", "nonsense.*", "order.Paid", ""] {
            let body = json!({ "url": "https://hooks.example/", "topics": ["*", topic] });
            let _ = owner.post("/webhooks/endpoints", body).await.problem(400, "invalid").complains("topics[1]", "unknown_event");
        }
        let _ = owner.post("/webhooks/endpoints", json!({ "url": "https://hooks.example/", "topics": [] })).await.problem(400, "invalid").complains("topics", "out_of_range");
        assert_eq!(owner.get("/webhooks/endpoints").await.ok().meta()["total"], 0);
        // A name may be anything, so it is judged where it leads when the connection is made.
        let id = owner.post("/webhooks/endpoints", json!({ "url": "https://localhost:9/hook" })).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let sent = owner.call(Method::POST, &format!("/webhooks/endpoints/{id}/test"), None).await.ok().data();
        assert_eq!((sent["ok"].as_bool(), sent["attempt"]["error"].as_str()), (Some(false), Some("localhost leads to an address that is not gone to.")));
    }
}
