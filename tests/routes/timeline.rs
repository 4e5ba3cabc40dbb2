//! GET /users/{id}/timeline, /users/{id}/overview

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::files::upload;

both! {
    async fn the_story_of_a_person(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "role": "support", "password": "harbour lantern 42 brass" });
        let ada = owner.post("/users", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        app.advance(1_000);
        let signed_in = app.sign_in("ada@example.com").await;
        app.advance(1_000);
        let _ = upload(&signed_in, "note.txt", b"x").await.is(201);
        app.advance(1_000);
        let _ = owner.post(&format!("/users/{ada}/lock"), json!({ "reason": "lost phone" })).await.ok();
        let story = owner.get(&format!("/users/{ada}/timeline")).await.ok().data();
        let told: Vec<_> = story.as_array().unwrap().iter().map(|e| (e["kind"].as_str().unwrap(), e["title"].as_str().unwrap())).collect();
        assert_eq!(told, [("account", "Account locked"), ("file", "File note.txt attached"), ("session", "Signed in"), ("account", "Account made")]);
        assert_eq!((story[0]["detail"].as_str(), story[0]["actor"]["name"].as_str()), (Some("lost phone"), Some("Olive Owner")));
        let line = owner.get(&format!("/audit/{}", story[0]["auditId"].as_str().unwrap())).await.ok().data();
        assert_eq!(line["action"], "user.lock");
        let support = app.caller(Role::Support).await.get(&format!("/users/{ada}/timeline")).await.ok().data();
        assert!(support[0].get("auditId").is_none(), "who may not read the log gets no link into it");
        let mut seen = Vec::new();
        let mut path = format!("/users/{ada}/timeline?limit=1");
        loop {
            let reply = owner.get(&path).await.ok();
            seen.push(reply.data()[0]["id"].clone());
            let Some(cursor) = reply.meta()["nextCursor"].as_str().map(str::to_owned) else { break };
            path = format!("/users/{ada}/timeline?limit=1&cursor={cursor}");
        }
        assert_eq!(seen, story.as_array().unwrap().iter().map(|e| e["id"].clone()).collect::<Vec<_>>());
        let figures = owner.get(&format!("/users/{ada}/overview")).await.ok().data();
        assert_eq!(figures, json!({ "orders": 0, "spent": [], "refunded": [], "openSessions": 1 }));
    }

    async fn not_of_strangers(app) {
        let owner = app.owner().await;
        let me = owner.id.clone().unwrap();
        let stranger = app.stranger(Role::Owner).await;
        for path in [format!("/users/{me}/timeline"), format!("/users/{me}/overview"), format!("/orders/{me}/timeline")] {
            let _ = stranger.get(&path).await.problem(404, "not_found");
        }
        let cursor = owner.get("/users?limit=1&sort=name").await.ok().meta()["nextCursor"].as_str().map(str::to_owned);
        assert!(cursor.is_none());
        let _ = owner.get(&format!("/users/{me}/timeline?cursor=nonsense")).await.problem(400, "invalid").complains("cursor", "not_a_cursor");
        let _ = owner.get(&format!("/users/{me}/timeline?page=2")).await.problem(400, "invalid").complains("page", "unknown_field");
    }

    async fn a_fixed_number_of_statements(app) {
        let owner = app.owner().await;
        let path = format!("/users/{}/timeline", owner.id.clone().unwrap());
        let _ = owner.get(&path).await.ok();
        let before = app.app.db.statements();
        let _ = owner.get(&path).await.ok();
        // One a source, one to see whether the person is there; PostgreSQL names the tenant twice.
        assert!(app.app.db.statements() - before <= 9);
    }
}
