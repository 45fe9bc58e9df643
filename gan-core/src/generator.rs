//! Runs the layers into the caller's buffers.

mod run;

use crate::CODE_MAX;
use crate::blob::{self, Element, Header, ImageShape, LayerSpec, MAX_LAYERS};
use crate::error::{EncodeError, GenerateError};
use run::{Hidden, Image, Input, run};

/// A generator that was read from a blob and borrows its weights.
///
/// Only [`decode`](crate::decode) makes one, so holding it proves that every limit of the format holds: sizes chain, sums fit
/// 32 bits, and no call below can panic.
#[derive(Debug, Clone)]
pub struct Generator<'a> {
    header: Header<'a>,
    layers: heapless::Vec<Layer<'a>, MAX_LAYERS>,
    bytes: &'a [u8],
}

/// The numbers of a layer, borrowed from the blob; their meaning is in the [`LayerSpec`] of the same index. Multi-byte numbers
/// are little-endian bytes: sections are aligned, but no code has to rely on it.
#[derive(Debug, Clone, Copy)]
pub enum Layer<'a> {
    /// Integers.
    I8 {
        /// `[output][input]`, -127..=127.
        weights: &'a [i8],
        /// `[class][output]`, i32.
        bias: &'a [u8],
        /// `[output]`, u16.
        multipliers: &'a [u8],
        /// `[output]`.
        shifts: &'a [u8],
        /// What follows the accumulator.
        output: Output<'a>,
    },
    /// Reals.
    F32 {
        /// `[output][input]`, f32.
        weights: &'a [u8],
        /// `[class][output]`, f32.
        bias: &'a [u8],
    },
}

/// How an int8 layer's accumulators become its outputs.
#[derive(Debug, Clone, Copy)]
pub enum Output<'a> {
    /// Requantized to a code 0..=127.
    Code {
        /// `[output]`, u16: in place of the multiplier for negative accumulators.
        negative_multipliers: &'a [u8],
    },
    /// Requantized to 0..=255 and looked up.
    Table(&'a [u8; 256]),
}

impl<'a> Generator<'a> {
    pub(crate) fn new(header: Header<'a>, layers: heapless::Vec<Layer<'a>, MAX_LAYERS>, bytes: &'a [u8]) -> Self {
        Self { header, layers, bytes }
    }

