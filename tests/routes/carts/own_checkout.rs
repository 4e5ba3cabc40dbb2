//! POST /cart/checkout, and paying one's own order later: one order for each key, at the prices of now, and nobody else's money.

use purser_core::access::Role;
use purser_testkit::{Caller, Reply, TestApp, both, json};
use serde_json::Value;

use super::play;
use crate::routes::shop::{Shop, address};

async fn shop(app: &TestApp) -> (Shop, Caller) {
    let customer = app.caller(Role::User).await;
    (Shop { owner: app.owner().await, customer: customer.id.clone().unwrap() }, customer)
}

/// Have two pieces of `product` in the cart of `by`.
async fn fill(by: &Caller, product: &str) -> Value {
    by.post("/cart/items", json!({ "productId": product, "quantity": 2 })).await.ok().data()
}

fn going(body: Value) -> Value {
    let mut body = body;
    body["shippingAddress"] = address();
    body
}

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

async fn stock(app: &TestApp, product: &str) -> (i64, i64) {
    let now = app.owner_unasked().await.get(&format!("/products/{product}")).await.ok().data();
    (now["stock"].as_i64().unwrap(), now["reserved"].as_i64().unwrap())
}

fn path_of(reply: &Reply) -> String {
    format!("/orders/{}", reply.data()["order"]["id"].as_str().unwrap())
}

