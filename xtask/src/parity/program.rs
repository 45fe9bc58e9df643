//! The parity firmware of a board, and running it with a job in the board's flash.

use std::sync::Mutex;

use object::{Object, ObjectSymbol};

use super::model::Model;
use crate::firmware::{self, Input, code_bytes};
use crate::prelude::*;
use crate::qemu::Run;
use crate::runner::Runner;
use crate::sections;

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
    let input = Input { every_kind: true, ..Input::model(&model) };
    let elf = firmware::build(toolchain, board, bin, input)?;
    fs::copy(&elf, &copy).with_context(|| relative(&copy))?;
    Ok(copy)
}

/// Returns the folder of the files that the runs need. They are kept, so that a run can be repeated
/// by hand.
fn folder() -> Result<PathBuf> {
    shell::scratch("parity")
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
        let (flash, ram) = (job.len() as u64, model.ram(self.board)?);
        let Self { board: Board { name, .. }, flash: has_flash, ram: has_ram, .. } = self;
        Ok(if flash > *has_flash {
            Some(format!(
                "needs {flash} bytes of flash besides the program, {name} has {has_flash}"
            ))
        } else if ram > *has_ram {
            Some(format!(
                "needs {ram} bytes of RAM, {name} has {has_ram} besides stack and statics"
            ))
        } else {
            None
        })
    }

    /// Runs a job; `name` tells its file from others of this board.
    pub fn run(&self, name: &str, job: &[u8], limit: Duration) -> Result<Run> {
        let path = folder()?.join(format!("{}-{name}.job", self.board.name));
        fs::write(&path, job).with_context(|| relative(&path))?;
        self.runner.run(self.board, &self.elf, Some((self.job, &path)), limit)
    }
}

/// Fails if the checks of the kernels do not watch every function of the assembly: the linker
/// calls `__wrap_NAME` in place of each one that `build.rs` of the checks has in its list.
pub fn all_is_watched(elf: &Path) -> Result<()> {
    let bytes = shell::read(elf)?;
    let file = object::File::parse(&*bytes).with_context(|| relative(elf))?;
    let names: Vec<_> = file.symbols().filter_map(|symbol| symbol.name().ok()).collect();
    let assembly = names.iter().filter(|name| name.starts_with("gan_core_"));
    let mut count = 0;
    for name in assembly {
        ensure!(
            names.iter().any(|other| other.strip_prefix("__wrap_") == Some(name)),
            "{name} of the assembly is not in the lists of gan-embedded/checks: build.rs, and \
             src/bin/kernels/watch/"
        );
        count += 1;
    }
    ensure!(count > 0, "{}: no assembly", relative(elf));
    Ok(())
}

/// Returns the values of symbols.
fn symbols<const N: usize>(elf: &Path, names: [&str; N]) -> Result<[u64; N]> {
    let bytes = shell::read(elf)?;
    let file = object::File::parse(&*bytes).with_context(|| relative(elf))?;
    let value = |name| {
        file.symbols().find(|symbol| symbol.name() == Ok(name)).map(|symbol| symbol.address())
    };
    let values = names
        .iter()
        .map(|name| value(name).with_context(|| format!("{}: no symbol {name}", relative(elf))));
    values.collect::<Result<Vec<_>>>()?.try_into().map_err(|_| anyhow!("as many values as names"))
}
