//! From a trained network to a blob: normalization and labels are folded into the layers, and the
//! folded layers become integers.

pub mod float;
#[cfg(feature = "import")]
pub mod import;
pub mod quantize;
pub mod task;

use crate::config::Config;
use crate::judge::agreement::{self, Agreement};
use crate::train::checkpoint::{self, Description, Which};
use anyhow::{Result, bail, ensure};
use float::FloatGenerator;
use gan_core::Generator;
use std::path::Path;

/// The averaged generator of the run in `folder`, ready to be quantized, and the description of the
/// file that it is from.
///
/// # Errors
///
/// As [`checkpoint::averaged`], and a generator of images that go in: see [`task::generator`].
pub fn generator(
    folder: &Path,
    config: &Config,
    which: Which,
) -> Result<(FloatGenerator, Description)> {
    if let Some(task) = &config.task {
        bail!(
            "{}: a run of the task {}, whose generator takes images and no latents (expected \
             gan-train evaluate, quantize or apply)",
            folder.display(),
            task.kind.name()
        );
    }
    let (average, description) = checkpoint::averaged(folder, config, which)?;
    Ok((FloatGenerator::new(config, &description.run(), &average), description))
}

/// Compares a blob's `generator` with the float generator of its run, as [`agreement::compare`]
/// does it.
///
/// # Errors
///
/// The two are not of the same shape.
pub fn agreement(
    generator: &Generator<'_>,
    float: &FloatGenerator,
    seed: u64,
) -> Result<Agreement> {
    let of_blob = (generator.latent_len(), generator.classes(), generator.image());
    ensure!(
        of_blob == (float.latent_len.into(), float.classes, float.image),
        "the blob is not of this run: latent, labels or image size differ"
    );
    agreement::compare(generator, |samples| float.images(samples), seed)
}
