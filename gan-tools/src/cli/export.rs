//! `gan export`.

use super::core::Core;
use crate::blob_file::BlobFile;
use crate::export::c;
use crate::files::{atomic, refuse_input};
use anyhow::{Context, Result};
use clap::{ArgGroup, Args};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Write a model in the form that another language or tool takes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan export models/mnist-tiny.gan --c src --target cortex-m4
  gan export models/mnist-tiny.gan --c src --board pico

--c writes gan_model.h, which has the sizes as constants, and gan_model.c, which has the blob. Both
go with the C library: see docs/c.md.")]
// A further format is one more option in this group.
#[command(group(ArgGroup::new("format").required(true).args(["c"])))]
#[command(group(ArgGroup::new("core").args(["target", "board"])))]
pub struct Export {
    /// The blob, in any order
    #[arg(value_name = "MODEL.gan")]
    file: PathBuf,
    /// Write C source to this folder, in the order of weights of --target or --board
    #[arg(long, value_name = "DIR", requires = "core")]
    c: Option<PathBuf>,
    #[command(flatten)]
    core: Core,
}

impl Export {
    pub(super) fn run(self) -> Result<ExitCode> {
        let file = BlobFile::read(&self.file)?;
        if let Some(folder) = &self.c {
            self.write_c(&file, folder)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn write_c(&self, file: &BlobFile, folder: &Path) -> Result<()> {
        let packing = self.core.packing()?.context("export: expected --target or --board")?;
        let generator = super::decode(file, &self.file)?;
        let source = c::source(&generator, packing)
            .with_context(|| format!("{}: cannot be exported to C", self.file.display()))?;
        atomic::create_folder(folder)?;
        let (header, code) = (folder.join(c::HEADER), folder.join(c::CODE));
        for path in [&header, &code] {
            refuse_input(path, &self.file)?;
            c::refuse_other(path)?;
        }
        let mut files = [atomic::Writer::create(&header)?, atomic::Writer::create(&code)?];
        files[0].write(source.header.as_bytes())?;
        files[1].write(source.code.as_bytes())?;
        atomic::finish(files)?;
        super::print(&format!("{}\n{}\n", header.display(), code.display()))
    }
}
