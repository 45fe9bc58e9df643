//! What a new run's networks begin with.

use crate::cli::sizes::Sizes;
use anyhow::{Context, Result, ensure};
use burn::prelude::Device;
use gan_train::config::Config;
use gan_train::nn::mlp::LayerShape;
use gan_train::train::checkpoint::{self, Checkpoint};
use gan_train::train::folder::RunConfig;
use gan_train::train::{Shape, State};
use std::path::Path;

/// Step 0 of a run: new networks, or those of the last checkpoint of the run in `from`.
pub fn state(config: &Config, shape: Shape, device: &Device, from: Option<&Path>) -> Result<State> {
    let Some(folder) = from else { return Ok(State::new(config, shape, device)) };
    let option = || format!("--init-from {}", folder.display());
    let run = RunConfig::read(folder).with_context(option)?;
    let Checkpoint { state, run: data } =
        checkpoint::load(folder, &run.config, device).with_context(option)?;
    for (name, of_run, wanted) in [
        ("generator", data.shape.generator(&run.config), shape.generator(config)),
        ("discriminator", data.shape.discriminator(&run.config), shape.discriminator(config)),
    ] {
        ensure!(
            same(&of_run, &wanted),
            "{}: its {name} has the layers {}, and the new run's is to have {}",
            option(),
            words(&of_run),
            words(&wanted)
        );
    }
    let generator = state.generator.params();
    Ok(State::begin_with(config, shape, &generator, &state.discriminator, device))
}

/// Whether the parameters of one network fit into another.
fn same(a: &[LayerShape], b: &[LayerShape]) -> bool {
    let of = |shape: &LayerShape| (shape.inputs, shape.outputs, shape.batch_norm);
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| of(a) == of(b))
}

/// `26-64 (batch_norm)-64`
fn words(shapes: &[LayerShape]) -> String {
    let sizes = Sizes::of(shapes).layers;
    let norms = [false].into_iter().chain(shapes.iter().map(|shape| shape.batch_norm));
    let layers = sizes.iter().zip(norms);
    let layers: Vec<String> = layers
        .map(|(size, norm)| format!("{size}{}", if norm { " (batch_norm)" } else { "" }))
        .collect();
    layers.join("-")
}
