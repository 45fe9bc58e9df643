//! Runs generators that take an image: turns the image, the mask and the latent into codes, and
//! puts what was not missing into the result. `docs/blob-format.md` prescribes both.

use super::{Generator, check_output};
use crate::CODE_MAX;
use crate::error::GenerateError;
use crate::header::{ImageShape, InputPart, MaskShape};

/// The code of a pixel that is missing. It stands for 0.0.
const MISSING: u8 = 64;

/// What goes into a generator that takes an image.
///
/// ```
/// use gan_core::TransformInput;
/// let input = TransformInput { label: Some(3), ..TransformInput::new(&[0; 64]) };
/// assert_eq!((input.mask, input.latent), (None, &[][..]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransformInput<'i> {
    /// The bytes of the image, line by line.
    pub image: &'i [u8],
    /// A byte for each cell of the mask, line by line, if the generator takes a mask: 0 where the
    /// image is there, 255 where it is missing, between them for a part that is missing.
    pub mask: Option<&'i [u8]>,
    /// The codes 0..=127 of the latent part; empty if there is none.
    pub latent: &'i [u8],
    /// The label, if the generator takes one.
    pub label: Option<u16>,
}

impl<'i> TransformInput<'i> {
    /// An image and nothing else.
    pub const fn new(image: &'i [u8]) -> Self {
        Self { image, mask: None, latent: &[], label: None }
    }
}

/// Which pixels of an image are missing.
#[derive(Clone, Copy)]
struct Missing<'i> {
    cells: &'i [u8],
    mask: MaskShape,
    image: ImageShape,
}

impl Missing<'_> {
    fn at(&self, x: usize, y: usize) -> bool {
        self.mask.hides(self.cells, self.image, x, y)
    }
}

