//! GET /orders/{id} and its timeline

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn an_order_shows_everything_in_a_fixed_number_of_statements(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let path = format!("/orders/{}", done["order"]["id"].as_str().unwrap());
        let payment = done["payment"]["id"].as_str().unwrap();
        let _ = shop.refund(payment, Some(1_000)).await.is(201);
        let count = async || {
            let before = app.app.db.statements();
            let order = shop.owner.get(&path).await.ok().data();
            (app.app.db.statements() - before, order)
        };
        let (few, order) = count().await;
        assert_eq!(order["refunds"][0]["createdBy"]["name"], "Olive Owner");
        assert_eq!(order["shippingAddress"]["city"], "Bergen");
        assert_eq!(order["paymentState"], "partially_refunded");
        for _ in 0..5 {
            let _ = shop.refund(payment, Some(100)).await.is(201);
        }
        let (many, order) = count().await;
        assert_eq!(order["refunds"].as_array().unwrap().len(), 6);
        assert_eq!(few, many);
        assert!(many <= 7, "{many} statements, authority included");
    }

    async fn a_renamed_product_keeps_its_name_in_old_orders(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 10)).await;
        let order = shop.owner.post("/orders", shop.wants(&product, 1)).await.is(201).data();
        let change = json!({ "name": "Beacon", "price": { "amount": 1, "currency": "EUR" } });
        let version = shop.owner.get(&format!("/products/{product}")).await.ok().data()["version"].to_string();
        let _ = shop.owner.with("if-match", &version).patch(&format!("/products/{product}"), change).await.ok();
        let again = shop.owner.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((again["items"].clone(), again["total"].clone()), (order["items"].clone(), order["total"].clone()));
    }

    async fn the_story_of_an_order_tells_each_thing_once(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let order = done["order"]["id"].as_str().unwrap();
        app.advance(1_000_000);
        let _ = shop.refund(done["payment"]["id"].as_str().unwrap(), Some(1_000)).await.is(201);
        let story = shop.owner.get(&format!("/orders/{order}/timeline")).await.ok().data();
        let kinds: Vec<_> = story.as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds[0], "refund", "{story}");
        for (kind, times) in [("order", 1), ("payment", 2), ("refund", 1)] {
            assert_eq!(kinds.iter().filter(|k| *k == kind).count(), times, "{story}");
        }
        let mut actions: Vec<_> = story.as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        actions.sort_unstable();
        assert!(actions.windows(2).all(|pair| pair[0] != pair[1]), "{story}");
        assert_eq!(story[0]["amount"]["amount"], 1_000);
        assert!(story[0]["auditId"].is_string());
    }

    async fn others_do_not_see_it(app) {
        let shop = Shop::open(&app).await;
        let path = format!("/orders/{}", shop.order().await["id"].as_str().unwrap());
        let _ = app.stranger(Role::Owner).await.get(&path).await.problem(404, "not_found");
        let _ = app.caller(Role::User).await.get(&path).await.problem(404, "not_found");
        let _ = app.caller(Role::Guest).await.get(&path).await.problem(403, "forbidden");
        let _ = shop.owner.get("/orders/not-an-id").await.problem(400, "invalid");
    }
}
