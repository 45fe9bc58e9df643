//! Layers of half bytes: how their weights lie, and the loops over them.
//!
//! Some inputs of a row (16 or 32) share a scale: `sum = bias + scale * part + scale * part + ...`,
//! and a part is the sum of the products of these inputs.
//!
//! A weight is held as in the blob, `w + 8` in 0..=15 for `w` in -8..=7, so that a mask unpacks it.
//! For a part with the codes `x` this means
//!
//! ```text
//! part = sum of w * x = sum of (w + 8) * x - 8 * (sum of x)
//! ```
//!
//! The last term is the same for all rows, so it is computed once for an image, and each part
//! begins with it. It is within -8 x 127 x 32 = -32,512 and 0. A whole part is within that and
//! 7 x 127 x 32 = 28,448, so it fits 16 bits with a sign. Instruction sets multiply such numbers by
//! a scale faster than those of 32 bits.

use super::network::{Block, COLUMNS, GROUP, Layer, Work};
use super::tile::{FEW, Isa, requantize};
use crate::header::{LayerSpec, Packing};
use crate::payload::Nibbles as BlobNibbles;
use std::vec;
use std::vec::Vec;

/// Number of columns in a block of half bytes. It is twice as many as in a block of bytes.
const PAIR: usize = 2 * COLUMNS;

/// The weights of a layer of half bytes.
#[derive(Debug, Clone)]
pub(super) struct Nibbles {
    /// Number of inputs that share a scale.
    shared: usize,
    /// Scales of a row.
    scales_a_row: usize,
    /// Number of inputs, without padding.
    inputs: usize,
    /// `[group of rows][block]`. Byte `c` of a row has column `c` in its lower half and column `c +
    /// 4` in its upper half. Padding is 0.
    weights: Vec<Block>,
    /// `[group of rows][scale][row]`.
    scales: Vec<[u8; GROUP]>,
}

impl Nibbles {
    pub fn new(spec: &LayerSpec, nibbles: &BlobNibbles<'_>) -> Self {
        let (inputs, outputs, padded) =
            (usize::from(spec.inputs), usize::from(spec.outputs), spec.padded_inputs());
        let (shared, scales_a_row, groups) =
            (usize::from(nibbles.group), spec.groups(), outputs.div_ceil(GROUP));
        let blocks = padded / PAIR;
        let mut weights = vec![Block([[0; COLUMNS]; GROUP]); groups * blocks];
        let mut scales = vec![[0; GROUP]; groups * scales_a_row];
        for row in 0..outputs {
            let (group, inside) = (row / GROUP, row % GROUP);
            for (index, block) in weights[group * blocks..][..blocks].iter_mut().enumerate() {
                let left = (inputs - (index * PAIR).min(inputs)).min(PAIR);
                let halves = eight(nibbles, padded, row, index) & ((1u64 << (4 * left)) - 1) as u32;
                block.0[inside] =
                    (spread(halves) | spread(halves >> 16) << 4).to_le_bytes().map(u8::cast_signed);
            }
            for (index, scales) in
                scales[group * scales_a_row..][..scales_a_row].iter_mut().enumerate()
            {
                scales[inside] = nibbles.scale(scales_a_row, row, index);
            }
        }
        Self { shared, scales_a_row, inputs, weights, scales }
    }

    /// Number of bytes of an image's codes that the loops read.
    pub fn padded_inputs(&self) -> usize {
        self.scales_a_row * self.shared
    }

    /// Scales of a row.
    pub fn scales_a_row(&self) -> usize {
        self.scales_a_row
    }

    #[inline(always)]
    fn weights(&self, group: usize) -> &[Block] {
        let blocks = self.padded_inputs() / PAIR;
        &self.weights[group * blocks..][..blocks]
    }

    #[inline(always)]
    fn scales(&self, group: usize) -> &[[u8; GROUP]] {
        &self.scales[group * self.scales_a_row..][..self.scales_a_row]
    }

    /// Computes for each image what its parts begin with: -8 times the sum of a part's codes.
    fn correct(&self, work: &mut Work) {
        let images = work
            .codes
            .chunks_exact(work.stride)
            .zip(work.corrections.chunks_exact_mut(work.corrections_stride));
        for (codes, corrections) in images.take(work.images) {
            for (codes, correction) in codes[..self.inputs].chunks(self.shared).zip(corrections) {
                *correction = -8 * codes.iter().map(|&code| i32::from(code)).sum::<i32>();
            }
        }
    }
}

/// Eight half bytes of a row. The lowest one is that of the first column.
fn eight(nibbles: &BlobNibbles<'_>, padded: usize, row: usize, block: usize) -> u32 {
    if nibbles.packing == Packing::Rows {
        return u32::from_le_bytes(nibbles.weights.as_chunks().0[row * padded / PAIR + block]);
    }
    (0..PAIR).fold(0, |halves, column| {
        let weight = nibbles.packing.nibble(nibbles.weights, padded, row, block * PAIR + column);
        halves | u32::from((weight + 8).cast_unsigned()) << (4 * column)
    })
}

