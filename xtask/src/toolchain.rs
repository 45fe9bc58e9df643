//! What builds the firmware.

use std::process::Command;

use anyhow::Result;

use crate::shell::{Run as _, root, tool};

/// The compiler of Debian's packages.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// A compiler, with what it needs for the targets of microcontrollers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The active toolchain, which has the targets' `core`.
    Rustup,
    /// Debian's compiler; `core` is built from its sources.
    Debian,
}

impl Toolchain {
    /// Returns what its compiler says of itself, as in `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub fn version(self) -> Result<String> {
        let rustc = if self == Self::Rustup { "rustc" } else { DEBIAN_RUSTC };
        Ok(tool(rustc, "--version").current_dir(root()).read()?.trim().into())
    }

    /// Returns the name of the folder of its builds. It is not that of a plain cargo, which gives
    /// the crates other hashes (see `rustc.rs`), and each toolchain has its own, so that trying the
    /// other one costs no rebuild.
    pub fn folder(self) -> &'static str {
        if self == Self::Rustup { "xtask" } else { "debian" }
    }

    /// Has a command of cargo build with it, these crates of the standard library from their
    /// sources if there is none for the target.
    pub fn build_with(self, cargo: &mut Command, crates: &str) {
        if self == Self::Debian {
            cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
            cargo.env("RUSTDOC", "/usr/bin/rustdoc").args(["-Z", &format!("build-std={crates}")]);
        }
    }
}
