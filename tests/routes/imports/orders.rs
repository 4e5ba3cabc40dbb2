//! Orders of the past from a file.

use purser_testkit::{both, json};

use super::{bring, complaints, sent};

const SHOP: &str = "Order,Email,Created,Lineitem name,Lineitem sku,Lineitem quantity,Lineitem price,Tax,Shipping,Total,Status,Refunded,Shipping City\n\
    #1001,kim@x.example,2025-01-05,Rope,R-1,2,10.00,2.00,5.00,32.00,delivered,5.00,Kiel\n\
    #1001,,,Cleat,,1,5.00,,,,,,\n\
    #1002,kim@x.example,2025-01-06,Cleat,,1,5,,,5,pending,,\n\
    #1003,zoe@x.example,2025-02-06,,,,,,,\"1,234.50\",refunded,,\n";

both! {
    async fn the_imported_business_shows_everywhere_and_the_ledger_is_zero(app) {
        let owner = app.owner().await;
        let goods = sent(&owner, "products", "sku,name,price\nR-1,Rope,10\n").await;
        bring(&app, &owner, &goods, "all_or_nothing").await;
        let import = sent(&owner, "orders", SHOP).await;
        let done = bring(&app, &owner, &import, "all_or_nothing").await;
        assert_eq!(done["result"], json!({"valid": 4, "invalid": 0, "inserted": 3, "updated": 0, "skipped": 0}), "{done}");

        let orders = owner.get("/orders?sort=createdAt").await.ok().data();
        let first = &orders[0];
        assert_eq!((first["total"]["amount"].as_i64(), first["paid"]["amount"].as_i64(), first["refunded"]["amount"].as_i64()), (Some(3_200), Some(3_200), Some(500)));
        assert_eq!((first["paymentState"].as_str(), first["source"].as_str(), first["itemCount"].as_i64()), (Some("partially_refunded"), Some("import"), Some(3)));
        assert_eq!((orders[1]["state"].as_str(), orders[1]["paymentState"].as_str()), (Some("pending"), Some("unpaid")));
        assert_eq!(orders[2]["paymentState"], "refunded");
        let detail = owner.get(&format!("/orders/{}", first["id"].as_str().unwrap())).await.ok().data();
        assert_eq!(detail["items"].as_array().unwrap().len(), 2);
        assert!(detail["items"].as_array().unwrap().iter().any(|item| item["sku"] == "R-1" && item["productId"].is_string()));
        assert_eq!((detail["payments"].as_array().unwrap().len(), detail["refunds"].as_array().unwrap().len()), (1, 1));
        assert_eq!(owner.get("/users?search=kim").await.ok().meta()["total"], 1);

        let proof = owner.get("/ledger/proof").await.ok().data();
        assert_eq!((proof["balanced"].as_bool(), proof["unbalanced"].as_array().unwrap().len()), (Some(true), 0), "{proof}");
        let accounts = owner.get("/ledger/accounts").await.ok().data();
        let opening = accounts.as_array().unwrap().iter().find(|account| account["code"] == "opening").unwrap();
        assert_eq!(opening["balance"]["amount"], 3_200 - 500);
        let kinds = owner.get("/ledger/entries?kind=import").await.ok().data();
        assert!(!kinds.as_array().unwrap().is_empty());

        let again = sent(&owner, "orders", SHOP).await;
        let done = bring(&app, &owner, &again, "all_or_nothing").await;
        assert_eq!(done["result"]["skipped"], 3, "what is in is passed over");
    }

    async fn orders_that_do_not_add_up_are_named(app) {
        let owner = app.owner().await;
        let text = "number,email,total,subtotal,tax,paid,refunded,state\n\
            1,a@x.example,10,9,2,,,\n\
            2,a@x.example,10,,,11,,\n\
            3,a@x.example,10,,,5,6,\n\
            4,a@x.example,,,,,,\n\
            5,a@x.example,10,,,,,lost\n\
            6,a@x.example,10,,,,,\n\
            6,a@x.example,12,,,,,\n";
        let import = sent(&owner, "orders", text).await;
        let failed = bring(&app, &owner, &import, "all_or_nothing").await;
        assert_eq!((failed["state"].as_str(), failed["result"]["invalid"].as_i64()), (Some("failed"), Some(7)), "{failed}");
        let mut found: Vec<String> = complaints(&owner, &import).await.into_iter().map(|(line, field, code)| format!("{line} {field} {code}")).collect();
        found.sort();
        let wanted = [
            "2 total does_not_add_up",
            "3 paid too_large",
            "4 refunded too_large",
            "5 total required",
            "6 state unknown_state",
            "8 number duplicate",
        ];
        assert_eq!(found, wanted);
        assert_eq!(owner.get("/orders").await.ok().meta()["total"], 0);
        assert_eq!(owner.get("/users?search=x.example").await.ok().meta()["total"], 0);
    }
}
