//! Packs the model for the board's core, and puts the board's memory layout before the linker.
//! The environment variable `GAN_MODEL` names another model, by a path from this folder.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=GAN_MODEL");
    let path = env::var_os("GAN_MODEL").unwrap_or_else(|| "../../models/digits8.gan".into());
    let model = gan_build::model(PathBuf::from(path));
    println!("cargo::rustc-env=GAN_MODEL_CRC={}", model.crc);
    let chosen = |board: &str| env::var_os(format!("CARGO_FEATURE_{board}")).is_some();
    let layout = match (chosen("STM32F411_DISCO"), chosen("NUCLEO_H743ZI")) {
        (true, false) => "memory/stm32f411-disco.x",
        (false, true) => "memory/nucleo-h743zi.x",
        _ => {
            return println!(
                "cargo::error=choose one board with --features: stm32f411-disco or nucleo-h743zi"
            );
        }
    };
    println!("cargo::rerun-if-changed={layout}");
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else {
        return println!("cargo::error=OUT_DIR is not set: run by cargo only");
    };
    if let Err(error) = fs::copy(layout, out.join("memory.x")) {
        return println!("cargo::error={layout}: {error}");
    }
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Sections need no page alignment on a device without pages.
    println!("cargo::rustc-link-arg-bins=--nmagic");
}
