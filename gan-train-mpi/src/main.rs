//! `gan-train train` by several processes that share each batch: `mpirun -n 4 gan-train-mpi train
//! --data mnist --set training.shards=4 ...`.
//!
//! Everything but the way numbers take from rank to rank is gan-train's. Rank 0 is the command that
//! was asked for, and the others follow it. A rank that fails ends all of them, with the code of
//! gan-train: 1 failed, 2 wrong usage, 130 interrupted; a panic is a failure here. Whatever ends a
//! run in between, it goes on from its last checkpoint by `train --resume`, with any number of
//! ranks.

mod exchange;

use anyhow::{Context, Result};
use exchange::Mpi;
use gan_train::cli::{self, Cli};
use gan_train::ranks::Ranks;
use gan_train::train::together;
use mpi::Threading;
use std::env;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

/// Names the seconds after which a rank that waits for the others ends the run.
const PATIENCE: &str = "GAN_TRAIN_MPI_PATIENCE";
/// Evaluations of rank 0 take a part of it: the others wait for them.
const PATIENCE_SECONDS: u64 = 600;

fn main() -> ExitCode {
    cli::tune_allocator();
    cli::report_panics();
    // Before MPI starts: help and wrong usage end the process.
    let cli = Cli::from_arguments(arguments());
    let patience = match patience() {
        Ok(patience) => patience,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::from(2);
        }
    };
    // One thread at a time calls MPI: the one that trains.
    let Some((universe, threading)) = mpi::initialize_with_threading(Threading::Serialized) else {
        eprintln!("error: MPI was started before");
        return ExitCode::FAILURE;
    };
    let exchange = Mpi::new(patience);
    if threading < Threading::Serialized {
        exchange.abort(&format!("this MPI allows {threading:?} only (expected Serialized)"));
    }
    // A process that panics must not wait for the others on its way out.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        report(panic);
        exchange.abort("it panicked");
    }));
    let ranks = Ranks::new(exchange);
    let done = match ranks.rank() {
        0 => cli.run(&ranks).inspect(|_| together::release(&ranks)),
        _ => cli.follow(&ranks),
    };
    match done {
        Ok(code) => {
            drop(universe);
            code
        }
        Err(error) => exchange.abort(&format!("{error:#}")),
    }
}

/// The arguments as gan-train would have them: its own name stands in for this program's.
fn arguments() -> impl Iterator<Item = OsString> {
    std::iter::once(OsString::from("gan-train")).chain(env::args_os().skip(1))
}

/// How long a rank waits for the others.
fn patience() -> Result<Duration> {
    let Ok(text) = env::var(PATIENCE) else { return Ok(Duration::from_secs(PATIENCE_SECONDS)) };
    let seconds = text.parse().ok().filter(|&seconds| seconds > 0);
    let seconds = seconds
        .with_context(|| format!("{PATIENCE}: {text:?} (expected a number of seconds above 0)"))?;
    Ok(Duration::from_secs(seconds))
}
