//! A GAN loss of your own: implement [`GanLoss`] by values alone, and burn differentiates it.
//!
//! `cargo run --release -p gan-train --example custom_loss` trains a small generator on the
//! built-in digits and prints the losses.

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;
use gan_train::config::{Config, Recipe};
use gan_train::data;
use gan_train::loss::GanLoss;
use gan_train::nn::device::DeviceName;
use gan_train::train::splits::Splits;
use gan_train::train::{State, Trainer};

/// Squared errors of the probabilities: least squares (Mao et al. 2017) behind a sigmoid.
#[derive(Debug)]
struct SquaredProbabilities;

impl GanLoss for SquaredProbabilities {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        (sigmoid(real) - 1.0).square().mean() + sigmoid(fake).square().mean()
    }

    fn generator(&self, _real: Option<Tensor<2>>, fake: Tensor<2>) -> Tensor<1> {
        (sigmoid(fake) - 1.0).square().mean()
    }
}

fn main() -> anyhow::Result<()> {
    let steps = std::env::args().nth(1).map_or(Ok(2000), |steps| steps.parse())?;
    let mut config = Config::preset("digits8", Recipe::Default)?;
    config.training.steps = steps;
    let device = DeviceName::Flex.open()?;
    let splits = Splits::new(&config, data::digits()?)?;
    let (shape, images) = (splits.shape, splits.into_train());
    let state = State::new(&config, shape, &device);
    let mut trainer = Trainer::new(config, &device, images, shape, state)?
        .with_loss(SquaredProbabilities);
    while trainer.state().step < steps {
        let losses = trainer.step()?;
        if trainer.state().step.is_multiple_of(steps.div_ceil(10)) {
            let step = trainer.state().step;
            println!("step {step}: D {:.3}, G {:.3}", losses.discriminator, losses.generator);
        }
    }
    Ok(())
}
