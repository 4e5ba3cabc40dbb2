//! GET /orders/{id}/history, /orders/{id}/history/{version}, /orders/history/proof: what happened to an order tells what it is.

use axum::http::Method;
use purser_core::Error;
use purser_core::access::Role;
use purser_core::history::{Change, Told};
use purser_core::ids::OrderId;
use purser_service::bus::catch_up;
use purser_service::orders::history::{Snapshots, rebuild};
use purser_store::history::{self, Append};
use purser_store::sql;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

async fn live_and_told(app: &TestApp, id: OrderId) -> (Told, Told) {
    let tenant = app.tenant().await;
    let both = app.app.db.read(tenant, async |tx| {
        let live = history::live(tx, id).await?.expect("the order");
        Ok::<_, Error>((live, rebuild(tx, id, i64::MAX).await?.expect("its history")))
    });
    both.await.unwrap()
}

async fn proof(by: &Caller) -> Value {
    by.get("/orders/history/proof").await.ok().data()
}

fn id_of(order: &Value) -> OrderId {
    order["id"].as_str().unwrap().parse().unwrap()
}

/// One thing somebody does to an order; whether it is allowed at the moment is for the order to say.
async fn deed(shop: &Shop, id: OrderId, dice: u64) {
    let path = format!("/orders/{id}");
    let post = async |end: &str, body: Value| shop.owner.post(&format!("{path}/{end}"), body).await;
    let _ = match dice % 9 {
        0 => post("pay", json!({ "paymentMethod": "pm_card_visa" })).await,
        1 => post("pay", json!({ "paymentMethod": "pm_card_chargeDeclined" })).await,
        2 => post("hold", json!({ "reason": "asked for" })).await,
        3 => shop.owner.call(Method::POST, &format!("{path}/release"), None).await,
        4 => shop.owner.call(Method::PUT, &format!("{path}/tags"), Some(json!({ "tags": [format!("t{dice}")] }))).await,
        5 => post("refunds", json!({ "amount": { "amount": 1 + dice % 50, "currency": "EUR" }, "reason": "scratched" })).await,
        6 => post("state", json!({ "state": "processing" })).await,
        7 => post("fulfilments", json!({ "carrier": "Posten" })).await,
        _ if dice.is_multiple_of(4) => post("cancel", json!({ "reason": "changed their mind" })).await,
        _ => post("hold", json!({ "reason": "again" })).await,
    };
}

