//! What the source itself must not hold: pages made from text, programs started, listeners for other windows.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file below `folder` with one of these endings, tests of the console left out.
fn files(folder: &Path, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, endings));
            continue;
        }
        let name = path.to_string_lossy().into_owned();
        if endings.iter().any(|ending| name.ends_with(ending)) && !name.contains(".test.") {
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

fn places(files: &[(String, String)], words: &[&str]) -> Vec<String> {
    let holds =
        |(name, text): &(String, String)| words.iter().filter(|word| text.contains(**word)).map(|word| format!("{name}: {word}")).collect::<Vec<_>>();
    files.iter().flat_map(holds).collect()
}

#[test]
fn the_console_shows_text_as_text_and_runs_none() {
    let console = files(&root().join("ui/src"), &[".ts", ".tsx"]);
    assert!(console.len() > 100, "the console is read");
    let words = [
        "dangerouslySetInnerHTML",
        ".innerHTML",
        ".outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function(",
        "javascript:",
        "window.addEventListener('message'",
        "addEventListener(\"message\"",
        "window.postMessage",
        ".parent.postMessage",
        "document.cookie",
        "document.domain",
    ];
    assert_eq!(places(&console, &words), Vec::<String>::new());
    // The text of a mail has a frame of its own, in which nothing runs.
    for (name, text) in console.iter().filter(|(_, text)| text.contains("srcDoc")) {
        assert!(text.contains("sandbox=\"allow-same-origin\"") && !text.contains("allow-scripts"), "{name} frames a text that could run");
    }
    let page = std::fs::read_to_string(root().join("ui/index.html")).unwrap();
    let scripts: Vec<&str> = page.match_indices("<script").map(|(at, _)| &page[at..at + page[at..].find("</script>").unwrap()]).collect();
    assert!(scripts.iter().all(|script| script.ends_with('>') && script.contains(" src=\"/")), "scripts are files of our own: {scripts:?}");
    assert!(!page.contains("http"), "nothing comes from elsewhere");
}

#[test]
fn the_engine_starts_no_programs_and_calls_nobody() {
    for room in ["core", "store", "service", "adapters", "http", "server"] {
        let room = root().join("src-tauri/crates").join(room);
        let source = files(&room.join("src"), &[".rs"]);
        assert!(source.len() > 3, "{} is read", room.display());
        assert_eq!(places(&source, &["process::Command", "Command::new(", "libc::", "unsafe {"]), Vec::<String>::new());
        let manifest = std::fs::read_to_string(room.join("Cargo.toml")).unwrap();
        for client in ["reqwest", "hyper-client", "ureq", "curl"] {
            if (client, room.ends_with("adapters")) == ("reqwest", true) {
                continue;
            }
            assert!(
                !manifest.lines().any(|line| line.starts_with(client)),
                "{} holds {client}: say in docs/security/data.md what it calls, and bound it",
                room.display()
            );
        }
    }
}

/// Outside parties that are called over HTTP when the settings name them; `docs/security/data.md` says of each what it hears.
const CALLED: [&str; 5] = ["paypal", "puzzles", "stripe", "texts", "web"];

#[test]
fn outside_parties_are_called_at_the_address_of_the_settings_and_within_bounds() {
    let adapters = root().join("src-tauri/crates/adapters/src");
    let clients: Vec<_> = files(&adapters, &[".rs"]).into_iter().filter(|(_, text)| text.contains("Client::builder()")).collect();
    assert!(clients.len() >= 4, "clients are found: {}", clients.len());
    for (name, text) in clients {
        for bound in [".timeout(", "redirect::Policy::none())"] {
            assert!(text.contains(bound), "{name} builds a client without {bound}");
        }
    }
    let mut calling = Vec::new();
    for folder in std::fs::read_dir(&adapters).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let source = files(&folder, &[".rs"]);
        if places(&source, &["reqwest"]).is_empty() {
            continue;
        }
        calling.push(folder.file_name().unwrap().to_string_lossy().into_owned());
    }
    calling.sort();
    assert_eq!(calling, CALLED);
}
