//! The latent sampler: PCG-XSH-RR 64/32 and the normal distribution's thresholds.

use super::tables::normal_cdf;

/// The stream that the format fixes.
pub const STREAM: u64 = 0x0A02_BDBF_7BB3_C0A7;
/// (seed, k, d): the seed's first output is exactly `T[k] - d`. Found by search.
pub const SEEDS_AT_THRESHOLDS: [(u64, usize, u32); 4] =
    [(20_855_434, 72, 0), (80_700_331, 29, 0), (71_711_457, 30, 1), (73_894_551, 61, 1)];
const MULTIPLIER: u128 = 6_364_136_223_846_793_005;
/// States are taken modulo this.
const MODULUS: u128 = 1 << 64;

/// `T[k]` for `k` in 0..127: `2^32 Phi((k - 63.5) / 16)`, rounded to nearest.
///
/// # Panics
///
/// If a value lies so near a half that the error of `f64` could round it the other way.
#[must_use]
pub fn thresholds() -> [u32; 127] {
    core::array::from_fn(|k| {
        let exact = 4_294_967_296.0 * normal_cdf((k as f64 - 63.5) / 16.0);
        // The error is about 2^32 x 2^-52, a millionth; the nearest half is 0.02 away.
        assert!(
            (exact.fract() - 0.5).abs() > 1e-4,
            "T[{k}] = {exact} is too near a half to be rounded in f64"
        );
        exact.round() as u32
    })
}

/// O'Neill's generator, arithmetic in 128 bits.
#[derive(Clone, Debug)]
pub struct Pcg32 {
    state: u128,
    increment: u128,
}

impl Pcg32 {
    /// As `pcg32_srandom(seed, stream)` of the paper's C library.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let increment = (u128::from(stream) * 2 + 1) % MODULUS;
        let state = ((u128::from(seed) + increment) * MULTIPLIER + increment) % MODULUS;
        Self { state, increment }
    }

    /// The next output.
    pub fn next_u32(&mut self) -> u32 {
        let old = self.state;
        self.state = (old * MULTIPLIER + self.increment) % MODULUS;
        let xorshifted = (((old >> 18) ^ old) >> 27) as u32;
        xorshifted.rotate_right((old >> 59) as u32)
    }

    /// Leaves out `n` outputs: `n` steps `s -> a s + c` are one step of the same form, found by
    /// repeated squaring.
    pub fn skip(&mut self, mut n: u64) {
        let (mut a, mut c) = (MULTIPLIER, self.increment);
        while n > 0 {
            if n & 1 == 1 {
                self.state = (a * self.state + c) % MODULUS;
            }
            // Twice s -> a s + c.
            c = ((a * c) % MODULUS + c) % MODULUS;
            a = (a * a) % MODULUS;
            n >>= 1;
        }
    }
}

/// Codes `skip..skip + count` of a seed's sequence.
#[must_use]
pub fn codes(seed: u64, skip: u64, count: usize) -> Vec<u8> {
    let thresholds = thresholds();
    let mut pcg = Pcg32::new(seed, STREAM);
    pcg.skip(skip);
    (0..count)
        .map(|_| {
            let u = pcg.next_u32();
            thresholds.iter().filter(|&&threshold| threshold <= u).count() as u8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First outputs that the C library's `pcg32-demo` prints (seed 42, stream 54).
    #[test]
    fn published_outputs() {
        let mut pcg = Pcg32::new(42, 54);
        for expected in
            [0xa15c_02b7, 0x7b47_f409, 0xba1d_3330, 0x83d2_f293, 0xbfa4_784b, 0xcbed_606e]
        {
            assert_eq!(pcg.next_u32(), expected);
        }
    }

    #[test]
    fn seeds_at_thresholds() {
        for (seed, k, below) in SEEDS_AT_THRESHOLDS {
            assert_eq!(Pcg32::new(seed, STREAM).next_u32(), thresholds()[k] - below, "seed {seed}");
            // T[0] to T[k], or to T[k - 1], are at or under it.
            assert_eq!(u32::from(codes(seed, 0, 1)[0]), k as u32 + 1 - below, "seed {seed}");
        }
    }

    #[test]
    fn skipping_is_stepping() {
        for n in [0, 1, 2, 3, 1000, 65_537] {
            let (mut stepped, mut skipped) = (Pcg32::new(7, STREAM), Pcg32::new(7, STREAM));
            for _ in 0..n {
                stepped.next_u32();
            }
            skipped.skip(n);
            assert_eq!(stepped.next_u32(), skipped.next_u32(), "{n}");
        }
    }
}
