//! Work for later: a queue that was held back and is let go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Client, Request};
use crate::figures::{grouped, time};
use crate::load::Load;
use crate::report::Section;
use crate::server::Server;
use crate::{Bench, Result, data};

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new(
        "Work for later",
        "Invitations into the built-in mailbox: as many as are written in the time of a load with their queue held back, then the queue is let go and \
         emptied. Each is taken, done and written down durably, with the mail's own row and its notices.",
    );
    let (folder, _) = data::folder(bench, "jobs", 100, 1_000).await?;
    let server = Server::purser(&bench.purser, &folder).await?;
    let token = data::sign_in(&server.host).await?;
    let mut client = Client::connect(&server.host, Some(&token)).await?;
    hold(&mut client, true).await?;
    let load = Load { host: server.host.clone(), token: Some(token), workers: 16, seconds: bench.seconds };
    let script = |turn: usize| {
        let body = json!({ "email": format!("invited{turn}@bench.example"), "firstName": "Ines", "lastName": "Invited", "role": "user" });
        Request::post("/api/v1/users", &body)
    };
    let written = load.run(Arc::new(script)).await?.checked("invitations")?;
    section.note("put in with the people they are for, 16 at once", format!("{} /s", grouped(written.per_second())));
    let waiting = pending(&mut client).await?;
    let begun = Instant::now();
    hold(&mut client, false).await?;
    while pending(&mut client).await? > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if begun.elapsed() > Duration::from_mins(10) {
            return Err("the queue is not emptied in ten minutes".into());
        }
    }
    let took = begun.elapsed();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
    section.note(
        "emptied by one process",
        format!("{} jobs in {}: {} /s", grouped(waiting), time(took), grouped(waiting.saturating_mul(1_000_000) / micros)),
    );
    server.stop().await?;
    Ok(section)
}

async fn hold(client: &mut Client, paused: bool) -> Result<()> {
    let request = Request { method: "PATCH", ..Request::post("/api/v1/jobs/queues", &json!({ "queue": "mail", "paused": paused })) };
    client.json(&request).await.map(drop)
}

/// Mail that waits or is under way.
async fn pending(client: &mut Client) -> Result<u64> {
    let stats = client.json(&Request::get("/api/v1/jobs/stats")).await?;
    let queues = stats["data"]["queues"].as_array().cloned().unwrap_or_default();
    let counts = queues.iter().filter(|queue| queue["queue"] == "mail").filter_map(|queue| queue["counts"].as_array()).flatten();
    Ok(counts.filter(|count| count["state"] == "pending" || count["state"] == "running").filter_map(|count| count["count"].as_u64()).sum())
}
