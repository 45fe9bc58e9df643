//! `gan pack`.

use crate::blob_file::BlobFile;
use crate::files::labels::{self, LabelNames};
use crate::files::{atomic, refuse_input};
use crate::fit;
use crate::inspect;
use crate::say;
use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Args, ValueEnum};
use gan_core::{Element, Packing};
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
    /// The core
    #[arg(long, value_enum)]
    target: Option<Target>,
    /// A board, as `gan fit` names it, in place of its core
    #[arg(long)]
    board: Option<String>,
    /// The blob to write
    #[arg(short, long, value_name = "MODEL.gan")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Target {
    /// The canonical order, which models/ holds
    Any,
    CortexM0,
    #[value(name = "cortex-m0+")]
    CortexM0Plus,
    CortexM23,
    CortexM3,
    /// And M4F
    CortexM4,
    CortexM7,
    /// With the DSP extension
    CortexM33,
    /// Without the DSP extension, for firmware built with gan_core_backend="armv7m"
    #[value(name = "cortex-m33-nodsp")]
    CortexM33NoDsp,
    /// With MVE
    CortexM55,
    /// With MVE
    CortexM85,
    /// RV32IM, RV32IMC, RV32IMAC
    Rv32im,
    #[value(name = "x86-64")]
    X86,
    Aarch64,
}

impl Target {
    /// The kernel that gan-core runs on the core.
    fn kernel(self) -> &'static str {
        match self {
            Self::Any => "scalar",
            Self::CortexM0 | Self::CortexM0Plus | Self::CortexM23 => "armv6m",
            Self::CortexM3 | Self::CortexM33NoDsp => "armv7m",
            Self::CortexM4 | Self::CortexM7 | Self::CortexM33 => "dsp",
            Self::CortexM55 | Self::CortexM85 => "mve",
            Self::Rv32im => "rv32im",
            Self::X86 => "x86-64",
            Self::Aarch64 => "aarch64",
        }
    }
}

impl Pack {
    pub(super) fn run(self) -> Result<ExitCode> {
        let file = BlobFile::read(&self.file)?;
        refuse_input(&self.out, &self.file)?;
        let generator = super::decode(&file, &self.file)?;
        let names = LabelNames::beside(&self.file, generator.crc(), generator.classes())?;
        labels::check(&self.out)?;
        let kernel = match (self.target, &self.board) {
            (Some(target), _) => target.kernel().to_owned(),
            (None, Some(board)) => fit::board(board)?.kernel,
            (None, None) => bail!("pack: expected --target or --board"),
        };
        let packing =
            Packing::of_kernel(&kernel).with_context(|| format!("no packing of {kernel}"))?;
        let packed = BlobFile::from(generator.packed(packing)?);
        let generator = super::decode(&packed, &self.out)?;
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