/// Puts each of the lower four half bytes into a byte of its own.
fn spread(halves: u32) -> u32 {
    let pairs = (halves & 0xFF) | (halves & 0xFF00) << 8;
    (pairs | pairs << 4) & 0x0F0F_0F0F
}

/// Runs a layer of half bytes: tiles are `N` images by `G` groups, or one image by `ALONE` groups.
/// There is room for whole tiles.
#[inline(always)]
pub(super) fn run<I: Isa, const N: usize, const G: usize, const ALONE: usize>(
    isa: I,
    layer: &Layer,
    nibbles: &Nibbles,
    work: &mut Work,
) {
    nibbles.correct(work);
    if work.images < FEW {
        tiles::<I, 1, ALONE>(isa, layer, nibbles, work);
    } else {
        tiles::<I, N, G>(isa, layer, nibbles, work);
    }
}

#[inline(always)]
fn tiles<I: Isa, const N: usize, const G: usize>(
    isa: I,
    layer: &Layer,
    nibbles: &Nibbles,
    work: &mut Work,
) {
    let (mut group, groups) = (0, layer.groups());
    while group + G <= groups {
        column::<I, N, G>(isa, layer, nibbles, work, group);
        group += G;
    }
    while group < groups {
        column::<I, N, 1>(isa, layer, nibbles, work, group);
        group += 1;
    }
}

/// Runs `G` groups for all images. The last tile may have more images than there are.
#[inline(always)]
fn column<I: Isa, const N: usize, const G: usize>(
    isa: I,
    layer: &Layer,
    nibbles: &Nibbles,
    work: &mut Work,
    group: usize,
) {
    for first in (0..work.images).step_by(N) {
        // The number of blocks that share a scale is a constant here, so that the compiler can
        // unroll the loop over them.
        match nibbles.shared / PAIR {
            2 => tile::<I, N, G, 2>(isa, layer, nibbles, work, group, first),
            _ => tile::<I, N, G, 4>(isa, layer, nibbles, work, group, first),
        }
    }
}

#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "an index runs through several arrays, in registers")]
fn tile<I: Isa, const N: usize, const G: usize, const SHARED: usize>(
    isa: I,
    layer: &Layer,
    nibbles: &Nibbles,
    work: &mut Work,
    group: usize,
    image: usize,
) {
    let scales_a_row = nibbles.scales_a_row;
    let weights: [&[[Block; SHARED]]; G] =
        core::array::from_fn(|g| &nibbles.weights(group + g).as_chunks().0[..scales_a_row]);
    let scales: [&[[u8; GROUP]]; G] = core::array::from_fn(|g| nibbles.scales(group + g));
    let codes: [&[[[[u8; COLUMNS]; 2]; SHARED]]; N] = core::array::from_fn(|n| {
        let codes =
            work.codes[(image + n) * work.stride..].as_chunks().0.as_chunks().0.as_chunks().0;
        &codes[..scales_a_row]
    });
    let corrections: [&[i32]; N] = core::array::from_fn(|n| {
        &work.corrections[(image + n) * work.corrections_stride..][..scales_a_row]
    });
    let mut sums = [[isa.sums(&[0; GROUP]); G]; N];
    for n in 0..N {
        for g in 0..G {
            sums[n][g] = isa.sums(layer.bias(work.classes[image + n], group + g));
        }
    }
    for part in 0..scales_a_row {
        let mut parts = [[isa.part(0); G]; N];
        for n in 0..N {
            parts[n] = [isa.part(corrections[n][part]); G];
        }
        for block in 0..SHARED {
            let mut loaded = [isa.nibbles(&weights[0][part][block]); G];
            for g in 1..G {
                loaded[g] = isa.nibbles(&weights[g][part][block]);
            }
            for n in 0..N {
                let [low, high] = codes[n][part][block];
                let (low, high) = (isa.codes(low), isa.codes(high));
                for g in 0..G {
                    parts[n][g] = isa.add_to_part(parts[n][g], loaded[g][0], low);
                    parts[n][g] = isa.add_to_part(parts[n][g], loaded[g][1], high);
                }
            }
        }
        for g in 0..G {
            let scales = isa.scales(&scales[g][part]);
            for n in 0..N {
                sums[n][g] = isa.add_part(sums[n][g], parts[n][g], scales);
            }
        }
    }
    for n in 0..N {
        let outputs = &mut work.outputs[(image + n) * work.stride..][group * GROUP..][..G * GROUP];
        for g in 0..G {
            outputs[g * GROUP..][..GROUP].copy_from_slice(&requantize(
                isa,
                layer,
                group + g,
                sums[n][g],
            ));
        }
    }
}
