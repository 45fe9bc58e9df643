//! Building the firmware.

use std::io::{IsTerminal, stderr};

use gan_core::OutputKind;
use gan_core::generator::Layer;

use crate::blob::packing;
use crate::boards;
use crate::prelude::*;
use crate::rustc;

/// The choices that a build of the firmware is made from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The blob that the firmware carries.
    pub model: &'a Path,
    /// Whether the firmware takes layers of every kind, not only those of its model.
    pub every_kind: bool,
    /// Bytes of a model that the application can receive.
    pub load: usize,
    /// Whether the model is copied into RAM.
    pub ram: bool,
    /// The address of a model that lies in flash by itself, if the application looks for one.
    pub flash_at: Option<&'a str>,
    /// The digits of the key of the only maker whose models the application takes, besides its own.
    pub key: Option<&'a str>,
    /// A fault that is planted in the application, so that a check has to find it: `panic`,
    /// `hang`, and on boards with a HAL `overflow` of the stack.
    pub planted: Option<&'a str>,
    /// What the `count` binary counts.
    pub count: Count,
    /// The kernel for which the model is packed, if not the board's.
    pub packed_for: Option<&'a str>,
    /// The display, if there is one.
    pub display: Option<Display>,
    /// A blob whose kinds of layers it can run, if not the one it carries.
    pub kinds: Option<&'a Path>,
}

/// What lies between the markers of the `count` binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// The instructions of one image.
    Image,
    /// The cycles of one image, by the core's own counter.
    Cycles,
    /// The instructions of two images that are made at a time.
    Pair,
    /// The instructions of the check that flash holds the model.
    Check,
    /// The instructions of reading and checking a model from elsewhere.
    Decode,
}

impl Count {
    /// Returns the number of images that are made.
    pub fn images(self) -> u64 {
        if self == Self::Pair { 2 } else { 1 }
    }

    /// Returns the words that stand in the table after the kernel's name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Image | Self::Cycles => "",
            Self::Pair => " two at a time",
            Self::Check => " check",
            Self::Decode => " decode",
        }
    }
}

/// A display that a package on a HAL can connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Display {
    /// 128x64 pixels, SSD1306, on I2C
    Oled,
    /// 240x240 pixels, ST7789, on SPI
    St7789,
}

impl Display {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Oled, Self::St7789];

    /// Returns its name, which is also its feature.
    pub fn name(self) -> &'static str {
        match self {
            Self::Oled => "oled",
            Self::St7789 => "st7789",
        }
    }

    /// Returns the pins that it has on a board.
    pub fn pins(self, board: &Board) -> Option<&str> {
        match self {
            Self::Oled => board.oled.as_deref(),
            Self::St7789 => board.st7789.as_deref(),
        }
    }
}

impl<'a> Input<'a> {
    /// Chooses a model and nothing else.
    pub fn model(model: &'a Path) -> Self {
        Self {
            model,
            every_kind: false,
            load: 0,
            ram: false,
            flash_at: None,
            key: None,
            planted: None,
            count: Count::Image,
            packed_for: None,
            display: None,
            kinds: None,
        }
    }
}

impl Input<'_> {
    /// Returns the features for the model's kinds of layers, for an image that it takes and for
    /// numbers that it makes, which firmware has only if asked for. A model that cannot be read is
    /// the build script's to refuse.
    fn features(&self) -> Vec<&'static str> {
        if self.every_kind {
            return vec!["float", "int4"];
        }
        let mut features = vec![("signed", self.key.is_some())];
        features.extend(self.display.map(|display| (display.name(), true)));
        let blob = Blob::read(self.kinds.unwrap_or(self.model));
        if let Ok(generator) = blob.as_ref().map_err(drop).and_then(|it| it.decode().map_err(drop))
        {
            features.extend([
                ("float", generator.layers().any(|layer| matches!(layer, Layer::F32 { .. }))),
                ("int4", generator.layers().any(|layer| matches!(layer, Layer::I4(_)))),
                ("transform", generator.inputs().image().is_some()),
                ("series", generator.header().outputs == OutputKind::Numbers),
            ]);
        }
        features.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name).collect()
    }
}

/// The applications: gan-embedded's, and those of packages on HALs. The other binaries are checks.
const APPLICATIONS: &[&str] = &["digits", "digit", CONSOLE];
/// The application in a package on a HAL.
const CONSOLE: &str = "console";
/// The beginning of the names of checks that do not talk to the host.
const PANIC_FREE: &str = "panic_free";

/// Builds one binary and returns the path of its ELF file, which the next build of it overwrites.
pub fn build(toolchain: Toolchain, board: &Board, bin: &str, input: Input<'_>) -> Result<PathBuf> {
    let bin = if board.package.is_some() && bin == "digits" { CONSOLE } else { bin };
    let checks = !APPLICATIONS.contains(&bin);
    let mut command = cargo(toolchain, "build", board, checks, input);
    let folder = target_folder(toolchain, board);
    if checks && !bin.starts_with(PANIC_FREE) {
        command.words("--features semihosting");
    }
    rustc::wrap(&mut command)?;
    // On a terminal cargo shows what it builds, and what it waits for.
    if !stderr().is_terminal() {
        eprintln!("building {bin} for {}", board.name);
        command.arg("--quiet");
    }
    command.args(["--bin", bin]).run().with_context(|| format!("{bin} for {}", board.name))?;
    Ok(folder.join(&board.target).join("release").join(bin))
}

