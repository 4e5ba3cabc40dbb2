//! The contract chain: routes → OpenAPI document → the console's types. Both files are committed; a drift fails the tests.

use std::path::Path;

use crate::shell::{self, Result, built, cargo, program, root, target};
use crate::ui;

const DOCUMENT: &str = "ui/openapi.json";
const TYPES: &str = "ui/src/api/schema.gen.ts";

/// Write both files.
pub(crate) fn write() -> Result<()> {
    let document = document()?;
    write_to(&root().join(DOCUMENT), &document)?;
    ui::packages()?;
    shell::run(&mut ui::npm(&["run", "--silent", "schema"]))?;
    println!("wrote {DOCUMENT} and {TYPES}");
    Ok(())
}

/// Make both again beside the build and compare.
pub(crate) fn check() -> Result<()> {
    let document = document()?;
    compare(DOCUMENT, &document)?;
    ui::packages()?;
    let folder = target().join("schema");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (fresh, types) = (folder.join("openapi.json"), folder.join("schema.gen.ts"));
    write_to(&fresh, &document)?;
    let mut generator = program(root().join("ui/node_modules/.bin/openapi-typescript"), [&fresh]);
    shell::read(generator.arg("-o").arg(&types).current_dir(root().join("ui")))?;
    let types = std::fs::read_to_string(&types).map_err(|error| format!("{}: {error}", types.display()))?;
    compare(TYPES, &types)?;
    println!("{DOCUMENT} and {TYPES} are what the routes say");
    Ok(())
}

/// Whether the tree has a document to compare with yet.
pub(crate) fn exists() -> bool {
    root().join(DOCUMENT).exists()
}

fn document() -> Result<String> {
    shell::run(&mut cargo(["build", "--quiet", "--bin", "purser"]))?;
    shell::read(&mut program(built("debug", "purser"), ["openapi"]))
}

fn write_to(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).map_err(|error| format!("{} could not be written: {error}", file.display()))
}

fn compare(file: &str, fresh: &str) -> Result<()> {
    let committed = std::fs::read_to_string(root().join(file)).map_err(|error| format!("{file} could not be read: {error}"))?;
    if committed == fresh {
        return Ok(());
    }
    let differs = committed.lines().zip(fresh.lines()).position(|(old, new)| old != new);
    let at = differs.map_or_else(String::new, |at| format!(" (first at line {})", at + 1));
    Err(format!("{file} is not what the routes say{at}; run `cargo xtask schema` and commit it"))
}
