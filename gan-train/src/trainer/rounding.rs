//! A generator whose weights are rounded as its blob's will be, for training that knows of it.
//!
//! Passes run with rounded weights; their gradients change the exact ones as if rounding had the
//! derivative 1 (the straight-through estimator, Bengio et al. 2013). The exact weights are what a
//! checkpoint holds and what is averaged.

use crate::config::Config;
use crate::float::FloatGenerator;
use crate::network::{Mlp, Param};
use crate::quantize::half_bytes::HalfBytes;
use gan_core::Element;
use gan_tools::layers::Bits;

/// The network that runs in place of one with these params; none if the configuration rounds
/// nothing.
pub(super) fn network(config: &Config, generator: &Mlp) -> Option<Mlp> {
    let bits = config.training.bits();
    (bits != Bits::Eight).then(|| {
        let mut network = generator.clone();
        update(bits, &mut network, &generator.params);
        network
    })
}

/// Rounds the exact `params` anew.
pub(super) fn update(bits: Bits, network: &mut Mlp, params: &[Param]) {
    let mut layer = 0;
    for (rounded, exact) in network.params.iter_mut().zip(params) {
        // A layer's params begin with its weights.
        if exact.is_weight() {
            round(
                bits,
                layer,
                [exact.shape[0], exact.shape[1]],
                &exact.values,
                &mut rounded.values,
            );
            layer += 1;
        } else {
            rounded.values.copy_from_slice(&exact.values);
        }
    }
}

/// Rounds a trained generator as it was while it was trained.
pub(crate) fn round_float(bits: Bits, generator: &mut FloatGenerator) {
    for (index, layer) in generator.layers.iter_mut().enumerate() {
        let exact = layer.weights.clone();
        round(bits, index, [layer.inputs, layer.outputs], &exact, &mut layer.weights);
    }
}

fn round(bits: Bits, layer: usize, size: [usize; 2], exact: &[f32], rounded: &mut [f32]) {
    match bits.element(layer) {
        Element::I4 { group } => {
            HalfBytes::new(exact, size, group, |_| 1.0, |_| 0.0).write(rounded)
        }
        Element::I8 | Element::F32 => rounded.copy_from_slice(exact),
    }
}
