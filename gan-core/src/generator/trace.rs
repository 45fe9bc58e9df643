//! What each hidden layer put out: for finding the layer in which two machines part.
//!
//! A model that ends one layer after the wanted one leaves the wanted codes in the scratch. So they
//! come from the very code that makes images, which knows nothing of this; it takes layers over and
//! over, and time does not matter here.

use super::Generator;
use crate::error::GenerateError;
use crate::header::Element;
use crate::kernel;
use crate::plan::Plan;

impl Generator<'_> {
    /// Hands `each` the number, from 0, and the output codes of every hidden layer that
    /// [`generate`](Self::generate) runs, first to last. The last layer's outputs are the pixels.
    /// Float layers have no codes: of a float model nothing comes.
    ///
    /// ```
    /// use gan_core::{Aligned, decode};
    ///
    /// static BLOB: &Aligned<[u8]> =
    ///     &Aligned(*include_bytes!("../../../tests/vectors/v1-tiny.gan"));
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
    /// As [`generate`](Self::generate).
    pub fn trace(
        &self,
        latent: &[u8],
        label: Option<u16>,
        scratch: &mut [u32],
        mut each: impl FnMut(usize, &[u8]),
    ) -> Result<(), GenerateError> {
        self.class(label)?;
        self.check_latent(latent)?;
        for layer in 0..self.traced() {
            let short = self.up_to_after(layer);
            short.hidden(latent, label, scratch)?;
            let [staged, codes] = short.plan.scratch;
            each(layer, codes_in(scratch, staged, codes, short.outputs(layer)));
        }
        Ok(())
    }

    /// [`trace`](Self::trace) of two images at a time, as [`generate_pair`](Self::generate_pair)
    /// makes them where a kernel takes both at once. Where none does, nothing comes: they are made
    /// one after the other.
    ///
    /// # Errors
    ///
    /// As [`generate_pair`](Self::generate_pair).
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
        for layer in 0..self.traced() {
            let short = self.up_to_after(layer);
            // Without room for a pixel, the layer after it computes none.
            let done = short.both(latents, classes, scratch, [&mut [], &mut []]);
            done.ok_or(GenerateError::ScratchLen { expected: self.pair_scratch_len() })?;
            let [staged, codes] = short.plan.scratch;
            let of = |image: usize| {
                codes_in(scratch, 2 * staged + image * codes, codes, short.outputs(layer))
            };
            each(layer, [of(0), of(1)]);
        }
        Ok(())
    }

    /// Hidden layers that have codes.
    fn traced(&self) -> usize {
        let hidden = self.header.layers.split_last().map_or(&[][..], |(_, hidden)| hidden);
        hidden.iter().filter(|spec| spec.element != Element::F32).count()
    }

    /// The model with no layer behind the one after `layer`.
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
