//! A copy of the seal keys: for those who may, past the page, and readable by its owner alone.

use http::StatusCode;
use serde_json::json;

use super::bench;
use crate::window::MAIN;
use crate::wire::Call;

#[tokio::test]
async fn a_copy_of_the_keys_goes_to_a_file_and_never_to_the_page() {
    let bench = bench();
    let copy = || bench.ask(Call::post("/shell/v1/seal-keys", &json!({})));
    let (status, _, body) = copy().await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::FORBIDDEN, Some("forbidden")));
    bench.fake.rights.lock().push("update:setting");
    // Before the engine made one there is nothing to copy.
    let (status, _, body) = copy().await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::INTERNAL_SERVER_ERROR, Some("not_saved")));

    let key = "5e".repeat(31) + "01";
    std::fs::create_dir_all(bench.folder.path().join("data")).unwrap();
    std::fs::write(bench.folder.path().join("data/seal.key"), format!("# kept\n{key}\n")).unwrap();
    let (status, _, body) = copy().await;
    assert_eq!((status, body["data"]["name"].as_str()), (StatusCode::OK, Some("purser-seal.key")));
    assert!(!body.to_string().contains(&key));
    let file = bench.folder.path().join("purser-seal.key");
    assert!(std::fs::read_to_string(&file).unwrap().lines().any(|line| line == key));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let (_, _, state) = bench.ask(Call::get("/shell/v1/state")).await;
    assert_eq!((state["data"]["sealKeys"].as_str(), state["data"]["keychain"]["available"].as_bool()), (Some("folder"), Some(false)));

    let added = bench.ask(Call::post("/shell/v1/profiles", &json!({"name": "Far", "url": "https://far.example", "environment": "staging"}))).await.2;
    bench.shell.switch(MAIN, added["data"]["id"].as_str().unwrap()).unwrap();
    assert_eq!(copy().await.0, StatusCode::CONFLICT);
}
