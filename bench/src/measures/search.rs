//! Finding products by their words among a great many.

use std::sync::Arc;
use std::time::Duration;

use crate::client::Request;
use crate::figures::{grouped, time};
use crate::load::Load;
use crate::report::Section;
use crate::server::Server;
use crate::{Bench, Result, data};

use super::imports;

const GOAL: Duration = Duration::from_millis(50);

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let rows = bench.million.div_ceil(10);
    let how = format!("{} products in an embedded SQLite, four callers at once; 50 rows and how many there are.", grouped(rows));
    let mut section = Section::new("Product search", &how);
    let (folder, _) = data::folder(bench, "search", 100, 1_000).await?;
    let file = bench.scratch.join("shelf.csv");
    std::fs::write(&file, imports::products(rows)).map_err(|error| format!("{}: {error}", file.display()))?;
    imports::import(bench, "products", &file, &folder).await?;
    let server = Server::purser(&bench.purser, &folder).await?;
    let token = data::sign_in(&server.host).await?;
    let one = rows / 2;
    let asked = [
        ("one product by its number", format!("/api/v1/products?limit=50&search=IMP-{one:07}")),
        ("one product by its name", format!("/api/v1/products?limit=50&search=article+{one}")),
        ("a word every product has", "/api/v1/products?limit=50&search=article".to_owned()),
        ("the beginning of a word", "/api/v1/products?limit=50&search=artic".to_owned()),
        ("a word nobody has", "/api/v1/products?limit=50&search=zeppelin".to_owned()),
    ];
    for (what, path) in asked {
        let load = Load { host: server.host.clone(), token: Some(token.clone()), workers: 4, seconds: bench.seconds.div_ceil(2) };
        let outcome = load.run(Arc::new(move |_| Request::get(path.clone()))).await?.checked(what)?;
        let (middle, worst) = (outcome.percentile(50), outcome.percentile(99));
        section.goal(&format!("{what}, p99"), format!("{} (p50 {})", time(worst), time(middle)), "≤ 50 ms", worst <= GOAL);
    }
    server.stop().await?;
    Ok(section)
}
