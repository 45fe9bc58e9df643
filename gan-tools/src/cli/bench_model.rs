//! `gan bench-model`.

use crate::bench_model::{Sizes, blob};
use crate::files::atomic;
use crate::inspect;
use crate::layers::Bits;
use crate::say;
use anyhow::Result;
use clap::{Args, ValueEnum};
use gan_core::Activation;
use gan_core::host::Model;
use std::path::PathBuf;
use std::process::ExitCode;

/// Write a blob of any shape with random weights, to know its size and speed before training
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gan bench-model --layers 100-256-512-1024-784 -o bench.gan")]
pub struct BenchModel {
    /// Sizes from the latent to the image, which is a square if its size is a square number and
    /// else one line
    #[arg(long, value_name = "LATENT-...-IMAGE")]
    layers: Sizes,
    /// Bits of a weight: 8, or 4 in all layers but the first
    #[arg(long, value_parser = super::one_of(["8", "4"]), default_value = "8")]
    bits: u8,
    /// Inputs that share a scale, with --bits 4
    #[arg(long, value_parser = super::one_of(["16", "32"]), default_value = "32")]
    group: u8,
    /// What follows the hidden layers' sums; leaky-relu has slope 0.2
    #[arg(long, value_enum, default_value_t)]
    activation: Hidden,
    /// What follows the last layer's sums
    #[arg(long, value_enum, default_value_t)]
    output: Output,
    /// Other seeds give other weights
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The blob to write
    #[arg(short, long, value_name = "MODEL.gan")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Hidden {
    #[default]
    Relu,
    LeakyRelu,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Output {
    #[default]
    Sigmoid,
    Tanh,
    None,
}

impl BenchModel {
    pub(super) fn run(self) -> Result<ExitCode> {
        let hidden = match self.activation {
            Hidden::Relu => Activation::Relu,
            Hidden::LeakyRelu => Activation::LeakyRelu(0.2),
        };
        let output = match self.output {
            Output::Sigmoid => Activation::Sigmoid,
            Output::Tanh => Activation::Tanh,
            Output::None => Activation::Linear,
        };
        let bits = if self.bits == 4 { Bits::Four { group: self.group } } else { Bits::Eight };
        let blob = blob(&self.layers, bits, hidden, output, self.seed)?;
        let model = Model::new(&blob)?;
        atomic::write(&self.out, model.bytes())?;
        say!("{}", inspect::summary(&model.generator()).trim_end());
        super::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
