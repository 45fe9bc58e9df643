//! The boards, from `gan-embedded/boards.toml`. The rest of a board is a module in
//! `gan-embedded/src/board` or a package in `boards/`, `memory/<name>.x` beside it, and the cargo
//! feature that has its name.

mod hals;

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell;
pub use hals::{folders, is_skipped};

/// A board. The fields are those of `boards.toml`, which says what they mean.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Its name, which is also its cargo feature.
    pub name: String,
    /// Name of the processor core.
    pub core: String,
    /// gan-core's kernel for it.
    pub kernel: String,
    /// Whether gan-core has to be told, because the target is one of other cores as well.
    #[serde(default)]
    pub forced: bool,
    /// The target it runs code of.
    pub target: String,
    /// The command that emulates it.
    pub qemu: Option<String>,
    /// The clock of the core; none if there is no such board but in QEMU.
    pub megahertz: Option<u32>,
    /// What probe-rs calls the chip.
    pub chip: Option<String>,
    /// What espflash calls the chip.
    pub espflash: Option<String>,
    /// The family of UF2 files that the chip's boot loader takes.
    pub uf2: Option<u32>,
    /// What the drive for UF2 files says in `INFO_UF2.TXT` that its board is.
    pub drive: Option<String>,
    /// The folder of the package with its application, from the repository's root, if that is not
    /// gan-embedded.
    pub package: Option<String>,
    /// Whether it has a display with the feature of that name.
    #[serde(default)]
    pub oled: bool,
    /// How the chip reads a serial flash beside it.
    pub serial_flash: Option<SerialFlash>,
}

/// A transaction with a serial flash, and the cache before it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SerialFlash {
    /// The flash's clock.
    pub megahertz: f64,
    /// Bytes of a transaction.
    pub fetch: u64,
    /// Clocks that it takes.
    pub clocks: u64,
    /// Bytes of the cache.
    pub cache: u64,
}

/// Every board.
static ALL: LazyLock<Vec<Board>> = LazyLock::new(|| match read() {
    Ok(boards) => boards,
    Err(error) => {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
});

fn read() -> Result<Vec<Board>> {
    let path = firmware_folder().join("boards.toml");
    let text = fs::read_to_string(&path).with_context(|| shell::relative(&path))?;
    let file: File = toml::from_str(&text).with_context(|| shell::relative(&path))?;
    Ok(file.board)
}

/// `boards.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    board: Vec<Board>,
}

/// Every board whose crates can be had.
pub fn all() -> Vec<&'static Board> {
    ALL.iter().filter(|board| !hals::lacks_crates(board)).collect()
}

/// The boards that QEMU emulates.
pub fn emulated() -> Vec<&'static Board> {
    ALL.iter().filter(|board| board.qemu.is_some()).collect()
}

/// The boards that QEMU does not emulate.
pub fn hardware() -> Vec<&'static Board> {
    all().into_iter().filter(|board| board.qemu.is_none()).collect()
}

/// The emulated boards that `name` means: one, or all.
pub fn select(name: &str) -> Result<Vec<&'static Board>, String> {
    named(name, emulated())
}

/// The boards that `name` means: one, or all.
pub fn select_any(name: &str) -> Result<Vec<&'static Board>, String> {
    named(name, all())
}

/// The board of this name.
pub fn select_one(name: &str) -> Result<&'static Board, String> {
    all()
        .into_iter()
        .find(|board| board.name == name)
        .ok_or_else(|| format!("no such board; there are {}", names(&all())))
}

