//! POST /users/bulk

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::{id, invited};

both! {
    async fn every_row_has_its_answer(app) {
        let owner = app.owner().await;
        let (ada, ben) = (invited(&owner, "Ada", "user").await, invited(&owner, "Ben", "user").await);
        let _ = owner.post(&format!("/users/{}/lock", id(&ben)), json!({ "reason": "before" })).await.ok();
        let missing = "0192f0c1-0000-7000-8000-000000000000";
        let ids = json!([id(&ada), id(&ben), missing, owner.id.clone().unwrap()]);
        let preview = owner.post("/users/bulk", json!({ "action": "lock", "ids": ids, "dryRun": true })).await.ok().data();
        assert_eq!(owner.get(&format!("/users/{}", id(&ada))).await.ok().data()["status"], "invited", "a preview changes nothing");
        let done = owner.post("/users/bulk", json!({ "action": "lock", "ids": ids, "reason": "fraud wave" })).await.ok().data();
        assert_eq!(preview, done, "what was shown is what was done");
        assert_eq!((done["changed"].clone(), done["unchanged"].clone(), done["failed"].clone()), (json!(1), json!(1), json!(2)));
        let row = |n: usize| (done["results"][n]["ok"].clone(), done["results"][n]["changed"].clone(), done["results"][n]["code"].clone());
        assert_eq!(row(0), (json!(true), json!(true), json!(null)));
        assert_eq!(row(1), (json!(true), json!(false), json!(null)));
        assert_eq!(row(2), (json!(false), json!(false), json!("not_found")));
        assert_eq!(row(3), (json!(false), json!(false), json!("own_account")));
        assert_eq!(owner.get(&format!("/users/{}", id(&ada))).await.ok().data()["lockReason"], "fraud wave");
        assert_eq!(owner.get("/audit?action=user.lock").await.ok().meta()["total"], 2);
    }

    async fn delete_and_restore_many_in_few_statements(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        let mut ids = Vec::new();
        for n in 0..40 { ids.push(app.db_user(tenant, Role::User, &format!("P{n}")).await.id.to_string()); }
        let done = owner.post("/users/bulk", json!({ "action": "delete", "ids": ids })).await.ok().data();
        assert_eq!(done["changed"], 40);
        assert_eq!(owner.get("/users?role=user").await.ok().meta()["total"], 0);
        let before = app.app.db.statements();
        assert_eq!(owner.post("/users/bulk", json!({ "action": "restore", "ids": ids })).await.ok().data()["changed"], 40);
        assert!(app.app.db.statements() - before < 60, "{}", app.app.db.statements() - before);
        assert_eq!(owner.get("/users?role=user").await.ok().meta()["total"], 40);
        assert_eq!(owner.get("/audit/verify").await.ok().data()["intact"], true);
    }

    async fn an_owner_always_stays(app) {
        let (owner, second) = (app.owner().await, app.caller(Role::Owner).await);
        let admin = app.caller(Role::Admin).await;
        let ids = json!([owner.id.clone().unwrap(), second.id.clone().unwrap()]);
        let tried = admin.post("/users/bulk", json!({ "action": "lock", "ids": ids, "reason": "coup" })).await.ok().data();
        assert_eq!(tried["failed"], 2);
        let third = app.caller(Role::Owner).await;
        let tried = third.post("/users/bulk", json!({ "action": "delete", "ids": ids })).await.ok().data();
        assert_eq!(tried["changed"], 2, "the caller is an owner who stays");
    }

    async fn requests_that_make_no_sense(app) {
        let owner = app.owner().await;
        let ada = id(&invited(&owner, "Ada", "user").await);
        let _ = owner.post("/users/bulk", json!({ "action": "lock", "ids": [] , "reason": "x" })).await.problem(400, "invalid").complains("ids", "required");
        let _ = owner.post("/users/bulk", json!({ "action": "lock", "ids": [ada] })).await.problem(400, "invalid").complains("reason", "required");
        let _ = owner.post("/users/bulk", json!({ "action": "lock", "ids": [ada, ada], "reason": "x" })).await.problem(400, "invalid").complains("ids", "duplicate");
        let many: Vec<String> = vec![ada.clone(); 501];
        let _ = owner.post("/users/bulk", json!({ "action": "delete", "ids": many })).await.problem(400, "invalid").complains("ids", "too_many");
        let _ = owner.post("/users/bulk", json!({ "action": "explode", "ids": [ada] })).await.problem(400, "invalid").complains("action", "unknown_choice");
        let _ = owner.post("/users/bulk", json!({ "action": "lock", "ids": ["7"], "reason": "x" })).await.problem(400, "invalid");
        let _ = app.caller(Role::Support).await.post("/users/bulk", json!({ "action": "delete", "ids": [ada] })).await.problem(403, "forbidden");
    }
}
