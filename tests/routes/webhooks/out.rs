//! What is told: genuine, whole, in order, at least once, and not for ever.

use axum::http::Method;
use purser_core::time::{DAY, HOUR, SECOND};
use purser_testkit::{both, json};

use super::receiver::{Got, Receiver, endpoint, engine, subscribe};
use crate::routes::shop::Shop;

both! {
    async fn what_happened_is_told_signed_and_in_order(plain) {
        let (app, receiver) = (engine(plain.database).await, Receiver::start().await);
        let shop = Shop::open(&app).await;
        app.settle().await;
        let (id, secret) = subscribe(&shop.owner, &receiver, &["*"]).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, Some(500)).await.is(201);
        app.settle().await;
        let got = receiver.got();
        let events: Vec<String> = got.iter().map(Got::event).collect();
        for wanted in ["product.created", "order.created", "payment.created", "payment.captured", "order.captured", "refund.refunded"] {
            assert!(events.iter().any(|event| event == wanted), "{wanted} is not among {events:?}");
        }
        assert!(events.iter().all(|event| !["job.", "session.", "mail.", "setting."].iter().any(|inside| event.starts_with(inside))), "{events:?}");
        for message in &got {
            assert!(message.is_signed_with(&secret), "the library does not take {}", message.event());
            assert!(!message.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
            assert!(!String::from_utf8_lossy(&message.body).contains('@'), "a message names nobody: {}", message.json());
        }
        let captured = got.iter().find(|message| message.event() == "payment.captured").unwrap().json();
        assert_eq!(captured["data"]["id"], payment.as_str());
        assert_eq!((captured["data"]["amount"]["amount"].as_i64(), captured["data"]["orderNumber"].as_i64()), (Some(5_900), Some(1)), "{captured}");
        // About one thing: in the order it happened.
        let about: Vec<i64> = got.iter().map(Got::json).filter(|m| m["data"]["id"] == payment.as_str()).map(|m| m["sequence"].as_i64().unwrap()).collect();
        assert!(about.len() >= 3 && about.windows(2).all(|pair| pair[0] < pair[1]), "{about:?}");
        // Once.
        app.settle().await;
        assert!(receiver.got().is_empty());
        let list = shop.owner.get("/webhooks/deliveries?state=delivered&limit=100").await.ok();
        assert_eq!(list.data().as_array().unwrap().len(), got.len());
        assert_eq!((endpoint(&shop.owner, &id).await["waiting"].as_i64(), list.data()[0]["lastStatus"].as_i64()), (Some(0), Some(200)));
        // What is over is forgotten in the end.
        app.advance(31 * DAY);
        app.app.db.transact(app.tenant().await, async |tx| purser_store::webhooks::forget(tx, app.app.clock.now(), 1_000).await).await.unwrap();
        let owner = app.owner().await;
        assert_eq!(owner.get("/webhooks/deliveries").await.ok().meta()["total"], 0);
    }

    async fn only_what_was_asked_for(plain) {
        let (app, receiver) = (engine(plain.database).await, Receiver::start().await);
        let shop = Shop::open(&app).await;
        let _ = subscribe(&shop.owner, &receiver, &["payment.captured", "refund.*"]).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, None).await.is(201);
        app.settle().await;
        let mut events: Vec<String> = receiver.got().iter().map(Got::event).collect();
        events.sort();
        assert_eq!(events, ["payment.captured", "refund.refunded"]);
    }

    async fn a_receiver_that_is_away_gets_the_same_later_and_the_rest_after_it(plain) {
        let (app, receiver) = (engine(plain.database).await, Receiver::start().await);
        let shop = Shop::open(&app).await;
        let (id, secret) = subscribe(&shop.owner, &receiver, &["payment.*"]).await;
        receiver.answers([500]);
        let payment = shop.paid().await;
        app.settle().await;
        let first = receiver.got();
        assert_eq!(first.len(), 1, "what comes after it about the same payment waits");
        assert_eq!(first[0].event(), "payment.created");
        assert!(endpoint(&shop.owner, &id).await["failingSince"].is_string());
        let waiting = shop.owner.get(&format!("/webhooks/deliveries?state=pending&subjectId={payment}")).await.ok().data();
        assert_eq!(waiting.as_array().unwrap().len(), 2, "{waiting}");
        app.advance(7 * SECOND);
        app.settle().await;
        let then = receiver.got();
        assert_eq!(then.iter().map(Got::event).collect::<Vec<_>>(), ["payment.created", "payment.captured"]);
        assert_eq!((then[0].id(), &then[0].body), (first[0].id(), &first[0].body), "the same message");
        assert!(then.iter().all(|message| message.is_signed_with(&secret)));
        assert!(endpoint(&shop.owner, &id).await["failingSince"].is_null());
        let delivery = shop.owner.get("/webhooks/deliveries?event=payment.created").await.ok().data()[0]["id"].as_str().unwrap().to_owned();
        let whole = shop.owner.get(&format!("/webhooks/deliveries/{delivery}")).await.ok().data();
        assert_eq!((whole["attempts"].as_i64(), whole["tries"][0]["status"].as_i64(), whole["tries"][1]["status"].as_i64()), (Some(2), Some(200), Some(500)));
        assert_eq!(whole["tries"][0]["excerpt"].as_str().unwrap().len(), 2_048, "the excerpt is bounded");
        assert_eq!(whole["body"].as_str().unwrap().as_bytes(), first[0].body);
        // Again by hand: the same bytes under the same id.
        let path = format!("/webhooks/deliveries/{delivery}/resend");
        let _ = shop.owner.call(Method::POST, &path, None).await.ok();
        let _ = shop.owner.call(Method::POST, &path, None).await.problem(409, "already_queued");
        app.settle().await;
        let again = receiver.got();
        assert_eq!((again.len(), again[0].id(), &again[0].body), (1, first[0].id(), &first[0].body));
    }

    async fn after_three_days_it_is_told_no_more(plain) {
        let (app, receiver) = (engine(plain.database).await, Receiver::start().await);
        let shop = Shop::open(&app).await;
        let (id, _) = subscribe(&shop.owner, &receiver, &["payment.*"]).await;
        receiver.always(503);
        let _ = shop.paid().await;
        app.settle().await;
        let mut tries = receiver.got().len();
        for _ in 0..9 {
            app.advance(10 * HOUR);
            app.settle().await;
            tries += receiver.got().len();
        }
        assert!((6..=14).contains(&tries), "{tries} tries in four days");
        let owner = app.owner().await;
        let off = endpoint(&owner, &id).await;
        assert_eq!((off["enabled"].as_bool(), off["waiting"].as_i64()), (Some(false), Some(0)), "{off}");
        assert!(off["disabledReason"].as_str().unwrap().contains("three days"), "{off}");
        let mails = owner.get("/mailbox?template=webhook_off").await.ok().data();
        assert_eq!(mails.as_array().unwrap().len(), 1, "the owner hears of it");
        assert_eq!(owner.get("/audit?action=webhook.switch_off").await.ok().data()[0]["subject"]["id"], id.as_str());
        // Nothing goes there now; what comes later neither.
        receiver.always(200);
        let _ = shop_again(&app).await.paid().await;
        app.settle().await;
        assert!(receiver.got().is_empty());
        // Once it is well: on again, and what it missed by hand.
        let failed = owner.get("/webhooks/deliveries?state=failed&event=payment.created").await.ok().data()[0]["id"].as_str().unwrap().to_owned();
        let resend = format!("/webhooks/deliveries/{failed}/resend");
        let _ = owner.call(Method::POST, &resend, None).await.problem(409, "switched_off");
        let path = format!("/webhooks/endpoints/{id}");
        let etag = owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let on = owner.with("if-match", &etag).patch(&path, json!({ "enabled": true })).await.ok().data();
        assert_eq!((on["enabled"].as_bool(), on.get("disabledReason"), on.get("failingSince")), (Some(true), None, None));
        let _ = owner.call(Method::POST, &resend, None).await.ok();
        app.settle().await;
        assert_eq!(receiver.got().iter().map(Got::event).collect::<Vec<_>>(), ["payment.created"]);
    }

    async fn what_a_process_that_is_gone_was_sending_is_sent(plain) {
        let (app, receiver) = (engine(plain.database).await, Receiver::start().await);
        let shop = Shop::open(&app).await;
        let _ = subscribe(&shop.owner, &receiver, &["payment.captured"]).await;
        let _ = shop.paid().await;
        purser_service::webhooks::tell(&app.app).await.unwrap();
        let id = shop.owner.get("/webhooks/deliveries").await.ok().data()[0]["id"].as_str().unwrap().parse().unwrap();
        let now = app.app.clock.now();
        let taken = app.app.db.transact(app.tenant().await, async |tx| purser_store::webhooks::claim(tx, id, (now, now.plus(120 * SECOND))).await);
        assert!(taken.await.unwrap());
        app.settle().await;
        assert!(receiver.got().is_empty(), "somebody is at it");
        app.advance(130 * SECOND);
        app.settle().await;
        assert_eq!(receiver.got().len(), 1);
    }

    async fn gone_is_gone_and_nothing_is_followed(plain) {
        let (app, receiver) = (engine(plain.database).await, Receiver::start().await);
        let shop = Shop::open(&app).await;
        let (id, _) = subscribe(&shop.owner, &receiver, &["order.*"]).await;
        receiver.always(302);
        let _ = shop.paid().await;
        app.settle().await;
        assert_eq!(receiver.got().len(), 1, "one message, and no visit elsewhere");
        receiver.always(410);
        app.advance(7 * SECOND);
        app.settle().await;
        assert_eq!(endpoint(&shop.owner, &id).await["enabled"], false);
    }
}

/// The same shop after days: the owner signs in anew.
async fn shop_again(app: &purser_testkit::TestApp) -> Shop {
    Shop::open(app).await
}
