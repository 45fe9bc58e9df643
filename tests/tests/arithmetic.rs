//! These tests check the integer arithmetic that the kernels are built on: requantization, the
//! sampling of latents and the tables of activations.

use gan_core::activation::{hidden_table, output_table};
use gan_core::latent::quantile;
use gan_core::quant::Rescale;
use gan_core::{Activation, LatentSampler, Truncation};
use gan_tests::reference::tables::normal_cdf;
use gan_tests::reference::{self, sampler, tables};
use gan_tests::synthetic::ACTIVATIONS;
use gan_tests::vectors::Arithmetic;
use proptest::prelude::*;

#[path = "common/disk.rs"]
mod disk;
#[path = "common/random.rs"]
mod random;

#[test]
fn rescale_vectors() {
    let file = disk::read("tests/vectors/arith.bin");
    for vector in Arithmetic::read(&file).expect("the file is whole").rescale() {
        let rescale = Rescale { multiplier: vector.multiplier, shift: vector.shift };
        assert_eq!(rescale.apply(vector.acc), vector.expected, "{vector:?}");
    }
}

/// Returns a strategy for accumulators of every bit length, so that small ones are as common as
/// large ones.
fn accumulator() -> impl Strategy<Value = i32> {
    (any::<i32>(), 0..32u32).prop_map(|(acc, shift)| acc >> shift)
}

proptest! {
    #![proptest_config(random::inputs(100_000, random::kept!("arithmetic")))]

    /// Requantizing by two 32-bit multiplications gives the same result as one exact product.
    #[test]
    fn rescale_is_the_exact_product_rounded(
        acc in accumulator(),
        multiplier in 0..=32767u16,
        shift in 17..=46u8,
    ) {
        let product = i128::from(acc) * i128::from(multiplier);
        let expected = (product + (1 << (shift - 1))).div_euclid(1 << shift);
        prop_assert_eq!(i128::from(Rescale { multiplier, shift }.apply(acc)), expected);
    }

    /// A factor in the range of the multipliers is represented to 15 bits, or as a multiple of
    /// 2^-32.
    #[test]
    fn factors_are_held_to_fifteen_bits(fraction in 0.5..1.0f64, exponent in -31..=-2i32) {
        let factor = fraction * f64::from(exponent).exp2();
        // A factor above the largest multiplier at the smallest shift cannot be represented.
        prop_assume!(factor <= 32767.0 / f64::from(1 << 17));
        let Rescale { multiplier, shift } = Rescale::from_factor(factor).expect("in range");
        prop_assert!(multiplier <= 32767 && (17..=32).contains(&shift));
        let held = f64::from(multiplier) / f64::from(shift).exp2();
        let error = (held - factor).abs();
        prop_assert!(
            error / factor <= 1.0 / 32768.0 || error <= f64::from(-33).exp2(),
            "{factor} as {multiplier} / 2^{shift}"
        );
    }
}

/// The largest multiplier is used, at the smallest shift too, and what it cannot hold is refused.
#[test]
fn factors_at_the_ends_are_held_or_refused() {
    let at = |shift: i32| 32767.0 * f64::from(-shift).exp2();
    for shift in 17..=32 {
        let held = Some(Rescale { multiplier: 32767, shift });
        assert_eq!(Rescale::from_factor(at(shift.into())), held);
        assert_eq!(Rescale::with_shift(at(shift.into()), shift), held);
    }
    // The nearest multiplier of 2^-17 would be 32768.
    for factor in [0.25f64.next_down(), 0.25, 1.0, -0.001, f64::NAN, f64::INFINITY] {
        assert_eq!(Rescale::from_factor(factor), None, "{factor}");
    }
    for (factor, shift) in [(-0.001, 24), (0.25, 17), (0.25, 32), (f64::NAN, 24)] {
        assert_eq!(Rescale::with_shift(factor, shift), None, "{factor}, {shift}");
    }
    assert_eq!(Rescale::from_factor(0.0), Some(Rescale { multiplier: 0, shift: 32 }));
    assert_eq!(Rescale::with_shift(0.0, 17), Some(Rescale { multiplier: 0, shift: 17 }));
}

#[test]
fn sampler_vectors() {
    let file = disk::read("tests/vectors/arith.bin");
    for vector in Arithmetic::read(&file).expect("the file is whole").sampler() {
        let truncation = Truncation::from_256ths(vector.truncation).expect("at most 256");
        let mut sampler = LatentSampler::new(vector.seed).with_truncation(truncation);
        sampler.advance(vector.skip);
        let mut codes = [0; 16];
        sampler.fill(&mut codes);
        assert_eq!(codes, vector.codes, "{vector:?}");
    }
}

