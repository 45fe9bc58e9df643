//! Packs the model for the board's kernel, tells the checks of the kernels how much memory the
//! board has, and puts the job of `parity` where the host finds it.
//!
//! The environment variables are those of gan-embedded, whose build script puts the board's
//! memories before the linker.

use std::env;
use std::path::PathBuf;

/// Most weights of a check's layers together, and most inputs or outputs of one: larger ones take
/// long in an emulator and find no more.
const WEIGHTS: u64 = 240_000;
const WIDTH: u64 = 1100;
/// Bytes of the checks' buffers for each weight, in sixteenths, for each input or output, and for
/// themselves and for `src/bin/kernels/watch.rs`: `src/bin/kernels/buffers.rs` has their sizes.
const SIXTEENTHS_A_WEIGHT: u64 = 57;
const BYTES_A_LINE: u64 = 211;
const BYTES: u64 = 2 * 768 + 512;

/// The functions of all kernels' assembly, without the beginning of their names. `cargo xtask
/// parity` checks that a program has no others.
const ASSEMBLY: [&str; 13] = [
    "armv6m_rows",
    "armv7m_rows",
    "dsp_lanes",
    "dsp_pair",
    "dsp_row",
    "dsp_rows",
    "half_rows",
    "half_rows_16",
    "half_rows_32",
    "mve_row",
    "mve_rows",
    "mve_stage",
    "rv32im_rows",
];

fn main() {
    if let Err(error) = run() {
        println!("cargo::error={error}");
    }
}

fn run() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=GAN_MODEL");
    let model = env::var_os("GAN_MODEL").unwrap_or_else(|| "../../models/digits8.gan".into());
    gan_build::try_model(&PathBuf::from(model))?;
    let name = env::var("DEP_GAN_EMBEDDED_BOARD").map_err(|_| "no board of gan-embedded")?;
    let board = gan_boards::all().iter().find(|board| board.name == name);
    let ram = board.ok_or("no such board")?.ram.length.saturating_sub(BYTES);
    // Two thirds for what grows with the width, and the rest for weights.
    let width = (ram * 2 / 3 / BYTES_A_LINE).min(WIDTH);
    let weights = ((ram - width * BYTES_A_LINE) * 16 / SIXTEENTHS_A_WEIGHT).min(WEIGHTS);
    println!("cargo::rustc-env=GAN_CHECK_WIDTH={width}");
    println!("cargo::rustc-env=GAN_CHECK_WEIGHTS={weights}");
    println!("cargo::rustc-check-cfg=cfg(armv6m)");
    if env::var("TARGET").is_ok_and(|target| target.starts_with("thumbv6m")) {
        println!("cargo::rustc-cfg=armv6m");
    }
    println!("cargo::rerun-if-env-changed=GAN_COUNT_CYCLES");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    let job = concat!(env!("CARGO_MANIFEST_DIR"), "/parity.x");
    println!("cargo::rerun-if-changed={job}");
    println!("cargo::rustc-link-arg-bin=parity=-T{job}");
    // `src/bin/kernels/watch.rs` watches the calls of these.
    for name in ASSEMBLY {
        println!("cargo::rustc-link-arg-bin=kernels=--wrap=gan_core_{name}");
    }
    // Sections need no page alignment on a device without pages.
    println!("cargo::rustc-link-arg-bins=--nmagic");
    Ok(())
}
