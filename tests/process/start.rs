//! What stands in the way of a start is told in words and by the exit code, and changes nothing.

use std::os::unix::fs::PermissionsExt;

use purser_testkit::json;

use super::{Place, run};

#[tokio::test]
async fn the_first_line_is_where_it_listens() {
    let place = Place::new();
    let server = place.serve().await;
    assert!(server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
    assert_ne!(server.port(), 0);
    let (status, reply) = server.nobody().get("/setup").await.unwrap();
    assert_eq!((status, &reply["data"]["needed"]), (200, &json!(true)));
    server.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(["serve", "--data", place.data().to_str().unwrap(), "--listen", &address]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(9), ""));
    assert!(ended.err.contains(&address) && ended.err.contains("taken by another program"), "{}", ended.err);
    // Nothing was left behind that hinders the next start.
    place.serve().await.stop().await;
}

#[tokio::test]
async fn a_taken_folder_says_by_whom_and_where() {
    let place = Place::new();
    let first = place.serve().await;
    let ended = run(["serve", "--data", place.data().to_str().unwrap(), "--listen", "127.0.0.1:0"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(3), ""));
    assert!(ended.err.contains(&format!("process {}", first.pid())), "{}", ended.err);
    assert!(ended.err.contains(&first.url), "{}", ended.err);
    let (status, _) = first.nobody().get("/setup").await.unwrap();
    assert_eq!(status, 200, "the first is not disturbed");
    first.stop().await;
}

#[tokio::test]
async fn a_folder_of_a_killed_process_is_free_again() {
    let place = Place::new();
    let first = place.serve().await;
    let owner = first.set_up().await;
    first.kill().await;
    let second = place.serve().await;
    let (status, me) = owner.at(&second.url).get("/auth/me").await.unwrap();
    assert_eq!((status, me["data"]["email"].as_str()), (200, Some("owner@harbour.example")), "signed in before, signed in after");
    second.stop().await;
}

#[tokio::test]
async fn a_folder_that_can_not_be_used_is_told() {
    let place = Place::new();
    // A file where the folder should be: nobody, root included, can write into it.
    let file = place.folder.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let ended = run(["serve", "--data", file.join("data").to_str().unwrap(), "--listen", "127.0.0.1:0"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(4), ""), "{}", ended.err);
    assert!(ended.err.contains(file.to_str().unwrap()), "{}", ended.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "not a folder");
}

#[tokio::test]
async fn a_read_only_folder_is_told() {
    let place = Place::new();
    place.serve().await.stop().await;
    let read_only = |yes: bool| {
        let mode = |path: &std::path::Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        for entry in std::fs::read_dir(place.data()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            mode(&entry.path(), if yes { 0o400 } else { 0o600 });
        }
        mode(&place.data(), if yes { 0o500 } else { 0o700 });
    };
    read_only(true);
    // Permissions do not bind root; there the test has nothing to see.
    let bound = std::fs::write(place.data().join("probe"), "").is_err();
    if bound {
        let ended = run(["serve", "--data", place.data().to_str().unwrap(), "--listen", "127.0.0.1:0"]).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(4), ""), "{}", ended.err);
        assert!(ended.err.contains("can not be used"), "{}", ended.err);
    }
    read_only(false);
    place.serve().await.stop().await;
}

#[tokio::test]
async fn every_wrong_setting_is_named_at_once() {
    let place = Place::new();
    let ended = run(["serve", "--data", place.data().to_str().unwrap(), "--listen", "nowhere", "--database", "mysql://x/y"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{}", ended.err);
    assert!(ended.err.contains("listen") && ended.err.contains("database"), "{}", ended.err);
    assert!(!place.data().join("purser.db").exists());
}

#[tokio::test]
async fn a_broken_database_file_is_told_and_left_alone() {
    let place = Place::new();
    place.serve().await.stop().await;
    let file = place.data().join("purser.db");
    let garbage = "this is not a database, it only lives where one should be".repeat(100);
    std::fs::write(&file, &garbage).unwrap();
    let ended = run(["serve", "--data", place.data().to_str().unwrap(), "--listen", "127.0.0.1:0"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(7), ""), "{}", ended.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), garbage);
}
