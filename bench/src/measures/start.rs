//! Starting, and what there is to download.

use std::time::Duration;

use crate::figures::{megabytes, time};
use crate::report::Section;
use crate::server::Server;
use crate::{Bench, Result, data};

const STARTS: usize = 9;

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let mut section =
        Section::new("Start and size", "From the start of the process to its ready line, the middle of nine; sizes of the stripped binaries.");
    let (folder, _) = data::folder(bench, "start", 2_000, 10_000).await?;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let server = Server::purser(&bench.purser, &folder).await?;
        times.push(server.ready_in);
        server.stop().await?;
    }
    times.sort_unstable();
    let middle = times[STARTS / 2];
    section.goal("start to ready, 10,000 orders", time(middle), "≤ 300 ms", middle <= Duration::from_millis(300));
    let size = |file| std::fs::metadata(file).map(|facts| facts.len()).map_err(|error| format!("{error}"));
    let server = size(&bench.purser)?;
    section.goal("server binary", megabytes(server), "≤ 30 MB", server <= 30_000_000);
    if bench.desktop.exists() {
        let desktop = size(&bench.desktop)?;
        section.goal("desktop binary", megabytes(desktop), "≤ 25 MB", desktop <= 25_000_000);
    }
    Ok(section)
}
