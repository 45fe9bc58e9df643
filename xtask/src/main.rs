//! `cargo xtask`: everything that is done to the repository as a whole. One file for each task.

mod arguments;
mod blob;
mod boards;
mod card;
mod console;
mod count;
mod docs;
mod embassy;
mod emulated;
mod firmware;
mod fit;
mod hardware;
mod models;
mod outsider;
mod parity;
mod publish;
mod qemu;
mod release;
mod room;
mod rustc;
mod sections;
mod setup;
mod shell;
mod size;
mod soak;
mod sources;
mod symbols;
mod tally;
mod test;
mod uf2;
mod vectors;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use arguments::{Boards, Emulated, LIST, Wanted};
use tally::Tally;

/// Repository tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", after_help = setup::HELP)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the other tasks need: rustfmt, clippy, firmware targets, QEMU, a C compiler.
    /// Quick when all is there
    Setup,
    /// Everything that has to pass, ending with one line "N passed, N failed"
    Test {
        /// Only setup and the steps whose name contains this
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
    },
    /// Compare every kernel with the reference on QEMU: models, images, layers of many sizes; and
    /// check that no failure looks like success. With --model only that model
    Parity {
        #[command(flatten)]
        on: Emulated,
        /// A .gan file; without it, those of models/
        #[arg(long)]
        model: Option<PathBuf>,
    },
    /// Talk to the application on a board in QEMU: a line console that draws images
    Console {
        /// The board
        #[arg(long, num_args = 0..=1, default_missing_value = LIST, value_parser = boards::select)]
        board: Boards,
        /// A .gan file; without it, the built-in digits
        #[arg(long)]
        model: Option<PathBuf>,
        /// Commands, separated by semicolons; `load FILE` sends a file. Without it, the terminal is
        /// the console
        #[arg(long, value_name = "COMMANDS")]
        send: Option<String>,
        /// Then save what its display shows
        #[arg(long, value_name = "FILE.png", requires = "send")]
        screen: Option<PathBuf>,
        /// Make room for models of this many bytes that come with `load`
        #[arg(long, value_name = "BYTES", default_value_t = 0)]
        load: usize,
        /// Let every instruction take a nanosecond, so that `bench` counts them
        #[arg(long)]
        icount: bool,
    },
    /// Build the application for a board, and say what flash and RAM it takes and leaves
    Firmware {
        #[command(flatten)]
        wanted: Wanted,
        /// Where the UF2 file of a Pico goes; without it, next to the ELF file
        #[arg(short, long, value_name = "FILE.uf2")]
        output: Option<PathBuf>,
    },
    /// Build the application and put it on a board that is connected, with probe-rs or espflash
    Flash(Wanted),
    /// Flash and RAM of the firmware, for each board and binary
    Size {
        /// One board, or `all`
        #[arg(
            long,
            default_value = "all",
            num_args = 0..=1,
            default_missing_value = LIST,
            value_parser = boards::select_any
        )]
        board: Boards,
        /// A .gan file; without it, the built-in digits
        #[arg(long)]
        model: Option<PathBuf>,
        /// Compare with the sizes that `gan fit` has in it: an error if one is larger
        #[arg(long, conflicts_with_all = ["board", "model"])]
        check: bool,
        /// Rewrite those sizes
        #[arg(long, conflicts_with_all = ["check", "board", "model"])]
        update: bool,
    },
    /// Instructions that an image takes, counted in QEMU, for each board and network. See
    /// docs/performance.md
    Count {
        #[command(flatten)]
        on: Emulated,
        /// A .gan file; without it, the networks of docs/performance.md
        #[arg(long)]
        model: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Compare with the table in docs/performance.md: an error if a count is over 2 % larger
        #[arg(long, conflicts_with_all = ["model", "json"])]
        check: bool,
        /// Rewrite that table
        #[arg(long, conflicts_with_all = ["model", "json", "check", "board"])]
        update: bool,
    },
    /// Make a firmware from README.md alone, run it in QEMU, and compare its image and its
    /// instructions with ours
    Outsider,
    /// Train the recipes of the shipped models with several seeds, score each model on the test
    /// images, and record it in models/seeds.jsonl. Takes hours; can be stopped, and goes on
    Soak(soak::Soak),
    /// Make the documentation a book, docs/book/index.html, with mdBook
    Book,
    /// What mdBook starts: rewrites a book's links from standard input to standard output
    #[command(hide = true)]
    BookLinks {
        /// `supports RENDERER`: mdBook asks, and exit code 0 is yes
        asked: Vec<String>,
    },
    /// Make what a release hands out, with checksums; without --dry-run, commit and tag too
    Release(release::Release),
    /// Write tests/vectors
    Vectors {
        /// Compare only
        #[arg(long)]
        check: bool,
    },
    /// Check models/: every blob against its card
    Models {
        /// Compare only (the default without --update)
        #[arg(long, conflicts_with = "update")]
        check: bool,
        /// Rewrite the fields of this model's card that follow from its blob
        #[arg(long, value_name = "NAME")]
        update: Option<String>,
        /// With --update, the float blob of the same run (`gan-train quantize --float`), whose
        /// images are kept as tests/vectors/NAME.float.bin
        #[arg(long, value_name = "FLOAT.gan", requires = "update")]
        float: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    if let Some(code) = rustc::run_as_wrapper() {
        return code;
    }
    match run(Cli::parse().task) {
        Ok(tally) if tally.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<Tally> {
    match task {
        Task::Setup => setup::run().map(|_| Tally::default()),
        Task::Test { only } => Ok(test::run(only)),
        Task::Parity { on, model } => parity::run(&on.board, model.as_deref()),
        Task::Console { board, model, send, screen, load, icount } => {
            let [board] = board.as_slice() else { anyhow::bail!("--board: one board, not all") };
            let (model, send, screen) = (model.as_deref(), send.as_deref(), screen.as_deref());
            console::run(board, model, send, screen, load, icount).map(|()| Tally::default())
        }
        Task::Firmware { wanted, output } => {
            hardware::firmware(&wanted.wanted(), output.as_deref()).map(|()| Tally::default())
        }
        Task::Flash(wanted) => hardware::flash(&wanted.wanted()).map(|()| Tally::default()),
        Task::Size { check: true, .. } => {
            fit::boards::check(setup::firmware()?).map(|()| Tally::default())
        }
        Task::Size { update: true, .. } => {
            fit::boards::update(setup::firmware()?).map(|()| Tally::default())
        }
        Task::Size { board, model, .. } => {
            size::run(&board, model.as_deref()).map(|()| Tally::default())
        }
        Task::Count { update: true, .. } => count::update().map(|()| Tally::default()),
        Task::Count { check: true, on, .. } => {
            count::check(setup::run()?, &on.board).map(|()| Tally::default())
        }
        Task::Count { on, model, json, .. } => {
            count::run(&on.board, model.as_deref(), json).map(|()| Tally::default())
        }
        Task::Outsider => outsider::run(),
        Task::Soak(soak) => soak::run(&soak).map(|()| Tally::default()),
        Task::Book => docs::book::check().map(|_| Tally::default()),
        Task::BookLinks { asked } if !asked.is_empty() => Ok(Tally::default()),
        Task::BookLinks { .. } => {
            docs::book::preprocess(io::stdin(), io::stdout()).map(|()| Tally::default())
        }
        Task::Release(release) => release::run(&release).map(|()| Tally::default()),
        Task::Vectors { check: true } => vectors::check().map(|()| Tally::default()),
        Task::Vectors { check: false } => vectors::write().map(|()| Tally::default()),
        Task::Models { update: Some(name), float, .. } => {
            models::update(&name, float.as_deref()).map(|()| Tally::default())
        }
        Task::Models { update: None, .. } => models::check().map(|()| Tally::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All lines in the documentation that begin so, as a shell would hand them over but for what
    /// stands between quotes.
    fn documented(start: &str) -> Vec<String> {
        let pages = ["README.md", "CONTRIBUTING.md"].map(|name| shell::root().join(name));
        let docs = std::fs::read_dir(shell::root().join("docs")).unwrap();
        let docs = docs.map(|entry| entry.unwrap().path());
        let is_page = |path: &PathBuf| path.extension().is_some_and(|found| found == "md");
        let mut lines = Vec::new();
        for page in pages.into_iter().chain(docs.filter(is_page)) {
            let text = std::fs::read_to_string(page).unwrap().replace("\\\n", " ");
            let begins = |line: &&str| line.starts_with(start) && !line.contains('`');
            lines.extend(text.lines().filter(begins).map(str::to_owned));
        }
        lines
    }

    #[test]
    fn documented_tasks_exist() {
        let lines = documented("cargo xtask ");
        assert!(lines.len() > 10, "{lines:?}");
        for line in lines {
            let line = line.split(" #").next().unwrap_or_default();
            let quoted = line.split('"').enumerate();
            let words = quoted.flat_map(|(part, text)| match part % 2 {
                0 => text.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
                _ => vec![text.to_owned()],
            });
            let parsed = Cli::try_parse_from(words.skip(1));
            assert!(parsed.is_ok(), "{line}: {}", parsed.err().unwrap());
        }
    }

    #[test]
    fn a_board_without_a_name_is_answered_with_the_boards() {
        for task in ["console", "firmware", "flash", "parity", "count"] {
            let arguments = ["xtask", task, "--board"];
            let Err(error) = Cli::try_parse_from(arguments) else { panic!("{task} takes it") };
            assert!(error.to_string().contains("there are mps2-an385, "), "{error}");
        }
    }
}
