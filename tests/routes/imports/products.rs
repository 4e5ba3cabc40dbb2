//! Products from a file.

use purser_testkit::{both, json};

use super::{bring, complaints, sent};

both! {
    async fn new_ones_are_added_and_known_ones_changed(app) {
        let owner = app.owner().await;
        let first = sent(&owner, "products", "\u{feff}Artikelnummer\tBezeichnung\tPreis\tGewicht\tBestand\nR-1\tRope\t1.234,50 €\t1,5\t7\nC-1\tCleat\t3\t\t\n").await;
        assert_eq!((first["encoding"].as_str(), first["delimiter"].as_str()), (Some("UTF-8"), Some("\t")));
        let done = bring(&app, &owner, &first, "all_or_nothing").await;
        assert_eq!(done["result"]["inserted"], 2, "{done}");
        let rope = owner.get("/products?search=rope").await.ok().data()[0].clone();
        assert_eq!(rope["price"], json!({"amount": 123_450, "currency": "EUR"}));
        assert_eq!((rope["weight"].as_f64(), rope["stock"].as_i64()), (Some(1.5), Some(7)));

        let second = sent(&owner, "products", "sku,name,price\nR-1,Rope,1300\nC-1,Cleat,3.00\nN-1,New,1\n").await;
        let done = bring(&app, &owner, &second, "all_or_nothing").await;
        assert_eq!(done["result"], json!({"valid": 3, "invalid": 0, "inserted": 1, "updated": 1, "skipped": 1}));
        let rope = owner.get("/products?search=rope").await.ok().data()[0].clone();
        assert_eq!((rope["price"]["amount"].as_i64(), rope["stock"].as_i64(), rope["version"].as_i64()), (Some(130_000), Some(7), Some(2)));
    }

    async fn each_gets_a_name_of_its_own_in_addresses(app) {
        let owner = app.owner().await;
        let _ = owner.post("/products", json!({ "name": "Rope", "sku": "R-0", "price": { "amount": 1, "currency": "EUR" } })).await.is(201);
        let import = sent(&owner, "products", "sku,name,price\nR-1,Rope,1\nR-2,rope,1\nR-3,Rope 2,1\nS-1,Sail,1\n").await;
        assert_eq!(bring(&app, &owner, &import, "all_or_nothing").await["result"]["inserted"], 4);
        let rows = owner.get("/products?sort=sku").await.ok().data();
        let mut slugs: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["slug"].as_str().unwrap()).collect();
        slugs.sort_unstable();
        assert_eq!(slugs, ["rope", "rope-2", "rope-3", "rope-4", "sail"]);
        assert_eq!(rows[3]["slug"], "rope-2", "what is called so gets it: {rows}");
        // Brought in again, they keep what they are called.
        let again = sent(&owner, "products", "sku,name,price\nS-1,Jib,2\n").await;
        let _ = bring(&app, &owner, &again, "all_or_nothing").await;
        assert_eq!(owner.get("/products?search=jib").await.ok().data()[0]["slug"], "sail");
    }

    async fn an_import_and_whoever_adds_variants_do_not_wait_for_each_other(app) {
        let owner = app.owner().await;
        for round in 0..6 {
            let one = json!({ "name": "Jersey", "sku": format!("J-{round}"), "price": { "amount": 1, "currency": "EUR" } });
            let jersey = owner.post("/products", one).await.is(201).data();
            let path = format!("/products/{}/variants", jersey["id"].as_str().unwrap());
            let import = sent(&owner, "products", format!("sku,name,price\nJ-{round},Jersey,2\nN-{round},Jersey,3\n")).await;
            let variant = json!({ "options": { "size": "S" }, "sku": format!("J-{round}-S") });
            let (done, added) = futures::future::join(bring(&app, &owner, &import, "all_or_nothing"), owner.post(&path, variant)).await;
            assert_eq!((done["state"].as_str(), done["result"]["inserted"].as_i64()), (Some("done"), Some(1)), "{done}");
            let _ = added.is(201);
        }
    }

    async fn prices_that_are_none_are_named(app) {
        let owner = app.owner().await;
        let text = "sku,name,price,currency,stock\nA,A,-1,,\nB,B,1.2345,,\nC,C,5 USD,,\nD,D,9,XXX,\nE,E,1,,2.5\nA,F,1,,\n,G,1,,\nH,H,99999999999999,,\n";
        let import = sent(&owner, "products", text).await;
        let failed = bring(&app, &owner, &import, "all_or_nothing").await;
        assert_eq!(failed["state"], "failed");
        let codes: Vec<String> = complaints(&owner, &import).await.into_iter().map(|(_, field, code)| format!("{field} {code}")).collect();
        let wanted = [
            "price negative",
            "price not_an_amount",
            "price not_an_amount",
            "currency unknown_currency",
            "stock not_a_number",
            "sku duplicate",
            "sku required",
            "price too_large",
        ];
        assert_eq!(codes, wanted);
    }
}
