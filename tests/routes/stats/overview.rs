//! GET /stats/overview

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn what_waits_for_somebody_is_told(app) {
        let shop = Shop::open(&app).await;
        let counts = async || {
            let all = shop.owner.get("/stats/overview").await.ok().data()["attention"].as_array().unwrap().clone();
            let open = all.iter().filter(|one| one["count"] != 0 && one["kind"] != "lowStock");
            open.map(|one| format!("{} {}", one["kind"].as_str().unwrap(), one["count"])).collect::<Vec<_>>()
        };
        assert_eq!(counts().await, Vec::<String>::new());
        let rule = json!({ "name": "Four eyes", "kind": "refund", "effect": "approve", "minAmount": { "amount": 2_000, "currency": "EUR" } });
        let _ = shop.owner.post("/approval-rules", rule).await.is(201);
        let (one, other) = (shop.paid().await, shop.paid().await);
        let _ = shop.refund(&one, Some(2_000)).await.is(201);
        let _ = shop.owner.post(&format!("/payments/{other}/dispute"), json!({ "reason": "fraudulent" })).await.is(201);
        let late = shop.paid_by("pm_card_proved_late").await;
        let path = format!("/orders/{}/cancel", late["order"]["id"].as_str().unwrap());
        let _ = shop.owner.post(&path, json!({ "reason": "changed mind" })).await.ok();
        assert_eq!(counts().await, ["openRefunds 1", "dueDisputes 1", "waitingApprovals 1", "keptMoney 1"]);
        purser_service::payments::resolve_unknown(&app.app, 0).await.unwrap();
        assert_eq!(counts().await, ["dueDisputes 1", "waitingApprovals 1"]);
    }

    async fn figures_follow_what_happens(app) {
        let shop = Shop::open(&app).await;
        let empty = shop.owner.get("/stats/overview").await.ok().data();
        assert_eq!((empty["revenue"]["current"]["amount"].as_i64(), empty["series"].as_array().map(Vec::len)), (Some(0), Some(30)));
        let payment = shop.paid().await;
        let cancelled = shop.order().await;
        let _ = shop.owner.post(&format!("/orders/{}/cancel", cancelled["id"].as_str().unwrap()), json!({ "reason": "x" })).await.ok();
        let _ = shop.paid_by("pm_card_timeout").await;
        let _ = shop.refund(&payment, Some(900)).await.is(201);
        let now = shop.owner.get("/stats/overview?days=7").await.ok().data();
        assert_eq!(now["currency"], "EUR");
        assert_eq!((now["revenue"]["current"]["amount"].as_i64(), now["refunded"]["current"]["amount"].as_i64()), (Some(5_900), Some(900)));
        assert_eq!((now["orders"]["current"].as_i64(), now["refundRateBp"]["current"].as_i64()), (Some(2), Some(3_333)));
        assert!(now["signIns"]["current"].as_i64() >= Some(1));
        let state = |name: &str| now["ordersByState"].as_array().unwrap().iter().find(|s| s["state"] == name).unwrap()["count"].as_i64();
        assert_eq!((state("paid"), state("pending"), state("cancelled")), (Some(1), Some(1), Some(1)));
        let today = now["series"][6].clone();
        assert_eq!((today["day"].as_str(), today["orders"].as_i64(), today["revenue"]["amount"].as_i64()), (Some("2026-11-21T00:00:00.000000Z"), Some(3), Some(5_900)));
        let waiting = now["attention"].as_array().unwrap().iter().find(|one| one["kind"] == "unknownPayments").unwrap().clone();
        assert_eq!((waiting["count"].as_i64(), waiting["query"].as_str()), (Some(1), Some("/payments?state=unknown")));
        for days in ["0", "367"] {
            let _ = shop.owner.get(&format!("/stats/overview?days={days}")).await.problem(400, "invalid").complains("days", "out_of_range");
        }
        let _ = app.caller(Role::User).await.get("/stats/overview").await.problem(403, "forbidden");
        assert_eq!(app.stranger(Role::Owner).await.get("/stats/overview").await.ok().data()["revenue"]["current"]["amount"], 0);
    }
}
