//! Tests of training: what they have in common is a small run on made-up images.

mod group;
mod parts;
mod recipes;
mod reference;
mod runs;
mod shards;
mod steps;
mod task;

use super::batch::{Batch, Batches};
use super::{Losses, Shape, State, Trainer, checkpoint};
use crate::config::{Config, Network};
use crate::data::Split;
use crate::files::tensor_file::Source;
use crate::nn::cut::Cut;
use crate::nn::mlp::{Mlp, Pass};
use crate::nn::ops::portable::FORCED;
use crate::nn::params::HostParam;
use crate::penalty::{Difference, Point};
use crate::random::{Purpose, stream};
use burn::prelude::*;
use gan_tools::images::Images;
use reference::{
    Rows, beside, differentiate, discriminator_loss, forward, forward_in_parts, generator_loss,
    mean, numbers, rows,
};

const BATCH: usize = 6;

/// A small configuration; the lines are added to the whole file, the generator's, the
/// discriminator's and the training's table.
fn config(lines: [&str; 4]) -> Config {
    let [top, generator, discriminator, training] = lines;
    let text = format!(
        "name = \"test\"\nseed = 3\n{top}\n\
         [generator]\nlatent = 3\nhidden = [5, 4]\n{generator}\n\
         [discriminator]\nhidden = [7, 5]\n{discriminator}\n\
         [training]\nbatch = {BATCH}\nsteps = 10\nr1_sigma = 0.3\n{training}\n"
    );
    let config: Config = toml::from_str(&text).unwrap();
    config.check().unwrap();
    config
}

fn data() -> Split {
    let pixels = (0..4 * 20u32).map(|index| (index * 97 % 251) as u8).collect();
    let labels = (0..20u8).map(|index| index % 3).collect();
    Split { images: Images { count: 20, width: 2, height: 2, pixels }, labels: Some(labels) }
}

fn trainer(config: &Config) -> Trainer {
    let (device, shape) = (Device::flex(), Shape::of(config, &data()).unwrap());
    let state = State::new(config, shape, &device);
    Trainer::new(config.clone(), &device, data(), shape, state).unwrap()
}

/// All numbers of a state, by name.
fn tensors(state: &State) -> Vec<HostParam> {
    let read = |tensor: &Source<'_>| {
        let values = (tensor.values)().unwrap().into_owned();
        HostParam { name: tensor.name.clone(), shape: tensor.shape.clone(), values }
    };
    checkpoint::tensors(state).unwrap().0.iter().map(read).collect()
}
