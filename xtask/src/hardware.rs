//! The application for boards: built, measured, and written in the formats that tools take.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, ensure};

use crate::boards::{self, Board};
use crate::firmware::{self, Input};
use crate::room;
use crate::sections::{Size, grouped};
use crate::setup::{self, Toolchain};
use crate::shell::{self, relative};
use crate::{image, uf2, vectors};

/// What is built.
pub struct Wanted<'a> {
    /// For this board.
    pub board: &'a Board,
    /// With this model; without one, the built-in digits.
    pub model: Option<&'a Path>,
    /// With room for models of this many bytes that come over the console.
    pub load: usize,
    /// With the model in RAM.
    pub ram: bool,
    /// That looks for another model at this address.
    pub flash_at: Option<&'a str>,
    /// With a display.
    pub oled: bool,
}

/// Files that were built.
pub struct Built {
    /// The program.
    pub elf: PathBuf,
    /// The same for the drive that the chip's boot loader shows.
    pub uf2: Option<PathBuf>,
}

/// Where copies of the program go, in the formats that other tools take.
#[derive(Debug, Default, clap::Args)]
pub struct Outputs {
    /// Where the UF2 file of a Pico goes; without it, next to the ELF file
    #[arg(short, long, value_name = "FILE.uf2")]
    pub output: Option<PathBuf>,
    /// Also write what goes into flash as it is, from the first address on
    #[arg(long, value_name = "FILE.bin")]
    pub bin: Option<PathBuf>,
    /// Also write an Intel HEX file
    #[arg(long, value_name = "FILE.hex")]
    pub hex: Option<PathBuf>,
}

/// Builds the application, and says what it takes of the board and where it is.
pub fn firmware(wanted: &Wanted<'_>, outputs: &Outputs) -> Result<()> {
    ensure!(
        outputs.output.is_none() || wanted.board.uf2.is_some(),
        "--output: {} takes no UF2 files",
        wanted.board.name
    );
    let built = build(setup::firmware(&[wanted.board])?, wanted)?;
    let elf = fs::read(&built.elf).with_context(|| relative(&built.elf))?;
    if let (Some(to), Some(from)) = (&outputs.output, &built.uf2) {
        shell::write(to, &fs::read(from)?)?;
        println!("UF2    {}", relative(to));
    }
    if let Some(path) = &outputs.bin {
        let (start, bytes) = image::flat(&elf)?;
        shell::write(path, &bytes)?;
        println!("binary {}, from address {start:#010x}", relative(path));
    }
    if let Some(path) = &outputs.hex {
        shell::write(path, image::hex(&elf)?.as_bytes())?;
        println!("HEX    {}", relative(path));
    }
    Ok(())
}

/// Builds every board's application and its example `digit`, with the model that stands for all,
/// and checks the UF2 files. Displays are left to clippy.
pub fn check(toolchain: Toolchain, boards: &[&Board]) -> Result<()> {
    boards::by_package(boards, |board| {
        let wanted =
            Wanted { board, model: None, load: 0, ram: false, flash_at: None, oled: false };
        let built = build(toolchain, &wanted).with_context(|| board.name.clone())?;
        if let (Some(family), Some(path)) = (board.uf2, built.uf2) {
            let (file, elf) = (fs::read(&path)?, fs::read(&built.elf)?);
            uf2::check(&file, &elf, family).with_context(|| relative(&path))?;
        }
        let model = vectors::default_model()?;
        firmware::build(toolchain, board, "digit", Input::model(&model))
    })?;
    Ok(())
}

/// Builds the application, and says what it takes of the board and where it is.
pub fn build(toolchain: Toolchain, wanted: &Wanted<'_>) -> Result<Built> {
    let &Wanted { board, load, ram, flash_at, oled, .. } = wanted;
    ensure!(
        board.oled || !oled,
        "--oled: nothing connects a display to {}; docs/adding-a-board.md says how",
        board.name
    );
    if let Some(address) = flash_at {
        board.partition(address).map_err(Error::msg).context("--flash-at")?;
    }
    let model = match wanted.model {
        // The firmware's build script runs in another folder.
        Some(path) => path.canonicalize().with_context(|| path.display().to_string())?,
        None => vectors::default_model()?,
    };
    let (elf, size) =
        room::build(toolchain, board, Input { load, ram, flash_at, oled, ..Input::model(&model) })?;
    let stem = model.file_stem().unwrap_or_default().to_string_lossy();
    let name =
        format!("{stem}{}{}", if oled { "-oled" } else { "" }, if ram { "-ram" } else { "" });
    report(board, &name, size)?;
    println!("ELF    {}", relative(&elf));
    let mut built = Built { elf, uf2: None };
    if let Some(family) = board.uf2 {
        let path = built.elf.with_file_name(format!("{}-{name}.uf2", board.name));
        let elf = fs::read(&built.elf).with_context(|| relative(&built.elf))?;
        shell::write(&path, &uf2::of_elf(&elf, family)?)?;
        println!("UF2    {}", relative(&path));
        built.uf2 = Some(path);
    }
    Ok(built)
}

/// What the firmware takes and leaves of the board's memories.
fn report(board: &Board, model: &str, size: Size) -> Result<()> {
    println!("{model} on {} ({})", board.name, board.core);
    for (name, used, all) in [
        ("flash", size.flash(), board.flash.length),
        ("RAM", size.ram() + board.stack.length, board.ram.length + board.stack.length),
    ] {
        let left = all
            .checked_sub(used)
            .with_context(|| format!("{used} bytes of {name}, and {all} are all there is"))?;
        let stack = if name == "RAM" {
            format!(", of which {} are the stack", grouped(board.stack.length))
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
