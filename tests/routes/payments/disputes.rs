//! /disputes: what the customer's bank takes back, our evidence, and what comes of it.

use axum::http::Method;
use purser_core::access::Role;
use purser_core::disputes::DisputeState;
use purser_service::disputes::{ProviderDispute, record};
use purser_testkit::{TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

async fn dispute(shop: &Shop, payment: &str) -> Value {
    shop.owner.post(&format!("/payments/{payment}/dispute"), json!({ "reason": "fraudulent" })).await.is(201).data()
}

fn path(dispute: &Value, what: &str) -> String {
    format!("/disputes/{}{what}", dispute["id"].as_str().unwrap())
}

async fn balance(shop: &Shop, code: &str) -> i64 {
    let accounts = shop.owner.get("/ledger/accounts").await.ok().data();
    let account = accounts.as_array().unwrap().iter().find(|account| account["code"] == code).cloned();
    account.map_or(0, |account| account["balance"]["amount"].as_i64().unwrap())
}

/// What a provider says of a dispute of this payment.
fn news(payment: &str, app: &TestApp, state: DisputeState) -> ProviderDispute {
    ProviderDispute {
        provider: "elsewhere".into(),
        reference: "du_1".into(),
        payment: payment.parse().unwrap(),
        amount: purser_core::Money::new(5_900, purser_core::Currency::EUR),
        reason: "fraudulent".into(),
        state,
        due_at: Some(app.app.clock.now().plus(7 * purser_core::time::DAY)),
        withdrawn: 5_900,
        reinstated: if state == DisputeState::Won { 5_900 } else { 0 },
        fee: 1_500,
        fee_back: 0,
        opened_at: app.app.clock.now(),
    }
}

both! {
    async fn evidence_is_gathered_sent_once_and_wins(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let opened = dispute(&shop, &payment).await;
        assert_eq!((opened["state"].as_str(), opened["late"].as_bool(), opened["fee"]["amount"].as_i64()), (Some("needs_evidence"), Some(false), Some(1_500)));
        assert_eq!(shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["state"], "disputed");
        let _ = shop.refund(&payment, Some(1)).await.problem(409, "not_refundable");
        assert_eq!((balance(&shop, "cash:provider").await, balance(&shop, "disputes").await, balance(&shop, "fees").await), (-1_500, 5_900, 1_500));
        let finance = app.caller(Role::Finance).await;
        let _ = finance.call(Method::POST, &path(&opened, "/submit"), None).await.problem(409, "no_evidence");
        let words = json!({ "texts": { "shippingDocumentation": "Signed for. winning_evidence" }, "files": [] });
        let _ = finance.call(Method::PUT, &path(&opened, "/evidence"), Some(words.clone())).await.problem(428, "precondition_required");
        let version = finance.get(&path(&opened, "")).await.ok();
        let by = finance.with("if-match", version.header("etag").unwrap());
        let strange = json!({ "files": [uuid::Uuid::nil()] });
        let _ = by.call(Method::PUT, &path(&opened, "/evidence"), Some(strange)).await.problem(422, "unprocessable").complains("files", "unknown_file");
        let staged = by.call(Method::PUT, &path(&opened, "/evidence"), Some(words.clone())).await.ok().data();
        assert_eq!(staged["evidence"]["texts"], words["texts"]);
        let _ = by.call(Method::PUT, &path(&opened, "/evidence"), Some(words)).await.problem(412, "stale");
        let keyed = finance.with("idempotency-key", "evidence");
        let won = keyed.call(Method::POST, &path(&opened, "/submit"), None).await.ok();
        assert_eq!((won.data()["state"].as_str(), won.data()["reinstated"]["amount"].as_i64()), (Some("won"), Some(5_900)));
        assert_eq!(keyed.call(Method::POST, &path(&opened, "/submit"), None).await.ok().body, won.body);
        let _ = finance.call(Method::POST, &path(&opened, "/submit"), None).await.problem(409, "already_decided");
        assert_eq!((balance(&shop, "cash:provider").await, balance(&shop, "disputes").await, balance(&shop, "fees").await), (4_400, 0, 1_500));
        assert_eq!(shop.refund(&payment, Some(100)).await.is(201).data()["state"], "succeeded", "won: it can be refunded again");
        shop.books_balance().await;
    }

    async fn a_lost_and_an_accepted_dispute_stay_in_the_books(app) {
        let shop = Shop::open(&app).await;
        let (one, other) = (shop.paid().await, shop.paid().await);
        let (lost, given) = (dispute(&shop, &one).await, dispute(&shop, &other).await);
        assert_eq!(shop.owner.post(&path(&lost, "/decide"), json!({ "outcome": "lost" })).await.ok().data()["state"], "lost");
        let _ = shop.owner.post(&path(&lost, "/decide"), json!({ "outcome": "won" })).await.problem(409, "already_decided");
        let _ = shop.owner.post(&path(&given, "/accept"), json!({ "reason": "" })).await.problem(400, "invalid").complains("reason", "required");
        let accepted = shop.owner.post(&path(&given, "/accept"), json!({ "reason": "not worth it" })).await.ok().data();
        assert_eq!((accepted["state"].as_str(), accepted["pending"].as_bool()), (Some("accepted"), Some(false)));
        assert_eq!((balance(&shop, "disputes").await, balance(&shop, "fees").await), (11_800, 3_000));
        assert_eq!(shop.owner.get(&format!("/payments/{one}")).await.ok().data()["state"], "disputed");
        assert_eq!(shop.owner.get("/disputes?state=lost,accepted").await.ok().meta()["total"], 2);
        let due = app.app.clock.now().plus(8 * purser_core::time::DAY);
        assert_eq!(shop.owner.get(&format!("/disputes?dueBefore={due}")).await.ok().meta()["total"], 0);
        shop.books_balance().await;
        let support = app.caller(Role::Support).await;
        let _ = support.post(&path(&given, "/accept"), json!({ "reason": "x" })).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.get(&path(&given, "")).await.problem(404, "not_found");
    }

    async fn the_card_that_is_always_disputed_shows_after_asking(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid_by("pm_card_dispute").await;
        assert_eq!(shop.owner.get("/disputes").await.ok().meta()["total"], 0);
        for _ in 0..2 {
            assert_eq!(shop.owner.call(Method::POST, "/disputes/refresh", None).await.ok().data()["told"], 1);
        }
        assert_eq!(shop.owner.get("/disputes?search=%231").await.ok().meta()["total"], 1);
        assert_eq!(balance(&shop, "fees").await, 1_500);
        shop.books_balance().await;
    }

    async fn a_question_of_the_bank_is_settled_by_a_refund(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let tenant = app.tenant().await;
        let asks = ProviderDispute { withdrawn: 0, fee: 0, ..news(&payment, &app, DisputeState::Opened) };
        record(&app.app, tenant, &asks).await.unwrap();
        let state = async || shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["state"].as_str().unwrap().to_owned();
        assert_eq!(state().await, "captured");
        assert_eq!(shop.refund(&payment, Some(900)).await.is(201).data()["state"], "succeeded");
        record(&app.app, tenant, &ProviderDispute { state: DisputeState::Submitted, ..asks.clone() }).await.unwrap();
        assert_eq!(state().await, "partially_refunded");
        // It becomes more than a question.
        record(&app.app, tenant, &ProviderDispute { withdrawn: 5_000, ..asks }).await.unwrap();
        assert_eq!(state().await, "disputed");
        let _ = shop.refund(&payment, Some(1)).await.problem(409, "not_refundable");
        shop.books_balance().await;
    }

    async fn a_bank_may_be_quicker_than_the_answer_that_the_money_came(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid_by("pm_card_authentication_required").await["payment"]["id"].as_str().unwrap().to_owned();
        record(&app.app, app.tenant().await, &news(&payment, &app, DisputeState::NeedsEvidence)).await.unwrap();
        let state = async || shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["state"].as_str().unwrap().to_owned();
        assert_eq!(state().await, "requires_action");
        let _ = shop.owner.post(&format!("/payments/{payment}/confirm"), json!({ "outcome": "success" })).await.ok();
        assert_eq!(state().await, "disputed");
        let _ = shop.refund(&payment, Some(1)).await.problem(409, "not_refundable");
        record(&app.app, app.tenant().await, &news(&payment, &app, DisputeState::Won)).await.unwrap();
        assert_eq!(state().await, "captured");
        shop.books_balance().await;
    }

    async fn what_was_won_back_for_an_order_that_was_called_off_goes_to_its_customer(app) {
        let shop = Shop::open(&app).await;
        let begun = shop.paid_by("pm_card_proved_late").await;
        let (payment, order) = (begun["payment"]["id"].as_str().unwrap().to_owned(), begun["order"]["id"].as_str().unwrap().to_owned());
        let say = async |state| record(&app.app, app.tenant().await, &news(&payment, &app, state)).await.unwrap();
        let _ = say(DisputeState::NeedsEvidence).await;
        // Called off while nobody knew that the money came; the bank had it by then.
        let _ = shop.owner.post(&format!("/orders/{order}/cancel"), json!({ "reason": "Changed their mind" })).await.ok();
        app.settle().await;
        let seen = async || shop.owner.get(&format!("/payments/{payment}")).await.ok().data();
        assert_eq!((seen().await["state"].clone(), shop.owner.get("/refunds").await.ok().meta()["total"].clone()), (json!("disputed"), json!(0)));
        let _ = say(DisputeState::Won).await;
        // Whoever looks for open ends sends it.
        purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
        let seen = seen().await;
        assert_eq!((seen["state"].clone(), seen["refunded"]["amount"].clone()), (json!("refunded"), json!(5_900)), "{seen}");
        shop.books_balance().await;
    }

    async fn what_a_bank_left_of_an_order_that_was_called_off_goes_to_its_customer(app) {
        let shop = Shop::open(&app).await;
        // How it ended, whether before anybody knew that the money had come, and what goes back.
        let cases = [
            (DisputeState::Lost, false, ("disputed", 4_900)),
            (DisputeState::Accepted, false, ("disputed", 4_900)),
            (DisputeState::Lost, true, ("disputed", 4_900)),
            (DisputeState::Won, false, ("refunded", 5_900)),
            (DisputeState::Won, true, ("refunded", 5_900)),
        ];
        for (place, (end, early, wanted)) in cases.into_iter().enumerate() {
            let begun = shop.paid_by("pm_card_proved_late").await;
            let (payment, order) = (begun["payment"]["id"].as_str().unwrap().to_owned(), begun["order"]["id"].as_str().unwrap().to_owned());
            let (thousand, reference) = (purser_core::Money::new(1_000, purser_core::Currency::EUR), format!("du_part_{place}"));
            let say = async |state: DisputeState| {
                let part = ProviderDispute { reference: reference.clone(), amount: thousand, withdrawn: 1_000, ..news(&payment, &app, state) };
                let part = ProviderDispute { reinstated: part.reinstated.min(1_000), ..part };
                record(&app.app, app.tenant().await, &part).await.unwrap()
            };
            let _ = say(DisputeState::NeedsEvidence).await;
            if early {
                let _ = say(end).await;
            }
            let _ = shop.owner.post(&format!("/orders/{order}/cancel"), json!({ "reason": "Changed their mind" })).await.ok();
            app.settle().await;
            let seen = async || shop.owner.get(&format!("/payments/{payment}")).await.ok().data();
            if !early {
                assert_eq!((seen().await["state"].as_str(), seen().await["refunded"]["amount"].as_i64()), (Some("disputed"), Some(0)));
                let _ = say(end).await;
            }
            let _ = say(end).await;
            purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
            let seen = seen().await;
            assert_eq!((seen["state"].as_str().unwrap(), seen["refunded"]["amount"].as_i64().unwrap()), wanted, "{end} {early}: {seen}");
        }
        shop.books_balance().await;
    }

    async fn a_win_is_booked_while_the_money_is_on_its_way_back_already(app) {
        let shop = Shop::open(&app).await;
        let paid = shop.paid_by("pm_card_visa").await;
        let (payment, order) = (paid["payment"]["id"].as_str().unwrap().to_owned(), paid["order"]["id"].as_str().unwrap().to_owned());
        let _ = shop.owner.post("/sandbox/faults", json!({ "effect": "lost_request", "operation": "refund" })).await.is(201);
        let _ = shop.owner.post(&format!("/orders/{order}/cancel"), json!({ "reason": "Changed their mind" })).await.ok();
        for state in [DisputeState::NeedsEvidence, DisputeState::Won] {
            record(&app.app, app.tenant().await, &news(&payment, &app, state)).await.unwrap();
        }
        purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
        let seen = shop.owner.get(&format!("/payments/{payment}")).await.ok().data();
        assert_eq!((seen["state"].clone(), seen["refunded"]["amount"].clone()), (json!("refunded"), json!(5_900)), "{seen}");
        assert_eq!(shop.owner.get("/refunds").await.ok().meta()["total"], 1);
        shop.books_balance().await;
    }

    async fn a_dispute_nobody_told_of_is_found_by_itself(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid_by("pm_card_dispute").await;
        purser_service::jobs::tick(&app.app).await.unwrap();
        app.advance(7 * purser_core::time::HOUR);
        purser_service::jobs::tick(&app.app).await.unwrap();
        app.settle().await;
        assert_eq!(app.owner_unasked().await.get("/disputes").await.ok().meta()["total"], 1);
    }

    async fn winning_one_dispute_does_not_win_back_what_another_lost(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        for (amount, outcome) in [(1_000, "lost"), (2_000, "won")] {
            app.advance(purser_core::time::SECOND);
            let body = json!({ "reason": "fraudulent", "amount": { "amount": amount, "currency": "EUR" } });
            let dispute = shop.owner.post(&format!("/payments/{payment}/dispute"), body).await.is(201).data();
            let _ = shop.owner.post(&path(&dispute, "/decide"), json!({ "outcome": outcome })).await.ok();
        }
        // Of 59.00 the bank kept 10.00: giving all of it back would be more than there is.
        let _ = shop.refund(&payment, Some(4_901)).await.problem(422, "unprocessable").complains("amount.amount", "more_than_left");
        assert_eq!(shop.refund(&payment, Some(4_900)).await.is(201).data()["state"], "succeeded");
        let _ = shop.refund(&payment, Some(1)).await.problem(409, "not_refundable");
        let seen = shop.owner.get(&format!("/payments/{payment}")).await.ok().data();
        assert_eq!((seen["state"].as_str(), seen["refunded"]["amount"].as_i64()), (Some("disputed"), Some(4_900)), "{seen}");
        shop.books_balance().await;
    }

    async fn what_a_bank_left_is_sent_once_somebody_approves_it(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let _ = shop.owner.post("/approval-rules", json!({ "name": "All", "kind": "refund", "effect": "approve" })).await.is(201);
        let body = json!({ "reason": "fraudulent", "amount": { "amount": 1_000, "currency": "EUR" } });
        let dispute = shop.owner.post(&format!("/payments/{payment}/dispute"), body).await.is(201).data();
        let refundable = async || shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["refundable"]["amount"].as_i64().unwrap();
        assert_eq!(refundable().await, 0, "the bank may take all of it yet");
        let _ = shop.owner.post(&path(&dispute, "/decide"), json!({ "outcome": "lost" })).await.ok();
        assert_eq!(refundable().await, 4_900);
        let asks = app.caller(Role::Support).await;
        let order = dispute["orderId"].as_str().unwrap();
        let ask = json!({ "amount": { "amount": 4_900, "currency": "EUR" }, "reason": "the rest of it" });
        let asked = asks.post(&format!("/orders/{order}/refunds"), ask).await.is(201).data();
        let one = format!("/approvals/{}", asked["approval"]["id"].as_str().unwrap());
        let done = shop.owner.post(&format!("{one}/approve"), json!({})).await.ok().data();
        assert_eq!((done["state"].as_str(), refundable().await), (Some("succeeded"), 0), "{done}");
        shop.books_balance().await;
    }

    async fn a_dispute_says_what_went_back_already(app) {
        let shop = Shop::open(&app).await;
        let paid = shop.paid_by("pm_card_visa").await;
        let (order, payment) = (paid["order"]["id"].as_str().unwrap(), paid["payment"]["id"].as_str().unwrap());
        for (amount, to_credit) in [(900, true), (600, false)] {
            let ask = json!({ "amount": { "amount": amount, "currency": "EUR" }, "toCredit": to_credit, "reason": "scratched" });
            let _ = shop.owner.post(&format!("/orders/{order}/refunds"), ask).await.is(201);
        }
        let seen = shop.owner.get(&path(&dispute(&shop, payment).await, "")).await.ok().data();
        assert_eq!((seen["refunded"]["amount"].as_i64(), seen["credited"]["amount"].as_i64()), (Some(1_500), Some(900)));
        let story = shop.owner.get(&format!("/orders/{order}/timeline")).await.ok().data();
        assert!(story.as_array().unwrap().iter().any(|entry| entry["action"] == "dispute.open"), "{story}");
    }

    async fn words_of_a_provider_may_come_often_and_in_any_order(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let tenant = app.tenant().await;
        let say = async |state| record(&app.app, tenant, &news(&payment, &app, state)).await.unwrap();
        let id = say(DisputeState::NeedsEvidence).await;
        for state in [DisputeState::Won, DisputeState::NeedsEvidence, DisputeState::Won, DisputeState::Opened, DisputeState::Lost] {
            assert_eq!(say(state).await, id);
        }
        let seen = shop.owner.get(&format!("/disputes/{id}")).await.ok().data();
        assert_eq!((seen["state"].as_str(), seen["withdrawn"]["amount"].as_i64(), seen["reinstated"]["amount"].as_i64()), (Some("won"), Some(5_900), Some(5_900)));
        assert_eq!((balance(&shop, "cash:provider").await, balance(&shop, "disputes").await), (4_400, 0));
        assert_eq!(shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["state"], "captured");
        let twenty: Vec<_> = (0..20).map(|_| { let (app, news) = (app.app.clone(), ProviderDispute { reference: "du_2".into(), ..news(&payment, &app, DisputeState::NeedsEvidence) }); tokio::spawn(async move { record(&app, tenant, &news).await.unwrap() }) }).collect();
        let mut ids = Vec::new();
        for one in twenty { ids.push(one.await.unwrap()); }
        ids.dedup();
        assert_eq!((ids.len(), balance(&shop, "fees").await), (1, 3_000));
        shop.books_balance().await;
    }
}
