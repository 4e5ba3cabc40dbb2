//! Mails to customers about their orders: one for each thing that happened, however often it is told.

use axum::http::Method;
use purser_core::access::Role;
use purser_core::time::DAY;
use purser_service::mail::tell_customers;
use purser_store::sql;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

/// Let everybody be told and everything be sent; what was written of this kind, oldest first.
async fn told(app: &TestApp, kind: &str) -> Vec<Value> {
    tell_customers(&app.app).await.unwrap();
    app.settle().await;
    let by = app.owner_unasked().await;
    let found = by.get(&format!("/mailbox?template={kind}&limit=50")).await.ok().data();
    let mut mails = Vec::new();
    for mail in found.as_array().unwrap().iter().rev() {
        mails.push(by.get(&format!("/mailbox/{}", mail["id"].as_str().unwrap())).await.ok().data());
    }
    mails
}

fn text(mail: &Value) -> String {
    mail["text"].as_str().unwrap().replace('\u{a0}', " ")
}

fn path(done: &Value) -> String {
    format!("/orders/{}", done["order"]["id"].as_str().unwrap())
}

async fn change(by: &Caller, path: &str, body: Value) {
    let tag = by.get(path).await.ok().header("etag").unwrap().to_owned();
    let _ = by.with("if-match", &tag).patch(path, body).await.ok();
}

async fn everything_again(app: &TestApp, by: &Caller) {
    let _ = by.post("/events/consumers/mails/replay", json!({ "fromSeq": 1, "reason": "the disk was full" })).await.ok();
    tell_customers(&app.app).await.unwrap();
    app.settle().await;
}

