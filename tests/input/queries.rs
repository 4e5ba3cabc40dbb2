//! Every mistake in every parameter behind the `?`.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use purser_testkit::both;
use serde_json::{Value, json};

use super::{fault, pairs};
use crate::api::{Operation, World};

/// Values that are wrong for a parameter.
fn wrong(name: &str, schema: &Value) -> Vec<&'static str> {
    let takes = |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|types| types.iter().any(|one| one == kind));
    let mut values = Vec::new();
    if takes("integer") {
        values.extend(["abc", "1.5", "99999999999999999999", "-99999999999999999999"]);
    }
    if takes("boolean") {
        values.extend(["maybe", "2"]);
    }
    match name {
        "page" => values.extend(["0", "-1", "1000001"]),
        "limit" => values.extend(["0", "-1", "101", "4294967296"]),
        "sort" => values.extend(["nonsense", "passwordHash", "-", "id%3B%20DROP%20TABLE%20users", "createdAt,name"]),
        "cursor" => values.extend(["nonsense", "e30", "%00", "bnVsbA"]),
        "from" | "to" => values.extend(["soon", "2026-13-45", "99999-01-01", "%00"]),
        name if name.ends_with("Id") => values.extend(["nonsense", "1", "%00"]),
        _ => {}
    }
    values
}

fn lists() -> Vec<(Operation, String)> {
    let gets = pairs().into_iter().filter(|(operation, sample)| operation.method == Method::GET && !sample.endless);
    gets.map(|(operation, sample)| (operation, sample.path.to_owned())).collect()
}

fn join(path: &str, query: &str) -> String {
    // A parameter that the sample needs stays, unless it is the one that is tried.
    let name = query.split('=').next().unwrap();
    match path.split_once('?') {
        Some((bare, kept)) if kept.starts_with(&format!("{name}=")) => format!("{bare}?{query}"),
        Some(_) => format!("{path}&{query}"),
        None => format!("{path}?{query}"),
    }
}

both! {
    async fn every_wrong_parameter_is_refused_and_named(app) {
        let world = World::new(app).await;
        let mut faults = Vec::new();
        for (operation, path) in lists() {
            let path = world.fill(&path);
            let tries = operation.query.iter().flat_map(|(name, schema)| wrong(name, schema).into_iter().map(move |value| (name.as_str(), value)));
            for (name, value) in tries {
                let reply = world.owner.get(&join(&path, &format!("{name}={value}"))).await;
                if reply.status.as_u16() != 400 { faults.push(format!("{} {name}={value}: {}", operation.id, reply.status)); }
                else if let Some(fault) = fault(&reply, Some(name)) { faults.push(format!("{} {name}={value}: {fault}", operation.id)); }
            }
            if !operation.query.is_empty() {
                let reply = world.owner.get(&join(&path, "nonsense=1")).await;
                if reply.status.as_u16() != 400 { faults.push(format!("{} nonsense=1: {}", operation.id, reply.status)); }
                else if let Some(fault) = fault(&reply, Some("nonsense")) { faults.push(format!("{} nonsense=1: {fault}", operation.id)); }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    async fn strange_text_in_a_parameter_is_never_our_fault(app) {
        let world = World::new(app).await;
        let long = "x".repeat(10_000);
        let mut faults = Vec::new();
        for (operation, path) in lists() {
            let path = world.fill(&path);
            for (name, _) in &operation.query {
                for value in ["%00", "a%00b", "%FF%FE", "%27%20OR%201%3D1%20--", "%25%25%25", "%5C", "%22%2A%22", "%28%29%3A%2A", &long, "%F0%9F%92%A9", "-9223372036854775808", ",,,,"] {
                    let reply = world.owner.get(&join(&path, &format!("{name}={value}"))).await;
                    let shown: String = value.chars().take(20).collect();
                    if reply.status.as_u16() >= 500 { faults.push(format!("{} {name}={shown}: {}", operation.id, reply.status)); }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    async fn cursors_of_other_lists_and_forged_ones_are_never_our_fault(app) {
        let world = World::new(app).await;
        let lists: Vec<_> = lists().into_iter().filter(|(operation, _)| operation.is_paged()).collect();
        let mut cursors = vec![];
        for (_, path) in &lists {
            let meta = world.owner.get(&join(&world.fill(path), "limit=1")).await.ok().meta();
            cursors.extend(meta["nextCursor"].as_str().map(str::to_owned));
        }
        assert!(cursors.len() > 5, "only {} lists have a second page", cursors.len());
        for cursor in cursors.clone() {
            let genuine: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&cursor).unwrap()).unwrap();
            for (field, value) in [("key", json!(null)), ("key", json!([1])), ("key", json!("a\u{0}b")), ("key", json!(9e99)), ("id", json!("nonsense")), ("sort", json!("id; DROP TABLE users")), ("sort", json!(7))] {
                let mut forged = genuine.clone();
                forged[field] = value;
                cursors.push(URL_SAFE_NO_PAD.encode(forged.to_string()));
            }
            // The kinds of keys there are, exchanged.
            for kind in genuine["key"].as_object().into_iter().flat_map(|key| key.keys()) {
                for value in [json!("text"), json!(5), json!(null), json!("a\u{0}b"), json!(i64::MIN), json!(true)] {
                    let mut forged = genuine.clone();
                    forged["key"] = json!({ kind.as_str(): value });
                    cursors.push(URL_SAFE_NO_PAD.encode(forged.to_string()));
                }
            }
        }
        for (operation, path) in &lists {
            for cursor in &cursors {
                let reply = world.owner.get(&join(&world.fill(path), &format!("cursor={cursor}"))).await;
                assert!(reply.status.as_u16() < 500, "{} with {}: {}", operation.id, String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(cursor).unwrap()), reply.text());
            }
        }
    }
}
