//! This test compares the interpolation from one latent to another with its formula in exact
//! fractions.

use gan_core::latent::Morph;
use gan_core::{LatentSampler, Truncation};
use proptest::prelude::*;

fn codes(sampler: &LatentSampler, len: usize) -> Vec<u8> {
    let mut codes = vec![0; len];
    sampler.clone().fill(&mut codes);
    codes
}

fn frame(morph: &Morph, frame: u16, len: usize) -> Vec<u8> {
    let mut codes = vec![0xA5; len];
    morph.fill(frame, &mut codes);
    codes
}

proptest! {
    #[test]
    fn frames_lie_on_the_line_between_the_ends(
        from: u64, to: u64, steps in 1..=300u16, at in 0..=300u16, len in 0..40usize,
        factor in 0..=256u16,
    ) {
        let truncation = Truncation::from_256ths(factor).expect("at most 1");
        let [from, to] =
            [from, to].map(|seed| LatentSampler::new(seed).with_truncation(truncation));
        let (first, last) = (codes(&from, len), codes(&to, len));
        let morph = Morph::new(from.clone(), to.clone(), steps);
        let back = Morph::new(to, from, steps);
        prop_assert_eq!(&frame(&morph, 0, len), &first);
        prop_assert_eq!(&frame(&morph, steps, len), &last);
        prop_assert_eq!(&frame(&morph, u16::MAX, len), &last);
        let at = at.min(steps);
        let middle = frame(&morph, at, len);
        for ((&a, &b), &code) in first.iter().zip(&last).zip(&middle) {
            let part = f64::from(at) / f64::from(steps);
            let exact = f64::from(a) + (f64::from(b) - f64::from(a)) * part;
            // Halves are rounded up. A frame's exact value differs from a half by 1/600 or not at
            // all.
            prop_assert_eq!(f64::from(code), (exact + 0.5 + 1e-6).floor(), "{} to {}", a, b);
        }
        prop_assert_eq!(frame(&back, steps - at, len), middle);
        prop_assert_eq!(morph.is_late(at), f64::from(at) >= f64::from(steps) / 2.0);
    }
}

/// A morph of no steps stays at its first frame.
#[test]
fn no_steps_are_no_way() {
    let [from, to] = [1, 2].map(LatentSampler::new);
    let morph = Morph::new(from.clone(), to, 0);
    for at in [0, 1, u16::MAX] {
        assert_eq!(frame(&morph, at, 9), codes(&from, 9));
    }
}
