//! POST /products/{id}/stock, GET /products/{id}/movements: what moved, and that it always adds up.

use purser_core::access::Role;
use purser_store::sql;
use purser_testkit::{TestApp, both, json, times};
use serde_json::Value;

use crate::routes::shop::Shop;

/// Assert that what every product says is what its movements add up to.
async fn adds_up(shop: &Shop, product: &str) -> (i64, i64) {
    let rows = shop.owner.get(&format!("/products/{product}/movements?limit=100")).await.ok().data();
    let sum = |name: &str| rows.as_array().unwrap().iter().map(|row| row[name].as_i64().unwrap()).sum::<i64>();
    let now = shop.owner.get(&format!("/products/{product}")).await.ok().data();
    assert_eq!((sum("available"), sum("reserved")), (now["stock"].as_i64().unwrap(), now["reserved"].as_i64().unwrap()), "{rows}");
    (now["stock"].as_i64().unwrap(), now["reserved"].as_i64().unwrap())
}

#[derive(sqlx::FromRow)]
struct Told {
    times: i64,
}

/// How often somebody was told that a product is running out.
async fn told(app: &TestApp) -> i64 {
    let tenant = app.tenant().await;
    let count = app.app.db.read(tenant, async |tx| {
        tx.one::<Told>(sql("SELECT COUNT(*) AS times FROM events WHERE tenant_id = $1 AND action = 'low_stock'").bind(tenant)).await
    });
    count.await.unwrap().times
}

