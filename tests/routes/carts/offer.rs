//! POST /carts/{id}/send: a draft goes to its customer by mail, once, in their language.

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::path_of;
use crate::routes::shop::Shop;

both! {
    async fn a_draft_is_mailed_with_its_lines_and_what_it_comes_to(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let _ = shop.owner.post("/coupons", json!({ "code": "TEN", "kind": "percent", "percentBp": 1_000 })).await.is(201);
        let body = json!({ "kind": "draft", "customerId": shop.customer, "lines": [{ "productId": lamp, "quantity": 2 }], "coupons": ["TEN"] });
        let draft = shop.owner.post("/carts", body).await.is(201).data();
        let send = format!("{}/send", path_of(&draft));
        let before = shop.owner.get("/mailbox?template=offer").await.ok().meta()["total"].clone();
        let by = shop.owner.with("idempotency-key", "offer-1");
        let first = by.post(&send, json!(null)).await.ok();
        assert_eq!(by.post(&send, json!(null)).await.ok().text(), first.text());
        app.settle().await;
        let mails = shop.owner.get("/mailbox?template=offer").await.ok();
        assert_eq!((before, mails.meta()["total"].clone(), mails.data()[0]["state"].clone()), (json!(0), json!(1), json!("sent")), "a key once sends one mail");
        let mail = shop.owner.get(&format!("/mailbox/{}", mails.data()[0]["id"].as_str().unwrap())).await.ok().data();
        let text = mail["text"].as_str().unwrap().replace('\u{a0}', " ");
        for words in ["2 × Lantern LAMP: EUR 50.00", "Tax: EUR 4.00", "Shipping: EUR 5.00", "Total: EUR 54.00", "Nothing is ordered yet", draft["number"].to_string().as_str()] {
            assert!(text.contains(words), "{words:?} is not in {text}");
        }
        let html = mail["html"].as_str().unwrap();
        assert!(html.contains("<table") && html.contains("2 × Lantern LAMP"), "{html}");
        // Nothing has changed about the draft, and the log says who sent it.
        assert_eq!(shop.owner.get(&path_of(&draft)).await.ok().data()["state"], "open");
        let lines = shop.owner.get("/audit?action=cart.send").await.ok().data();
        assert_eq!((lines.as_array().map(Vec::len), lines[0]["after"]["total"]["amount"].clone()), (Some(1), json!(5_400)), "{lines}");
        // In the language of whoever reads it.
        let customer = format!("/users/{}", shop.customer);
        let tag = shop.owner.get(&customer).await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &tag).patch(&customer, json!({ "language": "de" })).await.ok();
        let _ = shop.owner.post(&send, json!(null)).await.ok();
        app.settle().await;
        let newest = shop.owner.get("/mailbox?template=offer&limit=1").await.ok().data();
        let german = shop.owner.get(&format!("/mailbox/{}", newest[0]["id"].as_str().unwrap())).await.ok().data();
        assert!(german["text"].as_str().unwrap().replace('\u{a0}', " ").contains("Summe: 54,00 EUR"), "{german}");
    }

    async fn what_can_not_be_ordered_is_not_sent(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let open = async |body| path_of(&shop.owner.post("/carts", body).await.is(201).data());
        let line = json!([{ "productId": lamp, "quantity": 1 }]);
        let nobody = open(json!({ "kind": "draft", "lines": line })).await;
        let _ = shop.owner.post(&format!("{nobody}/send"), json!(null)).await.problem(422, "unprocessable").complains("customerId", "required");
        let empty = open(json!({ "kind": "draft", "customerId": shop.customer })).await;
        let _ = shop.owner.post(&format!("{empty}/send"), json!(null)).await.problem(422, "unprocessable").complains("lines", "required");
        let own = open(json!({ "kind": "cart", "customerId": shop.customer, "lines": line })).await;
        let _ = shop.owner.post(&format!("{own}/send"), json!(null)).await.problem(409, "not_a_draft");
        let _ = app.caller(Role::Auditor).await.post(&format!("{nobody}/send"), json!(null)).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&format!("{nobody}/send"), json!(null)).await.problem(404, "not_found");
        let _ = shop.owner.delete(&nobody).await.is(204);
        let _ = shop.owner.post(&format!("{nobody}/send"), json!(null)).await.problem(409, "cart_closed");
    }
}
