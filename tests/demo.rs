//! The made-up business: the same for the same seed, and everything in it holds.

use purser_server::demo::{self, Plan};
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

const PLAN: Plan = Plan { users: 120, orders: 600, seed: 7 };

/// What people see of it, without what differs from one request to the next.
async fn seen(app: &TestApp) -> Vec<Value> {
    let tenant = app.tenant().await;
    demo::fill(&app.app, tenant, PLAN).await.unwrap();
    let owner = app.owner().await;
    let mut seen = Vec::new();
    for path in [
        "/users?limit=100&role=user",
        "/products?limit=100",
        "/orders?limit=100",
        "/payments?limit=100",
        "/refunds?limit=100",
        "/ledger/accounts",
        "/files?limit=100",
    ] {
        seen.push(owner.get(path).await.ok().data());
    }
    seen
}

/// What is here and what is set aside is what moved; parcels and returns are of pieces that left.
async fn what_is_in_stock_adds_up(owner: &Caller) {
    let products = owner.get("/products?limit=100").await.ok().data();
    for product in products.as_array().unwrap().iter().filter(|product| product["variantCount"] == 0).take(12) {
        let moved = owner.get(&format!("/products/{}/movements?limit=100", product["id"].as_str().unwrap())).await.ok();
        if moved.meta()["nextCursor"].is_string() {
            continue;
        }
        let sum = |field: &str| moved.data().as_array().unwrap().iter().map(|one| one[field].as_i64().unwrap()).sum::<i64>();
        assert_eq!((product["stock"].as_i64(), product["reserved"].as_i64()), (Some(sum("available")), Some(sum("reserved"))), "{product}");
    }
    let came = owner.get("/returns?state=received&limit=1").await.ok().data()[0].clone();
    let order = came["orderId"].as_str().unwrap();
    let handling = owner.get(&format!("/orders/{order}/handling")).await.ok().data();
    assert_eq!((handling["state"].as_str(), handling["fulfilments"].as_array().map(Vec::len)), (Some("delivered"), Some(1)), "{handling}");
    assert!(handling["lines"].as_array().unwrap().iter().all(|line| line["shipped"] == line["quantity"] && line["left"] == 0), "{handling}");
    assert!(handling["lines"].as_array().unwrap().iter().any(|line| line["returned"] == 1), "{handling}");
}

