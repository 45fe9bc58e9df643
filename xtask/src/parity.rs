//! Compares every kernel with the reference, in QEMU or on a real board: by whole images of models,
//! layers of many sizes, and drills.

mod drill;
mod mismatch;
mod model;
mod program;
mod table;

use crate::boards;
use crate::firmware::Needs;
use crate::prelude::*;
use crate::qemu::{End, Run};
use crate::runner::Runner;
use crate::setup;
use mismatch::Mismatch;
use model::Model;
use program::Program;
use table::Row;

/// A run takes under two seconds; a slow, busy machine and a large model may take much longer.
const LIMIT: Duration = Duration::from_secs(120);

/// The output about one board. It is kept together while another board is tested.
type Output = String;

/// Adds a line to a board's output.
macro_rules! say {
    ($output:expr, $($line:tt)*) => {{
        $output.push_str(&format!($($line)*));
        $output.push('\n');
    }};
}
use say;

/// Runs the given model on each board; or all that fit, the kernel by itself, and the drills. One
/// check for each.
pub fn run(boards: &[&'static Board], model: Option<&Path>, runner: &Runner) -> Result<Tally> {
    let paths = match model {
        Some(_) => vec![vectors::given(model)?],
        None => vectors::models()?,
    };
    let models = paths.iter().map(|path| Model::read(path)).collect::<Result<Vec<_>>>()?;
    let toolchain = setup::firmware(boards)?;
    let suite = Suite { toolchain, models: &models, all: model.is_none(), runner };

    // While one board's firmware is built, which is one thread's work, another's runs.
    let (mut tally, mut rows) = (Tally::default(), Vec::new());
    let board = |board: &&'static Board| suite.board(board);
    boards::at_once(boards, board, |(row, of_board, output)| {
        print!("{output}");
        tally += of_board;
        rows.push(row);
    });
    ensure!(rows.len() == boards.len(), "{} boards of {} came to an end", rows.len(), boards.len());
    rows.sort_by_key(|row| boards.iter().position(|board| board.name == row.board));
    print!("\n{}\n", table::text(&rows));
    println!("parity: {tally}");
    Ok(tally)
}

/// Compares the images of these cases, in every way that a board makes them. An error names the
/// first that is wrong.
pub fn compare(
    toolchain: Toolchain,
    board: &Board,
    blob: &Blob,
    cases: Vec<gan_tests::job::Case>,
) -> Result<()> {
    let program = Program::build(toolchain, board, &Runner::Qemu)?;
    let model = Model { cases, ..Model::read(blob.path())? };
    match run_model(board, &program, &model)? {
        Outcome::Passed { .. } => Ok(()),
        Outcome::Misfit(reason) => bail!("{reason}"),
    }
}

/// What is run on each board.
#[derive(Clone, Copy)]
struct Suite<'a> {
    toolchain: Toolchain,
    models: &'a [Model],
    /// Not only models.
    all: bool,
    runner: &'a Runner,
}

impl Suite<'_> {
    fn board(&self, board: &'static Board) -> (Row, Tally, Output) {
        let (start, mut output, mut row) = (Instant::now(), Output::new(), Row::new(board));
        let mut tally = Tally::default();
        if self.all {
            tally += self.kernel(board, &mut row, &mut output);
        }
        let rest = Program::build(self.toolchain, board, self.runner).and_then(|program| {
            for model in self.models {
                tally += self.model(board, &program, model, &mut row, &mut output);
            }
            if self.all && self.runner.tells_exit_codes() {
                tally += drill::run(board, &program, &mut output)?;
            } else if self.all {
                say!(output, "SKIPPED drills {}: a probe does not tell exit codes", board.name);
            }
            Ok(())
        });
        if let Err(error) = rest {
            say!(output, "FAILED parity {}: {error:#}", board.name);
            tally += Tally::one(false);
        }
        row.seconds = start.elapsed().as_secs_f64();
        (row, tally, output)
    }

    /// Compares the board's kernel with the scalar loops, on layers of many sizes.
    fn kernel(&self, board: &Board, row: &mut Row, output: &mut Output) -> Tally {
        let outcome = || -> Result<(String, Tally)> {
            let elf = program::build(self.toolchain, board, "kernels")?;
            program::all_is_watched(&elf)?;
            let run = self.runner.run_interrupted(board, &elf, LIMIT)?;
            let name =
                run.lines.iter().find_map(|line| line.strip_prefix("kernel ")?.split(' ').next());
            match (run.end, counts(&run.lines, "kernels: ")) {
                (End::Exit(0), Some(counts)) if counts.failed == 0 && counts.passed > 0 => {
                    let name = name.unwrap_or("without a name");
                    let seen = ["registers: ", "interrupts: ", "SKIPPED interrupts: "];
                    let seen = run
                        .lines
                        .iter()
                        .filter(|line| seen.iter().any(|beginning| line.starts_with(beginning)));
                    let seen: String = seen.map(|line| format!("\n  {line}")).collect();
                    let seconds = run.elapsed.as_secs_f64();
                    Ok((format!("{name}: {counts} ({seconds:.1} s){seen}"), counts))
                }
                (end, _) => bail!("{end}\n  {}", run.lines.join("\n  ")),
            }
        };
        let outcome = outcome();
        match &outcome {
            Ok((summary, counts)) => {
                row.layers = counts.passed;
                say!(output, "parity {} kernel {summary}", board.name);
            }
            Err(error) => say!(output, "FAILED parity {} kernel: {error:#}", board.name),
        }
        Tally::one(outcome.is_ok())
    }

    fn model(
        &self,
        board: &Board,
        program: &Program<'_>,
        model: &Model,
        row: &mut Row,
        output: &mut Output,
    ) -> Tally {
        let name = format!("{} {}", board.name, model.blob.stem());
        let outcome = run_model(board, program, model);
        match &outcome {
            Ok(Outcome::Passed { images, text, skipped }) => {
                skipped.iter().for_each(|line| say!(output, "{line} ({name})"));
                say!(output, "parity {name}: {text}");
                row.images += images;
            }
            Ok(Outcome::Misfit(reason)) => {
                say!(output, "SKIPPED parity {name}: {reason}");
                row.skipped += 1;
                return Tally::default();
            }
            Err(error) => say!(output, "FAILED parity {name}: {error:#}"),
        }
        let tally = Tally::one(outcome.is_ok());
        row.models += tally;
        tally
    }
}

