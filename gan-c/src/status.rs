//! The status codes, and a text for each.

use core::ffi::{CStr, c_char};
use gan_core::{DecodeError, GenerateError, InputsFault, LayerField};

/// What a function returns: 0, or an error. The lowest eight bits are one of the codes below, and
/// for an error of a layer the next eight bits are the layer's number.
pub type Status = i32;

/// Where the number of a layer begins in a status.
pub const LAYER_SHIFT: u32 = 8;

/// Texts that end with a zero byte, as C wants them.
const fn text<const LEN: usize>(text: &str) -> [u8; LEN] {
    let mut copy = [0; LEN];
    let (mut from, mut to) = (text.as_bytes(), copy.as_mut_slice());
    while let ([byte, further @ ..], [place, rest @ ..]) = (from, to) {
        *place = *byte;
        (from, to) = (further, rest);
    }
    copy
}

/// Declares the codes: a constant for each, a row of [`ALL`], and a text.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $text:expr;)*) => {
        $($(#[doc = $doc])* pub const $name: Status = $code;)*

        /// All codes with their names in gan.h.
        pub const ALL: &[(&str, Status)] = &[$((stringify!($name), $code)),*];

        /// The text of a status.
        pub fn text_of(status: Status) -> &'static CStr {
            match status & 0xFF {
                $($code => {
                    const TEXT: &str = $text;
                    const BYTES: [u8; TEXT.len() + 1] = text(TEXT);
                    const C: &CStr = match CStr::from_bytes_with_nul(&BYTES) {
                        Ok(text) => text,
                        Err(_) => panic!("a text has a zero byte"),
                    };
                    C
                })*
                _ => c"no status of this library",
            }
        }
    };
}

/// The text of an error of a layer.
const fn of_layer(field: LayerField) -> &'static str {
    DecodeError::Layer { index: 0, field }.text()
}

/// The text of an error of the inputs.
const fn of_inputs(fault: InputsFault) -> &'static str {
    DecodeError::Inputs { fault }.text()
}

