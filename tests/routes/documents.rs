//! Receipts, credit notes and the monthly report as PDF, read back as text.

use std::io::Write;
use std::process::{Command, Stdio};

use purser_core::access::Role;
use purser_testkit::{Reply, both, json};

use crate::routes::shop::Shop;

/// What a reader of the document can copy from it, and how many pages it has.
fn text(reply: &Reply) -> (String, usize) {
    assert_eq!(reply.header("content-type"), Some("application/pdf"));
    assert!(reply.body.starts_with(b"%PDF-"));
    // By a reader nobody here wrote.
    let mut reader =
        Command::new("pdftotext").args(["-layout", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("poppler-utils");
    let (mut input, body) = (reader.stdin.take().unwrap(), reply.body.to_vec());
    let writer = std::thread::spawn(move || input.write_all(&body).unwrap());
    let read = reader.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(read.status.success());
    let text = String::from_utf8(read.stdout).unwrap();
    // A page ends with a form feed.
    let pages = text.matches('\u{c}').count();
    (text.replace(['\u{a0}', '\u{202f}'], " ").split_whitespace().collect::<Vec<_>>().join(" "), pages)
}

#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text}");
    }
}

both! {
    async fn a_receipt_says_what_was_bought_and_paid_in_the_customers_language(app) {
        let shop = Shop::open(&app).await;
        let order = shop.paid_by("pm_card_visa").await["order"].clone();
        let path = format!("/orders/{}/receipt.pdf", order["id"].as_str().unwrap());
        let reply = shop.owner.get(&path).await.ok();
        let number = order["number"].as_i64().unwrap();
        assert_eq!(reply.header("content-disposition"), Some(format!("attachment; filename=\"receipt-{number}.pdf\"").as_str()));
        let (english, pages) = text(&reply);
        assert_eq!(pages, 1);
        says(&english, &["Receipt", &format!("#{number}"), "Ada Example", "Quay 1", "5003 Bergen", "Lantern L-", "EUR 25.00", "EUR 50.00", "EUR 4.00", "EUR 5.00", "EUR 59.00", "Visa •••• 4242", "Page 1 / 1"]);
        let (german, _) = text(&shop.owner.get(&format!("{path}?language=de")).await.ok());
        says(&german, &["Quittung", "59,00 EUR", "Steuer", "Seite 1 / 1"]);
        let _ = shop.owner.get(&format!("{path}?language=fr")).await.problem(400, "invalid").complains("language", "unknown_choice");
        // The customer's own language, where nobody asks for another.
        let customer = format!("/users/{}", shop.customer);
        let tag = shop.owner.get(&customer).await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &tag).patch(&customer, json!({ "language": "de-AT" })).await.ok();
        says(&text(&shop.owner.get(&path).await.ok()).0, &["Quittung"]);
        // Whose paper it is: where the business sits, once it says so.
        let tag = shop.owner.get("/settings").await.ok().header("etag").unwrap().to_owned();
        let seat = json!({ "street": "Harbour Lane 9", "city": "Stavanger", "zipCode": "4006", "country": "NO" });
        let _ = shop.owner.with("if-match", &tag).patch("/settings", json!({ "address": seat, "vatId": "NO 974 760 673 MVA" })).await.ok();
        says(&text(&shop.owner.get(&format!("{path}?language=en")).await.ok()).0, &["Harbour Lane 9 · 4006 Stavanger · Norway · VAT id NO 974 760 673 MVA"]);
        let report = shop.owner.get("/reports/monthly.pdf?months=1&language=de").await.ok();
        says(&text(&report).0, &["Harbour Lane 9 · 4006 Stavanger · Norwegen · USt-IdNr. NO 974 760 673 MVA"]);
        // Who may not read orders gets none; nothing paid, nothing to confirm; another tenant's is not there.
        let unpaid = shop.order().await;
        let _ = shop.owner.get(&format!("/orders/{}/receipt.pdf", unpaid["id"].as_str().unwrap())).await.problem(409, "nothing_paid");
        let _ = app.caller(Role::User).await.get(&path).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.get(&path).await.problem(404, "not_found");
    }

    async fn papers_name_the_country_the_coupon_the_rates_and_the_way(app) {
        let shop = Shop::open(&app).await;
        let way = json!({ "code": "standard", "name": "Hurtigruten", "kind": "flat", "price": { "amount": 900, "currency": "EUR" }, "countries": ["NO"], "active": true });
        let rates = json!([{ "country": "NO", "taxClass": "standard", "rateBp": 2_500 }, { "country": "NO", "taxClass": "reduced", "rateBp": 1_250 }]);
        let tag = shop.owner.get("/settings/checkout").await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &tag).patch("/settings/checkout", json!({ "taxRates": rates, "shippingMethods": [way] })).await.ok();
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let book = json!({ "name": "Pilot book", "sku": "BOOK", "price": { "amount": 1_000, "currency": "EUR" }, "stock": 5, "taxClass": "reduced" });
        let book = shop.owner.post("/products", book).await.is(201).data()["id"].clone();
        let _ = shop.owner.post("/coupons", json!({ "code": "SPRING", "kind": "percent", "percentBp": 1_000 })).await.is(201);
        let mut wants = shop.wants(&lamp, 2);
        wants["items"].as_array_mut().unwrap().push(json!({ "productId": book, "quantity": 1 }));
        wants["coupons"] = json!(["SPRING"]);
        let order = shop.owner.post("/orders", wants).await.is(201).data();
        let path = format!("/orders/{}", order["id"].as_str().unwrap());
        let _ = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let (english, _) = text(&shop.owner.get(&format!("{path}/receipt.pdf?language=en")).await.ok());
        let wanted = ["Norway", "Discount (SPRING)", "−EUR 6.00", "Tax (12.5%)", "EUR 1.25", "Tax (25%)", "EUR 12.50", "Shipping (Hurtigruten)", "EUR 9.00"];
        says(&english, &wanted);
        assert!(!english.contains("5003 Bergen NO") && !english.contains("EUR -"), "{english}");
        let line = order["items"].as_array().unwrap().iter().find(|line| line["sku"] == "LAMP").unwrap()["id"].clone();
        let ask = json!({ "lines": [{ "lineId": line, "quantity": 1 }], "reason": "Damaged on arrival" });
        let done = shop.owner.post(&format!("{path}/refunds"), ask).await.is(201).data();
        let (german, _) = text(&shop.owner.get(&format!("/refunds/{}/credit-note.pdf?language=de", done["refunds"][0]["id"].as_str().unwrap())).await.ok());
        says(&german, &["Norwegen", "Rabatt (SPRING)", "−2,50 EUR", "Steuer (25 %)", "6,25 EUR", "28,75 EUR"]);
        let (german, _) = text(&shop.owner.get(&format!("{path}/receipt.pdf?language=de")).await.ok());
        says(&german, &["Erstattet", "−28,75 EUR"]);
    }

    async fn a_credit_note_says_what_went_back(app) {
        let shop = Shop::open(&app).await;
        let order = shop.paid_by("pm_card_visa").await["order"].clone();
        let line = shop.owner.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await.ok().data()["items"][0]["id"].clone();
        let ask = json!({ "lines": [{ "lineId": line, "quantity": 1 }], "reason": "Damaged on arrival" });
        let done = shop.owner.post(&format!("/orders/{}/refunds", order["id"].as_str().unwrap()), ask).await.is(201).data();
        let id = done["refunds"][0]["id"].as_str().unwrap();
        let reply = shop.owner.get(&format!("/refunds/{id}/credit-note.pdf?language=de")).await.ok();
        assert!(reply.header("content-disposition").unwrap().contains("credit-note-"));
        let (german, _) = text(&reply);
        assert!(!german.contains("USt-IdNr."), "{german}");
        // Its number is the order's and the end of the refund's, as in the name of the file.
        says(&german, &["Gutschrift", &id[id.len() - 6..], "Damaged on arrival", "Lantern L-", "25,00 EUR", "2,00 EUR", "27,00 EUR", "Gutgeschrieben"]);
        // What waits for somebody is no credit yet.
        let rule = json!({ "name": "All of them", "kind": "refund", "effect": "approve" });
        let _ = shop.owner.post("/approval-rules", rule).await.is(201);
        let waits = json!({ "amount": { "amount": 100, "currency": "EUR" }, "reason": "scratched" });
        let waits = shop.owner.post(&format!("/orders/{}/refunds", order["id"].as_str().unwrap()), waits).await.is(201).data();
        let path = format!("/refunds/{}/credit-note.pdf", waits["refunds"][0]["id"].as_str().unwrap());
        let _ = shop.owner.get(&path).await.problem(409, "not_refunded");
        let _ = app.stranger(Role::Owner).await.get(&path).await.problem(404, "not_found");
        let _ = app.caller(Role::User).await.get(&path).await.problem(403, "forbidden");
    }

    async fn the_monthly_report_has_figures_bars_and_who_came_back(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, Some(590)).await.is(201);
        let reply = shop.owner.get("/reports/monthly.pdf?months=12&language=en").await.ok();
        let report = shop.owner.get("/reports/monthly").await.ok().data();
        let this = report["months"].as_array().unwrap().last().unwrap().clone();
        assert!(reply.header("content-disposition").unwrap().contains(this["month"].as_str().unwrap()));
        let (english, _) = text(&reply);
        let cents = |name: &str| format!("{:.2}", this[name]["amount"].as_f64().unwrap() / 100.0);
        says(&english, &["Monthly report", "EUR", "Sales", "Refunds", "Net", &cents("revenue"), &cents("net"), "Customers who came back", "+9"]);
        let _ = shop.owner.get("/reports/monthly.pdf?months=37").await.problem(400, "invalid").complains("months", "out_of_range");
        let _ = app.caller(Role::User).await.get("/reports/monthly.pdf").await.problem(403, "forbidden");
    }
}