/// Lints everything there is for a board, with the active toolchain: Debian's compiler comes
/// without clippy.
pub fn clippy(board: &Board, input: Input<'_>) -> Result<()> {
    // The checks run in QEMU; what has a display is hardware.
    let more: &[(bool, &str)] = match &board.qemu {
        Some(_) => &[(false, ""), (true, "semihosting")],
        None => &[(false, ""), (false, "oled"), (false, "st7789")],
    };
    for &(checks, feature) in more {
        let mut command = cargo(Toolchain::Rustup, "clippy", board, checks, input);
        command.args(["--features", feature, "--all-targets", "--", "-D", "warnings"]);
        command.run()?;
    }
    Ok(())
}

/// Builds the documentation for a board.
pub fn doc(toolchain: Toolchain, board: &Board, input: Input<'_>) -> Result<()> {
    let mut command = cargo(toolchain, "doc", board, false, input);
    command.words("--no-deps --lib").env("RUSTDOCFLAGS", "-D warnings").run()
}

/// Returns the folder of the builds.
fn target_folder(toolchain: Toolchain, board: &Board) -> PathBuf {
    boards::folder(board).join("target").join(toolchain.folder())
}

/// Returns a command of cargo for a board: in the package with its application, or in that of the
/// checks.
fn cargo(
    toolchain: Toolchain,
    subcommand: &str,
    board: &Board,
    checks: bool,
    input: Input<'_>,
) -> Command {
    let folder = if checks { boards::checks_folder() } else { boards::folder(board) };
    let mut command = shell::cargo(&folder);
    let feature = if checks { format!("gan-embedded/{}", board.name) } else { board.name.clone() };
    let features = [&[feature.as_str()], &*input.features()].concat().join(",");
    command.args([subcommand, "--release", "--target", &board.target, "--features", &features]);
    command.arg("--target-dir").arg(target_folder(toolchain, board));
    command.args(boards::cargo_config(board).iter().flat_map(|config| ["--config", config]));
    toolchain.build_with(&mut command, "core");
    command.env("GAN_MODEL", input.model).env("GAN_LOAD", input.load.to_string());
    let flag = |set: bool| set.then_some("1");
    for (variable, value) in [
        ("GAN_COUNT_CYCLES", flag(input.count == Count::Cycles)),
        ("GAN_COUNT_PAIR", flag(input.count == Count::Pair)),
        ("GAN_COUNT_CHECK", flag(input.count == Count::Check)),
        ("GAN_COUNT_DECODE", flag(input.count == Count::Decode)),
        ("GAN_PACKING", input.packed_for),
        ("GAN_PLANTED", input.planted),
        ("GAN_FLASH_AT", input.flash_at),
        ("GAN_PUBLIC_KEY", input.key),
        ("GAN_RAM", flag(input.ram)),
    ] {
        match value {
            Some(value) => command.env(variable, value),
            None => command.env_remove(variable),
        };
    }
    command
}

/// Flash that a binary takes besides the blob: the most of all binaries for boards with this
/// kernel, rounded up. RISC-V's code is longer than Arm's. `cargo xtask parity` measures it, so
/// that the checks below stay true.
pub fn code_bytes(kernel: &str) -> u64 {
    if kernel == "rv32im" { 60 << 10 } else { 56 << 10 }
}

/// Bytes of stack that a board needs to check a signature: the application used 8,964 on riscv32.
pub const SIGNATURE_STACK: u64 = 12 << 10;

/// RAM that a binary's statics take besides the model's buffers.
const STATICS_BYTES: u64 = 64;

/// What a model takes of a board: the blob as the firmware's build script packs it, and buffers.
pub struct Needs {
    /// Bytes of the packed blob.
    pub blob: u64,
    /// Bytes of the buffers for two images, each in one piece: those of the `count` binary.
    pub buffers: u64,
    /// Whether the kernel makes two images at a time, which takes layers in its own packing, and a
    /// model that takes no image.
    pub pairs: bool,
}

impl Needs {
    /// Packs the blob for the board.
    pub fn of(board: &Board, blob: &Blob) -> Result<Self> {
        let packing = packing(board)?;
        let packed = blob.pack(packing)?;
        let generator = packed.decode()?;
        let buffers = 2
            * (generator.latent_len() + 4 * generator.scratch_len() + generator.pixels_len())
                as u64;
        let pairs = board.kernel == "dsp"
            && generator.inputs().image().is_none()
            && generator.header().layers.iter().all(|spec| spec.packing == packing);
        Ok(Self { blob: packed.bytes().len() as u64, buffers, pairs })
    }
}

/// Says why a model does not fit a board, or nothing if it does.
///
/// This is asked before building, because the linker's complaint about a region does not say that
/// the model is too large.
pub fn misfit(board: &Board, blob_bytes: u64, buffer_bytes: u64) -> Option<String> {
    let flash = blob_bytes + code_bytes(&board.kernel);
    let ram = buffer_bytes + STATICS_BYTES;
    let Board { name, flash: has_flash, ram: has_ram, .. } = board;
    if flash > has_flash.length {
        Some(format!("needs {flash} bytes of flash, {name} has {}", has_flash.length))
    } else if ram > has_ram.length {
        Some(format!("needs {ram} bytes of RAM, {name} has {} besides its stack", has_ram.length))
    } else {
        None
    }
}
