//! Puts the board's memory layout before the linker, and the model into the firmware.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `GAN_MODEL` | the blob to carry | `../models/digits8.gan` |
//! | `GAN_PACKING` | the kernel for which the blob is packed, to measure what another one costs | the board's |
//! | `GAN_LOAD` | bytes of a model that can be received over the console; needs twice as much RAM | 0: none |
//!
//! gan-build checks the blob, so a bad one stops the build, and packs it for the board's kernel.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use gan_core::blob::ALIGNMENT;
use gan_core::table::Table;
use gan_core::{Known, OutputKind};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run by cargo only")?);
    layout(&board()?, &out)?;

    let model = input("GAN_MODEL").unwrap_or_else(|| "../models/digits8.gan".into());
    let model = match input("GAN_PACKING") {
        None => gan_build::try_model(&model),
        Some(kernel) => {
            let packing = gan_core::Packing::of_kernel(&kernel.to_string_lossy())
                .ok_or(format!("GAN_PACKING={}: no such kernel", kernel.display()))?;
            gan_build::try_model_in(&model, packing)
        }
    };
    let model = model.map_err(|error| format!("{error} (GAN_MODEL names another blob)"))?;
    suits(&model.path)?;
    println!("cargo::rustc-env=GAN_MODEL_CRC={}", model.crc);
    println!("cargo::rustc-env=GAN_LOAD_LEN={}", load_len()?);
    Ok(())
}

/// The one board whose feature is on, and that the target can run.
fn board() -> Result<String, String> {
    const BOARDS: &str = "boards.toml";
    println!("cargo::rerun-if-changed={BOARDS}");
    let text = fs::read_to_string(BOARDS).map_err(|error| format!("{BOARDS}: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{BOARDS}: {error}"))?;
    let rows = table
        .get("board")
        .and_then(toml::Value::as_array)
        .ok_or(format!("{BOARDS}: no [[board]]"))?;
    let field = |row: &toml::Value, field: &str| {
        row.get(field).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
    };
    // The others are packages of their own.
    let rows = rows.iter().filter(|row| row.get("package").is_none());
    let boards: Vec<_> = rows.map(|row| (field(row, "name"), field(row, "target"))).collect();
    let feature = |board: &str| format!("CARGO_FEATURE_{}", board.to_uppercase().replace('-', "_"));
    let chosen: Vec<_> =
        boards.iter().filter(|(board, _)| env::var_os(feature(board)).is_some()).collect();
    let &[(board, wanted)] = chosen.as_slice() else {
        let names: Vec<_> = boards.iter().map(|(board, _)| board.as_str()).collect();
        return Err(format!("choose exactly one board with --features: {}", names.join(", ")));
    };
    let target = env::var("TARGET").unwrap_or_default();
    if target != *wanted {
        return Err(format!(
            "board {board} runs code for {wanted}, not for {target}: give --target"
        ));
    }
    // Armv8-M with the main extension has a register for the stack's limit.
    println!("cargo::rustc-check-cfg=cfg(stack_limit)");
    if target.starts_with("thumbv8m.main") {
        println!("cargo::rustc-cfg=stack_limit");
    }
    Ok(board.clone())
}

/// Refuses a model that takes an image, or that makes numbers, if the application leaves out what
/// that needs, and numbers whose names cannot be read.
fn suits(packed: &Path) -> Result<(), String> {
    let blob = fs::read(packed).map_err(|error| format!("{}: {error}", packed.display()))?;
    let Ok(known) = Known::read(&blob) else { return Ok(()) };
    if known.inputs().image().is_some() && env::var_os("CARGO_FEATURE_TRANSFORM").is_none() {
        return Err("this model takes an image, which needs the feature transform".into());
    }
    if known.header().outputs == OutputKind::Numbers {
        if env::var_os("CARGO_FEATURE_SERIES").is_none() {
            return Err("this model makes numbers, which needs the feature series".into());
        }
        Table::read(known.header()).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The linker script `memory.x`, and the arguments that use it.
///
/// The arguments are here and not in `.cargo/config.toml` because RUSTFLAGS in the environment
/// would replace those.
fn layout(board: &str, out: &Path) -> Result<(), String> {
    let from = format!("memory/{board}.x");
    println!("cargo::rerun-if-changed={from}");
    fs::copy(&from, out.join("memory.x")).map_err(|error| format!("{from}: {error}"))?;
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Where the parity binary finds its job.
    println!("cargo::rerun-if-changed=memory/parity.x");
    println!("cargo::rustc-link-arg-bin=parity=-Tmemory/parity.x");
    // Sections need no page alignment on a device without pages.
    println!("cargo::rustc-link-arg-bins=--nmagic");
    Ok(())
}

/// The path in an environment variable, which a relative path takes from this package's folder.
fn input(variable: &str) -> Option<PathBuf> {
    println!("cargo::rerun-if-env-changed={variable}");
    env::var_os(variable).map(PathBuf::from)
}

/// Bytes of a model that the firmware can receive, a multiple of the alignment.
fn load_len() -> Result<usize, String> {
    let Some(text) = input("GAN_LOAD") else { return Ok(0) };
    let len: usize = text
        .to_string_lossy()
        .parse()
        .map_err(|error| format!("GAN_LOAD={}: {error}", text.display()))?;
    Ok(len.next_multiple_of(ALIGNMENT))
}
