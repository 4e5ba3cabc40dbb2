//! GET /access/explain, and what a refusal says

use purser_core::access::Role;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

async fn asked(by: &Caller, query: &str) -> Value {
    by.get(&format!("/access/explain?{query}")).await.ok().data()
}

fn codes(explanation: &Value) -> Vec<(&str, &str)> {
    let steps = explanation["steps"].as_array().unwrap();
    steps.iter().map(|step| (step["code"].as_str().unwrap(), step["says"].as_str().unwrap())).collect()
}

both! {
    async fn the_answer_names_the_line_to_change(app) {
        let shop = Shop::open(&app).await;
        let owner = &shop.owner;
        let support = app.caller(Role::Support).await;
        let id = support.id.clone().unwrap();
        let payment = shop.paid().await;
        let order = owner.get(&format!("/payments/{payment}")).await.ok().data()["orderId"].as_str().unwrap().to_owned();
        let question = format!("userId={id}&permission=refund:order&subjectType=order&subjectId={order}");
        let yes = asked(owner, &question).await;
        assert_eq!((&yes["allowed"], codes(&yes)), (&json!(true), vec![("account_active", "pass"), ("role_grants", "pass")]));
        let source = "forbid (principal, action == Action::\"refund:order\", resource)\nwhen { context has amount && context.amount > 1000 };";
        let policy = owner.post("/policies", json!({ "name": "Small sums", "source": source, "state": "enforced" })).await.is(201).data();
        let no = asked(owner, &format!("{question}&amount=1001&currency=EUR")).await;
        assert_eq!(codes(&no).last(), Some(&("policy_forbids", "fail")));
        assert_eq!((&no["allowed"], &no["fix"]["code"]), (&json!(false), &json!("change_policy")));
        assert_eq!((no["steps"][2]["facts"]["line"].as_i64(), &no["steps"][2]["facts"]["policyId"]), (Some(1), &policy["id"]));
        let yes = asked(owner, &format!("{question}&amount=1000&currency=EUR")).await;
        assert_eq!(codes(&yes).last(), Some(&("policies_allow", "pass")));
        // What it says and what happens are the same.
        let _ = support.post(&format!("/payments/{payment}/refund"), json!({ "amount": { "amount": 1_001, "currency": "EUR" }, "reason": "x" })).await.problem(403, "policy_denied");
        let right = owner.post(&format!("/users/{id}/rights"), json!({ "permission": "refund:order", "effect": "deny", "reason": "under review" })).await.is(201).data();
        let no = asked(owner, &question).await;
        assert!(codes(&no).contains(&("right_denied", "fail")), "{no}");
        assert_eq!(no["fix"]["path"], format!("/api/v1/users/{id}/rights/{}", right["id"].as_str().unwrap()));
        assert_eq!(no["steps"][2]["facts"]["reason"], "under review");
        let own = asked(&support, "permission=refund:order").await;
        assert_eq!((&own["allowed"], &own["steps"][2]["facts"]["reason"]), (&json!(false), &Value::Null), "who decided is not told");
        let nothing = asked(owner, &format!("userId={}&permission=refund:order&subjectType=order&subjectId={}", owner.id.clone().unwrap(), shop.order().await["id"].as_str().unwrap())).await;
        assert_eq!(codes(&nothing)[2], ("nothing_left", "fail"));
    }

    async fn a_refusal_leads_to_its_explanation(app) {
        let support = app.caller(Role::Support).await;
        let problem = support.get("/audit").await.problem(403, "forbidden").json();
        assert_eq!(problem["missing"], "read:audit");
        let path = problem["explain"].as_str().unwrap().strip_prefix("/api/v1").unwrap();
        let why = support.get(path).await.ok().data();
        assert_eq!(codes(&why), [("account_active", "pass"), ("role_lacks", "fail")]);
        assert_eq!((&why["fix"]["code"], &why["fix"]["path"]), (&json!("give_permission"), &json!("/api/v1/roles/support")));
    }

    async fn inherited_own_and_above_are_told_apart(app) {
        let owner = app.owner().await;
        let _ = owner.post("/roles", json!({ "key": "desk", "name": "Desk", "inherits": ["support"] })).await.ok();
        let desk = app.caller("desk".parse::<purser_core::RoleKey>().unwrap()).await;
        let why = asked(&desk, "permission=refund:order").await;
        assert_eq!((codes(&why)[1], &why["steps"][1]["facts"]["from"]), (("role_inherits", "pass"), &json!("support")));
        let customer = app.caller(Role::User).await;
        assert_eq!(codes(&asked(&customer, "permission=read:order").await)[1], ("own_only", "note"));
        let above = asked(&owner, &format!("userId={}&permission=update:user&subjectType=user&subjectId={}", desk.id.clone().unwrap(), owner.id.clone().unwrap())).await;
        assert_eq!(codes(&above).last(), Some(&("above", "fail")));
        let _ = owner.post(&format!("/users/{}/lock", desk.id.clone().unwrap()), json!({ "reason": "x" })).await.ok();
        let locked = asked(&owner, &format!("userId={}&permission=refund:order", desk.id.unwrap())).await;
        assert_eq!((codes(&locked)[0], &locked["fix"]["code"]), (("account_not_active", "fail"), &json!("unlock_account")));
    }

    async fn others_are_asked_about_by_those_who_see_roles(app) {
        let owner = app.owner().await;
        let path = format!("/access/explain?userId={}&permission=read:order", owner.id.clone().unwrap());
        let _ = app.caller(Role::Support).await.get(&path).await.problem(403, "forbidden");
        let _ = app.caller(Role::Auditor).await.get(&path).await.ok();
        let _ = app.stranger(Role::Owner).await.get(&path).await.problem(404, "not_found");
        let _ = owner.get("/access/explain?permission=fly:ship").await.is(400).complains("permission", "unknown_choice");
        let _ = owner.get("/access/explain?permission=refund:order&amount=5").await.is(400).complains("currency", "required");
    }
}
