//! Packs the model for the chip's core, and names the linker script of esp-hal. The environment
//! variable `GAN_MODEL` names another model, by a path from this folder.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-env-changed=GAN_MODEL");
    let path = env::var_os("GAN_MODEL").unwrap_or_else(|| "../../models/digits8.gan".into());
    let model = gan_build::model(PathBuf::from(path));
    println!("cargo::rustc-env=GAN_MODEL_CRC={}", model.crc);
    if env::var_os("CARGO_FEATURE_ESP32_C3").is_none() {
        println!("cargo::error=choose a board with --features: esp32-c3");
    }
    println!("cargo::rustc-link-arg-bins=-Tlinkall.x");
}
