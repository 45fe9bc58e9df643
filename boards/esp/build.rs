//! Packs the model for the chip's core, and names the linker script of esp-hal. The environment
//! variable `GAN_MODEL` names another model, by a path from this folder; `GAN_RAM` has the model
//! copied into RAM when the program starts.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-env-changed=GAN_MODEL");
    let path = env::var_os("GAN_MODEL").unwrap_or_else(|| "../../models/digits8.gan".into());
    let model = gan_build::model(PathBuf::from(path));
    println!("cargo::rustc-env=GAN_MODEL_CRC={}", model.crc);
    println!("cargo::rustc-check-cfg=cfg(model_in_ram)");
    // A model in a partition of its own is not reached by a plain address here.
    println!("cargo::rustc-check-cfg=cfg(partition)");
    println!("cargo::rerun-if-env-changed=GAN_RAM");
    if env::var_os("GAN_RAM").is_some() {
        println!("cargo::rustc-cfg=model_in_ram");
    }
    match gan_boards::Board::of_build() {
        Ok(board) => board.describe(),
        Err(error) => return println!("cargo::error={error}"),
    }
    println!("cargo::rustc-link-arg-bins=-Tlinkall.x");
}