codes! {
    /// Done.
    GAN_OK = 0, "done";
    /// A pointer is null.
    GAN_ERROR_NULL = 1, "a pointer is null";
    /// A pointer to words is not on a multiple of their size.
    GAN_ERROR_UNALIGNED = 2, "a pointer to words is not aligned for them";
    /// `gan_decode` has not made this generator.
    GAN_ERROR_NOT_DECODED = 3, "the generator: gan_decode has not made it";
    /// A length is more than memory can have.
    GAN_ERROR_LENGTH = 4, "a length is more than memory can have";
    /// The generator takes an image.
    GAN_ERROR_TAKES_IMAGE = 8, "the generator takes an image: gan_transform runs it";
    /// The latent has another length.
    GAN_ERROR_LATENT_LEN = 9, "latent: expected latent_len codes";
    /// A code of the latent is over 127.
    GAN_ERROR_LATENT_CODE = 10, "latent: a code is over 127";
    /// The generator needs a label.
    GAN_ERROR_LABEL_MISSING = 11, "label: the generator is conditional and needs one";
    /// The generator takes no label.
    GAN_ERROR_LABEL_UNEXPECTED = 12, "label: the generator takes none";
    /// The label is none of the generator's.
    GAN_ERROR_LABEL = 13, "label: expected one below classes";
    /// The scratch is too short.
    GAN_ERROR_SCRATCH_LEN = 14, "scratch: expected at least scratch_len words";
    /// The pixels or the line have another length.
    GAN_ERROR_OUTPUT_LEN = 15, "pixels or line: expected pixels_len or line_len bytes";
    /// An error that this version of the library does not name.
    GAN_ERROR_OTHER = 16, "another error";
    /// The generator takes no image.
    GAN_ERROR_IMAGE_UNEXPECTED = 17, "the generator takes no image: gan_generate runs it";
    /// The image that goes in has another length.
    GAN_ERROR_IMAGE_LEN = 18, "image: expected image_len bytes";
    /// The generator needs a mask.
    GAN_ERROR_MASK_MISSING = 19, "mask: the generator takes one";
    /// The generator takes no mask.
    GAN_ERROR_MASK_UNEXPECTED = 20, "mask: the generator takes none";
    /// The mask has another length.
    GAN_ERROR_MASK_LEN = 21, "mask: expected mask_len bytes";
    /// The codes' buffer is too short.
    GAN_ERROR_CODES_LEN = 22, "codes: expected at least codes_len bytes";
    /// See `DecodeError::Empty`; so with the names below.
    GAN_ERROR_BLOB_EMPTY = 32, DecodeError::Empty.text();
    /// The blob is not on a multiple of 16 bytes.
    GAN_ERROR_BLOB_MISALIGNED = 33, "the blob does not start on a multiple of 16 bytes in memory";
    /// It is no blob.
    GAN_ERROR_BLOB_MAGIC = 34, DecodeError::Magic.text();
    /// The blob has a version that this library does not read.
    GAN_ERROR_BLOB_VERSION = 35, DecodeError::Version { found: 0 }.text();
    /// The blob is too short.
    GAN_ERROR_BLOB_TRUNCATED = 36, DecodeError::Truncated.text();
    /// There is more than the blob.
    GAN_ERROR_BLOB_TRAILING = 37, DecodeError::TrailingBytes { extra: 0 }.text();
    /// A byte was changed.
    GAN_ERROR_BLOB_CRC = 38, DecodeError::Crc.text();
    /// The header's end.
    GAN_ERROR_BLOB_HEADER = 39, DecodeError::Header.text();
    /// The header's form.
    GAN_ERROR_BLOB_NOT_CANONICAL = 40, DecodeError::NotCanonical.text();
    /// The name.
    GAN_ERROR_BLOB_NAME = 41, DecodeError::Name.text();
    /// The length of the latent.
    GAN_ERROR_BLOB_LATENT_LEN = 42, DecodeError::LatentLen.text();
    /// The number of labels.
    GAN_ERROR_BLOB_CLASSES = 43, DecodeError::Classes.text();
    /// The image's size.
    GAN_ERROR_BLOB_IMAGE = 44, DecodeError::Image.text();
    /// What comes out.
    GAN_ERROR_BLOB_OUTPUTS = 45, DecodeError::Outputs.text();
    /// The metadata.
    GAN_ERROR_BLOB_METADATA = 46, DecodeError::Metadata.text();
    /// The number of layers.
    GAN_ERROR_BLOB_LAYERS = 47, DecodeError::Layers.text();
    /// The payload's length.
    GAN_ERROR_BLOB_PAYLOAD_LEN = 48, DecodeError::PayloadLen { expected: 0, found: 0 }.text();
    /// The number of inputs.
    GAN_ERROR_INPUTS_COUNT = 49, of_inputs(InputsFault::Count);
    /// The kind of an input.
    GAN_ERROR_INPUTS_PART = 50, of_inputs(InputsFault::Part);
    /// The size of an input.
    GAN_ERROR_INPUTS_SIZE = 51, of_inputs(InputsFault::Size);
    /// Two inputs of one kind.
    GAN_ERROR_INPUTS_TWICE = 52, of_inputs(InputsFault::Twice);
    /// A mask without an image.
    GAN_ERROR_INPUTS_MASK_ALONE = 53, of_inputs(InputsFault::MaskAlone);
    /// The inputs together.
    GAN_ERROR_INPUTS_SUM = 54, of_inputs(InputsFault::Sum);
    /// A layer's inputs; so with the names below.
    GAN_ERROR_LAYER_INPUTS = 64, of_layer(LayerField::Inputs);
    /// Its outputs.
    GAN_ERROR_LAYER_OUTPUTS = 65, of_layer(LayerField::Outputs);
    /// The type of its weights.
    GAN_ERROR_LAYER_ELEMENT = 66, of_layer(LayerField::Element);
    /// The order of its weights.
    GAN_ERROR_LAYER_PACKING = 67, of_layer(LayerField::Packing);
    /// Its activation.
    GAN_ERROR_LAYER_ACTIVATION = 68, of_layer(LayerField::Activation);
    /// Its activation's slope.
    GAN_ERROR_LAYER_SLOPE = 69, of_layer(LayerField::Slope);
    /// Its zero point.
    GAN_ERROR_LAYER_ZERO_POINT = 70, of_layer(LayerField::ZeroPoint);
    /// Its weights.
    GAN_ERROR_LAYER_WEIGHTS = 71, of_layer(LayerField::Weights);
    /// Its biases.
    GAN_ERROR_LAYER_BIAS = 72, of_layer(LayerField::Bias);
    /// Its multipliers.
    GAN_ERROR_LAYER_MULTIPLIER = 73, of_layer(LayerField::Multiplier);
    /// Its shifts.
    GAN_ERROR_LAYER_SHIFT = 74, of_layer(LayerField::Shift);
    /// Its table.
    GAN_ERROR_LAYER_TABLE = 75, of_layer(LayerField::Table);
    /// Its sums.
    GAN_ERROR_LAYER_ACCUMULATOR = 76, of_layer(LayerField::Accumulator);
    /// The bytes between its sections.
    GAN_ERROR_LAYER_SECTION_PADDING = 77, of_layer(LayerField::SectionPadding);
}

/// A pointer to the text of a status.
pub fn pointer_to_text(status: Status) -> *const c_char {
    text_of(status).as_ptr()
}

