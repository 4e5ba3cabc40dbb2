//! GET /access/explain by whoever asks about themselves: it tells nothing they could not read, and says what the call would answer.

use purser_core::access::{Grant, Role, can};
use purser_core::tenants::TenantState;
use purser_service::access::explain::{self, Question, Say};
use purser_testkit::{Caller, both, json};
use serde_json::Value;

use crate::routes::identity::factors::enrol;
use crate::routes::shop::Shop;

const MINUTE: i64 = 60 * 1_000_000;

async fn asked(by: &Caller, query: &str) -> Value {
    by.get(&format!("/access/explain?{query}")).await.ok().data()
}

fn says(explanation: &Value, code: &str) -> Option<String> {
    let step = explanation["steps"].as_array().unwrap().iter().find(|step| step["code"] == code)?;
    Some(step["says"].as_str().unwrap().to_owned())
}

/// Follow the link of a refusal.
async fn followed(by: &Caller, refusal: &Value) -> Value {
    by.get(refusal["explain"].as_str().unwrap().strip_prefix("/api/v1").unwrap()).await.ok().data()
}

async fn policy(owner: &Caller, name: &str, source: &str) {
    let _ = owner.post("/policies", json!({ "name": name, "source": source, "state": "enforced" })).await.is(201);
}

both! {
    async fn nobody_learns_of_orders_and_accounts_they_could_not_read(app) {
        let customer = app.caller(Role::User).await;
        let other = app.caller(Role::User).await;
        let shop = Shop { owner: app.owner().await, customer: customer.id.clone().unwrap() };
        let payment = shop.paid().await;
        let order = shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["orderId"].as_str().unwrap().to_owned();
        let question = |permission: &str, id: &str| format!("/access/explain?permission={permission}&subjectType=order&subjectId={id}&amount=999999&currency=EUR");
        // Of somebody else's order and of none at all they hear the same.
        for permission in ["refund:order", "read:order", "cancel:order"] {
            let theirs = other.get(&question(permission, &order)).await.problem(404, "not_found").json();
            let none = other.get(&question(permission, "00000000-0000-4000-8000-000000000000")).await.problem(404, "not_found").json();
            assert_eq!(theirs["detail"], none["detail"]);
        }
        let own = asked(&customer, &format!("permission=refund:order&subjectType=order&subjectId={order}&amount=999999&currency=EUR")).await;
        assert_eq!((says(&own, "role_lacks").as_deref(), says(&own, "more_than_left").as_deref()), (Some("fail"), Some("fail")), "{own}");
        let person = format!("/access/explain?permission=update:user&subjectType=user&subjectId={}", shop.owner.id.clone().unwrap());
        let refused = customer.get(&person).await.problem(404, "not_found");
        assert!(!refused.text().contains("owner") && !refused.text().contains("Olive"), "{}", refused.text());
        let _ = asked(&customer, &format!("permission=update:user&subjectType=user&subjectId={}", shop.customer)).await;
        let _ = asked(&app.caller(Role::Support).await, &format!("permission=update:user&subjectType=user&subjectId={}", shop.customer)).await;
    }

    async fn the_link_of_a_refusal_carries_what_was_refused(app) {
        let shop = Shop::open(&app).await;
        let support = app.caller(Role::Support).await;
        let payment = shop.paid().await;
        policy(&shop.owner, "Small sums", "forbid (principal, action == Action::\"refund:order\", resource) when { context has amount && context.amount > 1000 };").await;
        let body = json!({ "amount": { "amount": 1_001, "currency": "EUR" }, "reason": "x" });
        let refusal = support.post(&format!("/payments/{payment}/refund"), body).await.problem(403, "policy_denied").json();
        assert!(refusal["explain"].as_str().unwrap().ends_with("permission=refund:order&amount=1001&currency=EUR"), "{refusal}");
        let why = followed(&support, &refusal).await;
        assert_eq!((&why["allowed"], says(&why, "policy_forbids").as_deref()), (&json!(false), Some("fail")), "{why}");
        policy(&shop.owner, "No admins", "forbid (principal, action == Action::\"update:role\", resource) when { context has newRole && context.newRole == \"admin\" };").await;
        let user = support.id.clone().unwrap();
        let refusal = shop.owner.patch(&format!("/users/{user}/role"), json!({ "role": "admin" })).await.problem(403, "policy_denied").json();
        let link = refusal["explain"].as_str().unwrap();
        assert!(link.contains("newRole=admin") && link.contains(&format!("subjectType=user&subjectId={user}")), "{link}");
        assert_eq!(followed(&shop.owner, &refusal).await["allowed"], false);
    }

    async fn whoever_asks_about_themselves_is_judged_where_they_stand(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        policy(&owner, "Office", "forbid (principal, action == Action::\"read:order\", resource) unless { context has ip && context.ip.isInRange(ip(\"10.0.0.0/8\")) };").await;
        let (away, office) = (support.from("192.0.2.9"), support.from("10.1.1.1"));
        let refusal = away.get("/orders").await.problem(403, "policy_denied").json();
        assert_eq!(followed(&away, &refusal).await["allowed"], false);
        let _ = office.get("/orders").await.ok();
        assert_eq!(followed(&office, &refusal).await["allowed"], true);
        // An address that is named counts instead.
        assert_eq!(asked(&away, "permission=read:order&ip=10.1.1.1").await["allowed"], true);
        policy(&owner, "Fresh", "forbid (principal, action == Action::\"read:payment\", resource) unless { context.device.signedInMinutes < 10 };").await;
        assert_eq!(asked(&office, "permission=read:payment").await["allowed"], true);
        app.advance(10 * MINUTE);
        let refusal = office.get("/payments").await.problem(403, "policy_denied").json();
        assert_eq!(followed(&office, &refusal).await["allowed"], false);
    }

    async fn a_key_and_acting_as_somebody_say_what_they_leave_out(app) {
        let owner = app.owner().await;
        let developer = app.caller(Role::Developer).await;
        let made = developer.post("/keys", json!({ "name": "Nightly", "scopes": ["read:self", "read:ledger"] })).await.is(201).data();
        let script = app.nobody().with_token(made["secret"].as_str().unwrap());
        assert_eq!(asked(&script, "permission=read:ledger").await["allowed"], true);
        let why = asked(&script, "permission=read:audit").await;
        assert_eq!((&why["allowed"], says(&why, "key_narrows").as_deref()), (&json!(false), Some("fail")), "{why}");
        let support = app.caller(Role::Support).await;
        let _ = owner.post("/auth/impersonation", json!({ "userId": support.id, "reason": "a ticket" })).await.ok();
        let why = asked(&owner, "permission=update:user").await;
        assert_eq!((&why["allowed"], says(&why, "acting_narrows").as_deref()), (&json!(false), Some("fail")), "{why}");
    }

    async fn a_second_factor_and_a_second_pair_of_eyes_are_named(app) {
        let shop = Shop::open(&app).await;
        let owner = &shop.owner;
        let _ = enrol(&app, owner).await;
        assert_eq!(says(&asked(owner, "permission=update:role").await, "proof_stale"), None, "proved just now");
        app.advance(11 * MINUTE);
        let why = asked(owner, "permission=update:role").await;
        assert_eq!((&why["allowed"], says(&why, "proof_stale").as_deref()), (&json!(true), Some("note")), "{why}");
        let _ = owner.get("/users/export").await.problem(403, "step_up_required");
        assert_eq!(says(&asked(owner, "permission=export:user").await, "proof_stale").as_deref(), Some("note"));
    }

    async fn rules_of_approval_are_named(app) {
        let shop = Shop::open(&app).await;
        let support = app.caller(Role::Support).await;
        let id = support.id.clone().unwrap();
        let payment = shop.paid().await;
        let order = shop.owner.get(&format!("/payments/{payment}")).await.ok().data()["orderId"].as_str().unwrap().to_owned();
        let rule = json!({ "name": "Four eyes", "kind": "refund", "effect": "approve", "minAmount": { "amount": 2_000, "currency": "EUR" } });
        let _ = shop.owner.post("/approval-rules", rule).await.is(201);
        let question = |amount: i64| format!("userId={id}&permission=refund:order&subjectType=order&subjectId={order}&amount={amount}&currency=EUR");
        let small = asked(&shop.owner, &question(1_999)).await;
        assert_eq!(says(&small, "needs_approval"), None, "{small}");
        let large = asked(&shop.owner, &question(2_000)).await;
        assert_eq!((&large["allowed"], says(&large, "needs_approval").as_deref()), (&json!(true), Some("note")), "{large}");
        // What it says and what happens are the same.
        let body = json!({ "amount": { "amount": 2_000, "currency": "EUR" }, "reason": "x" });
        let made = support.post(&format!("/payments/{payment}/refund"), body).await;
        assert_eq!(made.data()["state"], "waiting", "{}", made.text());
    }

    async fn a_business_that_is_shut_is_named(app) {
        let owner = app.owner().await;
        let other = app.db_tenant("Elsewhere").await;
        let person = app.db_user(other, Role::Support, "Sue").await;
        let suspend = owner.post(&format!("/tenants/{other}/suspend"), json!({ "reason": "unpaid" })).await;
        assert!(suspend.status.is_success(), "{}", suspend.text());
        let by = Grant::<can::ReadSelf>::system(other, app.app.clock.now(), &app.app.ids);
        let question = Question {
            user: person.id,
            permission: purser_core::Permission::RefundOrder,
            order: None,
            person: None,
            amount: None,
            new_role: None,
            at: None,
            ip: None,
        };
        let found = explain::explain(&app.app, &by, question).await.unwrap();
        let shut = found.steps.iter().find(|step| step.code == "business_shut").unwrap();
        assert_eq!((shut.say, &shut.facts["state"], found.allowed), (Say::Fail, &json!(TenantState::Suspended), false));
    }
}
