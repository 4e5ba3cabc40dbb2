//! What the database holds without being readable: telephone numbers, notes, where orders go; and the keys of it (`/settings/seal`).

use std::fmt::Write;

use purser_core::ids::{OrderId, UserId};
use purser_service::jobs;
use purser_store::private::{Column, Place};
use purser_store::seal::Seal;
use purser_store::{private, sql};
use purser_testkit::{Caller, TestApp, both, json};
use uuid::Uuid;

use crate::routes::shop::Shop;

const PHONE: &str = "+47 55 51 23 45";
const NOTES: &str = "Rings on Mondays, asks for Gudrun";

async fn person(by: &Caller) -> String {
    let body =
        json!({ "email": "gerda@harbour.example", "firstName": "Gerda", "lastName": "Quayside", "role": "user", "phone": PHONE, "notes": NOTES });
    by.with("idempotency-key", "the-one-and-only").post("/users", body).await.is(201).data()["id"].as_str().unwrap().to_owned()
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        write!(all, "{byte:02x}").unwrap();
        all
    })
}

async fn stored(app: &TestApp) -> String {
    let tenant = app.tenant().await;
    app.app
        .db
        .read(tenant, async |tx| {
            #[derive(sqlx::FromRow)]
            struct Row {
                phone: Option<String>,
                phone_index: Option<String>,
                notes: Option<String>,
            }
            let rows: Vec<Row> =
                tx.all(sql("SELECT phone, phone_index, notes FROM users WHERE tenant_id = $1 AND phone IS NOT NULL").bind(tenant)).await?;
            Ok::<_, purser_store::Error>(
                rows.into_iter().flat_map(|row| [row.phone, row.phone_index, row.notes]).flatten().collect::<Vec<_>>().join(" "),
            )
        })
        .await
        .unwrap()
}

