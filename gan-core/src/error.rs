//! The errors of a blob or a call. Every variant says where the reader of the message should look.

use crate::header::{MAX_LAYERS, MAX_NAME, VERSION};
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

/// The field of a layer that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LayerField {
    /// `inputs` is no 16-bit number, or not the latent's length or the outputs of the layer before.
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

/// Why [`Generator::generate`](crate::Generator::generate) refused a call. No buffer has been
/// written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum GenerateError {
    /// `latent` has another length than the generator's.
    LatentLen {
        /// [`latent_len`](crate::Generator::latent_len).
        expected: usize,
    },
    /// A code of `latent` is over 127.
    LatentCode,
    /// The generator is conditional and needs a label.
    LabelMissing,
    /// The generator takes no label.
    LabelUnexpected,
    /// `label` is not one of the generator's.
    Label {
        /// The number of labels; valid ones are below.
        classes: u16,
    },
    /// `scratch` is shorter than needed.
    ScratchLen {
        /// [`scratch_len`](crate::Generator::scratch_len).
        expected: usize,
    },
    /// `pixels` or `line` has another length than the image or its lines.
    OutputLen {
        /// [`pixels_len`](crate::Generator::pixels_len) or
        /// [`line_len`](crate::Generator::line_len).
        expected: usize,
    },
}

/// Why a blob could not be encoded.
#[cfg(feature = "encode")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EncodeError {
    /// The output buffer is too short.
    OutputLen {
        /// Bytes that the blob needs.
        expected: usize,
    },
    /// The header cannot be written: the name is too long, or its sizes are more than memory can
    /// hold.
    Header,
    /// A section of a layer has not the length that its header announces.
    Layer {
        /// Which layer, from 0.
        index: u8,
    },
}

impl DecodeError {
    /// What is wrong, without the numbers that [`Display`](fmt::Display) adds.
    pub(crate) const fn text(&self) -> &'static str {
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
            Self::Layers => "layers: expected 1 to 16",
            Self::PayloadLen { .. } => "payload: not as long as the layers need",
            Self::Layer { field, .. } => field.text(),
        }
    }
}

const _: () = assert!(MAX_NAME == 32 && MAX_LAYERS == 16, "the texts above name them");

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

impl LayerField {
    /// What is wrong with the field.
    const fn text(self) -> &'static str {
        match self {
            Self::Inputs => {
                "inputs: expected the latent's length, or the outputs of the layer before"
            }
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

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LatentLen { expected } => write!(f, "latent: expected {expected} codes"),
            Self::LatentCode => f.write_str("latent: a code is over 127"),
            Self::LabelMissing => f.write_str("label: the generator is conditional and needs one"),
            Self::LabelUnexpected => f.write_str("label: the generator takes none"),
            Self::Label { classes } => {
                write!(f, "label: expected one of 0..={}", classes.saturating_sub(1))
            }
            Self::ScratchLen { expected } => {
                write!(f, "scratch: expected at least {expected} words of 32 bits")
            }
            Self::OutputLen { expected } => write!(f, "output: expected {expected} bytes"),
        }
    }
}

#[cfg(feature = "encode")]
impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutputLen { expected } => write!(f, "output: expected at least {expected} bytes"),
            Self::Header => {
                write!(f, "name: longer than {MAX_NAME} bytes, or sizes: more than memory can hold")
            }
            Self::Layer { index } => write!(f, "layer {index}: a section has the wrong length"),
        }
    }
}

impl core::error::Error for DecodeError {}
impl core::error::Error for GenerateError {}
#[cfg(feature = "encode")]
impl core::error::Error for EncodeError {}
