//! GET /users/export

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn formulas_are_disarmed_and_filters_honoured(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "calc@example.com", "firstName": "=HYPERLINK(\"http://evil\")", "lastName": "O, \"Q\"", "role": "user", "phone": "+49 30 1" });
        let _ = owner.post("/users", body).await.is(201);
        let reply = owner.get("/users/export?role=user").await.ok();
        assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8"));
        assert_eq!(reply.header("content-disposition"), Some("attachment; filename=\"people.csv\""));
        let text = reply.text();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[0].starts_with("id,email,first_name"));
        assert!(lines[1].contains("\"'=HYPERLINK(\"\"http://evil\"\")\",\"O, \"\"Q\"\"\",user,invited,'+49 30 1"), "{}", lines[1]);
        assert_eq!(owner.get("/audit?action=user.export").await.ok().meta()["total"], 1);
    }

    async fn everybody_is_in_it_once(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        for n in 0..1_205 { let _ = app.db_user(tenant, Role::User, &format!("P{n}")).await; }
        let text = owner.get("/users/export?sort=name").await.ok().text();
        let mut ids: Vec<&str> = text.lines().skip(1).map(|line| &line[..36]).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 1_206);
    }

    async fn it_needs_its_own_right(app) {
        let _ = app.caller(Role::Support).await.get("/users/export").await.problem(403, "forbidden");
        let _ = app.owner().await.get("/users/export?sort=secret").await.problem(400, "invalid");
    }
}