async fn found(by: &Caller, typed: &str) -> Vec<String> {
    let path = format!("/users?search={}", typed.replace('+', "%2B").replace(' ', "%20"));
    by.get(&path).await.ok().data().as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn what_is_private_is_readable_through_the_door_alone(app) {
        let shop = Shop::open(&app).await;
        let id = person(&shop.owner).await;
        let product = shop.product("Q-1", (2_500, json!(1.5), 10)).await;
        let mut order = shop.wants(&product, 1);
        order["notes"] = json!("Leave it with the harbour master");
        order["shippingAddress"]["street"] = json!("Tollbugata 17");
        let order = shop.owner.with("idempotency-key", "another").post("/orders", order).await.is(201).data();
        let dump = format!("{:?}", app.db_dump(app.tenant().await).await);
        for secret in ["55512345", "55 51 23 45", "Gudrun", "Tollbugata", "harbour master"] {
            assert!(!dump.contains(secret), "{secret} can be read in the database");
            let bytes = hex(secret);
            assert!(!dump.to_lowercase().contains(&bytes), "{secret} can be read in bytes of the database");
        }
        let read = shop.owner.get(&format!("/users/{id}")).await.ok().data();
        assert_eq!((read["phone"].as_str(), read["notes"].as_str()), (Some(PHONE), Some(NOTES)));
        let read = shop.owner.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((read["shippingAddress"]["street"].as_str(), read["notes"].as_str()), (Some("Tollbugata 17"), Some("Leave it with the harbour master")));
        // A repeat is answered from what was kept of the first reply.
        assert_eq!(person(&shop.owner).await, id);
        let list = shop.owner.get("/users?search=gerda").await.ok().data();
        assert_eq!(list[0]["phone"], PHONE);
    }

    async fn somebody_is_found_by_their_number_however_it_is_written(app) {
        let owner = app.owner().await;
        let id = person(&owner).await;
        for typed in [PHONE, "004755512345", "+4755512345", "+47 (55) 51-23-45"] {
            assert_eq!(found(&owner, typed).await, ["gerda@harbour.example"], "{typed}");
        }
        assert!(found(&owner, "55512345").await.is_empty(), "not without the country it was written with");
        let hits = owner.get("/search?q=%2B47%2055%20512345").await.ok().data();
        assert_eq!((hits[0]["type"].as_str(), hits[0]["id"].as_str()), (Some("user"), Some(id.as_str())));
        let _ = owner.with("if-match", "\"1\"").patch(&format!("/users/{id}"), json!({ "phone": "+47 1 234 567" })).await.ok();
        assert!(found(&owner, PHONE).await.is_empty());
        assert_eq!(found(&owner, "+471234567").await.len(), 1);
        // Another business with the same number has other hashes, and sees nobody of ours.
        let stranger = app.stranger(purser_core::Role::Owner).await;
        assert!(found(&stranger, "+471234567").await.is_empty());
    }

    async fn a_value_put_into_another_row_does_not_open(app) {
        let owner = app.owner().await;
        let id: Uuid = person(&owner).await.parse().unwrap();
        let tenant = app.tenant().await;
        let other = app.db_user(tenant, purser_core::Role::User, "Otto").await.id;
        app.app.db.transact(tenant, async |tx| {
            let copy = "UPDATE users SET phone = (SELECT phone FROM users WHERE id = $2) WHERE tenant_id = $1 AND id = $3";
            tx.run(sql(copy).bind(tenant).bind(UserId(id)).bind(other)).await
        })
        .await
        .unwrap();
        let _ = owner.get(&format!("/users/{other}")).await.problem(500, "internal");
        let _ = owner.get(&format!("/users/{id}")).await.ok();
    }

    async fn what_was_sealed_with_a_key_that_is_gone_takes_nothing_else_away(app) {
        let shop = Shop::open(&app).await;
        let (tenant, owner) = (app.tenant().await, &shop.owner);
        let id: Uuid = person(owner).await.parse().unwrap();
        let order = shop.order().await["id"].as_str().unwrap().to_owned();
        let lost = Seal::new(&[[9; 32].into()]).unwrap();
        let phone = private::hide(&lost, Place::user(tenant, UserId(id), Column::UserPhone), PHONE).unwrap();
        let place = Place::order(tenant, OrderId(order.parse().unwrap()), Column::OrderAddress);
        let address = private::hide(&lost, place, "{}").unwrap();
        let of_order: Uuid = order.parse().unwrap();
        app.app.db.transact(tenant, async |tx| {
            tx.run(sql("UPDATE users SET phone = $3 WHERE tenant_id = $1 AND id = $2").bind(tenant).bind(id).bind(phone.clone())).await?;
            tx.run(sql("UPDATE orders SET address = $3 WHERE tenant_id = $1 AND id = $2").bind(tenant).bind(of_order).bind(address)).await
        })
        .await
        .unwrap();
        // The list is there, and says of that one field that it can not be read.
        let list = owner.get("/users?search=gerda").await.ok().data();
        assert_eq!((list[0]["unreadable"].clone(), list[0]["phone"].clone(), list[0]["notes"].clone()), (json!(["phone"]), json!(null), json!(NOTES)));
        let read = owner.get(&format!("/orders/{order}")).await.ok().data();
        assert_eq!((read["unreadable"].clone(), read["shippingAddress"]["city"].clone()), (json!(["shippingAddress"]), json!("")));
        // The rest of the row can be written, the field itself can not, and what is sealed is still there.
        let path = format!("/users/{id}");
        let tag = owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let refused = owner.with("if-match", &tag).patch(&path, json!({ "phone": "+47 1 234 567" })).await.problem(400, "invalid");
        let _ = refused.complains("phone", "unreadable");
        let changed = owner.with("if-match", &tag).patch(&path, json!({ "lastName": "Quay" })).await.ok().data();
        assert_eq!((changed["lastName"].as_str(), changed["unreadable"].clone()), (Some("Quay"), json!(["phone"])));
        let _ = owner.post("/settings/seal/renew", json!({})).await.is(204);
        assert!(jobs::run_due(&app.app).await.unwrap() >= 1);
        assert_eq!(owner.get("/settings/seal").await.ok().data()["renewal"]["state"], "done");
        assert!(stored(&app).await.contains(&phone));
        assert_eq!(owner.get("/system").await.ok().data()["sealKeysMissing"], json!(lost.ids()));
        assert_eq!(app.nobody().get("//health/ready").await.ok().json()["notes"], json!(["seal_key_missing"]));
    }

    async fn a_new_key_takes_over_while_everything_stays_readable(app) {
        let shop = Shop::open(&app).await;
        let id = person(&shop.owner).await;
        let order = shop.order().await;
        let before = shop.owner.get("/settings/seal").await.ok().data();
        assert_eq!((before["keys"].as_array().unwrap().len(), before["canRotate"].as_bool()), (1, Some(true)));
        let old = before["keys"][0]["id"].as_str().unwrap().to_owned();
        let _ = app.caller(purser_core::Role::Auditor).await.post("/settings/seal/rotate", json!({})).await.problem(403, "forbidden");
        let _ = shop.owner.post("/settings/seal/rotate", json!({})).await.is(204);
        let state = shop.owner.get("/settings/seal").await.ok().data();
        let new = state["keys"][0]["id"].as_str().unwrap().to_owned();
        assert_ne!(new, old);
        assert_eq!((state["keys"][1]["id"].as_str(), state["keys"][1]["held"].as_bool(), state["renewal"]["state"].as_str()), (Some(old.as_str()), Some(true), Some("pending")));
        // Before the work is done, old values are read and found as ever.
        assert!(stored(&app).await.contains(&old));
        assert_eq!(shop.owner.get(&format!("/users/{id}")).await.ok().data()["phone"], PHONE);
        assert_eq!(found(&shop.owner, PHONE).await.len(), 1);
        assert!(jobs::run_due(&app.app).await.unwrap() >= 1);
        let state = shop.owner.get("/settings/seal").await.ok().data();
        assert_eq!((state["renewal"]["state"].as_str(), state["renewal"]["progress"].as_i64()), (Some("done"), Some(100)));
        let now = stored(&app).await;
        assert!(now.contains(&new) && !now.contains(&old), "{now}");
        assert_eq!(shop.owner.get(&format!("/users/{id}")).await.ok().data()["notes"], NOTES);
        assert_eq!(found(&shop.owner, PHONE).await.len(), 1);
        let read = shop.owner.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await.ok().data();
        assert_eq!(read["shippingAddress"]["city"], "Bergen");
    }

    async fn the_key_that_signs_tokens_is_not_readable(app) {
        let tokens = purser_service::identity::tokens::Tokens::load(&app.app.db, &app.app.clock, app.app.seal.clone()).await.unwrap();
        // The first key is due; whoever holds the database gets the next one sealed.
        app.advance(31 * 86_400 * 1_000_000);
        tokens.rotate(&app.app.db, &app.app.clock).await.unwrap();
        let keys = app.app.db.read(purser_store::Scope::System, async |tx| purser_store::sessions::signing_keys(tx).await).await.unwrap();
        let newest = keys.first().unwrap();
        assert!(newest.private_key.starts_with(b"s1."), "a key as it is");
        assert_eq!(tokens.published().len(), keys.len());
        let _ = app.owner().await.get("/auth/me").await.ok();
    }

    async fn what_was_there_before_is_sealed_once(app) {
        let owner = app.owner().await;
        let id: Uuid = person(&owner).await.parse().unwrap();
        let tenant = app.tenant().await;
        app.app.db.transact(tenant, async |tx| {
            let plain = "UPDATE users SET phone = $3, phone_index = NULL, notes = $4 WHERE tenant_id = $1 AND id = $2";
            tx.run(sql(plain).bind(tenant).bind(UserId(id)).bind(PHONE).bind(NOTES)).await
        })
        .await
        .unwrap();
        let unsealed = async || app.app.db.read(purser_store::Scope::System, async |tx| private::is_unsealed(tx).await).await.unwrap();
        assert!(unsealed().await);
        assert_eq!(owner.get(&format!("/users/{id}")).await.ok().data()["phone"], PHONE);
        let _ = owner.post("/settings/seal/renew", json!({})).await.is(204);
        let _ = jobs::run_due(&app.app).await.unwrap();
        assert!(!unsealed().await && !stored(&app).await.contains("5123"));
        assert_eq!(found(&owner, PHONE).await.len(), 1);
        assert_eq!(owner.get(&format!("/users/{id}")).await.ok().data()["notes"], NOTES);
    }
}
