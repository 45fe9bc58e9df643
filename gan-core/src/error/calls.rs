//! The errors of calls: of making images, and of writing a blob.

#[cfg(feature = "encode")]
use crate::header::{MAX_METADATA, MAX_NAME};
use core::fmt;

/// Why [`Generator::generate`](crate::Generator::generate) or
/// [`Generator::transform`](crate::Generator::transform) refused a call. No buffer has been
/// written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum GenerateError {
    /// The generator takes an image, so it does not draw from a latent alone:
    /// [`transform`](crate::Generator::transform) runs it.
    ImageNeeded,
    /// The generator takes no image: [`generate`](crate::Generator::generate) runs it.
    ImageUnexpected,
    /// The image has another length than the one that the generator takes.
    ImageLen {
        /// Its bytes.
        expected: usize,
    },
    /// The generator takes a mask.
    MaskMissing,
    /// The generator takes no mask.
    MaskUnexpected,
    /// The mask has another length than the one that the generator takes.
    MaskLen {
        /// Its cells.
        expected: usize,
    },
    /// `codes` is shorter than needed.
    CodesLen {
        /// [`latent_len`](crate::Generator::latent_len).
        expected: usize,
    },
    /// `latent` has another length than the generator's.
    LatentLen {
        /// [`latent_len`](crate::Generator::latent_len), or if the generator takes an image the
        /// codes of its latent part.
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
    /// The header cannot be written: the name or the metadata is too long, or its sizes are more
    /// than memory can hold.
    Header,
    /// A section of a layer has not the length that its header announces.
    Layer {
        /// Which layer, from 0.
        index: u8,
    },
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ImageNeeded => {
                f.write_str("image: the generator takes one, so transform runs it")
            }
            Self::ImageUnexpected => {
                f.write_str("image: the generator takes none, so generate runs it")
            }
            Self::ImageLen { expected } => write!(f, "image: expected {expected} bytes"),
            Self::MaskMissing => f.write_str("mask: the generator takes one"),
            Self::MaskUnexpected => f.write_str("mask: the generator takes none"),
            Self::MaskLen { expected } => write!(f, "mask: expected {expected} bytes"),
            Self::CodesLen { expected } => write!(f, "codes: expected at least {expected} bytes"),
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
                write!(
                    f,
                    "name: longer than {MAX_NAME} bytes, metadata: longer than {MAX_METADATA}, or \
                     sizes: more than memory can hold"
                )
            }
            Self::Layer { index } => write!(f, "layer {index}: a section has the wrong length"),
        }
    }
}

impl core::error::Error for GenerateError {}
#[cfg(feature = "encode")]
impl core::error::Error for EncodeError {}
