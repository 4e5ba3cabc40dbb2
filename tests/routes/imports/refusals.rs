//! What is not taken, and who may not.

use axum::body::Body;
use axum::http::Method;
use purser_core::access::Role;
use purser_core::imports::{Mode, State};
use purser_testkit::{both, json};

use super::super::files::form;
use super::{bring, check, send, sent};

both! {
    async fn files_that_are_no_tables(app) {
        let owner = app.owner().await;
        for bytes in [&b""[..], b"PK\x03\x04rest", b"a\0b\n", b" , \n1,2\n"] {
            let problem = send(&owner, "people", ("x.csv", bytes)).await.problem(400, "invalid");
            assert_eq!(problem.json()["errors"][0]["field"], "file");
        }
        let problem = send(&owner, "ships", ("x.csv", b"a,b\n1,2\n")).await.problem(400, "invalid");
        assert_eq!(problem.json()["errors"][0]["field"], "kind");
        let no_file = form(&[("kind", None, b"people")]);
        let sent = owner.send(Method::POST, "/imports", Some("multipart/form-data; boundary=purser-test-boundary"), Body::from(no_file)).await;
        let _ = sent.problem(400, "invalid");
        let _ = owner.send(Method::POST, "/imports", Some("application/json"), Body::from("{}")).await.problem(415, "unsupported_media");
        assert_eq!(owner.get("/imports").await.ok().meta()["total"], 0);
    }

    async fn mappings_that_make_no_sense(app) {
        let owner = app.owner().await;
        let import = sent(&owner, "people", "a,b\n1,2\n").await;
        let path = format!("/imports/{}", import["id"].as_str().unwrap());
        assert_eq!(import["mapping"]["email"], json!(null));
        let problem = owner.post(&format!("{path}/check"), json!({"mapping": {"email": "z", "colour": "a"}})).await.problem(400, "invalid");
        let errors = problem.json()["errors"].clone();
        for field in ["mapping.email", "mapping.colour"] {
            assert!(errors.as_array().unwrap().iter().any(|error| error["field"] == field), "{errors}");
        }
        let _ = owner.post(&format!("{path}/run"), json!({"mode": "some"})).await.problem(400, "invalid");
        let _ = owner.post(&format!("{path}/check"), json!({})).await.problem(400, "invalid");
    }

    async fn rights_and_walls(app) {
        let owner = app.owner().await;
        let import = sent(&owner, "people", "email,name\na@x.example,A\n").await;
        let path = format!("/imports/{}", import["id"].as_str().unwrap());
        let _ = send(&app.caller(Role::Support).await, "people", ("x.csv", b"email\nx\n")).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.get(&path).await.problem(404, "not_found");
        let _ = app.stranger(Role::Owner).await.get(&format!("{path}/errors")).await.problem(404, "not_found");
        // May bring files, but not make people.
        let _ = app.caller(Role::Developer).await.post(&format!("{path}/run"), json!({"mode": "skip_bad"})).await.problem(403, "forbidden");
        let checked = check(&app, &owner, &import).await;
        assert_eq!(checked["state"], "checked");
        let stopped = owner.post(&format!("{path}/cancel"), json!({})).await.ok().data();
        assert_eq!(stopped["state"], "cancelled");
        let _ = owner.post(&format!("{path}/run"), json!({"mode": "skip_bad"})).await.problem(409, "import_not_ready");
        let _ = owner.post(&format!("{path}/cancel"), json!({})).await.problem(409, "import_over");
    }

    async fn what_a_dead_process_left_is_ended(app) {
        let owner = app.owner().await;
        let import = sent(&owner, "people", "email,name\na@x.example,A\n").await;
        let (id, now) = (import["id"].as_str().unwrap().parse().unwrap(), app.app.clock.now());
        let mapping = import["mapping"].as_object().unwrap().clone();
        let begun = app.app.db.transact(app.tenant().await, async |tx| {
            purser_store::imports::begin(tx, id, (State::Running, Some(Mode::SkipBad)), mapping, now).await.map_err(purser_core::Error::from)
        });
        assert!(begun.await.unwrap());
        app.advance(3_600_000_000);
        purser_service::imports::recover(&app.app).await.unwrap();
        let path = format!("/imports/{}", import["id"].as_str().unwrap());
        let owner = app.sign_in("owner@harbour.example").await;
        let left = owner.get(&path).await.ok().data();
        assert_eq!(left["state"], "failed");
        assert!(left["message"].as_str().unwrap().contains("Run it again"), "{left}");
        let done = bring(&app, &owner, &import, "all_or_nothing").await;
        assert_eq!(done["result"]["inserted"], 1);
    }
}
