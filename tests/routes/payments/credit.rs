//! Stored credit: POST /users/{id}/credit, GET /credits, refunds that go there, and orders that are paid with it.

use purser_core::access::Role;
use purser_core::time::MINUTE;
use purser_testkit::{Reply, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

async fn move_it(shop: &Shop, deed: &str, amount: i64) -> Reply {
    shop.owner.post(&format!("/users/{}/credit", shop.customer), json!({ "deed": deed, "amount": eur(amount), "reason": "late parcel" })).await
}

async fn balance(shop: &Shop) -> i64 {
    let rows = shop.owner.get(&format!("/credits?customerId={}", shop.customer)).await.ok().data();
    rows.as_array().unwrap().iter().map(|row| row["balance"]["amount"].as_i64().unwrap()).sum()
}

/// What an account of the ledger says; debits are positive.
async fn account(shop: &Shop, code: &str) -> i64 {
    let all = shop.owner.get("/ledger/accounts").await.ok().data();
    all.as_array().unwrap().iter().filter(|one| one["code"] == code).map(|one| one["balance"]["amount"].as_i64().unwrap()).sum()
}

async fn pay(shop: &Shop, order: &Value, method: &str) -> Reply {
    shop.owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), json!({ "paymentMethod": method })).await
}

both! {
    async fn it_is_given_taken_back_and_never_less_than_nothing(app) {
        let shop = Shop::open(&app).await;
        let given = move_it(&shop, "give", 1_500).await.is(201).data();
        assert_eq!((&given["balance"], given.get("approval")), (&eur(1_500), None));
        let _ = move_it(&shop, "take_back", 1_501).await.problem(422, "unprocessable").complains("amount.amount", "more_than_given");
        assert_eq!(move_it(&shop, "take_back", 500).await.is(201).data()["balance"], eur(1_000));
        for (amount, code) in [(0, "out_of_range"), (-5, "out_of_range"), (i64::MAX, "out_of_range")] {
            let _ = move_it(&shop, "give", amount).await.problem(400, "invalid").complains("amount.amount", code);
        }
        let path = format!("/users/{}/credit", shop.customer);
        let wordless = json!({ "deed": "give", "amount": eur(1), "reason": " " });
        let _ = shop.owner.post(&path, wordless).await.problem(400, "invalid").complains("reason", "required");
        let _ = app.caller(Role::User).await.post(&path, json!({ "deed": "give", "amount": eur(1), "reason": "mine" })).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&path, json!({ "deed": "give", "amount": eur(1), "reason": "x" })).await.problem(404, "not_found");
        assert_eq!((balance(&shop).await, account(&shop, "stored-credit").await, account(&shop, "discounts").await), (1_000, -1_000, 1_000));
        let moves = shop.owner.get("/credits/moves").await.ok().data();
        let told: Vec<_> = moves.as_array().unwrap().iter().map(|one| (one["kind"].as_str().unwrap(), one["amount"]["amount"].as_i64().unwrap(), one["balance"]["amount"].as_i64().unwrap())).collect();
        assert_eq!(told, [("taken_back", -500, 1_000), ("given", 1_500, 1_500)]);
        // Who is called otherwise by now was given it all the same, once.
        let tag = shop.owner.get(&format!("/users/{}", shop.customer)).await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &tag).patch(&format!("/users/{}", shop.customer), json!({ "lastName": "Moor" })).await.ok();
        let story = shop.owner.get(&format!("/users/{}/timeline?limit=100", shop.customer)).await.ok().data();
        let moved = |entry: &&Value| entry["action"].as_str().unwrap().starts_with("credit.");
        let story: Vec<&Value> = story.as_array().unwrap().iter().filter(moved).collect();
        assert_eq!(story.len(), 2, "{story:?}");
        let told: Vec<_> = (0..2).map(|at| (story[at]["action"].as_str().unwrap(), &story[at]["amount"], story[at]["detail"].as_str(), story[at]["auditId"].is_string())).collect();
        assert_eq!(told, [("credit.take_back", &eur(-500), Some("late parcel"), true), ("credit.give", &eur(1_500), Some("late parcel"), true)]);
        let log = shop.owner.get("/audit?action=credit.give").await.ok().data();
        assert_eq!((log[0]["reason"].as_str(), &log[0]["after"]["balance"]), (Some("late parcel"), &eur(1_500)), "{log}");
        shop.books_balance().await;
    }

    async fn it_pays_what_it_can_and_a_card_the_rest(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let _ = pay(&shop, &order, "credit").await.problem(422, "unprocessable").complains("paymentMethod", "credit_too_small");
        let _ = move_it(&shop, "give", 2_000).await.is(201);
        let means = shop.owner.get(&format!("/payment-methods?orderId={}", order["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((&means["credit"], &means["onAccount"]), (&eur(2_000), &json!(true)));
        let part = pay(&shop, &order, "credit").await.ok().data();
        assert_eq!((&part["payment"]["state"], &part["payment"]["captured"], &part["payment"]["methodLabel"]), (&json!("captured"), &eur(2_000), &json!("Stored credit")));
        assert_eq!((&part["order"]["state"], &part["order"]["paymentState"], &part["order"]["paid"]), (&json!("pending"), &json!("partly_paid"), &eur(2_000)));
        let rest = pay(&shop, &order, "pm_card_visa").await.ok().data();
        assert_eq!((&rest["order"]["state"], &rest["payment"]["captured"]), (&json!("paid"), &eur(3_900)));
        assert_eq!((balance(&shop).await, account(&shop, "stored-credit").await, account(&shop, "cash:provider").await), (0, 0, 3_900));
        // Each part goes back the way it came.
        let done = shop.owner.post(&format!("/orders/{}/refunds", order["id"].as_str().unwrap()), json!({ "reason": "all of it" })).await.is(201).data();
        assert!(done["refunds"].as_array().unwrap().iter().all(|one| one["state"] == "succeeded"), "{done}");
        assert_eq!((balance(&shop).await, account(&shop, "stored-credit").await, account(&shop, "cash:provider").await), (2_000, -2_000, 0));
        let story = shop.owner.get(&format!("/users/{}/timeline?limit=100", shop.customer)).await.ok().data();
        let told: Vec<_> = story.as_array().unwrap().iter().map(|entry| entry["title"].as_str().unwrap()).collect();
        assert!(told.contains(&"Order #1 paid with stored credit"), "{told:?}");
        shop.books_balance().await;
    }

    async fn a_refund_goes_there_if_somebody_says_so(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let path = format!("/orders/{}/refunds", order["id"].as_str().unwrap());
        let _ = pay(&shop, &order, "pm_card_visa").await.ok();
        let wish = json!({ "amount": eur(1_900), "toCredit": true });
        let seen = shop.owner.post(&format!("{path}/preview"), wish).await.ok().data();
        let booked: Vec<_> = seen["booking"].as_array().unwrap().iter().map(|one| (one["code"].as_str().unwrap(), one["amount"]["amount"].as_i64().unwrap())).collect();
        assert!(booked.contains(&("stored-credit", -1_900)) && !booked.iter().any(|(code, _)| *code == "cash:provider"), "{seen}");
        let done = shop.owner.post(&path, json!({ "amount": eur(1_900), "toCredit": true, "reason": "would rather choose again" })).await.is(201).data();
        assert_eq!((&done["refunds"][0]["state"], &done["refunds"][0]["toCredit"]), (&json!("succeeded"), &json!(true)));
        assert_eq!((balance(&shop).await, account(&shop, "stored-credit").await, account(&shop, "cash:provider").await), (1_900, -1_900, 5_900));
        let story = shop.owner.get(&format!("/orders/{}/timeline", order["id"].as_str().unwrap())).await.ok().data();
        let told: Vec<_> = story.as_array().unwrap().iter().filter(|entry| entry["kind"] == "refund").map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(told, ["refund.credited"], "{story}");
        let told = shop.owner.get("/credits/moves?kind=refund").await.ok().data();
        assert_eq!((&told[0]["orderNumber"], told[0]["reason"].as_str()), (&order["number"], Some("would rather choose again")));
        // What was theirs is not taken back as if it had been a kindness.
        let _ = move_it(&shop, "take_back", 1).await.problem(422, "unprocessable").complains("amount.amount", "more_than_given");
        // The provider was asked for nothing: its books and ours agree.
        let _ = shop.owner.post("/reconciliation/runs", json!({})).await.ok();
        app.settle().await;
        assert_eq!(shop.owner.get("/reconciliation/exceptions").await.ok().meta()["total"], 0);
        let _ = shop.owner.post(&path, json!({ "amount": eur(4_001), "toCredit": true, "reason": "too much" })).await.problem(422, "unprocessable").complains("amount.amount", "more_than_left");
        shop.books_balance().await;
    }

    async fn what_is_given_asks_for_a_second_person_where_a_kindness_does(app) {
        let shop = Shop::open(&app).await;
        let rule = json!({ "name": "Kindness", "kind": "refund", "effect": "approve", "refundKind": "goodwill" });
        let _ = shop.owner.post("/approval-rules", rule).await.is(201);
        let asks = app.caller(Role::Support).await;
        let path = format!("/users/{}/credit", shop.customer);
        let body = json!({ "deed": "give", "amount": eur(700), "reason": "the third delay" });
        let asked = asks.post(&path, body).await.is(201).data();
        assert_eq!((&asked["balance"], &asked["approval"]["state"], &asked["approval"]["kind"]), (&eur(0), &json!("waiting"), &json!("credit")));
        let one = format!("/approvals/{}", asked["approval"]["id"].as_str().unwrap());
        let _ = asks.post(&format!("{one}/approve"), json!({})).await.problem(403, "forbidden");
        let done = shop.owner.post(&format!("{one}/approve"), json!({})).await.ok().data();
        assert_eq!((&done["state"], balance(&shop).await), (&json!("succeeded"), 700));
        let again = asks.post(&path, json!({ "deed": "give", "amount": eur(900), "reason": "the fourth" })).await.is(201).data();
        let one = format!("/approvals/{}", again["approval"]["id"].as_str().unwrap());
        let _ = shop.owner.post(&format!("{one}/reject"), json!({ "reason": "enough" })).await.ok();
        assert_eq!(balance(&shop).await, 700);
        shop.books_balance().await;
    }

    async fn a_refund_that_waited_says_where_it_went(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.owner.post("/approval-rules", json!({ "name": "All", "kind": "refund", "effect": "approve" })).await.is(201);
        let order = shop.order().await;
        let _ = pay(&shop, &order, "pm_card_visa").await.ok();
        let path = format!("/orders/{}", order["id"].as_str().unwrap());
        let ask = json!({ "amount": eur(700), "toCredit": true, "reason": "torn" });
        let asked = app.caller(Role::Support).await.post(&format!("{path}/refunds"), ask).await.is(201).data();
        app.advance(5 * MINUTE);
        let one = format!("/approvals/{}", asked["approval"]["id"].as_str().unwrap());
        assert_eq!(shop.owner.post(&format!("{one}/approve"), json!({})).await.ok().data()["state"], "succeeded");
        let story = shop.owner.get(&format!("{path}/timeline")).await.ok().data();
        let told: Vec<_> = story.as_array().unwrap().iter().filter(|entry| entry["kind"] == "refund").map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(told, ["refund.credited", "refund.pending"], "{story}");
        shop.books_balance().await;
    }

    async fn nobody_gives_it_to_themselves_or_says_yes_to_their_own(app) {
        let shop = Shop::open(&app).await;
        let (asks, finance) = (app.caller(Role::Support).await, app.caller(Role::Finance).await);
        let give = json!({ "deed": "give", "amount": eur(700), "reason": "well earned" });
        let own = format!("/users/{}/credit", finance.id.as_deref().unwrap());
        let _ = finance.post(&own, give.clone()).await.problem(403, "own_credit");
        // A rule of its own kind is asked as well as one about kindnesses.
        let rule = json!({ "name": "Credit", "kind": "credit", "effect": "approve", "minAmount": eur(600) });
        let _ = shop.owner.post("/approval-rules", rule).await.is(201);
        let asked = asks.post(&own, give).await.is(201).data();
        let one = format!("/approvals/{}", asked["approval"]["id"].as_str().unwrap());
        let _ = finance.post(&format!("{one}/approve"), json!({})).await.problem(403, "own_request");
        let _ = shop.owner.post(&format!("{one}/approve"), json!({})).await.ok();
        let told = shop.owner.get("/credits/moves").await.ok().data();
        assert_eq!((told[0]["createdBy"]["id"].as_str(), &told[0]["balance"]), (asks.id.as_deref(), &eur(700)), "given by whoever asked");
        shop.books_balance().await;
    }

    async fn a_customer_calls_off_what_they_paid_in_part_with_it(app) {
        let customer = app.caller(Role::User).await;
        let shop = Shop { customer: customer.id.clone().unwrap(), ..Shop::open(&app).await };
        let _ = move_it(&shop, "give", 300).await.is(201);
        let order = shop.order().await;
        let path = format!("/orders/{}", order["id"].as_str().unwrap());
        assert_eq!(customer.post(&format!("{path}/pay"), json!({ "paymentMethod": "credit" })).await.ok().data()["order"]["paymentState"], "partly_paid");
        let off = customer.post(&format!("{path}/cancel"), json!({ "reason": "not wanted" })).await.ok().data();
        assert_eq!((&off["state"], balance(&shop).await), (&json!("cancelled"), 300));
        shop.books_balance().await;
    }

    async fn two_orders_at_once_can_not_both_spend_it(app) {
        let shop = Shop::open(&app).await;
        let _ = move_it(&shop, "give", 5_900).await.is(201);
        let orders = [shop.order().await, shop.order().await, shop.order().await];
        let all = futures::future::join_all(orders.iter().map(|order| pay(&shop, order, "credit"))).await;
        let paid = all.iter().filter(|reply| reply.status == 200).count();
        assert_eq!((paid, balance(&shop).await, account(&shop, "stored-credit").await), (1, 0, 0));
        shop.books_balance().await;
    }

    async fn a_customer_spends_their_own_and_sees_no_more(app) {
        let customer = app.caller(Role::User).await;
        let shop = Shop { customer: customer.id.clone().unwrap(), ..Shop::open(&app).await };
        let _ = move_it(&shop, "give", 6_000).await.is(201);
        let order = shop.order().await;
        let (id, product) = (order["id"].as_str().unwrap(), order["items"][0]["productId"].as_str().unwrap());
        let means = customer.get(&format!("/payment-methods?orderId={id}")).await.ok().data();
        assert_eq!((&means["credit"], &means["onAccount"]), (&eur(6_000), &json!(false)));
        let _ = customer.post(&format!("/orders/{id}/pay"), json!({ "paymentMethod": "account" })).await.problem(422, "unprocessable").complains("paymentMethod", "not_for_customers");
        let paid = customer.post(&format!("/orders/{id}/pay"), json!({ "paymentMethod": "credit" })).await.ok().data();
        assert_eq!((&paid["order"]["state"], balance(&shop).await), (&json!("paid"), 100));
        let _ = customer.get("/credits").await.problem(403, "forbidden");
        // A checkout pays by one means, and says so before anything is ordered.
        let body = json!({ "customerId": shop.customer, "lines": [{ "productId": product, "quantity": 1 }], "shippingAddress": crate::routes::shop::address() });
        let cart = shop.owner.post("/carts", body).await.is(201).data();
        let path = format!("/carts/{}/checkout", cart["id"].as_str().unwrap());
        let _ = shop.owner.post(&path, json!({ "paymentMethod": "credit" })).await.problem(422, "unprocessable").complains("paymentMethod", "credit_too_small");
        assert_eq!(shop.owner.get("/orders").await.ok().meta()["total"], 1);
        let _ = move_it(&shop, "give", 9_000).await.is(201);
        let _ = shop.owner.post(&path, json!({ "paymentMethod": "credit" })).await.is(201);
        app.settle().await;
        assert_eq!(shop.owner.get("/orders").await.ok().data()[0]["state"], "processing");
        shop.books_balance().await;
    }

    async fn a_cent_of_it_keeps_no_goods(app) {
        let shop = Shop::open(&app).await;
        let _ = move_it(&shop, "give", 1).await.is(201);
        let product = shop.product("CENT", (2_500, json!(1.5), 2)).await;
        let wants = { let mut wants = shop.wants(&product, 2); wants["reserveMinutes"] = json!(30); wants };
        let order = shop.owner.post("/orders", wants).await.is(201).data();
        assert_eq!(pay(&shop, &order, "credit").await.ok().data()["order"]["paymentState"], "partly_paid");
        let path = format!("/orders/{}", order["id"].as_str().unwrap());
        assert_eq!(shop.owner.get(&path).await.ok().data()["payUntil"], order["payUntil"]);
        app.advance(31 * MINUTE);
        app.settle().await;
        let shop = Shop { owner: app.owner().await, ..shop };
        let after = shop.owner.get(&path).await.ok().data();
        assert_eq!((&after["state"], &after["paymentState"], balance(&shop).await), (&json!("cancelled"), &json!("refunded"), 1));
        shop.books_balance().await;
    }
}
