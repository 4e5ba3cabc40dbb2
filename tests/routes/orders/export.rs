//! GET /orders/export

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn orders_as_csv_honour_the_filters(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.order().await;
        let _ = shop.paid_by("pm_card_visa").await;
        let reply = shop.owner.get("/orders/export?state=paid").await.ok();
        assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8"));
        let text = reply.text();
        let lines: Vec<_> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[0].starts_with("id,number,state,payment_state,customer_id"));
        assert!(lines[1].contains(",2,paid,paid,") && lines[1].contains(",59.00,59.00,0.00,staff,"), "{}", lines[1]);
        let logged = shop.owner.get("/audit?action=order.export").await.ok();
        assert_eq!(logged.meta()["total"], 1);
        let _ = app.caller(Role::Support).await.get("/orders/export").await.problem(403, "forbidden");
    }

    async fn a_cell_is_never_a_formula(app) {
        let shop = Shop::open(&app).await;
        let tenant = app.tenant().await;
        let villain = app.db_user(tenant, Role::User, "=HYPERLINK(1)").await;
        let product = shop.product("L-1", (2_500, json!(1.5), 10)).await;
        let mut body = shop.wants(&product, 1);
        body["customerId"] = json!(villain.id);
        let _ = shop.owner.post("/orders", body).await.is(201);
        let text = shop.owner.get("/orders/export").await.ok().text();
        assert!(text.contains("'=HYPERLINK(1)"), "{text}");
    }
}
