//! Which room may depend on what. The compiler cannot say it, so this does.

use serde_json::Value;

use crate::shell::{self, Result, cargo};

/// Libraries that belong to some rooms alone: the library (or its family, by prefix), the rooms, the reason.
const WALLS: &[(&str, &[&str], &str)] = &[
    (
        "sqlx",
        &["purser-store", "purser-testkit", "purser-simulator", "purser-tests", "purser-bench"],
        "statements live in the store; tests look at tables with their own eyes, and bench runs the same SQL bare, for the ratio",
    ),
    ("libsqlite3-sys", &["purser-store"], "statements live in the store"),
    (
        "axum",
        &["purser-http", "purser-server", "purser-testkit", "purser-simulator", "purser-tests", "purser-desktop", "purser-bench"],
        "requests end at the HTTP room; bench has a bare handler, for the ratio",
    ),
    ("aide", &["purser-http", "purser-server"], "routes and their document live in the HTTP room"),
    ("tower-http", &["purser-http", "purser-server"], "requests end at the HTTP room"),
    ("tauri", &["purser-desktop"], "nothing but the shell knows about the window"),
    ("keyring", &["purser-desktop"], "only the shell holds secrets of the desktop"),
    (
        "reqwest",
        &["purser-adapters", "purser-desktop", "purser-tests"],
        "one way out to the network, which refuses what must not be asked; the shell and the tests have their own",
    ),
    ("openssl", &[], "TLS is rustls"),
    ("native-tls", &[], "TLS is rustls"),
];

/// The arrows between the rooms. A room that is not here needs a decision record first.
const ARROWS: &[(&str, &[&str])] = &[
    ("purser-core", &[]),
    ("purser-store", &["core"]),
    ("purser-service", &["core", "store"]),
    ("purser-adapters", &["core", "store", "service"]),
    ("purser-http", &["core", "store", "service"]),
    ("purser-server", &["core", "store", "service", "adapters", "http"]),
    ("purser-desktop", &["core", "http", "server"]),
    ("purser-testkit", &["core", "store", "service", "adapters", "http", "server"]),
    ("purser-simulator", &["core", "store", "service", "adapters", "testkit"]),
    ("purser-tests", &["core", "store", "service", "adapters", "http", "server", "testkit", "simulator"]),
    ("purser-bench", &[]),
    ("purser-xtask", &[]),
];

/// The core is pure: no input or output, nothing asynchronous.
const NOT_IN_CORE: &[&str] = &["tokio", "futures", "reqwest", "hyper", "async-trait", "axum", "tower"];

/// What is broken, a sentence each.
pub(crate) fn faults() -> Result<Vec<String>> {
    let text = shell::read(&mut cargo(["metadata", "--format-version", "1", "--no-deps", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata was not understood: {error}"))?;
    let mut faults = Vec::new();
    for package in items(&metadata["packages"]) {
        let room = word(&package["name"]);
        for dependency in items(&package["dependencies"]) {
            let (name, testing) = (word(&dependency["name"]), word(&dependency["kind"]) == "dev");
            faults.extend(fault(room, name, testing).map(|why| format!("{room} depends on {name}: {why}")));
        }
        if !ARROWS.iter().any(|(known, _)| *known == room) {
            faults.push(format!("{room}: a new room needs a decision record and a line in the rules of the rooms (xtask, lint/rooms.rs)"));
        }
    }
    faults.extend(window_tls()?);
    Ok(faults)
}

/// The rule a dependency breaks.
fn fault(room: &str, name: &str, testing: bool) -> Option<String> {
    if let Some(other) = name.strip_prefix("purser-") {
        let allowed = ARROWS.iter().find(|(known, _)| *known == room).map_or(&[][..], |(_, allowed)| allowed);
        let good = allowed.contains(&other) || (testing && other == "testkit");
        return (!good).then(|| format!("arrows go one way; {room} may use {}", listed(allowed)));
    }
    let family = |wall: &str| name == wall || name.strip_prefix(wall).is_some_and(|rest| rest.starts_with('-'));
    if let Some((_, rooms, why)) = WALLS.iter().find(|(wall, rooms, _)| family(wall) && !rooms.contains(&room)) {
        return Some(format!("only {} may; {why}", listed(rooms)));
    }
    (room == "purser-core" && !testing && NOT_IN_CORE.contains(&name)).then(|| "the core does no input or output and nothing asynchronous".into())
}

/// No OpenSSL may reach the desktop through somebody else either.
fn window_tls() -> Result<Vec<String>> {
    let tree = shell::read(&mut cargo([
        "tree",
        "--package",
        "purser-desktop",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--locked",
    ]))?;
    let banned = tree.lines().filter(|line| line.starts_with("openssl-sys ") || line.starts_with("native-tls "));
    Ok(banned.map(|line| format!("purser-desktop reaches {line}: TLS is rustls")).collect())
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn statements_stay_in_the_store() {
        assert!(fault("purser-http", "sqlx", false).is_some());
        assert!(fault("purser-store", "sqlx", false).is_none());
    }

    #[test]
    fn arrows_go_one_way() {
        assert!(fault("purser-core", "purser-store", false).is_some());
        assert!(fault("purser-http", "purser-service", false).is_none());
        assert!(fault("purser-service", "purser-testkit", true).is_none());
        assert!(fault("purser-service", "purser-testkit", false).is_some());
    }

    #[test]
    fn families_are_known_by_their_prefix() {
        assert!(fault("purser-server", "tauri-plugin-dialog", false).is_some());
        assert!(fault("purser-desktop", "tauri-build", false).is_none());
        assert!(fault("purser-service", "axum-server", false).is_some());
        assert!(fault("purser-adapters", "openssl-sys", false).is_some());
        assert!(fault("purser-core", "tokio", false).is_some());
    }
}
