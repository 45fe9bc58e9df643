//! The errors of a blob or a call. Every variant says where the reader of the message should look.

mod calls;

use crate::header::{MAX_INPUTS, MAX_LAYERS, MAX_METADATA, MAX_NAME, VERSION};
#[cfg(feature = "encode")]
pub use calls::EncodeError;
pub use calls::GenerateError;
use core::fmt;

/// Why [`decode`](crate::decode) refused a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// The blob has no bytes.
    Empty,
    /// The blob's first byte is not on a multiple of 16 in memory; see [`Aligned`](crate::Aligned).
    Misaligned,
    /// `magic`: the first four bytes are not "GANB".
    Magic,
    /// `version`: this gan-core does not read blobs of this version.
    Version {
        /// The version that the blob names.
        found: u8,
    },
    /// The blob is shorter than its header says.
    Truncated,
    /// There are bytes after the CRC.
    TrailingBytes {
        /// How many.
        extra: usize,
    },
    /// The CRC-32 does not match, so some byte was changed.
    Crc,
    /// The lengths of `padding` or `payload` cannot be read.
    Header,
    /// The header is not written in its shortest form, or `padding` does not put the payload on a
    /// multiple of 16 with zeros.
    NotCanonical,
    /// `name` is longer than [`MAX_NAME`] bytes, or not UTF-8.
    Name,
    /// `latent_len` is 0, or no 16-bit number.
    LatentLen,
    /// `classes` is no 16-bit number.
    Classes,
    /// `width` or `height` is 0 or no 16-bit number, or `channels` is neither 1 nor 3.
    Image,
    /// `inputs` is wrong.
    Inputs {
        /// In what.
        fault: InputsFault,
    },
    /// `outputs` is unknown, or numbers have more than one channel.
    Outputs,
    /// `metadata` is longer than [`MAX_METADATA`] bytes.
    Metadata,
    /// `layers` is empty, or has more than [`MAX_LAYERS`].
    Layers,
    /// `payload` has another length than its sections have together.
    PayloadLen {
        /// Bytes that the layers need; if memory cannot hold so many, a number that no slice has.
        expected: usize,
        /// Bytes that the blob has.
        found: usize,
    },
    /// A layer is wrong.
    Layer {
        /// Which, from 0.
        index: u8,
        /// Which of its fields.
        field: LayerField,
    },
}

/// What is wrong with the input of a generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum InputsFault {
    /// There is no part, or there are more than [`MAX_INPUTS`].
    Count,
    /// A part's kind is unknown.
    Part,
    /// A size of a part is 0 or no 16-bit number, or an image's channels are neither 1 nor 3.
    Size,
    /// There are two parts of one kind.
    Twice,
    /// There is a mask, but no image for it.
    MaskAlone,
    /// The parts together do not have `latent_len` codes.
    Sum,
}

/// The field of a layer that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LayerField {
    /// `inputs` is no 16-bit number, or not `latent_len` or the outputs of the layer before.
    Inputs,
    /// `outputs` is 0 or no 16-bit number, or in the last layer not width x height x channels.
    Outputs,
    /// `element` is unknown, its group is neither 16 nor 32, there are layers of integers and of
    /// reals, or it is one that this build has no feature for.
    Element,
    /// `packing` is unknown, or one that the layer's element type does not have.
    Packing,
    /// `activation` is unknown.
    Activation,
    /// The slope of a `LeakyRelu` is not within 0..=1.
    Slope,
    /// `zero_point` is out of its range.
    ZeroPoint,
    /// A weight is -128 (or -8 of four bits), or not finite, or padding is not zero.
    Weights,
    /// A bias is not finite, or padding is not zero.
    Bias,
    /// A multiplier is over 32767, or a packed factor has bits that no multiplier has.
    Multiplier,
    /// A shift is not within 17..=46, or in a packed layer not within 17..=32, or padding is not
    /// zero.
    Shift,
    /// An entry of a hidden layer's table is over 127.
    Table,
    /// A sum of this layer could leave 32 bits, or the range that its packing is exact for.
    Accumulator,
    /// The bytes between two sections are not zero.
    SectionPadding,
}

