//! POST /orders/{id}/edit and its preview: the difference to the cent, charged, given back or left due, and books that still balance.

use purser_core::access::Role;
use purser_testkit::{Reply, TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

struct Scene {
    shop: Shop,
    lamp: String,
    rope: String,
    order: String,
}

impl Scene {
    /// An order of two lanterns at 25.00 and one rope at 4.00, a tenth off.
    async fn new(app: &TestApp) -> Self {
        let shop = Shop::open(app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let rope = shop.product("ROPE", (400, json!(0.5), 10)).await;
        let _ = shop.owner.post("/coupons", json!({ "code": "TEN", "kind": "percent", "percentBp": 1_000 })).await.is(201);
        let mut wants = shop.wants(&lamp, 2);
        wants["items"].as_array_mut().unwrap().push(json!({ "productId": rope, "quantity": 1 }));
        wants["coupons"] = json!(["TEN"]);
        let order = shop.owner.post("/orders", wants).await.is(201).data()["id"].as_str().unwrap().to_owned();
        Self { shop, lamp, rope, order }
    }

    async fn now(&self) -> Value {
        self.shop.owner.get(&format!("/orders/{}", self.order)).await.ok().data()
    }

    async fn line(&self, sku: &str) -> Value {
        self.now().await["items"].as_array().unwrap().iter().rfind(|line| line["sku"] == sku).unwrap()["id"].clone()
    }

    async fn post(&self, end: &str, body: Value) -> Reply {
        self.shop.owner.post(&format!("/orders/{}/{end}", self.order), body).await
    }

    async fn pay(&self) -> Reply {
        self.post("pay", json!({ "paymentMethod": "pm_card_visa" })).await
    }

    async fn version(&self) -> String {
        self.shop.owner.get(&format!("/orders/{}", self.order)).await.ok().header("etag").unwrap().to_owned()
    }

    async fn edit(&self, body: Value) -> Reply {
        let by = self.shop.owner.with("if-match", self.version().await.as_str());
        by.post(&format!("/orders/{}/edit", self.order), body).await
    }

    /// Pieces of a product that can be sold, and those set aside.
    async fn stock(&self, product: &str) -> (i64, i64) {
        let now = self.shop.owner.get(&format!("/products/{product}")).await.ok().data();
        (now["stock"].as_i64().unwrap(), now["reserved"].as_i64().unwrap())
    }

    /// The books balance, and the order is what its history tells.
    async fn is_sound(&self) {
        self.shop.books_balance().await;
        let proof = self.shop.owner.get("/orders/history/proof").await.ok().data();
        assert_eq!(proof["wrong"], json!([]), "{proof}");
    }

    /// Whether the order says that a change of it waits for approval, as what cannot leave until then.
    async fn change_waits(&self) -> bool {
        self.shop.owner.get(&format!("/orders/{}/handling", self.order)).await.ok().data()["changeWaits"] == true
    }

    /// What an account was left with.
    async fn balance(&self, code: &str) -> i64 {
        let accounts = self.shop.owner.get("/ledger/accounts").await.ok().data();
        let found = accounts.as_array().unwrap().iter().find(|account| account["code"] == code).map(|account| account["balance"]["amount"].clone());
        found.and_then(|amount| amount.as_i64()).unwrap_or(0)
    }
}

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// Subtotal, discount, tax, shipping, total.
fn sums(order: &Value) -> [i64; 5] {
    ["subtotal", "discount", "tax", "shipping", "total"].map(|field| order[field]["amount"].as_i64().unwrap())
}

/// What has to be paid, what is given back, and the difference.
fn difference(seen: &Value) -> [i64; 3] {
    ["due", "refund", "difference"].map(|field| seen[field]["amount"].as_i64().unwrap())
}

both! {
    async fn an_order_nobody_paid_is_priced_anew(app) {
        let at = Scene::new(&app).await;
        assert_eq!(sums(&at.now().await), [5_400, 540, 432, 500, 5_792]);
        // What was sold keeps its price; what comes in has that of today.
        let lamp = format!("/products/{}", at.lamp);
        let version = at.shop.owner.get(&lamp).await.ok().header("etag").unwrap().to_owned();
        let _ = at.shop.owner.with("if-match", version.as_str()).patch(&lamp, json!({ "price": eur(3_000) })).await.ok();
        let line = at.line("LAMP").await;
        let body = json!({ "set": [{ "lineId": line, "quantity": 1 }], "add": [{ "productId": at.rope, "quantity": 3 }], "reason": "changed their mind" });
        let seen = at.post("edit/preview", body.clone()).await.ok().data();
        // 25.00 and four ropes: 41.00, 4.10 off, 3.28 tax, 5.00 sending.
        assert_eq!((sums(&seen), difference(&seen)), ([4_100, 410, 328, 500, 4_518], [4_518, 0, -1_274]), "{seen}");
        assert_eq!(sums(&at.now().await)[4], 5_792, "a preview changes nothing");
        let order = at.edit(body).await.ok().data();
        assert_eq!(sums(&order), [4_100, 410, 328, 500, 4_518]);
        assert_eq!((order["itemCount"].clone(), order["due"].clone(), order["items"].as_array().map(Vec::len)), (json!(5), eur(4_518), Some(3)));
        assert_eq!((at.stock(&at.lamp).await, at.stock(&at.rope).await), ((9, 1), (6, 4)));
        let handling = at.shop.owner.get(&format!("/orders/{}/handling", at.order)).await.ok().data();
        assert_eq!(handling["coupons"][0]["amount"], eur(410), "{handling}");
        assert_eq!(at.pay().await.ok().data()["payment"]["amount"], eur(4_518));
        at.is_sound().await;
        let lines = at.shop.owner.get("/audit?action=order.edit").await.ok().data();
        assert_eq!((lines[0]["before"]["total"].clone(), lines[0]["after"]["total"].clone(), lines[0]["reason"].clone()), (eur(5_792), eur(4_518), json!("changed their mind")), "{lines}");
    }

    async fn what_goes_out_of_a_paid_order_is_given_back_and_what_comes_in_is_due(app) {
        let at = Scene::new(&app).await;
        let _ = at.pay().await.ok();
        let line = at.line("LAMP").await;
        let body = json!({ "set": [{ "lineId": line, "quantity": 1 }], "add": [{ "productId": at.rope, "quantity": 2 }], "reason": "changed their mind" });
        let seen = at.post("edit/preview", body.clone()).await.ok().data();
        // A lantern: 25.00 less 2.50, and 2.00 of tax. Two ropes: 8.00, and 0.64.
        assert_eq!((difference(&seen), seen["needsApproval"].clone()), ([864, 2_450, 864 - 2_450], json!(false)), "{seen}");
        let order = at.edit(body).await.ok().data();
        assert_eq!((order["refunded"].clone(), order["due"].clone(), order["total"].clone(), order["state"].clone()), (eur(2_450), eur(864), eur(6_656), json!("paid")), "{order}");
        let lamp = order["items"].as_array().unwrap().iter().find(|line| line["sku"] == "LAMP").unwrap().clone();
        assert_eq!((lamp["quantity"].clone(), lamp["cancelled"].clone(), order["itemCount"].clone()), (json!(2), json!(1), json!(4)));
        assert_eq!((at.stock(&at.lamp).await, at.stock(&at.rope).await), ((9, 1), (7, 3)));
        at.is_sound().await;
        // The difference is paid as any order is, and once.
        assert_eq!(at.pay().await.ok().data()["payment"]["amount"], eur(864));
        let _ = at.pay().await.problem(409, "illegal_move");
        let order = at.now().await;
        assert_eq!((order["paid"].clone(), order["due"].clone(), order["paymentState"].clone()), (eur(6_656), eur(0), json!("partially_refunded")), "{order}");
        at.is_sound().await;
        // What is left ships, and everything can be given back to the cent.
        let handling = at.shop.owner.get(&format!("/orders/{}/handling", at.order)).await.ok().data();
        let left: i64 = handling["lines"].as_array().unwrap().iter().map(|line| line["left"].as_i64().unwrap()).sum();
        assert_eq!(left, 4, "{handling}");
        let _ = at.post("fulfilments", json!({})).await.ok();
        assert_eq!(at.now().await["state"], "shipped");
        let _ = at.edit(json!({ "set": [{ "lineId": line, "quantity": 0 }], "reason": "too late" })).await.problem(409, "illegal_move");
        let _ = at.post("refunds", json!({ "reason": "all of it" })).await.is(201);
        assert_eq!(at.now().await["refunded"], eur(6_656));
        at.is_sound().await;
        assert_eq!((at.balance("tax").await, at.balance("shipping").await), (0, 0));
    }

    async fn what_was_added_and_is_not_paid_is_priced_anew_with_the_next_change(app) {
        let at = Scene::new(&app).await;
        let _ = at.pay().await.ok();
        let _ = at.edit(json!({ "add": [{ "productId": at.rope, "quantity": 3 }], "reason": "more" })).await.ok();
        let added = at.line("ROPE").await;
        // Nobody paid for it: nothing of it can be given back.
        let back = json!({ "lines": [{ "lineId": added, "quantity": 1 }], "reason": "no" });
        let _ = at.post("refunds", back).await.problem(422, "unprocessable").complains("lines[0].lineId", "not_paid");
        let body = json!({ "set": [{ "lineId": added, "quantity": 1 }], "add": [{ "productId": at.lamp, "quantity": 1 }], "reason": "rather a lantern" });
        let order = at.edit(body).await.ok().data();
        // A rope and a lantern: 29.00, and 2.32.
        assert_eq!((order["due"].clone(), order["refunded"].clone(), sums(&order)), (eur(3_132), eur(0), [8_300, 540, 664, 500, 8_924]), "{order}");
        assert_eq!((at.stock(&at.lamp).await, at.stock(&at.rope).await), ((7, 3), (8, 2)));
        at.is_sound().await;
        assert_eq!(at.pay().await.ok().data()["payment"]["amount"], eur(3_132));
        // Paid once, it counts as sold; what is added then is a debt of its own, and goes again without a trace.
        let order = at.edit(json!({ "add": [{ "productId": at.rope, "quantity": 1 }], "reason": "more" })).await.ok().data();
        assert_eq!((order["due"].clone(), order["total"].clone()), (eur(432), eur(9_356)));
        let last = at.line("ROPE").await;
        let order = at.edit(json!({ "set": [{ "lineId": last, "quantity": 0 }], "reason": "no more" })).await.ok().data();
        assert_eq!((order["due"].clone(), order["total"].clone(), order["refunded"].clone()), (eur(0), eur(8_924), eur(0)), "{order}");
        // What was added and paid goes back at its own worth: no discount was on it.
        let order = at.edit(json!({ "set": [{ "lineId": added, "quantity": 0 }], "reason": "no more" })).await.ok().data();
        assert_eq!((order["refunded"].clone(), order["due"].clone()), (eur(432), eur(0)));
        let _ = at.post("refunds", json!({ "reason": "all of it" })).await.is(201);
        at.is_sound().await;
        assert_eq!((at.now().await["refunded"].clone(), at.balance("tax").await, at.balance("shipping").await), (eur(8_924), 0, 0));
    }

    async fn a_declined_difference_leaves_what_was_paid(app) {
        let at = Scene::new(&app).await;
        let _ = at.pay().await.ok();
        let _ = at.edit(json!({ "add": [{ "productId": at.rope, "quantity": 1 }], "reason": "one more" })).await.ok();
        let _ = at.post("pay", json!({ "paymentMethod": "pm_card_declined" })).await.ok();
        let order = at.now().await;
        assert_eq!((order["state"].clone(), order["paymentState"].clone(), order["due"].clone()), (json!("paid"), json!("paid"), eur(432)), "{order}");
        // One payment at a time, and no change while it is under way.
        let _ = at.post("pay", json!({ "paymentMethod": "pm_card_authentication_required" })).await.ok();
        let _ = at.pay().await.problem(409, "payment_under_way");
        let _ = at.edit(json!({ "add": [{ "productId": at.rope, "quantity": 1 }], "reason": "one more" })).await.problem(409, "payment_under_way");
        // Called off: what was paid comes back, what was due is not.
        let order = at.post("cancel", json!({ "reason": "changed their mind" })).await.ok().data();
        assert_eq!((order["refunded"].clone(), order["due"].clone()), (eur(5_792), eur(0)), "{order}");
        assert_eq!((at.stock(&at.lamp).await, at.stock(&at.rope).await), ((10, 0), (10, 0)));
        at.is_sound().await;
    }

    async fn giving_back_much_waits_for_somebody_else(app) {
        let at = Scene::new(&app).await;
        let _ = at.pay().await.ok();
        let rule = json!({ "name": "Four eyes", "kind": "refund", "effect": "approve", "minAmount": eur(2_000) });
        let _ = at.shop.owner.post("/approval-rules", rule).await.is(201);
        let body = json!({ "set": [{ "lineId": at.line("LAMP").await, "quantity": 1 }], "reason": "one is enough" });
        assert_eq!(at.post("edit/preview", body.clone()).await.ok().data()["needsApproval"], true);
        let order = at.edit(body.clone()).await.ok().data();
        assert_eq!((order["refunded"].clone(), order["refunds"][0]["state"].clone(), order["itemCount"].clone()), (eur(0), json!("waiting"), json!(2)), "{order}");
        let _ = at.edit(body).await.problem(409, "refund_waits");
        let approval = order["refunds"][0]["approvalId"].as_str().unwrap();
        let _ = app.caller(Role::Finance).await.post(&format!("/approvals/{approval}/approve"), json!({})).await.ok();
        assert_eq!(at.now().await["refunded"], eur(2_450));
        at.is_sound().await;
    }

    async fn what_was_not_approved_comes_back_into_the_order(app) {
        let at = Scene::new(&app).await;
        let _ = at.pay().await.ok();
        let rule = json!({ "name": "Four eyes", "kind": "refund", "effect": "approve", "minAmount": eur(2_000) });
        let _ = at.shop.owner.post("/approval-rules", rule).await.is(201);
        let finance = app.caller(Role::Finance).await;
        let body = json!({ "set": [{ "lineId": at.line("LAMP").await, "quantity": 1 }], "reason": "one is enough" });
        let take_out = async || {
            let order = at.edit(body.clone()).await.ok().data();
            assert_eq!((order["itemCount"].clone(), at.stock(&at.lamp).await), (json!(2), (9, 1)));
            // Until it is decided nobody knows what leaves.
            assert!(at.change_waits().await);
            let _ = at.post("fulfilments", json!({})).await.problem(409, "change_waits");
            let refunds = order["refunds"].as_array().unwrap();
            let waits = refunds.iter().find(|refund| refund["state"] == "waiting").unwrap();
            format!("/approvals/{}", waits["approvalId"].as_str().unwrap())
        };
        let first = take_out().await;
        let _ = finance.post(&format!("{first}/reject"), json!({ "reason": "they want both" })).await.ok();
        let order = at.now().await;
        let lamp = order["items"].as_array().unwrap().iter().find(|line| line["sku"] == "LAMP").unwrap().clone();
        assert_eq!((order["itemCount"].clone(), lamp["quantity"].clone(), lamp["cancelled"].clone()), (json!(3), json!(2), json!(0)), "{order}");
        assert_eq!((at.stock(&at.lamp).await, order["refunded"].clone()), ((8, 2), eur(0)));
        assert!(!at.change_waits().await);
        assert_eq!(at.shop.owner.get("/audit?action=order.put_back").await.ok().meta()["total"], 1);
        at.is_sound().await;
        // Taken back by whoever asked: the same. Sold to somebody else meanwhile: it waits for somebody to look.
        let second = take_out().await;
        let _ = at.shop.owner.post(&format!("/products/{}/stock", at.lamp), json!({ "kind": "counted", "quantity": 1 })).await.ok();
        let _ = at.shop.owner.post(&format!("{second}/cancel"), json!({})).await.ok();
        let order = at.now().await;
        assert_eq!((order["itemCount"].clone(), at.stock(&at.lamp).await), (json!(3), (0, 1)), "{order}");
        let handling = at.shop.owner.get(&format!("/orders/{}/handling", at.order)).await.ok().data();
        assert!(handling["hold"]["reason"].as_str().unwrap().contains("not in stock"), "{handling}");
        let _ = at.post("fulfilments", json!({})).await.problem(409, "on_hold");
        at.is_sound().await;
        // An approval that is no edit's puts nothing anywhere.
        let _ = at.post("release", json!({})).await.ok();
        let asked = at.post("refunds", json!({ "lines": [{ "lineId": at.line("LAMP").await, "quantity": 1 }], "reason": "scratched" })).await.is(201).data();
        let path = format!("/approvals/{}/reject", asked["approval"]["id"].as_str().unwrap());
        let _ = finance.post(&path, json!({ "reason": "no" })).await.ok();
        assert_eq!(at.now().await["itemCount"], 3);
    }

    async fn what_can_not_be_changed_is_named(app) {
        let at = Scene::new(&app).await;
        let line = at.line("ROPE").await;
        let set = |quantity: i64| json!({ "set": [{ "lineId": line, "quantity": quantity }], "reason": "x" });
        let preview = async |body: Value| at.post("edit/preview", body).await;
        let _ = preview(json!({ "reason": "x" })).await.problem(400, "invalid").complains("set", "required");
        let _ = preview(json!({ "set": [{ "lineId": line, "quantity": -1 }], "reason": " " })).await.problem(400, "invalid").complains("set[0].quantity", "out_of_range").complains("reason", "required");
        let _ = preview(set(2)).await.problem(422, "unprocessable").complains("set[0].quantity", "only_fewer");
        let unknown = json!({ "set": [{ "lineId": at.lamp, "quantity": 0 }], "reason": "x" });
        let _ = preview(unknown).await.problem(422, "unprocessable").complains("set[0].lineId", "unknown_line");
        let _ = preview(json!({ "add": [{ "productId": at.rope, "quantity": 10 }], "reason": "x" })).await.problem(422, "unprocessable").complains("add[0].quantity", "out_of_stock");
        let all = json!({ "set": [{ "lineId": line, "quantity": 0 }, { "lineId": at.line("LAMP").await, "quantity": 0 }], "reason": "x" });
        let _ = at.edit(all).await.problem(409, "nothing_left");
        let path = format!("/orders/{}/edit", at.order);
        let _ = at.shop.owner.post(&path, set(0)).await.problem(428, "precondition_required");
        let _ = at.shop.owner.with("if-match", "\"99\"").post(&path, set(0)).await.problem(412, "stale");
        let _ = app.caller(Role::Finance).await.with("if-match", "\"1\"").post(&path, set(0)).await.problem(403, "forbidden");
        // A key once has one effect.
        let version = at.version().await;
        let by = at.shop.owner.with("if-match", version.as_str()).with("idempotency-key", "edit-1");
        let first = by.post(&path, set(0)).await.ok();
        assert_eq!(by.post(&path, set(0)).await.ok().text(), first.text());
        assert_eq!(sums(&at.now().await), [5_000, 500, 400, 500, 5_400]);
        at.is_sound().await;
    }
}
