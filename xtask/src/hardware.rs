//! Firmware for boards: what it takes, UF2 files, and putting it on a board.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::boards::Board;
use crate::firmware::{self, Input};
use crate::room::{self, grouped};
use crate::sections::Size;
use crate::setup::{self, Toolchain};
use crate::shell::{self, relative};
use crate::{uf2, vectors};

/// What is built.
pub struct Wanted<'a> {
    /// For this board.
    pub board: &'a Board,
    /// With this model; without one, the built-in digits.
    pub model: Option<&'a Path>,
    /// With room for models of this many bytes that come over the console.
    pub load: usize,
    /// With a display.
    pub oled: bool,
}

/// Files that were built.
struct Built {
    elf: PathBuf,
    uf2: Option<PathBuf>,
}

/// Builds the application, and says what it takes of the board and where it is.
pub fn firmware(wanted: &Wanted<'_>, output: Option<&Path>) -> Result<()> {
    ensure!(
        output.is_none() || wanted.board.uf2.is_some(),
        "--output: {} takes no UF2 files",
        wanted.board.name
    );
    build(setup::firmware()?, wanted, output).map(|_| ())
}

/// Builds the application and puts it on the board that is connected.
pub fn flash(wanted: &Wanted<'_>) -> Result<()> {
    let board = wanted.board;
    let told = board.chip.as_deref().or(board.espflash.as_deref());
    ensure!(
        told.is_some(),
        "{0}: boards.toml does not say how to flash it; `cargo xtask console --board {0}` runs it \
         in QEMU",
        board.name
    );
    let built = build(setup::firmware()?, wanted, None)?;
    if let Some(chip) = &board.espflash {
        ensure!(
            shell::available("espflash"),
            "not flashed: espflash is not installed; `cargo install espflash --locked` installs it"
        );
        return shell::run(
            Command::new("espflash").args(["flash", "--chip", chip]).arg(&built.elf),
        );
    }
    let chip =
        board.chip.as_deref().with_context(|| format!("{}: no chip in boards.toml", board.name))?;
    if !shell::available("probe-rs") {
        let probe = "not flashed: probe-rs is not installed; \
                     `cargo install probe-rs-tools --locked` installs it, \
                     https://probe.rs has binaries";
        match built.uf2 {
            Some(uf2) => {
                bail!(
                    "{probe}. Without a probe: hold BOOTSEL, connect USB and copy {} \
                     to the drive that appears",
                    relative(&uf2)
                )
            }
            None => bail!("{probe}"),
        }
    }
    shell::run(Command::new("probe-rs").args(["download", "--chip", chip]).arg(&built.elf))?;
    shell::run(Command::new("probe-rs").args(["reset", "--chip", chip]))
}

/// Builds every board's application and its example `digit`, with the model that stands for all,
/// and checks the UF2 files. Displays are left to clippy.
pub fn check(toolchain: Toolchain, boards: &[&Board]) -> Result<()> {
    for board in boards {
        let wanted = Wanted { board, model: None, load: 0, oled: false };
        let built = build(toolchain, &wanted, None).with_context(|| board.name.clone())?;
        if let (Some(family), Some(path)) = (board.uf2, built.uf2) {
            let (file, elf) = (fs::read(&path)?, fs::read(&built.elf)?);
            uf2::check(&file, &elf, family).with_context(|| relative(&path))?;
        }
        let model = vectors::default_model()?;
        firmware::build(toolchain, board, "digit", Input::model(&model))?;
    }
    Ok(())
}

fn build(toolchain: Toolchain, wanted: &Wanted<'_>, output: Option<&Path>) -> Result<Built> {
    let &Wanted { board, load, oled, .. } = wanted;
    ensure!(
        board.oled || !oled,
        "--oled: nothing connects a display to {}; docs/adding-a-board.md says how",
        board.name
    );
    let model = match wanted.model {
        // The firmware's build script runs in another folder.
        Some(path) => path.canonicalize().with_context(|| path.display().to_string())?,
        None => vectors::default_model()?,
    };
    let (elf, size) = room::build(toolchain, board, Input { load, oled, ..Input::model(&model) })?;
    let stem = model.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}{}", if oled { "-oled" } else { "" });
    report(board, &name, size)?;
    println!("ELF    {}", relative(&elf));
    let mut built = Built { elf, uf2: None };
    if let Some(family) = board.uf2 {
        let path = match output {
            Some(path) => path.to_path_buf(),
            None => built.elf.with_file_name(format!("{}-{name}.uf2", board.name)),
        };
        let elf = fs::read(&built.elf).with_context(|| relative(&built.elf))?;
        shell::write(&path, &uf2::of_elf(&elf, family)?)?;
        println!("UF2    {}", relative(&path));
        built.uf2 = Some(path);
    }
    Ok(built)
}

/// What the firmware takes and leaves of the board's memories.
fn report(board: &Board, model: &str, size: Size) -> Result<()> {
    let memory = board.memory()?;
    println!("{model} on {} ({})", board.name, board.core);
    for (name, used, all) in [
        ("flash", size.flash(), memory.flash),
        ("RAM", size.ram() + memory.stack, memory.ram + memory.stack),
    ] {
        let left = all
            .checked_sub(used)
            .with_context(|| format!("{used} bytes of {name}, and {all} are all there is"))?;
        let stack = if name == "RAM" {
            format!(", of which {} are the stack", grouped(memory.stack))
        } else {
            String::new()
        };
        println!(
            "{name:<6} {} of {} bytes used{stack}, {} left",
            grouped(used),
            grouped(all),
            grouped(left)
        );
    }
    Ok(())
}