both! {
    async fn an_order_that_is_paid_is_confirmed_once(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        let mails = told(&app, "order_confirmed").await;
        assert_eq!((mails.len(), mails[0]["state"].as_str(), mails[0]["userId"].as_str()), (1, Some("sent"), Some(shop.customer.as_str())));
        let said = text(&mails[0]);
        for words in ["2 × Lantern L-0: EUR 50.00", "Tax: EUR 4.00", "Shipping: EUR 5.00", "Total: EUR 59.00", "Ada Example\nQuay 1\n5003 Bergen", "Norway", "order #1"] {
            assert!(said.contains(words), "{words:?} is not in {said}");
        }
        let html = mails[0]["html"].as_str().unwrap();
        assert!(html.contains("<table") && html.contains("Quay 1<br>") && html.contains("prefers-color-scheme:dark"), "{html}");
        // Told again, shown again from the beginning, by two at once: it stays one.
        everything_again(&app, &shop.owner).await;
        let _ = shop.owner.post("/events/consumers/mails/replay", json!({ "fromSeq": 1, "reason": "once more" })).await.ok();
        let (one, two) = tokio::join!(tell_customers(&app.app), tell_customers(&app.app));
        drop((one, two));
        assert_eq!(told(&app, "order_confirmed").await.len(), 1);
        // Where it goes is sealed with the order and lies nowhere else.
        let dump = format!("{:?}", app.db_dump(app.tenant().await).await);
        assert!(!dump.contains("5003 Bergen") && !dump.contains("Quay 1"), "where the order goes can be read in the database");
        assert_eq!(app.stranger(Role::Owner).await.get("/mailbox").await.ok().meta()["total"], 0);
    }

    async fn what_customers_are_written_says_who_sells(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        let before = told(&app, "order_confirmed").await.remove(0);
        assert!(!text(&before).contains("Strandgaten"));
        let seat = json!({ "street": "Strandgaten 3", "zipCode": "5013", "city": "Bergen", "country": "NO" });
        change(&shop.owner, "/settings", json!({ "address": seat, "vatId": "NO 974 760 673 MVA" })).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, Some(900)).await.is(201);
        let business = shop.owner.get("/settings").await.ok().data()["name"].as_str().unwrap().to_owned();
        let line = format!("{business} · Strandgaten 3 · 5013 Bergen · Norway · VAT id NO 974 760 673 MVA");
        for mail in [told(&app, "order_confirmed").await.remove(1), told(&app, "order_refunded").await.remove(0)] {
            assert!(text(&mail).trim_end().ends_with(&line), "{mail}");
            assert!(mail["html"].as_str().unwrap().contains("<br>") && mail["html"].as_str().unwrap().contains("5013 Bergen · Norway"), "{mail}");
        }
        // What concerns an account and nothing that is sold says only whose it is.
        let asked = crate::routes::mail::invited(&app, &shop.owner, "ada@example.com", json!({})).await;
        assert!(!text(&asked).contains("Strandgaten"), "{asked}");
    }

    async fn what_goes_back_comes_with_its_credit_note(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, Some(900)).await.is(201);
        let mail = told(&app, "order_refunded").await.remove(0);
        let name = mail["attached"][0].as_str().unwrap();
        assert!(name.strip_suffix(".pdf").is_some_and(|name| name.starts_with("credit-note-1-")), "{mail}");
        assert!(text(&mail).contains("The credit note comes with this message."), "{mail}");
        assert_eq!(told(&app, "order_confirmed").await[0]["attached"], json!([]), "nothing comes with the others");
        // It is the paper staff find with the refund.
        let refund = shop.owner.get("/refunds").await.ok().data()[0]["id"].as_str().unwrap().to_owned();
        let paper = shop.owner.get(&format!("/refunds/{refund}/credit-note.pdf")).await.ok();
        assert!(paper.header("content-disposition").unwrap().contains(name), "{name}");
    }

    async fn what_nobody_paid_is_not_confirmed_and_what_costs_nothing_is(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.order().await;
        let _ = shop.paid_by("pm_card_declined").await;
        assert_eq!(told(&app, "order_confirmed").await.len(), 0);
        change(&shop.owner, "/settings", json!({ "freeShippingFrom": { "amount": 0, "currency": "EUR" } })).await;
        let gift = shop.product("GIFT", (0, json!(0.1), 5)).await;
        let order = shop.owner.post("/orders", shop.wants(&gift, 1)).await.is(201).data();
        assert_eq!(order["state"], "paid", "{order}");
        let mails = told(&app, "order_confirmed").await;
        assert_eq!(mails.len(), 1);
        assert!(text(&mails[0]).contains("Total: EUR 0.00"), "{}", text(&mails[0]));
    }

    async fn an_order_paid_in_part_is_confirmed_once_nothing_is_missing(app) {
        let shop = Shop::open(&app).await;
        let order = path(&json!({ "order": shop.order().await }));
        let promised = shop.owner.post(&format!("{order}/pay"), json!({ "paymentMethod": "pm_card_visa", "capture": "manual" })).await.ok().data();
        let capture = format!("/payments/{}/capture", promised["payment"]["id"].as_str().unwrap());
        let _ = shop.owner.post(&capture, json!({ "amount": { "amount": 4_000, "currency": "EUR" } })).await.ok();
        assert_eq!(told(&app, "order_confirmed").await.len(), 0);
        let _ = shop.owner.post(&format!("{order}/waive"), json!({ "reason": "promised on the telephone" })).await.ok();
        assert_eq!(told(&app, "order_confirmed").await.len(), 1);
    }

    async fn each_parcel_and_the_arrival_are_told(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let order = path(&done);
        let line = shop.owner.get(&order).await.ok().data()["items"][0]["id"].clone();
        let first = json!({ "lines": [{ "lineId": line, "quantity": 1 }], "carrier": "Posten", "trackingNumber": "NO-1", "trackingUrl": "https://track.example/NO-1?a=1&b=2" });
        let _ = shop.owner.post(&format!("{order}/fulfilments"), first).await.ok();
        let mails = told(&app, "order_shipped").await;
        let said = text(&mails[0]);
        assert_eq!((mails.len(), mails[0]["subject"].as_str()), (1, Some("Part of your order #1 is on its way")));
        for words in ["1 × Lantern", "Carried by Posten", "Tracking number: NO-1", "https://track.example/NO-1?a=1&b=2", "The rest follows", "Quay 1"] {
            assert!(said.contains(words), "{words:?} is not in {said}");
        }
        assert!(mails[0]["html"].as_str().unwrap().contains("href=\"https://track.example/NO-1?a=1&amp;b=2\""));
        let _ = shop.owner.post(&format!("{order}/fulfilments"), json!({})).await.ok();
        let mails = told(&app, "order_shipped").await;
        assert_eq!((mails.len(), mails[1]["subject"].as_str()), (2, Some("Your order #1 is on its way")));
        let parcels = shop.owner.get(&format!("{order}/handling")).await.ok().data()["fulfilments"].clone();
        for (parcel, arrived) in parcels.as_array().unwrap().iter().zip([0, 1]) {
            let _ = shop.owner.call(Method::POST, &format!("/fulfilments/{}/deliver", parcel["id"].as_str().unwrap()), None).await.ok();
            assert_eq!(told(&app, "order_delivered").await.len(), arrived);
        }
        everything_again(&app, &shop.owner).await;
        assert_eq!((told(&app, "order_shipped").await.len(), told(&app, "order_delivered").await.len()), (2, 1));
    }

    async fn each_part_that_went_back_is_told_and_what_it_was_for(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let payment = done["payment"]["id"].as_str().unwrap();
        let _ = shop.refund(payment, Some(1_000)).await.is(201);
        let mails = told(&app, "order_refunded").await;
        let said = text(&mails[0]);
        assert_eq!((mails.len(), mails[0]["subject"].as_str().map(|subject| subject.replace('\u{a0}', " "))), (1, Some("EUR 10.00 of your order #1 went back to you".into())));
        assert!(said.contains("Total: EUR 10.00") && said.contains("Reason: Damaged on arrival"), "{said}");
        let body = json!({ "amount": { "amount": 500, "currency": "EUR" }, "reason": "Rings every day, let us be rid of this" });
        let _ = shop.owner.post(&format!("/payments/{payment}/refund"), body).await.is(201);
        let mails = told(&app, "order_refunded").await;
        assert_eq!(mails.len(), 2);
        assert!(text(&mails[1]).contains("EUR 5.00") && !text(&mails[1]).contains("rid of"), "{}", text(&mails[1]));
        let _ = shop.refund(payment, None).await.is(201);
        assert_eq!(told(&app, "order_refunded").await.len(), 3);
        everything_again(&app, &shop.owner).await;
        assert_eq!(told(&app, "order_refunded").await.len(), 3);
    }

    async fn an_order_that_is_called_off_is_told_and_its_money(app) {
        let shop = Shop::open(&app).await;
        let open = shop.order().await;
        let _ = shop.owner.post(&format!("/orders/{}/cancel", open["id"].as_str().unwrap()), json!({ "reason": "never called back" })).await.ok();
        let paid = path(&shop.paid_by("pm_card_visa").await);
        let _ = shop.owner.post(&format!("{paid}/cancel"), json!({ "reason": "a fraud, I think" })).await.ok();
        let mails = told(&app, "order_cancelled").await;
        assert_eq!(mails.len(), 2);
        assert!(text(&mails[0]).contains("You do not have to pay anything"), "{}", text(&mails[0]));
        assert!(text(&mails[1]).contains("has gone back to you") && !text(&mails[1]).contains("fraud"), "{}", text(&mails[1]));
        // It was called off before anybody wrote that it is paid.
        assert_eq!((told(&app, "order_confirmed").await.len(), told(&app, "order_refunded").await.len()), (0, 1));
    }

    async fn in_the_language_of_whoever_reads_it_and_nothing_of_a_name_is_markup(app) {
        let shop = Shop::open(&app).await;
        let customer = format!("/users/{}", shop.customer);
        change(&shop.owner, &customer, json!({ "language": "de-AT", "firstName": "<b>Ada</b>" })).await;
        let body = json!({ "name": "<img src=x onerror=alert(1)>", "sku": "EVIL", "price": { "amount": 123_456, "currency": "EUR" }, "weight": 1.0, "stock": 9 });
        let product = shop.owner.post("/products", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let order = shop.owner.post("/orders", shop.wants(&product, 1)).await.is(201).data();
        let _ = shop.owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let mail = told(&app, "order_confirmed").await.remove(0);
        assert_eq!((mail["language"].as_str(), mail["subject"].as_str().map(|subject| subject.starts_with("Ihre Bestellung #1"))), (Some("de"), Some(true)));
        assert!(text(&mail).contains("1.234,56 EUR") && text(&mail).contains("Norwegen"), "{}", text(&mail));
        let html = mail["html"].as_str().unwrap();
        assert!(html.contains("&lt;img src=x") && !html.contains("<img") && !html.contains("<b>"), "{html}");
    }

    async fn a_business_switches_each_kind_off(app) {
        let shop = Shop::open(&app).await;
        let reply = shop.owner.get("/settings/mails").await.ok();
        for kind in ["confirmed", "shipped", "delivered", "cancelled", "refunded"] {
            assert_eq!(reply.data()[kind], true, "{kind}");
        }
        let by = shop.owner.with("if-match", reply.header("etag").unwrap());
        let _ = by.patch("/settings/mails", json!({ "confirmed": null })).await.problem(400, "invalid");
        let off = by.patch("/settings/mails", json!({ "confirmed": false })).await.ok().data();
        assert_eq!((off["confirmed"].as_bool(), off["shipped"].as_bool()), (Some(false), Some(true)));
        let _ = by.patch("/settings/mails", json!({ "shipped": false })).await.problem(412, "stale");
        let _ = app.caller(Role::Auditor).await.with("if-match", "\"2\"").patch("/settings/mails", json!({ "shipped": false })).await.problem(403, "forbidden");
        let line = shop.owner.get("/audit?action=setting.customer_mails").await.ok().data();
        assert_eq!((line[0]["before"]["confirmed"].as_bool(), line[0]["after"]["confirmed"].as_bool()), (Some(true), Some(false)), "{line}");
        let done = shop.paid_by("pm_card_visa").await;
        let _ = shop.refund(done["payment"]["id"].as_str().unwrap(), Some(500)).await.is(201);
        assert_eq!((told(&app, "order_confirmed").await.len(), told(&app, "order_refunded").await.len()), (0, 1));
        // Switched on again, what happened meanwhile is not made up for.
        change(&shop.owner, "/settings/mails", json!({ "confirmed": true })).await;
        assert_eq!(told(&app, "order_confirmed").await.len(), 0);
    }

    async fn the_past_what_came_from_elsewhere_and_who_was_erased_are_left_alone(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid_by("pm_card_visa").await;
        app.advance(8 * DAY);
        assert_eq!(told(&app, "order_confirmed").await.len(), 0, "what is long past is not told");
        let shop = Shop { owner: app.owner().await, ..shop };
        for source in ["import", "demo"] {
            let done = shop.paid_by("pm_card_visa").await;
            let id: purser_core::ids::OrderId = done["order"]["id"].as_str().unwrap().parse().unwrap();
            let tenant = app.tenant().await;
            app.app.db.transact(tenant, async |tx| tx.run(sql("UPDATE orders SET source = $1 WHERE id = $2").bind(source.to_owned()).bind(id)).await).await.unwrap();
        }
        assert_eq!(told(&app, "order_confirmed").await.len(), 0);
        let done = shop.paid_by("pm_card_visa").await;
        let order = path(&done);
        assert_eq!(told(&app, "order_confirmed").await.len(), 1);
        for state in ["processing", "shipped", "delivered"] {
            let _ = shop.owner.post(&format!("{order}/state"), json!({ "state": state })).await.ok();
        }
        let of_them = shop.owner.get(&format!("/orders?customerId={}&limit=50", shop.customer)).await.ok().data();
        for one in of_them.as_array().unwrap().iter().filter(|one| one["state"] == "paid") {
            let _ = shop.owner.post(&format!("/orders/{}/cancel", one["id"].as_str().unwrap()), json!({ "reason": "over" })).await.ok();
        }
        tell_customers(&app.app).await.unwrap();
        let _ = shop.owner.delete(&format!("/users/{}", shop.customer)).await.is(204);
        let _ = shop.owner.post(&format!("/users/{}/erase", shop.customer), json!({ "reason": "asked for it" })).await.ok();
        app.settle().await;
        let _ = shop.refund(done["payment"]["id"].as_str().unwrap(), None).await.is(201);
        assert_eq!(told(&app, "order_refunded").await.len(), 0);
        let again = shop.owner.call(Method::POST, &format!("{order}/confirmation"), None).await;
        let _ = again.problem(409, "no_address");
    }

    async fn the_confirmation_is_sent_again_when_somebody_wants_it(app) {
        let shop = Shop::open(&app).await;
        let open = shop.order().await;
        let again = |order: &str| format!("{order}/confirmation");
        let _ = shop.owner.call(Method::POST, &format!("/orders/{}/confirmation", open["id"].as_str().unwrap()), None).await.problem(409, "not_confirmed");
        let order = path(&shop.paid_by("pm_card_visa").await);
        assert_eq!(told(&app, "order_confirmed").await.len(), 1);
        let by = shop.owner.with("idempotency-key", "again-1");
        let first = by.call(Method::POST, &again(&order), None).await.ok();
        assert_eq!(by.call(Method::POST, &again(&order), None).await.ok().text(), first.text());
        assert_eq!(told(&app, "order_confirmed").await.len(), 2, "a key once sends one mail");
        let _ = shop.owner.call(Method::POST, &again(&order), None).await.ok();
        assert_eq!(told(&app, "order_confirmed").await.len(), 3);
        let lines = shop.owner.get("/audit?action=order.confirm_again").await.ok();
        assert_eq!(lines.meta()["total"], 2);
        let _ = app.caller(Role::Auditor).await.call(Method::POST, &again(&order), None).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.call(Method::POST, &again(&order), None).await.problem(404, "not_found");
        let _ = shop.owner.post(&format!("{order}/cancel"), json!({ "reason": "over" })).await.ok();
        let _ = shop.owner.call(Method::POST, &again(&order), None).await.problem(409, "not_confirmed");
    }

    async fn whoever_may_read_mail_and_no_orders_does_not_see_where_one_goes(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid_by("pm_card_visa").await;
        let mail = told(&app, "order_confirmed").await.remove(0);
        let _ = shop.owner.post("/roles", json!({ "name": "Postroom", "key": "postroom", "permissions": ["read:self", "read:mail"] })).await.is(201);
        let postroom = app.caller("postroom".parse::<purser_core::access::RoleKey>().unwrap()).await;
        let seen = postroom.get(&format!("/mailbox/{}", mail["id"].as_str().unwrap())).await.ok().data();
        assert!(text(&mail).contains("Quay 1") && !text(&seen).contains("Quay 1") && !seen["html"].as_str().unwrap().contains("Quay 1"), "{seen}");
    }
}
