//! From a task's run to its generator, in floats and in integers.

use super::float::FloatGenerator;
use super::quantize::{CALIBRATION_SAMPLES, quantize_by};
use crate::config::Config;
use crate::data::Split;
use crate::task::{Cases, Task};
use crate::train::checkpoint::{self, Which};
use anyhow::{Context, Result};
use gan_tools::layers::Bits;
use std::path::Path;

/// Seed of the damage that calibration sees: not one that people use.
const CALIBRATION_SEED: u64 = 0x7A5C_CA11;

/// The task of the run in `folder`, and its generator `which`. Its codes are those of the task's
/// images, and its first layer reads them as a blob's does.
///
/// # Errors
///
/// As [`checkpoint::averaged`]; a run without a task.
pub fn generator(folder: &Path, config: &Config, which: Which) -> Result<(Task, FloatGenerator)> {
    let task = Task::of(config)?.context("the run has no task")?;
    let (average, description) = checkpoint::averaged(folder, config, which)?;
    Ok((task, FloatGenerator::new(config, &description.run(), &average)))
}

/// The generator in integers, calibrated by the images that `data`, which the run was trained on,
/// gives. These are a blob's layers, and gan-core runs them; what is missing for a file is a header
/// that says what goes in, which is [`Task::inputs`]: this one says `latent_len` codes.
///
/// # Errors
///
/// As [`quantize_by`]; data that the task does not suit.
pub fn quantized(
    task: &Task,
    generator: &FloatGenerator,
    bits: Bits,
    data: &Split,
) -> Result<Vec<u8>> {
    task.check(data)?;
    let cases = Cases::new(task, &data.sample(CALIBRATION_SAMPLES), CALIBRATION_SEED);
    quantize_by(generator, bits, &cases.samples())
}
