//! Lines of what nobody changed: who looked at what is kept sealed about a person, and that the tables were brought up to date.

use purser_core::access::Role;
use purser_service::{access, audit};
use purser_store::migrate::Moved;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

async fn lines(owner: &Caller, action: &str) -> Vec<Value> {
    owner.get(&format!("/audit?action={action}")).await.ok().data().as_array().unwrap().clone()
}

both! {
    async fn who_looked_at_sealed_particulars_is_in_the_log(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let sealed = json!({ "email": "gerda@people.example", "firstName": "Gerda", "lastName": "Holm", "role": "user", "phone": "+47 55 51 23 45" });
        let gerda = owner.post("/users", sealed).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let looked = async || {
            access::watch::settle(&app.app, None).await.unwrap();
            lines(&owner, "user.view").await
        };
        let _ = support.get(&format!("/users/{}", owner.id.clone().unwrap())).await.ok();
        assert!(looked().await.is_empty(), "nothing sealed was shown");
        for _ in 0..3 {
            let _ = support.from("192.0.2.4").get(&format!("/users/{gerda}")).await.ok();
        }
        let found = looked().await;
        assert_eq!(found.len(), 1, "once an hour: {found:?}");
        assert_eq!((found[0]["subject"]["id"].as_str(), found[0]["ip"].as_str()), (Some(gerda.as_str()), Some("192.0.2.4")), "{found:?}");
        assert!(found[0].to_string().contains(support.id.as_deref().unwrap()) && !found[0].to_string().contains("55 51"), "{found:?}");
        let _ = owner.get(&format!("/users/{gerda}")).await.ok();
        assert_eq!(looked().await.len(), 2, "somebody else");
        assert_eq!(owner.get("/audit/verify").await.ok().data()["intact"], true);
    }

    async fn a_change_of_the_tables_is_in_the_log_of_the_home(app) {
        let owner = app.owner().await;
        let other = app.stranger(Role::Owner).await;
        audit::tables_moved(&app.app, &Moved::default()).await.unwrap();
        audit::tables_moved(&app.app, &Moved { from: 40, applied: Vec::new() }).await.unwrap();
        assert!(lines(&owner, "system.schema").await.is_empty(), "nothing was changed");
        audit::tables_moved(&app.app, &Moved { from: 39, applied: vec![40, 41] }).await.unwrap();
        let found = lines(&owner, "system.schema").await;
        assert_eq!(found.len(), 1);
        let id = found[0]["id"].as_str().unwrap();
        let line = owner.get(&format!("/audit/{id}")).await.ok().data();
        assert_eq!((&line["before"]["version"], &line["after"]["applied"]), (&json!(39), &json!([40, 41])), "{line}");
        assert!(lines(&other, "system.schema").await.is_empty());
        // What this database came from: nothing, by every version there is.
        let moved = app.app.db.moved();
        assert!(moved.applied.is_empty() || moved.from == 0, "{moved:?}");
    }
}