both! {
    async fn stock_moves_by_hand_and_by_orders(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("MOVED", (1_000, json!(0), 10)).await;
        let path = format!("/products/{product}/stock");
        let step = async |body: Value| shop.owner.post(&path, body).await;
        assert_eq!(step(json!({ "kind": "received", "quantity": 5 })).await.ok().data()["stock"], 15);
        assert_eq!(step(json!({ "kind": "corrected", "quantity": -3, "reason": "Broken" })).await.ok().data()["stock"], 12);
        let order = shop.owner.post("/orders", shop.wants(&product, 4)).await.is(201).data();
        assert_eq!(adds_up(&shop, &product).await, (8, 4));
        let _ = step(json!({ "kind": "counted", "quantity": 3 })).await.problem(409, "not_enough_stock");
        assert_eq!(step(json!({ "kind": "counted", "quantity": 20 })).await.ok().data()["stock"], 16, "4 of the 20 are promised");
        let _ = step(json!({ "kind": "corrected", "quantity": -17, "reason": "Gone" })).await.problem(409, "not_enough_stock");
        let order = format!("/orders/{}", order["id"].as_str().unwrap());
        let _ = shop.owner.post(&format!("{order}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        for state in ["processing", "shipped"] {
            let _ = shop.owner.post(&format!("{order}/state"), json!({ "state": state })).await.ok();
        }
        assert_eq!(adds_up(&shop, &product).await, (16, 0), "what was shipped is no longer set aside");
        let doomed = shop.owner.post("/orders", shop.wants(&product, 6)).await.is(201).data();
        assert_eq!(adds_up(&shop, &product).await, (10, 6));
        let cancel = format!("/orders/{}/cancel", doomed["id"].as_str().unwrap());
        let _ = shop.owner.post(&cancel, json!({ "reason": "Changed their mind" })).await.ok();
        let _ = shop.owner.post(&cancel, json!({ "reason": "Again" })).await.problem(409, "already_cancelled");
        assert_eq!(adds_up(&shop, &product).await, (16, 0));
        let rows = shop.owner.get(&format!("/products/{product}/movements")).await.ok().data();
        let kinds: Vec<&str> = rows.as_array().unwrap().iter().rev().map(|row| row["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.len(), 8, "{kinds:?}");
        for kind in ["counted", "received", "corrected", "reserved", "sold", "released"] {
            assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
        }
        assert_eq!(rows.as_array().unwrap().iter().find(|row| row["kind"] == "sold").unwrap()["orderNumber"], 1);
        let version = shop.owner.get(&format!("/products/{product}")).await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &version).patch(&format!("/products/{product}"), json!({ "stock": 3 })).await.ok();
        assert_eq!(adds_up(&shop, &product).await, (3, 0), "a change of the product is a correction");
    }

    async fn what_makes_no_move_is_named(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("NAMED", (1_000, json!(0), 10)).await;
        let path = format!("/products/{product}/stock");
        for (body, field, code) in [
            (json!({ "kind": "sold", "quantity": 1 }), "kind", "not_by_hand"),
            (json!({ "kind": "received", "quantity": 0 }), "quantity", "out_of_range"),
            (json!({ "kind": "received", "quantity": -1 }), "quantity", "out_of_range"),
            (json!({ "kind": "counted", "quantity": -1 }), "quantity", "out_of_range"),
            (json!({ "kind": "corrected", "quantity": 0, "reason": "x" }), "quantity", "out_of_range"),
            (json!({ "kind": "corrected", "quantity": 1 }), "reason", "required"),
            (json!({ "kind": "received", "quantity": i64::MAX }), "quantity", "out_of_range"),
        ] {
            let _ = shop.owner.post(&path, body).await.problem(400, "invalid").complains(field, code);
        }
        assert_eq!(adds_up(&shop, &product).await, (10, 0));
        let _ = app.caller(Role::Support).await.post(&path, json!({ "kind": "received", "quantity": 1 })).await.problem(403, "forbidden");
        let _ = app.caller(Role::User).await.get(&format!("/products/{product}/movements")).await.problem(403, "forbidden");
    }

    async fn running_out_is_said_once_and_by_its_own_threshold(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("LOW", (1_000, json!(0), 6)).await;
        let _ = shop.owner.with("if-match", "\"1\"").patch(&format!("/products/{product}"), json!({ "lowStock": 5 })).await.ok();
        let low = async || shop.owner.get("/products?lowStock=true").await.ok().meta()["total"].clone();
        assert_eq!(low().await, 0);
        for (pieces, times) in [(1, 0), (1, 1)] {
            let _ = shop.owner.post("/orders", shop.wants(&product, pieces)).await.is(201);
            assert_eq!(told(&app).await, times);
        }
        assert_eq!(low().await, 1);
        let _ = shop.owner.post("/orders", shop.wants(&product, 1)).await.is(201);
        assert_eq!(told(&app).await, 1, "once is enough");
    }

    async fn what_is_set_aside_and_not_paid_for_goes_back_in_its_time(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("LAPSE", (1_000, json!(0), 10)).await;
        let mut wants = shop.wants(&product, 2);
        wants["reserveMinutes"] = json!(5);
        let enter = async || shop.owner.post("/orders", wants.clone()).await.is(201).data();
        let (lapsed, paid, promised) = (enter().await, enter().await, enter().await);
        assert!(lapsed["payUntil"].is_string(), "{lapsed}");
        let kept = shop.owner.post("/orders", shop.wants(&product, 1)).await.is(201).data();
        for (order, capture) in [(&paid, "automatic"), (&promised, "manual")] {
            let body = json!({ "paymentMethod": "pm_card_visa", "capture": capture });
            let _ = shop.owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), body).await.ok();
        }
        assert_eq!(adds_up(&shop, &product).await, (3, 7));
        app.advance(4 * 60_000_000);
        purser_service::jobs::run_due(&app.app).await.unwrap();
        assert_eq!(adds_up(&shop, &product).await, (3, 7), "not yet");
        app.advance(60_000_000);
        purser_service::jobs::run_due(&app.app).await.unwrap();
        assert_eq!(adds_up(&shop, &product).await, (5, 5));
        for (order, state) in [(&lapsed, "cancelled"), (&paid, "paid"), (&promised, "pending"), (&kept, "pending")] {
            assert_eq!(shop.owner.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await.ok().data()["state"], state);
        }
        wants["reserveMinutes"] = json!(0);
        let _ = shop.owner.post("/orders", wants).await.problem(400, "invalid").complains("reserveMinutes", "out_of_range");
    }

    async fn what_moved_is_a_file_of_one_product_or_of_all(app) {
        let shop = Shop::open(&app).await;
        let (one, two) = (shop.product("=ONE", (1_000, json!(0), 10)).await, shop.product("TWO", (1_000, json!(0), 4)).await);
        let broken = json!({ "kind": "corrected", "quantity": -2, "reason": "=cmd|' /C calc'!A0" });
        let _ = shop.owner.post(&format!("/products/{one}/stock"), broken).await.ok();
        let order = shop.owner.post("/orders", shop.wants(&two, 3)).await.is(201).data();
        let file = async |query: &str| shop.owner.get(&format!("/products/movements/export{query}")).await.ok();
        let all = file("").await;
        assert!(all.header("content-disposition").unwrap().contains("movements.csv"));
        let text = all.text();
        assert!(text.starts_with("\u{feff}id,created_at,product_id,sku,product,kind,available,reserved,reason,order_number,by\r\n"), "{text}");
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.contains(",'=ONE,Lantern =ONE,corrected,-2,0,'=cmd|' /C calc'!A0,,Olive Owner"), "{text}");
        assert!(text.contains(&format!(",TWO,Lantern TWO,reserved,-3,3,,{},", order["number"])), "{text}");
        let of_one = file(&format!("?productId={one}")).await.text();
        assert!(of_one.lines().count() == 3 && !of_one.contains("TWO"), "{of_one}");
        assert_eq!(file("?kind=reserved").await.text().lines().count(), 2);
        assert_eq!(file("?to=2001-01-01T00:00:00Z").await.text().lines().count(), 1);
        let log = shop.owner.get("/audit?action=product.export_movements").await.ok();
        assert_eq!((log.meta()["total"].as_i64(), log.data()[2]["after"]["product"].as_str()), (Some(4), Some(one.as_str())));
        let _ = shop.owner.get("/products/movements/export?colour=red").await.problem(400, "invalid").complains("colour", "unknown_field");
        let refused = app.caller(Role::Moderator).await.get("/products/movements/export").await.problem(403, "forbidden").json();
        assert_eq!(refused["missing"], "export:order");
        let _ = app.caller(Role::Finance).await.get("/products/movements/export").await.problem(403, "forbidden");
        assert_eq!(app.stranger(Role::Owner).await.get("/products/movements/export").await.ok().text().lines().count(), 1);
    }

    /// Fifty, or two hundred at night.
    async fn many_buyers_of_one_piece_make_one_order(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("LAST", (1_000, json!(0), 1)).await;
        let wants = shop.wants(&product, 1);
        let buyers = (0..times(50, 200)).map(|_| shop.owner.post("/orders", wants.clone()));
        let replies = futures::future::join_all(buyers).await;
        let sold = replies.iter().filter(|reply| reply.status.as_u16() == 201).count();
        assert_eq!(sold, 1);
        assert!(replies.iter().all(|reply| [201, 409, 422].contains(&reply.status.as_u16())), "{:?}", replies.iter().map(|r| r.status).collect::<Vec<_>>());
        assert_eq!(adds_up(&shop, &product).await, (0, 1));
        assert_eq!(shop.owner.get("/orders").await.ok().meta()["total"], 1);
    }
}
