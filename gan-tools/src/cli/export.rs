//! `gan export`: a model in another format. Each format has a module.

mod c;
mod onnx;

use super::core::Core;
use crate::onnx::Form;
use anyhow::{Result, bail};
use clap::{ArgGroup, Args};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Write a model in another format: ONNX, whose standard operators compute the same bytes, or C
/// source
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan export models/mnist-small.gan -o mnist-small.onnx
  gan export models/mnist-small.gan -o mnist-small.onnx --qdq
  gan export models/mnist-tiny.gan --c src --target cortex-m4
  gan export models/mnist-tiny.gan --c src --board pico

The ONNX graph takes `latent` (codes 0 to 127), `label`, `image` and `mask`, as far as the model
does, and gives `pixels`: docs/import-export.md. The one of --qdq is for tools that take no
MatMulInteger. Its pixels are not the blob's, and the command says how far from them they are.
--c writes gan_model.h, which has the sizes as constants, and gan_model.c, which has the blob. Both
go with the C library: see docs/c.md.")]
// A further format is one more option in this group.
#[command(group(ArgGroup::new("format").required(true).args(["out", "c"])))]
#[command(group(ArgGroup::new("core").args(["target", "board"]).requires("c")))]
pub struct Export {
    /// The blob, in any order
    #[arg(value_name = "MODEL.gan")]
    model: PathBuf,
    /// The file to write
    #[arg(short, long, value_name = "FILE.onnx")]
    out: Option<PathBuf>,
    /// Write pairs of QuantizeLinear and DequantizeLinear, which compute with reals
    #[arg(long, conflicts_with = "c")]
    qdq: bool,
    /// Write C source to this folder, in the order of weights of --target or --board
    #[arg(long, value_name = "DIR", requires = "core")]
    c: Option<PathBuf>,
    #[command(flatten)]
    core: Core,
}

impl Export {
    pub(super) fn run(self) -> Result<ExitCode> {
        match (&self.out, &self.c) {
            (Some(out), None) => self.write_file(out)?,
            (None, Some(folder)) => c::write(&self.model, &self.core, folder)?,
            _ => unreachable!("clap demands one of them"),
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Writes the format that the name's extension says.
    fn write_file(&self, out: &Path) -> Result<()> {
        match out.extension() {
            Some(name) if name.eq_ignore_ascii_case("onnx") => {
                onnx::write(&self.model, out, if self.qdq { Form::Qdq } else { Form::Exact })
            }
            _ => bail!("--out {}: expected a name in .onnx", out.display()),
        }
    }
}
