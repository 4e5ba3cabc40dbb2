//! POST /orders/{id}/refunds and /orders/{id}/refunds/preview

use purser_core::access::Role;
use purser_store::sql;
use purser_testkit::{Reply, TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// A paid order of `quantity` pieces of this price: the order as it is read, with its lines.
async fn paid(shop: &Shop, (price, quantity): (i64, i64)) -> Value {
    let sku = format!("R-{}", shop.owner.get("/products?limit=1").await.ok().meta()["total"]);
    let product = shop.product(&sku, (price, json!(0.1), 500)).await;
    let order = shop.owner.post("/orders", shop.wants(&product, quantity)).await.is(201).data();
    pay(shop, &order).await
}

async fn pay(shop: &Shop, order: &Value) -> Value {
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let _ = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
    shop.owner.get(&path).await.ok().data()
}

async fn ask(shop: &Shop, order: &Value, body: Value) -> Reply {
    shop.owner.post(&format!("/orders/{}/refunds", order["id"].as_str().unwrap()), body).await
}

async fn preview(shop: &Shop, order: &Value, body: Value) -> Reply {
    shop.owner.post(&format!("/orders/{}/refunds/preview", order["id"].as_str().unwrap()), body).await
}

fn sum(splits: &[Value], part: &str) -> i64 {
    splits.iter().map(|split| split[part]["amount"].as_i64().unwrap()).sum()
}

both! {
    async fn a_large_one_asks_for_a_factor_whatever_is_left_and_a_repeat_does_not(app) {
        let shop = Shop::open(&app).await;
        let (first, second) = (paid(&shop, (2_500, 2)).await, paid(&shop, (2_500, 2)).await);
        let path = format!("/orders/{}/refunds", first["id"].as_str().unwrap());
        let keyed = shop.owner.with("idempotency-key", "large-1");
        let made = keyed.post(&path, json!({ "reason": "all of it" })).await.is(201);
        let tag = shop.owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
        let change = json!({ "stepUp": "always", "stepUpRefundFrom": 1_000 });
        let _ = shop.owner.with("if-match", &tag).patch("/settings/sign-in", change).await.ok();
        // Nothing is left of it, so what it would come to can not be worked out any more.
        assert_eq!(keyed.post(&path, json!({ "reason": "all of it" })).await.is(201).body, made.body);
        let _ = ask(&shop, &second, json!({ "amount": eur(999), "reason": "small" })).await.is(201);
        for body in [json!({ "amount": eur(1_000), "reason": "large" }), json!({ "reason": "the rest" })] {
            let _ = ask(&shop, &second, body).await.problem(403, "factor_required");
        }
        let left = preview(&shop, &second, json!({})).await.ok().data();
        assert_eq!(left["left"]["amount"], 0);
        assert_eq!(left["amount"]["amount"].as_i64().unwrap() + 999, second["paid"]["amount"].as_i64().unwrap());
    }

    async fn piece_by_piece_every_part_comes_back_exactly(app) {
        let shop = Shop::open(&app).await;
        // Three pieces of 3.33 with 8 % tax: 9.99 and 0.80, which three does not divide.
        let order = paid(&shop, (333, 3)).await;
        let line = order["items"][0]["id"].clone();
        let mut splits = Vec::new();
        for _ in 0..3 {
            let done = ask(&shop, &order, json!({ "lines": [{ "lineId": line, "quantity": 1 }], "reason": "returned" })).await.is(201).data();
            assert_eq!((done["refunds"][0]["state"].as_str(), done["refunds"][0]["requestId"].as_str()), (Some("succeeded"), done["id"].as_str()));
            splits.push(done["refunds"][0]["split"].clone());
        }
        assert_eq!(splits.iter().map(|split| split["tax"]["amount"].as_i64().unwrap()).collect::<Vec<_>>(), [26, 27, 27]);
        let again = json!({ "lines": [{ "lineId": line, "quantity": 1 }], "reason": "returned" });
        let _ = ask(&shop, &order, again).await.problem(422, "unprocessable").complains("lines[0].quantity", "more_than_left");
        let left = preview(&shop, &order, json!({})).await.ok().data();
        assert_eq!((left["amount"]["amount"].as_i64(), left["split"]["shipping"]["amount"].as_i64()), (Some(500), Some(500)));
        assert_eq!((left["refundableLines"][0]["left"].as_i64(), left["refundableLines"][0]["worth"]["amount"].as_i64()), (Some(0), Some(0)));
        let shipping = ask(&shop, &order, json!({ "shipping": eur(500), "reason": "returned" })).await.is(201).data();
        splits.push(shipping["refunds"][0]["split"].clone());
        assert_eq!(["goods", "discount", "tax", "shipping"].map(|part| sum(&splits, part)), [999, 0, 80, 500]);
        assert_eq!(shipping["order"]["paymentState"], "refunded");
        let _ = ask(&shop, &order, json!({ "reason": "returned" })).await.problem(409, "nothing_left");
        shop.books_balance().await;
    }

    async fn a_preview_is_what_is_then_booked(app) {
        let shop = Shop::open(&app).await;
        let order = paid(&shop, (2_500, 2)).await;
        let wish = json!({ "lines": [{ "lineId": order["items"][0]["id"], "quantity": 1 }], "shipping": eur(100) });
        let seen = preview(&shop, &order, wish.clone()).await.ok().data();
        assert_eq!((seen["amount"]["amount"].as_i64(), seen["left"]["amount"].as_i64(), seen["route"].as_str()), (Some(2_800), Some(3_100), Some("send")));
        assert_eq!(seen["lines"][0]["amount"]["amount"], 2_700);
        assert_eq!(shop.owner.get("/refunds").await.ok().meta()["total"], 0, "a look gives nothing back");
        let mut body = wish;
        body["reason"] = "scratched".into();
        let done = ask(&shop, &order, body).await.is(201).data();
        assert_eq!((&done["amount"], &done["refunds"][0]["split"]), (&seen["amount"], &seen["split"]));
        let entries = shop.owner.get(&format!("/orders/{}/ledger", order["id"].as_str().unwrap())).await.ok().data();
        let booked = |code: &Value| {
            let mut found = entries.as_array().unwrap().iter().filter(|entry| entry["kind"] == "refund" && entry["account"]["code"] == *code);
            found.next().map(|entry| entry["amount"].clone())
        };
        for entry in seen["booking"].as_array().unwrap() {
            assert_eq!(booked(&entry["code"]).as_ref(), Some(&entry["amount"]), "{entry}");
        }
        assert_eq!(entries.as_array().unwrap().iter().filter(|entry| entry["kind"] == "refund").count(), seen["booking"].as_array().unwrap().len());
    }

    async fn amounts_and_pieces_of_a_discounted_order_end_at_its_totals(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("D-1", (1_999, json!(0.1), 50)).await;
        let order = shop.owner.post("/orders", shop.wants(&product, 3)).await.is(201).data();
        discount(&app, 1_000).await;
        let order = pay(&shop, &order).await;
        let accounts = shop.owner.get("/ledger/accounts").await.ok().data();
        let balance = |code: &str| accounts.as_array().unwrap().iter().find(|account| account["code"] == code).unwrap()["balance"]["amount"].as_i64();
        assert_eq!((balance("revenue"), balance("discounts")), (Some(-5_997), Some(1_000)));
        let mut splits = Vec::new();
        let line = order["items"][0]["id"].clone();
        for body in [json!({ "amount": eur(777) }), json!({ "lines": [{ "lineId": line, "quantity": 2 }] }), json!({ "amount": eur(1) }), json!({})] {
            let mut body = body;
            body["reason"] = "returned".into();
            splits.push(ask(&shop, &order, body).await.is(201).data()["refunds"][0]["split"].clone());
        }
        let whole = [5_997, 1_000, order["tax"]["amount"].as_i64().unwrap(), 500];
        assert_eq!(["goods", "discount", "tax", "shipping"].map(|part| sum(&splits, part)), whole);
        shop.books_balance().await;
    }

    async fn what_can_not_be_asked_for_is_named(app) {
        let shop = Shop::open(&app).await;
        let order = paid(&shop, (2_500, 2)).await;
        let line = order["items"][0]["id"].clone();
        let other = paid(&shop, (100, 1)).await;
        let with = |body: Value| { let mut body = body; body["reason"] = "x".into(); body };
        let lines = |quantity: i64| with(json!({ "lines": [{ "lineId": line, "quantity": quantity }] }));
        for quantity in [0, -1, i64::MIN] {
            let _ = ask(&shop, &order, lines(quantity)).await.problem(400, "invalid").complains("lines[0].quantity", "out_of_range");
        }
        for quantity in [3, i64::MAX] {
            let _ = ask(&shop, &order, lines(quantity)).await.problem(422, "unprocessable").complains("lines[0].quantity", "more_than_left");
        }
        let twice = with(json!({ "lines": [{ "lineId": line, "quantity": 1 }, { "lineId": line, "quantity": 1 }] }));
        let _ = ask(&shop, &order, twice).await.problem(422, "unprocessable").complains("lines[1].lineId", "named_twice");
        let strange = with(json!({ "lines": [{ "lineId": other["items"][0]["id"], "quantity": 1 }] }));
        let _ = ask(&shop, &order, strange).await.problem(422, "unprocessable").complains("lines[0].lineId", "unknown_line");
        let _ = ask(&shop, &order, with(json!({ "shipping": eur(501) }))).await.problem(422, "unprocessable").complains("shipping.amount", "more_than_left");
        let _ = ask(&shop, &order, with(json!({ "amount": eur(5_901) }))).await.problem(422, "unprocessable").complains("amount.amount", "more_than_left");
        let _ = ask(&shop, &order, with(json!({ "amount": eur(1), "shipping": eur(1) }))).await.problem(400, "invalid").complains("amount", "amount_and_lines");
        let _ = ask(&shop, &order, with(json!({ "kind": "goodwill" }))).await.problem(400, "invalid").complains("amount", "goodwill_amount");
        let foreign = with(json!({ "amount": eur(1), "payments": [other["payments"][0]["id"]] }));
        let _ = ask(&shop, &order, foreign).await.problem(422, "unprocessable").complains("payments[0]", "not_of_this_order");
        let _ = ask(&shop, &order, json!({})).await.problem(400, "invalid").complains("reason", "required");
        let unpaid = shop.order().await;
        let _ = ask(&shop, &unpaid, with(json!({}))).await.problem(409, "nothing_captured");
        let path = format!("/orders/{}/refunds", order["id"].as_str().unwrap());
        let _ = app.caller(Role::Auditor).await.post(&path, lines(1)).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&path, lines(1)).await.problem(404, "not_found");
        assert_eq!(shop.owner.get("/refunds").await.ok().meta()["total"], 0);
    }

    async fn fifty_pieces_at_once_come_back_once_each(app) {
        let shop = Shop::open(&app).await;
        let order = paid(&shop, (333, 45)).await;
        let body = json!({ "lines": [{ "lineId": order["items"][0]["id"], "quantity": 1 }], "reason": "storm" });
        let path = format!("/orders/{}/refunds", order["id"].as_str().unwrap());
        let tries: Vec<_> = (0..50).map(|_| {
            let (owner, path, body) = (shop.owner.clone(), path.clone(), body.clone());
            tokio::spawn(async move { owner.post(&path, body).await })
        }).collect();
        let mut statuses = Vec::new();
        for one in tries { statuses.push(one.await.unwrap().status.as_u16()); }
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 45, "{statuses:?}");
        assert!(statuses.iter().all(|status| [201, 422].contains(status)), "{statuses:?}");
        let rest = ask(&shop, &order, json!({ "reason": "the rest" })).await.is(201).data();
        assert_eq!((rest["amount"]["amount"].as_i64(), rest["order"]["paymentState"].as_str()), (Some(500), Some("refunded")));
        assert_eq!(rest["order"]["refunded"], order["total"]);
        shop.books_balance().await;
    }

    async fn twenty_repeats_at_once_give_back_once(app) {
        let shop = Shop::open(&app).await;
        let order = paid(&shop, (2_500, 2)).await;
        let path = format!("/orders/{}/refunds", order["id"].as_str().unwrap());
        let keyed = shop.owner.with("idempotency-key", "once");
        let body = json!({ "lines": [{ "lineId": order["items"][0]["id"], "quantity": 1 }], "reason": "storm" });
        let tries: Vec<_> = (0..20).map(|_| {
            let (keyed, path, body) = (keyed.clone(), path.clone(), body.clone());
            tokio::spawn(async move { keyed.post(&path, body).await })
        }).collect();
        let mut answers = Vec::new();
        for one in tries {
            let reply = one.await.unwrap();
            match reply.status.as_u16() {
                201 => answers.push(reply.body),
                409 => assert_eq!(reply.json()["code"], "still_running"),
                other => panic!("{other}: {}", reply.text()),
            }
        }
        answers.push(keyed.post(&path, body).await.is(201).body);
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(shop.owner.get("/refunds").await.ok().meta()["total"], 1);
    }

    async fn two_payments_of_an_order_give_back_together(app) {
        let shop = Shop::open(&app).await;
        let order = paid(&shop, (2_500, 2)).await;
        two_payments(&app, order["payments"][0]["id"].as_str().unwrap()).await;
        let seen = preview(&shop, &order, json!({ "amount": eur(4_000) })).await.ok().data();
        let amounts: Vec<_> = seen["payments"].as_array().unwrap().iter().map(|part| part["amount"]["amount"].as_i64().unwrap()).collect();
        assert_eq!(amounts, [3_000, 1_000]);
        let done = ask(&shop, &order, json!({ "amount": eur(4_000), "reason": "both" })).await.is(201).data();
        let splits: Vec<Value> = done["refunds"].as_array().unwrap().iter().map(|refund| refund["split"].clone()).collect();
        assert_eq!(splits.len(), 2);
        for part in ["goods", "tax", "shipping"] {
            assert_eq!(Some(sum(&splits, part)), seen["split"][part]["amount"].as_i64(), "{part}");
        }
        let rest = ask(&shop, &order, json!({ "reason": "both" })).await.is(201).data();
        assert_eq!((rest["amount"]["amount"].as_i64(), rest["order"]["refunded"]["amount"].as_i64()), (Some(1_900), Some(5_900)));
        shop.books_balance().await;
    }
}

