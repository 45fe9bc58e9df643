//! What a layer of random weights makes of its sums.

use super::weights::Random;
use crate::layers::IntegerLayer;
use anyhow::{Context, Result, ensure};
use gan_core::activation::{output_index, output_table};
use gan_core::quant::Rescale;
use gan_core::{Activation, CODE_MAX, LayerSpec};
use rand_core::Rng;
use std::f64::consts::PI;

/// Standard deviations of a hidden layer's sums that its largest code stands for.
const HIDDEN_RANGE: f64 = 3.0;

/// How a layer's inputs are distributed.
#[derive(Clone, Copy)]
pub(super) struct Spread {
    pub mean: f64,
    pub variance: f64,
}

/// What a layer makes of its sums.
pub(super) struct Target {
    pub zero_point: u8,
    /// What the mean sum becomes.
    centre: f64,
    /// What a standard deviation of the sums becomes.
    deviation: f64,
    /// Factor for negative sums.
    slope: f64,
    table: Option<[u8; 256]>,
    /// How its outputs are distributed, if another layer reads them.
    pub codes: Spread,
}

impl Target {
    pub fn hidden(activation: Activation) -> Result<Self> {
        let slope = match activation {
            Activation::Relu => 0.0,
            Activation::LeakyRelu(slope) => f64::from(slope),
            Activation::Linear | Activation::Tanh | Activation::Sigmoid => f64::NAN,
        };
        ensure!(
            (0.0..=1.0).contains(&slope),
            "the hidden activation is {activation:?}, expected ReLU or leaky ReLU"
        );
        // As calibration would choose it: so much of the range for negative values as they take.
        let top = f64::from(CODE_MAX);
        let zero_point = (top * slope / (1.0 + slope)).round();
        let deviation = (top - zero_point) / HIDDEN_RANGE;
        // Moments of a normal variable whose negative values were multiplied by the slope.
        let mean = (1.0 - slope) / (2.0 * PI).sqrt();
        let variance = (1.0 + slope * slope) / 2.0 - mean * mean;
        let codes = Spread {
            mean: zero_point + mean * deviation,
            variance: variance * deviation * deviation,
        };
        Ok(Self { zero_point: zero_point as u8, centre: 0.0, deviation, slope, table: None, codes })
    }

    pub fn image(activation: Activation) -> Self {
        let zero_point = output_index(activation).zero_point;
        // Two standard deviations are the whole table where it is straight, and half of it where
        // its ends are flat.
        let deviation = if zero_point == 0 { 64.0 } else { 32.0 };
        Self {
            zero_point,
            centre: 128.0 - f64::from(zero_point),
            deviation,
            slope: 1.0,
            table: Some(output_table(activation)),
            codes: Spread { mean: 128.0, variance: deviation * deviation },
        }
    }

    /// Random weights for inputs of that distribution, and what brings their sums where this wants
    /// them.
    pub fn numbers(
        &self,
        mut spec: LayerSpec,
        input: Spread,
        random: &mut impl Rng,
    ) -> Result<IntegerLayer> {
        let outputs = usize::from(spec.outputs);
        spec.zero_point = self.zero_point;
        let Random { weights, sums, variance } = Random::new(&spec, random);
        let factor = self.deviation / (f64::from(spec.inputs) * variance * input.variance).sqrt();
        let rescale = Rescale::from_factor(factor).context("the multiplier is out of range")?;
        let negative = Rescale::with_shift(factor * self.slope, rescale.shift)
            .context("the slope is over 1")?;
        let bias = |sum: i64| {
            ((self.centre / factor - input.mean * sum as f64).round() as i32).to_le_bytes()
        };
        let bias = sums.into_iter().flat_map(bias).collect();
        Ok(IntegerLayer {
            spec,
            bias,
            weights,
            multipliers: rescale.multiplier.to_le_bytes().repeat(outputs),
            negative_multipliers: negative.multiplier.to_le_bytes().repeat(outputs),
            shifts: vec![rescale.shift; outputs],
            table: self.table,
        })
    }
}
