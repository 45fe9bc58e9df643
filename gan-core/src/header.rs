//! What the header of a blob says: the sizes of the model, and the type, the order and the
//! activation of each layer's weights. It depends on no other module, so that every other module
//! can use these types.

mod packing;

pub use packing::Packing;
use serde::Serialize;

/// The first four bytes of a blob.
pub const MAGIC: [u8; 4] = *b"GANB";
/// The newest version that this gan-core writes and reads. It reads the older ones too, and writes
/// the oldest that can say it all.
pub const VERSION: u8 = 2;
/// A blob begins on a multiple of this in memory, and every section on one within it.
pub const ALIGNMENT: usize = 16;
/// Most layers that a generator can have.
pub const MAX_LAYERS: usize = 16;
/// Most layers in a blob of version 1.
const MAX_LAYERS_V1: usize = 8;
/// Longest name, in bytes.
pub const MAX_NAME: usize = 32;

/// The layers of a header, first to last.
pub type LayerSpecs = heapless::Vec<LayerSpec, MAX_LAYERS>;

/// Everything in a blob but the numbers of its layers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Header<'a> {
    /// The model's name, at most [`MAX_NAME`] bytes.
    pub name: &'a str,
    /// Length of the latent vector.
    pub latent_len: u16,
    /// Number of labels; 0 if the generator takes none.
    pub classes: u16,
    /// Size of the images.
    pub image: ImageShape,
    /// The layers, first to last.
    pub layers: LayerSpecs,
}

impl Header<'_> {
    /// The version of the blob: the oldest that has all that this header says.
    pub fn version(&self) -> u8 {
        let new = |spec: &LayerSpec| {
            spec.packing != Packing::Rows || matches!(spec.element, Element::I4 { .. })
        };
        if self.layers.iter().any(new) || self.layers.len() > MAX_LAYERS_V1 { VERSION } else { 1 }
    }
}

/// Size of the images that a generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ImageShape {
    /// Pixels in a line.
    pub width: u16,
    /// Lines.
    pub height: u16,
    /// Bytes in a pixel: 1 for grey, 3 for RGB.
    pub channels: u8,
}

impl ImageShape {
    /// Bytes in a line.
    pub const fn line_len(self) -> usize {
        (self.width as usize).saturating_mul(self.channels as usize)
    }

    /// Bytes in an image.
    pub const fn len(self) -> usize {
        // Saturates where a usize has 32 bits: no layer has that many outputs, so decode refuses
        // it.
        self.line_len().saturating_mul(self.height as usize)
    }

    /// Whether the image has no bytes. `decode` accepts no such shape.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// What the header says of a fully connected layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LayerSpec {
    /// Numbers that come in.
    pub inputs: u16,
    /// Numbers that go out: rows of the weight matrix.
    pub outputs: u16,
    /// Type of the weights.
    pub element: Element,
    /// Order of the weights in the payload.
    pub packing: Packing,
    /// What follows the sum.
    pub activation: Activation,
    /// The integer that stands for 0.0 after requantization, before a table if there is one.
    pub zero_point: u8,
}

impl LayerSpec {
    /// Inputs that share a scale; none but in an `I4` layer. In a build without them it is known
    /// that there is none, so nothing that asks here for layers of half bytes is linked.
    pub(crate) const fn shared(&self) -> Option<usize> {
        match self.element {
            // decode accepts no group of 0, but sizes are computed before it knows.
            Element::I4 { group: 0 } if cfg!(feature = "int4") => Some(1),
            Element::I4 { group } if cfg!(feature = "int4") => Some(group as usize),
            _ => None,
        }
    }

    /// Inputs as the weights have them: padded with weights of 0 to whole blocks of columns, or to
    /// whole groups that share a scale.
    pub const fn padded_inputs(&self) -> usize {
        let columns = match self.shared() {
            Some(group) => group,
            None => self.packing.columns(),
        };
        (self.inputs as usize).next_multiple_of(columns)
    }

    /// Scales of a row: one for each group of inputs. None but in an `I4` layer.
    pub const fn groups(&self) -> usize {
        match self.shared() {
            Some(group) => self.padded_inputs() / group,
            None => 0,
        }
    }

    /// Words that hold an integer layer's inputs as its kernel reads them.
    pub const fn staged_len(&self) -> usize {
        match self.shared() {
            // A byte a code, and what to take off each group's sum.
            Some(_) => self.groups() + self.padded_inputs() / 4,
            None => self.packing.staged_len(self.inputs as usize),
        }
    }
}

/// Type of a layer's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Element {
    /// Integers: one byte a weight, 7-bit activation codes.
    I8,
    /// Reals: four bytes a weight, f32 activations.
    F32,
    /// Integers: half a byte a weight and one byte for each group of weights, 7-bit activation
    /// codes.
    I4 {
        /// Inputs that share a scale: 16 or 32.
        group: u8,
    },
}

/// A byte of the weights of an `I4` layer: those of an even column and of the one after it, -7..=7.
pub const fn half_bytes(even: i8, odd: i8) -> u8 {
    ((even + 8) as u8 & 15) | (((odd + 8) as u8 & 15) << 4)
}

/// The function that follows a layer's sum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Activation {
    /// `x`
    Linear,
    /// `max(x, 0)`
    Relu,
    /// `x` if it is positive, else the slope times `x`. The slope is within 0..=1.
    LeakyRelu(f32),
    /// The hyperbolic tangent.
    Tanh,
    /// `1 / (1 + exp(-x))`
    Sigmoid,
}
