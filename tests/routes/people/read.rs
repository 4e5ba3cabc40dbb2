//! GET /users/{id}

use purser_core::access::Role;
use purser_testkit::both;

use super::{id, invited};

both! {
    async fn absent_foreign_and_malformed(app) {
        let owner = app.owner().await;
        let ada = invited(&owner, "Ada", "user").await;
        let path = format!("/users/{}", id(&ada));
        assert_eq!(owner.get(&path).await.ok().data(), ada);
        let _ = app.stranger(Role::Owner).await.get(&path).await.problem(404, "not_found");
        let _ = owner.get("/users/0192f0c1-0000-7000-8000-000000000000").await.problem(404, "not_found");
        let _ = owner.get("/users/12").await.problem(400, "invalid").complains("id", "not_an_id");
        let _ = app.caller(Role::User).await.get(&path).await.problem(403, "forbidden");
    }
}
