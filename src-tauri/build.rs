//! Names the shell's two commands, so that the capability files decide who may call them, and says where those files are.
fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["api", "events"]);
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/**/*").app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the desktop build script failed: {error:#}");
    }
}
