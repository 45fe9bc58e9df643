//! Packs the model for the board's core, and puts the board's memory layout before the linker.
//! The environment variable `GAN_MODEL` names another model, by a path from this folder; `GAN_RAM`
//! has the model copied into RAM when the program starts.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-env-changed=GAN_MODEL");
    let path = env::var_os("GAN_MODEL").unwrap_or_else(|| "../../models/digits8.gan".into());
    let model = gan_build::model(PathBuf::from(path));
    println!("cargo::rustc-env=GAN_MODEL_CRC={}", model.crc);
    println!("cargo::rustc-check-cfg=cfg(model_in_ram)");
    println!("cargo::rerun-if-env-changed=GAN_RAM");
    if env::var_os("GAN_RAM").is_some() {
        println!("cargo::rustc-cfg=model_in_ram");
    }
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else {
        return println!("cargo::error=OUT_DIR is not set: run by cargo only");
    };
    let board = gan_boards::Board::of_build().and_then(|board| board.lay_out(&out).map(|()| board));
    match board {
        Ok(board) => board.describe(),
        Err(error) => return println!("cargo::error={error}"),
    }
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Sections need no page alignment on a device without pages.
    println!("cargo::rustc-link-arg-bins=--nmagic");
}
