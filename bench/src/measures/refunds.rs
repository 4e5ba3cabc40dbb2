//! Durable refunds: each answered only after its books, audit row and event are on the disk.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::client::{Client, Request};
use crate::figures::{grouped, hundredths, ratio, time};
use crate::load::{Load, Outcome};
use crate::report::Section;
use crate::server::Server;
use crate::{Bench, Result, data};

/// Payments taken in turn; each bears this many refunds of one minor unit at least.
const PAYMENTS: usize = 2_000;

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new(
        "Durable refunds",
        "Partial refunds of one minor unit over many payments, each in one transaction with ledger, audit and event, answered after the commit. \
         On the slow disk each fsync takes 5 ms longer (`strace -f -e inject=fdatasync,fsync:delay_exit=5000`).",
    );
    let (folder, _) = data::folder(bench, "refunds", 2_000, 10_000).await?;
    let server = Server::purser(&bench.purser, &folder).await?;
    let payments = payments(&server).await?;
    for workers in [1, 16, 64] {
        let outcome = storm(bench, &server, &payments, workers).await?;
        let told = format!("{} /s, p50 {}, p99 {}", grouped(outcome.per_second()), time(outcome.percentile(50)), time(outcome.percentile(99)));
        if workers == 64 {
            let met = outcome.per_second() >= 1_500 && outcome.percentile(99) <= Duration::from_millis(60);
            section.goal("64 writers", told, "≥ 1,500 /s, p99 ≤ 60 ms", met);
        } else {
            section.note(&format!("{workers} writers"), told);
        }
    }
    server.stop().await?;

    let slow = Server::purser_on_a_slow_disk(&bench.purser, &folder).await?;
    let alone = storm(bench, &slow, &payments, 1).await?;
    let many = storm(bench, &slow, &payments, 64).await?;
    slow.stop().await?;
    let times = hundredths(many.per_second(), alone.per_second());
    section.note("slow disk, 1 writer", format!("{} /s", grouped(alone.per_second())));
    section.note("slow disk, 64 writers", format!("{} /s, p99 {}", grouped(many.per_second()), time(many.percentile(99))));
    section.goal("slow disk, 64 writers ÷ 1 writer", ratio(times), "≥ 8", times >= 800);
    Ok(section)
}

/// Ids and currencies of payments that can be refunded.
async fn payments(server: &Server) -> Result<Vec<(String, String)>> {
    let token = data::sign_in(&server.host).await?;
    let mut client = Client::connect(&server.host, Some(&token)).await?;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    while found.len() < PAYMENTS {
        let page = client.json(&Request::get(format!("/api/v1/payments?state=captured&limit=100{cursor}"))).await?;
        for row in page["data"].as_array().ok_or("payments are no list")? {
            if let (Some(id), Some(currency)) = (row["id"].as_str(), row["amount"]["currency"].as_str()) {
                found.push((id.to_owned(), currency.to_owned()));
            }
        }
        match page["meta"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    if found.is_empty() { Err("the demo business has no captured payment".into()) } else { Ok(found) }
}

async fn storm(bench: &Bench, server: &Server, payments: &[(String, String)], workers: usize) -> Result<Outcome> {
    let token = data::sign_in(&server.host).await?;
    let load = Load { host: server.host.clone(), token: Some(token), workers, seconds: bench.seconds };
    // Each server has a port of its own, so keys never meet again.
    let (payments, run) = (payments.to_vec(), format!("{}-{workers}", server.host));
    let script = move |turn: usize| {
        let (id, currency) = &payments[turn % payments.len()];
        let body = json!({ "amount": { "amount": 1, "currency": currency }, "reason": "Measured" });
        Request { key: Some(format!("{run}-{turn}")), ..Request::post(format!("/api/v1/payments/{id}/refund"), &body) }
    };
    load.run(Arc::new(script)).await?.checked("refund")
}
