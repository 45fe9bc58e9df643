//! The parity firmware of a board, and running it with a job in the board's flash.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use object::{Object, ObjectSymbol};

use super::model::Model;
use crate::boards::Board;
use crate::firmware::{self, Input, code_bytes};
use crate::qemu::Run;
use crate::runner::Runner;
use crate::setup::Toolchain;
use crate::{sections, shell, vectors};

/// Held while a binary is built and copied: the next build of it, for whatever board, overwrites
/// it.
static BUILDING: Mutex<()> = Mutex::new(());

/// Builds a binary that carries no model of its own, and returns the path of a copy that stays.
pub fn build(toolchain: Toolchain, board: &Board, bin: &str) -> Result<PathBuf> {
    // Its build script wants a model; always the same, and the same features, so that nothing is
    // built twice.
    let model = vectors::default_model()?;
    let copy = folder()?.join(format!("{}-{bin}.elf", board.name));
    // A build that panicked leaves nothing behind that this one relies on.
    let _building = BUILDING.lock().unwrap_or_else(|error| error.into_inner());
    let elf =
        firmware::build(toolchain, board, bin, Input { every_kind: true, ..Input::model(&model) })?;
    fs::copy(&elf, &copy).with_context(|| shell::relative(&copy))?;
    Ok(copy)
}

/// The folder of the files that the runs need. They are kept, so that a run can be repeated by
/// hand.
fn folder() -> Result<PathBuf> {
    let folder = vectors::scratch()?.join("parity");
    fs::create_dir_all(&folder).with_context(|| shell::relative(&folder))?;
    Ok(folder)
}

/// The firmware, which serves every model.
pub struct Program<'a> {
    board: &'a Board,
    runner: &'a Runner,
    elf: PathBuf,
    /// The address of the job.
    job: u64,
    /// The bytes of flash for the job.
    flash: u64,
    /// The bytes of RAM for the model's buffers.
    ram: u64,
}

impl<'a> Program<'a> {
    pub fn build(toolchain: Toolchain, board: &'a Board, runner: &'a Runner) -> Result<Self> {
        let elf = build(toolchain, board, "parity")?;
        let (code, most) = (sections::of(&elf)?.flash(), code_bytes(&board.kernel));
        ensure!(
            code <= most,
            "{}: the code has {code} bytes: raise code_bytes, which is {most}",
            board.name
        );
        let [job, job_end, free_start, free_end] =
            symbols(&elf, ["_job", "_job_end", "_free_start", "_free_end"])?;
        Ok(Self {
            board,
            runner,
            elf,
            job,
            flash: job_end.saturating_sub(job),
            ram: free_end.saturating_sub(free_start),
        })
    }

    /// Says why a model does not fit, if it does not.
    pub fn misfit(&self, model: &Model, job: &[u8]) -> Result<Option<String>> {
        let (needed, name) = (model.ram(self.board)?, &self.board.name);
        Ok(if job.len() as u64 > self.flash {
            Some(format!(
                "needs {} bytes of flash besides the program, {name} has {}",
                job.len(),
                self.flash
            ))
        } else if needed > self.ram {
            Some(format!(
                "needs {needed} bytes of RAM, {name} has {} besides stack and statics",
                self.ram
            ))
        } else {
            None
        })
    }

    /// Runs a job; `name` tells its file from others of this board.
    pub fn run(&self, name: &str, job: &[u8], limit: Duration) -> Result<Run> {
        let path = folder()?.join(format!("{}-{name}.job", self.board.name));
        fs::write(&path, job).with_context(|| shell::relative(&path))?;
        self.runner.run(self.board, &self.elf, Some((self.job, &path)), limit)
    }
}

/// The values of symbols.
fn symbols<const N: usize>(elf: &Path, names: [&str; N]) -> Result<[u64; N]> {
    let bytes = fs::read(elf).with_context(|| shell::relative(elf))?;
    let file = object::File::parse(&*bytes).with_context(|| shell::relative(elf))?;
    let value = |name| {
        file.symbols().find(|symbol| symbol.name() == Ok(name)).map(|symbol| symbol.address())
    };
    let values = names.iter().map(|name| {
        value(name).with_context(|| format!("{}: no symbol {name}", shell::relative(elf)))
    });
    values.collect::<Result<Vec<_>>>()?.try_into().map_err(|_| anyhow!("as many values as names"))
}
