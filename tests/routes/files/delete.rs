//! DELETE /files/{id}

use purser_core::access::Role;
use purser_testkit::both;

use super::upload;

both! {
    async fn gone_for_everybody_and_noted(app) {
        let owner = app.owner().await;
        let id = upload(&owner, "a.txt", b"x").await.is(201).data()["id"].as_str().unwrap().to_owned();
        let path = format!("/files/{id}");
        let _ = app.caller(Role::Support).await.delete(&path).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.delete(&path).await.problem(404, "not_found");
        let _ = owner.delete(&path).await.is(204);
        let _ = owner.delete(&path).await.problem(404, "not_found");
        let _ = owner.get(&path).await.problem(404, "not_found");
        let _ = owner.get(&format!("{path}/download")).await.problem(404, "not_found");
        assert_eq!(owner.get("/files").await.ok().meta()["total"], 0);
        let line = owner.get("/audit?action=file.delete").await.ok().data()[0].clone();
        assert_eq!((line["subject"]["label"].as_str(), line["before"]["size"].as_i64()), (Some("a.txt"), Some(1)));
    }
}