/// The status of a blob that was refused.
pub fn of_decode(error: DecodeError) -> Status {
    match error {
        DecodeError::Empty => GAN_ERROR_BLOB_EMPTY,
        DecodeError::Misaligned => GAN_ERROR_BLOB_MISALIGNED,
        DecodeError::Magic => GAN_ERROR_BLOB_MAGIC,
        DecodeError::Version { .. } => GAN_ERROR_BLOB_VERSION,
        DecodeError::Truncated => GAN_ERROR_BLOB_TRUNCATED,
        DecodeError::TrailingBytes { .. } => GAN_ERROR_BLOB_TRAILING,
        DecodeError::Crc => GAN_ERROR_BLOB_CRC,
        DecodeError::Header => GAN_ERROR_BLOB_HEADER,
        DecodeError::NotCanonical => GAN_ERROR_BLOB_NOT_CANONICAL,
        DecodeError::Name => GAN_ERROR_BLOB_NAME,
        DecodeError::LatentLen => GAN_ERROR_BLOB_LATENT_LEN,
        DecodeError::Classes => GAN_ERROR_BLOB_CLASSES,
        DecodeError::Image => GAN_ERROR_BLOB_IMAGE,
        DecodeError::Outputs => GAN_ERROR_BLOB_OUTPUTS,
        DecodeError::Metadata => GAN_ERROR_BLOB_METADATA,
        DecodeError::Layers => GAN_ERROR_BLOB_LAYERS,
        DecodeError::PayloadLen { .. } => GAN_ERROR_BLOB_PAYLOAD_LEN,
        DecodeError::Inputs { fault } => match fault {
            InputsFault::Count => GAN_ERROR_INPUTS_COUNT,
            InputsFault::Part => GAN_ERROR_INPUTS_PART,
            InputsFault::Size => GAN_ERROR_INPUTS_SIZE,
            InputsFault::Twice => GAN_ERROR_INPUTS_TWICE,
            InputsFault::MaskAlone => GAN_ERROR_INPUTS_MASK_ALONE,
            InputsFault::Sum => GAN_ERROR_INPUTS_SUM,
            _ => GAN_ERROR_OTHER,
        },
        DecodeError::Layer { index, field } => of_field(field) | Status::from(index) << LAYER_SHIFT,
        _ => GAN_ERROR_OTHER,
    }
}

fn of_field(field: LayerField) -> Status {
    match field {
        LayerField::Inputs => GAN_ERROR_LAYER_INPUTS,
        LayerField::Outputs => GAN_ERROR_LAYER_OUTPUTS,
        LayerField::Element => GAN_ERROR_LAYER_ELEMENT,
        LayerField::Packing => GAN_ERROR_LAYER_PACKING,
        LayerField::Activation => GAN_ERROR_LAYER_ACTIVATION,
        LayerField::Slope => GAN_ERROR_LAYER_SLOPE,
        LayerField::ZeroPoint => GAN_ERROR_LAYER_ZERO_POINT,
        LayerField::Weights => GAN_ERROR_LAYER_WEIGHTS,
        LayerField::Bias => GAN_ERROR_LAYER_BIAS,
        LayerField::Multiplier => GAN_ERROR_LAYER_MULTIPLIER,
        LayerField::Shift => GAN_ERROR_LAYER_SHIFT,
        LayerField::Table => GAN_ERROR_LAYER_TABLE,
        LayerField::Accumulator => GAN_ERROR_LAYER_ACCUMULATOR,
        LayerField::SectionPadding => GAN_ERROR_LAYER_SECTION_PADDING,
        _ => GAN_ERROR_OTHER,
    }
}

/// The status of a call that was refused.
pub fn of_generate(error: GenerateError) -> Status {
    match error {
        GenerateError::ImageNeeded => GAN_ERROR_TAKES_IMAGE,
        GenerateError::ImageUnexpected => GAN_ERROR_IMAGE_UNEXPECTED,
        GenerateError::ImageLen { .. } => GAN_ERROR_IMAGE_LEN,
        GenerateError::MaskMissing => GAN_ERROR_MASK_MISSING,
        GenerateError::MaskUnexpected => GAN_ERROR_MASK_UNEXPECTED,
        GenerateError::MaskLen { .. } => GAN_ERROR_MASK_LEN,
        GenerateError::CodesLen { .. } => GAN_ERROR_CODES_LEN,
        GenerateError::LatentLen { .. } => GAN_ERROR_LATENT_LEN,
        GenerateError::LatentCode => GAN_ERROR_LATENT_CODE,
        GenerateError::LabelMissing => GAN_ERROR_LABEL_MISSING,
        GenerateError::LabelUnexpected => GAN_ERROR_LABEL_UNEXPECTED,
        GenerateError::Label { .. } => GAN_ERROR_LABEL,
        GenerateError::ScratchLen { .. } => GAN_ERROR_SCRATCH_LEN,
        GenerateError::OutputLen { .. } => GAN_ERROR_OUTPUT_LEN,
        _ => GAN_ERROR_OTHER,
    }
}