    /// What the blob says of the model and its layers.
    pub fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The model's name.
    pub fn name(&self) -> &'a str {
        self.header.name
    }

    /// Codes in a latent vector.
    pub fn latent_len(&self) -> usize {
        self.header.latent_len.into()
    }

    /// Number of labels; 0 if the generator takes none.
    pub fn classes(&self) -> u16 {
        self.header.classes
    }

    /// Size of the images.
    pub fn image(&self) -> ImageShape {
        self.header.image
    }

    /// The numbers of the layers; [`header`](Self::header) says what they mean.
    pub fn layers(&self) -> &[Layer<'a>] {
        &self.layers
    }

    /// Bytes of an image: the length of `pixels`.
    pub fn pixels_len(&self) -> usize {
        self.header.image.len()
    }

    /// Bytes of a line of an image: the length of `line`.
    pub fn line_len(&self) -> usize {
        self.header.image.line_len()
    }

    /// Bytes of `scratch`: room for the outputs of two layers in turn.
    pub fn scratch_len(&self) -> usize {
        let (even, odd) = self.scratch_halves();
        even + odd
    }

    /// Multiply-accumulates of one image.
    pub fn macs(&self) -> u64 {
        self.header.layers.iter().map(|spec| u64::from(spec.inputs) * u64::from(spec.outputs)).sum()
    }

    /// The blob's CRC-32, which identifies it.
    pub fn crc(&self) -> u32 {
        self.bytes.last_chunk().map_or(0, |&crc| u32::from_le_bytes(crc))
    }

    /// Bytes of the blob.
    pub fn encoded_len(&self) -> usize {
        self.bytes.len()
    }

    /// Writes the blob to the start of `out`: the bytes it was decoded from.
    ///
    /// # Errors
    ///
    /// [`EncodeError::OutputLen`] if `out` is too short.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        blob::encode(&self.header, &self.layers, out)
    }

    /// Makes the image of `latent` (codes 0..=127) and `label` in `pixels`, line by line, 0..=255.
    ///
    /// `scratch` holds at least [`scratch_len`](Self::scratch_len) bytes, whose content does not matter.
    ///
    /// # Errors
    ///
    /// A wrong label, or a buffer whose length is wrong; then nothing was written.
    pub fn generate(
        &self,
        latent: &[u8],
        label: Option<u16>,
        scratch: &mut [u8],
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        check_output(pixels, self.pixels_len())?;
        let last = self.hidden(latent, label, scratch)?;
        run(last.spec, last.layer, last.class, last.input, 0, Image(pixels));
        Ok(())
    }

    /// Makes the image line by line: each is written to `line` and handed to `sink` with its number, from 0.
    ///
    /// The whole image never exists, so the device needs no memory for it.
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate); `line` holds [`line_len`](Self::line_len) bytes.
    pub fn generate_rows(
        &self,
        latent: &[u8],
        label: Option<u16>,
        scratch: &mut [u8],
        line: &mut [u8],
        mut sink: impl FnMut(usize, &[u8]),
    ) -> Result<(), GenerateError> {
        check_output(line, self.line_len())?;
        let last = self.hidden(latent, label, scratch)?;
        for y in 0..usize::from(self.header.image.height) {
            run(last.spec, last.layer, last.class, last.input, y * line.len(), Image(line));
            sink(y, line);
        }
        Ok(())
    }

    /// Runs all layers but the last, which is returned with its input.
    fn hidden<'s>(&'s self, latent: &'s [u8], label: Option<u16>, scratch: &'s mut [u8]) -> Result<Last<'s, 'a>, GenerateError> {
        let mut class = self.class(label)?;
        if latent.len() != self.latent_len() {
            return Err(GenerateError::LatentLen { expected: self.latent_len() });
        }
        if latent.iter().any(|&code| code > CODE_MAX) {
            return Err(GenerateError::LatentCode);
        }
        let too_short = GenerateError::ScratchLen { expected: self.scratch_len() };
        let (even, odd) = self.scratch_halves();
        let (mut to, odd_and_more) = scratch.split_at_mut_checked(even).ok_or(too_short)?;
        let mut from = odd_and_more.get_mut(..odd).ok_or(too_short)?;
        // decode accepts no empty list.
        let ((spec, layer), hidden) = (self.header.layers.last().zip(self.layers.last()).ok_or(too_short)?, self.hidden_specs());

        for (index, (spec, layer)) in hidden.iter().zip(&self.layers).enumerate() {
            let (source, target) = (from, to);
            let input = if index == 0 { Input::Codes(latent) } else { Input::of(spec, source) };
            run(spec, layer, class, input, 0, Hidden(target.get_mut(..output_len(spec)).ok_or(too_short)?));
            // Only the first layer has a row of biases for each label.
            class = 0;
            (from, to) = (target, source);
        }
        let input = if hidden.is_empty() { Input::Codes(latent) } else { Input::of(spec, from) };
        Ok(Last { spec, layer, class, input })
    }

    fn class(&self, label: Option<u16>) -> Result<usize, GenerateError> {
        match (label, self.header.classes) {
            (None, 0) => Ok(0),
            (None, _) => Err(GenerateError::LabelMissing),
            (Some(_), 0) => Err(GenerateError::LabelUnexpected),
            (Some(label), classes) if label < classes => Ok(label.into()),
            (Some(_), classes) => Err(GenerateError::Label { classes }),
        }
    }

    fn hidden_specs(&self) -> &[LayerSpec] {
        self.header.layers.split_last().map_or(&[], |(_, hidden)| hidden)
    }

    /// Bytes for the outputs of the hidden layers with even and with odd numbers.
    fn scratch_halves(&self) -> (usize, usize) {
        let largest = |first| self.hidden_specs().iter().skip(first).step_by(2).map(output_len).max().unwrap_or(0);
        (largest(0), largest(1))
    }
}

/// The last layer and what it needs to run.
struct Last<'s, 'a> {
    spec: &'s LayerSpec,
    layer: &'s Layer<'a>,
    class: usize,
    input: Input<'s>,
}

/// Bytes of the outputs of a hidden layer.
fn output_len(spec: &LayerSpec) -> usize {
    let bytes = match spec.element {
        Element::I8 => 1,
        Element::F32 => 4,
    };
    usize::from(spec.outputs) * bytes
}

fn check_output(output: &[u8], expected: usize) -> Result<(), GenerateError> {
    if output.len() == expected { Ok(()) } else { Err(GenerateError::OutputLen { expected }) }
}
