//! The large business: making it, and reading it.

use std::sync::Arc;
use std::time::Duration;

use crate::client::{Client, Request};
use crate::figures::{grouped, megabytes, time};
use crate::load::Load;
use crate::report::Section;
use crate::server::Server;
use crate::{Bench, Result, data};

const GOAL: Duration = Duration::from_millis(50);

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let how = format!("{} orders in an embedded SQLite, four callers at once.", grouped(bench.million));
    let mut section = Section::new("A large business", &how);
    let (folder, filling) = data::folder(bench, "million", bench.million / 10, bench.million).await?;
    section.goal("`purser demo` fills it in", time(filling), "≤ 60 s", filling <= Duration::from_mins(1));
    let size = std::fs::metadata(data::database(&folder)).map_or(0, |facts| facts.len());
    section.note("the file", megabytes(size));

    let server = Server::purser(&bench.purser, &folder).await?;
    section.note("start to ready", time(server.ready_in));
    let token = data::sign_in(&server.host).await?;
    let mut client = Client::connect(&server.host, Some(&token)).await?;
    let page = client.json(&Request::get("/api/v1/orders?limit=100&sort=-createdAt")).await?;
    let rows = page["data"].as_array().ok_or("orders are no list")?;
    let ids: Vec<String> = rows.iter().filter_map(|row| row["id"].as_str()).map(ToOwned::to_owned).collect();
    let word = rows.first().and_then(|row| row["customer"]["name"].as_str()).and_then(|name| name.rsplit(' ').next()).unwrap_or("a").to_owned();
    let deep = deep_cursor(&mut client).await?;

    let number = rows.first().and_then(|row| row["number"].as_i64()).unwrap_or(1);
    let middle = bench.million / 2 / 50;
    let asked: Vec<(&str, Vec<String>)> = vec![
        ("list, newest 50", vec!["/api/v1/orders?limit=50&sort=-createdAt".into()]),
        ("list, filtered by state and country", vec!["/api/v1/orders?limit=50&state=shipped&country=NO&sort=-createdAt".into()]),
        ("list, largest totals", vec!["/api/v1/orders?limit=50&sort=-total".into()]),
        ("search by a customer's name", vec![format!("/api/v1/orders?limit=50&search={word}")]),
        ("search by order number", vec![format!("/api/v1/orders?limit=50&search={number}")]),
        ("deep page by cursor", vec![format!("/api/v1/orders?limit=50&cursor={deep}")]),
        ("page in the middle by number", vec![format!("/api/v1/orders?limit=50&sort=-createdAt&page={middle}")]),
        ("order page", ids.iter().map(|id| format!("/api/v1/orders/{id}")).collect()),
        ("home figures", vec!["/api/v1/stats/overview?days=30".into()]),
    ];
    for (what, paths) in asked {
        let load = Load { host: server.host.clone(), token: Some(token.clone()), workers: 4, seconds: bench.seconds.div_ceil(2) };
        let outcome = load.run(Arc::new(move |turn| Request::get(paths[turn % paths.len()].clone()))).await?.checked(what)?;
        let (middle, worst) = (outcome.percentile(50), outcome.percentile(99));
        section.goal(&format!("{what}, p99"), format!("{} (p50 {})", time(worst), time(middle)), "≤ 50 ms", worst <= GOAL);
    }
    section.note("memory of the server afterwards", megabytes(server.resident()?));
    server.stop().await?;
    Ok(section)
}

/// A cursor a good way down: a hundred pages of a hundred.
async fn deep_cursor(client: &mut Client) -> Result<String> {
    let mut cursor = String::new();
    for _ in 0..100 {
        let after = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
        let page = client.json(&Request::get(format!("/api/v1/orders?limit=100{after}"))).await?;
        match page["meta"]["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    Ok(cursor)
}
