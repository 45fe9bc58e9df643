//! What the header of a blob says: the sizes of the model, and the type, the order and the
//! activation of each layer's weights. It depends on no other module, so that every other module
//! can use these types.

mod inputs;
mod packing;
mod specs;

pub use inputs::{InputPart, InputParts, MAX_INPUTS, MAX_METADATA, MaskShape, OutputKind};
pub use packing::Packing;
pub use specs::LayerSpecs;

#[cfg(feature = "encode")]
use serde::ser::SerializeTuple as _;

/// The first four bytes of a blob.
pub const MAGIC: [u8; 4] = *b"GANB";
/// The newest version of the format that this gan-core reads and writes. It reads the older
/// versions too, and writes a blob in the oldest version that has all the features that the blob
/// uses.
pub const VERSION: u8 = 3;
/// In memory a blob begins on a multiple of this number of bytes, and within the blob so does every
/// section.
pub const ALIGNMENT: usize = 16;
/// The largest number of layers that a generator can have.
pub const MAX_LAYERS: usize = 16;
/// The largest number of layers in a blob of version 1.
const MAX_LAYERS_V1: usize = 8;
/// The largest length of a name, in bytes.
pub const MAX_NAME: usize = 32;

/// Everything in a blob but the numbers of its layers. Make one with [`new`](Self::new): a later
/// version of the format may add fields.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Header<'a> {
    /// The model's name, at most [`MAX_NAME`] bytes.
    pub name: &'a str,
    /// Number of codes that go in: those of all [`inputs`](Self::inputs) together, which is the
    /// length of the latent vector if nothing else goes in.
    pub latent_len: u16,
    /// Number of labels; 0 if the generator takes none.
    pub classes: u16,
    /// Size of what comes out.
    pub image: ImageShape,
    /// What goes in.
    pub inputs: InputParts,
    /// What comes out.
    pub outputs: OutputKind,
    /// Bytes that gan-core does not look into, at most [`MAX_METADATA`].
    pub metadata: &'a [u8],
    /// The layers, first to last.
    pub layers: LayerSpecs,
}

impl<'a> Header<'a> {
    /// The header of a generator of images from latents. `name` has at most [`MAX_NAME`] bytes, a
    /// latent has `latent_len` codes, and `classes` is 0 for a generator that takes no labels. Set
    /// `inputs`, `outputs` and `metadata` where they are something else.
    pub const fn new(
        name: &'a str,
        latent_len: u16,
        classes: u16,
        image: ImageShape,
        layers: LayerSpecs,
    ) -> Self {
        Self {
            name,
            latent_len,
            classes,
            image,
            inputs: InputParts::of_latent(latent_len),
            outputs: OutputKind::Image,
            metadata: &[],
            layers,
        }
    }

    /// The version of the blob: the oldest version that has all the features that this header uses.
    pub const fn version(&self) -> u8 {
        if self.has_version_3_fields() {
            return 3;
        }
        let mut layers = self.layers.as_slice();
        if layers.len() > MAX_LAYERS_V1 {
            return 2;
        }
        while let [spec, rest @ ..] = layers {
            if !matches!(spec.packing, Packing::Rows) || matches!(spec.element, Element::I4 { .. })
            {
                return 2;
            }
            layers = rest;
        }
        1
    }

    /// Whether a field that only version 3 has says something that older versions do not mean
    /// without it.
    const fn has_version_3_fields(&self) -> bool {
        !self.inputs.is_latent()
            || !matches!(self.outputs, OutputKind::Image)
            || !self.metadata.is_empty()
    }
}

/// Size of the images that a generator makes, or of those that go in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "encode", derive(serde::Serialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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
        // The product saturates where a usize has 32 bits. No layer has that many outputs, so
        // decode refuses such a shape.
        self.line_len().saturating_mul(self.height as usize)
    }

    /// Whether the image has no bytes. `decode` refuses such a shape.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

