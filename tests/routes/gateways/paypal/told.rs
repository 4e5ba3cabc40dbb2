//! What PayPal tells: kept as it came and acknowledged before anybody is asked, and nothing follows from it before PayPal has said that it is its
//! own. What strangers make up is bounded, shown as such, gone soon, and in no genuine message's way.

use axum::http::Method;
use purser_core::gateways::NoticeState;
use purser_core::ids::{ConnectionId, NoticeId};
use purser_core::time::{DAY, MINUTE};
use purser_store::gateways::{self as store, Notice};
use purser_testkit::{Caller, Reply, TestApp, both, json};
use serde_json::Value;

use super::{Paypal, engine, event, hand_in, tell};
use crate::routes::shop::Shop;

/// An order that waits for its customer, who agreed; the payment.
async fn agreed(shop: &Shop, paypal: &Paypal) -> String {
    let order = shop.order().await;
    let pay = format!("/orders/{}/pay", order["id"].as_str().unwrap());
    let begun = shop.owner.post(&pay, json!({ "paymentMethod": "paypal" })).await.ok().data();
    paypal.agree("ORDER1");
    begun["payment"]["id"].as_str().unwrap().to_owned()
}

const APPROVED: (&str, &str, &str) = ("WH-1", "CHECKOUT.ORDER.APPROVED", "ORDER1");

async fn state(owner: &Caller, payment: &str) -> String {
    owner.get(&format!("/payments/{payment}")).await.ok().data()["state"].as_str().unwrap().to_owned()
}

/// State and copies of everything that was told, the oldest first.
async fn kept(owner: &Caller) -> Vec<(String, i64)> {
    let list = owner.get("/payment-providers/events?sort=receivedAt").await.ok().data();
    list.as_array().unwrap().iter().map(|one| (one["state"].as_str().unwrap().to_owned(), one["copies"].as_i64().unwrap())).collect()
}

fn words(kept: &[(String, i64)]) -> Vec<(&str, i64)> {
    kept.iter().map(|(state, copies)| (state.as_str(), *copies)).collect()
}

async fn newest(owner: &Caller) -> Value {
    owner.get("/payment-providers/events").await.ok().data()[0].clone()
}

/// What somebody at this address makes up.
async fn make_up(app: &TestApp, connection: &str, (address, id): (&str, &str)) -> Reply {
    let at = app.app.clock.now().to_string();
    hand_in(app.nobody().from(address), connection, (&event(id, APPROVED.1, APPROVED.2), &at, "forged"), ("", "")).await
}

