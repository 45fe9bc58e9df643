//! `gan-train compare`.

use super::dataset;
use anyhow::Result;
use clap::Args;
use gan_tools::say;
use gan_train::report::compare::{Comparison, text};
use gan_train::report::folder;
use std::path::PathBuf;
use std::process::ExitCode;

/// Compare runs: a table, and a page with their curves, samples and what differs in their
/// configurations
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gan-train compare runs/a runs/b --out a-and-b.html")]
pub struct Compare {
    /// The runs' folders
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,
    /// Where the page is written
    #[arg(short, long, value_name = "FILE.html", default_value = "compare.html")]
    out: PathBuf,
}

impl Compare {
    pub fn run(self) -> Result<ExitCode> {
        folder::check_output(&self.out)?;
        let comparison = Comparison::read(&self.runs, &dataset::of_run)?;
        comparison.write(&self.out)?;
        super::print(&text(&comparison))?;
        say!("{}: {} runs", self.out.display(), self.runs.len());
        Ok(ExitCode::SUCCESS)
    }
}