both! {
    async fn a_customer_orders_and_pays_and_sees_it(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let cart = fill(&customer, &lamp).await;
        let path = format!("/carts/{}", cart["id"].as_str().unwrap());
        let tag = shop.owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &tag).patch(&path, json!({ "notes": "always complains" })).await.ok();
        let _ = customer.post("/cart/checkout", json!({})).await.problem(422, "unprocessable").complains("shippingAddress", "required");
        let _ = customer.post("/cart/checkout", going(json!({ "expectedTotal": eur(5_000) }))).await.problem(409, "total_changed");
        let _ = customer.post("/cart/checkout", going(json!({ "notes": "x" }))).await.problem(400, "invalid").complains("notes", "unknown_field");
        let _ = customer.keyless().post("/cart/checkout", going(json!({}))).await.problem(400, "invalid").complains("Idempotency-Key", "required");
        assert_eq!(stock(&app, &lamp).await, (10, 0));
        let reply = customer.post("/cart/checkout", going(json!({ "paymentMethod": "pm_card_visa", "expectedTotal": eur(5_900) }))).await.is(201);
        let order = reply.data()["order"].clone();
        assert_eq!((order["total"].clone(), order["source"].clone(), order["customer"]["id"].clone()), (eur(5_900), json!("shop"), json!(shop.customer)));
        assert!(!reply.text().contains("always complains"), "{}", reply.text());
        assert_eq!(reply.header("location"), Some(format!("/api/v1{}", path_of(&reply)).as_str()));
        assert_eq!(stock(&app, &lamp).await, (8, 2));
        // The next look is a new cart; the old one says what it became.
        assert_eq!(customer.get("/cart").await.ok().data()["itemCount"], 0);
        assert_eq!(shop.owner.get(&path).await.ok().data()["orderId"], order["id"]);
        play(&app).await;
        let (owner, customer) = (app.owner_unasked().await, app.again(&customer).await);
        let seen = customer.get(&path_of(&reply)).await.ok();
        assert_eq!((seen.data()["state"].clone(), seen.data()["paid"].clone()), (json!("processing"), eur(5_900)), "{}", seen.text());
        assert!(!seen.text().contains("always complains"));
        assert_eq!(owner.get(&path_of(&reply)).await.ok().data()["notes"], "always complains");
        assert_eq!(customer.get("/orders").await.ok().meta()["total"], 1);
        let _ = app.caller(Role::User).await.get(&path_of(&reply)).await.problem(404, "not_found");
        let line = owner.get("/audit?action=order.create").await.ok().data()[0].clone();
        assert_eq!(line["actor"]["id"], json!(shop.customer));
        Shop { owner, ..shop }.books_balance().await;
    }

    async fn twenty_with_one_key_make_one_order(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 50)).await;
        let _ = fill(&customer, &lamp).await;
        let by = customer.with("idempotency-key", "mine-1");
        let body = going(json!({ "paymentMethod": "pm_card_visa" }));
        let replies = futures::future::join_all((0..20).map(|_| by.post("/cart/checkout", body.clone()))).await;
        assert!(replies.iter().all(|reply| reply.status == 201 || reply.text().contains("still_running")));
        let first = replies.iter().find(|reply| reply.status == 201).unwrap();
        // Also when there is another cart by then.
        let _ = fill(&customer, &lamp).await;
        for _ in 0..5 {
            assert_eq!(by.post("/cart/checkout", body.clone()).await.is(201).text(), first.text());
        }
        let _ = by.post("/cart/checkout", going(json!({}))).await.problem(422, "unprocessable").complains("Idempotency-Key", "used_for_another_request");
        // Somebody else's key of the same name is another key.
        let other = app.caller(Role::User).await.with("idempotency-key", "mine-1");
        let _ = other.post("/cart/checkout", body).await.problem(422, "unprocessable").complains("lines", "required");
        play(&app).await;
        let owner = app.owner_unasked().await;
        assert_eq!((owner.get("/orders").await.ok().meta()["total"].clone(), owner.get("/payments").await.ok().meta()["total"].clone()), (json!(1), json!(1)));
        assert_eq!(stock(&app, &lamp).await, (48, 2));
    }

    async fn twenty_with_twenty_keys_make_one_order(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 50)).await;
        let _ = fill(&customer, &lamp).await;
        let replies = futures::future::join_all((0..20).map(|_| customer.post("/cart/checkout", going(json!({}))))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        for reply in replies.into_iter().filter(|reply| reply.status != 201) {
            let _ = reply.problem(422, "unprocessable").complains("lines", "required");
        }
        assert_eq!((shop.owner.get("/orders").await.ok().meta()["total"].clone(), stock(&app, &lamp).await), (json!(1), (48, 2)));
    }

    async fn many_who_want_the_last_piece_make_one_order(app) {
        let (shop, _) = shop(&app).await;
        let last = shop.product("LAST", (1_000, json!(0), 1)).await;
        let mut buyers = Vec::new();
        for _ in 0..10 {
            let by = app.caller(Role::User).await;
            let _ = by.post("/cart/items", json!({ "productId": last, "quantity": 1 })).await.ok();
            buyers.push(by);
        }
        let replies = futures::future::join_all(buyers.iter().map(|by| by.post("/cart/checkout", going(json!({ "expectedTotal": eur(1_080) }))))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        for reply in replies.iter().filter(|reply| reply.status != 201) {
            assert!(reply.text().contains("out_of_stock"), "{}", reply.text());
        }
        assert_eq!(stock(&app, &last).await, (0, 1));
    }

    async fn what_has_changed_is_taken_note_of_before(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        let _ = fill(&customer, &lamp).await;
        let _ = shop.owner.with("if-match", "\"1\"").patch(&format!("/products/{lamp}"), json!({ "price": eur(1_100) })).await.ok();
        assert_eq!(customer.get("/cart/total").await.ok().data()["goods"], eur(2_200), "the price is the catalog's");
        assert_eq!(customer.get("/cart").await.ok().data()["changed"], true);
        let _ = customer.post("/cart/checkout", going(json!({}))).await.problem(409, "cart_changed");
        assert_eq!(customer.post("/cart/accept", json!(null)).await.ok().data()["changed"], false);
        let order = customer.post("/cart/checkout", going(json!({}))).await.is(201).data()["order"].clone();
        assert_eq!(order["total"], eur(2_376));
        let _ = shop.owner.with("if-match", "\"3\"").patch(&format!("/products/{lamp}"), json!({ "price": eur(9_900) })).await;
        assert_eq!(customer.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await.ok().data()["total"], eur(2_376));
        let _ = customer.post("/cart/checkout", going(json!({}))).await.problem(422, "unprocessable").complains("lines", "required");
    }

    async fn an_own_order_is_paid_later_and_anothers_is_not(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let _ = fill(&customer, &lamp).await;
        let reply = customer.post("/cart/checkout", going(json!({}))).await.is(201);
        let pay = format!("{}/pay", path_of(&reply));
        let card = |method: &str| json!({ "paymentMethod": method });
        let before = app.db_dump(app.tenant().await).await;
        let _ = app.caller(Role::User).await.post(&pay, card("pm_card_visa")).await.problem(404, "not_found");
        let _ = app.caller(Role::Support).await.post(&pay, card("pm_card_visa")).await.problem(403, "forbidden");
        assert_eq!(app.db_dump(app.tenant().await).await["payments"], before["payments"]);
        // Money that is only promised is taken by staff.
        let _ = customer.post(&pay, json!({ "paymentMethod": "pm_card_visa", "capture": "manual" })).await.problem(403, "forbidden");
        assert_eq!(customer.get("/payment-methods").await.ok().data()["provider"], "sandbox");
        let declined = customer.post(&pay, card("pm_card_declined")).await.ok().data();
        assert_eq!((declined["payment"]["state"].clone(), declined["order"]["state"].clone()), (json!("failed"), json!("pending")));
        let by = customer.with("idempotency-key", "pay-1");
        let replies = futures::future::join_all((0..20).map(|_| by.post(&pay, card("pm_card_visa")))).await;
        assert!(replies.iter().all(|reply| reply.status == 200 || reply.text().contains("still_running")));
        assert_eq!(by.post(&pay, card("pm_card_visa")).await.ok().data()["order"]["paid"], eur(5_900));
        let _ = customer.post(&pay, card("pm_card_visa")).await.is(409);
        let payment = by.post(&pay, card("pm_card_visa")).await.ok().data()["payment"]["id"].as_str().unwrap().to_owned();
        for deed in ["refund", "capture", "void"] {
            let _ = customer.post(&format!("/payments/{payment}/{deed}"), json!({})).await.is(403);
        }
        assert_eq!(shop.owner.get("/payments?state=captured").await.ok().meta()["total"], 1);
        shop.books_balance().await;
    }

    async fn a_second_card_pays_while_the_first_waits_and_the_run_goes_on(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let _ = fill(&customer, &lamp).await;
        let reply = customer.post("/cart/checkout", going(json!({ "paymentMethod": "pm_card_authentication_required", "ifDeclined": "cancel" }))).await.is(201);
        play(&app).await;
        let customer = app.again(&customer).await;
        assert_eq!(customer.get(&path_of(&reply)).await.ok().data()["payments"][0]["state"], "requires_action");
        let pay = format!("{}/pay", path_of(&reply));
        let second = customer.post(&pay, json!({ "paymentMethod": "pm_card_visa" })).await.ok().data();
        assert_eq!(second["payment"]["state"], "captured");
        app.advance(120_000_000);
        play(&app).await;
        let owner = app.owner_unasked().await;
        let run = owner.get(&format!("/sagas/{}", reply.data()["sagaId"].as_str().unwrap())).await.ok().data();
        assert_eq!(run["state"], "completed", "{run}");
        let order = owner.get(&path_of(&reply)).await.ok().data();
        assert_eq!((order["state"].clone(), order["paid"].clone(), order["refunded"]["amount"].clone()), (json!("processing"), eur(5_900), json!(0)), "{order}");
        let mut states: Vec<&str> = order["payments"].as_array().unwrap().iter().map(|payment| payment["state"].as_str().unwrap()).collect();
        states.sort_unstable();
        assert_eq!((states, stock(&app, &lamp).await), (vec!["captured", "voided"], (8, 2)));
        Shop { owner, ..shop }.books_balance().await;
    }

    async fn who_may_order_and_not_pay_pays_nothing(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let _ = fill(&customer, &lamp).await;
        let denied = json!({ "permission": "capture:payment:own", "effect": "deny", "reason": "by invoice alone" });
        let _ = shop.owner.post(&format!("/users/{}/rights", shop.customer), denied).await.is(201);
        let refusal = customer.post("/cart/checkout", going(json!({ "paymentMethod": "pm_card_visa" }))).await.problem(403, "forbidden").json();
        assert_eq!(refusal["missing"], "capture:payment");
        assert_eq!(stock(&app, &lamp).await, (10, 0));
        let reply = customer.post("/cart/checkout", going(json!({}))).await.is(201);
        assert!(reply.data().get("sagaId").is_none());
        let _ = customer.post(&format!("{}/pay", path_of(&reply)), json!({ "paymentMethod": "pm_card_visa" })).await.problem(403, "forbidden");
        // Called off by whoever ordered it, the goods are back.
        let _ = customer.post(&format!("{}/cancel", path_of(&reply)), json!({ "reason": "no card" })).await.ok();
        assert_eq!(stock(&app, &lamp).await, (10, 0));
    }
}
