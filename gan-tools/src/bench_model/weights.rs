//! Random weights.

use crate::layers::Weights;
use gan_core::blob::half_bytes;
use gan_core::{Element, LayerSpec};
use rand_core::Rng;
use std::ops::RangeInclusive;

/// Scales of half bytes, all as likely: a row's largest is 255, and most are not much smaller.
const SCALES: RangeInclusive<u8> = 96..=255;

/// Random weights, all values as likely.
pub(super) struct Random {
    pub weights: Weights,
    /// Of each row's weights, times their scales.
    pub sums: Vec<i64>,
    /// Of a weight times its scale.
    pub variance: f64,
}

impl Random {
    pub fn new(spec: &LayerSpec, random: &mut impl Rng) -> Self {
        let (inputs, outputs) = (usize::from(spec.inputs), usize::from(spec.outputs));
        // Variance of the integers -most..=most.
        let variance = |most: f64| most * (most + 1.0) / 3.0;
        let mut below = |count: u64| (u64::from(random.next_u32()) * count) >> 32;
        let Element::I4 { group } = spec.element else {
            let mut weight = || (below(255) as i16 - 127) as i8;
            let weights: Vec<i8> = (0..inputs * outputs).map(|_| weight()).collect();
            let sums = weights
                .chunks_exact(inputs)
                .map(|row| row.iter().map(|&weight| i64::from(weight)).sum());
            return Self {
                sums: sums.collect(),
                weights: Weights::Bytes(weights),
                variance: variance(127.0),
            };
        };
        let (mut bytes, mut scales, mut sums) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..outputs {
            let mut sum = 0;
            for first in (0..inputs).step_by(group.into()) {
                let scale = SCALES.start() + below(SCALES.len() as u64) as u8;
                let mut weights = vec![0; group.into()];
                weights
                    .iter_mut()
                    .take(inputs - first)
                    .for_each(|weight| *weight = below(15) as i8 - 7);
                sum +=
                    i64::from(scale) * weights.iter().map(|&weight| i64::from(weight)).sum::<i64>();
                bytes
                    .extend(weights.as_chunks().0.iter().map(|&[even, odd]| half_bytes(even, odd)));
                scales.push(scale);
            }
            sums.push(sum);
        }
        let squares =
            SCALES.map(|scale| f64::from(scale).powi(2)).sum::<f64>() / SCALES.len() as f64;
        Self {
            weights: Weights::HalfBytes { group, bytes, scales },
            sums,
            variance: variance(7.0) * squares,
        }
    }
}
