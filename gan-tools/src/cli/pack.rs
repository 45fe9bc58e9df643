//! `gan pack`.

use super::core::Core;
use crate::blob_file;
use crate::files::labels::{self, LabelNames};
use crate::files::{atomic, refuse_input};
use crate::inspect;
use crate::say;
use anyhow::{Context, Result};
use clap::{ArgGroup, Args};
use gan_core::Element;
use gan_core::host::Model;
use std::path::PathBuf;
use std::process::ExitCode;

/// Put a blob's weights in the order that a core's kernel reads: faster there, the same pixels
/// everywhere
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan pack models/mnist-small.gan --target cortex-m4 -o mnist-small.m4.gan
  gan pack models/mnist-small.gan --board pico -o mnist-small.pico.gan
  gan pack mnist-small.m4.gan --target any -o mnist-small.gan

gan-embedded's build script packs by itself. `--target any` gives the canonical blob back, byte for
byte.")]
#[command(group(ArgGroup::new("core").required(true).args(["target", "board"])))]
pub struct Pack {
    /// The blob, in any order
    #[arg(value_name = "MODEL.gan")]
    file: PathBuf,
    #[command(flatten)]
    core: Core,
    /// The blob to write
    #[arg(short, long, value_name = "MODEL.gan")]
    out: PathBuf,
}

impl Pack {
    pub(super) fn run(self) -> Result<ExitCode> {
        let file = blob_file::read(&self.file)?;
        refuse_input(&self.out, &self.file)?;
        let generator = file.generator();
        let names = LabelNames::beside(&self.file, generator.crc(), generator.classes())?;
        labels::check(&self.out)?;
        let packing = self.core.packing()?.context("pack: expected --target or --board")?;
        let packed = Model::from_aligned(generator.packed(packing)?)?;
        let generator = packed.generator();
        for (index, spec) in generator.header().layers.iter().enumerate() {
            let reason = match spec.element {
                Element::F32 => "float layers have no other order",
                // One order besides rows, which are that of cores with vectors.
                Element::I4 { .. } => continue,
                _ => "a shift is over 32, or a sum can leave what this packing is exact for",
            };
            if spec.packing != packing {
                say!("note: layer {index} stays in rows: {reason}");
            }
        }
        atomic::write(&self.out, packed.bytes())?;
        labels::write(&self.out, generator.crc(), names.as_slice())?;
        say!("{}", inspect::summary(&generator).trim_end());
        super::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
