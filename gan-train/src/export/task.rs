//! From a task's run to its generator, in floats and in integers.

use super::float::FloatGenerator;
use super::quantize::{CALIBRATION_SAMPLES, quantize_by};
use crate::config::Config;
use crate::data::Split;
use crate::judge::agreement::Agreement;
use crate::task::{Cases, Holes, Task};
use crate::train::checkpoint::{self, Description, Which};
use anyhow::{Context, Result};
use gan_core::host::Runner;
use gan_core::{Generator, TransformInput};
use gan_tools::images::Images;
use gan_tools::layers::Bits;
use std::path::Path;

/// Seed of the damage that calibration sees: not one that people use.
const CALIBRATION_SEED: u64 = 0x7A5C_CA11;
/// Images by which integers are compared with floats.
const COMPARED: usize = 1000;

/// The task of the run in `folder`, its generator `which`, and the description of the file that the
/// generator is from. Its codes are those of the task's images, and its first layer reads them as a
/// blob's does.
///
/// # Errors
///
/// As [`checkpoint::averaged`]; a run without a task.
pub fn generator(
    folder: &Path,
    config: &Config,
    which: Which,
) -> Result<(Task, FloatGenerator, Description)> {
    let task = Task::of(config)?.context("the run has no task")?;
    let (average, description) = checkpoint::averaged(folder, config, which)?;
    Ok((task, FloatGenerator::new(config, &description.run(), &average), description))
}

/// The blob of the generator in integers, calibrated by the images that `data`, which the run was
/// trained on, gives. It is of version 3 of the format, whose header says what goes in.
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

/// What a blob's generator makes of the cases, as a device does.
///
/// # Errors
///
/// A generator that takes something else than the cases have.
pub fn images(generator: &Generator<'_>, cases: &Cases) -> Result<Images> {
    let masks: Vec<Vec<u8>> = cases
        .examples
        .iter()
        .map(|example| example.holes.iter().flat_map(Holes::mask).collect())
        .collect();
    let inputs: Vec<TransformInput<'_>> = cases
        .examples
        .iter()
        .zip(&masks)
        .map(|(example, mask)| TransformInput {
            mask: example.holes.is_some().then_some(mask.as_slice()),
            label: (generator.classes() > 0).then_some(example.label),
            ..TransformInput::new(&example.input)
        })
        .collect();
    let [width, height] = cases.target_size;
    let mut pixels = vec![0; inputs.len() * generator.pixels_len()];
    Runner::new(generator).transform_batch(&inputs, &mut pixels)?;
    Ok(Images { count: inputs.len(), width, height, pixels })
}

/// Compares a blob's `generator` with the float generator of its run, on images that `data` gives.
///
/// # Errors
///
/// As [`images`].
pub fn agreement(
    task: &Task,
    generator: &Generator<'_>,
    float: &FloatGenerator,
    data: &Split,
    seed: u64,
) -> Result<Agreement> {
    let cases = Cases::new(task, &data.sample(COMPARED), seed);
    let of_floats = cases.composed(float.images(&cases.samples()));
    Ok(Agreement::of(&images(generator, &cases)?, &of_floats, seed))
}
