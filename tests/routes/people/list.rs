//! GET /users: search, filters, sorts.

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::{emails, id, invited};

both! {
    async fn search_is_by_the_beginnings_of_words(app) {
        let owner = app.owner().await;
        for (first, last, email) in [("Ada", "Lovelace", "ada@math.example"), ("Adam", "Smith", "adam@econ.example"), ("Åse", "Bjørn", "ase@fjord.example")] {
            let _ = owner.post("/users", json!({ "email": email, "firstName": first, "lastName": last, "role": "user" })).await.is(201);
        }
        let find = async |text: &str| emails(&owner.get(&format!("/users?sort=email&search={text}")).await.ok().data());
        assert_eq!(find("ada").await, ["ada@math.example", "adam@econ.example"]);
        assert_eq!(find("ada%20love").await, ["ada@math.example"]);
        assert_eq!(find("love%20ADA").await, ["ada@math.example"]);
        assert_eq!(find("ase%20bjorn").await, ["ase@fjord.example"]);
        assert_eq!(find("%C3%A5se").await, ["ase@fjord.example"]);
        assert_eq!(find("econ").await, ["adam@econ.example"]);
        assert!(find("da").await.is_empty());
        assert!(find("%25").await.len() == 4, "a search without a word finds everybody");
        assert!(find("nobody%20ada").await.is_empty());
    }

    async fn filters_are_any_of(app) {
        let owner = app.owner().await;
        let ada = invited(&owner, "Ada", "support").await;
        let _ = invited(&owner, "Ben", "finance").await;
        let _ = owner.post(&format!("/users/{}/lock", id(&ada)), json!({ "reason": "lost phone" })).await.ok();
        let find = async |query: &str| emails(&owner.get(&format!("/users?sort=email&{query}")).await.ok().data());
        assert_eq!(find("role=support,finance").await, ["ada@people.example", "ben@people.example"]);
        assert_eq!(find("role=support&role=finance").await, ["ada@people.example", "ben@people.example"]);
        assert_eq!(find("status=locked").await, ["ada@people.example"]);
        assert_eq!(find("status=locked,invited&role=finance").await, ["ben@people.example"]);
        assert!(find("country=NO").await.is_empty());
        assert_eq!(find("from=2026-11-21&to=2026-11-22").await.len(), 3);
        assert!(find("to=2026-11-21").await.is_empty());
        let _ = owner.get("/users?role=emperor").await.problem(400, "invalid");
        let _ = owner.get("/users?from=soon").await.problem(400, "invalid").complains("from", "not_valid");
        let _ = owner.get("/users?colour=red").await.problem(400, "invalid").complains("colour", "unknown_field");
        let _ = owner.get("/users?sort=passwordHash").await.problem(400, "invalid").complains("sort", "unknown_field");
    }

    async fn sorts_run_both_ways(app) {
        let owner = app.owner().await;
        for (n, name) in ["Cleo", "Åke", "Ben"].into_iter().enumerate() { let _ = owner.post("/users", json!({ "email": format!("{n}@s.example"), "firstName": name, "lastName": "Zed", "role": "guest" })).await; }
        for sort in ["createdAt", "name", "email", "lastLoginAt"] {
            let rows = |reply: purser_testkit::Reply| reply.ok().data().as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
            let up = rows(owner.get(&format!("/users?sort={sort}")).await);
            let mut down = rows(owner.get(&format!("/users?sort=-{sort}")).await);
            down.reverse();
            assert_eq!(up, down, "{sort}");
        }
        let names = owner.get("/users?sort=name&role=guest").await.ok().data();
        assert_eq!(names[0]["firstName"], "Åke", "accents do not push a name to the end");
    }

    async fn deleted_people_are_only_there_when_asked_for(app) {
        let owner = app.owner().await;
        let ada = invited(&owner, "Ada", "user").await;
        let _ = owner.delete(&format!("/users/{}", id(&ada))).await.is(204);
        assert_eq!(owner.get("/users").await.ok().meta()["total"], 1);
        assert_eq!(emails(&owner.get("/users?status=deleted").await.ok().data()), ["ada@people.example"]);
    }

    async fn another_tenant_is_another_world(app) {
        let _ = invited(&app.owner().await, "Ada", "user").await;
        let stranger = app.stranger(Role::Owner).await;
        assert_eq!(stranger.get("/users").await.ok().meta()["total"], 1);
        assert_eq!(stranger.get("/users?search=ada").await.ok().meta()["total"], 0);
    }

    async fn a_page_costs_a_fixed_number_of_statements(app) {
        let owner = app.owner().await;
        for name in ["Ada", "Adam", "Adele"] { let _ = invited(&owner, name, "user").await; }
        let _ = owner.get("/users?search=ada").await.ok();
        // PostgreSQL may tell of the people just made a moment later, and then they are counted once more.
        let cost = async |path: &str| {
            let mut least = u64::MAX;
            for _ in 0..5 {
                let before = app.app.db.statements();
                let _ = owner.get(path).await.ok();
                least = least.min(app.app.db.statements() - before);
            }
            least
        };
        // Reading with a tenant costs PostgreSQL a statement to name it.
        assert!(cost("/users?search=ada").await <= 3);
        assert!(cost("/users?limit=100").await <= 4);
    }
}
