//! No file so long that nobody reads it whole.

use std::path::Path;

use crate::shell::Result;

const MOST: usize = 400;
const MOST_FOR_TESTS: usize = 500;

/// Folders with sources of our own.
const SOURCES: &[&str] = &["src-tauri", "tests", "bench", "ui/src", "ui/e2e", "ui/mock"];

/// Files that are too long.
pub(crate) fn faults(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for folder in SOURCES {
        walk(root, &root.join(folder), &mut faults)?;
    }
    faults.sort();
    Ok(faults)
}

fn walk(root: &Path, dir: &Path, faults: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(entry.file_name().to_str(), Some("node_modules" | "target" | "dist" | "gen")) {
                walk(root, &path, faults)?;
            }
        } else if is_source(&name) {
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{name} could not be read: {error}"))?;
            let (lines, most) = (text.lines().count(), most(&name));
            if lines > most {
                faults.push(format!("{name}: {lines} lines, at most {most}; split it along what it is about"));
            }
        }
    }
    Ok(())
}

fn is_source(name: &str) -> bool {
    let ours = [".rs", ".ts", ".tsx", ".css"].iter().any(|ending| name.ends_with(ending));
    ours && !name.contains(".gen.")
}

fn most(name: &str) -> usize {
    let testing = ["tests/", "ui/e2e/"].iter().any(|place| name.starts_with(place))
        || ["/tests/", "/tests.rs", ".test.ts", ".spec.ts"].iter().any(|place| name.contains(place));
    if testing { MOST_FOR_TESTS } else { MOST }
}

#[cfg(test)]
mod tests {
    use super::{is_source, most};

    #[test]
    fn tests_may_be_longer_and_generated_files_are_not_counted() {
        assert_eq!(most("src-tauri/crates/core/src/money.rs"), 400);
        assert_eq!(most("tests/routes/orders.rs"), 500);
        assert_eq!(most("ui/src/lib/money.test.ts"), 500);
        assert!(!is_source("ui/src/api/schema.gen.ts"));
        assert!(!is_source("ui/src/a.svg"));
    }
}
