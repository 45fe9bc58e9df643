//! `cargo xtask web`: gan-core as a WebAssembly module, and the page around it in one file.

mod check;
mod page;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::rustc;
use crate::setup::{self, DEBIAN_RUSTC, Toolchain};
use crate::shell::{self, relative, root};

pub use check::check;

const TARGET: &str = "wasm32-unknown-unknown";
/// The profile in Cargo.toml.
const PROFILE: &str = "wasm";

/// The builds of the module, the fastest first: the kernel, and the target's features for it. A
/// browser refuses a whole module for one instruction that it does not have.
const KERNELS: [(&str, &str); 3] =
    [("relaxed-simd", "+relaxed-simd,+simd128"), ("simd128", "+simd128"), ("scalar", "")];

/// Builds the page, and says how long it is.
pub fn run() -> Result<()> {
    let page = page()?;
    let bytes = page.metadata()?.len();
    println!("{}: {bytes} bytes; open it in a browser", relative(&page));
    Ok(())
}

/// Builds the page into this file.
pub fn write(path: &Path) -> Result<()> {
    shell::write(path, page::text(&modules()?)?.as_bytes())
}

/// Builds the page.
fn page() -> Result<PathBuf> {
    let path = folder()?.join("index.html");
    write(&path)?;
    Ok(path)
}

/// Where the page goes, alone.
fn folder() -> Result<PathBuf> {
    let folder = root().join("target").join("web");
    fs::create_dir_all(&folder).with_context(|| relative(&folder))?;
    Ok(folder)
}

/// Where everything else goes.
fn scratch(name: &str) -> Result<PathBuf> {
    let folder = root().join("target").join("xtask").join("web").join(name);
    fs::create_dir_all(&folder).with_context(|| relative(&folder))?;
    Ok(folder)
}

/// Builds the modules, and returns the folder with `KERNEL.wasm` for each.
fn modules() -> Result<PathBuf> {
    let toolchain = toolchain()?;
    let modules = scratch("modules")?;
    // Apart from a plain cargo's, which gives the crates other hashes.
    let target = scratch(match toolchain {
        Toolchain::Rustup => "rustup",
        Toolchain::Debian => "debian",
    })?;
    for (kernel, features) in KERNELS {
        let mut command = shell::cargo(&root());
        command.args(["rustc", "--quiet", "--package", "gan-web", "--profile", PROFILE, "--lib"]);
        // Named here, because the compiler optimizes across crates only where it makes no other
        // kind of library.
        command.args(["--crate-type", "cdylib"]);
        command.args(["--target", TARGET, "--target-dir"]).arg(&target);
        if !features.is_empty() {
            command.env("RUSTFLAGS", format!("-C target-feature={features}"));
        }
        if toolchain == Toolchain::Debian {
            command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
            command.args(["-Z", "build-std=core,alloc"]);
        }
        rustc::wrap(&mut command)?;
        shell::run(&mut command).with_context(|| format!("gan-web for {kernel}"))?;
        let module = fs::read(target.join(TARGET).join(PROFILE).join("gan_web.wasm"))?;
        shell::write(&modules.join(format!("{kernel}.wasm")), &module)?;
    }
    Ok(modules)
}

/// What builds the module: the active toolchain with its target, or where that cannot be had,
/// Debian's compiler.
fn toolchain() -> Result<Toolchain> {
    match setup::target(TARGET) {
        Ok(()) => Ok(Toolchain::Rustup),
        Err(error) => {
            eprintln!("setup: {error:#}; trying Debian's compiler");
            setup::debian().map(|()| Toolchain::Debian)
        }
    }
}
