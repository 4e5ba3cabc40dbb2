//! Lock files name versions and checksums, never the host a package came from: that is each machine's own setting.

use std::path::Path;

use crate::shell::Result;

const RUST_INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Lines that name a host.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let mut faults = named(root, "ui/package-lock.json", npm_host)?;
    faults.extend(named(root, "tests/parties/package-lock.json", npm_host)?);
    faults.extend(named(root, "Cargo.lock", cargo_host)?);
    Ok(faults)
}

fn named(root: &Path, file: &str, names_host: fn(&str) -> bool) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(root.join(file)).map_err(|error| format!("{file} could not be read: {error}"))?;
    let lines = text.lines().enumerate().filter(|(_, line)| names_host(line.trim()));
    Ok(lines.map(|(at, line)| format!("{file}:{}: names a registry host: {}", at + 1, line.trim())).collect())
}

fn npm_host(line: &str) -> bool {
    line.starts_with("\"resolved\"") && line.contains("://")
}

fn cargo_host(line: &str) -> bool {
    line.starts_with("source = ") && !line.contains(RUST_INDEX)
}

#[cfg(test)]
mod tests {
    use super::{cargo_host, npm_host};

    #[test]
    fn hosts_are_seen() {
        assert!(npm_host(r#""resolved": "https://example.org/left-pad-1.0.0.tgz","#));
        assert!(!npm_host(r#""url": "https://opencollective.com/vitest""#));
        assert!(cargo_host(r#"source = "registry+https://example.org/index""#));
        assert!(!cargo_host(r#"source = "registry+https://github.com/rust-lang/crates.io-index""#));
    }
}
