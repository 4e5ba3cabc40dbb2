//! Ids in the path: what is no id is 400, what is an id of nothing is 404, and neither changes anything.

use purser_testkit::both;

use super::{fault, pairs};
use crate::api::{Body, World};

const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

both! {
    async fn ids_of_nothing(app) {
        let world = World::new(app).await;
        let before = world.app.db_dump(world.tenant).await;
        for (operation, sample) in pairs() {
            let places = operation.path.matches('{').count();
            for place in 0..places {
                let with = |id: &str| {
                    let mut count = 0;
                    let parts = operation.path.split('/').zip(sample.path.split('/')).map(|(wanted, part)| {
                        if !wanted.starts_with('{') { return wanted.to_owned(); }
                        count += 1;
                        if count == place + 1 { id.to_owned() } else { world.fill(part) }
                    });
                    parts.collect::<Vec<_>>().join("/")
                };
                let by = world.dressed(&world.owner, &sample).await;
                let call = async |path: String| match &sample.body {
                    Body::Json(body) => by.call(operation.method.clone(), &path, Some(world.fill_json(body))).await,
                    _ => by.call(operation.method.clone(), &path, None).await,
                };
                // Versions are numbers, and what is fixed goes by its name.
                match operation.path.split('/').filter(|part| part.starts_with('{')).nth(place) {
                    Some("{version}") => continue,
                    Some("{name}" | "{slug}") => {
                        let _ = call(with("nonsense")).await.problem(404, "not_found");
                        continue;
                    }
                    _ => {}
                }
                // Roles go by a key, and what looks like one is one nobody has.
                let by_key = operation.path.split('/').filter(|part| part.starts_with('{')).nth(place) == Some("{key}");
                let texts = ["1", "00000000-0000-7000-8000-00000000000", "%00", "%2e%2e", "'%20OR%201=1", "nonsense"];
                for text in &texts[..if by_key { 5 } else { 6 }] {
                    let reply = call(with(text)).await;
                    assert_eq!(reply.status.as_u16(), 400, "{} {}: {}", operation.id, with(text), reply.text());
                    assert_eq!(fault(&reply, None), None, "{}", operation.id);
                }
                let _ = call(with(if by_key { "nonsense" } else { NOTHING })).await.problem(404, "not_found");
            }
        }
        assert_eq!(world.app.db_dump(world.tenant).await, before);
    }
}
