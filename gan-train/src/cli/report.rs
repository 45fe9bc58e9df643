//! `gan-train report`.

use super::dataset;
use anyhow::Result;
use clap::Args;
use gan_train::report::page;
use std::path::PathBuf;
use std::process::ExitCode;

/// Write a page about a run into its folder: curves, samples, sizes, configuration
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gan-train report runs/mnist\n\n\
                        The page, report.html, needs no other file and no network. \
                        The run may still be training.")]
pub struct ReportCommand {
    /// The run's folder
    #[arg(value_name = "RUN")]
    run: PathBuf,
}

impl ReportCommand {
    pub fn run(self) -> Result<ExitCode> {
        let path = page::write(&self.run, &dataset::of_run)?;
        super::print(&format!("{}\n", path.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