impl Generator<'_> {
    /// Makes the image that this generator makes of another, and writes it to `pixels`, line by
    /// line, as bytes 0..=255. If the generator takes a mask, and makes images of the size that it
    /// takes, the pixels that are not missing are those of `input`.
    ///
    /// `codes` has at least [`latent_len`](Self::latent_len) bytes and `scratch` at least
    /// [`scratch_len`](Self::scratch_len) words, whose content does not matter.
    ///
    /// # Errors
    ///
    /// The call fails if the generator takes no image, if a part of the input is missing, too much
    /// or of the wrong length, if the latent or the label is wrong, or if a buffer has the wrong
    /// length. Nothing is written then.
    pub fn transform(
        &self,
        input: &TransformInput<'_>,
        codes: &mut [u8],
        scratch: &mut [u32],
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        check_output(pixels, self.pixels_len())?;
        let class = self.check_input(input)?;
        let parts = self.parts(scratch)?;
        let codes = self.input_codes(input, codes)?;
        self.run_hidden(codes, class, parts)?.rows(&self.plan, 0, pixels);
        self.compose(input, pixels);
        Ok(())
    }

    /// The same line by line. Each line is written to `line` and handed to `sink` together with its
    /// number, from 0.
    ///
    /// # Errors
    ///
    /// The call fails like [`transform`](Self::transform). `line` must have
    /// [`line_len`](Self::line_len) bytes.
    pub fn transform_rows(
        &self,
        input: &TransformInput<'_>,
        codes: &mut [u8],
        scratch: &mut [u32],
        line: &mut [u8],
        mut sink: impl FnMut(usize, &[u8]),
    ) -> Result<(), GenerateError> {
        check_output(line, self.line_len())?;
        let class = self.check_input(input)?;
        let parts = self.parts(scratch)?;
        let codes = self.input_codes(input, codes)?;
        let last = self.run_hidden(codes, class, parts)?;
        let missing = self.composed(input);
        for y in 0..usize::from(self.header.image.height) {
            last.rows(&self.plan, y * line.len(), line);
            if let Some(missing) = missing {
                keep_line(missing, input.image, y, line);
            }
            sink(y, line);
        }
        Ok(())
    }

    /// Writes the codes that go into the first layer to the beginning of `codes`, and returns them:
    /// those of the parts of the input, in the order of the header.
    ///
    /// # Errors
    ///
    /// The call fails like [`transform`](Self::transform).
    pub fn input_codes<'c>(
        &self,
        input: &TransformInput<'_>,
        codes: &'c mut [u8],
    ) -> Result<&'c [u8], GenerateError> {
        self.check_input(input)?;
        let expected = self.latent_len();
        let codes = codes.get_mut(..expected).ok_or(GenerateError::CodesLen { expected })?;
        let missing = self.missing(input);
        let mut left = &mut *codes;
        for part in self.header.inputs.as_slice() {
            let (now, rest) = left.split_at_mut_checked(part.codes()).unwrap_or_default();
            match *part {
                InputPart::Latent(_) => {
                    now.iter_mut().zip(input.latent).for_each(|(code, &latent)| *code = latent);
                }
                InputPart::Image(shape) => image_codes(shape, input.image, missing, now),
                InputPart::Mask(_) => bytes_to_codes(input.mask.unwrap_or_default(), now),
            }
            left = rest;
        }
        Ok(codes)
    }

    /// Checks all of an input. Returns the class that the label stands for.
    pub(crate) fn check_input(&self, input: &TransformInput<'_>) -> Result<usize, GenerateError> {
        let inputs = &self.header.inputs;
        let image = inputs.image().ok_or(GenerateError::ImageUnexpected)?;
        if input.image.len() != image.len() {
            return Err(GenerateError::ImageLen { expected: image.len() });
        }
        match (inputs.mask(), input.mask) {
            (None, None) => {}
            (None, Some(_)) => return Err(GenerateError::MaskUnexpected),
            (Some(_), None) => return Err(GenerateError::MaskMissing),
            (Some(shape), Some(mask)) if mask.len() != shape.len() => {
                return Err(GenerateError::MaskLen { expected: shape.len() });
            }
            (Some(_), Some(_)) => {}
        }
        if input.latent.len() != inputs.latent() {
            return Err(GenerateError::LatentLen { expected: inputs.latent() });
        }
        if input.latent.iter().any(|&code| code > CODE_MAX) {
            return Err(GenerateError::LatentCode);
        }
        self.class(input.label)
    }

    /// Puts the pixels that are not missing into an image that was made of `input`, if the
    /// generator takes a mask and makes images of the size that it takes.
    pub(crate) fn compose(&self, input: &TransformInput<'_>, pixels: &mut [u8]) {
        if let Some(missing) = self.composed(input) {
            let lines = pixels.chunks_exact_mut(self.line_len().max(1));
            lines.enumerate().for_each(|(y, line)| keep_line(missing, input.image, y, line));
        }
    }

    /// What is missing of the image, if there is a mask.
    fn missing<'i>(&self, input: &TransformInput<'i>) -> Option<Missing<'i>> {
        let (mask, image) = (self.header.inputs.mask()?, self.header.inputs.image()?);
        Some(Missing { cells: input.mask?, mask, image })
    }

    /// The same, if the result keeps what is not missing.
    fn composed<'i>(&self, input: &TransformInput<'i>) -> Option<Missing<'i>> {
        self.missing(input).filter(|missing| missing.image == self.header.image)
    }
}

/// Puts the pixels of line `y` that are not missing into the same line of the result.
fn keep_line(missing: Missing<'_>, image: &[u8], y: usize, line: &mut [u8]) {
    let channels = usize::from(missing.image.channels.max(1));
    let image = image.chunks_exact(missing.image.line_len().max(1)).nth(y).unwrap_or_default();
    let pixels = line.chunks_exact_mut(channels).zip(image.chunks_exact(channels));
    for (x, (pixel, kept)) in pixels.enumerate() {
        if !missing.at(x, y) {
            pixel.iter_mut().zip(kept).for_each(|(byte, &kept)| *byte = kept);
        }
    }
}

/// The codes of an image. Those of missing pixels do not depend on what the image hides there.
fn image_codes(shape: ImageShape, image: &[u8], missing: Option<Missing<'_>>, codes: &mut [u8]) {
    bytes_to_codes(image, codes);
    let Some(missing) = missing else { return };
    for (y, line) in codes.chunks_exact_mut(shape.line_len().max(1)).enumerate() {
        for (x, pixel) in line.chunks_exact_mut(usize::from(shape.channels.max(1))).enumerate() {
            if missing.at(x, y) {
                pixel.fill(MISSING);
            }
        }
    }
}

/// A byte 0..=255 becomes a code 0..=127.
fn bytes_to_codes(bytes: &[u8], codes: &mut [u8]) {
    codes.iter_mut().zip(bytes).for_each(|(code, &byte)| *code = byte >> 1);
}
