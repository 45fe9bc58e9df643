//! `docs/blob-format.md` in the plainest code that says it: `Vec`s, 64-bit integers, `f64`, one
//! loop for each sum.
//!
//! Nothing here is fast and nothing here is shared with gan-core. What is compared with it:
//! [`parse()`] and [`write`](write::write) with the codec, [`generate`] with the kernels,
//! [`sampler`] and [`tables`] with the constants and tables.

mod bytes;
mod check;
mod pack;
mod parse;
pub(crate) mod run;
pub mod sampler;
pub mod tables;
mod transform;
pub mod write;

pub use bytes::crc32;
pub use check::check;
pub use parse::parse;
pub use run::{generate, is_float, layers, rescale};
pub use transform::{Given, codes, transform};

/// Why the reference refuses a blob or a model: a sentence for a person, never matched on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// One generator, as the format describes it; not necessarily a valid one ([`check()`] tells).
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// At most 32 bytes.
    pub name: String,
    /// Codes that go in, of all parts together.
    pub latent_len: u16,
    /// Number of labels, 0 for a generator that takes none.
    pub classes: u16,
    /// Image width in pixels.
    pub width: u16,
    /// Image height in pixels.
    pub height: u16,
    /// 1 (grey) or 3 (RGB, interleaved).
    pub channels: u8,
    /// The parts that go into the model, in this order.
    pub inputs: Vec<Part>,
    /// The kind of result that the model makes.
    pub outputs: Outputs,
    /// Bytes that the format carries along and that mean nothing to it.
    pub metadata: Vec<u8>,
    /// The layers from the first to the last.
    pub layers: Vec<Layer>,
}

/// A part of the inputs of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A latent of so many codes.
    Latent(u16),
    /// An image's bytes.
    Image {
        /// Pixels in a line.
        width: u16,
        /// Lines.
        height: u16,
        /// 1 or 3.
        channels: u8,
    },
    /// A mask of the cells of the image that are missing.
    Mask {
        /// Cells in a line.
        width: u16,
        /// Lines.
        height: u16,
    },
}

/// The kind of result that a model makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// The model makes an image of pixels.
    Image,
    /// The model makes `height` steps of `width` numbers.
    Numbers,
}

/// One fully connected layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Input codes or numbers.
    pub inputs: u16,
    /// Output codes or numbers.
    pub outputs: u16,
    /// The function that follows the sums. For `I8` and `I4` it only decides whether there is a
    /// table, and its effect is in the numbers.
    pub activation: Activation,
    /// The integer that stands for 0.0 after requantization; 0 for `F32`.
    pub zero_point: u8,
    /// The order of an integer layer's weights in a blob; `Rows` for `F32`.
    pub packing: Packing,
    /// The numbers of the payload.
    pub params: Params,
}

/// The order of a layer's weights in a blob. It changes nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Row-major.
    Rows,
    /// Four rows by two columns, `256 a + b` in a halfword.
    PairedHalfword,
    /// Four rows by two columns, plus 128.
    ByteLane,
    /// Seven rows by 16 columns.
    Blocks7x16,
    /// 16 rows by four columns.
    Blocks16x4,
    /// Eight rows by one column of half bytes; of `I4` layers only.
    NibbleLane,
}

/// A layer's activation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// `x`
    Linear,
    /// `max(x, 0)`
    Relu,
    /// `x`, times the slope if negative.
    LeakyRelu(f32),
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`
    Sigmoid,
}

/// A layer's payload.
#[derive(Clone, Debug, PartialEq)]
pub enum Params {
    /// Integer layer.
    I8(Int8),
    /// Float layer.
    F32(Float),
    /// Integer layer of half bytes.
    I4(Int4),
}

/// Payload of an integer layer of half bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Int4 {
    /// Inputs that share a scale: 16 or 32.
    pub group: u8,
    /// `[output][group of inputs]`.
    pub scales: Vec<u8>,
    /// All other numbers. Weights are -7..=7.
    pub int8: Int8,
}

/// Payload of an integer layer. A section that the layer does not have is empty, and takes no
/// bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Int8 {
    /// `[output][input]`, -127..=127.
    pub weights: Vec<i8>,
    /// `[class][output]`, scale input x weight; one class in all layers but the first.
    pub bias: Vec<i32>,
    /// `[output]`, at most 32767.
    pub multipliers: Vec<u16>,
    /// `[output]`, at most 32767; empty with a table.
    pub negative_multipliers: Vec<u16>,
    /// `[output]`, 17..=46.
    pub shifts: Vec<u8>,
    /// 256 entries; empty without a table.
    pub table: Vec<u8>,
}

/// Payload of a float layer, all finite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Float {
    /// `[output][input]`.
    pub weights: Vec<f32>,
    /// `[class][output]`; one class in all layers but the first.
    pub bias: Vec<f32>,
}

impl Int4 {
    /// Groups of a row of `inputs` weights; the last one may be padded.
    #[must_use]
    pub fn groups(&self, inputs: u16) -> usize {
        usize::from(inputs).div_ceil(usize::from(self.group).max(1))
    }

    /// What each weight stands for in a sum: it, times its group's scale. `[output][input]`.
    #[must_use]
    pub fn products(&self, inputs: u16) -> Vec<i64> {
        let (inputs, groups) = (usize::from(inputs), self.groups(inputs));
        let product = |(index, &weight): (usize, &i8)| {
            let (row, column) = (index / inputs, index % inputs);
            i64::from(self.scales[row * groups + column / usize::from(self.group)])
                * i64::from(weight)
        };
        self.int8.weights.iter().enumerate().map(product).collect()
    }
}

impl Model {
    /// A model without layers that makes images from latents.
    #[must_use]
    pub fn plain(
        name: &str,
        latent_len: u16,
        classes: u16,
        [width, height]: [u16; 2],
        channels: u8,
    ) -> Self {
        Self {
            name: name.into(),
            latent_len,
            classes,
            width,
            height,
            channels,
            inputs: vec![Part::Latent(latent_len)],
            outputs: Outputs::Image,
            metadata: Vec::new(),
            layers: Vec::new(),
        }
    }

    /// Whether the model takes an image, so that [`transform`] runs it and not [`generate`].
    #[must_use]
    pub fn takes_image(&self) -> bool {
        self.inputs.iter().any(|part| matches!(part, Part::Image { .. }))
    }

    /// Bytes of one image: width x height x channels.
    #[must_use]
    pub fn pixels_len(&self) -> usize {
        usize::from(self.width) * usize::from(self.height) * usize::from(self.channels)
    }

    /// Rows of biases in layer `index`: one for each label in the first layer of a conditional
    /// model, else one.
    #[must_use]
    pub fn bias_rows(&self, index: usize) -> usize {
        if index == 0 { usize::from(self.classes).max(1) } else { 1 }
    }

    /// Version of the format that the model's blob has: the oldest that can say it.
    #[must_use]
    pub fn version(&self) -> u8 {
        let plain = matches!(self.inputs[..], [Part::Latent(_)])
            && self.outputs == Outputs::Image
            && self.metadata.is_empty();
        if !plain {
            return 3;
        }
        let new =
            |layer: &Layer| layer.packing != Packing::Rows || matches!(layer.params, Params::I4(_));
        if self.layers.iter().any(new) || self.layers.len() > 8 { 2 } else { 1 }
    }

    /// Whether layer `index`, if it is an integer layer, ends in a table.
    #[must_use]
    pub fn has_table(&self, index: usize) -> bool {
        index + 1 == self.layers.len()
            || matches!(self.layers[index].activation, Activation::Tanh | Activation::Sigmoid)
    }
}
