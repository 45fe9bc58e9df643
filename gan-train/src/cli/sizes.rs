//! A network in a few words.

use super::thousands;
use gan_train::nn::mlp::LayerShape;
use gan_train::nn::params::names;
use std::fmt;

/// The sizes of a network's layers and the number of its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// From the inputs to the outputs.
    pub layers: Vec<usize>,
    /// Weights, biases, gains and shifts.
    pub params: usize,
}

impl Sizes {
    /// Those of a network with these layers.
    pub fn of(shapes: &[LayerShape]) -> Self {
        let inputs = shapes.first().map(|shape| shape.inputs);
        let layers = inputs.into_iter().chain(shapes.iter().map(|shape| shape.outputs)).collect();
        let params = names(shapes).iter().map(|param| param.shape.iter().product::<usize>()).sum();
        Self { layers, params }
    }
}

/// `26-64-64: 5,888 parameters`
impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers: Vec<String> = self.layers.iter().map(usize::to_string).collect();
        write!(f, "{}: {} parameters", layers.join("-"), thousands(self.params as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_train::nn::act::Act;

    #[test]
    fn all_parameters_are_counted() {
        let layer = |inputs, outputs, batch_norm| LayerShape {
            inputs,
            outputs,
            act: Act::Relu,
            batch_norm,
            dropout: 0.0,
        };
        // 3 * 4 weights, gain and shift of 4; 4 * 2 weights and 2 biases.
        let sizes = Sizes::of(&[layer(3, 4, true), layer(4, 2, false)]);
        assert_eq!(sizes.to_string(), "3-4-2: 30 parameters");
    }
}
