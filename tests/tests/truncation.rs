//! These tests check the truncation of latents: by comparison with the reference for every code and
//! factor, within the sampler, and by its statistics.

use gan_core::{LatentSampler, Truncation};
use gan_tests::reference::sampler;
use gan_tests::reference::tables::normal_cdf;

/// Returns the truncation by the factor `factor / 256`.
fn by(factor: u16) -> Truncation {
    Truncation::from_256ths(factor).expect("at most 256")
}

/// Returns the first codes of a seed, truncated.
fn drawn(seed: u64, truncation: Truncation, count: usize) -> Vec<u8> {
    let mut codes = vec![0; count];
    LatentSampler::new(seed).with_truncation(truncation).fill(&mut codes);
    codes
}

#[test]
fn factors_are_zero_to_one() {
    for factor in 0..=256 {
        assert_eq!(by(factor).in_256ths(), factor);
    }
    for factor in [257, 512, u16::MAX] {
        assert_eq!(Truncation::from_256ths(factor), None, "{factor}");
    }
    assert_eq!((Truncation::OFF, Truncation::default()), (by(256), by(256)));
}

#[test]
fn every_code_by_every_factor_is_the_references() {
    for factor in 0..=256 {
        for code in 0..=127 {
            let expected = sampler::truncated(code, factor);
            assert_eq!(by(factor).apply(code), expected, "{code} by {factor}/256");
        }
    }
}

/// Truncation is symmetric about 64: the mirror image of a latent gives the mirror image of the
/// truncated latent. A code moves towards 64 or stays, and never crosses it.
#[test]
fn both_sides_of_zero_are_alike() {
    for factor in 0..=256 {
        let mut before = 0;
        for distance in 0..=63 {
            let above = by(factor).apply(64 + distance) - 64;
            assert_eq!(64 - by(factor).apply(64 - distance), above, "{distance} by {factor}/256");
            assert!(before <= above && above <= distance, "{distance} by {factor}/256: {above}");
            before = above;
        }
    }
}

/// Without truncation the codes are those of the versions that had no truncation.
#[test]
fn off_is_the_sequence_and_zero_is_the_code_of_zero() {
    for seed in [0, 42, u64::MAX] {
        let mut plain = vec![0; 10_000];
        LatentSampler::new(seed).fill(&mut plain);
        assert_eq!(plain, sampler::codes(seed, 0, plain.len()));
        assert_eq!(drawn(seed, Truncation::OFF, plain.len()), plain);
        assert_eq!(drawn(seed, by(0), plain.len()), vec![64; plain.len()]);
    }
}

/// A factor changes each code by itself, wherever the sequence is divided and whenever the factor
/// is set.
#[test]
fn truncation_moves_no_code() {
    let all = sampler::codes(7, 0, 1000);
    let mut sampler = LatentSampler::new(7);
    let mut at = 0;
    for (piece, factor) in (0..30).map(|i| (i, 97 * i as u16 % 257)) {
        let (mut codes, skip) = (vec![0; piece], 2);
        sampler = sampler.with_truncation(by(factor));
        sampler.fill(&mut codes);
        let expected = all[at..][..piece].iter().map(|&code| sampler::truncated(code, factor));
        assert!(codes.iter().copied().eq(expected), "{piece} codes from {at} by {factor}/256");
        sampler.advance(skip as u64);
        at += piece + skip;
    }
}

/// Returns the standard deviation of codes about 64, which is their mean except for chance and for
/// the clamp at one side.
fn deviation(codes: &[u8]) -> f64 {
    let squares = codes.iter().map(|&code| (f64::from(code) - 64.0).powi(2)).sum::<f64>();
    (squares / codes.len() as f64).sqrt()
}

/// The standard deviation is a norm of the distances from 64. So, by the triangle inequality, it
/// scales with the factor except for the rounding errors, which are at most half a code. Its exact
/// value follows from the probability of each code; the test allows five standard errors.
#[test]
fn the_standard_deviation_scales_with_the_factor() {
    const DRAWS: usize = 1_000_000;
    // Code c stands for the interval of z from (c - 64.5) / 16 to (c - 63.5) / 16; the first and
    // the last code also stand for the tails.
    let below = |c: u8| if c == 0 { 0.0 } else { normal_cdf((f64::from(c) - 64.5) / 16.0) };
    let probability = |c: u8| if c == 127 { 1.0 - below(c) } else { below(c + 1) - below(c) };
    let plain = deviation(&drawn(3, Truncation::OFF, DRAWS));
    assert!((plain - 16.0).abs() < 0.06, "{plain}");
    let mut last = 0.0;
    for factor in [0, 1, 2, 16, 64, 100, 128, 179, 205, 230, 255, 256] {
        let found = deviation(&drawn(3, by(factor), DRAWS));
        let scaled = plain * f64::from(factor) / 256.0;
        assert!((found - scaled).abs() <= 0.5, "{factor}/256: {found}, not {scaled}");

        let moment = |power| {
            let term = |c| {
                let distance = f64::from(sampler::truncated(c, factor)) - 64.0;
                probability(c) * distance.powi(power)
            };
            (0..=127).map(term).sum::<f64>()
        };
        let (second, fourth) = (moment(2), moment(4));
        let bound = 5.0 * ((fourth - second.powi(2)) / DRAWS as f64).sqrt();
        let square = found.powi(2);
        assert!((square - second).abs() <= bound, "{factor}/256: {square}, not {second}");
        assert!(found >= last, "{factor}/256: {found} is less than {last}");
        last = found;
    }
}
