//! Runs the layers of a generator. All results go to buffers of the caller.

mod checks;
#[cfg(feature = "float")]
mod float;
mod foreign;
mod integer;
mod nibbles;
mod pair;
mod requantize;
mod steps;
mod trace;
mod transform;

use crate::error::GenerateError;
use crate::header::{Header, ImageShape, InputParts, LayerSpec, LayerSpecs};
use crate::kernel;
use crate::payload::Layers;
pub use crate::payload::{Layer, Nibbles, Output, Packed};
use crate::plan::Plan;
use checks::check_output;
pub use steps::Steps;
pub use transform::TransformInput;

/// A generator that was read from a blob and borrows its weights.
///
/// [`decode`](crate::decode) makes one, and has proven every limit of the format: sizes chain, and
/// sums fit 32 bits. [`Known`](crate::Known) makes one too, and has proven that sizes chain and
/// that the sections lie where they must. If the numbers of such a model break their limits, sums
/// wrap around and pixels are wrong. No call below can panic, whichever of the two made the
/// generator.
#[derive(Debug, Clone)]
pub struct Generator<'a> {
    pub(crate) header: Header<'a>,
    pub(crate) plan: Plan,
    pub(crate) payload: &'a [u8],
    pub(crate) bytes: &'a [u8],
}

/// The class of all layers but the first, which alone has a row of biases for each label.
const FURTHER_CLASS: usize = 0;

