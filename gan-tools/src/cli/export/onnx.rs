//! `gan export MODEL.gan -o FILE.onnx`, and `--qdq`.

use crate::blob_file;
use crate::cli;
use crate::files::{atomic, refuse_input};
use crate::numbers::{thousands, value};
use crate::onnx::{self, Difference, Form};
use crate::say;
use anyhow::{Context, Result};
use gan_core::OutputKind;
use std::path::Path;

/// Latents that a graph of reals is measured on.
const LATENTS: usize = 1000;

/// Writes a model as ONNX.
pub(super) fn write(model: &Path, out: &Path, form: Form) -> Result<()> {
    let file = blob_file::read(model)?;
    refuse_input(out, model)?;
    let generator = file.generator();
    let bytes = onnx::encode(&generator, form).with_context(|| model.display().to_string())?;
    let difference = match form {
        Form::Exact => None,
        Form::Qdq => Some(onnx::difference(&generator, LATENTS)?),
    };
    atomic::write(out, &bytes)?;
    if generator.header().outputs == OutputKind::Numbers {
        say!("note: the graph has the bytes of the numbers; what they mean stays in the blob");
    }
    let size = thousands(bytes.len() as u64);
    match difference {
        None => say!("{size} bytes, bit for bit the blob's pixels"),
        Some(difference) => say!("{size} bytes, not bit for bit: {}", measured(&difference)),
    }
    cli::print(&format!("{}\n", out.display()))
}

/// What was measured, in a sentence.
fn measured(difference: &Difference) -> String {
    let Difference { latents, part, mean, max } = difference;
    format!(
        "for {latents} latents of seed 0, {} % of the pixels are not the blob's; all together are \
         {} levels of 255 from them on average, and none more than {max}",
        value(100.0 * part),
        value(*mean)
    )
}
