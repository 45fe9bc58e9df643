//! The loops over layers, groups and images, for every backend. They are safe code, written with
//! the few operations in which instruction sets differ ([`Isa`]).
//!
//! A layer is a matrix with a row for each output and a column for each input. 16 rows are a group,
//! and 16 rows by four columns are a block. A code is an input or an output, a byte of 0..=127 (an
//! index of a table, 0..=255, while it is on its way from a sum to the table). For each row and
//! image, the sum of bias and products (32 bits, modulo 2^32) becomes a code by requantization.
//!
//! A tile is the sums of some images and some groups, held in registers while all columns are
//! added:
//!
//! ```text
//! for each block of four columns
//!     load the weights of G groups
//!     for each of N images
//!         broadcast its four codes
//!         for each of the groups: sums[image][group] += weights . codes, in each of 16 lanes
//! ```
//!
//! So each weight is loaded once for N images, and each code once for G groups.
//!
//! Everything here is inlined into one function of the backend's file, for which the compiler may
//! use the backend's instructions. A function that is not inlined there would be compiled for any
//! CPU, and each intrinsic in it would be a call.

#![allow(
    clippy::needless_range_loop,
    reason = "an index runs through several arrays, in registers"
)]

use super::network::{Block, COLUMNS, GROUP, Layer, Network, Rows, Work};
use super::nibbles;
use crate::quant::Rescale;

/// What each backend has. A value of it proves that the CPU has the instructions.
pub(super) trait Loops: Copy {
    /// Number of images in a tile. A batch runs in whole tiles.
    const IMAGES: usize;
    /// Number of blocks of columns that the loops take at once.
    const BLOCKS: usize = 1;

    /// The proof, or `None` if the CPU does not have the instructions.
    fn new() -> Option<Self>;

    /// Runs the layers. Afterwards `work.codes` has the last layer's outputs, before its table.
    fn run(self, network: &Network, work: &mut Work);
}

/// The operations of an instruction set. A value of it proves that the CPU has the instructions.
///
/// Lane `r` of a vector of 16 lanes belongs to row `r` of a group. A backend whose registers are
/// shorter holds such a vector in two or four of them.
pub(super) trait Isa: Copy {
    /// 16 sums of i32.
    type Sums: Copy;
    /// The weights of a block: in each lane, four columns of a row.
    type Weights: Copy;
    /// Four codes, repeated in every lane.
    type Codes: Copy;
    /// 16 sums of at most 32 products of half bytes, which share a scale.
    type Part: Copy;
    /// A scale for each of 16 rows, 0..=255.
    type Scales: Copy;

    /// Loads 16 numbers.
    fn sums(self, values: &[i32; GROUP]) -> Self::Sums;
    /// Loads a block.
    fn weights(self, block: &Block) -> Self::Weights;
    /// Repeats the codes of four columns in every lane.
    fn codes(self, codes: [u8; COLUMNS]) -> Self::Codes;
    /// Adds to each lane its four products of a weight and a code, modulo 2^32. Codes are at most
    /// 127, so a code is the same byte with a sign and without, and the sum of two products is
    /// within 2 x 127 x -128 and 2 x 127 x 127, which fits 16 bits with a sign.
    fn add(self, sums: Self::Sums, weights: Self::Weights, codes: Self::Codes) -> Self::Sums;
    /// The lower half bytes of a block and the upper ones, 0..=15, each in a byte of its own.
    fn nibbles(self, block: &Block) -> [Self::Weights; 2];
    /// Loads the scales of 16 rows.
    fn scales(self, scales: &[u8; GROUP]) -> Self::Scales;
    /// 16 sums that begin with `start`, which is -8 x 127 x 32 = -32,512 to 0.
    fn part(self, start: i32) -> Self::Part;
    /// Adds the products of four columns of half bytes.
    fn add_to_part(
        self,
        part: Self::Part,
        weights: Self::Weights,
        codes: Self::Codes,
    ) -> Self::Part;
    /// Multiplies the sums in `part` by their scales, and adds them to `sums`.
    fn add_part(self, sums: Self::Sums, part: Self::Part, scales: Self::Scales) -> Self::Sums;
    /// The 16 sums.
    fn values(self, sums: Self::Sums) -> [i32; GROUP];
    /// `clamp(zero_point + floor(sum * factor / 2^32 + 1/2), 0, top)` for each row. `factors` are
    /// those for sums from 0 on and those for sums below 0.
    ///
    /// Nothing overflows: a sum is within +-2^31 and a factor within 0..2^30, so a product is
    /// within +-2^61, and its upper half is within +-2^29, to which the zero point adds at most
    /// 255.
    fn requantize(
        self,
        sums: Self::Sums,
        factors: [&[i32; GROUP]; 2],
        zero_point: i32,
        top: u8,
    ) -> [u8; GROUP];
}

