//! `gan inspect`.

use crate::blob_file;
use crate::inspect::{Report, summary};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Show what is in a blob: layers, sizes, multiply-accumulates, flash, RAM, CRC, packing
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gan inspect models/digits8.gan --json")]
pub struct Inspect {
    /// The blob
    #[arg(value_name = "MODEL.gan")]
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(super) fn run(self) -> Result<ExitCode> {
        let file = blob_file::read(&self.file)?;
        let generator = file.generator();
        let report = Report::new(&generator);
        if self.json {
            super::print(&format!("{}\n", report.json()))?;
        } else {
            super::print(&format!("{}\n{}", report.table(), summary(&generator)))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
