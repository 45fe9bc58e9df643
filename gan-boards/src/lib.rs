//! The boards that firmware is built for: the tables of `gan-embedded/boards.toml`, which says what
//! the fields mean, and the linker scripts that follow from them.
//!
//! Build scripts of firmware and `cargo xtask` read the boards here, so that each fact about a
//! board stands in one place.

mod region;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs};

pub use region::Region;
use serde::Deserialize;

/// The folder of the boards without a package of their own, from the repository's root.
const FIRMWARE: &str = "gan-embedded";
/// The environment variable with the address of a model that lies in flash by itself.
const PARTITION: &str = "GAN_FLASH_AT";
/// The smallest piece of flash that is erased at once on these boards. Some have larger ones.
const SECTOR: u32 = 4096;

static BOARDS: LazyLock<Vec<Board>> = LazyLock::new(|| {
    let text = include_str!("../../gan-embedded/boards.toml");
    let file: File = toml::from_str(text).expect("gan-embedded/boards.toml");
    file.board
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    board: Vec<Board>,
}

/// All boards, in the order of the file.
pub fn all() -> &'static [Board] {
    &BOARDS
}

/// A board. The fields are those of `boards.toml`.
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
    /// The flash, as far as the program has it.
    pub flash: Region,
    /// The stack.
    pub stack: Region,
    /// The RAM besides the stack.
    pub ram: Region,
    /// A linker script with more memories and sections, from the board's folder.
    pub script: Option<String>,
    /// The module of gan-embedded with its drivers.
    pub module: Option<String>,
    /// The address of the serial port, if the module is one of several boards.
    pub uart: Option<u32>,
    /// The watchdog, if the module is one of several boards.
    pub watchdog: Option<Watchdog>,
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
    /// The Board-ID in `INFO_UF2.TXT` on the drive that takes UF2 files.
    pub drive: Option<String>,
    /// The folder of the package with its application, from the repository's root, if that is not
    /// gan-embedded.
    pub package: Option<String>,
    /// Where its serial port is found.
    pub serial: Option<String>,
    /// The pins of the display that the feature of that name connects, on I2C: data, clock.
    pub oled: Option<String>,
    /// The pins of the display that the feature of that name connects, on SPI: clock, data, CS and
    /// D/C.
    pub st7789: Option<String>,
    /// What was tried on it.
    pub tried: String,
    /// How the chip reads a serial flash beside it.
    pub serial_flash: Option<SerialFlash>,
}

/// A watchdog of Arm's Cortex-M System Design Kit.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watchdog {
    /// The address of its registers.
    pub address: u32,
    /// Its clock.
    pub hertz: u32,
}

/// A transaction with a serial flash, and the cache before it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SerialFlash {
    /// The flash's clock.
    pub megahertz: f64,
    /// Wires for data, each of which brings a bit a clock.
    pub wires: u64,
    /// Bytes of a transaction.
    pub fetch: u64,
    /// Clocks of a transaction besides those of its data: command, address, mode and waiting.
    pub overhead: u64,
    /// Bytes of the cache.
    pub cache: u64,
}