/// If there are fewer images than this, they run one by one, in tiles of one image and more groups,
/// which is faster than a tile of several images with one or two of them used.
pub(super) const FEW: usize = 3;

/// Runs all layers. Tiles are `N` images by `G` groups (`NIBBLES` groups of half bytes), or one
/// image by `ALONE` groups. `work` must have room for whole tiles.
#[inline(always)]
pub(super) fn run<
    I: Isa,
    const N: usize,
    const G: usize,
    const NIBBLES: usize,
    const ALONE: usize,
>(
    isa: I,
    network: &Network,
    work: &mut Work,
) {
    for (index, layer) in network.layers.iter().enumerate() {
        if let Some(weights) = &layer.nibbles {
            nibbles::run::<I, N, NIBBLES, ALONE>(isa, layer, weights, work);
        } else if work.images < FEW {
            layer_tiles::<I, 1, ALONE>(isa, layer, work);
        } else {
            layer_tiles::<I, N, G>(isa, layer, work);
        }
        next_layer(network, index, work);
    }
}

/// Makes the outputs of layer `index` the inputs of the one after it.
pub(super) fn next_layer(network: &Network, index: usize, work: &mut Work) {
    let layer = &network.layers[index];
    // The last layer's outputs are looked up when the images are drawn.
    if let (Some(table), true) = (&layer.table, index + 1 < network.layers.len()) {
        for codes in work.outputs.chunks_exact_mut(work.stride).take(work.images) {
            codes[..layer.outputs].iter_mut().for_each(|code| *code = table[usize::from(*code)]);
        }
    }
    core::mem::swap(&mut work.codes, &mut work.outputs);
}

/// Runs a layer, `G` groups at a time, and then the groups that are left one by one.
#[inline(always)]
fn layer_tiles<I: Isa, const N: usize, const G: usize>(isa: I, layer: &Layer, work: &mut Work) {
    let (mut group, groups) = (0, layer.groups());
    while group + G <= groups {
        column::<I, N, G>(isa, layer, work, group);
        group += G;
    }
    while group < groups {
        column::<I, N, 1>(isa, layer, work, group);
        group += 1;
    }
}

/// Runs `G` groups of a layer for all images, so that their weights stay in the cache. The last
/// tile may have more images than there are.
#[inline(always)]
fn column<I: Isa, const N: usize, const G: usize>(
    isa: I,
    layer: &Layer,
    work: &mut Work,
    group: usize,
) {
    for first in (0..work.images).step_by(N) {
        tile::<I, N, G>(isa, layer, work, group, first);
    }
}

#[inline(always)]
fn tile<I: Isa, const N: usize, const G: usize>(
    isa: I,
    layer: &Layer,
    work: &mut Work,
    group: usize,
    image: usize,
) {
    let blocks = layer.blocks;
    let weights: [&[Block]; G] = core::array::from_fn(|g| &layer.weights(group + g)[..blocks]);
    let codes: [&[[u8; COLUMNS]]; N] =
        core::array::from_fn(|n| &work.codes[(image + n) * work.stride..].as_chunks().0[..blocks]);
    let mut sums = [[isa.sums(&[0; GROUP]); G]; N];
    for n in 0..N {
        for g in 0..G {
            sums[n][g] = isa.sums(layer.bias(work.classes[image + n], group + g));
        }
    }
    for block in 0..blocks {
        let mut loaded = [isa.weights(&weights[0][block]); G];
        for g in 1..G {
            loaded[g] = isa.weights(&weights[g][block]);
        }
        for n in 0..N {
            let codes = isa.codes(codes[n][block]);
            for g in 0..G {
                sums[n][g] = isa.add(sums[n][g], loaded[g], codes);
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

/// The outputs of a group, before the table.
#[inline(always)]
pub(super) fn requantize<I: Isa>(
    isa: I,
    layer: &Layer,
    group: usize,
    sums: I::Sums,
) -> [u8; GROUP] {
    match &layer.rescale[group] {
        Rows::Factors { positive, negative } => {
            isa.requantize(sums, [positive, negative], layer.zero_point, layer.top)
        }
        Rows::Plain { positive, negative } => {
            plain(&isa.values(sums), [positive, negative], layer.zero_point, layer.top)
        }
    }
}

/// Requantizes by the definition, for shifts that are too large for a factor.
#[inline(never)]
fn plain(
    sums: &[i32; GROUP],
    [positive, negative]: [&[Rescale; GROUP]; 2],
    zero_point: i32,
    top: u8,
) -> [u8; GROUP] {
    let mut codes = [0; GROUP];
    for row in 0..GROUP {
        let rescale = if sums[row] < 0 { negative[row] } else { positive[row] };
        codes[row] = zero_point.wrapping_add(rescale.apply(sums[row])).clamp(0, top.into()) as u8;
    }
    codes
}