/// A sampler's sequence is the same however it is divided into vectors and skips.
#[test]
fn sampling_in_pieces_is_sampling_at_once() {
    let expected = sampler::codes(5, 0, 10_000);
    let mut sampler = LatentSampler::new(5);
    let mut at = 0;
    for (piece, skip) in (0..100).map(|i| (i, 7 * i % 40)) {
        let mut codes = vec![0; piece];
        sampler.fill(&mut codes);
        assert_eq!(codes, expected[at..][..piece], "from {at}");
        sampler.advance(skip as u64);
        at += piece + skip;
    }
}

#[test]
fn codes_change_at_the_normal_quantiles() {
    for (k, threshold) in (0u8..).zip(sampler::thresholds()) {
        assert_eq!(quantile(threshold - 1), k, "below threshold {k}");
        assert_eq!(quantile(threshold), k + 1, "at threshold {k}");
    }
    assert_eq!((quantile(0), quantile(u32::MAX)), (0, 127));
}

/// A data set consists of the images of one seed, and a second data set of those of another seed.
/// The two must be uncorrelated, however close the seeds are, and neither may be the other one
/// shifted by some images.
#[test]
fn seeds_are_unrelated() {
    const DRAWS: usize = 100_000;
    let codes = |sampler: &mut LatentSampler| {
        let mut codes = vec![0; DRAWS];
        sampler.fill(&mut codes);
        codes
    };
    for (one, other) in [(0, 1), (7, 8), (0, 1 << 63), (42, 42 ^ 1 << 63), (3, u64::MAX - 3)] {
        let mut half_way = LatentSampler::new(one);
        half_way.advance(1 << 63);
        let [first, later, second] =
            [&mut LatentSampler::new(one), &mut half_way, &mut LatentSampler::new(other)]
                .map(codes);
        assert_ne!(later, second, "seed {other} is seed {one} from the middle on");
        for (name, codes) in [("start", &first), ("middle", &later)] {
            // Codes have a standard deviation of 16, and their products one of 256.
            let products = codes.iter().zip(&second);
            let sum: f64 =
                products.map(|(&a, &b)| (f64::from(a) - 64.0) * (f64::from(b) - 64.0)).sum();
            let correlation = sum / DRAWS as f64 / 256.0;
            assert!(
                correlation.abs() < 5.0 / (DRAWS as f64).sqrt(),
                "seed {other} with seed {one} from its {name} on: {correlation}"
            );
        }
    }
}

/// The mean, the variance and both tails of a million codes agree with those of a rounded and
/// clamped normal distribution within five standard errors.
#[test]
fn sampled_codes_are_normally_distributed() {
    const DRAWS: f64 = 1e6;
    // Code c stands for the interval of z from (c - 64.5) / 16 to (c - 63.5) / 16; the first and
    // the last code also stand for the tails.
    let below = |c: u8| if c == 0 { 0.0 } else { normal_cdf((f64::from(c) - 64.5) / 16.0) };
    let probability = |c: u8| if c == 127 { 1.0 - below(c) } else { below(c + 1) - below(c) };
    let moment =
        |f: &dyn Fn(f64) -> f64| (0..=127).map(|c| probability(c) * f(c.into())).sum::<f64>();
    let mean = moment(&|c| c);
    let variance = moment(&|c| (c - mean).powi(2));
    let fourth = moment(&|c| (c - mean).powi(4));

    let mut codes = vec![0; DRAWS as usize];
    LatentSampler::new(1).fill(&mut codes);
    let average = |f: &dyn Fn(f64) -> f64| codes.iter().map(|&c| f(c.into())).sum::<f64>() / DRAWS;
    let near = |what: &str, sampled: f64, expected: f64, variance: f64| {
        let bound = 5.0 * (variance / DRAWS).sqrt();
        assert!(
            (sampled - expected).abs() <= bound,
            "{what}: {sampled}, not {expected} +- {bound}"
        );
    };
    near("mean", average(&|c| c), mean, variance);
    near("variance", average(&|c| (c - mean).powi(2)), variance, fourth - variance.powi(2));
    for code in [0u8, 24, 64, 104, 127] {
        let p = probability(code);
        near(
            "frequency",
            average(&|c| f64::from(u8::from(c == f64::from(code)))),
            p,
            p * (1.0 - p),
        );
    }
}

#[test]
fn activation_tables() {
    for (activation, other) in ACTIVATIONS.map(|activation| (activation, same(activation))) {
        assert_eq!(output_table(other), tables::output_table(activation), "{activation:?}");
        assert_eq!(hidden_table(other), tables::hidden_table(activation), "{activation:?}");
    }
}

/// Converts the reference's activation to gan-core's type.
fn same(activation: reference::Activation) -> Activation {
    match activation {
        reference::Activation::Linear => Activation::Linear,
        reference::Activation::Relu => Activation::Relu,
        reference::Activation::LeakyRelu(slope) => Activation::LeakyRelu(slope),
        reference::Activation::Tanh => Activation::Tanh,
        reference::Activation::Sigmoid => Activation::Sigmoid,
    }
}
