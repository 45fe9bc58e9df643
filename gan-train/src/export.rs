//! From a trained network to a blob: normalization and labels are folded into the layers, and the
//! folded layers become integers.

pub mod float;
pub mod quantize;

use crate::blob_file::BlobFile;
use crate::config::Config;
use crate::judge::agreement::{self, Agreement};
use crate::nn::network::Mlp;
use crate::train::State;
use crate::train::checkpoint::{self, Description, Which};
use anyhow::Result;
use float::FloatGenerator;
use gan_core::Generator;
use std::path::Path;

/// The averaged generator of the run in `folder`, ready to be quantized, and the description of the
/// file that it is from.
///
/// # Errors
///
/// As [`checkpoint::average`].
pub fn generator(
    folder: &Path,
    config: &Config,
    which: Which,
) -> Result<(FloatGenerator, Description)> {
    let (average, description) = checkpoint::average(folder, config, which)?;
    Ok((FloatGenerator::new(config, description.shape(), &average), description))
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
    let blob = BlobFile::new(&float.to_blob()?);
    agreement::compare(generator, &blob.decode()?, seed)
}

/// Puts a folded generator and a trained discriminator into a new `state`, to go on training them.
///
/// The generator of `state` has no normalization, and the labels are in the biases of `generator`.
/// Both optimizers begin anew, because the moments of a folded network are others.
pub fn take_over(state: &mut State, generator: &FloatGenerator, discriminator: Mlp) {
    for (params, layer) in state.generator.params.chunks_exact_mut(2).zip(&generator.layers) {
        let [weight, bias] = params else { continue };
        weight.values.clone_from(&layer.weights);
        if layer.bias.len() == bias.values.len() && weight.shape[0] == layer.inputs {
            bias.values.clone_from(&layer.bias);
        } else {
            // The columns of one-hot labels, each of which adds its own row of biases.
            weight.values.extend(&layer.bias);
            bias.values.fill(0.0);
        }
    }
    if !state.average.is_empty() {
        state.average.clone_from(&state.generator.params);
    }
    state.discriminator = discriminator;
}
