//! The loops for any CPU, without intrinsics. The compiler vectorizes them as far as it can.

use super::network::{Block, COLUMNS, GROUP, Network, Work};
use super::tile::{self, Isa, Loops};

/// The loops that every CPU can run, so that a value proves nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scalar;

impl Loops for Scalar {
    const IMAGES: usize = 2;

    fn new() -> Option<Self> {
        Some(Self)
    }

    fn run(self, network: &Network, work: &mut Work) {
        tile::run::<_, { Scalar::IMAGES }, 1, 1, 1>(self, network, work);
    }
}

impl Isa for Scalar {
    type Sums = [i32; GROUP];
    type Weights = [[i8; COLUMNS]; GROUP];
    type Codes = [u8; COLUMNS];
    type Part = [i32; GROUP];
    type Scales = [u8; GROUP];

    #[inline(always)]
    fn sums(self, values: &[i32; GROUP]) -> Self::Sums {
        *values
    }

    #[inline(always)]
    fn weights(self, block: &Block) -> Self::Weights {
        block.0
    }

    #[inline(always)]
    fn codes(self, codes: [u8; COLUMNS]) -> Self::Codes {
        codes
    }

    #[inline(always)]
    fn add(self, mut sums: Self::Sums, weights: Self::Weights, codes: Self::Codes) -> Self::Sums {
        let codes = codes.map(i16::from);
        for (sum, weights) in sums.iter_mut().zip(weights) {
            let product =
                |column: usize| i32::from(i16::from(weights[column])) * i32::from(codes[column]);
            *sum = sum.wrapping_add(product(0) + product(1) + (product(2) + product(3)));
        }
        sums
    }

    #[inline(always)]
    fn nibbles(self, block: &Block) -> [[[i8; COLUMNS]; GROUP]; 2] {
        [
            block.0.map(|row| row.map(|both| both & 15)),
            block.0.map(|row| row.map(|both| (both.cast_unsigned() >> 4).cast_signed())),
        ]
    }

    #[inline(always)]
    fn scales(self, scales: &[u8; GROUP]) -> [u8; GROUP] {
        *scales
    }

    #[inline(always)]
    fn part(self, start: i32) -> [i32; GROUP] {
        [start; GROUP]
    }

    #[inline(always)]
    fn add_to_part(
        self,
        part: [i32; GROUP],
        weights: Self::Weights,
        codes: Self::Codes,
    ) -> [i32; GROUP] {
        self.add(part, weights, codes)
    }

    #[inline(always)]
    fn add_part(self, mut sums: Self::Sums, part: [i32; GROUP], scales: [u8; GROUP]) -> Self::Sums {
        sums.iter_mut()
            .zip(part)
            .zip(scales)
            .for_each(|((sum, part), scale)| *sum = sum.wrapping_add(part * i32::from(scale)));
        sums
    }

    #[inline(always)]
    fn values(self, sums: Self::Sums) -> [i32; GROUP] {
        sums
    }

    #[inline(always)]
    fn requantize(
        self,
        sums: Self::Sums,
        [positive, negative]: [&[i32; GROUP]; 2],
        zero_point: i32,
        top: u8,
    ) -> [u8; GROUP] {
        let mut codes = [0; GROUP];
        for (row, code) in codes.iter_mut().enumerate() {
            let factor = if sums[row] < 0 { negative[row] } else { positive[row] };
            let product = i64::from(sums[row]) * i64::from(factor);
            *code = (zero_point + ((product + (1 << 31)) >> 32) as i32).clamp(0, top.into()) as u8;
        }
        codes
    }
}