both! {
    async fn it_is_kept_before_paypal_is_asked_and_nothing_follows_before_it_says_yes(plain) {
        let paypal = Paypal::start().await;
        let (app, owner, connection) = engine(plain, &paypal).await;
        let shop = Shop::open(&app).await;
        let payment = agreed(&shop, &paypal).await;
        // PayPal answers nothing, and the message is taken all the same.
        paypal.down(true);
        let body = r#"{"id":"WH-1", "zzz":1.10,"event_type":"CHECKOUT.ORDER.APPROVED",  "resource":{"id":"ORDER1"}}"#;
        let at = app.app.clock.now().to_string();
        for _ in 0..2 {
            let reply = hand_in(app.nobody(), &connection, (body, &at, "genuine"), ("", "")).await.ok();
            assert_eq!(reply.json(), json!({ "received": true }));
        }
        assert_eq!(words(&kept(&owner).await), [("unproved", 2)], "the same bytes are kept once");
        let whole = owner.get(&format!("/payment-providers/events/{}", newest(&owner).await["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((whole["body"].as_str(), whole["headers"].as_array().map(|headers| headers.len() >= 6)), (Some(body), Some(true)));
        app.settle().await;
        assert_eq!((words(&kept(&owner).await), state(&owner, &payment).await.as_str()), (vec![("unproved", 2)], "requires_action"));
        paypal.down(false);
        let _ = paypal.asked();
        app.advance(MINUTE);
        app.settle().await;
        assert_eq!((words(&kept(&owner).await), state(&owner, &payment).await.as_str()), (vec![("processed", 2)], "captured"));
        // PayPal was asked once, about the very bytes it sent.
        let asked = paypal.asked();
        assert_eq!((asked.len(), asked[0].ends_with(&format!(",\"webhook_event\":{body}}}"))), (1, true), "{asked:?}");
        // Sent again in another transmission it is the same message.
        let _ = tell(&app, &connection, APPROVED, "genuine").await.ok();
        app.settle().await;
        assert_eq!(words(&kept(&owner).await), [("processed", 3)]);
        shop.books_balance().await;
    }

    async fn what_is_made_up_is_shown_as_such_and_stands_in_no_way(plain) {
        let paypal = Paypal::start().await;
        let (app, owner, connection) = engine(plain, &paypal).await;
        let shop = Shop::open(&app).await;
        let payment = agreed(&shop, &paypal).await;
        let _ = tell(&app, &connection, APPROVED, "forged").await.ok();
        app.settle().await;
        let seen = newest(&owner).await;
        assert_eq!((seen["state"].as_str(), seen["outcome"].as_str()), (Some("rejected"), Some("PayPal says that this is not its own.")), "{seen}");
        assert_eq!(state(&owner, &payment).await, "requires_action", "though there was something to take");
        assert_eq!(owner.get("/payment-providers/events?state=rejected").await.ok().meta()["total"], 1);
        // PayPal's own message has the id somebody made up.
        let _ = tell(&app, &connection, APPROVED, "genuine").await.ok();
        app.settle().await;
        let mut all = kept(&owner).await;
        all.sort();
        assert_eq!((words(&all), state(&owner, &payment).await.as_str()), (vec![("processed", 1), ("rejected", 1)], "captured"));
        // Asked again, by hand, PayPal says the same; of another webhook it may say something else.
        let replay = format!("/payment-providers/events/{}/replay", seen["id"].as_str().unwrap());
        assert_eq!(owner.call(Method::POST, &replay, None).await.ok().data()["state"], "unproved");
        app.settle().await;
        assert_eq!(owner.get("/payment-providers/events?state=rejected").await.ok().meta()["total"], 1);
        // What is no message of PayPal at all is not even kept.
        let (now, long) = (app.app.clock.now(), "x".repeat(70_000));
        let (body, at) = (event("WH-9", APPROVED.1, APPROVED.2), now.to_string());
        for change in [
            ("paypal-cert-url", "https://api.paypal.com.evil.example/cert"),
            ("paypal-cert-url", "http://api.paypal.com/cert"),
            ("paypal-auth-algo", ""),
            ("paypal-transmission-id", ""),
            ("paypal-transmission-sig", ""),
            ("paypal-transmission-time", "soon"),
        ] {
            let _ = hand_in(app.nobody(), &connection, (&body, &at, "genuine"), change).await.problem(400, "invalid").complains("signature", "not_genuine");
        }
        for at in [now.plus(-6 * MINUTE), now.plus(6 * MINUTE)] {
            let _ = hand_in(app.nobody(), &connection, (&body, &at.to_string(), "genuine"), ("", "")).await.problem(400, "invalid");
        }
        let _ = hand_in(app.nobody(), &connection, ("[]", &at, "genuine"), ("", "")).await.problem(400, "invalid");
        let _ = hand_in(app.nobody(), &connection, (&event(&long, "x", "y"), &at, "genuine"), ("", "")).await.problem(413, "too_large");
        assert_eq!(kept(&owner).await.len(), 2);
        // Words no database keeps are left out.
        let _ = hand_in(app.nobody(), &connection, (&event("WH-\0", "a\0b", "c\0d"), &at, "forged"), ("", "")).await.ok();
        assert_eq!(newest(&owner).await["kind"], "ab");
        shop.books_balance().await;
    }

    async fn a_message_that_was_rejected_by_mistake_is_taken_in_after_all(plain) {
        let paypal = Paypal::start().await;
        let (app, owner, connection) = engine(plain, &paypal).await;
        let shop = Shop::open(&app).await;
        let payment = agreed(&shop, &paypal).await;
        let path = format!("/payment-providers/{connection}");
        let change = async |webhook: &str| {
            let etag = owner.get(&path).await.ok().header("etag").unwrap().to_owned();
            let _ = owner.with("if-match", &etag).patch(&path, json!({ "webhookReference": webhook })).await.ok();
        };
        change("WH-WRONG").await;
        let _ = tell(&app, &connection, APPROVED, "genuine").await.ok();
        app.settle().await;
        assert_eq!(words(&kept(&owner).await), [("rejected", 1)]);
        change("WH-1").await;
        app.advance(10 * MINUTE);
        let replay = format!("/payment-providers/events/{}/replay", newest(&owner).await["id"].as_str().unwrap());
        let _ = owner.call(Method::POST, &replay, None).await.ok();
        app.settle().await;
        assert_eq!((words(&kept(&owner).await), state(&owner, &payment).await.as_str()), (vec![("processed", 1)], "captured"));
    }

    async fn strangers_fill_nothing(plain) {
        let paypal = Paypal::start().await;
        let (app, owner, connection) = engine(plain, &paypal).await;
        for n in 0..60 {
            let _ = make_up(&app, &connection, ("203.0.113.9", &format!("WH-{n}"))).await.ok();
        }
        let _ = make_up(&app, &connection, ("203.0.113.9", "WH-60")).await.problem(429, "rate_limited");
        let _ = make_up(&app, &connection, ("203.0.113.10", "WH-61")).await.ok();
        app.settle().await;
        let _ = make_up(&app, &connection, ("203.0.113.9", "WH-62")).await.problem(429, "rate_limited");
        // What is proved counts no longer, however much it is.
        for n in 0..3 {
            for m in 0..30 {
                let (id, at) = (format!("WH-GOOD-{n}-{m}"), app.app.clock.now().to_string());
                let body = event(&id, "PAYMENT.CAPTURE.COMPLETED", "CAPTURE1");
                let _ = hand_in(app.nobody().from("203.0.113.11"), &connection, (&body, &at, "genuine"), ("", "")).await.ok();
            }
            app.settle().await;
        }
        assert_eq!(owner.get("/payment-providers/events?state=rejected").await.ok().meta()["total"], 61);
        assert_eq!(owner.get("/payment-providers/events?state=unproved").await.ok().meta()["total"], 0);
        // From however many addresses: a connection keeps so many that nobody proves, and those that were rejected make room.
        let tenant = app.tenant().await;
        let id: ConnectionId = connection.parse().unwrap();
        let now = app.app.clock.now();
        let notices = |numbers: std::ops::Range<i32>| -> Vec<Notice> {
            let notice = |n| Notice {
                id: app.app.ids.next::<NoticeId>(now), tenant_id: tenant, connection_id: id, provider_id: format!("WH-{n}"), kind: "x".into(), subject: None,
                sealed: "-".into(), state: NoticeState::Unproved, outcome: None, payment_id: None, copies: 1, received_at: now, processed_at: None, print: Some(format!("print {n}")),
            };
            numbers.map(notice).collect()
        };
        let fill = async |notices: &[Notice]| {
            app.app.db.transact(tenant, async |tx| {
                for notice in notices {
                    assert!(store::receive(tx, notice).await?.1);
                }
                Ok::<_, purser_core::Error>(())
            }).await.unwrap();
        };
        fill(&notices(61..500)).await;
        let _ = make_up(&app, &connection, ("203.0.113.12", "WH-500")).await.ok();
        let total = async |state: &str| owner.get(&format!("/payment-providers/events?state={state}")).await.ok().meta()["total"].as_i64();
        assert_eq!((total("rejected").await, total("unproved").await), (Some(60), Some(440)));
        app.app.db.transact(tenant, async |tx| store::forget_unproved(tx, (now.plus(1), now.plus(-DAY)), 1_000).await).await.unwrap();
        assert_eq!((total("rejected").await, total("unproved").await), (Some(0), Some(440)));
        // Where all are still asked about, the next one is to come later; one nobody asks about any more makes room.
        let more = notices(501..561);
        fill(&more).await;
        let _ = make_up(&app, &connection, ("203.0.113.13", "WH-600")).await.problem(429, "rate_limited");
        let over = (NoticeState::Unproved, "PayPal could not be asked.".to_owned());
        app.app.db.transact(tenant, async |tx| store::done(tx, more[0].id, over.clone(), (None, now)).await).await.unwrap();
        let _ = make_up(&app, &connection, ("203.0.113.13", "WH-600")).await.ok();
        assert_eq!(total("unproved").await, Some(500));
        // A day later they are gone, and what nobody could be asked about two days after that.
        purser_service::jobs::tick(&app.app).await.unwrap();
        app.advance(4 * DAY);
        purser_service::jobs::tick(&app.app).await.unwrap();
        app.settle().await;
        let owner = app.owner_unasked().await;
        let total = async |state: &str| owner.get(&format!("/payment-providers/events?state={state}")).await.ok().meta()["total"].as_i64();
        assert_eq!((total("rejected").await, total("unproved").await, total("ignored").await), (Some(0), Some(0), Some(90)));
    }
}
