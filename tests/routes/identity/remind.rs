//! People whose password runs out soon hear of it, once.

use purser_core::time::DAY;
use purser_service::jobs;
use purser_testkit::{Caller, TestApp, both, json};

async fn a_day(app: &TestApp) {
    app.advance(DAY);
    jobs::tick(&app.app).await.unwrap();
    while jobs::run_due(&app.app).await.unwrap() > 0 {}
}

async fn told(by: &Caller, email: &str) -> i64 {
    by.get(&format!("/mailbox?template=account_notice&search={email}")).await.ok().meta()["total"].as_i64().unwrap()
}

both! {
    async fn whose_password_runs_out_hears_of_it_once(app) {
        let owner = app.owner().await;
        let body = |name: &str, role: &str| json!({ "email": format!("{name}@people.example"), "firstName": name, "lastName": "Example", "role": role, "password": "violet anchor 77 copper" });
        for (name, role) in [("Ada", "admin"), ("Sam", "support"), ("Uma", "user")] {
            let _ = owner.post("/users", body(name, role)).await.is(201);
        }
        jobs::tick(&app.app).await.unwrap();
        app.advance(81 * DAY);
        a_day(&app).await;
        let owner = app.owner_unasked().await;
        assert_eq!(told(&owner, "ada@people.example").await, 0);
        a_day(&app).await;
        a_day(&app).await;
        let owner = app.owner_unasked().await;
        assert_eq!(told(&owner, "ada@people.example").await, 1);
        assert_eq!((told(&owner, "sam@people.example").await, told(&owner, "uma@people.example").await), (0, 0), "theirs never runs out");
        a_day(&app).await;
        assert_eq!(told(&app.owner_unasked().await, "ada@people.example").await, 1, "once is enough");
    }
}
