//! /approvals and /approval-rules: what needs a second pair of eyes, and what becomes of it.

use purser_core::access::Role;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

async fn rule(shop: &Shop, with: Value) -> Value {
    let mut body = json!({ "name": "Four eyes", "kind": "refund", "effect": "approve" });
    body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    shop.owner.post("/approval-rules", body).await.is(201).data()
}

/// Ask for this much of the payment; the refund as it is answered.
async fn ask(by: &Caller, payment: &str, amount: i64) -> Value {
    by.post(&format!("/payments/{payment}/refund"), json!({ "amount": eur(amount), "reason": "scratched" })).await.is(201).data()
}

async fn state_of(shop: &Shop, refund: &Value) -> String {
    shop.owner.get(&format!("/refunds/{}", refund["id"].as_str().unwrap())).await.ok().data()["state"].as_str().unwrap().to_owned()
}

async fn refundable(shop: &Shop, payment: &str) -> i64 {
    shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["refundable"]["amount"].as_i64().unwrap()
}

both! {
    async fn a_large_refund_waits_and_runs_by_itself_once_approved(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        rule(&shop, json!({ "minAmount": eur(2_000) })).await;
        let (support, finance) = (app.caller(Role::Support).await, app.caller(Role::Finance).await);
        assert_eq!(ask(&support, &payment, 1_999).await["state"], "succeeded");
        let refund = ask(&support, &payment, 2_000).await;
        assert_eq!((refund["state"].as_str(), refund["order"]["refunded"]["amount"].as_i64()), (Some("waiting"), Some(1_999)));
        assert_eq!(refundable(&shop, &payment).await, 1_901, "what was granted is kept");
        let _ = shop.refund(&payment, Some(1_902)).await.problem(422, "unprocessable").complains("amount.amount", "more_than_left");
        let id = refund["approvalId"].as_str().unwrap().to_owned();
        let path = format!("/approvals/{id}/approve");
        let _ = support.post(&path, json!({})).await.problem(403, "forbidden");
        let waiting = finance.get("/approvals?decidable=true").await.ok();
        assert_eq!((waiting.meta()["total"].as_i64(), waiting.data()[0]["canDecide"].as_bool(), waiting.data()[0]["mine"].as_bool()), (Some(1), Some(true), Some(false)));
        let asks = |approval: &Value| (approval["causeKind"].as_str().map(str::to_owned), approval["ruleName"].as_str().map(str::to_owned));
        assert_eq!(asks(&waiting.data()[0]), (Some("rule".into()), Some("Four eyes".into())), "what asks for it can be said in any language");
        assert_eq!(support.get("/approvals?mine=true").await.ok().data()[0]["id"].as_str(), Some(id.as_str()));
        let keyed = finance.with("idempotency-key", "yes");
        let done = keyed.post(&path, json!({ "reason": "looked at it" })).await.ok();
        assert_eq!((done.data()["state"].as_str(), done.data()["refunds"][0]["state"].as_str()), (Some("succeeded"), Some("succeeded")));
        assert_eq!(keyed.post(&path, json!({ "reason": "looked at it" })).await.ok().body, done.body);
        let _ = finance.post(&path, json!({})).await.problem(409, "already_decided");
        assert_eq!(refundable(&shop, &payment).await, 1_901);
        let lines = shop.owner.get(&format!("/audit?subjectId={id}")).await;
        let lines = lines.ok().data();
        let mut actions: Vec<_> = lines.as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap()).collect();
        actions.sort_unstable();
        assert_eq!(actions, ["approval.approve", "approval.request", "approval.succeed"]);
        shop.books_balance().await;
    }

    async fn what_was_granted_is_not_sent_while_a_bank_takes_the_money(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        rule(&shop, json!({ "minAmount": eur(2_000) })).await;
        let refund = ask(&app.caller(Role::Support).await, &payment, 2_000).await;
        let opened = shop.owner.post(&format!("/payments/{payment}/dispute"), json!({ "reason": "fraudulent" })).await.is(201).data();
        let path = format!("/approvals/{}/approve", refund["approvalId"].as_str().unwrap());
        let finance = app.caller(Role::Finance).await;
        let _ = finance.post(&path, json!({})).await.problem(409, "disputed");
        assert_eq!(state_of(&shop, &refund).await, "waiting");
        // Won, the money is there again.
        let decide = format!("/disputes/{}/decide", opened["id"].as_str().unwrap());
        let _ = shop.owner.post(&decide, json!({ "outcome": "won" })).await.ok();
        assert_eq!(finance.post(&path, json!({})).await.ok().data()["state"], "succeeded");
        shop.books_balance().await;
    }

    async fn an_order_is_not_called_off_under_money_that_waits(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let made = rule(&shop, json!({ "minAmount": eur(2_000) })).await;
        let order = shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["orderId"].as_str().unwrap().to_owned();
        let cancel = format!("/orders/{order}/cancel");
        let why = json!({ "reason": "changed their mind" });
        let _ = shop.owner.post(&cancel, why.clone()).await.problem(409, "refund_needs_approval");
        assert!(shop.owner.get("/approvals").await.ok().data().as_array().unwrap().is_empty(), "a refusal asks nobody for anything");
        let refund = ask(&app.caller(Role::Support).await, &payment, 3_900).await;
        let _ = shop.owner.post(&cancel, why.clone()).await.problem(409, "refund_waits");
        let reject = format!("/approvals/{}/reject", refund["approvalId"].as_str().unwrap());
        let _ = shop.owner.post(&reject, json!({ "reason": "not for us" })).await.ok();
        let rule_path = format!("/approval-rules/{}", made["id"].as_str().unwrap());
        let _ = shop.owner.delete(&rule_path).await.is(204);
        assert_eq!(shop.owner.post(&cancel, why).await.ok().data()["state"], "cancelled");
        assert_eq!(refundable(&shop, &payment).await, 0, "all of it went back");
        shop.books_balance().await;
    }

    async fn nobody_approves_what_they_asked_for(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        rule(&shop, json!({})).await;
        let refund = ask(&shop.owner, &payment, 100).await;
        let id = refund["approvalId"].as_str().unwrap().to_owned();
        let _ = shop.owner.post(&format!("/approvals/{id}/approve"), json!({})).await.problem(403, "own_request");
        let _ = shop.owner.post(&format!("/approvals/{id}/reject"), json!({ "reason": "x" })).await.problem(403, "own_request");
        // Nor by a key of theirs.
        let key = shop.owner.post("/keys", json!({ "name": "script", "scopes": ["decide:approval", "refund:order"] })).await.is(201).data();
        let script = app.nobody().with("x-api-key", key["secret"].as_str().or(key["key"].as_str()).unwrap());
        let _ = script.post(&format!("/approvals/{id}/approve"), json!({})).await.problem(403, "own_request");
        assert_eq!(state_of(&shop, &refund).await, "waiting");
        assert_eq!(shop.owner.get("/approvals?decidable=true").await.ok().meta()["total"], 0);
    }

    async fn what_is_not_approved_gives_the_money_free(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        rule(&shop, json!({ "expiresHours": 2 })).await;
        let (support, finance) = (app.caller(Role::Support).await, app.caller(Role::Finance).await);
        let mut asked = Vec::new();
        for _ in 0..3 { asked.push(ask(&support, &payment, 1_000).await); }
        assert_eq!(refundable(&shop, &payment).await, 2_900);
        let [rejected, cancelled, late] = [0, 1, 2].map(|place| asked[place]["approvalId"].as_str().unwrap().to_owned());
        let _ = finance.post(&format!("/approvals/{rejected}/reject"), json!({ "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
        let no = finance.post(&format!("/approvals/{rejected}/reject"), json!({ "reason": "worn, not broken" })).await.ok().data();
        assert_eq!((no["state"].as_str(), no["refunds"][0]["state"].as_str()), (Some("rejected"), Some("cancelled")));
        assert_eq!(no["refunds"][0]["failureMessage"], "Rejected: worn, not broken");
        let _ = finance.post(&format!("/approvals/{rejected}/approve"), json!({})).await.problem(409, "already_decided");
        let _ = finance.post(&format!("/approvals/{cancelled}/cancel"), json!({})).await.problem(403, "not_yours");
        assert_eq!(support.call(axum::http::Method::POST, &format!("/approvals/{cancelled}/cancel"), None).await.ok().data()["state"], "cancelled");
        assert_eq!(refundable(&shop, &payment).await, 4_900);
        app.advance(2 * purser_core::time::HOUR + 1);
        let (owner, finance) = (app.owner().await, app.caller(Role::Finance).await);
        let _ = finance.post(&format!("/approvals/{late}/approve"), json!({})).await.problem(409, "expired");
        purser_service::approvals::sweep(&app.app).await.unwrap();
        assert_eq!(owner.get(&format!("/approvals/{late}")).await.ok().data()["state"], "expired");
        assert_eq!(owner.get(&format!("/payments/{payment}")).await.ok().data()["refundable"]["amount"], 5_900);
        assert_eq!(owner.get("/refunds?state=cancelled").await.ok().meta()["total"], 3);
    }

    async fn rules_look_at_role_count_and_kind(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let daily = rule(&shop, json!({ "perDay": 2, "roles": ["support"] })).await;
        rule(&shop, json!({ "effect": "block", "refundKind": "goodwill", "minAmount": eur(500) })).await;
        let support = app.caller(Role::Support).await;
        for wanted in ["succeeded", "succeeded", "waiting"] {
            assert_eq!(ask(&support, &payment, 10).await["state"], wanted);
        }
        assert_eq!(ask(&shop.owner, &payment, 10).await["state"], "succeeded", "another role");
        let kind = |amount: i64| json!({ "amount": eur(amount), "reason": "x", "kind": "goodwill" });
        let path = format!("/payments/{payment}/refund");
        let _ = shop.owner.post(&path, kind(500)).await.problem(403, "blocked_by_rule");
        assert_eq!(shop.owner.post(&path, kind(499)).await.is(201).data()["state"], "succeeded");
        let rule_path = format!("/approval-rules/{}", daily["id"].as_str().unwrap());
        let _ = shop.owner.patch(&rule_path, json!({ "active": false })).await.problem(428, "precondition_required");
        let first = shop.owner.with("if-match", "\"1\"");
        assert_eq!(first.patch(&rule_path, json!({ "active": false, "perDay": null })).await.ok().data()["version"], 2);
        let _ = first.patch(&rule_path, json!({ "active": true })).await.problem(412, "stale");
        assert_eq!(ask(&support, &payment, 10).await["state"], "succeeded", "the rule is not in force");
        let bad = json!({ "name": "", "kind": "refund", "effect": "approve", "perDay": 0, "expiresHours": 0, "minAmount": eur(0) });
        let reply = shop.owner.post("/approval-rules", bad).await.problem(400, "invalid");
        let _ = reply.complains("name", "required").complains("perDay", "out_of_range").complains("minAmount.amount", "out_of_range");
        let _ = support.post("/approval-rules", json!({ "name": "x", "kind": "refund", "effect": "block" })).await.problem(403, "forbidden");
    }

    async fn a_rule_of_so_many_a_day_holds_for_many_at_the_same_moment(app) {
        let shop = Shop::open(&app).await;
        rule(&shop, json!({ "perDay": 2, "roles": ["support"] })).await;
        let support = app.caller(Role::Support).await;
        let mut payments = Vec::new();
        for _ in 0..8 {
            payments.push(shop.paid().await);
        }
        let asked = futures::future::join_all(payments.iter().map(|payment| ask(&support, payment, 10))).await;
        assert_eq!(asked.iter().filter(|refund| refund["state"] == "succeeded").count(), 2);
    }

    async fn granting_alone_always_asks(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let role = json!({ "key": "first-line", "name": "First line", "permissions": ["read:order", "read:payment", "grant:refund"] });
        let _ = shop.owner.post("/roles", role).await.is(201);
        let first_line = app.caller("first-line".parse::<purser_core::RoleKey>().unwrap()).await;
        let path = format!("/orders/{}/refunds", done["order"]["id"].as_str().unwrap());
        let seen = first_line.post(&format!("{path}/preview"), json!({ "amount": eur(700) })).await.ok().data();
        assert_eq!(seen["route"], "approval");
        let body = json!({ "amount": eur(700), "reason": "late" });
        let keyed = first_line.with("idempotency-key", "grant");
        let asked = keyed.post(&path, body.clone()).await.is(201);
        assert_eq!((asked.data()["refunds"][0]["state"].as_str(), asked.data()["approval"]["state"].as_str()), (Some("waiting"), Some("waiting")));
        assert_eq!(keyed.post(&path, body).await.is(201).body, asked.body);
        assert_eq!((asked.data()["approval"]["causeKind"].as_str(), asked.data()["approval"].get("ruleName")), (Some("grant"), None));
        let id = asked.data()["approval"]["id"].as_str().unwrap().to_owned();
        let payment = done["payment"]["id"].as_str().unwrap();
        let _ = first_line.post(&format!("/payments/{payment}/refund"), json!({ "reason": "x" })).await.problem(403, "forbidden");
        assert_eq!(shop.owner.post(&format!("/approvals/{id}/approve"), json!({})).await.ok().data()["state"], "succeeded");
        assert_eq!(refundable(&shop, payment).await, 5_200);
        shop.books_balance().await;
    }
}
