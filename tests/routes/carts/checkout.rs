//! POST /carts/{id}/checkout: one order, one effect for each key, and money by a run that ends whole or undone.

use purser_core::access::Role;
use purser_testkit::{Reply, TestApp, both, json, times};
use serde_json::Value;

use super::{cart, path_of, play};
use crate::routes::shop::{Shop, address};

/// A cart with so many pieces of `product` that is ready to be ordered.
async fn ready(shop: &Shop, product: &str, quantity: i64) -> String {
    let body = json!({ "kind": "draft", "customerId": shop.customer, "lines": [{ "productId": product, "quantity": quantity }], "shippingAddress": address() });
    path_of(&shop.owner.post("/carts", body).await.is(201).data())
}

async fn order_of(app: &TestApp, reply: &Reply) -> Value {
    let id = reply.data()["order"]["id"].as_str().unwrap().to_owned();
    app.owner_unasked().await.get(&format!("/orders/{id}")).await.ok().data()
}

async fn saga_of(app: &TestApp, reply: &Reply) -> Value {
    app.owner_unasked().await.get(&format!("/sagas/{}", reply.data()["sagaId"].as_str().unwrap())).await.ok().data()
}

/// Stock and what is set aside.
async fn stock(app: &TestApp, product: &str) -> (i64, i64) {
    let now = app.owner_unasked().await.get(&format!("/products/{product}")).await.ok().data();
    (now["stock"].as_i64().unwrap(), now["reserved"].as_i64().unwrap())
}

