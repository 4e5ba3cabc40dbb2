//! GET and PATCH /settings

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn the_usual_settings_and_a_change(app) {
        let owner = app.owner().await;
        let reply = owner.get("/settings").await.ok();
        assert_eq!(reply.header("etag"), Some("\"1\""));
        let view = reply.data();
        assert_eq!((view["currency"].as_str(), view["taxRateBp"].as_i64(), view["environment"].as_str()), (Some("EUR"), Some(800), Some("local")));
        assert_eq!(view["shippingBands"][0], json!({ "underGrams": 5000, "price": { "amount": 500, "currency": "EUR" } }));
        assert!(!view["refundReasons"].as_array().unwrap().is_empty());
        let change = json!({ "taxRateBp": 1900, "freeShippingFrom": { "amount": 10000, "currency": "EUR" }, "environment": "staging" });
        let next = owner.with("if-match", "\"1\"").patch("/settings", change).await.ok().data();
        assert_eq!((next["taxRateBp"].as_i64(), next["version"].as_i64()), (Some(1900), Some(2)));
        assert_eq!(owner.get("/settings").await.ok().data(), next);
        assert_eq!(owner.get("/auth/me").await.ok().data()["tenant"]["environment"], "staging");
        let line = owner.get("/audit?action=setting.update").await.ok().data()[0].clone();
        assert_eq!(line["before"], json!({ "taxRateBp": 800, "freeShippingFrom": null, "environment": "local" }));
        let cleared = owner.with("if-match", "\"2\"").patch("/settings", json!({ "freeShippingFrom": null })).await.ok().data();
        assert!(cleared.get("freeShippingFrom").is_none());
    }

    async fn a_business_says_where_it_sits_and_may_stop_saying_it(app) {
        let owner = app.owner().await;
        assert!(owner.get("/settings").await.ok().data().get("address").is_none());
        let seat = json!({ "street": " Quay 1 ", "city": "Bergen", "zipCode": "5003", "country": "NO" });
        let next = owner.with("if-match", "\"1\"").patch("/settings", json!({ "address": seat, "vatId": " NO 974 760 673 MVA " })).await.ok().data();
        let kept = json!({ "street": "Quay 1", "city": "Bergen", "state": "", "zipCode": "5003", "country": "NO" });
        assert_eq!((&next["address"], next["vatId"].as_str()), (&kept, Some("NO 974 760 673 MVA")));
        assert_eq!(owner.get("/settings").await.ok().data(), next);
        // Other parts of the settings leave it alone.
        let other = owner.with("if-match", "\"2\"").patch("/settings", json!({ "taxRateBp": 2_500 })).await.ok().data();
        assert_eq!(other["address"], kept);
        let line = owner.get("/audit?action=setting.update").await.ok().data()[1].clone();
        assert_eq!((&line["before"]["vatId"], &line["after"]["address"]["city"]), (&serde_json::Value::Null, &json!("Bergen")), "{line}");
        let gone = owner.with("if-match", "\"3\"").patch("/settings", json!({ "address": null, "vatId": "" })).await.ok().data();
        assert_eq!((gone.get("address"), gone.get("vatId")), (None, None));
        assert_eq!(owner.get("/settings").await.ok().data(), gone);
    }

    async fn bad_settings_change_nothing(app) {
        let owner = app.owner().await.with("if-match", "\"1\"");
        let try_one = async |body: serde_json::Value, field: &str, code: &str| {
            let _ = owner.patch("/settings", body).await.problem(400, "invalid").complains(field, code);
        };
        try_one(json!({}), "body", "empty").await;
        try_one(json!({ "name": null }), "name", "required").await;
        try_one(json!({ "name": " " }), "name", "required").await;
        try_one(json!({ "taxRateBp": 10001 }), "taxRateBp", "out_of_range").await;
        try_one(json!({ "taxRateBp": 8.5 }), "taxRateBp", "wrong_type").await;
        try_one(json!({ "currency": "GOLD" }), "currency", "not_valid").await;
        try_one(json!({ "environment": "moon" }), "environment", "unknown_choice").await;
        try_one(json!({ "freeShippingFrom": { "amount": 1, "currency": "USD" } }), "freeShippingFrom", "wrong_currency").await;
        try_one(json!({ "shippingBands": [{ "underGrams": 100, "price": { "amount": 1, "currency": "EUR" } }] }), "shippingBands", "no_last_band").await;
        try_one(json!({ "shippingBands": [{ "underGrams": null, "price": { "amount": -1, "currency": "EUR" } }] }), "shippingBands[0].price", "out_of_range").await;
        try_one(json!({ "refundReasons": [""] }), "refundReasons[0]", "required").await;
        let seat = |city: &str, country: &str| json!({ "address": { "street": "Quay 1", "city": city, "zipCode": "5003", "country": country } });
        try_one(seat(" ", "NO"), "address.city", "required").await;
        try_one(seat("Bergen", "Norway"), "address.country", "not_a_country").await;
        try_one(json!({ "address": { "city": "Bergen" } }), "address.street", "required").await;
        try_one(json!({ "vatId": "we have none" }), "vatId", "not_valid").await;
        try_one(json!({ "tenant": "x" }), "tenant", "unknown_field").await;
        assert_eq!(owner.get("/settings").await.ok().data()["version"], 1);
        let plain = app.owner().await;
        let _ = plain.patch("/settings", json!({ "name": "x" })).await.problem(428, "precondition_required");
        let _ = plain.with("if-match", "\"3\"").patch("/settings", json!({ "name": "x" })).await.problem(412, "stale");
    }

    async fn who_may(app) {
        let auditor = app.caller(Role::Auditor).await;
        let _ = auditor.get("/settings").await.ok();
        let _ = auditor.with("if-match", "\"1\"").patch("/settings", json!({ "name": "x" })).await.problem(403, "forbidden");
        let _ = app.caller(Role::Support).await.get("/settings").await.problem(403, "forbidden");
        let system = app.owner().await.get("/system").await.ok().data();
        assert!(system["version"].is_string() && system["startedAt"].is_string());
        assert!(["sqlite", "postgresql"].contains(&system["database"].as_str().unwrap()));
    }
}
