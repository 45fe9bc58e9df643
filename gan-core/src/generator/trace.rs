//! Tells the outputs of each hidden layer. They show in which layer two machines begin to differ.
//!
//! If a model ends one layer after the wanted one, running it leaves the wanted codes in the
//! scratch. So the codes come from the very code that makes images, which needs no changes for
//! this. The first layers run again and again, but time does not matter here.

use super::Generator;
use crate::error::GenerateError;
use crate::header::Element;
use crate::kernel;
use crate::plan::Plan;

impl Generator<'_> {
    /// Calls `each` for every hidden layer that [`generate`](Self::generate) runs, first to last,
    /// with the layer's number, from 0, and its output codes. The last layer's outputs are the
    /// pixels. Float layers have no codes, so `each` is never called for a float model.
    ///
    /// `latent` has all codes that go in. [`input_codes`](Self::input_codes) makes those of a
    /// generator that takes an image.
    ///
    /// ```
    /// use gan_core::{Aligned, decode};
    ///
    /// static BLOB: &Aligned<[u8]> =
    ///     &Aligned(*include_bytes!("../../data/v1-tiny.gan"));
    /// let generator = decode(&BLOB.0)?;
    /// let mut layers = 0;
    /// generator.trace(&[64, 64], Some(0), &mut [0; 1], |layer, codes| {
    ///     assert!(layer == layers && codes.iter().all(|&code| code < 128));
    ///     layers += 1;
    /// })?;
    /// assert_eq!(layers + 1, generator.layers().len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The call fails like [`generate`](Self::generate).
    pub fn trace(
        &self,
        latent: &[u8],
        label: Option<u16>,
        scratch: &mut [u32],
        mut each: impl FnMut(usize, &[u8]),
    ) -> Result<(), GenerateError> {
        // The first layers need less scratch than the whole model, so they would be told before a
        // later one fails.
        self.prepare(latent, label, scratch)?;
        for layer in 0..self.traced() {
            let short = self.up_to_after(layer);
            let (class, parts) = short.prepare(latent, label, scratch)?;
            short.run_hidden(latent, class, parts)?;
            let [staged, codes] = short.plan.scratch;
            each(layer, codes_in(scratch, staged, codes, short.outputs(layer)));
        }
        Ok(())
    }

    /// Does the same as [`trace`](Self::trace) for two images at a time, if a kernel makes both at
    /// once in [`generate_pair`](Self::generate_pair). Otherwise the images are made one after the
    /// other there, and `each` is never called.
    ///
    /// # Errors
    ///
    /// The call fails like [`generate_pair`](Self::generate_pair).
    pub fn trace_pair(
        &self,
        latents: [&[u8]; 2],
        labels: [Option<u16>; 2],
        scratch: &mut [u32],
        mut each: impl FnMut(usize, [&[u8]; 2]),
    ) -> Result<(), GenerateError> {
        if !self.pairs() {
            return Ok(());
        }
        for latent in latents {
            self.check_latent(latent)?;
        }
        let classes = [self.class(labels[0])?, self.class(labels[1])?];
        let expected = self.pair_scratch_len();
        if scratch.len() < expected {
            return Err(GenerateError::ScratchLen { expected });
        }
        for layer in 0..self.traced() {
            let short = self.up_to_after(layer);
            // There is no room for pixels, so the layer after the wanted one computes none.
            let done = short.both(latents, classes, scratch, [&mut [], &mut []]);
            done.ok_or(GenerateError::ScratchLen { expected })?;
            let [staged, codes] = short.plan.scratch;
            let of = |image: usize| {
                codes_in(scratch, 2 * staged + image * codes, codes, short.outputs(layer))
            };
            each(layer, [of(0), of(1)]);
        }
        Ok(())
    }

    /// Number of hidden layers that have codes.
    fn traced(&self) -> usize {
        let hidden = self.header.layers.split_last().map_or(&[][..], |(_, hidden)| hidden);
        hidden.iter().filter(|spec| spec.element != Element::F32).count()
    }

    /// The model without the layers behind the one after `layer`.
    fn up_to_after(&self, layer: usize) -> Self {
        let mut short = self.clone();
        short.header.layers.truncate(layer + 2);
        short.plan = Plan::of(&short.header.layers);
        short
    }

    fn outputs(&self, layer: usize) -> usize {
        self.header.layers.get(layer).map_or(0, |spec| spec.outputs.into())
    }
}

/// The first `count` bytes of a part of the scratch.
fn codes_in(scratch: &[u32], start: usize, words: usize, count: usize) -> &[u8] {
    let part = scratch.get(start..).and_then(|rest| rest.get(..words)).unwrap_or_default();
    kernel::bytes(part).get(..count).unwrap_or_default()
}
