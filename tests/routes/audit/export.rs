//! GET /audit/export

use purser_core::access::Role;
use purser_testkit::both;
use serde_json::Value;

both! {
    async fn one_document_a_line_oldest_first(app) {
        let owner = app.owner().await;
        let reply = owner.get("/audit/export").await.ok();
        assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
        let lines: Vec<Value> = reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (place, line) in lines.iter().enumerate() {
            assert_eq!(line["seq"].as_u64(), Some(u64::try_from(place).unwrap() + 1));
            if place > 0 {
                assert_eq!(line["prevHash"], lines[place - 1]["hash"]);
            }
        }
        assert_eq!(lines.last().unwrap()["action"], "audit.export");
        let _ = app.caller(Role::Developer).await.get("/audit/export").await.problem(403, "forbidden");
    }
}