both! {
    async fn the_books_balance_and_the_log_is_whole(app) {
        let tenant = app.tenant().await;
        let made = demo::fill(&app.app, tenant, PLAN).await.unwrap();
        assert_eq!((made.users, made.orders), (120, 600));
        let owner = app.owner().await;
        let proof = owner.get("/ledger/proof").await.ok().data();
        assert_eq!((proof["balanced"].as_bool(), proof["unbalanced"].as_array().unwrap().len()), (Some(true), 0), "{proof}");
        let cash = owner.get("/ledger/accounts").await.ok().data();
        let of = |code: &str| cash.as_array().unwrap().iter().find(|account| account["code"] == code).unwrap()["debit"]["amount"].as_i64().unwrap();
        assert_eq!(of("cash:provider"), made.captured);
        assert!(owner.get("/audit/verify").await.ok().data()["intact"].as_bool().unwrap());
        assert_eq!(owner.get("/orders").await.ok().meta()["total"], 600);
        // What was written in bulk is told like anything else: first it was placed, then it was paid.
        let order = owner.get("/orders?state=delivered&paymentState=paid&limit=1").await.ok().data()[0].clone();
        let story = owner.get(&format!("/orders/{}/timeline?limit=100", order["id"].as_str().unwrap())).await.ok().data();
        let story: Vec<_> = story.as_array().unwrap().iter().rev().map(|entry| (entry["action"].as_str().unwrap(), &entry["at"])).collect();
        assert_eq!((story[0], story[1].0), (("order.create", &order["createdAt"]), "payment.captured"), "{story:?}");
        assert!(owner.get("/refunds").await.ok().meta()["total"].as_i64().unwrap() > 10);
        assert!(owner.get("/audit?action=order.refund").await.ok().meta()["total"].as_i64().unwrap() > 5);
        assert_eq!(owner.get("/users?role=support").await.ok().meta()["total"], 4);
        // Last month is closed; the provider agrees on all but what it was told to say otherwise.
        assert_eq!(owner.get("/ledger/periods").await.ok().data().as_array().unwrap().len(), 1);
        app.settle().await;
        let run = owner.get("/reconciliation/runs").await.ok().data()[0].clone();
        let found = owner.get("/reconciliation/exceptions").await.ok().data().as_array().unwrap().clone();
        assert!(run["matched"].as_i64().unwrap() > 0 && run["endedAt"].is_string(), "{run}");
        assert!(found.iter().any(|one| one["kind"] == "missing_here") && found.len() <= 4, "{found:?}");
        for path in [
            "/coupons", "/returns?state=requested", "/returns?state=approved", "/returns?state=received", "/returns?state=rejected",
            "/orders?held=true", "/orders?tag=gift", "/products?search=jersey", "/products?lowStock=true", "/products?tag=crew",
            "/carts?state=open&kind=cart", "/files?subjectType=product", "/carts?kind=draft", "/carts?abandoned=true", "/carts?state=expired",
        ] {
            assert!(owner.get(path).await.ok().meta()["total"].as_i64() > Some(0), "{path} is empty");
        }
        what_is_in_stock_adds_up(&owner).await;
    }

    async fn papers_come_along_and_are_what_they_say(app) {
        let tenant = app.tenant().await;
        demo::fill(&app.app, tenant, Plan { orders: 2_000, ..PLAN }).await.unwrap();
        let owner = app.owner().await;
        let list = owner.get("/files?limit=100").await.ok();
        let files = list.data().as_array().unwrap().clone();
        assert!(files.len() > 20 && list.meta()["total"].as_u64() == Some(files.len() as u64), "{}", files.len());
        for kind in ["text/plain", "text/csv", "image/png"] {
            assert!(files.iter().any(|file| file["contentType"] == kind), "no {kind}");
        }
        for kind in ["order", "user", "product"] {
            assert!(files.iter().any(|file| file["subject"]["type"] == kind), "none of an {kind}");
        }
        for file in &files {
            let (id, subject) = (file["id"].as_str().unwrap(), &file["subject"]);
            let reply = owner.get(&format!("/files/{id}/download")).await.ok();
            assert_eq!((Some(reply.body.len() as u64), reply.header("content-type").map(|kind| kind.split(';').next().unwrap())), (file["size"].as_u64(), file["contentType"].as_str()), "{file}");
            assert!(subject["label"].as_str().is_some_and(|label| label.len() > 1) && file["uploadedBy"]["name"].is_string(), "{file}");
            let area = match subject["type"].as_str() { Some("order") => "orders", Some("product") => "products", _ => "users" };
            let _ = owner.get(&format!("/{area}/{}", subject["id"].as_str().unwrap())).await.ok();
        }
        assert_eq!(owner.get("/audit?action=file.create").await.ok().meta()["total"].as_u64(), Some(files.len() as u64));
        assert!(owner.get("/audit/verify").await.ok().data()["intact"].as_bool().unwrap());
        // Nothing of them is taken for left behind.
        assert_eq!(purser_service::files::sweep(&app.app, app.app.clock.now()).await.unwrap(), 0);
    }

    async fn there_are_disputes_and_the_books_know_them(app) {
        let tenant = app.tenant().await;
        demo::fill(&app.app, tenant, Plan { orders: 2_000, ..PLAN }).await.unwrap();
        let owner = app.owner().await;
        let disputed = owner.get("/payments?state=disputed&limit=100").await.ok().data();
        let disputed = disputed.as_array().unwrap();
        assert!(!disputed.is_empty());
        let sum: i64 = disputed.iter().map(|payment| payment["captured"]["amount"].as_i64().unwrap()).sum();
        let accounts = owner.get("/ledger/accounts").await.ok().data();
        let account = accounts.as_array().unwrap().iter().find(|account| account["code"] == "disputes").unwrap().clone();
        assert_eq!(account["balance"]["amount"], sum);
        let refused = owner.post(&format!("/payments/{}/refund", disputed[0]["id"].as_str().unwrap()), json!({ "reason": "asked for" })).await;
        let _ = refused.problem(409, "not_refundable");
    }

    async fn an_order_of_it_can_be_refunded(app) {
        let tenant = app.tenant().await;
        demo::fill(&app.app, tenant, PLAN).await.unwrap();
        let owner = app.owner().await;
        let payment = owner.get("/payments?state=captured&limit=1").await.ok().data()[0].clone();
        let body = json!({"reason": "Changed their mind"});
        let refund = owner.post(&format!("/payments/{}/refund", payment["id"].as_str().unwrap()), body).await.is(201).data();
        assert_eq!(refund["amount"], payment["refundable"]);
        assert!(owner.get("/ledger/proof").await.ok().data()["balanced"].as_bool().unwrap());
    }

    async fn a_second_helping_needs_another_seed(app) {
        let tenant = app.tenant().await;
        demo::fill(&app.app, tenant, PLAN).await.unwrap();
        let refused = demo::fill(&app.app, tenant, PLAN).await.unwrap_err();
        assert_eq!(refused.code(), "demo_twice");
        let owner = app.owner().await;
        assert_eq!(owner.get("/orders").await.ok().meta()["total"], 600, "nothing of the refused one is there");
        demo::fill(&app.app, tenant, Plan { seed: 8, orders: 50, ..PLAN }).await.unwrap();
        assert!(owner.get("/ledger/proof").await.ok().data()["balanced"].as_bool().unwrap());
        assert!(owner.get("/audit/verify").await.ok().data()["intact"].as_bool().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_makes_the_same_business() {
    let (one, two) = (TestApp::sqlite().await, TestApp::sqlite().await);
    assert_eq!(seen(&one).await, seen(&two).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn indexes_set_aside_come_back() {
    let app = TestApp::sqlite().await;
    let tenant = app.tenant().await;
    let plan = Plan { users: 200, orders: 20_000, seed: 1 };
    demo::fill(&app.app, tenant, plan).await.unwrap();
    let findings = purser_store::doctor::examine(&app.database.config).await.unwrap();
    assert!(findings.iter().all(|finding| finding.health == purser_store::doctor::Health::Good), "{findings:?}");
    let indexes = app.owner().await.get("/orders?state=delivered&limit=5").await.ok();
    assert_eq!(indexes.data().as_array().unwrap().len(), 5);
}
