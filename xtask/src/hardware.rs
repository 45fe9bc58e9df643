//! The application for boards: built, measured, and written in the formats that tools take.

use anyhow::Error;

use crate::boards;
use crate::firmware::{self, Display, Input};
use crate::prelude::*;
use crate::room;
use crate::sections::{Size, grouped};
use crate::setup;
use crate::{guarded, image, partition, uf2};

/// One board.
#[derive(Debug, clap::Args)]
pub struct One {
    /// The board
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = boards::LIST,
        value_parser = boards::select_one
    )]
    pub board: &'static Board,
}

/// What is built.
#[derive(Debug, clap::Args)]
pub struct Wanted {
    #[command(flatten)]
    pub on: One,
    /// A .gan file; without it, the built-in digits
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// Make room for models of this many bytes that come over the console with `load`
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    pub load: usize,
    /// Copy the model into RAM when the program starts: faster where the flash is slow
    #[arg(long)]
    pub ram: bool,
    /// Look for another model at this address of flash, and run it if it is there: `cargo xtask
    /// flash-model` puts it there without touching the program
    #[arg(long, value_name = "ADDRESS")]
    pub flash_at: Option<String>,
    /// Take only models that are signed with the secret key of this public one, over the console
    /// and from --flash-at; `gan keygen` makes both
    #[arg(long, value_name = "FILE.pub.pem")]
    pub key: Option<PathBuf>,
    /// Use a display; docs/adding-a-board.md has its pins
    #[arg(long)]
    pub display: Option<Display>,
    /// The same as `--display oled`
    #[arg(long, conflicts_with = "display")]
    pub oled: bool,
}

impl Wanted {
    /// Returns a board's application with a model and nothing else.
    pub fn new(board: &'static Board, model: Option<PathBuf>) -> Self {
        let on = One { board };
        let (flash_at, key, display) = (None, None, None);
        Self { on, model, load: 0, ram: false, flash_at, key, display, oled: false }
    }

    /// Returns the display that was asked for.
    pub fn display(&self) -> Option<Display> {
        if self.oled { Some(Display::Oled) } else { self.display }
    }

    /// Returns the model's file, from any folder.
    pub fn model(&self) -> Result<PathBuf> {
        vectors::given(self.model.as_deref())
    }

    /// Returns the digits of the key.
    pub fn digits(&self) -> Result<Option<String>> {
        self.key.as_deref().map(partition::public_key).transpose()
    }

    /// Returns the input of the build, with that file and those digits.
    pub fn input<'a>(&'a self, model: &'a Path, key: Option<&'a str>) -> Input<'a> {
        let (load, ram, display) = (self.load, self.ram, self.display());
        Input { load, ram, flash_at: self.flash_at.as_deref(), key, display, ..Input::model(model) }
    }
}

/// Files that were built.
pub struct Built {
    /// The program.
    pub elf: PathBuf,
    /// The UF2 file, for the drive that the chip's boot loader shows.
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
pub fn firmware(wanted: &Wanted, outputs: &Outputs) -> Result<()> {
    let board = wanted.on.board;
    let takes_uf2 = outputs.output.is_none() || board.uf2.is_some();
    ensure!(takes_uf2, "--output: {} takes no UF2 files", board.name);
    // A file that is not there is told before what is missing to build.
    wanted.model()?;
    let built = build(setup::firmware(&[board])?, wanted)?;
    let elf = shell::read(&built.elf)?;
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
/// and checks the guard of the stack and the UF2 files. Displays are left to clippy, and those of
/// the Pico to rp2040js.
pub fn check(toolchain: Toolchain, boards: &[&'static Board]) -> Result<()> {
    boards::by_package(boards, |board| {
        let wanted = Wanted::new(board, None);
        let built = build(toolchain, &wanted).with_context(|| board.name.clone())?;
        guarded::check(board, &built.elf)?;
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
pub fn build(toolchain: Toolchain, wanted: &Wanted) -> Result<Built> {
    let (board, display) = (wanted.on.board, wanted.display());
    if let Some(display) = display {
        ensure!(
            display.pins(board).is_some(),
            "--display {}: nothing connects it to {}; docs/adding-a-board.md says how",
            display.name(),
            board.name
        );
    }
    if let Some(address) = &wanted.flash_at {
        board.partition(address).map_err(Error::msg).context("--flash-at")?;
    }
    let (model, key) = (wanted.model()?, wanted.digits()?);
    let (elf, size) = room::build(toolchain, board, wanted.input(&model, key.as_deref()))?;
    let with_display = display.map(|display| format!("-{}", display.name())).unwrap_or_default();
    let in_ram = if wanted.ram { "-ram" } else { "" };
    let name = format!("{}{with_display}{in_ram}", shell::stem(&model));
    report(board, &name, size)?;
    println!("ELF    {}", relative(&elf));
    let mut built = Built { elf, uf2: None };
    if let Some(family) = board.uf2 {
        let path = built.elf.with_file_name(format!("{}-{name}.uf2", board.name));
        let elf = shell::read(&built.elf)?;
        shell::write(&path, &uf2::of_elf(&elf, family)?)?;
        println!("UF2    {}", relative(&path));
        built.uf2 = Some(path);
    }
    Ok(built)
}

/// What the firmware takes and leaves of the board's memories.
fn report(board: &Board, model: &str, size: Size) -> Result<()> {
    println!("{model} on {} ({})", board.name, board.core);
    let stack = board.stack.length;
    let of_it = format!(", of which {} are the stack", grouped(stack));
    for (name, used, all, of_it) in [
        ("flash", size.flash(), board.flash.length, ""),
        ("RAM", size.ram() + stack, board.ram.length + stack, &*of_it),
    ] {
        let left = all.checked_sub(used);
        let left =
            left.with_context(|| format!("{used} bytes of {name}, and {all} are all there is"))?;
        let [used, all, left] = [used, all, left].map(grouped);
        println!("{name:<6} {used} of {all} bytes used{of_it}, {left} left");
    }
    Ok(())
}
