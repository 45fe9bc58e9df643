//! `gan export MODEL.gan -o FILE.onnx`.

use crate::blob_file::BlobFile;
use crate::cli;
use crate::files::{atomic, refuse_input};
use crate::numbers::thousands;
use crate::{onnx, say};
use anyhow::{Context, Result};
use gan_core::OutputKind;
use std::path::Path;

/// Writes a model as ONNX.
pub(super) fn write(model: &Path, out: &Path) -> Result<()> {
    let file = BlobFile::read(model)?;
    refuse_input(out, model)?;
    let generator = cli::decode(&file, model)?;
    let bytes = onnx::encode(&generator).with_context(|| model.display().to_string())?;
    atomic::write(out, &bytes)?;
    if generator.header().outputs == OutputKind::Numbers {
        say!("note: the graph has the bytes of the numbers; what they mean stays in the blob");
    }
    say!("{} bytes, bit for bit the blob's pixels", thousands(bytes.len() as u64));
    cli::print(&format!("{}\n", out.display()))
}
