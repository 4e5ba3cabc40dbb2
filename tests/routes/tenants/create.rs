//! GET, POST /tenants; GET /tenants/{id}; who may

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::another;

fn new() -> serde_json::Value {
    json!({ "name": "Northern Branch", "currency": "NOK", "owner": { "email": "nora@north.example", "firstName": "Nora", "lastName": "North" } })
}

both! {
    async fn a_tenant_is_made_and_its_owner_comes_in_by_invitation(app) {
        let owner = app.owner().await;
        let made = owner.post("/tenants", new()).await.is(201);
        let tenant = made.data()["tenant"].clone();
        assert_eq!((&tenant["slug"], &tenant["state"], &tenant["home"], &tenant["currency"]), (&json!("northern-branch"), &json!("active"), &json!(false), &json!("NOK")));
        let link = made.data()["invitation"].as_str().unwrap().to_owned();
        let token = link.split("#token=").nth(1).unwrap().to_owned();
        let body = json!({ "token": token, "password": "violet anchor 77 copper" });
        let _ = app.nobody().post("/auth/invitation/accept", body).await.is(204);
        let login = json!({ "email": "nora@north.example", "password": "violet anchor 77 copper" });
        let reply = app.nobody().post("/auth/login", login).await.ok().data();
        assert_eq!((&reply["user"]["tenant"]["id"], &reply["user"]["role"]), (&tenant["id"], &json!("owner")));
        let permissions = reply["user"]["permissions"].as_array().unwrap();
        assert!(permissions.contains(&json!("export:tenant")) && !permissions.contains(&json!("manage:tenant")), "{permissions:?}");
        let nora = app.nobody().with_token(reply["accessToken"].as_str().unwrap());
        assert_eq!(nora.get("/users").await.ok().meta()["total"], 1);
        // It begins with a log of its own, and stands in that of the home.
        for log in [&nora, &owner] {
            let line = log.get("/audit?action=tenant.create&sort=at").await.ok().data();
            assert!(line.as_array().unwrap().iter().any(|line| line["subject"]["id"] == tenant["id"] && line["actor"]["name"] == "Olive Owner"), "{line}");
        }
        assert!(app.app.db.read(purser_store::Scope::System, async |tx| purser_store::tenancy::home(tx).await).await.unwrap().is_some_and(|home| home.name == "Harbour Supplies"));
    }

    async fn a_short_name_is_taken_once(app) {
        let owner = app.owner().await;
        let _ = owner.post("/tenants", new()).await.is(201);
        let _ = owner.post("/tenants", new()).await.problem(409, "taken").complains("slug", "taken");
        assert_eq!(owner.get("/tenants").await.ok().meta()["total"], 2);
        assert_eq!(owner.get("/users?search=nora").await.ok().meta()["total"], 0, "nobody of another tenant is among our people");
        for (field, value) in [("slug", json!("No Good")), ("slug", json!("-x")), ("name", json!(""))] {
            let mut body = new();
            body[field] = value;
            let _ = owner.post("/tenants", body).await.problem(400, "invalid");
        }
    }

    async fn only_people_of_the_home_look_after_tenants(app) {
        let owner = app.owner().await;
        let (tenant, _, elsewhere) = another(&app).await;
        for by in [&elsewhere, &app.caller(Role::Admin).await, &app.caller(Role::Support).await] {
            let _ = by.get("/tenants").await.problem(403, "forbidden");
            let _ = by.post("/tenants", new()).await.problem(403, "forbidden");
            let _ = by.get(&format!("/tenants/{tenant}")).await.problem(403, "forbidden");
        }
        // No role and no right of another tenant gives it.
        let body = json!({ "name": "Keeper", "permissions": ["manage:tenant"] });
        let _ = elsewhere.post("/roles", body).await.problem(403, "role_above_yours");
        let user = app.db_user(tenant, Role::Support, "Sam").await;
        let body = json!({ "permission": "manage:tenant", "effect": "grant", "reason": "please" });
        let _ = elsewhere.post(&format!("/users/{}/rights", user.id), body.clone()).await.problem(403, "right_above_yours");
        let me = elsewhere.id.clone().unwrap();
        let why = elsewhere.get(&format!("/access/explain?permission=manage:tenant&userId={me}")).await.ok().data();
        assert_eq!((&why["allowed"], why["steps"].as_array().unwrap().iter().any(|step| step["code"] == "home_only")), (&json!(false), true), "{why}");
        // Within the home it is a right like another.
        let support = app.caller(Role::Support).await;
        let _ = owner.post(&format!("/users/{}/rights", support.id.clone().unwrap()), body).await.is(201);
        assert_eq!(support.get("/tenants").await.ok().meta()["total"], 2);
        let found = support.get("/tenants?search=elsewh&state=active").await.ok().data();
        assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!(tenant.to_string())));
        assert_eq!(support.get(&format!("/tenants/{tenant}")).await.ok().data()["usage"]["people"], 2);
    }
}