impl<'a> Generator<'a> {
    /// A generator without layers. The caller reads the header and the payload from `bytes` and
    /// fills them in.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        let image = ImageShape { width: 0, height: 0, channels: 0 };
        let header = Header::new("", 0, 0, image, LayerSpecs::new());
        Self { header, plan: Plan::of(&[]), payload: &[], bytes }
    }

    /// The header of the blob, which describes the model and its layers.
    pub const fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The model's name.
    pub const fn name(&self) -> &'a str {
        self.header.name
    }

    /// Number of codes that go in: the length of a latent vector, or if the generator takes an
    /// image, that of all its [`inputs`](Self::inputs) together.
    pub const fn latent_len(&self) -> usize {
        self.header.latent_len as usize
    }

    /// What goes in. [`generate`](Self::generate) runs a generator that takes nothing but a latent
    /// vector, [`transform`](Self::transform) one that takes an image.
    pub const fn inputs(&self) -> &InputParts {
        &self.header.inputs
    }

    /// Number of labels. It is 0 if the generator takes none.
    pub const fn classes(&self) -> u16 {
        self.header.classes
    }

    /// Size of the images.
    pub const fn image(&self) -> ImageShape {
        self.header.image
    }

    /// The numbers of the layers, first to last. [`header`](Self::header) says what they mean.
    pub fn layers(&self) -> Layers<'_, 'a> {
        Layers::new(&self.header, &self.plan, self.payload)
    }

    /// Number of bytes of an image. This is the length of `pixels`.
    pub const fn pixels_len(&self) -> usize {
        self.header.image.len()
    }

    /// Number of bytes of a line of an image. This is the length of `line`.
    pub const fn line_len(&self) -> usize {
        self.header.image.line_len()
    }

    /// Number of words of `scratch`. In a model of integers they hold a layer's inputs in the form
    /// that its kernel reads, and a hidden layer's outputs; in a float model, the outputs of two
    /// layers.
    pub const fn scratch_len(&self) -> usize {
        let [first, second] = self.plan.scratch;
        first + second
    }

    /// Whether this build's kernels run all layers. If they do not, the images are the same, but
    /// they take longer, two to four times as a rule: docs/performance.md has the figures. `gan
    /// pack` packs a model for a core, all but layers for which the packing is not exact.
    ///
    /// Float layers have one packing and one kernel.
    pub const fn is_native(&self) -> bool {
        self.plan.fastest
    }

    /// Number of multiply-accumulates that one image takes.
    pub fn macs(&self) -> u64 {
        self.header.layers.iter().map(|spec| u64::from(spec.inputs) * u64::from(spec.outputs)).sum()
    }

    /// The blob's CRC-32, which identifies it.
    pub fn crc(&self) -> u32 {
        self.bytes.last_chunk().map_or(0, |&crc| u32::from_le_bytes(crc))
    }

    /// Number of bytes of the blob.
    pub fn encoded_len(&self) -> usize {
        self.bytes.len()
    }

    /// Makes the image of `latent` (codes 0..=127) and `label`, and writes it to `pixels`, line by
    /// line, as bytes 0..=255.
    ///
    /// `scratch` has at least [`scratch_len`](Self::scratch_len) words, whose content does not
    /// matter.
    ///
    /// # Errors
    ///
    /// The call fails if the latent or the label is wrong, or if a buffer has the wrong length.
    /// Nothing is written then.
    pub fn generate(
        &self,
        latent: &[u8],
        label: Option<u16>,
        scratch: &mut [u32],
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        check_output(pixels, self.pixels_len())?;
        self.hidden(latent, label, scratch)?.rows(&self.plan, 0, pixels);
        Ok(())
    }

    /// Makes the image line by line. Each line is written to `line` and handed to `sink` together
    /// with its number, from 0.
    ///
    /// The whole image never exists at once, so the device needs no memory for it.
    ///
    /// # Errors
    ///
    /// The call fails like [`generate`](Self::generate). `line` must have
    /// [`line_len`](Self::line_len) bytes.
    pub fn generate_rows(
        &self,
        latent: &[u8],
        label: Option<u16>,
        scratch: &mut [u32],
        line: &mut [u8],
        mut sink: impl FnMut(usize, &[u8]),
    ) -> Result<(), GenerateError> {
        check_output(line, self.line_len())?;
        let last = self.hidden(latent, label, scratch)?;
        for y in 0..usize::from(self.header.image.height) {
            last.rows(&self.plan, y * line.len(), line);
            sink(y, line);
        }
        Ok(())
    }

    /// Runs all layers but the last, and returns the last layer together with its input.
    fn hidden<'s>(
        &'s self,
        latent: &'s [u8],
        label: Option<u16>,
        scratch: &'s mut [u32],
    ) -> Result<Last<'s, 'a>, GenerateError> {
        self.check_draws()?;
        let (class, parts) = self.prepare(latent, label, scratch)?;
        self.run_hidden(latent, class, parts)
    }

    /// The same for codes and a class that were checked, in the two parts of the scratch.
    fn run_hidden<'s>(
        &'s self,
        latent: &'s [u8],
        class: usize,
        [first, second]: [&'s mut [u32]; 2],
    ) -> Result<Last<'s, 'a>, GenerateError> {
        #[cfg(feature = "float")]
        if self.plan.float {
            return self.float_hidden(latent, class, [first, second]);
        }
        self.integer_hidden(latent, class, first, kernel::bytes_mut(second))
            .ok_or(GenerateError::ScratchLen { expected: self.scratch_len() })
    }

    /// Runs all layers but the last of a model of integers. It returns `None` if there is no layer
    /// or if the outputs of one do not fit; [`decode`](crate::decode) proves that neither happens.
    fn integer_hidden<'s>(
        &'s self,
        latent: &[u8],
        mut class: usize,
        staged: &'s mut [u32],
        codes: &mut [u8],
    ) -> Option<Last<'s, 'a>> {
        let plan = &self.plan;
        let mut specs = self.header.layers.iter();
        let mut spec = specs.next()?;
        integer::stage(plan, spec, latent, staged);
        for layer in self.layers() {
            let Some(next) = specs.next() else {
                return Some(Last { spec, layer, class, input: Input::Staged(staged) });
            };
            let outputs = codes.get_mut(..spec.outputs.into())?;
            integer::rows(plan, spec, &layer, class, staged, 0, outputs);
            integer::stage(plan, next, outputs, staged);
            (spec, class) = (next, FURTHER_CLASS);
        }
        None
    }
}

/// The inputs of a layer.
#[derive(Debug, Clone, Copy)]
enum Input<'s> {
    /// Codes in the form that the kernel of an integer layer reads.
    Staged(&'s [u32]),
    /// The codes of the latent, which a float layer turns into reals.
    #[cfg(feature = "float")]
    Codes(&'s [u8]),
    /// The f32 outputs of a float layer, as bits. There may be more of them than the layer has
    /// inputs.
    #[cfg(feature = "float")]
    Reals(&'s [u32]),
}

/// The last layer, with what it needs to run.
struct Last<'s, 'a> {
    spec: &'s LayerSpec,
    layer: Layer<'a>,
    class: usize,
    input: Input<'s>,
}

impl Last<'_, '_> {
    /// Computes the pixels from `first_row` on, as many as `pixels` has room for. The caller passes
    /// the plan from the generator each time. If this struct carried it, the optimizer would not
    /// see that it is a constant.
    fn rows(&self, plan: &Plan, first_row: usize, pixels: &mut [u8]) {
        match self.input {
            Input::Staged(staged) => {
                integer::rows(plan, self.spec, &self.layer, self.class, staged, first_row, pixels)
            }
            #[cfg(feature = "float")]
            input => float::pixels(self.spec, &self.layer, self.class, input, first_row, pixels),
        }
    }
}
