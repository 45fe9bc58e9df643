//! The boards: one row each. The rest of a board is `gan-embedded/memory/<name>.x`, its module in `gan-embedded/src/board`
//! and the cargo feature that has its name.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::shell;

/// A board, as QEMU has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Board {
    /// Its name, which is also its cargo feature.
    pub name: &'static str,
    /// What computes.
    pub core: &'static str,
    /// The target it runs code of.
    pub target: &'static str,
    /// The program that emulates it.
    pub qemu: &'static str,
    /// The arguments that make it this board.
    pub machine: &'static [&'static str],
    /// gan-core's kernel for it.
    pub kernel: &'static str,
    /// Whether gan-core has to be told, because the target is one of other cores as well.
    pub forced: bool,
}

const ARM: &str = "qemu-system-arm";
const RISCV32: &str = "qemu-system-riscv32";

/// Every board.
pub const BOARDS: &[Board] = &[
    board("mps2-an385", "Cortex-M3", "armv7m", "thumbv7m-none-eabi", ARM, &["-machine", "mps2-an385"]),
    board("mps2-an386", "Cortex-M4", "dsp", "thumbv7em-none-eabi", ARM, &["-machine", "mps2-an386"]),
    board("mps2-an500", "Cortex-M7", "dsp", "thumbv7em-none-eabi", ARM, &["-machine", "mps2-an500"]),
    board("mps2-an505", "Cortex-M33", "dsp", "thumbv8m.main-none-eabi", ARM, &["-machine", "mps2-an505"]),
    // Its target is the one of cores without MVE: there is none with it.
    Board {
        forced: true,
        ..board("mps3-an547", "Cortex-M55", "mve", "thumbv8m.main-none-eabi", ARM, &["-machine", "mps3-an547"])
    },
    // Its Cortex-M3 runs the code of a Cortex-M0 as that would: for models that are too large for microbit.
    board("an385-m0", "Cortex-M0 code on a Cortex-M3", "armv6m", "thumbv6m-none-eabi", ARM, &["-machine", "mps2-an385"]),
    board("microbit", "Cortex-M0", "armv6m", "thumbv6m-none-eabi", ARM, &["-machine", "microbit"]),
    board(
        "riscv32",
        "RV32IMAC",
        "rv32im",
        "riscv32imac-unknown-none-elf",
        RISCV32,
        &["-machine", "virt", "-m", "16M", "-bios", "none"],
    ),
];

const fn board(
    name: &'static str,
    core: &'static str,
    kernel: &'static str,
    target: &'static str,
    qemu: &'static str,
    machine: &'static [&'static str],
) -> Board {
    Board { name, core, kernel, target, qemu, machine, forced: false }
}

/// The boards that `name` means: one, or all.
pub fn select(name: &str) -> Result<Vec<&'static Board>, String> {
    let boards: Vec<_> = BOARDS.iter().filter(|board| name == "all" || board.name == name).collect();
    if boards.is_empty() {
        let names: Vec<_> = BOARDS.iter().map(|board| board.name).collect();
        return Err(format!("no such board; there are {} and all", names.join(", ")));
    }
    Ok(boards)
}

/// Sizes of a board's memories in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Code, constants, the blob and the initial values of statics.
    pub flash: u64,
    /// Statics.
    pub ram: u64,
    /// The stack, which is not part of `ram`.
    pub stack: u64,
}

impl Board {
    /// Everything after the program's name, up to the firmware's path.
    pub fn qemu_arguments(&self) -> impl Iterator<Item = &'static str> {
        const CONSOLE: &[&str] = &["-display", "none", "-monitor", "none", "-serial", "null"];
        const SEMIHOSTING: &[&str] = &["-semihosting-config", "enable=on,target=native", "-kernel"];
        self.machine.iter().chain(CONSOLE).chain(SEMIHOSTING).copied()
    }

    /// What cargo has to know of the board besides its target and its feature: settings for `--config`.
    pub fn cargo_config(&self) -> Option<String> {
        self.forced.then(|| format!("target.{}.rustflags=['--cfg', 'gan_core_backend=\"{}\"']", self.target, self.kernel))
    }

    /// The memories, from the linker script, which is where their sizes are written down.
    pub fn memory(&self) -> Result<Memory> {
        let path = firmware_folder().join("memory").join(format!("{}.x", self.name));
        let text = fs::read_to_string(&path).with_context(|| shell::relative(&path))?;
        let region =
            |name| region_length(&text, name).with_context(|| format!("{}: no LENGTH of {name}", shell::relative(&path)));
        Ok(Memory { flash: region("FLASH")?, ram: region("RAM")?, stack: region("STACK")? })
    }
}

/// The firmware's workspace.
pub fn firmware_folder() -> PathBuf {
    shell::root().join("gan-embedded")
}

/// `LENGTH` of a line `NAME : ORIGIN = .., LENGTH = 12K` in a linker script.
fn region_length(script: &str, name: &str) -> Option<u64> {
    let line = script.lines().find(|line| line.split(':').next().is_some_and(|start| start.trim() == name))?;
    let length = line.split_once("LENGTH =")?.1.trim();
    let digits = length.trim_end_matches(['K', 'M']);
    let unit = match &length[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_regions() {
        let script = "MEMORY\n{\n  FLASH : ORIGIN = 0x0, LENGTH = 256K\n  RAM   : ORIGIN = 0x20000000, LENGTH = 100\n}\n";
        assert_eq!(region_length(script, "FLASH"), Some(256 << 10));
        assert_eq!(region_length(script, "RAM"), Some(100));
        assert_eq!(region_length(script, "STACK"), None);
    }

    /// `cargo run` in gan-embedded has to run what `cargo xtask` runs, and a board has to be complete.
    #[test]
    fn every_board_is_complete() {
        let folder = firmware_folder();
        let table = |path: &str| -> toml::Table { fs::read_to_string(folder.join(path)).unwrap().parse().unwrap() };
        let (config, manifest) = (table(".cargo/config.toml"), table("Cargo.toml"));
        for board in BOARDS {
            assert!(manifest["features"].as_table().unwrap().contains_key(board.name));
            let runner: Vec<_> = [board.qemu].into_iter().chain(board.qemu_arguments()).collect();
            let runner = format!("target.{}.runner='{}'", board.target, runner.join(" "));
            let alias: Vec<_> = config["alias"][board.name].as_array().unwrap().iter().filter_map(toml::Value::as_str).collect();
            let target = ["run", "--release", "--target", board.target, "--features", board.name];
            let kernel = board.cargo_config();
            let kernel = kernel.iter().flat_map(|config| ["--config", config]).collect::<Vec<_>>();
            assert_eq!(alias, [&target[..], &kernel, &["--config", &runner, "--bin"]].concat());
            board.memory().unwrap();
            let module = fs::read_to_string(folder.join(format!("src/board/{}.rs", board.name.replace('-', "_")))).unwrap();
            assert!(module.contains(&format!("\"{}\"", board.name)) && module.contains(&format!("\"{}\"", board.core)));
        }
    }
}
