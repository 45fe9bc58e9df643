//! Packs the model for the board's kernel, and puts the board's memory layout before the linker.

use std::path::PathBuf;
use std::{env, fs};

const LAYOUT: &str = "memory.x";

fn main() {
    gan_build::model("../../models/mnist-large.gan");
    println!("cargo::rerun-if-changed={LAYOUT}");
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else {
        return println!("cargo::error=OUT_DIR is not set: run by cargo only");
    };
    if let Err(error) = fs::copy(LAYOUT, out.join("memory.x")) {
        return println!("cargo::error={LAYOUT}: {error}");
    }
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Sections need no page alignment on a device without pages.
    println!("cargo::rustc-link-arg-bins=--nmagic");
}
