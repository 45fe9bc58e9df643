//! Options that every command has.

use super::messages;
use anyhow::{Context, Result};
use clap::Args;
use gan_tools::messages::{Verbosity, set_verbosity};

/// Bytes of a computing thread's stack: as much as a main thread has on Linux.
const STACK: usize = 8 << 20;

/// How the program runs, whatever it does.
#[derive(Debug, Args)]
#[command(next_help_heading = "All commands")]
pub struct Global {
    /// Threads that compute: results are the same for any number [default: one for each of the
    /// CPU's cores, or RAYON_NUM_THREADS]
    #[arg(
        long,
        global = true,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=1024)
    )]
    threads: Option<u16>,
    /// Say nothing on stderr but errors; results still go to stdout
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more on stderr: the networks, each line of metrics, each file that a run keeps
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
}

impl Global {
    /// Makes the process do as it was asked to. Call it once, before anything computes.
    pub fn apply(&self) -> Result<()> {
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        set_verbosity(verbosity);
        messages::install(verbosity);
        // 0 is what rayon takes for its default.
        let threads = self.threads.unwrap_or(0);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .stack_size(STACK)
            .thread_name(|index| format!("rayon-{index}"));
        pool.build_global().context("the threads that compute cannot be started (--threads)")
    }
}

/// Runs `work` on one of the threads that compute. Another thread would hand every loop over to
/// them and sleep until it is done: up to a fifth of a training step of small networks.
pub fn on_a_computing_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::scope(|_| work())
}
