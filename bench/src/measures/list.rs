//! The list task: the newest 50 of 10,000 orders with their customer and the total, through Purser and through the bare handler.

use std::sync::Arc;
use std::time::Duration;

use crate::client::Request;
use crate::figures::{grouped, hundredths, megabytes, ratio, time};
use crate::load::{Load, Outcome};
use crate::report::Section;
use crate::server::Server;
use crate::{Bench, Result, data};

const PATH: &str = "/api/v1/orders?limit=50&sort=-createdAt";

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new(
        "Orders list",
        "Newest 50 of 10,000 orders with their customer and the total as JSON, signed in, all middleware, embedded SQLite. The bare handler \
         runs the same statement behind axum and nothing else; the two take turns in one run. Purser remembers the total until something changes; what \
         counting it each time costs the bare handler is shown too.",
    );
    let (folder, _) = data::folder(bench, "list", 2_000, 10_000).await?;
    let purser = Server::purser(&bench.purser, &folder).await?;
    let bare = Server::bare(&data::database(&folder)).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = purser.resident()?;
    let token = data::sign_in(&purser.host).await?;

    let run = async |host: &str, token: Option<&String>, path: &'static str, workers: usize| -> Result<Outcome> {
        let load = Load { host: host.into(), token: token.cloned(), workers, seconds: bench.seconds };
        load.run(Arc::new(move |_| Request::get(path))).await?.checked(path)
    };
    for workers in [1, 16] {
        let theirs = run(&bare.host, None, "/orders", workers).await?;
        let ours = run(&purser.host, Some(&token), PATH, workers).await?;
        let counting = run(&bare.host, None, "/counted", workers).await?;
        let times = hundredths(theirs.per_second(), ours.per_second());
        let told = format!("{} req/s, p50 {}, p99 {}", grouped(ours.per_second()), time(ours.percentile(50)), time(ours.percentile(99)));
        if workers == 16 {
            let met = ours.per_second() >= 4_500 && ours.percentile(99) <= Duration::from_millis(15);
            section.goal("Purser, 16 at once", told, "≥ 4,500 req/s, p99 ≤ 15 ms", met);
        } else {
            section.goal("Purser, one at a time", told, "p50 ≤ 0.5 ms", ours.percentile(50) <= Duration::from_micros(500));
        }
        let told = format!("{} req/s, p50 {}, p99 {}", grouped(theirs.per_second()), time(theirs.percentile(50)), time(theirs.percentile(99)));
        section.note(&format!("bare handler, {workers} at once"), told);
        section.note(&format!("bare handler that counts, {workers} at once"), format!("{} req/s", grouped(counting.per_second())));
        section.goal(&format!("bare ÷ Purser, {workers} at once"), ratio(times), "≤ 2.5", times <= 250);
    }
    let loaded = purser.resident()?;
    section.goal("memory of the server, idle", megabytes(idle), "≤ 60 MB", idle <= 60_000_000);
    section.goal("memory of the server after the load", megabytes(loaded), "≤ 120 MB", loaded <= 120_000_000);
    bare.stop().await?;
    purser.stop().await?;
    Ok(section)
}
