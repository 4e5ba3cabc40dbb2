//! Orders sold on account: what customers owe, what came, what was given up. POST /orders/{id}/pay by `account`, /receivables

use purser_core::access::Role;
use purser_testkit::{Reply, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// An order of 59.00 that was sold on account: its path, and what is owed.
async fn sold(shop: &Shop) -> (String, String) {
    let order = shop.order().await;
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let done = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "account" })).await.ok().data();
    assert_eq!(
        (&done["order"]["state"], &done["payment"]["state"], &done["payment"]["methodLabel"]),
        (&json!("paid"), &json!("captured"), &json!("On account"))
    );
    (path, format!("/receivables/{}", done["payment"]["id"].as_str().unwrap()))
}

async fn account(shop: &Shop, code: &str) -> i64 {
    let all = shop.owner.get("/ledger/accounts").await.ok().data();
    all.as_array().unwrap().iter().filter(|one| one["code"] == code).map(|one| one["balance"]["amount"].as_i64().unwrap()).sum()
}

async fn books(shop: &Shop) -> [i64; 4] {
    shop.books_balance().await;
    [account(shop, "receivable").await, account(shop, "bank").await, account(shop, "differences").await, account(shop, "cash:provider").await]
}

async fn less(shop: &Shop, owed: &str, deed: &str, amount: Value) -> Reply {
    shop.owner.post(&format!("{owed}/{deed}"), json!({ "amount": amount, "reason": "transfer 17" })).await
}

/// What is owed of the only order, as the list and the order itself tell it.
async fn told(shop: &Shop, order: &str) -> Value {
    let (listed, itself) = (shop.owner.get("/orders").await.ok().data()[0]["owed"].clone(), shop.owner.get(order).await.ok().data()["owed"].clone());
    assert_eq!(listed, itself);
    itself
}

async fn only(shop: &Shop) -> Value {
    shop.owner.get("/receivables").await.ok().data()[0].clone()
}