#[cfg(feature = "encode")]
impl serde::Serialize for Header<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A tuple writes its fields with nothing between them.
        let mut fields = serializer.serialize_tuple(8)?;
        fields.serialize_element(self.name)?;
        fields.serialize_element(&self.latent_len)?;
        fields.serialize_element(&self.classes)?;
        fields.serialize_element(&self.image)?;
        if self.has_version_3_fields() {
            fields.serialize_element(&self.inputs)?;
            fields.serialize_element(&self.outputs)?;
            fields.serialize_element(self.metadata)?;
        }
        fields.serialize_element(&self.layers)?;
        fields.end()
    }
}

/// What the header says of a fully connected layer. Make one with [`new`](Self::new): a later
/// version of the format may add fields.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "encode", derive(serde::Serialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LayerSpec {
    /// Number of inputs.
    pub inputs: u16,
    /// Number of outputs, which is the number of rows of the weight matrix.
    pub outputs: u16,
    /// Type of the weights.
    pub element: Element,
    /// Order of the weights in the payload.
    pub packing: Packing,
    /// The function that is applied to the sum.
    pub activation: Activation,
    /// The integer that stands for 0.0 after requantization. In a layer with a table this is an
    /// index of the table.
    pub zero_point: u8,
}

impl LayerSpec {
    /// A layer whose weights lie in rows and whose zero point is 0. Set `packing` and `zero_point`
    /// where they are something else.
    pub const fn new(inputs: u16, outputs: u16, element: Element, activation: Activation) -> Self {
        Self { inputs, outputs, element, packing: Packing::Rows, activation, zero_point: 0 }
    }

    /// The number of inputs that share a scale in an `I4` layer; `None` in other layers. In a build
    /// without feature `int4` the compiler sees that this is always `None`, so code that asks here
    /// whether a layer has half bytes is not linked.
    pub(crate) const fn inputs_per_scale(&self) -> Option<usize> {
        match self.element {
            // decode refuses a group of 0, but it computes sizes before it gets to that check.
            Element::I4 { group: 0 } if cfg!(feature = "int4") => Some(1),
            Element::I4 { group } if cfg!(feature = "int4") => Some(group as usize),
            _ => None,
        }
    }

    /// The number of inputs for which weights are stored. The inputs are padded, with weights of 0,
    /// to whole blocks of columns, or in an `I4` layer to whole groups that share a scale.
    pub const fn padded_inputs(&self) -> usize {
        let columns = match self.inputs_per_scale() {
            Some(group) => group,
            None => self.packing.columns(),
        };
        (self.inputs as usize).next_multiple_of(columns)
    }

    /// The number of scales of a row in an `I4` layer: one for each group of inputs. It is 0 in
    /// other layers.
    pub const fn groups(&self) -> usize {
        match self.inputs_per_scale() {
            Some(group) => self.padded_inputs() / group,
            None => 0,
        }
    }

    /// The number of words that hold an integer layer's inputs in the form that its kernel reads.
    pub const fn staged_len(&self) -> usize {
        match self.inputs_per_scale() {
            // Each code takes a byte. Each group has one word more, for what its sum has to be
            // reduced by.
            Some(_) => self.groups() + self.padded_inputs() / 4,
            None => self.packing.staged_len(self.inputs as usize),
        }
    }
}

/// Type of a layer's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "encode", derive(serde::Serialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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

impl Element {
    /// The type's name, as people write it: "i8", "f32" or "i4".
    pub const fn name(self) -> &'static str {
        match self {
            Self::I8 => "i8",
            Self::F32 => "f32",
            Self::I4 { .. } => "i4",
        }
    }
}

/// Packs two weights of an `I4` layer, each within -7..=7, in a byte: that of an even column and
/// that of the column after it.
pub const fn half_bytes(even: i8, odd: i8) -> u8 {
    ((even + 8) as u8 & 15) | (((odd + 8) as u8 & 15) << 4)
}

/// The function that follows a layer's sum.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "encode", derive(serde::Serialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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
