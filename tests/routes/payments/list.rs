//! GET /payments, /payments/{id}, /refunds and /refunds/{id}

use purser_core::access::Role;
use purser_testkit::both;

use crate::routes::shop::Shop;

both! {
    async fn payments_are_found_by_what_they_are(app) {
        let shop = Shop::open(&app).await;
        let good = shop.paid_by("pm_card_visa").await["payment"].clone();
        app.advance(1_000_000);
        let bad = shop.paid_by("pm_card_declined").await["payment"].clone();
        let found = async |query: &str| -> Vec<String> {
            let rows = shop.owner.get(&format!("/payments?{query}")).await.ok().data();
            rows.as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect()
        };
        let (first, second) = (good["id"].as_str().unwrap(), bad["id"].as_str().unwrap());
        assert_eq!(found("").await, [second, first]);
        assert_eq!(found("state=failed").await, [second]);
        assert_eq!(found("method=pm_card_visa").await, [first]);
        assert_eq!(found("search=%231").await, [first]);
        assert_eq!(found("search=example").await, [second, first]);
        assert_eq!(found("sort=amount&minAmount=5900&maxAmount=5900").await.len(), 2);
        assert_eq!(found(&format!("orderId={}", good["orderId"].as_str().unwrap())).await, [first]);
        assert_eq!(found(&format!("customerId={}", shop.customer)).await, [second, first]);
        assert_eq!(shop.owner.get(&format!("/payments/{first}")).await.ok().data(), good);
        let _ = app.stranger(Role::Owner).await.get(&format!("/payments/{first}")).await.problem(404, "not_found");
        let _ = app.caller(Role::User).await.get("/payments").await.problem(403, "forbidden");
    }

    async fn refunds_are_found_by_what_they_are(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let refund = shop.refund(&payment, Some(100)).await.is(201).data();
        for query in ["", "state=succeeded", &format!("paymentId={payment}"), &format!("orderId={}", refund["orderId"].as_str().unwrap()), "search=1"] {
            let rows = shop.owner.get(&format!("/refunds?{query}")).await.ok();
            assert_eq!((rows.meta()["total"].as_i64(), rows.data()[0]["id"].clone()), (Some(1), refund["id"].clone()), "{query}");
        }
        assert_eq!(shop.owner.get("/refunds?state=failed").await.ok().meta()["total"], 0);
        let one = shop.owner.get(&format!("/refunds/{}", refund["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((one["orderNumber"].as_i64(), one["createdBy"]["name"].as_str()), (Some(1), Some("Olive Owner")));
        let _ = app.stranger(Role::Owner).await.get(&format!("/refunds/{}", refund["id"].as_str().unwrap())).await.problem(404, "not_found");
    }
}
