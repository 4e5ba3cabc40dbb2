//! GET /products/search: what is for sale, as a customer finds it.

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn what_is_for_sale_is_found_and_nothing_else(app) {
        let shop = Shop::open(&app).await;
        let mut ids = Vec::new();
        for (sku, price, stock) in [("A", 3_000, 5), ("B", 1_000, 0), ("C", 2_000, 5), ("D", 0, 5), ("GONE", 1_500, 5)] {
            ids.push(shop.product(sku, (price, json!(0), stock)).await);
        }
        let _ = shop.owner.delete(&format!("/products/{}", ids[4])).await.is(204);
        let guest = app.caller(Role::Guest).await;
        let found = async |query: &str| -> Vec<String> {
            let rows = guest.get(&format!("/products/search?{query}")).await.ok().data();
            rows.as_array().unwrap().iter().map(|row| row["sku"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(found("sort=price").await, ["D", "B", "C", "A"]);
        assert_eq!(found("search=lantern&sort=-price&minPrice=1000&maxPrice=2500").await, ["C", "B"]);
        assert_eq!(found("sort=price&minPrice=0&inStock=true").await, ["D", "C", "A"]);
        assert_eq!(found("search=gone").await, Vec::<String>::new());
        let _ = guest.get("/products/search?sort=id;drop").await.problem(400, "invalid");
        // Not even for those who may see it elsewhere.
        let _ = shop.owner.get("/products/search?active=false").await.problem(400, "invalid");
        assert_eq!(shop.owner.get("/products/search").await.ok().meta()["total"], 4);
        assert_eq!(app.stranger(Role::Guest).await.get("/products/search").await.ok().meta()["total"], 0);
        let _ = app.nobody().get("/products/search").await.problem(401, "not_signed_in");
    }
}
