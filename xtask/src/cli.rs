//! The command line.

use clap::{Args, Parser, Subcommand};

use crate::boards;
use crate::prelude::*;
use crate::runner::Runner;
use crate::tools::Tools;
use crate::{fuzz, hardware, pairs, release, scale, setup, soak, test};

/// Repository tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = setup::HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub task: Task,
}

#[derive(Subcommand)]
pub enum Task {
    /// Install what the other tasks need: rustfmt, clippy, firmware targets, QEMU, a C compiler.
    /// Quick when all is there
    Setup,
    /// Everything that has to pass, ending with one line "N passed, N failed"
    Test {
        /// Only setup and the steps whose name contains this
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
        /// Only the steps of this part. Without it, both run at once
        #[arg(long, value_enum)]
        part: Option<test::Part>,
    },
    /// Compare every kernel with the reference on QEMU: models, images, layers of many sizes; and
    /// check that no failure looks like success. With --model only that model
    Parity {
        #[command(flatten)]
        on: On,
        /// A .gan file; without it, those of models/
        #[arg(long)]
        model: Option<PathBuf>,
    },
    /// Talk to the application on a board in QEMU, or on a real one by --port: a line console that
    /// draws images
    Console {
        /// The board in QEMU
        #[arg(
            long,
            num_args = 0..=1,
            default_missing_value = boards::LIST,
            value_parser = boards::select,
            required_unless_present = "port"
        )]
        board: Option<Boards>,
        /// The serial port of a real board that runs the application: /dev/ttyACM0, COM3
        #[arg(long, conflicts_with_all = ["board", "model", "screen", "load", "ram", "icount"])]
        port: Option<String>,
        /// A .gan file; without it, the built-in digits
        #[arg(long)]
        model: Option<PathBuf>,
        /// Commands, separated by semicolons; `load FILE` sends a model, and `image FILE.pgm` an
        /// image to a model that takes one. Without it, the terminal is the console
        #[arg(long, value_name = "COMMANDS")]
        send: Option<String>,
        /// Then save what its display shows
        #[arg(long, value_name = "FILE.png", requires = "send")]
        screen: Option<PathBuf>,
        /// Make room for models of this many bytes that come with `load`
        #[arg(long, value_name = "BYTES", default_value_t = 0)]
        load: usize,
        /// Copy the model into RAM when the program starts
        #[arg(long)]
        ram: bool,
        /// Take only models that are signed with the secret key of this public one
        #[arg(long, value_name = "FILE.pub.pem")]
        key: Option<PathBuf>,
        /// Let every instruction take a nanosecond, so that `bench` counts them
        #[arg(long)]
        icount: bool,
    },
    /// Build the application for a board, and say what flash and RAM it takes and leaves
    Firmware {
        #[command(flatten)]
        wanted: hardware::Wanted,
        #[command(flatten)]
        outputs: hardware::Outputs,
    },
    /// Build the application and put it on a board that is connected: by probe-rs or espflash, or
    /// by copying it to the drive that a Pico shows
    Flash(Flash),
    /// The same, and talk to the board: over the serial port, if USB has only one, or by espflash's
    /// monitor. What QEMU emulates runs there
    Run(Flash),
    /// Put a model by itself into the flash of a board that was flashed with --flash-at
    FlashModel {
        #[command(flatten)]
        on: hardware::One,
        /// A .gan file
        #[arg(long)]
        model: PathBuf,
        /// The address that the program was built with
        #[arg(long, value_name = "ADDRESS")]
        flash_at: String,
        /// Sign the model with this secret key, for a program that was built with --key
        #[arg(long, value_name = "FILE.pem")]
        key: Option<PathBuf>,
        /// For probe-rs
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Flash and RAM of the firmware, for each board and binary
    Size {
        #[command(flatten)]
        on: Several,
        /// A .gan file; without it, the built-in digits
        #[arg(long)]
        model: Option<PathBuf>,
        /// Compare with the sizes that `gan fit` has in it: an error if one is larger
        #[arg(long, conflicts_with_all = ["board", "model"])]
        check: bool,
        /// Rewrite those sizes, of these boards
        #[arg(long, conflicts_with_all = ["check", "model"])]
        update: bool,
    },
    /// Write the tables that are generated: of boards from boards.toml and their sizes, of models
    /// from the records of `soak`, and that of docs/reliability.md
    Tables {
        /// Compare only
        #[arg(long)]
        check: bool,
    },
    /// Instructions that an image takes, counted in QEMU, for each board and network. See
    /// docs/performance.md. With --probe the cycles that the board itself counts
    Count {
        #[command(flatten)]
        on: On,
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
        /// Count the check of a model's signature
        #[arg(long, conflicts_with_all = ["model", "json", "check", "update", "probe", "port"])]
        signature: bool,
    },
    /// Make a firmware from README.md alone, and compare its image and instructions with ours
    Outsider,
    /// Train the recipes of the shipped models with several seeds, score each model on the test
    /// images, and record it in models/seeds.jsonl. Takes hours; can be stopped, and goes on
    Soak(soak::Soak),
    /// Write gan-core's public interface into gan-core/public-api.txt
    Api {
        /// Compare only
        #[arg(long)]
        check: bool,
    },
    /// List every use of `unsafe` with its proof
    Unsafe {
        /// Only those without one
        #[arg(long)]
        missing: bool,
    },
    /// Give mutated inputs to what reads from outside, by libFuzzer: blobs, the console, files. See
    /// docs/reliability.md
    Fuzz(fuzz::Fuzz),
    /// Make the images of 100,000 pairs of a seed and a label by everything that runs a model, and
    /// compare their digests. See docs/reliability.md
    Pairs(pairs::Pairs),
    /// Make one set of images by every engine that can be had here, and compare: docs/scale.md
    Scale(scale::Scale),
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
    /// Build gan-core for browsers, and the page around it: one file, target/web/index.html
    Web,
    /// Build the C library for every core, and folders for Arduino, PlatformIO and ESP-IDF
    CLibrary {
        /// Where the folders go; without it, target/c-library
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
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

// A comment that documents it would stand in the help of each task.
#[derive(Args)]
pub struct Several {
    /// One board, or `all` that the task can use
    #[arg(
        long,
        default_value = "all",
        num_args = 0..=1,
        default_missing_value = boards::LIST,
        value_parser = boards::select_any
    )]
    pub board: Boards,
}