both! {
    async fn whatever_is_done_to_orders_their_histories_tell_it(app) {
        let shop = Shop::open(&app).await;
        let mut orders = Vec::new();
        for _ in 0..3 {
            orders.push(id_of(&shop.order().await));
        }
        let mut dice: u64 = 20_261_121;
        for turn in 0..60 {
            // A small generator of its own: the same deeds at every run.
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let id = orders[usize::try_from((dice >> 40) % 3).unwrap()];
            deed(&shop, id, dice >> 33).await;
            app.advance(1_000);
            let (live, told) = live_and_told(&app, id).await;
            assert_eq!(live, told, "after {turn} deeds");
        }
        app.settle().await;
        let whole = proof(&shop.owner).await;
        assert_eq!((whole["intact"].as_bool(), whole["checked"].as_i64()), (Some(true), Some(3)), "{whole}");
    }

    async fn an_order_is_shown_as_it_was(app) {
        let shop = Shop::open(&app).await;
        let paid = shop.paid_by("pm_card_visa").await;
        let id = id_of(&paid["order"]);
        let _ = shop.refund(paid["payment"]["id"].as_str().unwrap(), Some(900)).await.is(201);
        app.settle().await;
        let _ = shop.owner.post(&format!("/orders/{id}/hold"), json!({ "reason": "Ada asked for it" })).await.ok();
        let path = format!("/orders/{id}/history");
        let rows = shop.owner.get(&path).await.ok().data();
        let rows = rows.as_array().unwrap();
        let versions: Vec<i64> = rows.iter().map(|row| row["version"].as_i64().unwrap()).collect();
        assert_eq!(versions, (1..=versions.len()).rev().map(|version| i64::try_from(version).unwrap()).collect::<Vec<_>>());
        let kinds: Vec<&str> = rows.iter().map(|row| row["kind"].as_str().unwrap()).collect();
        assert_eq!((kinds[0], kinds[1], kinds[kinds.len() - 1]), ("held", "refunded", "placed"), "{kinds:?}");
        assert!(!rows.iter().any(|row| row.to_string().contains("Ada")), "nothing about a person");
        let older = shop.owner.get(&format!("{path}?before=3")).await.ok().data();
        assert_eq!(older.as_array().unwrap().len(), 2);
        let first = shop.owner.get(&format!("{path}/1")).await.ok().data();
        assert_eq!((first["state"].as_str(), first["paid"]["amount"].as_i64(), first["total"]["amount"].as_i64()), (Some("pending"), Some(0), Some(5_900)));
        let now = shop.owner.get(&format!("{path}/{}", versions[0])).await.ok().data();
        let order = shop.owner.get(&format!("/orders/{id}")).await.ok().data();
        for field in ["state", "paymentState", "paid", "refunded", "total", "version", "createdAt", "updatedAt"] {
            assert_eq!(now[field], order[field], "{field}");
        }
        assert_eq!(now["held"], true);
        let _ = shop.owner.get(&format!("{path}/999")).await.problem(404, "not_found");
        let stranger = app.stranger(Role::Owner).await;
        let _ = stranger.get(&path).await.problem(404, "not_found");
        let _ = stranger.get(&format!("{path}/1")).await.problem(404, "not_found");
        assert_eq!(proof(&stranger).await["checked"], 0);
    }

    async fn a_long_history_is_read_from_a_snapshot_and_tells_the_same(app) {
        let shop = Shop::open(&app).await;
        let id = id_of(&shop.order().await);
        for turn in 0..25 {
            let _ = shop.owner.call(Method::PUT, &format!("/orders/{id}/tags"), Some(json!({ "tags": [format!("t{turn}")] }))).await.ok();
        }
        catch_up(&app.app, &Snapshots).await.unwrap();
        let tenant = app.tenant().await;
        let kept = async || app.app.db.read(tenant, async |tx| history::snapshot(tx, id).await).await.unwrap();
        let snapshot = kept().await.expect("a snapshot");
        assert_eq!(snapshot.version, 26);
        let _ = shop.owner.post(&format!("/orders/{id}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let (live, told) = live_and_told(&app, id).await;
        assert_eq!(live, told);
        assert!(live.version > snapshot.version);
        // As it was before the snapshot, and without it.
        let early = shop.owner.get(&format!("/orders/{id}/history/2")).await.ok().data();
        assert_eq!(early["version"], 2);
        assert_eq!(proof(&shop.owner).await["intact"], true);
        // Shown again, it is not made anew.
        let _ = shop.owner.post("/events/consumers/history/replay", json!({ "fromSeq": 1, "reason": "to see" })).await.ok();
        catch_up(&app.app, &Snapshots).await.unwrap();
        assert_eq!(kept().await, Some(snapshot));
    }

    async fn two_changes_never_make_the_same_version(app) {
        let shop = Shop::open(&app).await;
        let id = id_of(&shop.order().await);
        let tenant = app.tenant().await;
        let at = app.app.clock.now();
        let write = async |version| {
            let event = Append { order: id, version, change: Change::Tagged, at };
            app.app.db.transact(tenant, async |tx| history::append(tx, &[event]).await.map_err(Error::from)).await
        };
        let (one, other) = tokio::join!(write(2), write(2));
        let mut codes: Vec<&str> = [one, other].into_iter().map(|done| done.err().map_or("done", |error| error.code())).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["done", "moved_on"]);
        // Somebody who read version 1 changes the row after it: refused, and the row stays.
        let hold = shop.owner.post(&format!("/orders/{id}/hold"), json!({ "reason": "late" })).await;
        let _ = hold.problem(409, "moved_on");
        assert_eq!(shop.owner.get(&format!("/orders/{id}")).await.ok().data()["version"], 1);
    }

    async fn a_row_that_was_changed_behind_its_history_is_told(app) {
        let shop = Shop::open(&app).await;
        let paid = shop.paid_by("pm_card_visa").await;
        let (one, other) = (id_of(&paid["order"]), id_of(&shop.order().await));
        assert_eq!(proof(&shop.owner).await["intact"], true);
        let tenant = app.tenant().await;
        let plant = async |statement: &'static str, id: OrderId| {
            let done = app.app.db.transact(tenant, async |tx| tx.run(sql(statement).bind(tx.tenant()).bind(id)).await).await;
            assert_eq!(done.unwrap(), 1);
        };
        plant("UPDATE orders SET paid = paid - 1 WHERE tenant_id = $1 AND id = $2", one).await;
        plant("UPDATE orders SET version = version + 1 WHERE tenant_id = $1 AND id = $2", other).await;
        let found = proof(&shop.owner).await;
        assert_eq!(found["intact"], false);
        let reason = |id: OrderId| {
            let rows = found["wrong"].as_array().unwrap();
            rows.iter().find(|row| row["id"] == id.to_string()).unwrap_or_else(|| panic!("{found}"))["reason"].as_str().unwrap().to_owned()
        };
        assert!(reason(one).contains("not what"), "{}", reason(one));
        assert!(reason(other).contains("missing"), "{}", reason(other));
        plant("DELETE FROM order_events WHERE tenant_id = $1 AND order_id = $2 AND version = 1", one).await;
        let found = proof(&shop.owner).await;
        assert!(found["wrong"].to_string().contains("no beginning"), "{found}");
    }

    async fn rows_that_were_lost_are_written_anew_from_their_histories(app) {
        let shop = Shop::open(&app).await;
        let paid = shop.paid_by("pm_card_visa").await;
        let (one, other, third) = (id_of(&paid["order"]), id_of(&shop.order().await), id_of(&shop.order().await));
        let tenant = app.tenant().await;
        let rows = async || {
            let told = app.app.db.read(tenant, async |tx| history::live_after(tx, OrderId(uuid::Uuid::nil()), 10).await).await;
            told.unwrap()
        };
        let plant = async |statement: &'static str, id: OrderId| {
            let done = app.app.db.transact(tenant, async |tx| tx.run(sql(statement).bind(tx.tenant()).bind(id)).await).await;
            assert_eq!(done.unwrap(), 1);
        };
        let before = rows().await;
        let blank = "UPDATE orders SET state = 'pending', payment_state = 'unpaid', paid = 0, country = 'XX', held_at = created_at \
             WHERE tenant_id = $1 AND id = $2";
        plant(blank, one).await;
        plant("UPDATE orders SET shipping = shipping + 100, total = total + 100, item_count = 99 WHERE tenant_id = $1 AND id = $2", other).await;
        plant("UPDATE orders SET version = version + 1 WHERE tenant_id = $1 AND id = $2", third).await;
        let again = async |reason: &str| shop.owner.post("/orders/history/restore", json!({ "reason": reason })).await;
        let _ = again(" ").await.problem(400, "invalid");
        let done = again("a table was lost").await.ok().data();
        assert_eq!((done["restored"].as_i64(), done["proof"]["checked"].as_i64()), (Some(2), Some(3)), "{done}");
        // One that knows more than its history is left as it is.
        let wrong = done["proof"]["wrong"].as_array().unwrap();
        assert_eq!((wrong.len(), wrong[0]["id"].as_str(), wrong[0]["code"].as_str()), (1, Some(third.to_string().as_str()), Some("gap")));
        plant("UPDATE orders SET version = version - 1 WHERE tenant_id = $1 AND id = $2", third).await;
        assert_eq!(rows().await, before);
        let done = again("once more").await.ok().data();
        assert_eq!((done["restored"].as_i64(), done["proof"]["intact"].as_bool()), (Some(0), Some(true)));
        let lines = shop.owner.get("/audit?action=order.restore").await.ok().data();
        assert_eq!(lines.as_array().unwrap().len(), 2, "{lines}");
        let reader = app.caller(Role::Auditor).await;
        let _ = reader.post("/orders/history/restore", json!({ "reason": "let me" })).await.problem(403, "forbidden");
    }
}
