//! GET /payments/{id}, POST /payments/{id}/confirm and GET /orders/{id}/timeline by whoever ordered.

use purser_core::access::Role;
use purser_store::{Scope, sql};
use purser_testkit::{Caller, TestApp, both, json};

use crate::routes::shop::Shop;

/// A shop whose orders belong to the customer that is returned.
async fn sold(app: &TestApp) -> (Shop, Caller) {
    let customer = app.caller(Role::User).await;
    (Shop { owner: app.owner().await, customer: customer.id.clone().unwrap() }, customer)
}

both! {
    async fn in_the_sandbox_a_customer_proves_it_themselves(app) {
        let (shop, customer) = sold(&app).await;
        let order = shop.order().await["id"].as_str().unwrap().to_owned();
        let begin = async || customer.post(&format!("/orders/{order}/pay"), json!({ "paymentMethod": "pm_card_authentication_required" })).await.ok().data();
        let (yes, no) = (json!({ "outcome": "success" }), json!({ "outcome": "fail" }));
        let first = begin().await["payment"].clone();
        let path = format!("/payments/{}", first["id"].as_str().unwrap());
        assert_eq!(first["nextActionUrl"], format!("/sandbox/confirm/{}", first["id"].as_str().unwrap()));
        let seen = customer.get(&path).await.ok().data();
        assert_eq!((seen["state"].clone(), seen["amount"]["amount"].clone()), (json!("requires_action"), json!(5_900)));
        // Somebody else's is as good as none, and there is no list of them.
        let other = app.caller(Role::User).await;
        let _ = other.get(&path).await.problem(404, "not_found");
        let _ = other.post(&format!("{path}/confirm"), yes.clone()).await.problem(404, "not_found");
        let _ = app.caller(Role::Guest).await.post(&format!("{path}/confirm"), yes.clone()).await.problem(403, "forbidden");
        let _ = app.caller(Role::Support).await.post(&format!("{path}/confirm"), yes.clone()).await.problem(403, "forbidden");
        for list in ["/payments", "/refunds", "/payments/export"] {
            let _ = customer.get(list).await.problem(403, "forbidden");
        }
        let declined = customer.post(&format!("{path}/confirm"), no).await.ok().data();
        assert_eq!((declined["payment"]["state"].clone(), declined["order"]["state"].clone()), (json!("failed"), json!("pending")));
        let _ = customer.post(&format!("{path}/confirm"), yes.clone()).await.problem(409, "nothing_to_confirm");
        let second = format!("/payments/{}/confirm", begin().await["payment"]["id"].as_str().unwrap());
        let by = customer.with("idempotency-key", "prove-1");
        let paid = by.post(&second, yes.clone()).await.ok();
        assert_eq!((paid.data()["payment"]["state"].clone(), paid.data()["order"]["state"].clone()), (json!("captured"), json!("paid")));
        assert_eq!(by.post(&second, yes).await.ok().text(), paid.text());
        let line = shop.owner.get("/audit?action=payment.capture").await.ok().data()[0].clone();
        assert_eq!(line["actor"]["id"], json!(shop.customer));
        shop.books_balance().await;
    }

    async fn at_a_provider_it_is_proved_there(app) {
        let (shop, customer) = sold(&app).await;
        let order = shop.order().await["id"].as_str().unwrap().to_owned();
        let asked = customer.post(&format!("/orders/{order}/pay"), json!({ "paymentMethod": "pm_card_authentication_required" })).await.ok().data();
        let elsewhere = sql("UPDATE payments SET provider = 'stripe'");
        app.app.db.transact(Scope::System, async |tx| tx.run(elsewhere).await).await.unwrap();
        let confirm = format!("/payments/{}/confirm", asked["payment"]["id"].as_str().unwrap());
        let _ = customer.post(&confirm, json!({ "outcome": "success" })).await.problem(409, "proved_elsewhere");
        assert_eq!(shop.owner.get(&format!("/orders/{order}")).await.ok().data()["state"], "pending");
    }

    async fn a_customer_reads_what_happened_and_not_what_staff_wrote(app) {
        let (shop, customer) = sold(&app).await;
        let order = shop.order().await["id"].as_str().unwrap().to_owned();
        app.advance(1_000_000);
        let paid = shop.owner.post(&format!("/orders/{order}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok().data();
        app.advance(1_000_000);
        let _ = shop.owner.post(&format!("/orders/{order}/hold"), json!({ "reason": "looks odd" })).await.ok();
        app.advance(1_000_000);
        let _ = shop.refund(paid["payment"]["id"].as_str().unwrap(), Some(900)).await.is(201);
        let path = format!("/orders/{order}/timeline?limit=100");
        let told = customer.get(&path).await.ok();
        let mut actions: Vec<String> = told.data().as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect();
        actions.sort_unstable();
        assert_eq!(actions, ["order.create", "payment.capture", "payment.created", "refund.succeeded"], "{}", told.text());
        for entry in told.data().as_array().unwrap() {
            assert!(entry.get("actor").is_none() && entry.get("detail").is_none() && entry.get("auditId").is_none(), "{entry}");
        }
        for word in ["Olive", "looks odd", "Damaged"] {
            assert!(!told.text().contains(word), "{word}: {}", told.text());
        }
        assert!(shop.owner.get(&path).await.ok().text().contains("Olive Owner"));
        let _ = app.caller(Role::User).await.get(&path).await.problem(404, "not_found");
        let _ = app.caller(Role::Guest).await.get(&path).await.problem(403, "forbidden");
    }
}
