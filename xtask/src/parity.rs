//! The golden vectors on every board, in QEMU.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use gan_tests::make;

use crate::blob::Blob;
use crate::boards::Board;
use crate::firmware::{self, CODE_BYTES, Input, Needs};
use crate::qemu::{self, End, Run};
use crate::setup::{self, Toolchain};
use crate::tally::Tally;
use crate::{drill, size, vectors};

/// A run takes under a second; a slow, busy machine and a large model may take a hundred times as long.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs the given model, or all that fit, on each board, then the drills. One check for each model and board.
pub fn run(boards: &[&Board], model: Option<&Path>) -> Result<Tally> {
    let toolchain = setup::run()?;
    let models = match model {
        // The firmware's build script runs in another folder.
        Some(path) => vec![path.canonicalize().with_context(|| path.display().to_string())?],
        None => vectors::models()?,
    };
    let mut tally = Tally::default();
    for board in boards {
        tally += kernel_on(toolchain, board, &models);
        tally += models_on(toolchain, board, &models);
        tally += drill::run(toolchain, board)?;
    }
    println!("parity: {tally}");
    Ok(tally)
}

/// The board's kernel against the scalar loops, over layers of many sizes.
fn kernel_on(toolchain: Toolchain, board: &Board, models: &[PathBuf]) -> Tally {
    let outcome = || -> Result<String> {
        // It carries no model, but its build script wants one.
        let model = models.first().context("models/ holds no model")?;
        let elf = firmware::build(toolchain, board, "kernels", Input::model(model))?;
        let run = qemu::run(board, &elf, LIMIT, |_| {})?;
        // Not the first line: QEMU may have said something before.
        let name = run.lines.iter().find_map(|line| line.strip_prefix("kernel ")?.split(' ').next()).unwrap_or("without a name");
        match (run.end, counts(&run, "kernels: ")) {
            (End::Exit(0), Some(counts)) if counts.failed == 0 && counts.passed > 0 => {
                Ok(format!("{name}: {counts} ({:.1} s)", run.elapsed.as_secs_f64()))
            }
            (end, _) => bail!("{end}\n  {}", run.lines.join("\n  ")),
        }
    };
    let outcome = outcome();
    match &outcome {
        Ok(summary) => println!("parity {} kernel {summary}", board.name),
        Err(error) => println!("FAILED parity {} kernel: {error:#}", board.name),
    }
    Tally::one(outcome.is_ok())
}

fn models_on(toolchain: Toolchain, board: &Board, models: &[PathBuf]) -> Tally {
    let mut tally = Tally::default();
    for path in models {
        let name = format!("{} {}", board.name, path.file_stem().unwrap_or_default().display());
        let outcome = model_on(toolchain, board, path);
        match &outcome {
            Ok(Outcome::Passed(summary)) => println!("parity {name}: {summary}"),
            Ok(Outcome::Misfit(reason)) => println!("SKIPPED parity {name}: {reason}"),
            Err(error) => println!("FAILED parity {name}: {error:#}"),
        }
        tally += match outcome {
            Ok(Outcome::Misfit(_)) => Tally::default(),
            outcome => Tally::one(outcome.is_ok()),
        };
    }
    tally
}

/// What came of one model on one board, if nothing went wrong.
enum Outcome {
    /// All vectors passed; the firmware's own summary.
    Passed(String),
    /// The board is too small, and in what.
    Misfit(String),
}

fn model_on(toolchain: Toolchain, board: &Board, path: &Path) -> Result<Outcome> {
    let blob = Blob::read(path)?;
    let images = vectors::images_of(&blob)?;
    let vectors_bytes = fs::metadata(&images)?.len() + make::arithmetic().len() as u64;
    let needs = Needs::of(board, &blob)?;
    if let Some(reason) = firmware::misfit(board, needs.blob, vectors_bytes, needs.whole)? {
        return Ok(Outcome::Misfit(reason));
    }
    let elf = firmware::build(toolchain, board, "parity", Input { vectors: Some(&images), ..Input::model(path) })?;
    let code = size::of(&elf)?.flash().saturating_sub(needs.blob + vectors_bytes);
    ensure!(code <= CODE_BYTES, "the code has {code} bytes: raise CODE_BYTES, which is {CODE_BYTES}");

    let run = qemu::run(board, &elf, LIMIT, |_| {})?;
    match (run.end, summary(&run)) {
        (End::Exit(0), Some(counts)) if counts.failed == 0 && counts.passed > 0 => {
            Ok(Outcome::Passed(format!("{counts} ({:.1} s)", run.elapsed.as_secs_f64())))
        }
        (end, _) => bail!("{end}\n  {}", run.lines.join("\n  ")),
    }
}

/// The firmware's last line, if there is one.
pub fn summary(run: &Run) -> Option<Tally> {
    counts(run, "parity: ")
}

/// The counts in the last line, which begins with `name`.
fn counts(run: &Run, name: &str) -> Option<Tally> {
    Tally::parse(run.lines.last()?.strip_prefix(name)?, ',')
}
