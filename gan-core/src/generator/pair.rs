//! Makes two images at a time. A kernel that has room for the sums of both images loads and unpacks
//! the weights only once for both.

use super::integer::groups;
use super::{FURTHER_CLASS, Generator, check_output};
use crate::error::GenerateError;
use crate::header::LayerSpec;
use crate::kernel::{Active, PACKING, PackedKernel, bytes_mut};
use crate::payload::Layer;

impl Generator<'_> {
    /// Number of words of `scratch` that [`generate_pair`](Self::generate_pair) needs.
    pub const fn pair_scratch_len(&self) -> usize {
        if self.pairs() { 2 * self.scratch_len() } else { self.scratch_len() }
    }

    /// Makes the images of two latents and labels. They are the same as those of two calls of
    /// [`generate`](Self::generate). On cores with the DSP extension this is faster than two calls,
    /// if all layers of the model are packed for the core's kernel.
    ///
    /// `scratch` has at least [`pair_scratch_len`](Self::pair_scratch_len) words.
    ///
    /// # Errors
    ///
    /// The call fails like [`generate`](Self::generate).
    pub fn generate_pair(
        &self,
        latents: [&[u8]; 2],
        labels: [Option<u16>; 2],
        scratch: &mut [u32],
        pixels: [&mut [u8]; 2],
    ) -> Result<(), GenerateError> {
        self.check_draws()?;
        for (latent, pixels) in latents.iter().zip(&pixels) {
            check_output(pixels, self.pixels_len())?;
            self.check_latent(latent)?;
        }
        let classes = [self.class(labels[0])?, self.class(labels[1])?];
        let expected = self.pair_scratch_len();
        let scratch = scratch.get_mut(..expected).ok_or(GenerateError::ScratchLen { expected })?;
        if self.pairs() {
            return self
                .both(latents, classes, scratch, pixels)
                .ok_or(GenerateError::ScratchLen { expected });
        }
        let [first, second] = pixels;
        self.generate(latents[0], labels[0], scratch, first)?;
        self.generate(latents[1], labels[1], scratch, second)
    }
}

impl Generator<'_> {
    /// Whether a kernel makes both images at once.
    pub(super) const fn pairs(&self) -> bool {
        Active::TWO_IMAGES && self.plan.only_kernel_layers()
    }

    /// Runs all layers for both images. It returns `None` if a buffer is too short; the caller has
    /// checked their lengths before.
    pub(super) fn both(
        &self,
        latents: [&[u8]; 2],
        mut classes: [usize; 2],
        scratch: &mut [u32],
        pixels: [&mut [u8]; 2],
    ) -> Option<()> {
        let [staged, codes] = self.plan.scratch;
        let (staged, rest) = scratch.split_at_mut_checked(2 * staged)?;
        let (first, second) = rest.split_at_mut_checked(codes)?;
        let (first, second) = (bytes_mut(first), bytes_mut(second));
        for (image, latent) in latents.into_iter().enumerate() {
            Active::stage_two(latent, image, staged);
        }
        let mut layers = self.layers();
        let (last, hidden) = self.header.layers.split_last()?;
        for (spec, layer) in hidden.iter().zip(&mut layers) {
            let (first, second) =
                (first.get_mut(..spec.outputs.into())?, second.get_mut(..spec.outputs.into())?);
            rows(spec, &layer, classes, staged, [&mut *first, &mut *second]);
            classes = [FURTHER_CLASS; 2];
            Active::stage_two(first, 0, staged);
            Active::stage_two(second, 1, staged);
        }
        rows(last, &layers.next()?, classes, staged, pixels);
        Some(())
    }
}

/// Computes all rows of a layer for both images. Whole groups are written in place, a part of a
/// group by way of a buffer.
// This is not inlined, so that instructions can be counted for each layer.
#[inline(never)]
fn rows(
    spec: &LayerSpec,
    layer: &Layer<'_>,
    classes: [usize; 2],
    staged: &[u32],
    [first, second]: [&mut [u8]; 2],
) {
    const GROUP: usize = PACKING.group();
    let Layer::Packed(packed) = layer else {
        debug_assert!(false, "all layers are packed for this build's kernel");
        return;
    };
    let mut part = [[0; GROUP]; 2];
    let count = first.len().min(second.len()) / GROUP;
    let (Some((first, first_rest)), Some((second, second_rest))) =
        (first.split_at_mut_checked(count * GROUP), second.split_at_mut_checked(count * GROUP))
    else {
        debug_assert!(false, "whole groups fit both outputs");
        return;
    };
    if count > 0 {
        Active::run_two(
            &groups(spec, packed, classes[0], 0),
            groups(spec, packed, classes[1], 0).bias,
            staged,
            [first, second],
        );
    }
    if !first_rest.is_empty() {
        let [first, second] = &mut part;
        let second_bias = groups(spec, packed, classes[1], count).bias;
        Active::run_two(
            &groups(spec, packed, classes[0], count),
            second_bias,
            staged,
            [first, second],
        );
        first_rest.iter_mut().zip(first).for_each(|(output, &mut value)| *output = value);
        second_rest.iter_mut().zip(second).for_each(|(output, &mut value)| *output = value);
    }
}
