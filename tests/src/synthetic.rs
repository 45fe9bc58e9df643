//! Models that no training gives: a readable one, an extreme one, a float one, and random ones.

mod layer;
pub mod version3;

use crate::reference::tables::output_table;
use crate::reference::{Activation, Float, Int8, Layer, Model, Packing, Params, run};
use layer::integer_layer;

/// All activations, in the order of their variant numbers.
pub const ACTIVATIONS: [Activation; 5] = [
    Activation::Linear,
    Activation::Relu,
    Activation::LeakyRelu(0.2),
    Activation::Tanh,
    Activation::Sigmoid,
];

/// SplitMix64 (Steele, Lea and Flood 2014): numbers for test models, from a seed.
#[derive(Clone, Debug)]
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    /// The next output.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `low..=high`, even enough for tests.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        let span = (i128::from(high) - i128::from(low) + 1) as u128;
        (i128::from(low) + ((u128::from(self.next_u64()) * span) >> 64) as i128) as i64
    }
}

/// The shape of a model to be filled with random numbers.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Length of the latent vector.
    pub latent_len: u16,
    /// Number of labels or 0.
    pub classes: u16,
    /// Image width in pixels.
    pub width: u16,
    /// Image height in pixels.
    pub height: u16,
    /// 1 or 3.
    pub channels: u8,
    /// Outputs and activation of each hidden layer.
    pub hidden: Vec<(u16, Activation)>,
    /// Activation of the last layer.
    pub last: Activation,
}

impl Shape {
    /// A model of this shape: `layer` makes each from (its inputs and outputs, bias rows,
    /// activation, whether it is the last).
    fn model(
        &self,
        name: &str,
        mut layer: impl FnMut([u16; 2], usize, Activation, bool) -> Layer,
    ) -> Model {
        let size = [self.width, self.height];
        let mut model = Model::plain(name, self.latent_len, self.classes, size, self.channels);
        let mut inputs = self.latent_len;
        for &(outputs, activation) in &self.hidden {
            let rows = model.bias_rows(model.layers.len());
            model.layers.push(layer([inputs, outputs], rows, activation, false));
            inputs = outputs;
        }
        let outputs = model.pixels_len() as u16;
        let rows = model.bias_rows(model.layers.len());
        model.layers.push(layer([inputs, outputs], rows, self.last, true));
        model
    }

    /// An integer model that reaches every limit of the format.
    ///
    /// About two thirds of its rows spread their outputs over the codes, so that an error anywhere
    /// reaches the pixels; the others have all weights at +-127, biases that bring the sum to the
    /// ends of 32 bits, or any multiplier and shift.
    #[must_use]
    pub fn int8(&self, name: &str, rng: &mut SplitMix64) -> Model {
        self.integers(name, rng, |_| 0)
    }

    /// The same, with layers of half bytes among the others; there is at least one.
    #[must_use]
    pub fn int4(&self, name: &str, rng: &mut SplitMix64) -> Model {
        let mut kinds = [16, 32, 16, 32, 0].into_iter();
        self.integers(name, rng, |rng| match kinds.next() {
            Some(first) if rng.range(0, 1) == 0 => first,
            _ => [16, 32, 32][rng.range(0, 2) as usize],
        })
    }

    /// Bytes in the first layer and half bytes in groups of `group` in the others, as quantized
    /// models of four bits have them.
    #[must_use]
    pub fn quantized_int4(&self, name: &str, rng: &mut SplitMix64, group: u8) -> Model {
        let mut groups = [0].into_iter().chain(std::iter::repeat(group));
        self.integers(name, rng, |_| groups.next().unwrap_or_default())
    }

    /// An integer model whose layers have half bytes in groups of what `group` says, or bytes if
    /// that is 0.
    fn integers(
        &self,
        name: &str,
        rng: &mut SplitMix64,
        mut group: impl FnMut(&mut SplitMix64) -> u8,
    ) -> Model {
        let mut latent = || (0..self.latent_len).map(|_| rng.range(24, 104) as u8).collect();
        let mut codes: Vec<Vec<u8>> = (0..32).map(|_| latent()).collect();
        self.model(name, |size, bias_rows, activation, last| {
            let group = group(rng);
            let layer = integer_layer(rng, &codes, size, bias_rows, activation, last, group);
            codes = codes.iter().map(|codes| run::layer(&layer, codes)).collect();
            layer
        })
    }

    /// An integer model as [`int8`](Self::int8) makes it, but within the limits of every packing,
    /// which some rows reach. For at most 1,000 inputs: more would leave no bias for a row of
    /// weights at the limit.
    #[must_use]
    pub fn packable(&self, name: &str, rng: &mut SplitMix64) -> Model {
        let mut model = self.int8(name, rng);
        for layer in &mut model.layers {
            let Params::I8(int8) = &mut layer.params else { continue };
            int8.shifts.iter_mut().for_each(|shift| *shift = (*shift).min(32));
            for (row, weights) in int8.weights.chunks(layer.inputs.into()).enumerate().step_by(2) {
                let sum = |sign: i32| {
                    127 * weights
                        .iter()
                        .map(|&w| i32::from(w))
                        .filter(|&w| w.signum() == sign)
                        .sum::<i32>()
                };
                for bias in int8.bias.iter_mut().skip(row).step_by(layer.outputs.into()) {
                    *bias = (*bias).clamp(-(1 << 23) - sum(-1), (1 << 23) - 1 - sum(1));
                }
            }
        }
        model
    }

