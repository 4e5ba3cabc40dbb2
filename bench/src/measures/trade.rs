//! Orders entered and paid: each answered only after stock, books, audit rows, events and history are on the disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::figures::{grouped, time};
use crate::report::Section;
use crate::server::Server;
use crate::{Bench, Result, data};

/// Products in turn: writers that want the same one wait for each other.
const PRODUCTS: usize = 50;

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new(
        "Orders entered and paid",
        "One piece of one of 50 products, entered and then paid in the sandbox: two requests and at least three transactions, with stock, ledger, audit, \
         event and history, on SQLite with `synchronous=FULL`. A write is one of the two requests, answered after its last commit.",
    );
    let (folder, _) = data::folder(bench, "trade", 2_000, 10_000).await?;
    let server = Server::purser(&bench.purser, &folder).await?;
    let token = data::sign_in(&server.host).await?;
    let bodies = Arc::new(bodies(&server.host, &token).await?);
    for workers in [1, 16, 64] {
        drop(storm(&server.host, &token, &bodies, (workers, bench.seconds.div_ceil(5))).await?);
        let mut times = storm(&server.host, &token, &bodies, (workers, bench.seconds)).await?;
        times.sort_unstable();
        let per_second = u64::try_from(times.len()).unwrap_or(0) / bench.seconds.max(1);
        let of = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default();
        let told = format!("{} writes/s ({} orders/s), p50 {}, p99 {}", grouped(per_second), grouped(per_second / 2), time(of(50)), time(of(99)));
        if workers == 64 {
            let met = per_second >= 1_500 && of(99) <= Duration::from_millis(60);
            section.goal("64 writers", told, "≥ 1,500 /s, p99 ≤ 60 ms", met);
        } else {
            section.note(&format!("{workers} writers"), told);
        }
    }
    let mut client = Client::connect(&server.host, Some(&token)).await?;
    let proof = client.json(&Request::get("/api/v1/orders/history/proof")).await?;
    let books = client.json(&Request::get("/api/v1/ledger/proof")).await?;
    let whole = proof["data"]["intact"] == true && books["data"]["balanced"] == true;
    section.goal("afterwards: histories tell the orders, books balance", if whole { "yes" } else { "no" }, "yes", whole);
    server.stop().await?;
    Ok(section)
}

/// What is ordered, in turn.
async fn bodies(host: &str, token: &str) -> Result<Vec<Value>> {
    let mut client = Client::connect(host, Some(token)).await?;
    let people = client.json(&Request::get("/api/v1/users?role=user&status=active&limit=100")).await?;
    let people = people["data"].as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for at in 0..PRODUCTS {
        let product = json!({ "name": format!("Bench lamp {at}"), "sku": format!("BENCH-{at}"), "price": { "amount": 2_500, "currency": "EUR" }, "stock": 900_000 });
        let product = client.json(&Request::post("/api/v1/products", &product)).await?;
        let customer = people.get(at % people.len().max(1)).ok_or("there is nobody to order")?;
        let address = json!({ "name": "Ada Example", "street": "Quay 1", "city": "Bergen", "state": "", "zipCode": "5003", "country": "NO", "phone": "+4755000000" });
        found.push(
            json!({ "customerId": customer["id"], "items": [{ "productId": product["data"]["id"], "quantity": 1 }], "shippingAddress": address }),
        );
    }
    Ok(found)
}

async fn storm(host: &str, token: &str, bodies: &Arc<Vec<Value>>, (workers, seconds): (usize, u64)) -> Result<Vec<Duration>> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut running = Vec::new();
    for worker in 0..workers {
        let client = Client::connect(host, Some(token)).await?;
        running.push(tokio::spawn(buy(client, Arc::clone(bodies), worker, until)));
    }
    let mut times = Vec::new();
    for worker in running {
        times.extend(worker.await.map_err(|error| format!("a worker was lost: {error}"))??);
    }
    Ok(times)
}

async fn buy(mut client: Client, bodies: Arc<Vec<Value>>, worker: usize, until: Instant) -> Result<Vec<Duration>> {
    let (mut times, mut turn) = (Vec::new(), worker);
    while Instant::now() < until {
        let begun = Instant::now();
        let order = client.json(&Request::post("/api/v1/orders", &bodies[turn % bodies.len()])).await?;
        times.push(begun.elapsed());
        let id = order["data"]["id"].as_str().ok_or("an order without an id")?;
        let begun = Instant::now();
        client.json(&Request::post(format!("/api/v1/orders/{id}/pay"), &json!({ "paymentMethod": "pm_card_visa" }))).await?;
        times.push(begun.elapsed());
        turn += 1;
    }
    Ok(times)
}
