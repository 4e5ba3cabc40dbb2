//! A new migration has to be seen: they are compiled into the binary.
fn main() {
    println!("cargo:rerun-if-changed=../../../migrations");
}