both! {
    async fn it_is_owed_until_it_comes(app) {
        let shop = Shop::open(&app).await;
        let (order, owed) = sold(&shop).await;
        assert_eq!(books(&shop).await, [5_900, 0, 0, 0]);
        let one = only(&shop).await;
        assert_eq!((&one["amount"], &one["owed"], &one["received"]), (&eur(5_900), &eur(5_900), &eur(0)));
        assert_eq!(told(&shop, &order).await, eur(5_900));
        // What is sold can leave the house.
        let _ = shop.owner.post(&format!("{order}/fulfilments"), json!({})).await.ok();
        assert_eq!(less(&shop, &owed, "receive", eur(2_000)).await.ok().data()["owed"], eur(3_900));
        assert_eq!((books(&shop).await, told(&shop, &order).await), ([3_900, 2_000, 0, 0], eur(3_900)));
        let _ = less(&shop, &owed, "receive", eur(3_901)).await.problem(422, "unprocessable").complains("amount.amount", "more_than_owed");
        let _ = less(&shop, &owed, "receive", eur(0)).await.problem(400, "invalid").complains("amount.amount", "out_of_range");
        let _ = less(&shop, &owed, "receive", json!({ "amount": 1, "currency": "USD" })).await.problem(422, "unprocessable").complains("amount.currency", "wrong_currency");
        let _ = less(&shop, &owed, "receive", Value::Null).await.ok();
        assert_eq!(books(&shop).await, [0, 5_900, 0, 0]);
        let _ = less(&shop, &owed, "receive", eur(1)).await.problem(409, "nothing_owed");
        assert_eq!(shop.owner.get("/receivables?open=true").await.ok().meta()["total"], 0);
        let log = shop.owner.get("/audit?action=receivable.receive").await.ok();
        assert_eq!((log.meta()["total"].as_i64(), &log.data()[0]["after"]["owed"]), (Some(2), &eur(0)));
    }

    async fn it_is_given_up_by_whoever_keeps_the_books(app) {
        let shop = Shop::open(&app).await;
        let (_, owed) = sold(&shop).await;
        let support = app.caller(Role::Support).await;
        let _ = support.post(&format!("{owed}/write-off"), json!({ "reason": "gone" })).await.problem(403, "forbidden");
        let _ = support.post(&format!("{owed}/receive"), json!({ "reason": "came" })).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&format!("{owed}/receive"), json!({ "reason": "came" })).await.problem(404, "not_found");
        let _ = shop.owner.post(&format!("{owed}/write-off"), json!({ "reason": "" })).await.problem(400, "invalid").complains("reason", "required");
        let _ = less(&shop, &owed, "receive", eur(900)).await.ok();
        let given = app.caller(Role::Finance).await.post(&format!("{owed}/write-off"), json!({ "reason": "insolvent" })).await.ok().data();
        assert_eq!((&given["owed"], &given["writtenOff"], &given["received"]), (&eur(0), &eur(5_000), &eur(900)));
        assert_eq!(books(&shop).await, [0, 900, 5_000, 0]);
        let month = shop.owner.get("/reports/monthly?months=1").await.ok().data()["months"][0].clone();
        let figure = |name: &str| month[name]["amount"].as_i64().unwrap();
        assert_eq!((figure("givenUp"), figure("net")), (5_000, figure("revenue") + figure("shipping") - 5_000));
    }

    async fn what_goes_back_is_taken_off_what_is_owed_first(app) {
        let shop = Shop::open(&app).await;
        let (order, owed) = sold(&shop).await;
        let _ = less(&shop, &owed, "receive", eur(5_000)).await.ok();
        let back = async |amount: i64, to_credit: bool| {
            let wish = json!({ "amount": eur(amount), "toCredit": to_credit });
            let seen = shop.owner.post(&format!("{order}/refunds/preview"), wish.clone()).await.ok().data();
            let mut ask = wish;
            ask["reason"] = json!("came back");
            let done = shop.owner.post(&format!("{order}/refunds"), ask).await.is(201).data();
            assert_eq!(done["refunds"][0]["state"], "succeeded");
            seen["payments"][0]["outside"].as_bool().unwrap()
        };
        assert!(!back(500, false).await, "it is owed no more, and nobody has to send anything");
        assert_eq!((books(&shop).await, &only(&shop).await["takenOff"]), ([400, 5_000, 0, 0], &eur(500)));
        assert!(back(1_000, false).await, "600 of it have to be sent by hand");
        assert_eq!((books(&shop).await, &only(&shop).await["owed"]), ([0, 4_400, 0, 0], &eur(0)));
        assert!(!back(1_400, true).await);
        assert_eq!((books(&shop).await, account(&shop, "stored-credit").await), ([0, 4_400, 0, 0], -1_400));
    }

    async fn what_never_came_becomes_no_credit(app) {
        let shop = Shop::open(&app).await;
        let (order, _) = sold(&shop).await;
        let ask = json!({ "amount": eur(900), "toCredit": true, "reason": "came back" });
        let _ = shop.owner.post(&format!("{order}/refunds"), ask).await.is(201);
        assert_eq!((books(&shop).await, account(&shop, "stored-credit").await), ([5_000, 0, 0, 0], 0));
        let story = shop.owner.get(&format!("{order}/timeline")).await.ok().data();
        let told: Vec<_> = story.as_array().unwrap().iter().filter(|entry| entry["kind"] == "refund").map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(told, ["refund.succeeded"]);
    }

    async fn what_was_given_up_is_given_back_to_nobody(app) {
        let shop = Shop::open(&app).await;
        let (order, owed) = sold(&shop).await;
        let _ = less(&shop, &owed, "receive", eur(900)).await.ok();
        let _ = less(&shop, &owed, "write-off", Value::Null).await.ok();
        assert_eq!(books(&shop).await, [0, 900, 5_000, 0]);
        let back = async |amount: i64, to_credit: bool| {
            let ask = json!({ "amount": eur(amount), "toCredit": to_credit, "reason": "came back" });
            assert_eq!(shop.owner.post(&format!("{order}/refunds"), ask).await.is(201).data()["refunds"][0]["state"], "succeeded");
        };
        back(1_500, true).await;
        assert_eq!((books(&shop).await, account(&shop, "stored-credit").await), ([0, 900, 4_400, 0], -900), "only what came is theirs");
        let off = shop.owner.post(&format!("{order}/cancel"), json!({ "reason": "all of it" })).await.ok().data();
        assert_eq!((&off["state"], &off["paymentState"]), (&json!("cancelled"), &json!("refunded")));
        assert_eq!((books(&shop).await, account(&shop, "stored-credit").await), ([0, 900, 0, 0], -900));
    }

    async fn whoever_owes_is_not_forgotten_and_their_mail_says_by_when(app) {
        let shop = Shop::open(&app).await;
        let (order, owed) = sold(&shop).await;
        purser_service::mail::tell_customers(&app.app).await.unwrap();
        app.settle().await;
        let mails = shop.owner.get("/mailbox?limit=50").await.ok().data();
        let mut told = String::new();
        for mail in mails.as_array().unwrap() {
            told.push_str(&shop.owner.get(&format!("/mailbox/{}", mail["id"].as_str().unwrap())).await.ok().text());
        }
        assert!(told.contains("is confirmed") && told.contains("Please pay") && !told.contains("is paid"), "{told}");
        let _ = shop.owner.post(&format!("{order}/fulfilments"), json!({})).await.ok();
        let _ = shop.owner.post(&format!("{order}/state"), json!({ "state": "delivered" })).await.ok();
        let user = format!("/users/{}", shop.customer);
        let _ = shop.owner.delete(&user).await.ok();
        let _ = shop.owner.post(&format!("{user}/erase"), json!({ "reason": "asked for" })).await.problem(409, "owes");
        let _ = less(&shop, &owed, "receive", Value::Null).await.ok();
        let _ = shop.owner.post(&format!("{user}/erase"), json!({ "reason": "asked for" })).await.ok();
        shop.books_balance().await;
    }

    async fn an_order_that_is_called_off_is_owed_no_more(app) {
        let shop = Shop::open(&app).await;
        let (order, _) = sold(&shop).await;
        let off = shop.owner.post(&format!("{order}/cancel"), json!({ "reason": "not wanted" })).await.ok().data();
        assert_eq!((&off["state"], &off["paymentState"]), (&json!("cancelled"), &json!("refunded")));
        assert_eq!((books(&shop).await, &only(&shop).await["owed"]), ([0, 0, 0, 0], &eur(0)));
    }

    async fn the_day_to_pay_by_is_the_houses_and_can_be_put_off(app) {
        let shop = Shop::open(&app).await;
        let tag = shop.owner.get("/settings/checkout").await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &tag).patch("/settings/checkout", json!({ "accountDays": 14 })).await.ok();
        let (_, owed) = sold(&shop).await;
        let now = app.app.clock.now();
        let one = only(&shop).await;
        assert_eq!(one["dueAt"], json!(now.plus(14 * purser_core::time::DAY)));
        let put = async |until: purser_core::Timestamp| shop.owner.patch(&owed, json!({ "dueAt": until, "reason": "asked for" })).await;
        let _ = put(now.plus(-1_000_000)).await.problem(400, "invalid").complains("dueAt", "out_of_range");
        let later = now.plus(40 * purser_core::time::DAY);
        assert_eq!(put(later).await.ok().data()["dueAt"], json!(later));
        let late = format!("/receivables?dueBefore={}", now.plus(41 * purser_core::time::DAY));
        assert_eq!(shop.owner.get(&late).await.ok().meta()["total"], 1);
        assert_eq!(shop.owner.get(&format!("/receivables?dueBefore={later}")).await.ok().meta()["total"], 0);
    }

    async fn refunds_and_receipts_at_once_stay_within_what_was_sold(app) {
        let shop = Shop::open(&app).await;
        let (order, owed) = sold(&shop).await;
        let receipts = (0..10).map(|_| less(&shop, &owed, "receive", eur(590)));
        let path = format!("{order}/refunds");
        let refunds = (0..10).map(|n| shop.owner.post(&path, json!({ "amount": eur(590), "reason": format!("piece {n}") })));
        let (came, back) = futures::future::join(futures::future::join_all(receipts), futures::future::join_all(refunds)).await;
        let came = came.iter().filter(|reply| reply.status == 200).count();
        assert!(back.iter().all(|reply| reply.status == 201), "{:?}", back.iter().map(|reply| reply.status).collect::<Vec<_>>());
        let one = only(&shop).await;
        let of = |field: &str| one[field]["amount"].as_i64().unwrap();
        assert_eq!((of("owed"), of("received"), of("takenOff")), (0, 590 * i64::try_from(came).unwrap(), 5_900 - 590 * i64::try_from(came).unwrap()));
        assert_eq!(books(&shop).await, [0, 0, 0, 0], "what had come went back by hand");
    }
}
