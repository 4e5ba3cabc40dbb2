//! GET /idempotency-keys: which requests came with a key, what became of them, and how often they came again.

use purser_core::access::Role;
use purser_core::ids::RepeatId;
use purser_core::time::{DAY, MINUTE};
use purser_service::idempotency::forget;
use purser_store::idempotency::{self as store, Key};
use purser_testkit::{TestApp, both, json};
use serde_json::Value;
use uuid::Uuid;

use crate::routes::shop::Shop;

/// A request of a part of Purser that was begun and has no answer.
async fn begun(app: &TestApp, key: &str) {
    let (tenant, now) = (app.tenant().await, app.app.clock.now());
    let id: RepeatId = app.app.ids.next(now);
    let key = Key {
        id,
        operation: "saga_pay".into(),
        caller: "jobs".into(),
        key: key.into(),
        request_hash: vec![1],
        owner: Uuid::from_u128(7),
        subject: id.uuid(),
        at: now,
        expires_at: now.plus(DAY),
    };
    assert!(app.app.db.transact(tenant, async |tx| store::claim(tx, &key).await).await.unwrap());
}

fn keys(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect()
}

both! {
    async fn a_key_says_what_was_asked_and_how_often(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 10)).await;
        let keyed = shop.owner.with("idempotency-key", "order-1");
        let order = keyed.post("/orders", shop.wants(&product, 1)).await.is(201).data();
        let row = |rows: Value| rows.as_array().unwrap()[0].clone();
        let first = row(shop.owner.get("/idempotency-keys?key=order-1").await.ok().data());
        assert_eq!((&first["operation"], &first["state"], &first["status"], &first["repeats"]), (&"create_order".into(), &"answered".into(), &201.into(), &0.into()));
        assert_eq!((&first["subjectType"], &first["subjectId"]), (&"order".into(), &order["id"]));
        assert_eq!((first["userId"].as_str(), first["repeatedAt"].as_str(), first["caller"].as_str()), (shop.owner.id.as_deref(), None, None));
        app.advance(MINUTE);
        let _ = keyed.post("/orders", shop.wants(&product, 1)).await.is(201);
        let _ = keyed.post("/orders", shop.wants(&product, 2)).await.problem(422, "unprocessable");
        let again = row(shop.owner.get("/idempotency-keys?key=order-1").await.ok().data());
        assert_eq!((&again["repeats"], &again["id"]), (&1.into(), &first["id"]), "another request under the key is no repeat");
        assert!(again["repeatedAt"].is_string());
        // What was answered is not shown, nor the letters it holds.
        let whole = shop.owner.get("/idempotency-keys").await.ok().text();
        assert!(!whole.contains("shippingAddress") && !whole.contains("body"), "{whole}");
        // Forgotten after a day.
        app.advance(DAY);
        let owner = app.owner_unasked().await;
        assert_eq!(owner.get("/idempotency-keys?key=order-1").await.ok().data(), json!([]));
    }

    async fn the_sweep_forgets_what_was_answered_and_nothing_else(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 10)).await;
        let keyed = shop.owner.with("idempotency-key", "order-1");
        let first = keyed.post("/orders", shop.wants(&product, 1)).await.is(201).data();
        begun(&app, "left").await;
        assert_eq!(forget(&app.app).await.unwrap(), 0, "neither has run out");
        app.advance(DAY + MINUTE);
        assert_eq!(forget(&app.app).await.unwrap(), 1);
        let tenant = app.tenant().await;
        let known = async |caller: &str, key: &str| app.app.db.read(tenant, async |tx| store::find(tx, caller, key).await).await.unwrap();
        assert!(known("jobs", "left").await.is_some(), "what was begun and never answered stays known");
        // After its day a key is a new one.
        let owner = app.owner_unasked().await.with("idempotency-key", "order-1");
        let second = owner.post("/orders", shop.wants(&product, 1)).await.is(201);
        assert_eq!((second.header("idempotency-replayed"), second.data()["id"] == first["id"]), (None, false));
    }

    async fn the_list_is_narrowed(app) {
        let shop = Shop::open(&app).await;
        for key in ["ab-1", "ab-2", "aC-3"] {
            app.advance(1_000);
            let body = json!({ "email": format!("{key}@keys.example"), "firstName": "Keys", "lastName": "Petrel", "role": "user" });
            let _ = shop.owner.with("idempotency-key", key).post("/users", body).await.is(201);
        }
        begun(&app, "waits").await;
        let get = async |query: &str| shop.owner.get(&format!("/idempotency-keys?{query}")).await.ok().data();
        assert_eq!(keys(&get("operation=create_user").await), ["aC-3", "ab-2", "ab-1"]);
        assert_eq!(keys(&get("search=ab-").await), ["ab-2", "ab-1"]);
        assert_eq!(keys(&get("search=a%25").await).len(), 0, "letters, not patterns");
        assert_eq!(keys(&get("key=ab-2").await), ["ab-2"]);
        assert_eq!(keys(&get("key=ab-").await).len(), 0);
        assert_eq!(keys(&get(&format!("userId={}", shop.owner.id.clone().unwrap())).await).len(), 3);
        assert_eq!((keys(&get("state=running").await), keys(&get("state=left").await).len()), (vec!["waits"], 0));
        app.advance(3 * MINUTE);
        let left = get("state=left&state=running").await;
        assert_eq!((keys(&left), &left[0]["state"], &left[0]["caller"]), (vec!["waits"], &"left".into(), &"jobs".into()));
        let page = shop.owner.get("/idempotency-keys?limit=2&state=answered").await.ok();
        let next = page.meta()["nextCursor"].as_str().unwrap().to_owned();
        let rest = get(&format!("limit=2&state=answered&cursor={next}")).await;
        assert_eq!([keys(&page.data()), keys(&rest)].concat(), ["aC-3", "ab-2", "ab-1"]);
        let _ = shop.owner.get("/idempotency-keys?state=lost").await.problem(400, "invalid");
        let _ = shop.owner.get("/idempotency-keys?sort=key").await.problem(400, "invalid").complains("sort", "unknown_field");
    }

    async fn it_is_for_those_who_see_work_and_of_one_business(app) {
        let shop = Shop::open(&app).await;
        begun(&app, "ours").await;
        assert_eq!(keys(&shop.owner.get("/idempotency-keys").await.ok().data()), ["ours"]);
        let _ = app.caller(Role::User).await.get("/idempotency-keys").await.problem(403, "forbidden");
        let stranger = app.stranger(Role::Owner).await;
        assert_eq!(stranger.get("/idempotency-keys").await.ok().data(), json!([]));
    }
}
