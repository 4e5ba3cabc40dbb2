//! /policies: write, check, put in force, go back; what they refuse

use purser_core::access::Role;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

const LARGE: &str = "// Support gives back small sums.\nforbid (principal in Role::\"support\", action == Action::\"refund:order\", resource)\nwhen { context has amount && context.amount > 1000 };";
const OFFICE: &str = "forbid (principal, action in Action::\"export\", resource)\nunless { context.hour >= 9 && context.hour < 17 && context has ip && context.ip.isInRange(ip(\"10.1.0.0/16\")) };";

async fn write(owner: &Caller, name: &str, source: &str, state: &str) -> Value {
    owner.post("/policies", json!({ "name": name, "source": source, "state": state })).await.is(201).data()
}

fn path(policy: &Value) -> String {
    format!("/policies/{}", policy["id"].as_str().unwrap())
}

async fn refund(by: &Caller, payment: &str, amount: i64) -> purser_testkit::Reply {
    by.post(&format!("/payments/{payment}/refund"), json!({ "amount": { "amount": amount, "currency": "EUR" }, "reason": "scratched" })).await
}

fn hours(app: &TestApp, hours: i64) {
    app.advance(hours * 3_600 * 1_000_000);
}

both! {
    async fn an_amount_is_judged_where_it_is_known(app) {
        let shop = Shop::open(&app).await;
        let support = app.caller(Role::Support).await;
        let payment = shop.paid().await;
        let policy = write(&shop.owner, "Small sums", LARGE, "enforced").await;
        let reply = refund(&support, &payment, 1_001).await.problem(403, "policy_denied");
        let problem = reply.json();
        assert_eq!((&problem["missing"], &problem["policy"]), (&json!("refund:order"), &policy["id"]));
        assert!(problem["detail"].as_str().unwrap().contains("Small sums") && problem["detail"].as_str().unwrap().contains("line 2"), "{problem}");
        let _ = refund(&support, &payment, 1_000).await.is(201);
        let _ = refund(&shop.owner, &payment, 2_000).await.is(201);
        // Everything that is left counts as well, and so does what is given back when an order is called off.
        let _ = support.post(&format!("/payments/{payment}/refund"), json!({ "reason": "scratched" })).await.problem(403, "policy_denied");
        let order = shop.paid_by("pm_card_visa").await["order"]["id"].as_str().unwrap().to_owned();
        let _ = support.post(&format!("/orders/{order}/cancel"), json!({ "reason": "x" })).await.problem(403, "policy_denied");
        assert_eq!(shop.owner.get(&format!("/orders/{order}")).await.ok().data()["state"], "paid");
        assert_eq!(shop.owner.get(&path(&policy)).await.ok().data()["refused"], 3);
        let refusals = shop.owner.get("/access/refusals?permission=refund:order").await.ok().data();
        assert_eq!((&refusals[2]["line"], &refusals[2]["shadow"], &refusals[2]["facts"]["amount"]["amount"]), (&json!(2), &json!(false), &json!(1_001)));
    }

    async fn hours_and_networks_flip_an_export(app) {
        let owner = app.owner().await;
        let finance = app.caller(Role::Finance).await;
        let _ = finance.get("/orders/export").await.ok();
        write(&owner, "Office hours", OFFICE, "enforced").await;
        let _ = finance.from("10.1.2.3").get("/orders/export").await.ok();
        let _ = finance.from("10.2.2.3").get("/orders/export").await.problem(403, "policy_denied");
        // Whoever has no address is not in the office.
        let _ = finance.get("/orders/export").await.problem(403, "policy_denied");
        let _ = finance.from("10.2.2.3").get("/orders").await.ok();
        hours(&app, 8);
        let _ = app.caller(Role::Finance).await.from("10.1.2.3").get("/orders/export").await.problem(403, "policy_denied");
    }

    async fn roles_tenants_and_devices_are_words_of_a_policy(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        write(&owner, "Roles", "forbid (principal, action == Action::\"update:role\", resource) when { context has newRole && context.newRole == \"admin\" };", "enforced").await;
        let user = format!("/users/{}/role", support.id.clone().unwrap());
        let _ = owner.patch(&user, json!({ "role": "admin" })).await.problem(403, "policy_denied");
        let _ = owner.patch(&user, json!({ "role": "finance" })).await.ok();
        write(&owner, "Local only", "forbid (principal, action == Action::\"read:ledger\", resource) when { resource.environment == \"local\" };", "enforced").await;
        let _ = support.get("/ledger/accounts").await.problem(403, "policy_denied");
        let _ = owner.with("if-match", "\"1\"").patch("/settings", json!({ "environment": "staging" })).await.ok();
        let _ = support.get("/ledger/accounts").await.ok();
        write(&owner, "Fresh", "forbid (principal, action == Action::\"read:order\", resource) unless { context.device.signedInMinutes < 10 };", "enforced").await;
        let _ = support.get("/orders").await.ok();
        app.advance(10 * 60 * 1_000_000);
        let _ = support.get("/orders").await.problem(403, "policy_denied");
    }

    async fn known_devices_and_proved_factors_are_words_of_a_policy(app) {
        let owner = app.owner().await;
        let source = "forbid (principal, action == Action::\"read:order\", resource) unless { context.device.known };\n\
             forbid (principal, action == Action::\"read:payment\", resource) unless { context.factor.proved && context.factor has minutes && context.factor.minutes < 5 };";
        let test = |name: &str, permission: &str, expect: &str, with: serde_json::Value| {
            let mut test = json!({ "name": name, "permission": permission, "expect": expect });
            test.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
            test
        };
        let tests = json!([
            test("new device", "read:order", "deny", json!({})),
            test("known device", "read:order", "allow", json!({ "knownDevice": true })),
            test("no factor", "read:payment", "deny", json!({})),
            test("fresh factor", "read:payment", "allow", json!({ "provedMinutesAgo": 4 })),
            test("stale factor", "read:payment", "deny", json!({ "provedMinutesAgo": 5 })),
        ]);
        let report = owner.post("/policies/check", json!({ "source": source, "tests": tests })).await.ok().data();
        assert_eq!((&report["valid"], &report["passed"]), (&json!(true), &json!(true)), "{report}");
        let _ = owner.post("/policies", json!({ "name": "Trust", "source": source, "tests": tests, "state": "enforced" })).await.is(201);
        // The same of real sessions: the second on a device is known, one of nowhere is not.
        let place = app.nobody().with("user-agent", "Lynx/2.9").from("192.0.2.77");
        let login = async || {
            let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass" });
            let reply = place.post("/auth/login", body).await.ok().data();
            app.nobody().with_token(reply["accessToken"].as_str().unwrap())
        };
        let first = login().await;
        let _ = first.get("/orders").await.problem(403, "policy_denied");
        let second = login().await;
        let _ = second.get("/orders").await.ok();
        let _ = second.get("/payments").await.problem(403, "policy_denied");
        let _ = crate::routes::identity::factors::enrol(&app, &second).await;
        let _ = second.get("/payments").await.ok();
        app.advance(6 * 60 * 1_000_000);
        let _ = second.get("/payments").await.problem(403, "policy_denied");
    }

    async fn a_shadow_tells_and_does_not_refuse(app) {
        let shop = Shop::open(&app).await;
        let support = app.caller(Role::Support).await;
        let payment = shop.paid().await;
        let policy = write(&shop.owner, "Small sums", LARGE, "shadow").await;
        let _ = refund(&support, &payment, 2_000).await.is(201);
        let _ = refund(&support, &payment, 500).await.is(201);
        let rows = shop.owner.get(&format!("{}/shadow", path(&policy))).await.ok();
        assert_eq!(rows.meta()["total"], 1);
        let row = &rows.data()[0];
        assert_eq!((&row["shadow"], row["userId"].as_str(), &row["facts"]["amount"]["amount"]), (&json!(true), support.id.as_deref(), &json!(2_000)));
        assert_eq!(shop.owner.get(&path(&policy)).await.ok().data()["wouldHaveRefused"], 1);
        let plain = write(&shop.owner, "No orders", "forbid (principal, action == Action::\"read:order\", resource);", "shadow").await;
        let _ = support.get("/orders").await.ok();
        assert_eq!(shop.owner.get(&format!("{}/shadow", path(&plain))).await.ok().meta()["total"], 1, "told once");
    }

    async fn mistakes_have_a_line_and_a_column(app) {
        let owner = app.owner().await;
        let wrong = "forbid (principal, action, resource)\nwhen { context.hour > \"nine\" };";
        let report = owner.post("/policies/check", json!({ "source": wrong })).await.ok().data();
        assert_eq!((&report["valid"], &report["complaints"][0]["line"], &report["complaints"][0]["column"]), (&json!(false), &json!(2), &json!(23)));
        let reply = owner.post("/policies", json!({ "name": "x", "source": wrong })).await.is(400).complains("source", "not_a_policy");
        assert!(reply.text().contains("Line 2, column 23"), "{}", reply.text());
        let _ = owner.post("/policies", json!({ "name": "x", "source": "permit (principal, action, resource);" })).await.is(400).complains("source", "not_a_policy");
        let _ = owner.post("/policies", json!({ "name": " ", "source": LARGE })).await.is(400).complains("name", "required");
        let deep = format!("forbid (principal, action, resource) when {{ {}true{} }};", "(".repeat(4_000), ")".repeat(4_000));
        let _ = owner.post("/policies", json!({ "name": "x", "source": deep })).await.is(400);
        let long = format!("// {}\n{LARGE}", "x".repeat(20_000));
        let _ = owner.post("/policies", json!({ "name": "x", "source": long })).await.is(400).complains("source", "too_long");
        assert!(owner.get("/policies/schema").await.ok().data()["schema"].as_str().unwrap().contains("action \"refund:order\""));
    }

    async fn tests_beside_a_policy_keep_it_honest(app) {
        let owner = app.owner().await;
        let test = |amount: i64, expect: &str| json!({ "name": format!("{amount}"), "permission": "refund:order", "amount": { "amount": amount, "currency": "EUR" }, "expect": expect });
        let good = json!([test(1_000, "allow"), test(1_001, "deny")]);
        let report = owner.post("/policies/check", json!({ "source": LARGE, "tests": good })).await.ok().data();
        assert_eq!((&report["passed"], &report["tests"][1]["line"]), (&json!(true), &json!(2)));
        let bad = json!([test(1_000, "allow"), test(1_001, "allow")]);
        let _ = owner.post("/policies", json!({ "name": "x", "source": LARGE, "tests": bad, "state": "enforced" })).await.is(422).complains("tests[1]", "test_failed");
        let draft = owner.post("/policies", json!({ "name": "x", "source": LARGE, "tests": bad })).await.is(201).data();
        let _ = owner.with("if-match", "\"1\"").patch(&path(&draft), json!({ "state": "shadow" })).await.is(422).complains("tests[1]", "test_failed");
        let _ = owner.with("if-match", "\"1\"").patch(&path(&draft), json!({ "state": "enforced", "tests": good })).await.ok();
        let night = json!({ "name": "night", "permission": "export:order", "role": "finance", "at": "2026-11-21T22:00:00Z", "ip": "10.1.0.1", "expect": "deny" });
        let report = owner.post("/policies/check", json!({ "source": OFFICE, "tests": [night] })).await.ok().data();
        assert_eq!(report["passed"], true, "{report}");
    }

    async fn a_policy_has_a_history_one_can_go_back_in(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let policy = write(&owner, "Orders", "forbid (principal in Role::\"support\", action == Action::\"read:order\", resource);", "enforced").await;
        let _ = support.get("/orders").await.problem(403, "policy_denied");
        let other = json!({ "source": "forbid (principal in Role::\"support\", action == Action::\"read:file\", resource);", "reason": "too strict" });
        let _ = owner.with("if-match", "\"1\"").patch(&path(&policy), other.clone()).await.ok();
        let _ = support.get("/orders").await.ok();
        let _ = owner.with("if-match", "\"1\"").patch(&path(&policy), other).await.problem(412, "stale");
        let back = owner.post(&format!("{}/revert", path(&policy)), json!({ "version": 1 })).await.ok().data();
        assert_eq!((&back["version"], &back["source"], &back["state"]), (&json!(3), &policy["source"], &json!("enforced")));
        let _ = support.get("/orders").await.problem(403, "policy_denied");
        let history = owner.get(&format!("{}/history", path(&policy))).await.ok().data();
        assert_eq!(history.as_array().unwrap().iter().map(|version| version["version"].as_i64().unwrap()).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!(history[1]["reason"], "too strict");
        let _ = owner.post(&format!("{}/revert", path(&policy)), json!({ "version": 9 })).await.is(400).complains("version", "unknown");
        let _ = owner.delete(&path(&policy)).await.problem(409, "in_force");
        let _ = owner.with("if-match", "\"3\"").patch(&path(&policy), json!({ "state": "off" })).await.ok();
        let _ = support.get("/orders").await.ok();
        let _ = owner.delete(&path(&policy)).await.is(204);
        for action in ["policy.create", "policy.revert", "policy.delete"] {
            assert_eq!(owner.get(&format!("/audit?action={action}")).await.ok().meta()["total"], 1, "{action}");
        }
    }

    async fn an_owner_can_not_be_locked_out_by_a_policy(app) {
        let owner = app.owner().await;
        let policy = write(&owner, "Everything", "forbid (principal, action, resource);", "enforced").await;
        let _ = owner.get("/orders").await.problem(403, "policy_denied");
        let _ = app.caller(Role::Admin).await.get("/policies").await.problem(403, "policy_denied");
        let _ = owner.with("if-match", "\"1\"").patch(&path(&policy), json!({ "state": "off" })).await.ok();
        let _ = owner.get("/orders").await.ok();
    }

    async fn policies_of_another_tenant_are_its_own(app) {
        let stranger = app.stranger(Role::Owner).await;
        let policy = write(&stranger, "Everything", "forbid (principal, action == Action::\"read:order\", resource);", "enforced").await;
        let owner = app.owner().await;
        let _ = owner.get("/orders").await.ok();
        let _ = owner.get(&path(&policy)).await.problem(404, "not_found");
        let _ = stranger.get("/orders").await.problem(403, "policy_denied");
        assert_eq!(owner.get("/access/refusals").await.ok().meta()["total"], 0);
        assert_eq!(stranger.get("/access/refusals").await.ok().meta()["total"], 1);
        let support = app.caller(Role::Support).await;
        let _ = support.get("/policies").await.problem(403, "forbidden");
        let refused = owner.get(&format!("/access/refusals?userId={}", support.id.unwrap())).await.ok().data();
        assert_eq!((&refused[0]["permission"], &refused[0]["policyId"]), (&json!("read:role"), &Value::Null));
    }
}
