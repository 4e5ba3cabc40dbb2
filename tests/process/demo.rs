//! The two doors to the made-up business that need no command of their own: a start with it, and a first run that asks for it.

use purser_testkit::json;

use super::client::Client;
use super::{LIMIT, PASSWORD, Place};

async fn total(client: &Client, path: &str) -> i64 {
    let (status, reply) = client.get(path).await.unwrap();
    assert_eq!(status, 200, "{reply}");
    reply["meta"]["total"].as_i64().unwrap()
}

/// The whole business is there, and it holds.
async fn is_there(owner: &Client) {
    assert_eq!(total(owner, "/orders").await, 10_000);
    assert_eq!(total(owner, "/users?role=user").await, 2_000);
    assert!(total(owner, "/files").await > 50);
    let (_, proof) = owner.get("/ledger/proof").await.unwrap();
    assert_eq!(proof["data"]["balanced"], true, "{proof}");
}

#[tokio::test]
async fn a_start_with_demo_data_shows_its_owner_once() {
    let place = Place::new();
    let mut server = place.serve_with(&["--demo", "small"]).await;
    let mut shown = String::new();
    while !shown.contains("password") {
        let line = tokio::time::timeout(LIMIT, server.out.next_line()).await.expect("the owner is shown").unwrap().expect("the owner is shown");
        shown = format!("{shown}{line}\n");
    }
    let after = |word: &str| {
        let rest = shown.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_else(|| panic!("{shown}"));
        rest.split("   (").next().unwrap().trim().to_owned()
    };
    let body = json!({ "email": after("owner "), "password": after("password ") });
    let (status, reply) = server.nobody().post("/auth/login", body).await.unwrap();
    assert_eq!(status, 200, "{reply}");
    let owner = server.nobody().with_token(reply["data"]["accessToken"].as_str().unwrap());
    is_there(&owner).await;
    server.stop().await;
    // It is made only once.
    let again = place.serve_with(&["--demo", "small"]).await;
    is_there(&owner.at(&again.url)).await;
    again.stop().await;
}

#[tokio::test]
async fn a_first_run_can_ask_for_demo_data() {
    let place = Place::new();
    let server = place.serve().await;
    let body = json!({ "tenantName": "Harbour", "firstName": "Olive", "lastName": "Owner", "email": "owner@harbour.example", "password": PASSWORD, "demo": "small" });
    let (status, reply) = server.nobody().post("/setup", body).await.unwrap();
    assert_eq!(status, 201, "{reply}");
    is_there(&server.nobody().with_token(reply["data"]["accessToken"].as_str().unwrap())).await;
    server.stop().await;
}
