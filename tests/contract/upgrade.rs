//! A data folder from before: migrations reached people in another order than that of their numbers, so a folder may have a newer number and
//! lack an older one. It upgrades to what a new one has, and what is in it is still there.

use std::path::Path;

use purser_core::ids::TenantId;
use purser_service::catalog::slugs;
use purser_service::identity::passwords::Passwords;
use purser_store::tenants::Settings;
use purser_store::{Config, Db};
use purser_testkit::{Caller, Database, TestApp, json};
use serde_json::Value;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, SqliteConnection};

use super::migrations::{open_tables, schema_of};

/// What folders that exist have been through, step by step: the numbers that were added.
const HISTORIES: [&[&[i64]]; 3] = [
    &[&[1, 2, 3, 4, 5, 6], &[10], &[8], &[11, 12]],
    &[&[1, 2, 3, 4, 5, 6], &[10], &[8], &[11, 12], &[9], &[16]],
    &[&[1, 2, 3, 4, 5, 6, 8], &[10, 11, 12], &[9, 16], &[13, 14]],
];

/// The migrations with these numbers, as a program of that time had them.
async fn known_then(engine: &str, numbers: &[i64]) -> Migrator {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(engine);
    let then = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(all).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if numbers.contains(&name[..4].parse().unwrap()) {
            std::fs::copy(entry.path(), then.path().join(name)).unwrap();
        }
    }
    Migrator::new(then.path()).await.unwrap()
}

/// The steps of a history: all numbers known at each.
fn steps(history: &[&[i64]]) -> Vec<Vec<i64>> {
    (1..=history.len()).map(|count| history[..count].concat()).collect()
}

/// How the rows of before are written on an engine.
struct Words {
    id: fn(u8) -> String,
    at: &'static str,
    yes: &'static str,
}

const SQLITE: Words = Words { id: |n| format!("x'0192000000007000800000000000{n:04x}'"), at: "1763715600000000", yes: "1" };
const POSTGRES: Words = Words { id: |n| format!("'01920000-0000-7000-8000-00000000{n:04x}'"), at: "'2025-11-21T09:00:00Z'", yes: "TRUE" };

/// Two businesses, an owner, a customer, a product, an order and the line of it.
fn rows(words: &Words, hash: &str) -> String {
    let Words { id, at, yes } = words;
    let [home, other, owner, customer, product, order, second, third, lamp, inches] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(id);
    let settings = serde_json::to_string(&Settings::default()).unwrap().replace('\'', "''");
    let address = r#"{"name":"Ada Holm","street":"Strandgaten 1","city":"Bergen","zipCode":"5013","country":"NO"}"#;
    format!(
        "INSERT INTO tenants (id, name, slug, currency, environment, settings, created_at, updated_at) VALUES
            ({home}, 'Harbour Supplies', 'harbour', 'EUR', 'local', '{settings}', {at}, {at}),
            ({other}, 'Elsewhere', 'elsewhere', 'EUR', 'local', '{settings}', {at}, {at});
        INSERT INTO users (id, tenant_id, email, email_key, first_name, last_name, name_key, role, status, password_hash, phone,
            email_verified, created_at, updated_at) VALUES
            ({owner}, {home}, 'owner@harbour.example', 'owner@harbour.example', 'Olive', 'Owner', 'olive owner', 'owner', 'active', '{hash}',
                '+4755512345', {yes}, {at}, {at}),
            ({customer}, {home}, 'ada@example.com', 'ada@example.com', 'Ada', 'Holm', 'ada holm', 'user', 'active', NULL,
                '+4755500000', {yes}, {at}, {at});
        INSERT INTO products (id, tenant_id, name, name_key, sku, price, currency, weight_g, stock, active, created_at, updated_at) VALUES
            ({product}, {home}, 'Rope', 'rope', 'ROPE-1', 5000, 'EUR', 300, 7, {yes}, {at}, {at}),
            ({second}, {home}, 'ROPE!', 'rope!', 'ROPE-2', 5000, 'EUR', 300, 7, {yes}, {at}, {at}),
            ({third}, {home}, 'Rope & Sail, 12 mm', 'rope & sail, 12 mm', 'ROPE-3', 5000, 'EUR', 300, 7, {yes}, {at}, {at}),
            ({lamp}, {home}, 'Lamp ★', 'lamp ★', 'LAMP-1', 5000, 'EUR', 300, 7, {yes}, {at}, {at}),
            ({inches}, {home}, 'Rope 12″', 'rope 12″', 'ROPE-4', 5000, 'EUR', 300, 7, {yes}, {at}, {at});
        INSERT INTO orders (id, tenant_id, number, customer_id, state, payment_state, country, currency, item_count, subtotal, discount, tax,
            shipping, total, source, address, created_at, updated_at) VALUES
            ({order}, {home}, 1001, {customer}, 'pending', 'unpaid', 'NO', 'EUR', 1, 5000, 0, 400, 500, 5900, 'import', '{address}', {at}, {at});"
    )
}

async fn hash() -> String {
    Passwords::default().hash("harbour lantern 42 brass".into()).await.unwrap()
}

async fn sqlite_of_before(database: &Database, history: &[&[i64]]) {
    let Config::Sqlite(path) = &database.config else { panic!("not a file") };
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut conn: SqliteConnection = options.connect().await.unwrap();
    for (at, step) in steps(history).iter().enumerate() {
        known_then("sqlite", step).await.run(&mut conn).await.unwrap();
        if at == 0 {
            conn.execute(AssertSqlSafe(rows(&SQLITE, &hash().await))).await.unwrap();
        }
    }
    conn.close().await.unwrap();
}

