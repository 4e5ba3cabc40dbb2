//! Killed in the middle of bringing a file in: afterwards the import says what became of it, and it is true.

use std::fmt::Write;
use std::time::Duration;

use purser_testkit::json;
use reqwest::Method;
use serde_json::Value;

use super::client::Client;
use super::{LIMIT, Place, Server, made};

const ROWS: i64 = 40_000;

async fn upload(owner: &Client) -> String {
    let mut text = "email,first name,last name\n".to_owned();
    for n in 0..ROWS {
        writeln!(text, "p{n}@many.example,Pat,Number{n}").unwrap();
    }
    let form = format!(
        "--harbour\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\npeople\r\n\
         --harbour\r\ncontent-disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\n\r\n{text}\r\n--harbour--\r\n"
    );
    let request = owner.request(Method::POST, "/imports").header("content-type", "multipart/form-data; boundary=harbour").body(form);
    made(owner.send(request).await.unwrap())
}

async fn import(owner: &Client, id: &str) -> Value {
    let (status, reply) = owner.get(&format!("/imports/{id}")).await.unwrap();
    assert_eq!(status, 200, "{reply}");
    reply["data"].clone()
}

/// Ask again and again until the import is as wanted.
async fn until(owner: &Client, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let asking = async {
        loop {
            let now = import(owner, id).await;
            if wanted(&now) {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(LIMIT, asking).await.expect("the import gets there")
}

/// People beside the owner: exact, page by page.
async fn people(owner: &Client) -> i64 {
    i64::try_from(owner.all("/users").await.len()).unwrap() - 1
}

/// Begin to bring the file in, kill the process once some rows are dealt with, start it again.
async fn killed_midway(place: &Place, mode: &str) -> (Server, Client, String) {
    let server = place.serve().await;
    let owner = server.set_up().await;
    let id = upload(&owner).await;
    let (status, reply) = owner.post(&format!("/imports/{id}/run"), json!({ "mode": mode })).await.unwrap();
    assert_eq!(status, 200, "{reply}");
    let midway = until(&owner, &id, |now| now["state"] != "running" || now["progress"]["done"].as_i64() > Some(0)).await;
    assert!(midway["state"] == "running" && midway["progress"]["done"].as_i64() < Some(ROWS), "it was over too soon: {midway}");
    server.kill().await;
    let again = place.serve().await;
    let owner = owner.at(&again.url);
    (again, owner, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_or_nothing_is_nothing_after_a_kill() {
    let place = Place::new();
    let (server, owner, id) = killed_midway(&place, "all_or_nothing").await;
    let left = import(&owner, &id).await;
    assert_eq!((left["state"].as_str(), left["progress"]["done"].as_i64()), (Some("failed"), Some(0)), "{left}");
    assert!(left["message"].as_str().unwrap().contains("nothing was brought in"), "{left}");
    assert_eq!(people(&owner).await, 0);
    let (_, verdict) = owner.get("/audit/verify").await.unwrap();
    assert_eq!(verdict["data"]["intact"], true);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_out_bad_rows_goes_on_where_it_was_killed() {
    let place = Place::new();
    let (server, owner, id) = killed_midway(&place, "skip_bad").await;
    let left = import(&owner, &id).await;
    let done = left["progress"]["done"].as_i64().unwrap();
    assert!(left["state"] == "failed" && done < ROWS, "{left}");
    assert_eq!(people(&owner).await, done, "what the import says is in, and nothing else, is in");
    let (status, reply) = owner.post(&format!("/imports/{id}/run"), json!({ "mode": "skip_bad" })).await.unwrap();
    assert_eq!(status, 200, "{reply}");
    let ended = until(&owner, &id, |now| now["state"] != "running").await;
    let (inserted, passed) =
        (ended["result"]["inserted"].as_i64().unwrap(), ended["result"]["updated"].as_i64().unwrap() + ended["result"]["skipped"].as_i64().unwrap());
    assert_eq!((ended["state"].as_str(), inserted, passed), (Some("done"), ROWS - done, done), "{ended}");
    server.stop().await;
}
