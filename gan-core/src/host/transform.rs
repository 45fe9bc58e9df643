//! Runs generators that take an image, for many images. The codes come from
//! [`Generator::input_codes`](crate::Generator::input_codes), so the results are those of
//! [`Generator::transform`](crate::Generator::transform).

use super::Runner;
use super::batch::block_len;
use crate::error::GenerateError;
use crate::generator::TransformInput;
use crate::host::network::Work;
use rayon::prelude::*;
use std::vec;
use std::vec::Vec;

impl Runner<'_> {
    /// Makes the image that the generator makes of another, on this thread, and writes it to
    /// `pixels`.
    ///
    /// # Errors
    ///
    /// The call fails like [`Generator::transform`](crate::Generator::transform), and writes
    /// nothing then.
    pub fn transform(
        &self,
        input: &TransformInput<'_>,
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        self.check_inputs(std::slice::from_ref(input), pixels)?;
        self.transform_block(&mut Room::new(self, 1), std::slice::from_ref(input), pixels)
    }

    /// Makes many images of as many others, on all threads of the rayon pool that this is called
    /// in. They lie one after the other in `pixels`.
    ///
    /// ```
    /// # use gan_core::{Aligned, TransformInput, decode, host::Runner};
    /// # static BLOB: &Aligned<[u8]> =
    /// #     &Aligned(*include_bytes!("../../data/v3-image.gan"));
    /// let runner = Runner::new(&decode(&BLOB.0)?);
    /// let shape = runner.generator().inputs().image().ok_or("takes no image")?;
    /// let (black, white) = (vec![0; shape.len()], vec![255; shape.len()]);
    /// let inputs = [&black, &white].map(|image| TransformInput::new(image));
    /// let mut pixels = vec![0; 2 * runner.generator().pixels_len()];
    /// runner.transform_batch(&inputs, &mut pixels)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The call fails like [`Generator::transform`](crate::Generator::transform) of the first input
    /// that is wrong; `pixels` must have room for exactly as many images as there are inputs.
    /// Nothing is written then.
    pub fn transform_batch(
        &self,
        inputs: &[TransformInput<'_>],
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        self.check_inputs(inputs, pixels)?;
        let size = block_len(inputs.len(), rayon::current_num_threads(), self.kernel.images());
        let blocks =
            inputs.par_chunks(size).zip(pixels.par_chunks_mut(size * self.generator.pixels_len()));
        blocks.try_for_each_init(
            || Room::new(self, size),
            |room, (inputs, pixels)| self.transform_block(room, inputs, pixels),
        )
    }

    fn check_inputs(
        &self,
        inputs: &[TransformInput<'_>],
        pixels: &[u8],
    ) -> Result<(), GenerateError> {
        let expected = inputs.len().saturating_mul(self.generator.pixels_len());
        if pixels.len() != expected {
            return Err(GenerateError::OutputLen { expected });
        }
        inputs.iter().try_for_each(|input| self.generator.check_input(input).map(|_| ()))
    }

    /// Makes the images of one block.
    fn transform_block(
        &self,
        room: &mut Room,
        inputs: &[TransformInput<'_>],
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        let generator = &self.generator;
        let Some((network, work)) = self.network.as_deref().zip(room.work.as_mut()) else {
            let pixels = pixels.chunks_exact_mut(generator.pixels_len());
            return inputs.iter().zip(pixels).try_for_each(|(input, pixels)| {
                generator.transform(input, &mut room.codes, &mut room.scratch, pixels)
            });
        };
        let len = generator.latent_len();
        let codes = room.codes.get_mut(..inputs.len() * len).unwrap_or_default();
        for (input, codes) in inputs.iter().zip(codes.chunks_exact_mut(len)) {
            generator.input_codes(input, codes)?;
        }
        room.labels.clear();
        room.labels.extend(inputs.iter().filter_map(|input| input.label));
        let labels = (!room.labels.is_empty()).then_some(room.labels.as_slice());
        self.block(network, work, codes, labels, pixels);
        for (input, pixels) in inputs.iter().zip(pixels.chunks_exact_mut(generator.pixels_len())) {
            generator.compose(input, pixels);
        }
        Ok(())
    }
}

/// What the images of a block take.
struct Room {
    /// The codes that go in.
    codes: Vec<u8>,
    labels: Vec<u16>,
    /// The buffers of integer layers.
    work: Option<Work>,
    /// The scratch of a model that stays in the blob.
    scratch: Vec<u32>,
}

impl Room {
    fn new(runner: &Runner<'_>, images: usize) -> Self {
        let generator = &runner.generator;
        let work = runner.network.as_ref().map(|network| Work::new(network, images));
        let scratch = if work.is_some() { vec![] } else { vec![0; generator.scratch_len()] };
        Self { codes: vec![0; images * generator.latent_len()], labels: vec![], work, scratch }
    }
}
