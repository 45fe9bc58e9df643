//! Packs the model for the Pico's core, and puts `memory.x` before the linker.

fn main() {
    gan_build::model("{{model}}");
    println!("cargo::rerun-if-changed=memory.x");
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Sections need no page alignment on a device without pages.
    println!("cargo::rustc-link-arg-bins=--nmagic");
}