both! {
    async fn a_cart_becomes_a_paid_order_that_is_being_packed(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let _ = shop.owner.post("/coupons", json!({ "code": "FIVE", "kind": "fixed", "amountOff": 500, "limitTotal": 1 })).await.is(201);
        let body = json!({ "customerId": shop.customer, "lines": [{ "productId": lamp, "quantity": 2 }], "coupons": ["FIVE"], "shippingAddress": address() });
        let opened = shop.owner.post("/carts", body).await.is(201).data();
        let path = format!("{}/checkout", path_of(&opened));
        let eur = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
        let _ = shop.owner.post(&path, json!({ "paymentMethod": "pm_card_visa", "expectedTotal": eur(5_900) })).await.problem(409, "total_changed");
        let _ = shop.owner.post(&path, json!({ "paymentMethod": "pm_nonsense" })).await.problem(422, "unprocessable").complains("paymentMethod", "unknown_method");
        let _ = app.caller(Role::Support).await.post(&path, json!({ "paymentMethod": "pm_card_visa" })).await.problem(403, "forbidden");
        assert_eq!(stock(&app, &lamp).await, (10, 0));
        let reply = shop.owner.post(&path, json!({ "paymentMethod": "pm_card_visa", "expectedTotal": eur(5_400) })).await.is(201);
        let order = reply.data()["order"].clone();
        assert_eq!((order["total"].clone(), order["source"].clone(), order["payUntil"].is_string()), (eur(5_400), json!("shop"), true));
        assert_eq!(stock(&app, &lamp).await, (8, 2));
        let done = shop.owner.get(&path_of(&opened)).await.ok().data();
        assert_eq!((done["state"].clone(), done["orderId"].clone()), (json!("ordered"), order["id"].clone()));
        let _ = shop.owner.post(&path, json!({})).await.problem(409, "cart_closed");
        play(&app).await;
        let order = order_of(&app, &reply).await;
        assert_eq!((order["state"].clone(), order["paymentState"].clone(), order.get("payUntil")), (json!("processing"), json!("paid"), None), "{order}");
        let run = saga_of(&app, &reply).await;
        let steps: Vec<&str> = run["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
        assert_eq!((run["state"].clone(), steps), (json!("completed"), vec!["reserve", "price", "pay", "book", "notify", "fulfil"]), "{run}");
        let shop = Shop { owner: app.owner_unasked().await, ..shop };
        shop.books_balance().await;
        // The coupon is used up.
        let body = json!({ "items": [{ "productId": lamp, "quantity": 1 }], "coupons": ["FIVE"] });
        let _ = shop.owner.post("/orders/quote", body).await.problem(422, "unprocessable").complains("coupons[0]", "coupon_used_up");
    }

    async fn what_has_changed_is_taken_note_of_before(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        let opened = cart(&shop, &[(&lamp, 1)]).await;
        let path = path_of(&opened);
        let ask = async |body: Value| shop.owner.post(&format!("{path}/checkout"), body).await;
        let _ = ask(json!({})).await.problem(422, "unprocessable").complains("customerId", "required");
        let _ = shop.owner.with("if-match", "\"1\"").patch(&path, json!({ "customerId": shop.customer })).await;
        let etag = shop.owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", etag.as_str()).patch(&path, json!({ "customerId": shop.customer })).await.ok();
        let _ = ask(json!({})).await.problem(422, "unprocessable").complains("shippingAddress", "required");
        let _ = shop.owner.with("if-match", "\"1\"").patch(&format!("/products/{lamp}"), json!({ "price": { "amount": 1_100, "currency": "EUR" } })).await.ok();
        let _ = ask(json!({ "shippingAddress": address() })).await.problem(409, "cart_changed");
        let _ = shop.owner.call(axum::http::Method::POST, &format!("{path}/accept"), None).await.ok();
        let order = ask(json!({ "shippingAddress": address() })).await.is(201).data()["order"].clone();
        assert_eq!((order["state"].clone(), order["total"]["amount"].clone()), (json!("pending"), json!(1_188)));
        let empty = cart(&shop, &[]).await;
        let etag = shop.owner.get(&path_of(&empty)).await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", etag.as_str()).patch(&path_of(&empty), json!({ "customerId": shop.customer })).await.ok();
        let _ = shop.owner.post(&format!("{}/checkout", path_of(&empty)), json!({ "shippingAddress": address() })).await.problem(422, "unprocessable").complains("lines", "required");
    }

    /// Fifty, or two hundred at night.
    async fn many_checkouts_of_the_last_piece_make_one_order(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAST", (1_000, json!(0), 1)).await;
        let mut paths = Vec::new();
        for _ in 0..times(50, 200) {
            paths.push(format!("{}/checkout", ready(&shop, &lamp, 1).await));
        }
        let replies = futures::future::join_all(paths.iter().map(|path| shop.owner.post(path, json!({ "expectedTotal": { "amount": 1_080, "currency": "EUR" } })))).await;
        let won: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 201).collect();
        assert_eq!(won.len(), 1);
        for reply in replies.iter().filter(|reply| reply.status != 201) {
            assert!([409, 422].contains(&reply.status.as_u16()) && reply.text().contains("out_of_stock"), "{}", reply.text());
        }
        assert_eq!(stock(&app, &lamp).await, (0, 1));
        assert_eq!(shop.owner.get("/orders").await.ok().meta()["total"], 1);
    }

    async fn twenty_with_one_key_have_one_effect_and_one_answer(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(0), 50)).await;
        let path = format!("{}/checkout", ready(&shop, &lamp, 1).await);
        let by = shop.owner.with("idempotency-key", "checkout-1");
        let body = json!({ "paymentMethod": "pm_card_visa" });
        let replies = futures::future::join_all((0..20).map(|_| by.post(&path, body.clone()))).await;
        // Whoever came while the first was at it is told to wait, and then gets the same.
        assert!(replies.iter().all(|reply| reply.status == 201 || reply.text().contains("still_running")));
        let first = replies.iter().find(|reply| reply.status == 201).unwrap();
        for _ in 0..20 {
            assert_eq!(by.post(&path, body.clone()).await.is(201).text(), first.text());
        }
        let _ = by.post(&path, json!({})).await.problem(422, "unprocessable").complains("Idempotency-Key", "used_for_another_request");
        play(&app).await;
        let order = order_of(&app, first).await;
        assert_eq!((order["payments"].as_array().map(Vec::len), order["paid"]["amount"].clone()), (Some(1), json!(1_080)));
        let owner = app.owner_unasked().await;
        assert_eq!((owner.get("/orders").await.ok().meta()["total"].clone(), owner.get("/sagas").await.ok().meta()["total"].clone()), (json!(1), json!(1)));
        assert_eq!(stock(&app, &lamp).await, (49, 1));
    }

    async fn a_declined_card_keeps_the_order_or_calls_it_off(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        let ask = async |how: &str| {
            let path = format!("{}/checkout", ready(&shop, &lamp, 1).await);
            shop.owner.post(&path, json!({ "paymentMethod": "pm_card_declined", "ifDeclined": how })).await.is(201)
        };
        let (kept, cancelled) = (ask("keep").await, ask("cancel").await);
        play(&app).await;
        for (reply, state) in [(&kept, "pending"), (&cancelled, "cancelled")] {
            let order = order_of(&app, reply).await;
            assert_eq!((order["state"].as_str(), order["paid"]["amount"].clone()), (Some(state), json!(0)), "{order}");
            let run = saga_of(&app, reply).await;
            assert_eq!(run["state"], "failed", "{run}");
        }
        assert_eq!(stock(&app, &lamp).await, (9, 1));
        // The one that was kept is paid another way; its run, begun anew, takes nothing more and gives nothing back.
        let owner = app.owner_unasked().await;
        let id = kept.data()["order"]["id"].as_str().unwrap().to_owned();
        let _ = owner.post(&format!("/orders/{id}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let saga = format!("/sagas/{}/retry", kept.data()["sagaId"].as_str().unwrap());
        let _ = app.caller(Role::Developer).await.post(&saga, json!({})).await.problem(403, "forbidden");
        let again = app.owner_unasked().await.post(&saga, json!({})).await.ok().data();
        play(&app).await;
        let owner = app.owner_unasked().await;
        let run = owner.get(&format!("/sagas/{}", again["id"].as_str().unwrap())).await.ok().data();
        assert_eq!(run["state"], "failed", "{run}");
        let order = owner.get(&format!("/orders/{id}")).await.ok().data();
        assert_eq!((order["state"].clone(), order["paid"]["amount"].clone(), order["refunded"]["amount"].clone()), (json!("paid"), json!(1_080), json!(0)));
        Shop { owner, ..shop }.books_balance().await;
    }

    async fn a_lost_answer_is_asked_for_and_charged_once(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        let path = format!("{}/checkout", ready(&shop, &lamp, 1).await);
        let reply = shop.owner.post(&path, json!({ "paymentMethod": "pm_card_timeout" })).await.is(201);
        play(&app).await;
        play(&app).await;
        let order = order_of(&app, &reply).await;
        assert_eq!((order["state"].clone(), order["payments"].as_array().map(Vec::len), order["paid"]["amount"].clone()), (json!("processing"), Some(1), json!(1_080)), "{order}");
    }

    async fn who_is_asked_for_a_proof_has_until_the_goods_go_back(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        let body = json!({ "lines": [{ "productId": lamp, "quantity": 1 }], "customerId": shop.customer, "shippingAddress": address() });
        let opened = shop.owner.post("/carts", body).await.is(201).data();
        let reply = shop.owner.post(&format!("{}/checkout", path_of(&opened)), json!({ "paymentMethod": "pm_card_authentication_required" })).await.is(201);
        play(&app).await;
        let order = order_of(&app, &reply).await;
        assert_eq!((order["state"].clone(), order["paymentState"].clone()), (json!("pending"), json!("requires_action")), "{order}");
        app.advance(60 * 60_000_000);
        play(&app).await;
        let order = order_of(&app, &reply).await;
        assert_eq!((order["state"].clone(), order["payments"][0]["state"].clone()), (json!("cancelled"), json!("voided")), "{order}");
        assert_eq!(stock(&app, &lamp).await, (10, 0));
        // The run sees it at its next try.
        app.advance(2 * 60_000_000);
        play(&app).await;
        let run = saga_of(&app, &reply).await;
        assert_eq!(run["state"], "failed", "{run}");
    }

    async fn whoever_pays_otherwise_meanwhile_has_an_hour_and_their_goods(app) {
        let shop = Shop::open(&app).await;
        let customer = app.caller(Role::User).await;
        let shop = Shop { customer: customer.id.clone().unwrap(), ..shop };
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        let ask = async || {
            let body = json!({ "paymentMethod": "pm_card_authentication_required", "ifDeclined": "cancel" });
            let reply = shop.owner.post(&format!("{}/checkout", ready(&shop, &lamp, 1).await), body.clone()).await.is(201);
            play(&app).await;
            // Its customer leaves the page for another one of the same kind.
            let path = format!("/orders/{}/pay", reply.data()["order"]["id"].as_str().unwrap());
            let waits = customer.post(&path, json!({ "paymentMethod": body["paymentMethod"] })).await.ok().data()["payment"].clone();
            assert_eq!(waits["state"], "requires_action");
            (reply, waits["id"].as_str().unwrap().to_owned())
        };
        let ((left, _), (paid, waits)) = (ask().await, ask().await);
        app.advance(2 * 60_000_000);
        play(&app).await;
        for reply in [&left, &paid] {
            let (run, order) = (saga_of(&app, reply).await, order_of(&app, reply).await);
            assert_eq!((run["state"].as_str(), order["state"].as_str()), (Some("running"), Some("pending")), "it waits for the other one: {run} {order}");
        }
        let _ = app.owner_unasked().await.post(&format!("/payments/{waits}/confirm"), json!({ "outcome": "success" })).await.ok();
        // A run does not wait for ever.
        for _ in 0..70 {
            app.advance(2 * 60_000_000);
            purser_service::jobs::run_due(&app.app).await.unwrap();
        }
        let (run, order) = (saga_of(&app, &left).await, order_of(&app, &left).await);
        assert_eq!((run["state"].as_str(), order["state"].as_str(), order["payUntil"].is_string()), (Some("failed"), Some("pending"), true), "{run} {order}");
        assert_eq!((saga_of(&app, &paid).await["state"].clone(), stock(&app, &lamp).await), (json!("completed"), (8, 2)));
        app.advance(61 * 60_000_000);
        play(&app).await;
        let (left, paid) = (order_of(&app, &left).await, order_of(&app, &paid).await);
        assert_eq!((left["state"].clone(), left["payments"][1]["state"].clone()), (json!("cancelled"), json!("voided")), "{left}");
        assert_eq!((paid["state"].clone(), paid["payments"][1]["state"].clone()), (json!("processing"), json!("captured")), "{paid}");
        assert_eq!(stock(&app, &lamp).await, (9, 1));
    }

    async fn a_promise_that_comes_to_nothing_after_the_time_ran_out_leaves_an_hour(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        let body = json!({ "lines": [{ "productId": lamp, "quantity": 1 }], "customerId": shop.customer, "shippingAddress": address() });
        let opened = shop.owner.post("/carts", body).await.is(201).data();
        let reply = shop.owner.post(&format!("{}/checkout", path_of(&opened)), json!({})).await.is(201);
        let order = reply.data()["order"]["id"].as_str().unwrap().to_owned();
        let promised = json!({ "paymentMethod": "pm_card_visa", "capture": "manual" });
        let payment = shop.owner.post(&format!("/orders/{order}/pay"), promised).await.ok().data()["payment"]["id"].as_str().unwrap().to_owned();
        let hour = async || {
            app.advance(61 * 60_000_000);
            play(&app).await;
            order_of(&app, &reply).await
        };
        assert_eq!(hour().await["state"], "pending", "its money is promised");
        let owner = app.owner_unasked().await;
        let _ = owner.call(axum::http::Method::POST, &format!("/payments/{payment}/void"), None).await.ok();
        let until = app.app.clock.now().plus(60 * 60_000_000).to_string();
        play(&app).await;
        let last = order_of(&app, &reply).await;
        assert_eq!((last["state"].as_str(), last["payUntil"].as_str()), (Some("pending"), Some(until.as_str())), "{last}");
        assert_eq!((hour().await["state"].clone(), stock(&app, &lamp).await), (json!("cancelled"), (10, 0)));
    }
}
