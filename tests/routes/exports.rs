//! GET …/export of trade, books and work: what the list holds as a file, for whoever may take it out.

use purser_core::access::Role;
use purser_core::coupons::CouponKind;
use purser_core::time::{MINUTE, SECOND};
use purser_store::coupons::{Coupon, insert};
use purser_testkit::{Reply, TestApp, both, json};

use crate::api::World;
use crate::routes::identity::factors::enrol;
use crate::routes::shop::Shop;

/// List, its file, the line it leaves in the log, and how its first line begins.
const EXPORTS: [(&str, &str, &str, &str); 14] = [
    ("/payments", "payments.csv", "payment.export", "id,order_number,customer_name,"),
    ("/refunds", "refunds.csv", "refund.export", "id,order_number,payment_id,"),
    ("/disputes", "disputes.csv", "dispute.export", "id,order_number,payment_id,"),
    ("/approvals", "approvals.csv", "approval.export", "id,kind,subject,state,"),
    ("/carts", "carts.csv", "cart.export", "id,number,kind,state,"),
    ("/returns", "returns.csv", "return.export", "id,order_number,state,reason,"),
    ("/products", "products.csv", "product.export", "id,sku,name,currency,price,"),
    ("/coupons", "coupons.csv", "coupon.export", "id,code,kind,percent_bp,"),
    ("/reconciliation/exceptions", "differences.csv", "reconciliation.export", "id,provider,kind,reference,"),
    ("/ledger/periods", "periods.csv", "ledger.export_periods", "id,ends_at,closed_at,closed_by,"),
    ("/credits", "credits.csv", "credit.export", "id,customer_id,customer_name,"),
    ("/credits/moves", "credit-moves.csv", "credit.export_moves", "id,created_at,customer_id,"),
    ("/receivables", "receivables.csv", "receivable.export", "payment_id,order_number,"),
    ("/jobs", "jobs.csv", "job.export", "id,queue,kind,state,"),
];

/// Ids of the rows of a file.
fn ids(reply: &Reply) -> Vec<String> {
    let text = reply.text();
    let first = |line: &str| line.get(..36).filter(|id| id.parse::<uuid::Uuid>().is_ok()).map(str::to_owned);
    text.lines().skip(1).filter_map(first).collect()
}

