//! Puts the board's memories before the linker, its name and drivers into the library, and the
//! model into the firmware.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `GAN_MODEL` | the blob to carry | `../models/digits8.gan` |
//! | `GAN_PACKING` | the kernel for which the blob is packed, to measure what another one costs | the board's |
//! | `GAN_RAM` | copies the blob into RAM when the program starts, if this is set | not set |
//! | `GAN_LOAD` | bytes of a model that can be received over the console; needs twice as much RAM | 0: none |
//!
//! gan-build checks the blob, so a bad one stops the build, and packs it for the board's kernel.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use gan_boards::Board;
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
    let board = Board::of_build()?;
    describe(board, &out)?;
    layout(board, &out)?;

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
    println!("cargo::rustc-check-cfg=cfg(model_in_ram)");
    if input("GAN_RAM").is_some() {
        println!("cargo::rustc-cfg=model_in_ram");
    }
    Ok(())
}

/// Writes what the library says of the board, and names the module with its drivers.
fn describe(board: &Board, out: &Path) -> Result<(), String> {
    // Armv8-M with the main extension has a register for the stack's limit, as gan-guard says.
    println!("cargo::rustc-check-cfg=cfg(stack_limit)");
    if board.target.starts_with("thumbv8m.main") {
        println!("cargo::rustc-cfg=stack_limit");
    }
    // For the build scripts of packages that depend on this one: DEP_GAN_EMBEDDED_BOARD.
    println!("cargo::metadata=board={}", board.name);
    let Board { name, core, megahertz, uart, watchdog, .. } = board;
    let emulated = board.qemu.is_some();
    let hertz = megahertz.unwrap_or(0) * 1_000_000;
    let about = format!(
        "/// Name of the board: its cargo feature.\n\
         pub const NAME: &str = {name:?};\n\
         /// Name of the processor core.\n\
         pub const CORE: &str = {core:?};\n\
         /// The core's clock; 0 if it is not known.\n\
         pub const HERTZ: u32 = {hertz};\n\
         /// Whether QEMU emulates it, whose clocks say nothing of cycles.\n\
         pub const EMULATED: bool = {emulated};\n\
         /// The address of the serial port, if several boards have its drivers.\n\
         pub const UART: usize = {};\n\
         /// The address of the watchdog and its clock, if several boards have its drivers.\n\
         pub const WATCHDOG: (usize, u32) = {:?};\n",
        uart.unwrap_or(0),
        watchdog.map_or((0, 0), |watchdog| (watchdog.address, watchdog.hertz))
    );
    let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let drivers = match &board.module {
        Some(module) => format!(
            "#[path = {:?}]\nmod chosen;\npub use chosen::*;\n",
            Path::new(&folder).join(format!("src/board/{module}.rs"))
        ),
        // The checks need no drivers.
        None if env::var_os("CARGO_FEATURE_SEMIHOSTING").is_some() => String::new(),
        None => {
            let package = board.package.as_deref().unwrap_or("another package");
            return Err(format!("board {name}: its application is in {package}"));
        }
    };
    for (file, text) in [("about.rs", about), ("board.rs", drivers)] {
        let path = out.join(file);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
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
fn layout(board: &Board, out: &Path) -> Result<(), String> {
    board.lay_out(out)?;
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
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