async fn postgres_of_before(database: &Database, history: &[&[i64]]) {
    let Config::Postgres(url) = &database.config else { panic!("not a server") };
    let mut conn = PgConnection::connect(url).await.unwrap();
    conn.execute("SELECT set_config('purser.tenant', '*', false)").await.unwrap();
    for (at, step) in steps(history).iter().enumerate() {
        known_then("postgres", step).await.run(&mut conn).await.unwrap();
        if at == 0 {
            conn.execute(AssertSqlSafe(rows(&POSTGRES, &hash().await))).await.unwrap();
        }
    }
    conn.close().await.unwrap();
}

/// The engine opens it, has the tables of a new one, and everything that was there.
async fn upgrades(database: Database, fresh: &Database) {
    let new = Db::open(&fresh.config).await.unwrap();
    let expected = schema_of(&new, &fresh.config).await;
    new.close().await;
    let db = Db::open(&database.config).await.unwrap();
    assert_eq!(schema_of(&db, &database.config).await, expected);
    if matches!(database.config, Config::Postgres(_)) {
        assert_eq!(open_tables(&db).await, Vec::<String>::new());
    }
    db.close().await;
    let app = TestApp::on(database).await;
    let owner = app.sign_in("owner@harbour.example").await;
    let me = owner.get("/auth/me").await.ok().data();
    assert_eq!((&me["tenant"]["name"], &me["role"]), (&json!("Harbour Supplies"), &json!("owner")));
    app.settle().await;
    let person = owner.get("/users/01920000-0000-7000-8000-000000000004").await.ok().data();
    assert_eq!((&person["lastName"], &person["phone"]), (&json!("Holm"), &json!("+4755500000")));
    slugs_are_good(&app, &owner).await;
    let order = owner.get("/orders/01920000-0000-7000-8000-000000000006").await.ok().data();
    assert_eq!((&order["number"], &order["shippingAddress"]["city"]), (&json!(1001), &json!("Bergen")));
    // Its history begins where it was.
    let proof = owner.get("/orders/history/proof").await.ok().data();
    assert_eq!((&proof["intact"], &proof["checked"]), (&json!(true), &json!(1)), "{proof}");
    // The business that came first looks after the others.
    let tenants = owner.get("/tenants?sort=name").await.ok().data();
    let home: Vec<_> = tenants.as_array().unwrap().iter().map(|tenant| (tenant["name"].clone(), tenant["home"].clone())).collect();
    assert_eq!(home, [(json!("Elsewhere"), json!(false)), (json!("Harbour Supplies"), json!(true))]);
    assert_eq!(owner.get("/audit/verify").await.ok().data()["intact"], true);
}

/// What had no slug is called after its name, the second of a name by a number; signs the database did not know are taken out afterwards.
async fn slugs_are_good(app: &TestApp, owner: &Caller) {
    let called = async || {
        let products = owner.get("/products?sort=sku").await.ok().data();
        let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        products.as_array().unwrap().iter().map(|row| (word(row, "sku"), word(row, "slug"))).collect::<Vec<_>>()
    };
    let wanted = |lamp: &str, inches: &str| {
        [("LAMP-1", lamp), ("ROPE-1", "rope"), ("ROPE-2", "rope-2"), ("ROPE-3", "rope-sail-12-mm"), ("ROPE-4", inches)]
            .map(|(sku, slug)| (sku.to_owned(), slug.to_owned()))
    };
    assert_eq!(called().await, wanted("lamp-★", "rope-12″"));
    // Until then it is found as it is called, and can be changed.
    let lamp = owner.get("/products/by-slug/lamp-%E2%98%85").await.ok();
    let by = owner.with("if-match", lamp.header("etag").unwrap());
    let path = format!("/products/{}", lamp.data()["id"].as_str().unwrap());
    assert_eq!(by.patch(&path, json!({ "stock": 8, "slug": "lamp-★" })).await.ok().data()["stock"], 8);
    slugs::remake(&app.app).await.unwrap();
    assert_eq!(called().await, wanted("lamp", "rope-12"));
    let _ = owner.get("/products/by-slug/rope-12").await.ok();
    let log = owner.get("/audit?action=product.update").await.ok();
    assert_eq!((log.meta()["total"].as_i64(), log.data()[0]["actor"]["name"].as_str()), (Some(3), Some("Purser")), "{}", log.text());
    let home: TenantId = "01920000-0000-7000-8000-000000000001".parse().unwrap();
    let before = app.db_dump(home).await;
    slugs::remake(&app.app).await.unwrap();
    assert_eq!(app.db_dump(home).await["products"], before["products"], "what is right stays");
}

#[tokio::test]
async fn a_folder_that_lacks_older_numbers_upgrades_sqlite() {
    for history in HISTORIES {
        let database = Database::empty_sqlite();
        sqlite_of_before(&database, history).await;
        upgrades(database, &Database::sqlite()).await;
    }
}

#[tokio::test]
async fn a_database_that_lacks_older_numbers_upgrades_postgres() {
    for history in HISTORIES {
        let (Some(database), Some(fresh)) = (Database::empty_postgres().await, Database::postgres().await) else { return };
        postgres_of_before(&database, history).await;
        upgrades(database, &fresh).await;
    }
}
