//! Hands Tauri the capability files, which live beside the shell rather than beside the manifest.
fn main() {
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the desktop build script failed: {error:#}");
    }
}
