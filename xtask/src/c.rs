//! The C library: building it for every core, checking it in QEMU, and making folders of it for
//! Arduino, PlatformIO and ESP-IDF.

mod folders;
mod map;
mod program;
mod vectors;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::rustc;
use crate::setup::{self, DEBIAN_RUSTC, Toolchain};
use crate::shell::{self, relative, root};
use crate::tally::Tally;

/// The profile in Cargo.toml that the library is built with.
const PROFILE: &str = "c";
const LIBRARY: &str = "libgan_c.a";

/// The instruction sets of microcontrollers that there is a library for, with Rust's names.
const TARGETS: [&str; 8] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabi",
    "thumbv8m.main-none-eabihf",
    "riscv32imc-unknown-none-elf",
    "riscv32imac-unknown-none-elf",
];

/// Builds all libraries and makes the folders in `out`.
pub fn library(out: Option<&Path>) -> Result<()> {
    let toolchain = setup::firmware(&[])?;
    let out = out.map_or_else(|| root().join("target").join("c-library"), Path::to_path_buf);
    for folder in folders::make(toolchain, &out)? {
        println!("{}", relative(&folder));
    }
    Ok(())
}

/// Checks the library: a program on the host, on a Cortex-M0 and on a Cortex-M4 draws the naive
/// reference's images, and no panic is linked into it; then the folders, by their own packers.
pub fn check(toolchain: Toolchain, tally: &mut Tally) -> Result<()> {
    setup::c_compiler()?;
    program::check_host()?;
    *tally += Tally::one(true);
    match setup::arm_gcc() {
        Ok(()) => {
            program::check_boards(toolchain)?;
            *tally += Tally::one(true);
        }
        Err(error) => println!("SKIPPED the C program in QEMU: {error:#}"),
    }
    folders::check(toolchain, tally)
}

/// The library of a target, built if it has to be; `None` is the host.
fn build(toolchain: Toolchain, target: Option<&str>) -> Result<PathBuf> {
    let mut command = shell::cargo(&root());
    // The kind of library is named here, because the compiler optimizes across crates only where it
    // makes no other kind.
    command.args(["rustc", "--quiet", "--package", "gan-c", "--profile", PROFILE, "--lib"]);
    command.args(["--crate-type", "staticlib"]);
    // This folder is not that of a plain cargo, which gives the crates other hashes.
    let name = match toolchain {
        Toolchain::Debian if target.is_some() => "debian",
        _ => "rustup",
    };
    let folder = scratch(name)?;
    command.arg("--target-dir").arg(&folder);
    if let Some(target) = target {
        command.args(["--target", target]);
        match toolchain {
            Toolchain::Rustup => setup::target(target)?,
            Toolchain::Debian => {
                command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
                command.args(["-Z", "build-std=core"]);
            }
        }
    }
    rustc::wrap(&mut command)?;
    shell::run(&mut command).with_context(|| format!("gan-c for {}", target.unwrap_or("host")))?;
    Ok(folder.join(target.unwrap_or_default()).join(PROFILE).join(LIBRARY))
}

/// The folder for everything but the files that users take.
fn scratch(name: &str) -> Result<PathBuf> {
    let folder = root().join("target").join("xtask").join("c").join(name);
    fs::create_dir_all(&folder).with_context(|| relative(&folder))?;
    Ok(folder)
}

/// Writes the model's source into a folder of its own, by `gan export --c`.
fn export(model: &Path, core: &str, folder: &Path) -> Result<()> {
    let mut gan = shell::cargo(&root());
    gan.args(["run", "--quiet", "--release", "--package", "gan-tools", "--", "export"]);
    gan.arg(model).arg("--c").arg(folder).args(["--target", core]);
    shell::capture(&mut gan).map(|_| ())
}
