//! `GET /users/{id}/personal-data`, `GET /auth/personal-data`, `POST /users/{id}/erase`: what is held about somebody, and taking it out.

use axum::http::Method;
use purser_core::access::Role;
use purser_service::jobs;
use purser_store::{Scope, sql};
use purser_testkit::{Caller, TestApp, both, json};

use super::{id, invited};
use crate::routes::files;
use crate::routes::shop::Shop;

const WORDS: [&str; 7] = ["gerda.holm", "Gerda", "Holmqvist", "+47 55 51 23 45", "Tollbugata", "passport-scan", "harbour master"];

/// A customer who left traces everywhere, and an order of theirs that is over.
async fn somebody(app: &TestApp, shop: &mut Shop) -> String {
    let owner = &shop.owner;
    let body = json!({ "email": "gerda.holm@people.example", "firstName": "Gerda", "lastName": "Holmqvist", "role": "user",
        "phone": "+47 55 51 23 45", "notes": "Known to the harbour master", "password": "harbour lantern 42 brass" });
    let id = owner.post("/users", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
    let _ = app.nobody().post("/auth/login", json!({ "email": "gerda.holm@people.example", "password": "wrong wrong wrong" })).await;
    let herself = app.sign_in("gerda.holm@people.example").await;
    let _ = herself.get("/auth/me").await.ok();
    let _ = app.nobody().post("/auth/password/forgot", json!({ "email": "gerda.holm@people.example" })).await;
    app.settle().await;
    let product = shop.product("E-1", (2_500, json!(1.5), 10)).await;
    shop.customer.clone_from(&id);
    let mut wanted = shop.wants(&product, 1);
    wanted["shippingAddress"]["street"] = json!("Tollbugata 17");
    wanted["shippingAddress"]["name"] = json!("Gerda Holmqvist");
    wanted["notes"] = json!("Leave it with the harbour master");
    let order = shop.owner.post("/orders", wanted).await.is(201).data()["id"].as_str().unwrap().to_owned();
    let cart = json!({ "customerId": id, "shippingAddress": { "name": "Gerda Holmqvist", "street": "Tollbugata 17", "city": "Bergen", "zipCode": "5003", "country": "NO" }, "notes": "Known to the harbour master" });
    let _ = shop.owner.post("/carts", cart).await.is(201);
    let parts: [files::Part<'_>; 3] =
        [("subjectType", None, b"user"), ("subjectId", None, id.as_bytes()), ("file", Some("passport-scan.txt"), b"Gerda Holmqvist")];
    let _ = files::send(&shop.owner, &parts).await.is(201);
    let _ = shop.owner.post(&format!("/users/{id}/lock"), json!({ "reason": "Gerda asked for it" })).await.ok();
    order
}

async fn over(by: &Caller, order: &str) {
    let _ = by.post(&format!("/orders/{order}/cancel"), json!({ "reason": "Changed their mind" })).await.ok();
}

both! {
    async fn nothing_of_the_person_is_left_and_everything_else_is(app) {
        let mut shop = Shop::open(&app).await;
        let order = somebody(&app, &mut shop).await;
        let (owner, id) = (&shop.owner, shop.customer.clone());
        let path = format!("/users/{id}");
        let erase = json!({ "reason": "asked for it in writing" });
        let _ = owner.post(&format!("{path}/erase"), erase.clone()).await.problem(409, "not_deleted");
        let _ = owner.delete(&path).await.is(204);
        let _ = owner.post(&format!("{path}/erase"), erase.clone()).await.problem(409, "orders_open");
        over(owner, &order).await;
        let _ = app.caller(Role::Support).await.post(&format!("{path}/erase"), erase.clone()).await.problem(403, "forbidden");
        let _ = owner.post(&format!("{path}/erase"), json!({ "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
        let gone = owner.post(&format!("{path}/erase"), erase.clone()).await.ok().data();
        assert_eq!((gone["name"].as_str(), gone["status"].as_str()), (Some("Erased person"), Some("deleted")));
        assert!(gone["erasedAt"].is_string() && gone.get("phone").is_none() && gone.get("notes").is_none());
        while jobs::run_due(&app.app).await.unwrap() > 0 {}
        let dump = format!("{:?}", app.db_dump(app.tenant().await).await);
        for word in WORDS {
            assert!(!dump.contains(word), "{word} is still there: {}", around(&dump, word));
        }
        // The order, its money and the chain of the log are as they were.
        let kept = owner.get(&format!("/orders/{order}")).await.ok().data();
        assert_eq!((kept["shippingAddress"]["country"].as_str(), kept["shippingAddress"]["street"].as_str()), (Some("NO"), Some("")));
        let verdict = owner.get("/audit/verify").await.ok().data();
        assert_eq!(verdict["intact"], true, "{verdict}");
        assert!(verdict["erased"].as_i64().unwrap() >= 4, "{verdict}");
        let line = owner.get("/audit?action=user.erase").await.ok().data();
        assert_eq!((line[0]["reason"].as_str(), line[0]["subject"]["id"].as_str()), (Some("asked for it in writing"), Some(id.as_str())));
        let _ = owner.call(Method::POST, &format!("{path}/restore"), None).await.problem(409, "erased");
        let _ = owner.post(&format!("{path}/erase"), erase).await.problem(409, "erased");
        assert_eq!(owner.get("/users?search=gerda&status=deleted").await.ok().meta()["total"], 0);
    }

    async fn whoever_worked_here_leaves_no_name_behind(app) {
        let shop = Shop::open(&app).await;
        let tenant = app.tenant().await;
        let staff = app.db_user(tenant, Role::Owner, "Gerda").await;
        let gerda = app.signed_in(staff.clone()).await;
        let other = app.caller(Role::Support).await.id.unwrap();
        let right = gerda.post(&format!("/users/{other}/rights"), json!({ "permission": "read:audit", "effect": "grant", "reason": "accounts" })).await.is(201).data();
        let _ = gerda.delete(&format!("/users/{other}/rights/{}", right["id"].as_str().unwrap())).await.ok();
        let _ = gerda.call(Method::POST, "/break-glass", None).await;
        let put = app.app.db.transact(tenant, async |tx| {
            // Asked for by her, decided by her, each once.
            let text = "INSERT INTO approvals (id, tenant_id, kind, subject_type, subject_id, subject_label, amount, currency, reason, cause, state, \
                requested_by, requested_by_name, requested_at, expires_at, decided_by, decided_by_name, decision_reason, updated_at) \
                VALUES ($1, $2, 'refund', 'order', $3, '#1', 100, 'EUR', 'Gerda says so', 'more than 1.00', 'done', $4, $5, $6, $6, $7, $8, 'Gerda agrees', $6)";
            for (by, name, decided, decider) in [(staff.id, "Gerda Example", staff.id, "Gerda Example")] {
                let id: uuid::Uuid = app.app.ids.next(app.app.clock.now());
                let query = sql(text).bind(id).bind(tenant).bind(staff.id).bind(by).bind(name.to_owned()).bind(staff.created_at);
                tx.run(query.bind(decided).bind(decider.to_owned())).await?;
            }
            Ok::<_, purser_store::Error>(())
        });
        put.await.unwrap();
        let _ = shop.owner.delete(&format!("/users/{}", staff.id)).await.is(204);
        let _ = shop.owner.post(&format!("/users/{}/erase", staff.id), json!({ "reason": "left long ago" })).await.ok();
        while jobs::run_due(&app.app).await.unwrap() > 0 {}
        let dump = format!("{:?}", app.db_dump(tenant).await);
        assert!(!dump.contains("Gerda"), "{}", around(&dump, "Gerda"));
        assert_eq!(shop.owner.get("/audit/verify").await.ok().data()["intact"], true);
    }

    async fn texts_taken_out_by_hand_are_noticed(app) {
        let owner = app.owner().await;
        let ada = id(&invited(&owner, "Ada", "user").await);
        let tenant = app.tenant().await;
        let row = owner.get(&format!("/audit?subjectId={ada}")).await.ok().data()[0].clone();
        // As somebody would who has the file: the hash is right, but nobody was erased.
        let changed = app.app.db.transact(tenant, async |tx| {
            let about = purser_store::audit::About::Subjects(vec![ada.parse().unwrap()]);
            purser_store::audit::erase(tx, &about, 10).await
        });
        assert_eq!(changed.await.unwrap(), 1);
        let verdict = owner.get("/audit/verify").await.ok().data();
        assert_eq!((verdict["intact"].as_bool(), verdict["firstBad"]["seq"].as_i64()), (Some(false), row["seq"].as_i64()), "{verdict}");
        // And nothing else of a line can be touched, nor an erased one filled again.
        for change in ["UPDATE audit_log SET action = 'x' WHERE tenant_id = $1", "UPDATE audit_log SET subject_label = 'x' WHERE tenant_id = $1",
            "UPDATE audit_log SET reason = NULL, salt_subject = NULL WHERE tenant_id = $1", "DELETE FROM audit_log WHERE tenant_id = $1"] {
            let refused = app.app.db.transact(Scope::from(tenant), async |tx| tx.run(sql(change).bind(tenant)).await).await;
            assert!(refused.is_err(), "{change}");
        }
    }

    async fn everything_held_about_somebody_is_one_file(app) {
        let mut shop = Shop::open(&app).await;
        let _ = somebody(&app, &mut shop).await;
        let path = format!("/users/{}/personal-data", shop.customer);
        let _ = app.caller(Role::Support).await.get(&path).await.problem(403, "forbidden");
        let reply = shop.owner.get(&path).await.ok();
        assert_eq!(reply.header("content-disposition"), Some("attachment; filename=\"personal-data.json\""));
        let held = reply.json();
        assert_eq!((held["account"]["phone"].as_str(), held["account"]["email"].as_str()), (Some("+47 55 51 23 45"), Some("gerda.holm@people.example")));
        assert_eq!(held["trade"]["orders"][0]["shippingAddress"]["street"], "Tollbugata 17");
        for (part, rows) in [("account", ["identities", "apiKeys", "rights", "lookedAtBy"].as_slice()), ("trade", &["refunds", "returns"])] {
            for name in rows { assert!(held[part][*name].is_array(), "{part}.{name}"); }
        }
        assert_eq!(held["traces"]["files"][0]["name"], "passport-scan.txt");
        assert!(held["traces"]["signIns"].as_array().unwrap().len() >= 2 && !held["traces"]["mails"].as_array().unwrap().is_empty());
        assert!(held["traces"]["logAbout"].as_array().unwrap().iter().any(|line| line["what"] == "user.lock"));
        let log = shop.owner.get("/audit?action=user.personal_data").await.ok().data();
        assert_eq!(log[0]["subject"]["id"], shop.customer);
        // Everybody may have their own.
        let me = app.caller(Role::User).await.get("/auth/personal-data").await.ok().json();
        assert!(me["account"]["email"].is_string());
        assert!(!me.to_string().contains("gerda"));
    }
}

fn around(dump: &str, word: &str) -> String {
    let place = dump.find(word).unwrap_or(0);
    dump.chars().skip(dump[..place].chars().count().saturating_sub(300)).take(500).collect()
}