impl Board {
    /// The board whose cargo feature is on, for a build script. Its features are named as the
    /// boards are.
    ///
    /// # Errors
    ///
    /// No feature of a board is on, or several are, or the package is built for another target than
    /// the board's.
    pub fn of_build() -> Result<&'static Self, String> {
        let feature =
            |name: &str| format!("CARGO_FEATURE_{}", name.to_uppercase().replace('-', "_"));
        let chosen: Vec<_> =
            all().iter().filter(|board| env::var_os(feature(&board.name)).is_some()).collect();
        let &[board] = chosen.as_slice() else {
            let names: Vec<_> = all().iter().map(|board| board.name.as_str()).collect();
            return Err(format!("choose exactly one board with --features: {}", names.join(", ")));
        };
        let (target, wanted) = (env::var("TARGET").unwrap_or_default(), &board.target);
        if target != *wanted {
            return Err(format!(
                "board {} runs code for {wanted}, not for {target}: give --target",
                board.name
            ));
        }
        Ok(board)
    }

    /// For a build script: what the program says of the board, as the variables `GAN_BOARD`,
    /// `GAN_CORE` and `GAN_HERTZ` of the compiler.
    pub fn describe(&self) {
        println!("cargo::rustc-env=GAN_BOARD={}", self.name);
        println!("cargo::rustc-env=GAN_CORE={}", self.core);
        println!("cargo::rustc-env=GAN_HERTZ={}", self.megahertz.unwrap_or(0) * 1_000_000);
    }

    /// For a build script: writes the linker script `memory.x` into a folder, and has the linker
    /// look there.
    ///
    /// # Errors
    ///
    /// The error names the file that cannot be read or written.
    pub fn lay_out(&self, folder: &Path) -> Result<(), String> {
        let path = folder.join("memory.x");
        println!("cargo::rerun-if-env-changed={PARTITION}");
        println!("cargo::rustc-check-cfg=cfg(partition)");
        let partition = match env::var(PARTITION) {
            Ok(text) => {
                Some(self.partition(&text).map_err(|error| format!("{PARTITION}: {error}"))?)
            }
            Err(_) => None,
        };
        if let Some(Region { origin, length }) = partition {
            println!("cargo::rustc-cfg=partition");
            println!("cargo::rustc-env=GAN_PARTITION_AT={origin}");
            println!("cargo::rustc-env=GAN_PARTITION_LEN={length}");
        }
        fs::write(&path, self.memory_x(partition)?)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        println!("cargo::rustc-link-search={}", folder.display());
        Ok(())
    }

    /// The flash from an address on, for a model that lies there by itself.
    ///
    /// # Errors
    ///
    /// The text is no address, or such a partition cannot begin there.
    pub fn partition(&self, address: &str) -> Result<Region, String> {
        let number = match address.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => address.parse(),
        };
        let origin = number.map_err(|_| format!("{address:?} is no address, as 0x10100000 is"))?;
        if self.target.starts_with("riscv") && self.qemu.is_none() {
            let name = &self.name;
            return Err(format!("{name} reads its flash by a table that the boot loader fills"));
        }
        let start = u64::from(self.flash.origin);
        let end = start + self.flash.length;
        if !(start + 1..end).contains(&origin.into()) || !origin.is_multiple_of(SECTOR) {
            return Err(format!(
                "expected a multiple of {SECTOR} between {start:#x} and {end:#x}, not {origin:#x}"
            ));
        }
        Ok(Region { origin, length: end - u64::from(origin) })
    }

    /// The linker script `memory.x`. The program ends before `partition`.
    ///
    /// The stack lies below the statics, and nothing lies below the stack, so that one that
    /// overflows faults instead of overwriting buffers. `RAM` is what is left for statics.
    ///
    /// # Errors
    ///
    /// The file with more memories and sections cannot be read.
    pub fn memory_x(&self, partition: Option<Region>) -> Result<String, String> {
        let mut text = String::from("MEMORY\n{\n");
        let mut flash = self.flash;
        flash.length -= partition.map_or(0, |partition| partition.length);
        for (name, Region { origin, length }) in
            [("FLASH", flash), ("STACK", self.stack), ("RAM", self.ram)]
        {
            text += &format!("  {name} : ORIGIN = {origin:#010x}, LENGTH = {length}\n");
        }
        text += "}\n\n_stack_end = ORIGIN(STACK);\n";
        if self.target.starts_with("riscv") {
            // riscv-rt takes the start of the stack from its region.
            let statics = ["DATA", "BSS", "HEAP"].map(|part| (part, "RAM"));
            let code = ["TEXT", "RODATA"].map(|part| (part, "FLASH"));
            // A script of a board's own says where code and constants go.
            let code = code.into_iter().filter(|_| self.script.is_none());
            for (part, region) in statics.into_iter().chain([("STACK", "STACK")]).chain(code) {
                text += &format!("REGION_ALIAS(\"REGION_{part}\", {region});\n");
            }
        } else {
            text += "_stack_start = ORIGIN(STACK) + LENGTH(STACK);\n";
        }
        let Some(script) = &self.script else { return Ok(text) };
        let path = root().join(self.package.as_deref().unwrap_or(FIRMWARE)).join(script);
        println!("cargo::rerun-if-changed={}", path.display());
        let more =
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()));
        Ok(text + "\n" + &more?)
    }
}

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_ends_where_the_model_begins() {
        let board = all().iter().find(|board| board.name == "nucleo-h743zi").unwrap();
        let partition = board.partition("0x08100000").unwrap();
        assert_eq!(partition, Region { origin: 0x0810_0000, length: 1 << 20 });
        let script = board.memory_x(Some(partition)).unwrap();
        assert!(script.contains("FLASH : ORIGIN = 0x08000000, LENGTH = 1048576\n"), "{script}");
        for wrong in ["0x08000000", "0x08200000", "0x08100010", "0x8100000G", ""] {
            assert!(board.partition(wrong).is_err(), "{wrong}");
        }
    }

    /// The memory protection unit guards 64 KB below the stack, in a region that begins at a
    /// multiple of its size.
    #[test]
    fn every_stack_can_be_guarded() {
        for board in all().iter().filter(|board| board.package.is_none()) {
            assert_eq!(board.stack.origin % (1 << 16), 0, "{}", board.name);
            let script = board.memory_x(None).unwrap();
            assert!(script.contains(&format!("LENGTH = {}\n", board.ram.length)), "{script}");
        }
    }
}
