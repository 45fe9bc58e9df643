//! The latent sampler, written from docs/blob-format.md: SplitMix64, PCG-XSH-RR 64/32 and the
//! normal distribution's thresholds.

use super::tables::normal_cdf;

/// (seed, k, d): the seed's first output is exactly `T[k] - d`. Found by search.
pub const SEEDS_AT_THRESHOLDS: [(u64, usize, u32); 4] =
    [(95_926_254, 43, 0), (181_886_563, 46, 0), (950_776, 62, 1), (22_349_344, 68, 1)];
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

/// State and stream of a seed's generator: the first two outputs of SplitMix64, in 128 bits.
#[must_use]
pub fn state_and_stream(seed: u64) -> [u64; 2] {
    [1, 2].map(|output| {
        let mut z = (u128::from(seed) + output * 0x9E37_79B9_7F4A_7C15) % MODULUS;
        z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) % MODULUS;
        z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) % MODULUS;
        (z ^ (z >> 31)) as u64
    })
}

/// The generator of a seed.
#[must_use]
pub fn of_seed(seed: u64) -> Pcg32 {
    let [state, stream] = state_and_stream(seed);
    Pcg32::new(state, stream)
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
    let mut pcg = of_seed(seed);
    pcg.skip(skip);
    (0..count)
        .map(|_| {
            let u = pcg.next_u32();
            thresholds.iter().filter(|&&threshold| threshold <= u).count() as u8
        })
        .collect()
}

/// A code that is truncated to `t / 256`, in real numbers: these are multiples of 1/256 below 2^7,
/// which `f64` has exactly, and its `round` takes halves away from zero.
#[must_use]
pub fn truncated(code: u8, t: u16) -> u8 {
    let distance = (f64::from(code) - 64.0) * f64::from(t) / 256.0;
    (64.0 + distance.round()) as u8
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

    /// The first two outputs for the seed 1234567, as published with implementations of SplitMix64
    /// in many languages (Rosetta Code, "Pseudo-random numbers/Splitmix64").
    #[test]
    fn published_states() {
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973];
        assert_eq!(state_and_stream(1_234_567), expected);
    }

    #[test]
    fn seeds_at_thresholds() {
        for (seed, k, below) in SEEDS_AT_THRESHOLDS {
            assert_eq!(of_seed(seed).next_u32(), thresholds()[k] - below, "seed {seed}");
            // T[0] to T[k], or to T[k - 1], are at or under it.
            assert_eq!(u32::from(codes(seed, 0, 1)[0]), k as u32 + 1 - below, "seed {seed}");
        }
    }

    /// Worked out by hand: 63 * 0.5 is 31.5, a half, 63 * 179/256 is 44.05, 0.5 is a half too.
    #[test]
    fn truncation() {
        for (code, t, expected) in [
            (127, 256, 127),
            (0, 256, 0),
            (127, 128, 96),
            (1, 128, 32),
            (127, 179, 108),
            (1, 179, 20),
            (65, 128, 65),
            (63, 128, 63),
            (65, 127, 64),
            (63, 127, 64),
            (127, 0, 64),
            (0, 0, 64),
        ] {
            assert_eq!(truncated(code, t), expected, "{code}, {t}");
        }
    }

    #[test]
    fn skipping_is_stepping() {
        for n in [0, 1, 2, 3, 1000, 65_537] {
            let (mut stepped, mut skipped) = (of_seed(7), of_seed(7));
            for _ in 0..n {
                stepped.next_u32();
            }
            skipped.skip(n);
            assert_eq!(stepped.next_u32(), skipped.next_u32(), "{n}");
        }
    }
}
