//! Many people sign in at once, each password costing two passes over 19 MiB, while others go on working.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::{Client, Request};
use crate::figures::{grouped, megabytes, time};
use crate::load::Load;
use crate::report::Section;
use crate::server::Server;
use crate::{Bench, Result, data};

/// People at the door at any time.
const AT_THE_DOOR: usize = 8;
/// Somebody at work asks for a page so often.
const PACE: Duration = Duration::from_millis(10);

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new(
        "Sign-ins under load",
        "Eight at the door at any time sign in with a password (argon2id, 19 MiB, two passes), while somebody else asks for the list of people a \
         hundred times a second. As many passwords are worked out at once as there are processors, away from the threads that answer; the load \
         generator shares the processors.",
    );
    let (folder, _) = data::folder(bench, "sign-ins", 2_000, 100).await?;
    let server = Server::purser(&bench.purser, &folder).await?;
    let token = data::sign_in(&server.host).await?;
    let (alone, _) = paced(&server.host, &token, Duration::from_secs(bench.seconds)).await?;
    let door = Load { host: server.host.clone(), token: None, workers: AT_THE_DOOR, seconds: bench.seconds };
    let sign_in = data::sign_in_request();
    // The load warms up for a fifth of the time.
    let signing = tokio::spawn(async move { door.run(Arc::new(move |_| sign_in.clone())).await });
    tokio::time::sleep(Duration::from_millis(bench.seconds * 200)).await;
    let (beside, late) = paced(&server.host, &token, Duration::from_secs(bench.seconds)).await?;
    let signed_in = signing.await.map_err(|error| format!("the load was lost: {error}"))??.checked("sign-ins")?;
    let told = format!("{}/s, p50 {}, p99 {}", grouped(signed_in.per_second()), time(signed_in.percentile(50)), time(signed_in.percentile(99)));
    section.goal("sign-ins", told, "≥ 70/s", signed_in.per_second() >= 70);
    let told = format!("p50 {}, p99 {}, {} calls", time(of(&beside, 50)), time(of(&beside, 99)), grouped(count(&beside)));
    section.goal("the list of people meanwhile", told, "p99 ≤ 20 ms", of(&beside, 99) <= Duration::from_millis(20));
    section.note("the same with nobody at the door", format!("p50 {}, p99 {}", time(of(&alone, 50)), time(of(&alone, 99))));
    section.note("calls that began late, because the one before took longer than the pace", grouped(late));
    section.note("memory of the server after the load", megabytes(server.resident()?));
    server.stop().await?;
    Ok(section)
}

/// Ask for the list at a steady pace; how long each call took from when it was due, and how many began late.
async fn paced(host: &str, token: &str, lasts: Duration) -> Result<(Vec<Duration>, u64)> {
    let mut client = Client::connect(host, Some(token)).await?;
    let request = Request::get("/api/v1/users?limit=20");
    let (mut times, mut late, begun) = (Vec::new(), 0, Instant::now());
    let mut due = begun;
    while due < begun + lasts {
        if Instant::now() > due {
            late += 1;
        }
        tokio::time::sleep_until(due.into()).await;
        let status = client.send(&request).await?;
        if status != 200 {
            return Err(format!("the list answered {status}: {}", String::from_utf8_lossy(client.body())));
        }
        // From when it was due: a call that had to wait for the one before waited too.
        times.push(due.elapsed());
        due += PACE;
    }
    times.sort_unstable();
    Ok((times, late))
}

fn of(sorted: &[Duration], percent: usize) -> Duration {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

fn count(times: &[Duration]) -> u64 {
    u64::try_from(times.len()).unwrap_or(u64::MAX)
}