/// The outcome of one model on one board.
enum Outcome {
    /// All images are right: how many were compared, the firmware's own summary, and what it left
    /// out.
    Passed { images: u32, text: String, skipped: Vec<String> },
    /// The board is too small, for the reason that is given.
    Misfit(String),
}

/// Runs a model. An error has the place of each mismatch, and then all lines of the firmware except
/// its traces.
fn run_model(board: &Board, program: &Program<'_>, model: &Model) -> Result<Outcome> {
    let job = model.job(board)?;
    if let Some(reason) = program.misfit(model, &job)? {
        return Ok(Outcome::Misfit(reason));
    }
    let (stem, needs) = (model.blob.stem(), Needs::of(board, &model.blob)?);
    let run = program.run(&stem, &job, LIMIT)?;
    // Not the first line only: QEMU may have said something before.
    let said =
        |kernel: &str| run.lines.iter().any(|line| line.ends_with(&format!(", kernel {kernel}")));
    match (run.end, summary(&run)) {
        (End::Exit(0), Some(counts)) if counts.failed == 0 && counts.passed > 0 => {
            let (kernel, first) = (&board.kernel, run.lines.first());
            ensure!(said(kernel), "another kernel than {kernel} ran: {first:?}");
            let made = |way: &str| {
                run.lines.iter().find_map(|line| parse(line, way)).map_or(0, |counts| counts.passed)
            };
            let mut skipped: Vec<_> =
                run.lines.iter().filter(|line| line.starts_with("SKIPPED")).cloned().collect();
            // Every image must have come in every way; the last of an odd number goes with one that
            // was there already.
            let images = model.images_compared()?;
            let pairs =
                if needs.pairs && skipped.is_empty() { images.next_multiple_of(2) } else { 0 };
            let [images_made, rows_made, pairs_made] = ["images: ", "rows: ", "pairs: "].map(made);
            ensure!(
                [images_made, rows_made, pairs_made] == [images, images, pairs],
                "{images_made} images, {rows_made} by lines, {pairs_made} in pairs; \
                 expected {images}, {images}, {pairs}"
            );
            if model.cases.is_empty() {
                let reason = if model.reference.takes_image() {
                    "a board draws no image to put in"
                } else {
                    "the pixels of a float model need not be the same to the last bit"
                };
                skipped.push(format!("SKIPPED digests: {reason}"));
            }
            let text = format!("{counts} ({:.1} s)", run.elapsed.as_secs_f64());
            Ok(Outcome::Passed { images: images_made + rows_made + pairs_made, text, skipped })
        }
        (end, _) => {
            let mismatches = Mismatch::all(&run.lines);
            let told = mismatches
                .iter()
                .map(|found| found.describe(&board.name, &board.kernel, &stem, &model.reference));
            let lines = run.lines.iter().filter(|line| !line.starts_with("trace ")).cloned();
            let all: Vec<_> = [end.to_string()].into_iter().chain(told).chain(lines).collect();
            bail!("{}", all.join("\n  "))
        }
    }
}

/// Returns the firmware's last line, if there is one.
fn summary(run: &Run) -> Option<Tally> {
    counts(&run.lines, "parity: ")
}

/// Returns the counts in the last line that begins with `name`. QEMU's own warnings are among the
/// lines, and may come after it.
fn counts(lines: &[String], name: &str) -> Option<Tally> {
    lines.iter().rev().find_map(|line| parse(line, name))
}

fn parse(line: &str, name: &str) -> Option<Tally> {
    Tally::parse(line.strip_prefix(name)?, ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_of_qemu_after_the_summary_hides_nothing() {
        let lines = [
            "parity: 3 passed, 1 failed",
            "parity: 9 passed, 2 failed",
            "Timer with period zero, disabling",
        ];
        let counts = counts(&lines.map(str::to_owned), "parity: ").unwrap();
        assert_eq!((counts.passed, counts.failed), (9, 2));
    }
}
