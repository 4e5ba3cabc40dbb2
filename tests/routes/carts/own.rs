//! GET, PATCH and DELETE /cart, GET /cart/total, POST /cart/items, PATCH and DELETE /cart/items/{id}, POST /cart/accept: one's own, and nobody
//! else's.

use purser_core::access::Role;
use purser_core::time::DAY;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::{Shop, address};

/// A shop and somebody who buys there.
async fn shop(app: &TestApp) -> (Shop, Caller) {
    let customer = app.caller(Role::User).await;
    (Shop { owner: app.owner().await, customer: customer.id.clone().unwrap() }, customer)
}

fn of(product: &str, quantity: i64) -> Value {
    json!({ "productId": product, "quantity": quantity })
}

async fn change(by: &Caller, body: Value) -> purser_testkit::Reply {
    let tag = by.get("/cart").await.ok().header("etag").unwrap().to_owned();
    by.with("if-match", &tag).patch("/cart", body).await
}

both! {
    async fn it_is_made_at_the_first_look_and_staff_see_whose_it_is(app) {
        let (shop, customer) = shop(&app).await;
        let looks = futures::future::join_all((0..20).map(|_| customer.get("/cart"))).await;
        let first = looks[0].data();
        assert!(looks.iter().all(|look| look.status == 200 && look.data()["id"] == first["id"]), "one cart for twenty who come at once");
        assert_eq!((first["state"].clone(), first["kind"].clone(), first["itemCount"].clone(), first["lines"].clone()), (json!("open"), json!("cart"), json!(0), json!([])));
        let total = customer.get("/cart/total").await.ok().data();
        assert_eq!(total, json!({ "itemCount": 0, "goods": { "amount": 0, "currency": "EUR" } }));
        let listed = shop.owner.get("/carts").await.ok();
        assert_eq!((listed.meta()["total"].clone(), listed.data()[0]["customer"]["id"].clone()), (json!(1), json!(shop.customer)));
        // Staff work on it like on any other, and it is the customer's all the same.
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        let _ = shop.owner.post(&format!("/carts/{}/lines", first["id"].as_str().unwrap()), of(&lamp, 2)).await.ok();
        assert_eq!(customer.get("/cart").await.ok().data()["itemCount"], 2);
        let _ = shop.owner.post("/carts", json!({ "customerId": shop.customer })).await.problem(409, "has_cart");
    }

    async fn pieces_are_put_in_changed_and_taken_out(app) {
        let (shop, customer) = shop(&app).await;
        let (lamp, rope) = (shop.product("LAMP", (2_500, json!(1.5), 5)).await, shop.product("ROPE", (300, json!(0), 50)).await);
        let cart = customer.post("/cart/items", of(&lamp, 3)).await.ok().data();
        let line = format!("/cart/items/{}", cart["lines"][0]["id"].as_str().unwrap());
        // What is there already counts.
        let _ = customer.post("/cart/items", of(&lamp, 3)).await.problem(422, "unprocessable").complains("quantity", "out_of_stock");
        assert_eq!(customer.post("/cart/items", of(&lamp, 2)).await.ok().data()["lines"][0]["quantity"], 5);
        let _ = customer.post("/cart/items", of(&rope, 4)).await.ok();
        for (quantity, code) in [(0, "out_of_range"), (-1, "out_of_range"), (10_000, "out_of_range")] {
            let _ = customer.post("/cart/items", of(&rope, quantity)).await.problem(400, "invalid").complains("quantity", code);
        }
        let _ = customer.patch(&line, json!({ "quantity": -1 })).await.problem(400, "invalid").complains("quantity", "out_of_range");
        let _ = customer.patch(&line, json!({ "quantity": 6 })).await.problem(422, "unprocessable").complains("quantity", "out_of_stock");
        let _ = customer.post("/cart/items", of(&shop.customer, 1)).await.problem(422, "unprocessable").complains("productId", "unknown_product");
        let idle = shop.product("IDLE", (1, json!(0), 5)).await;
        let _ = shop.owner.delete(&format!("/products/{idle}")).await.is(204);
        let _ = customer.post("/cart/items", of(&idle, 1)).await.problem(422, "unprocessable").complains("productId", "not_for_sale");
        assert_eq!(customer.patch(&line, json!({ "quantity": 2 })).await.ok().data()["itemCount"], 6);
        let total = customer.get("/cart/total").await.ok().data();
        let eur = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
        assert_eq!((total["itemCount"].clone(), total["goods"].clone(), total["totals"]["tax"].clone()), (json!(6), eur(6_200), eur(496)), "{total}");
        assert_eq!(customer.patch(&line, json!({ "quantity": 0 })).await.ok().data()["itemCount"], 4);
        let _ = customer.patch(&line, json!({ "quantity": 1 })).await.problem(404, "not_found");
        let _ = customer.delete(&line).await.problem(404, "not_found");
        let rest = format!("/cart/items/{}", customer.get("/cart").await.ok().data()["lines"][0]["id"].as_str().unwrap());
        assert_eq!(customer.delete(&rest).await.ok().data()["lines"], json!([]));
        let _ = customer.post("/cart/items", of(&rope, 4)).await.ok();
        for _ in 0..2 {
            let _ = customer.delete("/cart").await.is(204);
        }
        let empty = customer.get("/cart").await.ok().data();
        assert_eq!((empty["id"].clone(), empty["itemCount"].clone()), (cart["id"].clone(), json!(0)), "it is the same cart, with nothing in it");
        let log = shop.owner.get("/audit?action=cart.empty").await.ok();
        assert_eq!((log.meta()["total"].clone(), log.data()[0]["actor"]["id"].clone()), (json!(1), json!(shop.customer)));
    }

    async fn anothers_line_is_not_there_and_stays_as_it_is(app) {
        let (shop, ada) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 50)).await;
        let cart = ada.post("/cart/items", of(&lamp, 3)).await.ok().data();
        let line = format!("/cart/items/{}", cart["lines"][0]["id"].as_str().unwrap());
        let (ben, sam, zoe) = (app.caller(Role::User).await, app.caller(Role::Support).await, app.stranger(Role::User).await);
        for by in [&ben, &sam, &zoe] {
            let _ = by.get("/cart").await.ok();
        }
        let before = app.db_dump(app.tenant().await).await;
        // Neither one who has an empty cart of their own nor one of staff, who would have to say whose cart they mean.
        for by in [&ben, &sam, &zoe] {
            let _ = by.patch(&line, json!({ "quantity": 1 })).await.problem(404, "not_found");
            let _ = by.patch(&line, json!({ "quantity": 0 })).await.problem(404, "not_found");
            let _ = by.delete(&line).await.problem(404, "not_found");
            let _ = by.delete("/cart").await.is(204);
        }
        let mut after = app.db_dump(app.tenant().await).await;
        after.insert("sessions".into(), before["sessions"].clone());
        assert_eq!(after, before, "somebody touched what is not theirs");
        assert_eq!(ada.get("/cart").await.ok().data()["lines"], cart["lines"]);
        let _ = zoe.post("/cart/items", of(&lamp, 1)).await.problem(422, "unprocessable").complains("productId", "unknown_product");
        // A customer has no way to the carts of staff.
        let path = format!("/carts/{}", cart["id"].as_str().unwrap());
        for reply in [ada.get(&path).await, ada.get("/carts").await, ada.post("/carts", json!({})).await, ada.delete(&path).await] {
            let _ = reply.problem(403, "forbidden");
        }
    }

    async fn many_at_once_make_one_line(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 15)).await;
        let replies = futures::future::join_all((0..20).map(|_| customer.post("/cart/items", of(&lamp, 1)))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 15, "as many as there are");
        let cart = customer.get("/cart").await.ok().data();
        assert_eq!((cart["lines"].as_array().map(Vec::len), cart["itemCount"].clone()), (Some(1), json!(15)), "{cart}");
        assert_eq!(shop.owner.get("/carts").await.ok().meta()["total"], 1);
    }

    async fn codes_and_where_it_goes_are_ones_own_to_say(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let _ = shop.owner.post("/coupons", json!({ "code": "FIVE", "kind": "fixed", "amountOff": 500 })).await.is(201);
        let _ = customer.post("/cart/items", of(&lamp, 2)).await.ok();
        let cart = change(&customer, json!({ "coupons": ["five"], "shippingAddress": address() })).await.ok().data();
        assert_eq!((cart["coupons"].clone(), cart["problems"].clone(), cart["totals"]["total"]["amount"].clone()), (json!(["FIVE"]), json!([]), json!(5_400)), "{cart}");
        assert_eq!(customer.get("/cart/total").await.ok().data()["totals"]["discount"]["amount"], 500);
        let wrong = change(&customer, json!({ "coupons": ["NONE"] })).await.ok().data();
        assert_eq!((wrong["problems"][0]["field"].clone(), wrong["totals"]["total"]["amount"].clone()), (json!("coupons[0]"), json!(5_900)), "{wrong}");
        let _ = change(&customer, json!({ "coupons": null })).await.ok();
        let _ = customer.patch("/cart", json!({ "country": "NO" })).await.problem(428, "precondition_required");
        let _ = customer.with("if-match", "\"1\"").patch("/cart", json!({ "country": "NO" })).await.problem(412, "stale");
        // Whose it is and what staff think of it is not theirs to say.
        for field in ["customerId", "notes", "kind"] {
            let _ = change(&customer, json!({ field: null })).await.problem(400, "invalid").complains(field, "unknown_field");
        }
        let path = format!("/carts/{}", cart["id"].as_str().unwrap());
        let tag = shop.owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &tag).patch(&path, json!({ "notes": "always complains" })).await.ok();
        for reply in [customer.get("/cart").await, customer.post("/cart/items", of(&lamp, 1)).await, change(&customer, json!({ "country": "NO" })).await] {
            let reply = reply.ok();
            assert!(!reply.text().contains("always complains"), "{}", reply.text());
        }
    }

    async fn whoever_guesses_codes_is_slowed_down(app) {
        let (_, customer) = shop(&app).await;
        let mut limited = 0;
        for guess in 0..40 {
            let reply = change(&customer, json!({ "coupons": [format!("GUESS{guess}")] })).await;
            limited += usize::from(reply.status == 429);
        }
        assert_eq!(limited, 10);
        let _ = change(&customer, json!({ "coupons": null })).await.ok();
    }

    async fn one_whose_time_is_over_is_followed_by_another(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        let old = customer.post("/cart/items", of(&lamp, 1)).await.ok().data();
        app.advance(60 * DAY);
        let (owner, customer) = (app.owner_unasked().await, app.again(&customer).await);
        // Nobody swept it up yet, and a line of it is no line any more.
        let line = format!("/cart/items/{}", old["lines"][0]["id"].as_str().unwrap());
        let _ = customer.patch(&line, json!({ "quantity": 2 })).await.problem(404, "not_found");
        let new = customer.get("/cart").await.ok().data();
        assert_ne!(new["id"], old["id"]);
        assert_eq!(new["itemCount"], 0);
        let closed = owner.get(&format!("/carts/{}", old["id"].as_str().unwrap())).await.ok().data();
        assert_eq!(closed["state"], "expired");
        assert_eq!(owner.get("/carts?state=open").await.ok().meta()["total"], 1);
    }

    async fn who_may_not_order_has_no_cart(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(0), 10)).await;
        for role in [Role::Guest, Role::Auditor, Role::Developer, Role::Moderator] {
            let by = app.caller(role).await;
            for reply in [by.get("/cart").await, by.get("/cart/total").await, by.post("/cart/items", of(&lamp, 1)).await, by.post("/cart/checkout", json!({})).await] {
                assert_eq!(reply.problem(403, "forbidden").json()["missing"], "create:order", "{role}");
            }
        }
        let _ = app.nobody().get("/cart").await.problem(401, "not_signed_in");
        // Whoever enters orders for others has one of their own as well.
        let support = app.caller(Role::Support).await;
        let theirs = support.post("/cart/items", of(&lamp, 1)).await.ok().data();
        assert_eq!(theirs["customer"]["id"].as_str(), support.id.as_deref());
        let rights = format!("/users/{}/rights", shop.customer);
        let denied = json!({ "permission": "create:order:own", "effect": "deny", "reason": "does not pay" });
        let _ = shop.owner.post(&rights, denied).await.is(201);
        let _ = customer.get("/cart").await.problem(403, "forbidden");
        let other = app.caller(Role::User).await;
        let source = "forbid (principal, action == Action::\"create:order\", resource);";
        let _ = shop.owner.post("/policies", json!({ "name": "Shut", "source": source, "state": "enforced" })).await.is(201);
        let _ = other.post("/cart/items", of(&lamp, 1)).await.problem(403, "policy_denied");
    }

    async fn a_long_cart_costs_no_more_statements(app) {
        let (shop, customer) = shop(&app).await;
        let mut products = Vec::new();
        for number in 0..30 {
            products.push(shop.product(&format!("P-{number}"), (100, json!(0), 50)).await);
        }
        let cost = async |body: Value| {
            let mut least = u64::MAX;
            for _ in 0..3 {
                let before = app.app.db.statements();
                let _ = customer.post("/cart/items", body.clone()).await.ok();
                least = least.min(app.app.db.statements() - before);
            }
            let before = app.app.db.statements();
            let _ = customer.get("/cart").await.ok();
            (least, app.app.db.statements() - before)
        };
        let few = cost(of(&products[0], 1)).await;
        for product in &products {
            let _ = customer.post("/cart/items", of(product, 1)).await.ok();
        }
        assert_eq!(cost(of(&products[0], 1)).await, few);
    }
}