#[derive(Args)]
pub struct On {
    #[command(flatten)]
    pub on: Several,
    /// Run on the real board behind a debug probe, by `probe-rs run`
    #[arg(long, requires = "board")]
    pub probe: bool,
    /// The serial port of a real board that runs the application: /dev/ttyACM0, COM3
    #[arg(long, conflicts_with_all = ["board", "probe"])]
    pub port: Option<String>,
    /// For probe-rs: `-- --probe VID:PID`
    #[arg(last = true, requires = "probe")]
    pub arguments: Vec<String>,
}

impl On {
    /// Returns the boards, and where their programs run.
    pub fn places(&self) -> Result<(Boards, Runner)> {
        let boards = &self.on.board;
        if self.probe {
            let [board] = boards[..] else { bail!("--probe: one --board, which is behind it") };
            ensure!(
                board.uf2.is_none() && board.espflash.is_none(),
                "--probe: {}'s boot loader wants what only its HAL has; --port checks it",
                board.name
            );
            let runner = Runner::Probe(Tools::default(), self.arguments.clone());
            return Ok((boards.clone(), runner));
        }
        let chosen = match boards[..] {
            // An error that names those that QEMU emulates.
            [board] => boards::select(&board.name).map_err(|error| anyhow!("--board: {error}"))?,
            _ => boards::emulated(),
        };
        Ok((chosen, Runner::Qemu))
    }
}

#[derive(Args)]
pub struct Flash {
    #[command(flatten)]
    pub wanted: hardware::Wanted,
    /// For probe-rs or espflash: `-- --allow-erase-all`
    #[arg(last = true)]
    pub arguments: Vec<String>,
}

/// The boards that an argument names. An alias because clap takes a bare `Vec` for a repeated
/// argument.
pub type Boards = Vec<&'static Board>;

#[cfg(test)]
mod tests;
