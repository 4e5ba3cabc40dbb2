//! Connections to payment providers.

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{both, json};

use super::fake::{KEY, Stripe, engine};
use crate::routes::shop::Shop;

both! {
    async fn a_connection_leads_and_its_payments_stay_with_it(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, first) = engine(plain, &stripe).await;
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let path = format!("/payment-providers/{first}");
        let shown = owner.get(&path).await.ok();
        assert_eq!((shown.data()["webhookUrl"].as_str(), shown.data()["leads"].as_bool()), (Some(format!("https://console.example/webhooks/{first}").as_str()), Some(true)));
        assert!(!shown.text().contains(KEY) && !owner.get("/audit?limit=100").await.ok().text().contains(KEY));
        let test = owner.call(Method::POST, &format!("{path}/test"), None).await.ok().data();
        assert_eq!(test["ok"], true, "{test}");
        // Another leads: new payments go there, and with its wrong key nothing works; the old one's are given back where they were taken.
        let body = json!({ "kind": "stripe", "name": "Other", "secret": "sk_test_wrong", "leads": true });
        let second = owner.post("/payment-providers", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        assert_eq!(owner.get(&path).await.ok().data()["leads"], false);
        let test = owner.call(Method::POST, &format!("/payment-providers/{second}/test"), None).await.ok().data();
        assert_eq!((test["ok"].as_bool(), test["steps"][0]["ok"].as_bool(), test["steps"][2]["ok"].as_bool()), (Some(false), Some(false), Some(false)), "{test}");
        let failed = shop.paid_by("pm_card_visa").await;
        assert_eq!((failed["payment"]["state"].as_str(), failed["payment"]["failureCode"].as_str()), (Some("failed"), Some("provider_key")));
        assert_eq!(shop.refund(&payment, None).await.is(201).data()["state"], "succeeded");
        assert_eq!(stripe.sums().2, 5_900);
        // Switched off, none leads: the sandbox takes payments, and the old ones still know their way.
        let second_path = format!("/payment-providers/{second}");
        let etag = owner.get(&second_path).await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &etag).patch(&second_path, json!({ "leads": true, "enabled": false })).await.problem(400, "invalid").complains("leads", "switched_off");
        let off = owner.with("if-match", &etag).patch(&second_path, json!({ "enabled": false })).await.ok().data();
        assert_eq!((off["enabled"].as_bool(), off["leads"].as_bool()), (Some(false), Some(false)));
        assert_eq!(shop.paid_by("pm_card_visa").await["payment"]["provider"], "sandbox");
        let _ = owner.delete(&path).await.problem(409, "has_payments");
        let _ = owner.with("if-match", &etag).patch(&second_path, json!({ "name": "X" })).await.problem(412, "stale");
    }

    async fn connections_are_made_by_whoever_may_and_make_sense(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, first) = engine(plain, &stripe).await;
        let new = |name: &str, secret: &str| json!({ "kind": "stripe", "name": name, "secret": secret });
        for (body, field, code) in [
            (new(" ", KEY), "name", "required"),
            (new("A", "pk_test_1"), "secret", "not_a_key"),
            (new("A", "sk_test_1 2"), "secret", "not_a_key"),
            (json!({ "kind": "stripe", "name": "A", "secret": KEY, "live": true }), "live", "test_key"),
            (json!({ "kind": "stripe", "name": "A", "secret": KEY, "webhookSecret": "secret" }), "webhookSecret", "not_a_secret"),
            (json!({ "kind": "sandbox", "name": "A", "secret": KEY }), "kind", "unknown_value"),
        ] {
            let reply = owner.post("/payment-providers", body).await.problem(400, "invalid");
            if field != "kind" {
                let _ = reply.complains(field, code);
            }
        }
        let _ = owner.post("/payment-providers", new("Stripe", KEY)).await.problem(409, "taken");
        let idle = owner.post("/payment-providers", new("Idle", KEY)).await.is(201).data()["id"].as_str().unwrap().to_owned();
        for role in [Role::Developer, Role::Finance, Role::Support, Role::Auditor] {
            let caller = app.caller(role).await;
            let _ = caller.post("/payment-providers", new("B", KEY)).await.problem(403, "forbidden");
            let _ = caller.delete(&format!("/payment-providers/{idle}")).await.problem(403, "forbidden");
        }
        let _ = app.caller(Role::Auditor).await.get("/payment-providers").await.ok();
        let stranger = app.stranger(Role::Owner).await;
        let _ = stranger.get(&format!("/payment-providers/{first}")).await.problem(404, "not_found");
        assert_eq!(stranger.get("/payment-providers").await.ok().meta()["total"], 0);
        let _ = owner.delete(&format!("/payment-providers/{idle}")).await.is(204);
        let lines = owner.get("/audit?action=gateway.delete").await.ok().data();
        assert_eq!(lines[0]["before"]["name"], "Idle");
        // A sealed key is sealed anew with the key that leads.
        let before = owner.get(&format!("/payment-providers/{first}")).await.ok().data();
        let _ = owner.call(Method::POST, "/settings/seal/rotate", None).await.ok();
        app.settle().await;
        let test = owner.call(Method::POST, &format!("/payment-providers/{first}/test"), None).await.ok().data();
        assert_eq!((test["ok"].as_bool(), before["hasWebhookSecret"].as_bool()), (Some(true), Some(true)));
    }
}
