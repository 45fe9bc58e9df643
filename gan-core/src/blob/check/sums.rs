//! The largest and the smallest sum that the weights of a row can have, whatever its inputs are.
//!
//! Codes are within 0..=127. So a sum is largest if all inputs of positive weights are 127 and all
//! others 0, and smallest the other way round.

use super::{Layer, LayerSpec, Nibbles};
use crate::payload::blocks::{self, Each, HalfBytes};

/// The sum of a row's positive weights, and that of its negative ones.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    pub above: i32,
    pub below: i32,
}

impl Sums {
    const NONE: Self = Self { above: 0, below: 0 };

    // Either sum is at most 65536 * 128 < 2^31, of half bytes 65536 * 7 * 255 < 2^31.
    #[inline(always)]
    fn add(&mut self, weight: i32) {
        let above = weight & !(weight >> 31);
        self.above = self.above.wrapping_add(above);
        self.below = self.below.wrapping_add(weight - above);
    }
}

/// The sums of the rows of a group.
pub(super) struct Group {
    sums: [Sums; blocks::ROWS],
    /// A bit for each row: whether a weight is beyond its limit.
    wrong: u32,
}

impl Each for Group {
    type Columns = ();

    #[inline(always)]
    fn columns(&mut self) {}

    // This is called from many places, and not inlined, so that it is small.
    #[inline(never)]
    fn four(&mut self, row: usize, (): (), weights: [i8; 4]) {
        if let Some(sums) = self.sums.get_mut(row) {
            let [a, b, c, d] = weights;
            sums.add(a.into());
            sums.add(b.into());
            sums.add(c.into());
            sums.add(d.into());
            if a.min(b).min(c.min(d)) == i8::MIN {
                self.wrong |= 1 << (row & 31);
            }
        }
    }
}

impl Group {
    /// The rows of a group of an integer layer, from its `first` row on.
    pub fn of(spec: &LayerSpec, layer: &Layer<'_>, first: usize) -> Self {
        let mut group = Self { sums: [Sums::NONE; blocks::ROWS], wrong: 0 };
        let inputs = usize::from(spec.inputs);
        match layer {
            Layer::I8 { weights, .. } => {
                let weights = weights.iter().skip(first * inputs).take(inputs).copied();
                let (sums, wrong) = row(weights);
                group.sums[0] = sums;
                group.wrong = wrong.into();
            }
            Layer::Packed(packed) => {
                let columns = inputs.next_multiple_of(packed.packing.columns());
                let bytes = packed.weights.get(first * columns..).unwrap_or_default();
                let bytes = bytes.get(..packed.packing.group() * columns).unwrap_or_default();
                blocks::group(packed.packing, bytes, &mut group);
            }
            Layer::I4(nibbles) if cfg!(feature = "int4") => {
                let rows = group.sums.iter_mut().take(nibbles.packing.group()).enumerate();
                for (index, sums) in rows {
                    let wrong;
                    (*sums, wrong) = scaled(spec, nibbles, first + index);
                    group.wrong |= u32::from(wrong) << index;
                }
            }
            Layer::I4(_) | Layer::F32 { .. } => {}
        }
        group
    }

    /// The sums of a row of the group. They are `None` if a weight is beyond its limit.
    pub fn row(&self, index: usize) -> Option<Sums> {
        let wrong = self.wrong >> (index & 31) & 1 == 1;
        self.sums.get(index).copied().filter(|_| !wrong)
    }
}

/// The sums of weights in a row, and whether one is beyond its limit.
fn row(weights: impl Iterator<Item = i8>) -> (Sums, bool) {
    // The compiler vectorizes this loop, because the loop never ends early and adds unsigned bytes.
    let (least, above, below) = weights.fold((0i8, 0i32, 0i32), |(least, above, below), weight| {
        let magnitude = |weight: i8| i32::from(weight.max(0).cast_unsigned());
        (
            least.min(weight),
            above.wrapping_add(magnitude(weight)),
            below.wrapping_sub(magnitude(weight.wrapping_neg())),
        )
    });
    (Sums { above, below }, least == i8::MIN)
}

/// The sums of a row of half bytes, each weight multiplied by its scale, and whether a weight is
/// beyond its limit.
fn scaled(spec: &LayerSpec, nibbles: &Nibbles<'_>, row: usize) -> (Sums, bool) {
    let half_bytes = HalfBytes::new(nibbles, spec.padded_inputs(), row);
    let (mut sums, mut wrong) = (Sums::NONE, false);
    let scales = nibbles.scales(spec.groups(), row);
    for (words, scale) in half_bytes.groups().zip(scales).take(spec.groups()) {
        let mut of_group = Sums::NONE;
        half_bytes.fours(words, |four| {
            for half_byte in four {
                of_group.add(half_byte.cast_signed() - 8);
                // 0 stands for -8.
                wrong |= half_byte == 0;
            }
        });
        sums.above = sums.above.wrapping_add(scale * of_group.above);
        sums.below = sums.below.wrapping_add(scale * of_group.below);
    }
    (sums, wrong)
}
