//! Models that no training gives: a readable one, an extreme one, a float one, and random ones.

use crate::reference::tables::{hidden_table, output_table};
use crate::reference::{Activation, Float, Int8, Layer, Model, Packing, Params, run};

/// All activations, in the order of their variant numbers.
pub const ACTIVATIONS: [Activation; 5] =
    [Activation::Linear, Activation::Relu, Activation::LeakyRelu(0.2), Activation::Tanh, Activation::Sigmoid];

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
    /// A model of this shape: `layer` makes each from (its inputs and outputs, bias rows, activation, whether it is the last).
    fn model(&self, name: &str, mut layer: impl FnMut([u16; 2], usize, Activation, bool) -> Layer) -> Model {
        let mut model = Model {
            name: name.into(),
            latent_len: self.latent_len,
            classes: self.classes,
            width: self.width,
            height: self.height,
            channels: self.channels,
            layers: Vec::new(),
        };
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
    /// About two thirds of its rows spread their outputs over the codes, so that an error anywhere reaches the pixels; the
    /// others have all weights at +-127, biases that bring the sum to the ends of 32 bits, or any multiplier and shift.
    #[must_use]
    pub fn int8(&self, name: &str, rng: &mut SplitMix64) -> Model {
        let mut latent = || (0..self.latent_len).map(|_| rng.range(24, 104) as u8).collect();
        let mut codes: Vec<Vec<u8>> = (0..32).map(|_| latent()).collect();
        self.model(name, |size, bias_rows, activation, last| {
            let layer = int8_layer(rng, &codes, size, bias_rows, activation, last);
            codes = codes.iter().map(|codes| run::layer(&layer, codes)).collect();
            layer
        })
    }

    /// An integer model as [`int8`](Self::int8) makes it, but within the limits of every packing, which some rows reach. For at most 1,000
    /// inputs: more would leave no bias for a row of weights at the limit.
    #[must_use]
    pub fn packable(&self, name: &str, rng: &mut SplitMix64) -> Model {
        let mut model = self.int8(name, rng);
        for layer in &mut model.layers {
            let Params::I8(int8) = &mut layer.params else { continue };
            int8.shifts.iter_mut().for_each(|shift| *shift = (*shift).min(32));
            for (row, weights) in int8.weights.chunks(layer.inputs.into()).enumerate().step_by(2) {
                let sum = |sign: i32| 127 * weights.iter().map(|&w| i32::from(w)).filter(|&w| w.signum() == sign).sum::<i32>();
                for bias in int8.bias.iter_mut().skip(row).step_by(layer.outputs.into()) {
                    *bias = (*bias).clamp(-(1 << 23) - sum(-1), (1 << 23) - 1 - sum(1));
                }
            }
        }
        model
    }

    /// A float model whose values keep the size of its latent's, so that activations are neither linear nor saturated.
    #[must_use]
    pub fn float(&self, name: &str, rng: &mut SplitMix64) -> Model {
        self.model(name, |[inputs, outputs], bias_rows, activation, _| {
            // Exact in f32: integers over a power of two.
            let mut uniform = |bound: f64| (rng.range(-(1 << 20), 1 << 20) as f64 * bound) as f32 / (1 << 20) as f32;
            let bound = (3.0 / f64::from(inputs)).sqrt();
            let weights = (0..usize::from(inputs) * usize::from(outputs)).map(|_| uniform(bound)).collect();
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
/// Weights have scale 1/64, so 64 is 1.0; a latent code has 1/16, so an accumulator of 1024 is 1.0. The table's index
/// steps by 1/16: `M = 16/1024`. The bias of label 0 only takes back the latent's zero point (-64 x the row's sum).
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
    Model {
        name: "tiny".into(),
        latent_len: 2,
        classes: 2,
        width: 2,
        height: 1,
        channels: 1,
        layers: vec![Layer {
            inputs: 2,
            outputs: 2,
            activation: Activation::Sigmoid,
            zero_point: 128,
            packing: Packing::Rows,
            params: Params::I8(int8),
        }],
    }
}

/// Eight layers of odd sizes with every activation, numbers at every limit, no labels, an RGB image.
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
    let shape = Shape { latent_len: 19, classes: 0, width: 7, height: 5, channels: 3, hidden, last: tanh };
    shape.int8("wide range", &mut SplitMix64(1))
}

/// Float layers with every activation and labels.
#[must_use]
pub fn float() -> Model {
    let [linear, relu, leaky, tanh, sigmoid] = ACTIVATIONS;
    let hidden = vec![(9, linear), (21, relu), (14, leaky), (11, tanh)];
    let shape = Shape { latent_len: 6, classes: 3, width: 5, height: 4, channels: 3, hidden, last: sigmoid };
    shape.float("float", &mut SplitMix64(2))
}

/// A layer of [`Shape::int8`] for inputs like `samples`.
fn int8_layer(
    rng: &mut SplitMix64,
    samples: &[Vec<u8>],
    [inputs, outputs]: [u16; 2],
    bias_rows: usize,
    activation: Activation,
    last: bool,
) -> Layer {
    let hidden_table = hidden_table(activation);
    let has_table = last || hidden_table.is_some();
    let mut int8 = Int8 { bias: vec![0; bias_rows * usize::from(outputs)], ..Int8::default() };
    for row in 0..usize::from(outputs) {
        let extreme = rng.range(0, 2) == 0;
        let all_at_the_limit = extreme && rng.range(0, 1) == 0;
        let mut weight = || if all_at_the_limit { 127 * (2 * rng.range(0, 1) - 1) } else { rng.range(-127, 127) };
        let weights: Vec<i64> = (0..inputs).map(|_| weight()).collect();
        let (mean, spread) = sums(&weights, samples);

        let least = i64::from(i32::MIN) - 127 * weights.iter().filter(|&&w| w < 0).sum::<i64>();
        let most = i64::from(i32::MAX) - 127 * weights.iter().filter(|&&w| w > 0).sum::<i64>();
        for class in 0..bias_rows {
            let bias = match if extreme { rng.range(0, 3) } else { 3 } {
                0 => least,
                1 => most,
                2 => rng.range(least, most),
                _ => rng.range(-spread, spread) - mean,
            };
            int8.bias[class * usize::from(outputs) + row] = bias as i32;
        }

        let factor = if has_table { 60.0 } else { 35.0 } / spread as f64;
        let shift = f64::log2(32_767.0 / factor).floor().clamp(17.0, 46.0) as u8;
        let fitting = factor * f64::from(shift).exp2();
        let slope = match activation {
            Activation::Relu => 0.0,
            Activation::LeakyRelu(slope) => f64::from(slope),
            _ => 1.0,
        };
        let any = extreme && rng.range(0, 1) == 0;
        let mut multiplier = |fitting: f64| if any { rng.range(0, 32_767) as u16 } else { fitting.min(32_767.0) as u16 };
        int8.multipliers.push(multiplier(fitting));
        if !has_table {
            int8.negative_multipliers.push(multiplier(fitting * slope));
        }
        int8.shifts.push(if any { rng.range(17, 46) as u8 } else { shift });
        int8.weights.extend(weights.iter().map(|&w| w as i8));
    }
    if last {
        // A permutation, as 167 is odd: no two indices give one pixel.
        int8.table = (0..=255u8).map(|i| i.wrapping_mul(167).wrapping_add(13)).collect();
    } else if let Some(table) = hidden_table {
        int8.table = table.into();
    }
    let zero_point = if has_table { rng.range(100, 156) } else { rng.range(0, 127) } as u8;
    Layer { inputs, outputs, activation, zero_point, packing: Packing::Rows, params: Params::I8(int8) }
}

/// Mean of a row's sums over `samples`, and how far from it they lie on average; the latter at least so large that a
/// multiplier can bring it to the codes.
fn sums(weights: &[i64], samples: &[Vec<u8>]) -> (i64, i64) {
    let sum = |codes: &Vec<u8>| weights.iter().zip(codes).map(|(&w, &x)| w * i64::from(x)).sum::<i64>();
    let sums: Vec<i64> = samples.iter().map(sum).collect();
    let count = samples.len() as i64;
    let mean = sums.iter().sum::<i64>() / count;
    (mean, (sums.iter().map(|sum| (sum - mean).abs()).sum::<i64>() / count).max(256))
}