/// As if a coupon had taken this off every order.
async fn discount(app: &TestApp, amount: i64) {
    let tenant = app.tenant().await;
    let statement = sql("UPDATE orders SET discount = $2, total = total - $2 WHERE tenant_id = $1").bind(tenant).bind(amount);
    let _: u64 = app.app.db.transact(tenant, async |tx| tx.run(statement).await).await.unwrap();
}

/// As if 30.00 of the 59.00 had been paid so, and the rest before Purser.
async fn two_payments(app: &TestApp, payment: &str) {
    let (tenant, id) = (app.tenant().await, payment.parse::<purser_core::ids::PaymentId>().unwrap());
    let by_hand = async |tx: &mut purser_store::Tx| {
        let first = purser_store::payments::find(tx, id).await?.unwrap();
        let less = sql("UPDATE payments SET captured = 3000 WHERE tenant_id = $1 AND id = $2").bind(tenant).bind(id);
        tx.run(less).await?;
        let second = app.app.ids.next(first.created_at.plus(1_000));
        let other = purser_store::payments::Payment {
            id: second,
            provider: "import".into(),
            method: "import".into(),
            amount: 2_900,
            captured: 2_900,
            ..first
        };
        purser_store::payments::insert(tx, &[other]).await
    };
    app.app.db.transact(tenant, by_hand).await.unwrap();
}
