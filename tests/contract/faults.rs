//! When the machine fails: a full disk, a broken file, a newer file, a folder that can not be written.

use purser_core::Error;
use purser_store::{Config, Db, sql};
use purser_testkit::{Database, TestApp, json};

#[derive(sqlx::FromRow)]
struct Pages {
    page_count: i64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_changes_nothing() {
    let app = TestApp::sqlite().await;
    let (tenant, owner) = (app.tenant().await, app.owner().await);
    // SQLite answers SQLITE_FULL at its page limit exactly as it does at the end of the disk.
    let pages = app.app.db.transact(tenant, async |tx| tx.one::<Pages>(sql("PRAGMA page_count")).await).await.unwrap().page_count;
    let limit = async |pages: i64| {
        let text = if pages > 0 { "PRAGMA max_page_count = 1" } else { "PRAGMA max_page_count = 1000000" };
        app.app.db.transact(tenant, async |tx| tx.all::<Limit>(sql(text)).await).await.unwrap();
    };
    limit(pages).await;
    let mut refused = None;
    for place in 0..200 {
        let body = json!({ "email": format!("p{place}@full.example"), "firstName": "Full", "lastName": "Disk", "role": "user" });
        let reply = owner.post("/users", body).await;
        if reply.status.is_success() {
            continue;
        }
        refused = Some((place, reply.problem(503, "disk_full")));
        break;
    }
    let (place, reply) = refused.expect("the page limit is met");
    assert!(reply.header("retry-after").is_some());
    limit(0).await;
    let found = owner.get("/users?search=full&limit=100").await.ok();
    assert_eq!(found.meta()["total"], place, "what was refused is not there, what was acknowledged is");
    let body = json!({ "email": "after@full.example", "firstName": "After", "lastName": "Wards", "role": "user" });
    let _ = owner.post("/users", body).await.is(201);
}

#[derive(sqlx::FromRow)]
#[expect(dead_code, reason = "only read so that the statement runs")]
struct Limit {
    max_page_count: i64,
}

async fn refusal(config: &Config) -> Error {
    match Db::open(config).await {
        Ok(_) => panic!("it opened"),
        Err(error) => error.into(),
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_in_words() {
    let database = Database::sqlite();
    std::fs::write(database.folder.path().join("purser.db"), "this is not a database, it only lives where one should be".repeat(100)).unwrap();
    assert!(matches!(refusal(&database.config).await, Error::Unavailable("database_broken", _)));
}

#[tokio::test]
async fn a_newer_file_is_refused_in_words() {
    let database = Database::sqlite();
    let db = Db::open(&database.config).await.unwrap();
    const NEWER: &str =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, x'00', 0)";
    db.transact(purser_store::Scope::System, async |tx| tx.run(sql(NEWER)).await).await.unwrap();
    db.close().await;
    assert!(matches!(refusal(&database.config).await, Error::Unavailable("database_newer", _)));
}

#[tokio::test]
async fn a_postgres_that_is_away_is_told_in_words() {
    let config = Config::Postgres("postgres://nobody@127.0.0.1:1/none".into());
    assert!(matches!(refusal(&config).await, Error::Unavailable("database_away", _)));
    let config = Config::Postgres("mysql://nobody@127.0.0.1/none".into());
    assert!(matches!(refusal(&config).await, Error::Invalid(_)));
}