fn named(name: &str, of: Vec<&'static Board>) -> Result<Vec<&'static Board>, String> {
    let boards: Vec<_> =
        of.iter().copied().filter(|board| name == "all" || board.name == name).collect();
    let hardware = all().iter().any(|board| board.name == name);
    if boards.is_empty() && hardware {
        let of = names(&of);
        Err(format!("QEMU does not emulate it; it does {of}, and all means these"))
    } else if boards.is_empty() {
        Err(format!("no such board; there are {} and all", names(&of)))
    } else {
        Ok(boards)
    }
}

fn names(boards: &[&Board]) -> String {
    boards.iter().map(|board| board.name.as_str()).collect::<Vec<_>>().join(", ")
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
    /// The program that emulates it, and its arguments up to the firmware's path. `serial` is where
    /// QEMU connects the serial port.
    pub fn emulator<'a>(&'a self, serial: &'a str) -> Result<(&'a str, Vec<&'a str>)> {
        let qemu = self
            .qemu
            .as_deref()
            .with_context(|| format!("{}: QEMU does not emulate it", self.name))?;
        let mut words = qemu.split(' ');
        let program = words.next().unwrap_or_default();
        let console = [
            "-display",
            "none",
            "-serial",
            serial,
            "-semihosting-config",
            "enable=on,target=native",
            "-kernel",
        ];
        Ok((program, words.chain(console).collect()))
    }

    /// The folder of the package with its application.
    pub fn folder(&self) -> PathBuf {
        self.package.as_ref().map_or_else(firmware_folder, |package| shell::root().join(package))
    }

    /// What cargo has to know of the board besides its target and its feature: settings for
    /// `--config`.
    pub fn cargo_config(&self) -> Option<String> {
        self.forced.then(|| {
            format!(
                "target.{}.rustflags=['--cfg', 'gan_core_backend=\"{}\"']",
                self.target, self.kernel
            )
        })
    }

    /// The memories, from the linker script, which is where their sizes are written down.
    pub fn memory(&self) -> Result<Memory> {
        let path = self.folder().join("memory").join(format!("{}.x", self.name));
        let text = fs::read_to_string(&path).with_context(|| shell::relative(&path))?;
        let region = |name| {
            region_length(&text, name)
                .with_context(|| format!("{}: no LENGTH of {name}", shell::relative(&path)))
        };
        Ok(Memory { flash: region("FLASH")?, ram: region("RAM")?, stack: region("STACK")? })
    }
}

/// The firmware's workspace.
pub fn firmware_folder() -> PathBuf {
    shell::root().join("gan-embedded")
}

/// `LENGTH` of a line `NAME : ORIGIN = .., LENGTH = 12K` in a linker script.
fn region_length(script: &str, name: &str) -> Option<u64> {
    let line = script
        .lines()
        .find(|line| line.split(':').next().is_some_and(|start| start.trim() == name))?;
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
    fn a_board_that_is_not_there_is_told_with_those_that_are() {
        for name in ["", "no-such", "MICROBIT"] {
            for error in [select(name).unwrap_err(), select_one(name).unwrap_err()] {
                assert!(error.starts_with("no such board; there are mps2-an385, "), "{error}");
            }
        }
        let error = select("pico").unwrap_err();
        assert!(error.starts_with("QEMU does not emulate it; it does mps2-an385, "), "{error}");
        assert!(!error.contains("pico"), "{error}");
        assert_eq!(select_any("pico").unwrap().len(), 1);
        assert_eq!(select("all").unwrap(), emulated());
    }

    #[test]
    fn lengths_of_regions() {
        let script = "MEMORY\n{\n  FLASH : ORIGIN = 0x0, LENGTH = 256K\n  \
                      RAM   : ORIGIN = 0x20000000, LENGTH = 100\n}\n";
        assert_eq!(region_length(script, "FLASH"), Some(256 << 10));
        assert_eq!(region_length(script, "RAM"), Some(100));
        assert_eq!(region_length(script, "STACK"), None);
    }

    /// `cargo run` in gan-embedded has to run what `cargo xtask` runs, and a board has to be
    /// complete.
    #[test]
    fn every_board_is_complete() {
        for board in all() {
            let folder = board.folder();
            let table = |path: &str| -> toml::Table {
                fs::read_to_string(folder.join(path)).unwrap().parse().unwrap()
            };
            let (config, manifest) = (table(".cargo/config.toml"), table("Cargo.toml"));
            let name = board.name.as_str();
            assert!(manifest["features"].as_table().unwrap().contains_key(name));
            board.memory().unwrap();
            let own = format!("src/board/{}.rs", name.replace('-', "_"));
            let module = if board.package.is_some() { "src/board.rs" } else { &own };
            let module = fs::read_to_string(folder.join(module)).unwrap();
            assert!(
                module.contains(&format!("\"{name}\""))
                    && module.contains(&format!("\"{}\"", board.core))
            );
            if board.qemu.is_none() {
                assert!(
                    board.megahertz.is_some() && (board.chip.is_some() || board.espflash.is_some()),
                    "{name}"
                );
                continue;
            }
            let (program, arguments) = board.emulator("mon:stdio").unwrap();
            let runner: Vec<_> = [program].into_iter().chain(arguments).collect();
            let runner = format!("target.{}.runner='{}'", board.target, runner.join(" "));
            let alias: Vec<_> = config["alias"][name]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(toml::Value::as_str)
                .collect();
            let target = ["run", "--release", "--target", &board.target, "--features", name];
            let kernel = board.cargo_config();
            let kernel = kernel.iter().flat_map(|config| ["--config", config]).collect::<Vec<_>>();
            assert_eq!(alias, [&target[..], &kernel, &["--config", &runner, "--bin"]].concat());
        }
    }
}
