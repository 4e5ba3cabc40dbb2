//! GET /orders

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn lists_filter_sort_and_search(app) {
        let shop = Shop::open(&app).await;
        let first = shop.order().await;
        app.advance(1_000_000);
        let paid = shop.paid_by("pm_card_visa").await;
        app.advance(1_000_000);
        let back = shop.paid_by("pm_card_visa").await;
        let _ = shop.refund(back["payment"]["id"].as_str().unwrap(), Some(100)).await.is(201);
        let numbers = async |query: &str| -> Vec<i64> {
            let rows = shop.owner.get(&format!("/orders?{query}")).await.ok().data();
            rows.as_array().unwrap().iter().map(|o| o["number"].as_i64().unwrap()).collect()
        };
        assert_eq!(numbers("").await, [3, 2, 1]);
        assert_eq!(numbers("sort=number").await, [1, 2, 3]);
        assert_eq!(numbers("sort=-total&limit=2").await.len(), 2);
        assert_eq!(numbers("state=pending").await, [1]);
        assert_eq!(numbers("paymentState=paid,partially_refunded").await, [3, 2]);
        assert_eq!(numbers("refunded=true").await, [3]);
        assert_eq!(numbers("refunded=false").await, [2, 1]);
        assert_eq!(numbers("search=%232").await, [2]);
        assert_eq!(numbers("search=2").await, [2]);
        assert_eq!(numbers("search=exam").await, [3, 2, 1]);
        assert_eq!(numbers("search=exam%20nobody").await, Vec::<i64>::new());
        assert_eq!(numbers("minTotal=5900&maxTotal=5900&country=no&currency=EUR").await, [3, 2, 1]);
        assert_eq!(numbers("minTotal=5901").await, Vec::<i64>::new());
        assert_eq!(numbers(&format!("customerId={}", shop.customer)).await, [3, 2, 1]);
        assert_eq!(numbers(&format!("from={}", paid["order"]["createdAt"].as_str().unwrap())).await, [3, 2]);
        assert_eq!(numbers(&format!("to={}", paid["order"]["createdAt"].as_str().unwrap())).await, [1]);
        assert_eq!(first["number"], 1);
        for (query, field, code) in [("sort=notes", "sort", "unknown_field"), ("state=eaten", "state", "not_valid"), ("limit=101", "limit", "out_of_range")] {
            let _ = shop.owner.get(&format!("/orders?{query}")).await.problem(400, "invalid").complains(field, code);
        }
        let _ = shop.owner.get("/orders?colour=red").await.problem(400, "invalid").complains("colour", "unknown_field");
    }

    async fn a_cursor_walks_the_whole_list_once(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 100)).await;
        for _ in 0..7 {
            let _ = shop.owner.post("/orders", shop.wants(&product, 1)).await.is(201);
        }
        for sort in ["-createdAt", "number", "-total"] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = shop.owner.get(&format!("/orders?limit=3&sort={sort}{cursor}")).await.ok();
                seen.extend(page.data().as_array().unwrap().iter().map(|o| o["number"].as_i64().unwrap()));
                match page.meta()["nextCursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            seen.sort_unstable();
            assert_eq!(seen, (1..=7).collect::<Vec<i64>>(), "{sort}");
        }
    }

    async fn a_page_costs_the_same_whatever_is_on_it(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 100)).await;
        let count = async || {
            let before = app.app.db.statements();
            let _ = shop.owner.get("/orders?limit=50&sort=-total").await.ok();
            app.app.db.statements() - before
        };
        let _ = shop.owner.post("/orders", shop.wants(&product, 1)).await.is(201);
        let one = count().await;
        for _ in 0..5 {
            let _ = shop.owner.post("/orders", shop.wants(&product, 1)).await.is(201);
        }
        assert_eq!(one, count().await);
    }

    async fn others_see_their_own(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.order().await;
        assert_eq!(app.stranger(Role::Owner).await.get("/orders").await.ok().meta()["total"], 0);
        assert_eq!(app.caller(Role::User).await.get("/orders").await.ok().meta()["total"], 0, "a customer who ordered nothing");
        let _ = app.caller(Role::Guest).await.get("/orders").await.problem(403, "forbidden");
        let _ = app.nobody().get("/orders").await.problem(401, "not_signed_in");
    }
}
