//! A known answer: before a run, a GPU computes a forward and a backward pass that the CPU computes
//! too. Drivers exist that compute wrong numbers without an error.

use super::act::Act;
use super::mlp::{LayerShape, Mlp, Pass};
use crate::random::{Purpose, stream, uniform};
use anyhow::{Result, bail};
use burn::prelude::*;
use burn::tensor::TensorData;

/// Largest difference of two devices' numbers, which are of size 1.
const TOLERANCE: f32 = 1e-3;

/// Compares the device with the CPU.
///
/// # Errors
///
/// Their numbers differ, or the device's are not finite; names the device.
pub(super) fn check(device: &Device) -> Result<()> {
    let (found, expected) = (passes(device)?, passes(&Device::flex())?);
    let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs());
    let worst = worst.fold(0.0, |worst: f32, x| if x.is_nan() { f32::NAN } else { worst.max(x) });
    if worst.is_nan() || worst > TOLERANCE {
        bail!(
            "{device:?} computes wrong numbers: a forward and a backward pass differ from the \
             CPU's by {worst} (expected at most {TOLERANCE}). Another driver or another --device \
             may do"
        );
    }
    Ok(())
}

/// Results and gradients of a small network with every kind of layer.
pub(crate) fn passes(device: &Device) -> Result<Vec<f32>> {
    let layer = |inputs, outputs, act, batch_norm| LayerShape {
        inputs,
        outputs,
        act,
        batch_norm,
        dropout: 0.0,
    };
    let shapes = [
        layer(5, 33, Act::LeakyRelu(0.2), true),
        layer(33, 17, Act::Tanh, false),
        layer(17, 1, Act::Linear, false),
    ];
    let device = device.clone().autodiff();
    let network = Mlp::new(&shapes, 1, Purpose::Generator, &device);
    let x = uniform(16 * 5, 1.0, &mut stream(1, Purpose::Step, 0));
    let x = Tensor::<2>::from_data(TensorData::new(x, [16, 5]), &device.clone().inner());
    let y = network.forward(x, Pass::PLAIN);
    let mut numbers: Vec<f32> = y.clone().inner().try_into_vec_as()?;
    let gradients = y.square().mean().backward();
    for layer in &network.layers {
        let Some(gradient) = layer.linear.weight.base().grad(&gradients) else {
            bail!("{device:?} computes no gradients");
        };
        numbers.extend(gradient.try_into_vec_as::<f32>()?);
    }
    Ok(numbers)
}