impl DecodeError {
    /// What is wrong, without the numbers that [`Display`](fmt::Display) adds. A firmware that
    /// takes the text of an error in a constant links no other text.
    pub const fn text(&self) -> &'static str {
        match self {
            Self::Empty => "the blob is empty",
            Self::Misaligned => {
                "the blob does not start on a multiple of 16 bytes in memory \
                 (wrap it in gan_core::Aligned)"
            }
            Self::Magic => "magic: not a .gan blob (expected the first bytes to be \"GANB\")",
            Self::Version { .. } => "version: this gan-core does not read it",
            Self::Truncated => "truncated: it ends before what its header announces",
            Self::TrailingBytes { .. } => "bytes after the end (expected none)",
            Self::Crc => "crc: does not match, the content was changed",
            Self::Header => "padding or payload: their lengths cannot be read",
            Self::NotCanonical => "header or padding: not in the canonical form",
            Self::Name => "name: expected at most 32 bytes of UTF-8",
            Self::LatentLen => "latent_len: expected 1 to 65535",
            Self::Classes => "classes: expected 0 to 65535",
            Self::Image => {
                "width, height or channels: expected at least 1 x 1 pixels and 1 or 3 channels"
            }
            Self::Inputs { fault } => fault.text(),
            Self::Outputs => "outputs: expected an image, or numbers in one channel",
            Self::Metadata => "metadata: expected at most 65535 bytes",
            Self::Layers => "layers: expected 1 to 16",
            Self::PayloadLen { .. } => "payload: not as long as the layers need",
            Self::Layer { field, .. } => field.text(),
        }
    }
}

const _: () = assert!(
    MAX_NAME == 32 && MAX_LAYERS == 16 && MAX_INPUTS == 3 && MAX_METADATA == 65_535,
    "the texts above and below name them"
);

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { found } if *found > VERSION => {
                write!(
                    f,
                    "version: {found} (expected 1 to {VERSION}; a newer gan-core may read it)"
                )
            }
            Self::Version { found } => write!(f, "version: {found} (expected 1 to {VERSION})"),
            Self::TrailingBytes { extra } => write!(f, "{extra} {}", self.text()),
            Self::PayloadLen { expected, found } => {
                write!(f, "payload: {found} bytes (expected {expected})")
            }
            Self::Layer { index, .. } => write!(f, "layer {index}: {}", self.text()),
            _ => f.write_str(self.text()),
        }
    }
}

impl InputsFault {
    /// What is wrong with the input.
    const fn text(self) -> &'static str {
        match self {
            Self::Count => "inputs: expected 1 to 3 parts",
            Self::Part => "inputs: a part is neither a latent, an image nor a mask",
            Self::Size => "inputs: expected sizes of 1 to 65535, and 1 or 3 channels",
            Self::Twice => "inputs: two parts are of one kind",
            Self::MaskAlone => "inputs: a mask without an image",
            Self::Sum => "inputs: the parts together have not latent_len codes",
        }
    }
}

impl fmt::Display for InputsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl LayerField {
    /// What is wrong with the field.
    const fn text(self) -> &'static str {
        match self {
            Self::Inputs => "inputs: expected latent_len, or the outputs of the layer before",
            Self::Outputs => "outputs: expected 1 to 65535, in the last layer the image's bytes",
            Self::Element if cfg!(not(feature = "int4")) || cfg!(not(feature = "float")) => {
                "element: unknown or of a wrong group, or of a kind that this build leaves out \
                 (features float and int4 of gan-core), or integers beside reals"
            }
            Self::Element => {
                "element: unknown, or a group that is neither 16 nor 32, or integers beside reals"
            }
            Self::Packing => "packing: unknown, or not one of the layer's element type",
            Self::Activation => "activation: unknown",
            Self::Slope => "slope of the leaky ReLU: expected 0 to 1",
            Self::ZeroPoint => {
                "zero_point: expected 0 to 127, in a layer with a table 0 to 255, in one of reals 0"
            }
            Self::Weights => {
                "weights: expected -127 to 127, -7 to 7 of four bits, or finite reals, \
                 and zeros for padding"
            }
            Self::Bias => "bias: expected finite reals, and zeros for padding",
            Self::Multiplier => {
                "multipliers: expected 0 to 32767, and factors that a multiplier can have"
            }
            Self::Shift => "shifts: expected 17 to 46, in a packed layer 17 to 32, 0 for padding",
            Self::Table => "table: expected 0 to 127 in a hidden layer",
            Self::Accumulator => "bias and weights: a sum could leave 32 bits, or its packing's 24",
            Self::SectionPadding => "bytes between sections: expected zeros",
        }
    }
}

impl fmt::Display for LayerField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for DecodeError {}