    /// A float model whose values keep the size of its latent's, so that activations are neither
    /// linear nor saturated.
    #[must_use]
    pub fn float(&self, name: &str, rng: &mut SplitMix64) -> Model {
        self.model(name, |[inputs, outputs], bias_rows, activation, _| {
            // Exact in f32: integers over a power of two.
            let mut uniform = |bound: f64| {
                (rng.range(-(1 << 20), 1 << 20) as f64 * bound) as f32 / (1 << 20) as f32
            };
            let bound = (3.0 / f64::from(inputs)).sqrt();
            let weights =
                (0..usize::from(inputs) * usize::from(outputs)).map(|_| uniform(bound)).collect();
            let bias = (0..bias_rows * usize::from(outputs)).map(|_| uniform(1.0)).collect();
            Layer {
                inputs,
                outputs,
                activation,
                zero_point: 0,
                packing: Packing::Rows,
                params: Params::F32(Float { weights, bias }),
            }
        })
    }
}

/// The golden blob of `docs/blob-format.md`: numbers that can be followed with a pencil.
///
/// Weights have scale 1/64, so 64 is 1.0; a latent code has 1/16, so an accumulator of 1024 is 1.0.
/// The table's index steps by 1/16: `M = 16/1024`. The bias of label 0 only takes back the latent's
/// zero point (-64 x the row's sum).
#[must_use]
pub fn tiny() -> Model {
    let int8 = Int8 {
        weights: vec![64, -32, 16, 96],
        bias: vec![-64 * 32, -64 * 112, -64 * 32 + 1536, -64 * 112 - 1536],
        multipliers: vec![16_384, 32_767],
        negative_multipliers: vec![],
        shifts: vec![20, 21],
        table: output_table(Activation::Sigmoid).into(),
    };
    let mut model = Model::plain("tiny", 2, 2, [2, 1], 1);
    model.layers.push(Layer {
        inputs: 2,
        outputs: 2,
        activation: Activation::Sigmoid,
        zero_point: 128,
        packing: Packing::Rows,
        params: Params::I8(int8),
    });
    model
}

/// A model of eight layers of odd sizes, with every activation, numbers at every limit, no labels
/// and an RGB image.
#[must_use]
pub fn wide_range() -> Model {
    let [linear, relu, leaky, tanh, sigmoid] = ACTIVATIONS;
    let hidden = vec![
        (33, linear),
        (65, relu),
        (17, leaky),
        (31, tanh),
        (5, sigmoid),
        (23, Activation::LeakyRelu(1.0)),
        (37, Activation::LeakyRelu(0.0)),
    ];
    let shape =
        Shape { latent_len: 19, classes: 0, width: 7, height: 5, channels: 3, hidden, last: tanh };
    shape.int8("wide range", &mut SplitMix64(1))
}

/// A model with layers of half bytes in groups of 16 and of 32 and layers of bytes, with sizes on
/// both sides of a group, and with three labels.
#[must_use]
pub fn int4() -> Model {
    let [linear, relu, leaky, tanh, sigmoid] = ACTIVATIONS;
    let hidden = vec![(33, leaky), (64, relu), (15, linear), (48, tanh), (17, leaky)];
    let shape = Shape {
        latent_len: 40,
        classes: 3,
        width: 9,
        height: 7,
        channels: 1,
        hidden,
        last: sigmoid,
    };
    let mut groups = [16, 32, 0, 32, 16, 32].into_iter();
    shape.integers("int4", &mut SplitMix64(4), |_| groups.next().unwrap_or_default())
}

/// A model with numbers of the wide range and with half bytes, in every packing that they can have.
/// The order of the layers is that of the packings' numbers.
#[must_use]
pub fn packed() -> Model {
    let [linear, relu, leaky, tanh, sigmoid] = ACTIVATIONS;
    let hidden = vec![(21, leaky), (30, relu), (19, tanh), (23, linear), (18, leaky), (41, relu)];
    let shape = Shape {
        latent_len: 13,
        classes: 2,
        width: 5,
        height: 7,
        channels: 1,
        hidden,
        last: sigmoid,
    };
    let mut model = shape.packable("packed", &mut SplitMix64(5));
    let half_bytes = shape.integers("packed", &mut SplitMix64(6), |_| 32);
    for index in [5, 6] {
        model.layers[index] = half_bytes.layers[index].clone();
    }
    let packings = [0, 1, 2, 3, 4, 5, 0].map(|number| Packing::ALL[number]);
    model.layers.iter_mut().zip(packings).for_each(|(layer, packing)| layer.packing = packing);
    model
}

/// A model of float layers with every activation and with labels.
#[must_use]
pub fn float() -> Model {
    let [linear, relu, leaky, tanh, sigmoid] = ACTIVATIONS;
    let hidden = vec![(9, linear), (21, relu), (14, leaky), (11, tanh)];
    let shape = Shape {
        latent_len: 6,
        classes: 3,
        width: 5,
        height: 4,
        channels: 3,
        hidden,
        last: sigmoid,
    };
    shape.float("float", &mut SplitMix64(2))
}