/// So many coupons, made in one instant.
async fn db_coupons(app: &TestApp, count: usize) {
    let (tenant, now) = (app.tenant().await, app.app.clock.now());
    let coupon = |place: usize| Coupon {
        id: app.app.ids.next(now),
        code: format!("MANY{place}"),
        kind: CouponKind::Percent,
        percent_bp: 1_000,
        amount: 0,
        min_subtotal: 0,
        starts_at: None,
        ends_at: None,
        limit_total: None,
        limit_customer: None,
        stackable: false,
        active: true,
        used: 0,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let all: Vec<Coupon> = (0..count).map(coupon).collect();
    let write = async |tx: &mut purser_store::Tx| {
        for coupon in &all {
            insert(tx, coupon).await?;
        }
        Ok::<_, purser_store::Error>(())
    };
    app.app.db.transact(tenant, write).await.unwrap();
}

both! {
    async fn every_list_of_trade_books_and_work_is_a_file_as_well(app) {
        let world = World::new(app).await;
        let _ = world.owner.post("/ledger/periods", json!({ "endsAt": "2020-01-01", "reason": "long ago" })).await.is(201);
        for (path, name, action, header) in EXPORTS {
            let listed = world.owner.get(&format!("{path}?limit=100")).await.ok();
            let mut wanted: Vec<String> = listed.data().as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
            let file = world.owner.get(&format!("{path}/export")).await.ok();
            assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"), "{path}");
            assert!(file.header("content-disposition").unwrap().contains(name), "{path}");
            assert!(file.text().starts_with(&format!("\u{feff}{header}")), "{path}: {}", file.text());
            let mut rows = ids(&file);
            // Taking things out is no work and no trade: nothing was added meanwhile but by the clock.
            if path != "/jobs" { assert_eq!(rows, wanted, "{path}: the same in the same order"); }
            rows.sort_unstable();
            wanted.sort_unstable();
            assert!(!rows.is_empty() && wanted.iter().all(|id| rows.binary_search(id).is_ok()), "{path}");
            assert_eq!(world.owner.get(&format!("/audit?action={action}")).await.ok().meta()["total"], 1, "{path}");
        }
        // The filters and the sort of the list.
        let asked = world.owner.get("/returns/export?state=requested&sort=createdAt").await.ok();
        assert_eq!(ids(&asked), [world.ids["asked"].clone(), world.ids["refused"].clone()], "{}", asked.text());
        let _ = world.owner.get("/returns/export?sort=reason").await.problem(400, "invalid").complains("sort", "unknown_field");
        let _ = world.owner.get("/jobs/export?colour=red").await.problem(400, "invalid").complains("colour", "unknown_field");
        let log = world.owner.get("/audit?action=return.export").await.ok();
        assert_eq!(log.meta()["total"], 2, "what was refused took nothing out");
        assert_eq!(log.data()[0]["after"]["states"], json!(["requested"]));
    }

    async fn each_asks_for_the_right_of_its_list_and_trade_for_more(app) {
        let owner = app.owner().await;
        let (user, support) = (app.caller(Role::User).await, app.caller(Role::Support).await);
        let (finance, developer) = (app.caller(Role::Finance).await, app.caller(Role::Developer).await);
        let trade = ["/payments", "/refunds", "/disputes", "/approvals", "/carts", "/returns", "/products", "/credits", "/credits/moves", "/receivables"];
        let books = ["/reconciliation/exceptions", "/ledger/periods"];
        for (path, ..) in EXPORTS {
            let export = format!("{path}/export");
            let (of_trade, of_books) = (trade.contains(&path), books.contains(&path));
            let _ = user.get(&export).await.problem(403, "forbidden");
            let refused = support.get(&export).await.problem(403, "forbidden").json();
            if of_trade { assert_eq!(refused["missing"], "export:order", "{path}"); }
            let theirs = finance.get(&export).await;
            let _ = if of_trade || of_books { theirs.ok() } else { theirs.problem(403, "forbidden") };
            let theirs = developer.get(&export).await;
            let _ = if of_trade { theirs.problem(403, "forbidden") } else { theirs.ok() };
        }
        // A word of the house about exports is a word about these.
        let source = "forbid (principal in Role::\"finance\", action in Action::\"export\", resource);";
        let _ = owner.post("/policies", json!({ "name": "Nothing leaves", "source": source, "state": "enforced" })).await.is(201);
        for path in trade {
            let _ = app.caller(Role::Finance).await.get(&format!("{path}/export")).await.problem(403, "policy_denied");
        }
    }

    async fn where_people_are_named_a_fresh_proof_is_asked_for(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner).await;
        for (path, ..) in EXPORTS {
            let _ = owner.get(&format!("{path}/export")).await.ok();
        }
        app.advance(10 * MINUTE);
        for (path, ..) in EXPORTS {
            let reply = owner.get(&format!("{path}/export")).await;
            let named = ["/payments", "/refunds", "/disputes", "/approvals", "/carts", "/returns", "/jobs", "/credits", "/credits/moves", "/receivables"].contains(&path);
            let _ = if named { reply.problem(403, "step_up_required") } else { reply.ok() };
        }
        let _ = owner.get("/products/movements/export").await.problem(403, "step_up_required");
        assert_eq!(owner.get("/audit?action=payment.export").await.ok().meta()["total"], 1, "what was refused is not said to have left");
    }

    async fn no_cell_is_a_formula_and_an_amount_below_nothing_is_a_number(app) {
        let shop = Shop::open(&app).await;
        let villain = app.db_user(app.tenant().await, Role::User, "=HYPERLINK(1)").await;
        let shop = Shop { customer: villain.id.to_string(), ..shop };
        let payment = shop.paid().await;
        let body = json!({ "amount": { "amount": 100, "currency": "EUR" }, "reason": "@SUM(A1)" });
        let refund = shop.owner.post(&format!("/payments/{payment}/refund"), body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let payments = shop.owner.get("/payments/export").await.ok().text();
        assert!(payments.contains(",'=HYPERLINK(1)") && payments.contains(",59.00,59.00,1.00,"), "{payments}");
        let refunds = shop.owner.get("/refunds/export").await.ok().text();
        assert!(refunds.contains(",1.00,'@SUM(A1),") && !refunds.contains(",=HYPERLINK"), "{refunds}");
        let _ = shop.owner.post("/reconciliation/plant", json!({ "reference": format!("re_{refund}"), "kind": "amount", "amount": -50 })).await.ok();
        app.advance(SECOND);
        let _ = shop.owner.post("/reconciliation/runs", json!({})).await.ok();
        app.settle().await;
        let differences = shop.owner.get("/reconciliation/exceptions/export").await.ok().text();
        assert!(differences.contains(",-1.00,"), "{differences}");
    }

    async fn a_long_list_leaves_page_by_page_and_nothing_is_lost(app) {
        let owner = app.owner().await;
        db_coupons(&app, 2_001).await;
        let file = owner.get("/coupons/export?sort=-createdAt").await.ok();
        let mut rows = ids(&file);
        assert_eq!(file.text().matches("id,code").count(), 1, "one first line");
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), 2_001);
    }

    async fn the_figures_of_the_months_are_a_file(app) {
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        let _ = shop.refund(&payment, Some(590)).await.is(201);
        let file = shop.owner.get("/reports/monthly.csv?months=3").await.ok();
        assert!(file.header("content-disposition").unwrap().contains("months.csv"));
        let text = file.text();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!((lines.len(), lines[0]), (4, "month,currency,revenue,discounts,refunds,tax,shipping,fees,disputes,given_up,net"), "{text}");
        let this = shop.owner.get("/reports/monthly?months=3").await.ok().data()["months"][2].clone();
        let decimal = |name: &str| { let amount = this[name]["amount"].as_i64().unwrap(); format!("{}.{:02}", amount / 100, amount % 100) };
        let wanted = ["revenue", "discounts", "refunds", "tax", "shipping", "fees", "disputes", "givenUp", "net"].map(decimal).join(",");
        assert_eq!(lines[3], format!("{},EUR,{wanted}", this["month"].as_str().unwrap()));
        assert_eq!(shop.owner.get("/audit?action=ledger.export_months").await.ok().data()[0]["after"]["months"], 3);
        let _ = shop.owner.get("/reports/monthly.csv?months=37").await.problem(400, "invalid").complains("months", "out_of_range");
        let _ = app.caller(Role::User).await.get("/reports/monthly.csv").await.problem(403, "forbidden");
    }
}
